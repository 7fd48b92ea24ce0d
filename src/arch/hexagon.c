// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * hexagon: 32-bit calls.  There is no POKEUSR and no seccomp.
 *
 * The kernel takes number and arguments from the registers after the entry stop (do_trap0 in
 * arch/hexagon/kernel/traps.c; 5.10, 6.1, 7.2).  A call whose number is -1 returns -1, which is
 * -EPERM, whatever was written before.  That is so when PTRACE_SET_SYSCALL_INFO has set the
 * number, too (seen on 7.2).
 */
#include "../abi.h"

#define ARCH_HEXAGON 0xa4

enum { SIZE = 192 };

/* words of struct user_regs_struct */
enum { R0 = PTSI_WORD(0), R1, R2, R3, R4, R5, R6, R29 = PTSI_WORD(29), PC = PTSI_WORD(42) };

#if defined __hexagon__
#include <asm/user.h>
#define AT(r, w) (offsetof(struct user_regs_struct, r) == 4 * PTSI_INDEX(w))
_Static_assert(AT(r0, R0) && AT(r1, R1) && AT(r2, R2) && AT(r3, R3) && AT(r4, R4), "");
_Static_assert(AT(r5, R5) && AT(r6, R6) && AT(r29, R29) && AT(pc, PC), "");
_Static_assert(sizeof(struct user_regs_struct) == SIZE, "");
#endif

static const struct ptsi_abi hexagon = {
	.name = "hexagon",
	.arch = ARCH_HEXAGON,
	.enosys = 38,
	.getpid = 172,
	.value = 4,
	.pointer = 4,
	.word = 4,
	.nr = R6,
	.arg = { R0, R1, R2, R3, R4, R5 },
	.rval = R0,
	.ip = PC,
	.sp = R29,
	.size = SIZE,
	.prefix = true,
	.skip_at_entry = PTSI_SKIP_EXIT,
	.insn_len = 4,
	.user_nr = R6,
	/* do_signal looks for a restart code in r0, even where a repeat has put its argument */
	.restarts_by_rval = true,
};

static const struct ptsi_abi *const abis[] = { &hexagon, NULL };

const struct ptsi_family ptsi_family_hexagon = {
	.name = "hexagon",
	.abis = abis,
	.own = &hexagon,
};
