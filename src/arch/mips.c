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
#include <errno.h>
#include <stddef.h>

#include "../abi.h"
#include "o32_stack.h"

enum { SIZE_O32 = 180, SIZE_64 = 360, ENOSYS_MIPS = 89 };
enum { SYSCALL_O32 = 4000, FIRST_O32 = 4000, FIRST_N64 = 5000, FIRST_N32 = 6000, NUMBERS = 1000 };
enum { GET_THREAD_AREA_3264 = 0xc4 };

/* AUDIT_ARCH_*, with LE for little-endian */
enum { MIPS = 8, N64 = (int)0x80000008, N32 = (int)0xa0000008, LE = 0x40000000 };

/* words of the regset of n32 and n64, and of o32's */
enum { V0 = 2, A0 = 4, A1, A2, A3, A4, A5, SP = 29, EPC = 34 };
enum { O_V0 = 8, O_A0 = 10, O_A1, O_A2, O_A3, O_R8, O_R9, O_R10, O_SP = 35, O_EPC = 40 };

#if defined __mips__
#include <asm/reg.h>
#if _MIPS_SIM == _MIPS_SIM_ABI32
_Static_assert(EF_R2 == O_V0 && EF_R4 == O_A0 && EF_R7 == O_A3 && EF_R8 == O_R8, "");
_Static_assert(EF_R29 == O_SP && EF_CP0_EPC == O_EPC && EF_SIZE == SIZE_O32, "");
#else
_Static_assert(EF_R2 == V0 && EF_R4 == A0 && EF_R7 == A3 && EF_R9 == A5, "");
_Static_assert(EF_R29 == SP && EF_CP0_EPC == EPC, "");
#endif
#endif

#if defined __mips__ && _MIPS_SIM != _MIPS_SIM_ABI32
enum { KERNEL_IS_64 = true };
#else
enum { KERNEL_IS_64 = sizeof(long) == 8 };
#endif

static int nr_refused(struct ptsi_stop *st, int nr)
{
	int first = st->abi->getpid / NUMBERS * NUMBERS; /* all the ABI's numbers are near it */

	return nr < first || nr >= first + NUMBERS ? EOPNOTSUPP : 0;
}

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
	ptsi_edit(ed, st->abi->flag, error);
	ptsi_edit(ed, st->abi->rval, (uint64_t)(error ? -rval : rval));
	return 0;
}

/* The arguments of o32 that are from the stack: a 32-bit kernel has them in no register. */
static int decode_o32(struct ptsi_stop *st)
{
	unsigned shift = st->abi->nr == O_A0;
	uint64_t *args = st->info.entry.args;
	int r = 0;

	for (unsigned i = 4 - shift; i < 6 && r == 0 && ptsi_at_entry(st->info.op); i++)
		r = st->abi->arg[5] == PTSI_NO_WORD ?
			    o32_stack_word(st, i + shift, &args[i]) :
			    ptsi_regs_word(st, O_R8 + (int)(i + shift) - 4, &args[i]);
	return r;
}

#define MIPS_ROW                                                                                 \
	.insn_len = 4, .enosys = ENOSYS_MIPS, .arg1_copy = PTSI_NO_WORD, .flag_set = 1,          \
	.prefix = true, .at_entry = PTSI_SKIP_EXIT, .at_seccomp = PTSI_SKIP_EXIT,                \
	.nr_refused = nr_refused, .edit_result = edit_result

#define N_ROW(name_, arch_, getpid_, pointer_, big_)                                             \
	{                                                                                        \
		MIPS_ROW, .name = name_, .arch = (uint32_t)(arch_), .word = 8, .value = 8,       \
		.pointer = pointer_, .big = big_, .size = SIZE_64, .nr = V0,                     \
		.arg = { A0, A1, A2, A3, A4, A5 }, .rval = V0, .ip = EPC, .sp = SP,              \
		.user_nr = V0, .getpid = getpid_, .flag = A3, .flag_mask = UINT64_MAX,           \
	}

