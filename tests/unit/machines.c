// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The machines. */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machines.h"

enum {
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
	NR = PTSI_CAN_NR,
	ARGS = PTSI_CAN_ARGS,
	CALL = PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP,
	RESULT = PTSI_CAN_RESULT,
	IP = 0x10008,
	STACK = 0x20000,
};

#define NATIVE(call, result) .native = { [ENTRY] = call, [SECCOMP] = call, [EXIT] = result }

/* A number, another one that may be set, getpid's; ENOSYS. */
#define NRS(nr_, other, getpid_, enosys_)                                                          \
	.nr = nr_, .other_nr = other, .getpid = getpid_, .enosys = enosys_

/* Where its kernel has things. */
#define AT(arch_, nr_, rval_, ip_, sp_, ...)                                                       \
	.at = {                                                                                    \
		.nr = nr_,                                                                         \
		.arg = { __VA_ARGS__ },                                                            \
		.rval = rval_,                                                                     \
		.ip = ip_,                                                                         \
		.sp = sp_,                                                                         \
		.arch = arch_,                                                                     \
	}

#define AARCH32                                                                                    \
	.word = 4, .words = 18, NRS(24, 56, 20, 38), .nr_max = 0xf07ff,                            \
	AT(0x40000028, 7, 0, 15, 13, 17, 1, 2, 3, 4, 5), .put = { { 16, 0x10 }, { 0, 0xa1 } },     \
	.code = { 1, 2, 3, 4, 0, 0, 0, 0xef }, .code_len = 8, NATIVE(CALL, RESULT)

#define ARC(name_, arch_, big_)                                                                    \
	{                                                                                          \
		.family = &ptsi_family_arc, .name = name_, .told = true, .no_seccomp = true,       \
		.word = 4, .words = 40, .big = big_, .size = 96, NRS(172, 56, 172, 38),            \
		AT(arch_, 14, 22, 6, 23, 22, 21, 20, 19, 18, 17), NATIVE(PTSI_CAN_SKIP, RESULT),   \
	}

#define CSKY                                                                                       \
	.family = &ptsi_family_csky, .word = 4, NRS(172, 172, 172, 38), .whole = true,             \
	NATIVE(ARGS, RESULT)

#define BSP     UINT64_C(0x30080)
#define SLOT(n) (UINT64_C(0x80) | (uint64_t)(n) << 41)
#define IA64                                                                                       \
	.family = &ptsi_family_ia64, .name = "ia64", .tracer = 8, .no_seccomp = true,              \
	.no_set = true, .word = 8, .words = 128, .size = 456, NRS(1044, 1056, 1041, 38),           \
	AT(0xc0000032, 15, 8, 42, 12, 32, 33, 34, 35, 36, 37), .bsp = BSP

#define M68K                                                                                       \
	.family = &ptsi_family_m68k, .preset = true, .no_get = true, .no_set = true, .word = 4,    \
	.words = 19, .big = true, .user_step = 4, .getregs = 12, .setregs = 13, .nr = 24,          \
	.getpid = 20, .enosys = 38, AT(4, 16, 14, 18, 15, 0, 1, 2, 3, 4, 7)

#define O32(big_, arch_, ...)                                                                      \
	{                                                                                          \
		.family = &ptsi_family_mips, .name = "o32", .tracer = 8, .told = big_, .word = 4,  \
		.words = 45, .big = big_, .user_step = 4, NRS(4024, 4056, 4020, 89),               \
		.nr_min = 4001, .nr_max = 4999, AT(arch_, 8, 8, 40, 35, 10, 11, 12, 13, 14, 15),   \
		.stack_args = true, NATIVE(PTSI_CAN_SKIP, RESULT),                                 \
	}

#define MIPS_64(name_, big_, arch_, first)                                                         \
	{                                                                                          \
		.family = &ptsi_family_mips, .name = name_, .tracer = 8, .told = big_, .word = 8,  \
		.words = 45, .big = big_, .user_step = 8,                                          \
		NRS((first) + 24, (first) + 56, (first) + 38, 89), .nr_min = first,                \
		.nr_max = (first) + 999, AT(arch_, 2, 2, 34, 29, 4, 5, 6, 7, 8, 9),                \
		NATIVE(CALL, RESULT),                                                              \
	}

#define NDS32(arch_, big_)                                                                         \
	{                                                                                          \
		.family = &ptsi_family_nds32, .name = "nds32", .told = true, .no_seccomp = true,   \
		.no_set = true, .word = 4, .words = 35, .big = big_, NRS(172, 56, 172, 38),        \
		AT(arch_, 34, 0, 30, 29, 0, 1, 2, 3, 4, 5),                                        \
	}

