// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * csky: 32-bit calls of abiv1 and abiv2, which the regset's length tells apart.  There is no
 * POKEUSR.
 *
 * The kernel looks the call up before the stops (csky_systemcall in arch/csky/kernel/entry.S;
 * 5.10, 6.1, 7.2), so another number has no effect, whoever sets it.  -1 skips the call at a
 * SECCOMP stop only.  a0 is kept there: the call returns what was written to it, or else its first
 * argument.  native_wrong is there because PTRACE_SET_SYSCALL_INFO (7.2) returns 0 for a number
 * that it doesn't set, and with -1 at a SECCOMP stop leaves the first argument as the result.
 *
 * The call takes its first argument from a0, but PTRACE_GET_SYSCALL_INFO and the kernel's restarts
 * take it from orig_a0.  So both are written.
 *
 * Kernels about 5.10 hand a traced call of abiv2 its arguments 3 and 4 for 5 and 6, whether it was
 * changed or not (csky_syscall_trace in entry.S; mended by 6.1).
 *
 * A SETREGSET that is shorter than the regset would fill the other registers from the kernel's
 * stack (gpr_set in arch/csky/kernel/ptrace.c).
 */
#include "../abi.h"

#define ARCH_CSKY 0x400000fc

enum { SIZE_V1 = 80, SIZE_V2 = 152 };

/* words of struct pt_regs: regs[3] is r7 of abiv2, regs[9] is r1 of abiv1 */
enum { PC = PTSI_WORD(2), USP = PTSI_WORD(4), ORIG_A0, A0, A1, A2, A3, REGS };

#if defined __csky__
#include <asm/ptrace.h>
#define AT(r, w) (offsetof(struct pt_regs, r) == 4 * PTSI_INDEX(w))
_Static_assert(AT(pc, PC) && AT(usp, USP) && AT(orig_a0, ORIG_A0) && AT(a0, A0), "");
_Static_assert(AT(a1, A1) && AT(a2, A2) && AT(a3, A3) && AT(regs, REGS), "");
#if defined __CSKYABIV2__
_Static_assert(sizeof(struct pt_regs) == SIZE_V2, "");
#else
_Static_assert(sizeof(struct pt_regs) == SIZE_V1, "");
#endif
#endif

/* do_signal looks for a restart code in a0, even where a repeat has put its first argument. */
#define CSKY_ROW                                                                                   \
	.arch = ARCH_CSKY, .enosys = 38, .getpid = 172, .value = 4, .pointer = 4, .word = 4,       \
	.arg = { ORIG_A0, A1, A2, A3, REGS, REGS + 1 }, .rval = A0, .ip = PC, .sp = USP,           \
	.cant_entry = PTSI_CAN_NR, .skip_at_seccomp = PTSI_SKIP_KEPT, .user_arg1 = A0,             \
	.arg1_twice = true, .restarts_by_rval = true, .native_wrong = PTSI_CAN_NR | PTSI_CAN_SKIP

static const struct ptsi_abi cskyv1 = {
	.name = "cskyv1",
	.nr = REGS + 9,
	.size = SIZE_V1,
	.insn_len = 2,
	.user_nr = REGS + 9,
	CSKY_ROW,
};

static const struct ptsi_abi cskyv2 = {
	.name = "cskyv2",
	.nr = REGS + 3,
	.size = SIZE_V2,
	.insn_len = 4,
	.user_nr = REGS + 3,
	CSKY_ROW,
};

static const struct ptsi_abi *pick(struct ptsi_stop *st)
{
	if (ptsi_regs_read(st) < 0)
		return NULL;
	if (st->image.len == SIZE_V1)
		return &cskyv1;
	if (st->image.len == SIZE_V2)
		return &cskyv2;
	errno = EOPNOTSUPP;
	return NULL;
}

static const struct ptsi_abi *const abis[] = { &cskyv1, &cskyv2, NULL };

const struct ptsi_family ptsi_family_csky = {
	.name = "csky",
	.abis = abis,
	.look_at = 1 << PTSI_SYSCALL_INFO_ENTRY | 1 << PTSI_SYSCALL_INFO_SECCOMP,
	.pick = pick,
};