#define O32_ROW(arch_, big_, wrong, nr_, ...)                                                    \
	{                                                                                        \
		MIPS_ROW, .name = "o32", .arch = arch_, .word = 4, .value = 4, .pointer = 4,     \
		.big = big_, .size = SIZE_O32, .nr = nr_, .arg = { __VA_ARGS__ }, .rval = O_V0,  \
		.ip = O_EPC, .sp = O_SP, .user_nr = O_V0, .getpid = 4020, .flag = O_A3,          \
		.flag_mask = UINT32_MAX, .edit_repeat = o32_edit_repeat,                         \
		.exchange_args = o32_exchange_args, .decode = decode_o32, .native_wrong = wrong, \
	}

/*
 * On a 64-bit kernel PTRACE_SET_SYSCALL_INFO stores values of 32 bits without extending their
 * sign (syscall_set_arguments, 7.2), which these registers have to have.
 */
#define ON_64 (PTSI_CAN_NR | PTSI_CAN_ARGS)
#define NO PTSI_NO_WORD

enum { ON_64_DIRECT, ON_64_INDIRECT, ON_32_DIRECT, ON_32_INDIRECT };

#define O32_ROWS(arch, big)                                                                      \
	{                                                                                        \
		[ON_64_DIRECT] = O32_ROW(arch, big, ON_64, O_V0, O_A0, O_A1, O_A2, O_A3, O_R8, O_R9), \
		[ON_64_INDIRECT] =                                                               \
			O32_ROW(arch, big, ON_64, O_A0, O_A1, O_A2, O_A3, O_R8, O_R9, O_R10),    \
		[ON_32_DIRECT] = O32_ROW(arch, big, 0, O_V0, O_A0, O_A1, O_A2, O_A3, NO, NO),    \
		[ON_32_INDIRECT] = O32_ROW(arch, big, 0, O_A0, O_A1, O_A2, O_A3, NO, NO, NO),    \
	}

static const struct ptsi_abi o32[2][4] = { O32_ROWS(MIPS | LE, false), O32_ROWS(MIPS, true) };
static const struct ptsi_abi n32[2] = {
	N_ROW("n32", N32 | LE, 6038, 4, false), N_ROW("n32", N32, 6038, 4, true),
};
static const struct ptsi_abi n64[2] = {
	N_ROW("n64", N64 | LE, 5038, 8, false), N_ROW("n64", N64, 5038, 8, true),
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
	uint64_t v0;

	if (is_64 < 0)
		return NULL;
	st->abi = &o32[big][is_64 ? ON_64_DIRECT : ON_32_DIRECT];
	if (!ptsi_at_entry(st->info.op))
		return st->abi;
	if (ptsi_regs_word(st, O_V0, &v0) < 0)
		return NULL;
	return v0 == SYSCALL_O32 ? st->abi + 1 : st->abi;
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
	uint64_t v0, sp;

	if (ptsi_regs_read(st) < 0)
		return NULL;
	if (st->image.len == SIZE_O32)
		return pick_o32(st, OWN_BIG);
	st->abi = &n64[OWN_BIG];
	if (st->image.len != SIZE_64 || ptsi_regs_word(st, V0, &v0) < 0 ||
	    ptsi_regs_word(st, SP, &sp) < 0)
		goto unknown;
	if (!ptsi_at_entry(st->info.op))
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
static int repair(struct ptsi_stop *st)
{
	int has;

	if ((st->info.arch & ~(uint32_t)LE) != MIPS || !ptsi_at_entry(st->info.op))
		return 0;
	has = ptsi_native_has_set(st);
	if (has)
		return has < 0 ? -1 : 0;
	return ptsi_stop_abi(st) < 0 ? -1 : decode_o32(st);
}

/* those of 32-bit kernels and of syscall(2) have the same name: pick tells them */
static const struct ptsi_abi *const abis[] = {
	&o32[0][ON_64_DIRECT], &o32[1][ON_64_DIRECT], &n32[0], &n32[1], &n64[0], &n64[1], NULL,
};

extern const struct ptsi_family ptsi_family_mips;
const struct ptsi_family ptsi_family_mips = {
	.name = "mips",
	.abis = abis,
	.nr_plain_max = 1, /* none is: numbers begin at 4000 */
	.sigset_size = 16,
	.pick = pick,
	.repair = repair,
};