#define PARISC(name_, tracer_, iaoq, arch_)                                                        \
	.family = &ptsi_family_parisc, .name = name_, .tracer = tracer_, .word = tracer_,          \
	.words = 120, .big = true, .user_step = tracer_, NRS(24, 56, 20, 251), .size = -1,         \
	AT(arch_, 20, 28, iaoq, 30, 26, 25, 24, 23, 22, 21),                                       \
	.code = { 0xe4, 0, 0x82, 0, 0x08, 0, 0x02, 0x40 }, .code_len = 8, NATIVE(0, RESULT)

#define PPC(name_, word_, big_, arch_)                                                             \
	.family = &ptsi_family_powerpc, .name = name_, .tracer = word_ == 8 ? 8 : 0,               \
	.word = word_, .words = 48, .big = big_, .user_step = word_, NRS(24, 56, 20, 38),          \
	AT(arch_, 0, 3, 32, 1, 34, 4, 5, 6, 7, 8), NATIVE(CALL, 0)

/* the argument that no regset has is beyond its end */
#define RISCV(name_, word_, arch_, whole_)                                                         \
	.family = &ptsi_family_riscv, .name = name_, .word = word_, .words = 32,                   \
	NRS(172, 56, 172, 38), AT(arch_, 17, 10, 0, 2, 40, 11, 12, 13, 14, 15), .whole = whole_,   \
	NATIVE(CALL, RESULT)

#define S390(name_, tracer_, orig, arch_)                                                          \
	.family = &ptsi_family_s390, .name = name_, .tracer = tracer_, .word = tracer_,            \
	.words = orig == 26 ? 27 : 36, .big = true, .user_step = tracer_, NRS(24, 56, 20, 38),     \
	.nr_max = 0xfffe, .size = -1, AT(arch_, 4, 4, 1, 17, orig, 5, 6, 7, 8, 9),                 \
	.code = { 0x0a, 0x00 }, .code_len = 2, NATIVE(CALL, RESULT)

#define SH(name_, arch_, big_)                                                                     \
	{                                                                                          \
		.family = &ptsi_family_sh, .name = name_, .told = big_, .word = 4, .words = 23,    \
		.big = big_, .user_step = 4, NRS(24, 56, 20, 38),                                  \
		AT(arch_, 3, 0, 16, 15, 4, 5, 6, 7, 0, 1), NATIVE(NR | ARGS, RESULT),              \
	}

#define SPARC(name_, tracer_, regset, arch_, ...)                                                  \
	.family = &ptsi_family_sparc, .name = name_, .tracer = tracer_, .no_seccomp = true,        \
	.word = tracer_, .words = 19, .big = true, .getregs = tracer_ == 8 ? 22 : 12,              \
	.setregs = tracer_ == 8 ? 23 : 13, .other_regset = regset, NRS(24, 56, 20, 90),            \
	.at = { __VA_ARGS__, .arch = arch_ }, NATIVE(CALL, RESULT)

#define SPARC_64 .nr = 0, .arg = { 7, 8, 9, 10, 11, 12 }, .rval = 7, .ip = 17, .sp = 13
#define SPARC_32 .nr = 4, .arg = { 11, 12, 13, 14, 15, 16 }, .rval = 11, .ip = 1, .sp = 17

#define X86                                                                                        \
	.family = &ptsi_family_x86, .tracer = 8, .word = 8, .words = 27, .user_step = 8,           \
	.enosys = 38, .presets = true, .code_len = 2, NATIVE(CALL, RESULT)
#define X86_64 X86, .code = { 0x0f, 0x05 }, AT(0xc000003e, 15, 10, 16, 19, 14, 13, 12, 7, 9, 8)
#define I386                                                                                       \
	X86, .name = "i386", .size = -1, .nr = 24, .other_nr = 56, .getpid = 20,                   \
	     .code = { 0xcd, 0x80 }, AT(0x40000003, 15, 10, 16, 19, 5, 11, 12, 13, 14, 4)

