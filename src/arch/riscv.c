// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * riscv: 64-bit calls, and 32-bit ones on kernels of either width.
 *
 * There is no POKEUSR.  The regset is the tracee's, whatever the tracer is, and its length tells
 * the ABI: a 64-bit kernel says RISCV64 for every call (syscall_get_arch; 6.1, 7.2).
 *
 * The first argument is in orig_a0, which no regset has.  Up to 6.3 the kernel loaded it anew from
 * a0 after the entry stop (arch/riscv/kernel/entry.S).  Since 6.4 it doesn't, and since 6.11 a0
 * holds -ENOSYS instead.  Nothing tells 6.4 from 6.3, so registers don't set that argument.
 *
 * When a call is skipped at a SECCOMP stop a0 is kept.  At an entry stop it is kept since 6.5, but
 * 5.10 to 6.3 put -ENOSYS there.  If nobody writes it, it is the first argument before 6.11.  That
 * is what a program's own call of a negative number returns up to 6.10, too, after a SECCOMP stop
 * (ret_from_syscall_rejected in entry.S, 6.1).
 */
#include "../abi.h"

#define ARCH_RISCV64 0xc00000f3
#define ARCH_RISCV32 0x400000f3

enum { SIZE_64 = 256, SIZE_32 = 128, ENOSYS_RISCV = 38 };

/* words of struct user_regs_struct */
enum { PC = PTSI_WORD(0), SP = PTSI_WORD(2), A0 = PTSI_WORD(10), A1, A2, A3, A4, A5 };
enum { A7 = PTSI_WORD(17) };

#if defined __riscv
#include <asm/ptrace.h>
#define AT(r, w) (offsetof(struct user_regs_struct, r) == sizeof(long) * PTSI_INDEX(w))
_Static_assert(AT(pc, PC) && AT(sp, SP) && AT(a0, A0) && AT(a1, A1) && AT(a2, A2), "");
_Static_assert(AT(a3, A3) && AT(a4, A4) && AT(a5, A5) && AT(a7, A7), "");
_Static_assert(sizeof(struct user_regs_struct) == (sizeof(long) == 8 ? SIZE_64 : SIZE_32), "");
#endif

/* Without PTRACE_GET_SYSCALL_INFO a0 is the first argument, unless it is -ENOSYS as since 6.11. */
static int mend_words(struct ptsi_stop *st)
{
	uint64_t a0;

	if (!ptsi_before_call(st->info.op))
		return 0;
	if (ptsi_regs_word(st, A0, &a0) < 0)
		return -1;
	if ((int32_t)a0 == -ENOSYS_RISCV)
		return ptsi_fail(EOPNOTSUPP);
	st->info.entry.args[0] = a0;
	return 0;
}

/*
 * A repeat has its first argument in a0, which the kernel loads anew after an exit stop.  But
 * do_signal looks for a restart code there.
 */
#define RISCV_ROW                                                                                  \
	.enosys = ENOSYS_RISCV, .getpid = 172, .nr = A7, .arg = { 0, A1, A2, A3, A4, A5 },         \
	.rval = A0, .ip = PC, .sp = SP, .skip_at_entry = PTSI_SKIP_AHEAD,                          \
	.skip_at_seccomp = PTSI_SKIP_KEPT, .insn_len = 4, .user_nr = A7, .user_arg1 = A0,          \
	.restarts_by_rval = true, .mend_words = mend_words

static const struct ptsi_abi riscv64 = {
	.name = "riscv64",
	.arch = ARCH_RISCV64,
	.value = 8,
	.pointer = 8,
	.word = 8,
	.size = SIZE_64,
	.prefix = true,
	RISCV_ROW,
};

#define RISCV32_ROW                                                                                \
	.name = "riscv32", .value = 4, .pointer = 4, .word = 4, .size = SIZE_32, RISCV_ROW

/* riscv32 on a 32-bit kernel. */
static const struct ptsi_abi riscv32 = { RISCV32_ROW, .arch = ARCH_RISCV32, .prefix = true };

/*
 * riscv32 on a 64-bit kernel.  A SETREGSET that is shorter would fill the other registers from the
 * kernel's stack (compat_riscv_gpr_set in arch/riscv/kernel/ptrace.c; 6.1, 7.2).
 *
 * 7.2 kills one such program in 2048 in execve, traced or not: its stack is put at the very end of
 * its memory, since STACK_TOP is a page beyond TASK_SIZE_32.
 */
static const struct ptsi_abi riscv32_compat = { RISCV32_ROW, .arch = ARCH_RISCV64 };

static const struct ptsi_abi *pick(struct ptsi_stop *st)
{
	if (st->info_size && st->info.arch == ARCH_RISCV32)
		return &riscv32;
	if (ptsi_regs_read(st) < 0)
		return NULL;
	if (st->image.len == SIZE_64)
		return &riscv64;
	/* registers don't tell a 32-bit tracer which kernel it runs on */
	if (st->image.len == SIZE_32 && (st->info_size || sizeof(long) == 8))
		return &riscv32_compat;
	errno = EOPNOTSUPP;
	return NULL;
}

/*
 * When the registers of a 32-bit tracee were written on a 64-bit kernel, a0 is zero-extended.  The
 * kernel looks at all of its bits, and so doesn't see that it is an error.
 */
static int mend_native(struct ptsi_stop *st)
{
	struct ptsi_syscall_info mended = st->info;

	if (!ptsi_decode_narrow_error(&mended))
		return 0;
	if (ptsi_decode_abi(st) < 0)
		return -1;
	if (st->abi->value == 4)
		st->info = mended;
	return 0;
}

static const struct ptsi_abi *const abis[] = { &riscv64, &riscv32, &riscv32_compat, NULL };

const struct ptsi_family ptsi_family_riscv = {
	.name = "riscv",
	.abis = abis,
	.pick = pick,
	.mend_native = mend_native,
};
