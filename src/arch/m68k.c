// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * m68k: 32-bit calls, big-endian.
 *
 * No kernel up to 7.2 has HAVE_ARCH_TRACEHOOK here, so there is no PTRACE_GET_SYSCALL_INFO and no
 * GETREGSET.  There are PTRACE_GETREGS and PTRACE_SETREGS, of 19 words in an order of their own,
 * and POKEUSR with the same order.  Only counting tells a syscall-entry-stop from an exit stop,
 * which a followed tracee does.
 *
 * There are three kernels: for classic CPUs with an MMU, for ColdFire, and for a 68000 without MMU
 * (kernel/entry.S, coldfire/entry.S and 68000/entry.S in arch/m68k; 5.10, 6.1, 7.2).  The code that
 * the tracer is compiled to tells which one it runs on.
 *
 * There are seccomp filters in 7.2 and none in 6.1, and no SECCOMP stops on a 68000.  The seccomp
 * data of 7.2 have the number as argument 1, and each argument one place further.
 */
#include "../abi.h"

#define ARCH_M68K 4

enum { SIZE = 76, GETREGS = 12, SETREGS = 13 };

/* words of GETREGS; PT_* of uapi/asm/ptrace.h */
enum { D1 = PTSI_WORD(0), D2, D3, D4, D5, A0 = PTSI_WORD(7), D0 = PTSI_WORD(14), USP, ORIG_D0 };
enum { PC = PTSI_WORD(18) };

#if defined __m68k__
#include <asm/ptrace.h>
#define AT(index, w) ((index) == PTSI_INDEX(w))
_Static_assert(AT(PT_D1, D1) && AT(PT_D2, D2) && AT(PT_D3, D3) && AT(PT_D4, D4), "");
_Static_assert(AT(PT_D5, D5) && AT(PT_A0, A0) && AT(PT_D0, D0) && AT(PT_USP, USP), "");
_Static_assert(AT(PT_ORIG_D0, ORIG_D0) && AT(PT_PC, PC), "");
#endif

#define M68K_ROW                                                                                   \
	.arch = ARCH_M68K, .enosys = 38, .getpid = 20, .value = 4, .pointer = 4, .word = 4,        \
	.big = true, .nr = ORIG_D0, .arg = { D1, D2, D3, D4, D5, A0 }, .rval = D0, .ip = PC,       \
	.sp = USP, .size = SIZE, .poke = 4, .insn_len = 2, .user_nr = D0

/* The kernel sets d0 to -ENOSYS before the entry stop; a number out of range leaves it alone. */
static const struct ptsi_abi classic = {
	.name = "m68k",
	.skip_at_entry = PTSI_SKIP_AHEAD,
	.skip_at_seccomp = PTSI_SKIP_KEPT,
	.presets = true,
	M68K_ROW,
};

/* The kernel looks the call up before the entry stop, so another number comes too late. */
static const struct ptsi_abi coldfire = {
	.name = "m68k_coldfire",
	.cant_entry = PTSI_CAN_NR | PTSI_CAN_SKIP,
	.presets = true,
	M68K_ROW,
};

/* The kernel puts -ENOSYS into d0 after the entry stop. */
static const struct ptsi_abi nommu = {
	M68K_ROW,
	.name = "m68k_nommu",
	.skip_at_entry = PTSI_SKIP_EXIT,
};

#if defined __mcoldfire__
#define OWN coldfire
#elif defined __mc68000__ && !defined __mc68020__ && !defined __mc68030__ &&                       \
	!defined __mc68040__ && !defined __mc68060__
#define OWN nommu
#else
#define OWN classic
#endif

static int read_regs(struct ptsi_stop *st)
{
	if (ptsi_request(st, GETREGS, 0, st->image.bytes) < 0)
		return -1;
	st->image.len = SIZE;
	return 0;
}

static int write_regs(struct ptsi_stop *st, const struct ptsi_image *image, size_t len)
{
	(void)len; /* SETREGS writes all registers */
	return ptsi_request(st, SETREGS, 0, (void *)image->bytes) < 0 ? -1 : 0;
}

static const struct ptsi_abi *const abis[] = { &classic, &coldfire, &nommu, NULL };

const struct ptsi_family ptsi_family_m68k = {
	.name = "m68k",
	.abis = abis,
	.own = &OWN,
	.read = read_regs,
	.write = write_regs,
};
