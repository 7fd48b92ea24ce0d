// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * xtensa: 32-bit calls of either byte order, of programs that are windowed or not.
 *
 * The regset isn't used.  It has the registers in their physical order, which rotates, and a core
 * may have 16, 32 or 64 of them.  A SETREGSET that is shorter writes zeros to the rest, and none
 * can write the number 0 (gpr_set in arch/xtensa/kernel/ptrace.c).  PEEKUSR and POKEUSR know the
 * current window, so everything goes through them, and words are their addresses.
 *
 * From the start of the entry stop on the number is in syscall.  When it is -1 the kernel leaves a2
 * as it is (do_syscall_trace_enter, system_call; 5.10, 6.1, 7.2): a skipped call returns what was
 * written there, or else its old number as a success.  The latter is what PTRACE_SET_SYSCALL_INFO
 * does (7.2), so native_wrong has the skip.
 *
 * The tracee's own filter isn't asked about a number that is -1 since the entry stop (6.1).  Before
 * 5.10 there is no seccomp, and what becomes of a result that is written at an entry stop there
 * wasn't looked at.
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
