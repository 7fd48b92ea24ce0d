// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * arc: ARCompact and ARCv2, of either byte order.  There is no POKEUSR and no seccomp.
 *
 * A call whose number is -1 returns -ENOSYS, and a result that was written before is lost
 * (tracesys in arch/arc/kernel/entry.S; 5.10, 6.1, 7.2).
 *
 * SIZE leaves out the callee-saved registers, which end the regset.  At a syscall-stop the kernel
 * reads and writes them through a pointer that a signal has left behind, and that leads somewhere
 * into the tracee's kernel stack (genregs_get, genregs_set).
 *
 * On ARCv2 PTRACE_GET_SYSCALL_INFO and PTRACE_SET_SYSCALL_INFO look for the arguments in the wrong
 * direction (syscall_get_arguments in arch/arc/include/asm/syscall.h).  For all arguments but the
 * first, the former tells other registers (seen on 6.1) and the latter writes other registers, the
 * stack pointer for argument 2 (7.2).  native_wrong has the number as well, since it is written
 * together with the arguments.  On ARCompact the direction is right, but its rows share
 * native_wrong.
 *
 * When the kernel restarts a call, the program's own first argument comes back: it is taken from
 * orig_r0, which no regset has.
 */
#include "../abi.h"

#define ARCH_ARCOMPACT   0x4000005d
#define ARCH_ARCOMPACTBE 0x0000005d
#define ARCH_ARCV2       0x400000c3
#define ARCH_ARCV2BE     0x000000c3

enum { SIZE = 96 };

/* words of struct user_regs_struct */
enum { RET = PTSI_WORD(6), R8 = PTSI_WORD(14), R5 = PTSI_WORD(17), R4, R3, R2, R1, R0, SP };

#if defined __arc__
#include <asm/ptrace.h>
#define AT(r, w) (offsetof(struct user_regs_struct, r) == 4 * PTSI_INDEX(w))
_Static_assert(AT(scratch.ret, RET) && AT(scratch.r8, R8) && AT(scratch.r5, R5), "");
_Static_assert(AT(scratch.r4, R4) && AT(scratch.r3, R3) && AT(scratch.r2, R2), "");
_Static_assert(AT(scratch.r1, R1) && AT(scratch.r0, R0) && AT(scratch.sp, SP), "");
_Static_assert(AT(pad2, PTSI_WORD(SIZE / 4)), "");
#endif

/* do_signal looks for a restart code in r0, even where a repeat has put its first argument. */
#define ARC_ROW                                                                                    \
	.enosys = 38, .getpid = 172, .value = 4, .pointer = 4, .word = 4, .nr = R8,                \
	.arg = { R0, R1, R2, R3, R4, R5 }, .rval = R0, .ip = RET, .sp = SP, .size = SIZE,          \
	.prefix = true, .skip_at_entry = PTSI_SKIP_EXIT, .user_nr = R8, .restarts_by_rval = true,  \
	.native_wrong = PTSI_CAN_NR | PTSI_CAN_ARGS

static const struct ptsi_abi arcompact = {
	.name = "arcompact",
	.arch = ARCH_ARCOMPACT,
	.insn_len = 4,
	ARC_ROW,
};
static const struct ptsi_abi arcompactbe = {
	.name = "arcompact",
	.arch = ARCH_ARCOMPACTBE,
	.big = true,
	.insn_len = 4,
	ARC_ROW,
};
static const struct ptsi_abi arcv2 = {
	.name = "arcv2",
	.arch = ARCH_ARCV2,
	.insn_len = 2,
	ARC_ROW,
};
static const struct ptsi_abi arcv2be = {
	.name = "arcv2",
	.arch = ARCH_ARCV2BE,
	.big = true,
	.insn_len = 2,
	ARC_ROW,
};

static const struct ptsi_abi *const abis[] = { &arcompact, &arcompactbe, &arcv2, &arcv2be, NULL };

/* Registers don't tell the row, so it is the one that the library is compiled for. */
#if defined __ARCHS__ || defined __ARCEM__
#define OWN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? &arcv2be : &arcv2)
#elif defined __arc__
#define OWN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? &arcompactbe : &arcompact)
#else
#define OWN NULL
#endif

/* ARCv2's arguments are read from the registers. */
static int mend_native(struct ptsi_stop *st)
{
	struct ptsi_syscall_info *info = &st->info;

	if (!ptsi_before_call(info->op) || (info->arch != ARCH_ARCV2 && info->arch != ARCH_ARCV2BE))
		return 0;
	if (ptsi_decode_abi(st) < 0)
		return -1;
	for (int i = 0; i < 6; i++)
		if (ptsi_regs_word(st, st->abi->arg[i], &info->entry.args[i]) < 0)
			return -1;
	return 0;
}

const struct ptsi_family ptsi_family_arc = {
	.name = "arc",
	.abis = abis,
	.own = OWN,
	.look_at = 1 << PTSI_SYSCALL_INFO_ENTRY | 1 << PTSI_SYSCALL_INFO_SECCOMP,
	.read_max = SIZE,
	.mend_native = mend_native,
};
