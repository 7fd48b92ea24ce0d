// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What the kernels of each machine do with a stopped call, beside the layout that tests/unit's
 * machines have: from the kernels' sources and doc/architectures.md.
 */
#include <string.h>

#include "sim_fuzz.h"

#define W(index) ((index) + 1)

#define NARROW(family_, name_) .family = family_, .name = name_, .value = 4, .pointer = 4
#define WIDE(family_, name_)   .family = family_, .name = name_, .value = 8, .pointer = 8

#define ARM(family_)                                                                               \
	NARROW(family_, "arm"), .entry = KEPT_UNTIL_EXIT, .seccomp = DONE_AT_ONCE, .twice = W(0),  \
				.user_nr = W(7), .user_arg0 = W(0), .insn = 4
#define ARC .entry = LOST, .user_nr = W(14), .by_rval = true
#define CSKY                                                                                       \
	.seccomp = DONE_AT_ONCE, .twice = W(6), .never = PTSI_CAN_NR, .user_arg0 = W(6),           \
	.by_rval = true
#define M68K .user_nr = W(14), .insn = 2
#define MIPS .entry = LOST, .seccomp = LOST, .flag_bits = UINT64_MAX, .flag_set = 1, .insn = 4
#define N64  MIPS, .flag = W(7), .user_nr = W(2)
#define PARISC                                                                                     \
	.entry = LOST, .seccomp = DONE_AT_ONCE, .user_nr = W(20), .no_restart = W(28), .insn = 8
#define PPC                                                                                        \
	.entry = LOST, .seccomp = DONE_IF_PRESET, .twice = W(3), .flag = W(38),                    \
	.flag_bits = 0x10000000, .flag_set = 0x10000000, .user_nr = W(0), .user_arg0 = W(3),       \
	.insn = 4
#define RISCV                                                                                      \
	.entry = KEPT_UNTIL_EXIT, .seccomp = DONE_AT_ONCE, .cant = PTSI_CAN_ARG(0),                \
	.user_nr = W(17), .user_arg0 = W(10), .by_rval = true, .insn = 4
#define S390                                                                                       \
	.entry = LOST, .seccomp = LOST, .user_nr = W(3), .user_arg0 = W(4), .by_rval = true,       \
	.insn = 2
#define SH    .entry = LOST, .seccomp = DONE_AT_ONCE, .user_nr = W(3), .by_rval = true, .insn = 2
#define SPARC .entry = LOST, .flag = W(16), .flag_bits = 0x1100000000, .flag_set = 0x1100000000
#define X86   .entry = KEPT_UNTIL_EXIT, .seccomp = DONE_AT_ONCE, .user_nr = W(10), .insn = 2

static const struct facts facts[] = {
	{ ARM("arm"), .by_rval = true },
	{ ARM("arm64") },
	{
		WIDE("arm64", "arm64"),
		.entry = KEPT_UNTIL_EXIT,
		.seccomp = DONE_AT_ONCE,
		.user_nr = W(8),
		.insn = 4,
		.hidden = true,
	},
	{ NARROW("arc", "arcompact"), ARC, .insn = 4 },
	{ NARROW("arc", "arcv2"), ARC, .insn = 2 },
	{ NARROW("csky", "cskyv1"), CSKY, .user_nr = W(19), .insn = 2 },
	{ NARROW("csky", "cskyv2"), CSKY, .user_nr = W(13), .insn = 4 },
	{
		NARROW("hexagon", "hexagon"),
		.entry = LOST,
		.user_nr = W(6),
		.by_rval = true,
		.insn = 4,
	},
	{
		WIDE("ia64", "ia64"),
		.entry = LOST,
		.flag = W(10),
		.flag_bits = UINT64_MAX,
		.flag_set = UINT64_MAX,
		.cant = PTSI_CAN_ARGS,
		.user_nr = W(15),
		.insn = 1,
	},
	{
		WIDE("loongarch", "loongarch64"),
		.entry = KEPT_UNTIL_EXIT,
		.seccomp = DONE_AT_ONCE,
		.user_nr = W(11),
		.user_arg0 = W(4),
		.no_restart = W(0),
		.insn = 4,
	},
	{ NARROW("m68k", "m68k"), M68K, .entry = KEPT_UNTIL_EXIT, .seccomp = DONE_AT_ONCE },
	{ NARROW("m68k", "m68k_coldfire"), M68K, .never = PTSI_CAN_NR | PTSI_CAN_SKIP },
	{ NARROW("m68k", "m68k_nommu"), M68K, .entry = LOST },
	{ NARROW("mips", "o32"), MIPS, .flag = W(13), .user_nr = W(8) },
	{ .family = "mips", .name = "n32", .value = 8, .pointer = 4, N64 },
	{ WIDE("mips", "n64"), N64 },
	{
		NARROW("nds32", "nds32"),
		.entry = DONE_AT_ONCE,
		.user_nr = W(15),
		.insn = 4,
		.hidden = true,
	},
	{
		NARROW("nios2", "nios2"),
		.entry = LOST,
		.flag = W(7),
		.flag_bits = UINT32_MAX,
		.flag_set = 1,
		.user_nr = W(2),
		.by_rval = true,
		.insn = 4,
	},
	{
		NARROW("openrisc", "openrisc"),
		.entry = LOST,
		.user_nr = W(11),
		.insn = 4,
		.hidden = true,
	},
	{ NARROW("parisc", "parisc"), PARISC },
	{ WIDE("parisc", "parisc64"), PARISC },
	{ NARROW("powerpc", "ppc"), PPC },
	{ WIDE("powerpc", "ppc64"), PPC },
	{ WIDE("powerpc", "ppc64le"), PPC },
	{ NARROW("riscv", "riscv32"), RISCV },
	{ WIDE("riscv", "riscv64"), RISCV },
	{ NARROW("s390", "s390"), S390 },
	{ WIDE("s390", "s390x"), S390 },
	{ NARROW("sh", "sh"), SH },
	{ NARROW("sh", "sheb"), SH },
	{ NARROW("sparc", "sparc"), SPARC },
	{ WIDE("sparc", "sparc64"), SPARC },
	{ NARROW("x86", "i386"), X86 },
	{ .family = "x86", .name = "x32", .value = 8, .pointer = 4, X86 },
	{ WIDE("x86", "x86_64"), X86 },
	{
		NARROW("xtensa", "xtensa"),
		.entry = KEPT_UNTIL_EXIT,
		.seccomp = DONE_AT_ONCE,
		.user_nr = W(2),
		.insn = 3,
	},
};

const struct facts *facts_of(const struct machine *m)
{
	for (size_t i = 0; i < COUNT(facts); i++)
		if (!strcmp(facts[i].family, m->family->name) && !strcmp(facts[i].name, m->name))
			return &facts[i];
	return NULL;
}
