// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * csky: 32-bit calls of abiv1 and abiv2, which the regset's length tells.  There is no POKEUSR.
 *
 * The number is looked up before the stops (csky_systemcall in arch/csky/kernel/entry.S; 5.10,
 * 6.1, 7.2).  So another one changes nothing, whoever sets it; and -1 skips the call at a
 * SECCOMP stop alone, where a0 is kept and, unwritten, is the first argument.
 *
 * The call takes its first argument from a0; PTRACE_GET_SYSCALL_INFO and a restart take it
 * from orig_a0.
 *
 * A SETREGSET that is shorter than the regset would fill the other registers from the kernel's
 * stack (gpr_set in arch/csky/kernel/ptrace.c).
 */
#include <errno.h>
#include <stddef.h>

#include "../abi.h"

#define ARCH_CSKY 0x400000fc

enum { SIZE_V1 = 80, SIZE_V2 = 152 };

/* words of struct pt_regs: regs[3] is r7 of abiv2, regs[9] is r1 of abiv1 */
enum { PC = 2, USP = 4, ORIG_A0, A0, A1, A2, A3, REGS };

#if defined __csky__
#include <asm/ptrace.h>
#define AT(r, w) (offsetof(struct pt_regs, r) == 4 * (w))
_Static_assert(AT(pc, PC) && AT(usp, USP) && AT(orig_a0, ORIG_A0) && AT(a0, A0), "");
_Static_assert(AT(a1, A1) && AT(a2, A2) && AT(a3, A3) && AT(regs, REGS), "");
#if defined __CSKYABIV2__
_Static_assert(sizeof(struct pt_regs) == SIZE_V2, "");
#else
_Static_assert(sizeof(struct pt_regs) == SIZE_V1, "");
#endif
#endif

static int limit(const struct ptsi_stop *st, int can)
{
	(void)st;
	return can & ~PTSI_CAN_NR;
}

/* The kernel takes a0 for the result when it comes to restart calls (do_signal). */
static int edit_repeat(struct ptsi_stop *st, struct ptsi_edits *ed,
		       const struct ptsi_syscall_info *entry)
{
	if (ptsi_is_restart_code((int32_t)entry->entry.args[0]))
		return ptsi_fail(EOPNOTSUPP);
	return ptsi_edit_repeat(st, ed, entry);
}

#define CSKY_ROW                                                                                 \
	.arch = ARCH_CSKY, .word = 4, .value = 4, .pointer = 4, .enosys = 38,                    \
	.arg = { ORIG_A0, A1, A2, A3, REGS, REGS + 1 }, .arg1_copy = A0, .rval = A0, .ip = PC,   \
	.sp = USP, .getpid = 172, .flag = PTSI_NO_WORD, .at_entry = PTSI_SKIP_NO,                \
	.at_seccomp = PTSI_SKIP_KEPT, .limit = limit, .edit_repeat = edit_repeat

static const struct ptsi_abi cskyv1 = {
	CSKY_ROW, .name = "cskyv1", .size = SIZE_V1, .nr = REGS + 9, .user_nr = REGS + 9,
	.insn_len = 2,
};

static const struct ptsi_abi cskyv2 = {
	CSKY_ROW, .name = "cskyv2", .size = SIZE_V2, .nr = REGS + 3, .user_nr = REGS + 3,
	.insn_len = 4,
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

extern const struct ptsi_family ptsi_family_csky;
const struct ptsi_family ptsi_family_csky = {
	.name = "csky",
	.abis = abis,
	.native_wrong = PTSI_CAN_NR | PTSI_CAN_SKIP,
	.pick = pick,
};
