// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * arm64: 64-bit tracers, of 64-bit and of AArch32 tracees.
 *
 * The number is in a regset of its own, NT_ARM_SYSTEM_CALL (since 3.19; for AArch32 tracees it
 * came later), and there is no POKEUSR.  When the number is -1 the kernel leaves x0 as it is: a
 * skipped call returns what was written there, or else its first argument (el0_svc_common in
 * arch/arm64/kernel/syscall.c).
 *
 * The call takes its first argument from x0, but seccomp filters, PTRACE_GET_SYSCALL_INFO and the
 * kernel's restarts take it from orig_x0, which is in no regset.  Since 6.16, and 6.1.192 of the
 * stable kernels, orig_x0 follows x0 when registers are written at an entry stop.  On older
 * kernels only what PTRACE_GET_SYSCALL_INFO says can be mended.
 *
 * At syscall-stops x7 reads as 0 (entry) or 1 (exit).  Its true value is hidden, and what is
 * written to it is dropped (report_syscall in arch/arm64/kernel/ptrace.c).
 *
 * A repeat sets NT_ARM_SYSTEM_CALL to -1, and the kernel restarts no call of that number.  So a
 * repeat's first argument may look like a restart code, for AArch32 tracees too, unlike in arm.c.
 */
#include <sys/uio.h>

#include "aarch32.h"

enum { NT_SYSTEM_CALL = 0x404, SIZE_64 = 272 };

/* words of struct user_pt_regs */
enum { X0 = PTSI_WORD(0), X1, X2, X3, X4, X5, X7 = PTSI_WORD(7), X8, SP = PTSI_WORD(31), PC };

#if defined __aarch64__
#include <asm/ptrace.h>
_Static_assert(offsetof(struct user_pt_regs, regs) == 0, "");
_Static_assert(sizeof((struct user_pt_regs *)0)->regs == 8 * PTSI_INDEX(SP), "");
_Static_assert(offsetof(struct user_pt_regs, sp) == 8 * PTSI_INDEX(SP), "");
_Static_assert(offsetof(struct user_pt_regs, pc) == 8 * PTSI_INDEX(PC), "");
_Static_assert(sizeof(struct user_pt_regs) == SIZE_64, "");
#endif

/* A kernel that doesn't have this regset answers EINVAL. */
static int system_call(const struct ptsi_stop *st, long request, int *nr)
{
	struct iovec iov = { nr, sizeof *nr };

	if (ptsi_request(st, request, NT_SYSTEM_CALL, &iov) >= 0)
		return 0;
	return ptsi_fail(errno == EINVAL ? EOPNOTSUPP : errno);
}

static int write_nr(struct ptsi_stop *st, int nr)
{
	return system_call(st, PTSI_SETREGSET, &nr);
}

static int mend_words(struct ptsi_stop *st)
{
	int nr;

	if (!ptsi_before_call(st->info.op))
		return 0;
	if (system_call(st, PTSI_GETREGSET, &nr) < 0)
		return -1;
	st->info.entry.nr = (uint64_t)(int64_t)nr;
	return 0;
}

static const struct ptsi_abi arm64 = {
	.name = "arm64",
	.arch = ARCH_AARCH64,
	.enosys = 38,
	.getpid = 172,
	.value = 8,
	.pointer = 8,
	.word = 8,
	.nr = PTSI_NR_CALL,
	.arg = { X0, X1, X2, X3, X4, X5 },
	.rval = X0,
	.ip = PC,
	.sp = SP,
	.size = SIZE_64,
	.prefix = true,
	.write_nr = write_nr,
	.skip_at_entry = PTSI_SKIP_AHEAD,
	.skip_at_seccomp = PTSI_SKIP_KEPT,
	.insn_len = 4,
	.user_nr = X8,
	.native_enosys = true,
	.mend_words = mend_words,
};

static const struct ptsi_abi aarch32 = {
	AARCH32_ROW,
	.write_nr = write_nr,
	.mend_words = mend_words,
};

static const struct ptsi_abi *pick(struct ptsi_stop *st)
{
	if (st->info_size)
		return st->info.arch == ARCH_ARM ? &aarch32 : &arm64;
	if (ptsi_regs_read(st) < 0)
		return NULL;
	if (st->image.len == AARCH32_SIZE)
		return &aarch32;
	if (st->image.len == SIZE_64)
		return &arm64;
	errno = EOPNOTSUPP;
	return NULL;
}

static int mark(struct ptsi_stop *st)
{
	if (ptsi_decode_abi(st) < 0)
		return -1;
	return arm_mark(st, st->abi == &aarch32 ? R12 : X7);
}

/*
 * The first argument is in x0, except in a skipped call, where the result is.  A kernel that has
 * PTRACE_SET_SYSCALL_INFO keeps orig_x0 up to date, so there is nothing to mend.
 */
static int mend_native(struct ptsi_stop *st)
{
	int has;

	if (st->info.arch == ARCH_ARM)
		ptsi_decode_narrow_error(&st->info);
	if (st->info.arch == ARCH_ARM || !ptsi_before_call(st->info.op) ||
	    st->info.entry.nr == UINT64_MAX)
		return 0;
	has = ptsi_kernel_has_set(st);
	if (has < 0)
		return -1;
	if (has)
		return 0;
	if (ptsi_decode_abi(st) < 0)
		return -1;
	return ptsi_regs_word(st, X0, &st->info.entry.args[0]);
}

static const struct ptsi_abi *const abis[] = { &arm64, &aarch32, NULL };

const struct ptsi_family ptsi_family_arm64 = {
	.name = "arm64",
	.abis = abis,
	.nr_plain_last = AARCH32_NR_MAX,
	.pick = pick,
	.mark = mark,
	.mend_native = mend_native,
};
