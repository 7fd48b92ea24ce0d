// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * mips: o32, n32 and n64 calls, of both byte orders.
 *
 * v0 holds the number and then the result; a3 holds the fourth argument and then the error flag.
 * A failed call has the positive errno in v0.  A result can't be written before the call, since
 * the kernel takes the number anew from a v0 that is written (mips_syscall_update_nr in
 * arch/mips/kernel/ptrace.c).  When a call is skipped by registers, v0 is -1 until its exit stop.
 *
 * A call whose number is -1 returns -ENOSYS after an entry stop of kernels before mid-2026.  Later
 * ones, and all kernels after a SECCOMP stop, leave -1 in v0.
 *
 * o32's call 4000 is syscall(2), which has the number in a0 and each argument one place further.
 *
 * The fifth and sixth argument of o32 are on the program's stack.  A 64-bit kernel copies them to
 * R8 and on before the stop and takes them from there after it; a 32-bit kernel keeps them where
 * no regset reaches.  Up to 6.13 PTRACE_GET_SYSCALL_INFO tells in their place what is in the
 * tracer's own memory (mips_get_syscall_arg).
 *
 * A number of another ABI makes a 64-bit kernel trace the call once more, so it is refused.
 */
#include "../abi.h"
#include "o32_stack.h"

enum { SIZE_O32 = 180, SIZE_64 = 360, ENOSYS_MIPS = 89 };
enum { SYSCALL_O32 = 4000, FIRST_O32 = 4000, FIRST_N64 = 5000, FIRST_N32 = 6000, NUMBERS = 1000 };
enum { GET_THREAD_AREA_3264 = 0xc4 };

/* AUDIT_ARCH_*, with LE for little-endian */
enum { MIPS = 8, N64 = (int)0x80000008, N32 = (int)0xa0000008, LE = 0x40000000 };

/* words of the regset of n32 and n64, and of o32's */
enum { V0 = PTSI_WORD(2), A0 = PTSI_WORD(4), A1, A2, A3, A4, A5 };
enum { SP = PTSI_WORD(29), EPC = PTSI_WORD(34) };
enum { O_V0 = PTSI_WORD(8), O_A0 = PTSI_WORD(10), O_A1, O_A2, O_A3, O_R8, O_R9, O_R10 };
enum { O_SP = PTSI_WORD(35), O_EPC = PTSI_WORD(40) };

#if defined __mips__
#include <asm/reg.h>
#define AT(index, w) ((index) == PTSI_INDEX(w))
#if _MIPS_SIM == _MIPS_SIM_ABI32
_Static_assert(AT(EF_R2, O_V0) && AT(EF_R4, O_A0) && AT(EF_R7, O_A3) && AT(EF_R8, O_R8), "");
_Static_assert(AT(EF_R29, O_SP) && AT(EF_CP0_EPC, O_EPC) && EF_SIZE == SIZE_O32, "");
#else
_Static_assert(AT(EF_R2, V0) && AT(EF_R4, A0) && AT(EF_R7, A3) && AT(EF_R9, A5), "");
_Static_assert(AT(EF_R29, SP) && AT(EF_CP0_EPC, EPC), "");
#endif
#endif

#if defined __mips__ && _MIPS_SIM != _MIPS_SIM_ABI32
enum { KERNEL_IS_64 = true };
#else
enum { KERNEL_IS_64 = sizeof(long) == 8 };
#endif

/* R0, which no regset has: the number of a call that has failed, and 0 after one that hasn't. */
static int write_nr(struct ptsi_stop *st, int nr)
{
	return ptsi_request(st, PTSI_POKEUSR, 0, (void *)(intptr_t)nr) < 0 ? -1 : 0;
}

/*
 * The kernel restarts a call if v0 looks like a restart code, be it an error or not, and R0 says
 * that the call has failed (do_signal in kernel/signal.c).  So R0 is cleared for a success that
 * looks like one.  Where the call was interrupted R0 is what it is restarted by, and such a success
 * is refused; other failed calls have no more use for R0.
 */
static int edit_result(struct ptsi_stop *st, struct ptsi_edits *ed, int64_t rval, bool error)
{
	unsigned long failed = 0;

	if (!error && ptsi_is_restart_code(-rval)) {
		if (ptsi_request(st, PTSI_PEEKUSR, 0, &failed) < 0)
			return -1;
		if (failed && ptsi_is_restart_code(st->info.exit.rval))
			return ptsi_fail(EOPNOTSUPP);
		ptsi_regs_edit_known(ed, PTSI_NR_CALL, failed, 0);
	}
	ptsi_regs_edit(ed, st->abi->flag, error);
	ptsi_regs_edit(ed, st->abi->rval, (uint64_t)(error ? -rval : rval));
	return 0;
}

