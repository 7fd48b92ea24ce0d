// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * sh: 32-bit calls of either byte order.  SH-5 is gone from all kernels that were looked at.
 *
 * The regset is struct pt_regs.  The kernel takes every word of it as it is written, even the
 * status register and tra, which says that this is a call.  So both are written back as they were
 * read.
 *
 * r0 holds the fifth argument and then the result.  After the entry stop the kernel puts -ENOSYS
 * there if the number is out of range; after a SECCOMP stop it leaves r0 alone if the number is -1
 * (entry-common.S and ptrace_32.c in arch/sh/kernel; 5.10, 6.1 and 7.2 are the same).
 */
#include "../abi.h"

#define ARCH_SH   0x2a
#define ARCH_SHEL 0x4000002a

enum { SIZE = 92 };

/* words of struct pt_regs */
enum { R0 = PTSI_WORD(0), R1, R3 = PTSI_WORD(3), R4, R5, R6, R7, R15 = PTSI_WORD(15), PC };

#if defined __sh__
#include <asm/ptrace.h>
#define AT(r, w) (offsetof(struct pt_regs, r) == 4 * PTSI_INDEX(w))
_Static_assert(AT(regs[0], R0) && AT(regs[15], R15) && AT(pc, PC), "");
_Static_assert(sizeof(struct pt_regs) == SIZE, "");
#endif

/*
 * When PTRACE_SET_SYSCALL_INFO sets -1 at a SECCOMP stop, it leaves the fifth argument in r0 as the
 * result (entry-common.S and do_syscall_trace_enter in arch/sh/kernel; seen on 7.2).
 * handle_syscall_restart (arch/sh/kernel/signal_32.c) looks for a restart code in r0, even where a
 * repeat has put its fifth argument.
 */
#define SH_ROW                                                                                     \
	.enosys = 38, .getpid = 20, .value = 4, .pointer = 4, .word = 4, .nr = R3,                 \
	.arg = { R4, R5, R6, R7, R0, R1 }, .rval = R0, .ip = PC, .sp = R15, .size = SIZE,          \
	.poke = 4, .prefix = true, .skip_at_entry = PTSI_SKIP_EXIT,                                \
	.skip_at_seccomp = PTSI_SKIP_KEPT, .insn_len = 2, .user_nr = R3, .restarts_by_rval = true, \
	.native_wrong = PTSI_CAN_SKIP

static const struct ptsi_abi shel = { SH_ROW, .name = "sh", .arch = ARCH_SHEL };
static const struct ptsi_abi sheb = {
	.name = "sheb",
	.arch = ARCH_SH,
	.big = true,
	SH_ROW,
};

#if defined __sh__ && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define OWN sheb
#else
#define OWN shel
#endif

static const struct ptsi_abi *const abis[] = { &shel, &sheb, NULL };

const struct ptsi_family ptsi_family_sh = {
	.name = "sh",
	.abis = abis,
	.own = &OWN,
};
