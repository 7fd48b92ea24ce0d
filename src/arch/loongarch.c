// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * loongarch: 64-bit calls (5.19 and newer, so that PTRACE_GET_SYSCALL_INFO is there).
 *
 * Everything is in the regset: do_syscall (arch/loongarch/kernel/syscall.c, 6.1 and 7.2) takes
 * the first argument from orig_a0 and puts -ENOSYS into a0, which a call that isn't run leaves
 * alone.  r0, which is no register of the program's, holds nr + 1 of the call that was made, by
 * which do_signal knows what to restart; so it is written back as read.
 *
 * Of the regset's 360 bytes the last 80 are neither read nor written by the kernel.  POKEUSR's
 * address is a register's index.
 */
#include <errno.h>
#include <stddef.h>

#include "../abi.h"

#define ARCH_LOONGARCH64 0xc0000102

enum { SIZE = 280 };

/* words of struct user_pt_regs */
enum { R0, SP = 3, A0, A1, A2, A3, A4, A5, A7 = 11, ORIG_A0 = 32, ERA };

#if defined __loongarch__
#include <asm/ptrace.h>
#define AT(r, w) (offsetof(struct user_pt_regs, r) == 8 * (w))
_Static_assert(AT(regs, R0) && AT(orig_a0, ORIG_A0) && AT(csr_era, ERA), "");
_Static_assert(AT(csr_badv, ERA + 1) && AT(reserved, SIZE / 8), "");
#endif

/* The user's a0 is the result here.  r0 == 0: this was no call, there is nothing to restart. */
static int edit_repeat(struct ptsi_stop *st, struct ptsi_edits *ed,
		       const struct ptsi_syscall_info *entry)
{
	if (ptsi_edit_repeat(st, ed, entry) < 0)
		return -1;
	ptsi_edit(ed, A0, entry->entry.args[0]);
	ptsi_edit(ed, R0, 0);
	return 0;
}

static const struct ptsi_abi loongarch64 = {
	.name = "loongarch64", .arch = ARCH_LOONGARCH64, .word = 8, .value = 8, .pointer = 8,
	.insn_len = 4, .size = SIZE, .enosys = 38, .nr = A7,
	.arg = { ORIG_A0, A1, A2, A3, A4, A5 }, .arg1_copy = PTSI_NO_WORD, .rval = A0, .ip = ERA,
	.sp = SP, .user_nr = A7, .getpid = 172, .flag = PTSI_NO_WORD, .poke = 1, .prefix = true,
	.presets = true, .at_entry = PTSI_SKIP_AHEAD, .at_seccomp = PTSI_SKIP_KEPT,
	.edit_repeat = edit_repeat,
};

static const struct ptsi_abi *pick(struct ptsi_stop *st)
{
	if (!st->info_size || st->info.arch == ARCH_LOONGARCH64)
		return &loongarch64;
	errno = EOPNOTSUPP;
	return NULL;
}

static const struct ptsi_abi *const abis[] = { &loongarch64, NULL };

extern const struct ptsi_family ptsi_family_loongarch;
const struct ptsi_family ptsi_family_loongarch = {
	.name = "loongarch",
	.abis = abis,
	.read_max = SIZE,
	.all_wide = true,
	.pick = pick,
};
