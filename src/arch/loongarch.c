// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * loongarch: 64-bit calls.  Linux has loongarch since 5.19, and so always with
 * PTRACE_GET_SYSCALL_INFO.
 *
 * Everything is in the regset.  do_syscall (arch/loongarch/kernel/syscall.c; 6.1, 7.2) takes the
 * first argument from orig_a0.  It puts -ENOSYS into a0 before the stops, and a call that isn't
 * made leaves that alone.
 *
 * r0 is no register of the program's.  The kernel keeps the call's number plus 1 there, and
 * do_signal restarts nothing if it is 0.  So it is written back as it was read, and a repeat
 * clears it.  It stays 0 where the program's own number was out of range: if that is made a valid
 * one, and the call is interrupted, the call returns -ERESTART* to the program.
 *
 * The kernel neither reads nor writes the last 80 of the regset's 360 bytes.  POKEUSR's address is
 * a register's index.
 */
#include "../abi.h"

#define ARCH_LOONGARCH64 0xc0000102

enum { SIZE = 280 };

/* words of struct user_pt_regs */
enum { R0 = PTSI_WORD(0), SP = PTSI_WORD(3), A0, A1, A2, A3, A4, A5, A7 = PTSI_WORD(11) };
enum { ORIG_A0 = PTSI_WORD(32), ERA };

#if defined __loongarch__
#include <asm/ptrace.h>
#define AT(r, w) (offsetof(struct user_pt_regs, r) == 8 * PTSI_INDEX(w))
_Static_assert(AT(regs, R0) && AT(orig_a0, ORIG_A0) && AT(csr_era, ERA), "");
_Static_assert(AT(csr_badv, ERA + 1) && AT(reserved, PTSI_WORD(SIZE / 8)), "");
#endif

static const struct ptsi_abi loongarch64 = {
	.name = "loongarch64",
	.arch = ARCH_LOONGARCH64,
	.enosys = 38,
	.getpid = 172,
	.value = 8,
	.pointer = 8,
	.word = 8,
	.nr = A7,
	.arg = { ORIG_A0, A1, A2, A3, A4, A5 },
	.rval = A0,
	.ip = ERA,
	.sp = SP,
	.size = SIZE,
	.poke = 1,
	.prefix = true,
	.skip_at_entry = PTSI_SKIP_AHEAD,
	.skip_at_seccomp = PTSI_SKIP_KEPT,
	.presets = true,
	.insn_len = 4,
	.user_nr = A7,
	.user_arg1 = A0,
	.no_restart = R0, /* 0 says that this was no call, so that nothing is restarted */
};

static const struct ptsi_abi *const abis[] = { &loongarch64, NULL };

const struct ptsi_family ptsi_family_loongarch = {
	.name = "loongarch",
	.abis = abis,
	.read_max = SIZE,
	.all_wide = true,
	.own = &loongarch64,
};