/* The arguments of o32 that come from the stack, where a 32-bit kernel has them in no register. */
static int mend_o32(struct ptsi_stop *st)
{
	unsigned shift = st->abi->nr == O_A0;
	uint64_t *args = st->info.entry.args;
	int r = 0;

	for (unsigned i = 4 - shift; i < 6 && r == 0 && ptsi_before_call(st->info.op); i++)
		r = !st->abi->arg[5] ? o32_stack_word(st, i + shift, &args[i])
				     : ptsi_regs_word(st, O_R8 + (int)(i + shift) - 4, &args[i]);
	return r;
}

#define MIPS_ROW                                                                                   \
	.enosys = ENOSYS_MIPS, .prefix = true, .skip_at_entry = PTSI_SKIP_EXIT,                    \
	.skip_at_seccomp = PTSI_SKIP_EXIT, .insn_len = 4, .write_nr = write_nr,                    \
	.edit_result = edit_result

/* An ABI's numbers are the NUMBERS from its first one on; but syscall(2) has others in it. */
#define NUMBERS_FROM(first) .nr_first = (first), .nr_last = (first) + NUMBERS - 1

#define N_ROW                                                                                      \
	.value = 8, .word = 8, .nr = V0, .arg = { A0, A1, A2, A3, A4, A5 }, .rval = V0, .ip = EPC, \
	.sp = SP, .flag = A3, .flag_mask = UINT64_MAX, .size = SIZE_64, .user_nr = V0, MIPS_ROW

#define N32_ROW .name = "n32", .getpid = 6038, .pointer = 4, NUMBERS_FROM(FIRST_N32), N_ROW
#define N64_ROW .name = "n64", .getpid = 5038, .pointer = 8, NUMBERS_FROM(FIRST_N64), N_ROW

static const struct ptsi_abi n32[] = {
	{ .arch = (uint32_t)(N32 | LE), N32_ROW },
	{ .arch = (uint32_t)N32, .big = true, N32_ROW },
};
static const struct ptsi_abi n64[] = {
	{ .arch = (uint32_t)(N64 | LE), N64_ROW },
	{ .arch = (uint32_t)N64, .big = true, N64_ROW },
};

#define O32_ROW                                                                                    \
	.name = "o32", .getpid = 4020, .value = 4, .pointer = 4, .word = 4, .rval = O_V0,          \
	.ip = O_EPC, .sp = O_SP, .flag = O_A3, .flag_mask = UINT32_MAX, .size = SIZE_O32,          \
	.nr_first = SYSCALL_O32 + 1, .nr_last = FIRST_O32 + NUMBERS - 1, .user_nr = O_V0,          \
	.repeats = o32_repeats, .exchange_args = o32_exchange_args, .mend_words = mend_o32,        \
	MIPS_ROW

/* The words of a call, and of one that syscall(2) makes, whose number is in a0. */
#define DIRECT(...)   .nr = O_V0, .arg = { O_A0, O_A1, O_A2, O_A3, __VA_ARGS__ }
#define INDIRECT(...) .nr = O_A0, .arg = { O_A1, O_A2, O_A3, __VA_ARGS__ }

/*
 * On a 64-bit kernel 32-bit values have to be sign-extended in the registers, but
 * PTRACE_SET_SYSCALL_INFO stores them as they are given (syscall_set_arguments; 7.2).  It does so
 * with results, too, which the core therefore gives it sign-extended.
 */
#define KERNEL_64_ROW .native_wrong = PTSI_CAN_NR | PTSI_CAN_ARGS, O32_ROW

enum { ON_64_DIRECT, ON_64_INDIRECT, ON_32_DIRECT, ON_32_INDIRECT };

#define O32_ROWS(...)                                                                              \
	{                                                                                          \
		[ON_64_DIRECT] = { DIRECT(O_R8, O_R9), KERNEL_64_ROW, __VA_ARGS__ },               \
		[ON_64_INDIRECT] = { INDIRECT(O_R8, O_R9, O_R10), KERNEL_64_ROW, __VA_ARGS__ },    \
		[ON_32_DIRECT] = { DIRECT(0), O32_ROW, __VA_ARGS__ },                              \
		[ON_32_INDIRECT] = { INDIRECT(0), O32_ROW, __VA_ARGS__ },                          \
	}

