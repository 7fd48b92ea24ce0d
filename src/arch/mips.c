// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * mips: o32, n32 and n64 calls, of both byte orders.
 *
 * v0 is the number and then the result, a3 the fourth argument and then the error flag, whose
 * errno in v0 is positive: a result can't be written ahead.  What SETREGSET writes the kernel
 * takes the number from again (mips_syscall_update_nr in arch/mips/kernel/ptrace.c); o32's 4000 is
 * syscall(2), with the number in a0 and the arguments one further.
 *
 * The fifth and sixth argument of o32 are on the program's stack.  A 64-bit kernel copies them to
 * R8 and on before the stop and takes them from there after it; a 32-bit kernel keeps them where
 * no regset is.  Up to 6.13 PTRACE_GET_SYSCALL_INFO tells in their place what is in the tracer's
 * own memory (mips_get_syscall_arg).
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

/*
 * A success that looks like a restart code is taken for one if the call has failed, which R0
 * tells (do_signal in kernel/signal.c).  Where it hasn't failed that way R0 means nothing else.
 */
static int edit_result(struct ptsi_stop *st, struct ptsi_edits *ed, int64_t rval, bool error)
{
	unsigned long failed = 0;

	if (!error && ptsi_is_restart_code(-rval)) {
		if (ptsi_request(st, PTSI_PEEKUSR, 0, &failed) < 0)
			return -1;
		if (failed && ptsi_is_restart_code(st->info.exit.rval))
			return ptsi_fail(EOPNOTSUPP);
		if (failed && ptsi_request(st, PTSI_POKEUSR, 0, NULL) < 0)
			return -1;
	}
	ptsi_regs_edit(ed, st->abi->flag, error);
	ptsi_regs_edit(ed, st->abi->rval, (uint64_t)(error ? -rval : rval));
	return 0;
}

/* The arguments of o32 that are from the stack: a 32-bit kernel has them in no register. */
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

/* All the numbers of an ABI are near its first one. */
#define MIPS_ROW(first, getpid_)                                                                   \
	.enosys = ENOSYS_MIPS, .getpid = (first) + (getpid_), .prefix = true, .nr_first = (first), \
	.nr_last = (first) + NUMBERS - 1, .skip_at_entry = PTSI_SKIP_EXIT,                         \
	.skip_at_seccomp = PTSI_SKIP_EXIT, .insn_len = 4, .edit_result = edit_result

#define N_ROW(name_, arch_, pointer_, big_, first)                                                 \
	{                                                                                          \
		.name = name_, .arch = (uint32_t)(arch_), .value = 8, .pointer = pointer_,         \
		.word = 8, .big = big_, .nr = V0, .arg = { A0, A1, A2, A3, A4, A5 }, .rval = V0,   \
		.ip = EPC, .sp = SP, .flag = A3, .flag_mask = UINT64_MAX, .size = SIZE_64,         \
		.user_nr = V0, MIPS_ROW(first, 38),                                                \
	}

#define O32_ROW(arch_, big_, wrong, nr_, ...)                                                      \
	{                                                                                          \
		.name = "o32", .arch = arch_, .value = 4, .pointer = 4, .word = 4, .big = big_,    \
		.nr = nr_, .arg = { __VA_ARGS__ }, .rval = O_V0, .ip = O_EPC, .sp = O_SP,          \
		.flag = O_A3, .flag_mask = UINT32_MAX, .size = SIZE_O32, .user_nr = O_V0,          \
		.repeats = o32_repeats, .exchange_args = o32_exchange_args, .native_wrong = wrong, \
		.mend_words = mend_o32, MIPS_ROW(FIRST_O32, 20),                                   \
	}

/*
 * On a 64-bit kernel PTRACE_SET_SYSCALL_INFO stores values of 32 bits without extending their
 * sign (syscall_set_arguments, 7.2), which these registers have to have.
 */
#define ON_64 (PTSI_CAN_NR | PTSI_CAN_ARGS)

enum { ON_64_DIRECT, ON_64_INDIRECT, ON_32_DIRECT, ON_32_INDIRECT };

#define O32_ROWS(arch, big)                                                                        \
	{                                                                                          \
		[ON_64_DIRECT] =                                                                   \
			O32_ROW(arch, big, ON_64, O_V0, O_A0, O_A1, O_A2, O_A3, O_R8, O_R9),       \
		[ON_64_INDIRECT] =                                                                 \
			O32_ROW(arch, big, ON_64, O_A0, O_A1, O_A2, O_A3, O_R8, O_R9, O_R10),      \
		[ON_32_DIRECT] = O32_ROW(arch, big, 0, O_V0, O_A0, O_A1, O_A2, O_A3),              \
		[ON_32_INDIRECT] = O32_ROW(arch, big, 0, O_A0, O_A1, O_A2, O_A3),                  \
	}

static const struct ptsi_abi o32[2][4] = { O32_ROWS(MIPS | LE, false), O32_ROWS(MIPS, true) };
static const struct ptsi_abi n32[2] = {
	N_ROW("n32", N32 | LE, 4, false, FIRST_N32),
	N_ROW("n32", N32, 4, true, FIRST_N32),
};
static const struct ptsi_abi n64[2] = {
	N_ROW("n64", N64 | LE, 8, false, FIRST_N64),
	N_ROW("n64", N64, 8, true, FIRST_N64),
};

/* 1, 0 or -1.  Only a 64-bit kernel knows this request of a 32-bit tracer (compat_arch_ptrace). */
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
 * Without the kernel's word the number tells n32 from n64.  Where there is none the stack does:
 * programs of n64 are put above 4 GiB, and those of n32 have nothing there.
 */
static const struct ptsi_abi *pick_by_registers(struct ptsi_stop *st)
{
	const struct ptsi_abi *n = &n64[OWN_BIG]; /* n32's words are the same */
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

/* The arguments of o32 are right where the kernel can set them; where it can't it tells others. */
static int mend_native(struct ptsi_stop *st)
{
	int has;

	if ((st->info.arch & ~(uint32_t)LE) != MIPS || !ptsi_before_call(st->info.op))
		return 0;
	has = ptsi_kernel_has_set(st);
	if (has)
		return has < 0 ? -1 : 0;
	return ptsi_decode_abi(st) < 0 ? -1 : mend_o32(st);
}

/* those of 32-bit kernels and of syscall(2) have the same name: pick tells them */
static const struct ptsi_abi *const abis[] = {
	&o32[0][ON_64_DIRECT], &o32[1][ON_64_DIRECT], &n32[0], &n32[1], &n64[0], &n64[1], NULL,
};

const struct ptsi_family ptsi_family_mips = {
	.name = "mips",
	.abis = abis,
	/* which ABI's numbers are meant is not known before */
	.look_at = 1 << PTSI_SYSCALL_INFO_ENTRY | 1 << PTSI_SYSCALL_INFO_SECCOMP,
	.sigset_size = 16,
	.pick = pick,
	.mend_native = mend_native,
};
