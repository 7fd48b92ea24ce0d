// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * xtensa: 32-bit calls of either byte order, windowed or not.
 *
 * The regset has the registers in their physical order, which rotates, of cores with 16, 32
 * or 64 of them; a SETREGSET writes all or zeros, and no number 0 (gpr_set in
 * arch/xtensa/kernel/ptrace.c).  PEEKUSR and POKEUSR know the current window: everything
 * goes through them, and words are their addresses.
 *
 * The number is in syscall from the start of the entry stop on.  A result that is in a2 when
 * it is -1 stays there (do_syscall_trace_enter, system_call; 5.10, 6.1, 7.2); unwritten it is
 * the old number, and that is what PTRACE_SET_SYSCALL_INFO leaves.
 */
#include "../abi.h"

#define ARCH_XTENSA 0x5e

/* addresses of PEEKUSR and POKEUSR */
enum { A1 = PTSI_WORD(1), A2, A3, A4, A5, A6, A8 = PTSI_WORD(8), A9 };
enum { PC = PTSI_WORD(0x20), SYSCALL = PTSI_WORD(0xff) };

#if defined __xtensa__
#include <asm/ptrace.h>
_Static_assert(REG_A_BASE == 0 && REG_PC == PTSI_INDEX(PC) && SYSCALL_NR == PTSI_INDEX(SYSCALL),
	       "");
#endif

static const struct ptsi_abi xtensa = {
	.name = "xtensa",
	.arch = ARCH_XTENSA,
	.enosys = 38,
	.getpid = 120,
	.value = 4,
	.pointer = 4,
	.word = 4,
	.nr = SYSCALL,
	.arg = { A6, A3, A4, A5, A8, A9 },
	.rval = A2,
	.ip = PC,
	.sp = A1,
	.poke = 1,
	.skip_at_entry = PTSI_SKIP_AHEAD,
	.skip_at_seccomp = PTSI_SKIP_KEPT,
	.insn_len = 3,
	.user_nr = A2,
	.native_wrong = PTSI_CAN_SKIP,
};

static const struct ptsi_abi *const abis[] = { &xtensa, NULL };

const struct ptsi_family ptsi_family_xtensa = {
	.name = "xtensa",
	.abis = abis,
	.own = &xtensa,
};
