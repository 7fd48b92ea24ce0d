// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * arm: 32-bit tracers, on 32-bit kernels and on arm64's.
 *
 * The number is in no regset.  PTRACE_SET_SYSCALL sets it, and PTRACE_GET_SYSCALL_INFO tells it.
 * Where the latter is missing (before 5.3) or refused, r7 is told, where the program has put the
 * number.  That is wrong for restart_syscall, which the kernel itself calls (local_restart in
 * arch/arm/kernel/entry-common.S), and for a number that was set.
 */
#include "aarch32.h"

enum { SET_SYSCALL = 23 };

static int set_syscall(const struct ptsi_stop *st, int nr)
{
	return ptsi_request(st, SET_SYSCALL, 0, (void *)(intptr_t)nr) < 0 ? -1 : 0;
}

/*
 * Kernels from 5.15 to 6.5 turn the -1 of PTRACE_SET_SYSCALL into 0xfffff, a number that is
 * answered with SIGILL (arch/arm/kernel/ptrace.c; mended in 6.6 and 6.1.55).  So the number is
 * read back.  Without PTRACE_GET_SYSCALL_INFO that can't be done, and the mistake isn't noticed.
 * On such a kernel a call can be skipped by making it getpid (PTSI_HARMLESS_NR).
 */
static int write_nr(struct ptsi_stop *st, int nr)
{
	uint64_t now;
	int told, err;

	if (set_syscall(st, nr) < 0)
		return -1;
	if (nr != -1 || !ptsi_before_call(st->info.op))
		return 0;
	told = ptsi_kernel_nr(st, &now);
	if (told == 0 || (told > 0 && now == UINT64_MAX))
		return 0;
	err = told < 0 ? errno : EOPNOTSUPP;
	set_syscall(st, (int)st->info.entry.nr);
	return ptsi_fail(err);
}

/*
 * Only trying tells whether write_nr can set -1 on this kernel; and only where the number can be
 * read, so that it can be put back.
 */
static int try_skip(struct ptsi_stop *st)
{
	if (st->info.entry.nr == UINT64_MAX || !st->native_get)
		return 1;
	if (write_nr(st, -1) < 0)
		return errno == EOPNOTSUPP ? 0 : -1;
	/* the number has to come back, so try twice: asking must not cost the tracee its call */
	if (set_syscall(st, (int)st->info.entry.nr) < 0 &&
	    set_syscall(st, (int)st->info.entry.nr) < 0)
		return -1;
	return 1;
}

/* The number, as far as registers tell it. */
static int mend_words(struct ptsi_stop *st)
{
	uint64_t nr;

	if (!ptsi_before_call(st->info.op))
		return 0;
	if (ptsi_regs_word(st, R7, &nr) < 0)
		return -1;
	st->info.entry.nr = (uint64_t)(int64_t)(int32_t)nr;
	return 0;
}

/* An svc that has a number in it may be an OABI call, whose number is in no register. */
static int repeats(struct ptsi_stop *st, const struct ptsi_syscall_info *entry)
{
	unsigned long insn = 0;
	uint64_t cpsr;

	if (!entry)
		return 1;
	if (ptsi_regs_word(st, CPSR, &cpsr) < 0)
		return -1;
	if (cpsr & CPSR_THUMB)
		return 1;
	if (ptsi_request(st, PTSI_PEEKDATA, (unsigned long)entry->instruction_pointer - 4, &insn) <
	    0)
		return errno == EIO ? 0 : -1;
	return !(insn & 0xffffff);
}

/*
 * do_signal of a 32-bit kernel looks for a restart code in r0, even where a repeat has put its
 * first argument.
 */
static const struct ptsi_abi arm = {
	.poke = 4,
	.nr_is_guess = true,
	.write_nr = write_nr,
	.try_skip = try_skip,
	.restarts_by_rval = true,
	.repeats = repeats,
	.mend_words = mend_words,
	AARCH32_ROW,
};

/*
 * A 64-bit tracee.  A 32-bit tracer sees only the lower halves of some of its registers
 * (task_user_regset_view in arch/arm64/kernel/ptrace.c), so this row has no words;
 * PTRACE_SET_SYSCALL_INFO can change such a tracee.
 */
static const struct ptsi_abi arm64_unseen = {
	.name = "arm64",
	.arch = ARCH_AARCH64,
	.enosys = 38,
	.getpid = 172,
	.value = 8,
	.pointer = 8,
};

/* All 32-bit code has the mode bit in its cpsr: where that is missing the tracee is 64-bit. */
static const struct ptsi_abi *pick(struct ptsi_stop *st)
{
	uint64_t cpsr;

	if (st->info_size)
		return st->info.arch == ARCH_ARM ? &arm : &arm64_unseen;
	if (ptsi_regs_word_of(st, &arm, CPSR, &cpsr) < 0)
		return NULL;
	if (cpsr & CPSR_MODE32)
		return &arm;
	errno = EOPNOTSUPP;
	return NULL;
}

static int mark(struct ptsi_stop *st)
{
	return ptsi_decode_abi(st) < 0 ? -1 : arm_mark(st, R12);
}

static int mend_native(struct ptsi_stop *st)
{
	if (st->info.arch == ARCH_ARM)
		ptsi_decode_narrow_error(&st->info);
	return 0;
}

static const struct ptsi_abi *const abis[] = { &arm, &arm64_unseen, NULL };

const struct ptsi_family ptsi_family_arm = {
	.name = "arm",
	.abis = abis,
	.nr_plain_last = AARCH32_NR_MAX,
	.pick = pick,
	.mark = mark,
	.mend_native = mend_native,
};