const struct machine machines[] = {
	{ .family = &ptsi_family_arm, .name = "arm", AARCH32, .user_step = 4, .nr_request = 23 },
	{ .family = &ptsi_family_arm64, .name = "arm", AARCH32, .nr_regset = 0x404 },
	{
		.family = &ptsi_family_arm64,
		.name = "arm64",
		.word = 8,
		.words = 34,
		.nr_regset = 0x404,
		NRS(172, 56, 172, 38),
		AT(0xc00000b7, 8, 0, 32, 31, 0, 1, 2, 3, 4, 5),
		NATIVE(CALL, RESULT),
	},
	ARC("arcompact", 0x4000005d, false),
	ARC("arcompact", 0x0000005d, true),
	ARC("arcv2", 0x400000c3, false),
	ARC("arcv2", 0x000000c3, true),
	{
		CSKY,
		.name = "cskyv1",
		.words = 20,
		AT(0x400000fc, 19, 6, 2, 4, 5, 7, 8, 9, 10, 11),
	},
	{
		CSKY,
		.name = "cskyv2",
		.words = 38,
		AT(0x400000fc, 13, 6, 2, 4, 5, 7, 8, 9, 10, 11),
	},
	{
		.family = &ptsi_family_hexagon,
		.name = "hexagon",
		.no_seccomp = true,
		.word = 4,
		.words = 48,
		NRS(172, 56, 172, 38),
		AT(0xa4, 6, 0, 42, 29, 0, 1, 2, 3, 4, 5),
		NATIVE(CALL, RESULT),
	},
	{
		/* of a frame of 18 registers with 6 to hand over; GET's arguments are elsewhere */
		IA64,
		.put = { { 42, BSP + 16 }, { 43, 12 << 7 | 18 }, { 44, SLOT(1) }, { 46, BSP } },
	},
	{
		IA64,
		.put = { { 42, BSP + 16 }, { 43, 12 << 7 | 18 }, { 44, SLOT(0) }, { 46, BSP } },
	},
	{
		.family = &ptsi_family_loongarch,
		.name = "loongarch64",
		.tracer = 8,
		.word = 8,
		.words = 45,
		.user_step = 1,
		.size = 280,
		.presets = true,
		NRS(172, 56, 172, 38),
		AT(0xc0000102, 11, 4, 33, 3, 32, 5, 6, 7, 8, 9),
		NATIVE(CALL, RESULT),
	},
	{ M68K, .name = "m68k", .other_nr = 56, .presets = true },
	{ M68K, .name = "m68k_coldfire", .other_nr = 24, .presets = true },
	{ M68K, .name = "m68k_nommu", .other_nr = 56 },
	O32(false, 0x40000008),
	O32(true, 8),
	MIPS_64("n32", false, 0xe0000008, 6000),
	MIPS_64("n32", true, 0xa0000008, 6000),
	MIPS_64("n64", false, 0xc0000008, 5000),
	MIPS_64("n64", true, 0x80000008, 5000),
	NDS32(0x400000a7, false),
	NDS32(0xa7, true),
	{
		.family = &ptsi_family_nios2,
		.name = "nios2",
		.no_seccomp = true,
		.word = 4,
		.words = 49,
		NRS(172, 56, 172, 38),
		AT(0x40000071, 2, 2, 32, 27, 4, 5, 6, 7, 8, 9),
		NATIVE(CALL, RESULT),
	},
	{
		.family = &ptsi_family_openrisc,
		.name = "openrisc",
		.no_seccomp = true,
		.word = 4,
		.words = 34,
		.big = true,
		NRS(172, 56, 172, 38),
		AT(0x5c, 11, 11, 32, 1, 3, 4, 5, 6, 7, 8),
		NATIVE(0, RESULT),
	},
	{ PARISC("parisc", 4, 106, 0xf) },
	{ PARISC("parisc", 8, 74, 0xf) },
	{ PARISC("parisc64", 8, 74, 0x8000000f), .put = { { 30, STACK + 1 } } },
	{ PPC("ppc64le", 8, false, 0xc0000015), .put = { { 38, 0x402 }, { 40, 0xc00 } } },
	{ PPC("ppc64le", 8, false, 0xc0000015), .put = { { 38, 0x402 }, { 40, 0x3000 } } },
	{ PPC("ppc64", 8, true, 0x80000015), .told = true, .put = { { 38, 2 }, { 40, 0xc00 } } },
	{ PPC("ppc64", 8, true, 0x80000015), .told = true, .put = { { 38, 2 }, { 40, 0x3000 } } },
	{ PPC("ppc", 4, true, 0x14), .put = { { 38, 0x402 }, { 40, 0xc00 } } },
	{ RISCV("riscv64", 8, 0xc00000f3, false) },
	{ RISCV("riscv32", 4, 0x400000f3, false), .told = true },
	{ RISCV("riscv32", 4, 0xc00000f3, true), .tracer = 8 },
	{ S390("s390x", 8, 26, 0x80000016) },
	{ S390("s390", 8, 26, 0x16), .other_regset = 144 },
	{ S390("s390", 4, 34, 0x16) },
	SH("sh", 0x4000002a, false),
	SH("sheb", 0x2a, true),
	{ SPARC("sparc64", 8, 288, 0x8000002b, SPARC_64) },
	{ SPARC("sparc", 8, 152, 2, SPARC_64) },
	{ SPARC("sparc", 4, 152, 2, SPARC_32), .put = { { 0, 0xff000000 } } },
	{ X86_64, .name = "x86_64", .nr = 24, .other_nr = 56, .getpid = 39 },
	{
		X86_64,
		.name = "x32",
		.nr = 0x40000018,
		.other_nr = 0x40000038,
		.getpid = 0x40000027,
	},
	{ I386, .other_regset = 68 },
	{ I386 },
	{
		.family = &ptsi_family_xtensa,
		.name = "xtensa",
		.word = 4,
		.words = 256,
		.user_step = 1,
		NRS(120, 56, 120, 38),
		.size = -1,
		AT(0x5e, 255, 2, 32, 1, 6, 3, 4, 5, 8, 9),
		NATIVE(NR | ARGS, RESULT),
	},
};