/* in either byte order */
static const struct ptsi_abi o32[][4] = {
	O32_ROWS(.arch = MIPS | LE),
	O32_ROWS(.arch = MIPS, .big = true),
};

/* 1, 0 or -1: only a 64-bit kernel knows this request of a 32-bit tracer (compat_arch_ptrace). */
static int kernel_is_64(const struct ptsi_stop *st)
{
	uint64_t area;

	if (KERNEL_IS_64)
		return 1;
	if (ptsi_request(st, GET_THREAD_AREA_3264, 0, &area) >= 0)
		return 1;
	return errno == EIO ? 0 : -1;
}

static const struct ptsi_abi *pick_o32(struct ptsi_stop *st, int big)
{
	int is_64 = kernel_is_64(st);
	const struct ptsi_abi *direct = &o32[big][is_64 ? ON_64_DIRECT : ON_32_DIRECT];
	uint64_t v0;

	if (is_64 < 0)
		return NULL;
	if (!ptsi_before_call(st->info.op))
		return direct;
	if (ptsi_regs_word_of(st, direct, O_V0, &v0) < 0)
		return NULL;
	return v0 == SYSCALL_O32 ? &o32[big][is_64 ? ON_64_INDIRECT : ON_32_INDIRECT] : direct;
}

#if defined __mips__ && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
enum { OWN_BIG = 1 };
#else
enum { OWN_BIG = 0 };
#endif

/*
 * Without PTRACE_GET_SYSCALL_INFO the number tells n32 from n64.  At stops that have no number the
 * stack pointer does: n64 programs have their stack above 4 GiB, where n32 programs have nothing.
 */
static const struct ptsi_abi *pick_by_registers(struct ptsi_stop *st)
{
	const struct ptsi_abi *n = &n64[OWN_BIG]; /* n32 has the same words */
	uint64_t v0, sp;

	if (ptsi_regs_read(st) < 0)
		return NULL;
	if (st->image.len == SIZE_O32)
		return pick_o32(st, OWN_BIG);
	if (st->image.len != SIZE_64 || ptsi_regs_word_of(st, n, V0, &v0) < 0 ||
	    ptsi_regs_word_of(st, n, SP, &sp) < 0)
		goto unknown;
	if (!ptsi_before_call(st->info.op))
		return sp > UINT32_MAX ? &n64[OWN_BIG] : &n32[OWN_BIG];
	if (v0 >= FIRST_N64 && v0 < FIRST_N64 + NUMBERS)
		return &n64[OWN_BIG];
	if (v0 >= FIRST_N32 && v0 < FIRST_N32 + NUMBERS)
		return &n32[OWN_BIG];
unknown:
	errno = EOPNOTSUPP;
	return NULL;
}

static const struct ptsi_abi *pick(struct ptsi_stop *st)
{
	int big = !(st->info.arch & LE);

	if (!st->info_size)
		return pick_by_registers(st);
	switch (st->info.arch & ~(uint32_t)LE) {
	case MIPS:
		return pick_o32(st, big);
	case (uint32_t)N32:
		return &n32[big];
	case (uint32_t)N64:
		return &n64[big];
	}
	errno = EOPNOTSUPP;
	return NULL;
}

/* A kernel that has PTRACE_SET_SYSCALL_INFO tells the arguments of o32 rightly; others may not. */
static int mend_native(struct ptsi_stop *st)
{
	int has;

	if ((st->info.arch & ~(uint32_t)LE) != MIPS || !ptsi_before_call(st->info.op))
		return 0;
	has = ptsi_kernel_has_set(st);
	if (has < 0)
		return -1;
	if (has)
		return 0;
	return ptsi_decode_abi(st) < 0 ? -1 : mend_o32(st);
}

/* o32's rows for 32-bit kernels and for syscall(2) have the same name and arch; pick knows them */
static const struct ptsi_abi *const abis[] = {
	&o32[0][ON_64_DIRECT], &o32[1][ON_64_DIRECT], &n32[0], &n32[1], &n64[0], &n64[1], NULL,
};

const struct ptsi_family ptsi_family_mips = {
	.name = "mips",
	.abis = abis,
	/* which numbers are right depends on the ABI, which only a look at the stop tells */
	.look_at = 1 << PTSI_SYSCALL_INFO_ENTRY | 1 << PTSI_SYSCALL_INFO_SECCOMP,
	.sigset_size = 16,
	.pick = pick,
	.mend_native = mend_native,
};