const int n_machines = sizeof machines / sizeof machines[0];

static const struct ptsi_family *chosen;

void machine_choose(const char *family)
{
	for (int i = 0; i < n_machines; i++)
		if (!strcmp(machines[i].family->name, family))
			chosen = machines[i].family;
	if (chosen)
		return;
	fprintf(stderr, "no such family: %s\n", family);
	exit(2);
}

bool machine_family_chosen(const struct ptsi_family *family)
{
	return !chosen || family == chosen;
}

const struct machine *machine(int i)
{
	const struct machine *m = &machines[i];

	if (!machine_family_chosen(m->family) || (m->tracer && m->tracer != sizeof(long)))
		return NULL;
	return m;
}

bool machine_has(const struct machine *m, int kernel, uint8_t op)
{
	if (op == SECCOMP && m->no_seccomp)
		return false;
	if (kernel == HAS_SET)
		return !m->no_set;
	return kernel == HAS_GET ? !m->no_get : !m->told;
}

static const struct ptsi_abi *row_named(const struct ptsi_family *family, const char *name)
{
	for (const struct ptsi_abi *const *abi = family->abis; *abi; abi++)
		if (!strcmp((*abi)->name, name))
			return *abi;
	ck_abort_msg("no row %s", name);
}

static void put_memory(const struct machine *m)
{
	memcpy(sim.code, m->code, sizeof m->code);
	sim.code_len = m->code_len;
	sim.code_end = IP;
	if (m->stack_args) {
		sim.code_len = 24;
		sim.code_end = STACK + 24;
		sim.code[m->big ? 19 : 16] = 0xa5;
		sim.code[m->big ? 23 : 20] = 0xa6;
	} else if (m->bsp) {
		sim.code_len = 64; /* and the bundle at bsp, of which nothing is in two slots */
		sim.code_end = m->bsp + 16;
		for (unsigned i = 0; i < 6; i++)
			sim.code[8 * i] = (unsigned char)(0xa1 + i);
	}
}

void machine_stop(const struct machine *m, int kernel, uint8_t op)
{
	sim_reset();
	sim.op = op;
	sim.si_signo = SIGSTOP;
	sim.word = m->word;
	sim.big = m->big;
	sim.len = (size_t)m->word * m->words;
	sim.user_step = m->user_step;
	for (int i = 0; i < SIM_WORDS_MAX; i++)
		sim.user[i] = (unsigned)i < m->words ? i : -1;
	sim.getregs = m->getregs;
	sim.setregs = m->setregs;
	sim.other_regset = m->other_regset;
	sim.nr_regset = m->nr_regset;
	sim.nr_request = m->nr_request;
	sim.nr = m->nr;
	sim.layout = m->at;
	sim.get_errno = kernel == HAS_NONE ? EIO : 0;
	sim.set_errno = kernel == HAS_SET ? 0 : EIO;
	for (unsigned i = 0; i < m->words; i++)
		sim_put((int)i, 0x1000 + 0x10 * i);
	if (op == EXIT) {
		sim_put(m->at.rval, 0x42);
	} else {
		for (int i = 0; i < 6; i++)
			sim_put(m->at.arg[i], 0xa1 + (unsigned)i);
		sim_put(m->at.nr, (unsigned)m->nr);
	}
	sim_put(m->at.ip, IP);
	sim_put(m->at.sp, STACK);
	for (unsigned i = 0; i < sizeof m->put / sizeof m->put[0]; i++)
		if (m->put[i].val)
			sim_put(m->put[i].word, m->put[i].val);
	put_memory(m);
}

static struct ptsi_stop begin(const struct machine *m)
{
	struct ptsi_stop st;

	ptsi_core_begin(&st, 1);
	st.family = m->family;
	if (m->preset)
		st.abi = row_named(m->family, m->name);
	return st;
}

int machine_read(const struct machine *m, struct ptsi_stop *st, int kernel)
{
	*st = begin(m);
	st->native_get = false;
	if (kernel == HAS_NONE)
		return ptsi_decode_registers(st, sim.op);
	return ptsi_decode_info(st);
}

struct ptsi_stop machine_stop_of(const struct machine *m, uint8_t op)
{
	int kernel = m->no_get ? HAS_NONE : HAS_GET;
	struct ptsi_stop st;

	machine_stop(m, kernel, op);
	ck_assert_int_eq(machine_read(m, &st, kernel), 0);
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	sim_watch(0, 0);
	return st;
}
