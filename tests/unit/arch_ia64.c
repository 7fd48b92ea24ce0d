// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What ia64's dumps can't say: arguments in memory, and bundles of three slots. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

extern const struct ptsi_family ptsi_family_ia64;

TCase *ia64_tests(void);

enum { ENTRY = PTSI_SYSCALL_INFO_ENTRY, EXIT = PTSI_SYSCALL_INFO_EXIT };

static unsigned char before[PTSI_IMAGE_MAX];

#define BSP  UINT64_C(0x6000080000000210)
#define CODE UINT64_C(0x4000000000010820)

static struct {
	uint64_t addr, val;
} memory[8];

static long ia64_ptrace(long request, pid_t tid, void *addr, void *data)
{
	if (request != PTSI_PEEKDATA)
		return sim_ptrace(request, tid, addr, data);
	for (size_t i = 0; i < sizeof memory / sizeof memory[0]; i++) {
		if (memory[i].addr && memory[i].addr == (uintptr_t)addr) {
			*(unsigned long *)data = (unsigned long)memory[i].val;
			return 0;
		}
	}
	return ptsi_fail(EIO);
}

/* At ip CODE + slot, of a frame with sof registers of which sol aren't out registers. */
static struct ptsi_stop ia64_stop(uint8_t op, unsigned slot, unsigned sof, unsigned sol)
{
	struct ptsi_stop st;

	sim_reset();
	memset(memory, 0, sizeof memory);
	sim.op = op;
	sim.get_errno = sim.set_errno = EIO;
	sim.word = 8;
	sim.len = 1024;
	sim_put(8, 1);
	sim_put(15, 1041);
	sim_put(42, CODE);
	sim_put(43, sol << 7 | sof);
	sim_put(44, 0x1013085a6010 | (uint64_t)slot << 41);
	sim_put(46, BSP);
	memcpy(before, sim.image, sizeof before);
	ptsi_core_begin(&st, 1);
	st.family = &ptsi_family_ia64;
	st.ptrace = ia64_ptrace;
	return st;
}

/*
 * Eight out registers below bsp, which is two words into a group of 64: the last word of the
 * group before is none of them.
 */
static void ia64_put_args(void)
{
	static const uint16_t at[] = { 0x1c8, 0x1d0, 0x1d8, 0x1e0, 0x1e8, 0x1f0, 0x200, 0x208 };

	for (int i = 0; i < 8; i++) {
		memory[i].addr = (BSP & ~UINT64_C(0xfff)) + at[i];
		memory[i].val = 0xa1 + (unsigned)i;
	}
}

START_TEST(ia64_arguments_are_in_memory)
{
	struct ptsi_stop st = ia64_stop(ENTRY, 1, 20, 20 - (unsigned)_i);

	if (sizeof(long) < 8)
		return;
	ia64_put_args();
	ck_assert_int_eq(ptsi_decode_registers(&st, ENTRY), 0);
	ck_assert_uint_eq(st.info.instruction_pointer, CODE + 1);
	ck_assert_uint_eq(st.info.entry.nr, 1041);
	for (int i = 0; i < 6; i++)
		ck_assert_uint_eq(st.info.entry.args[i],
				  i < _i ? 0xa1 + 8 - (unsigned)_i + (unsigned)i : 0);
	ck_assert_uint_eq(st.info.seccomp.ret_data, 0);
}
END_TEST

START_TEST(ia64_memory_that_is_not_there)
{
	struct ptsi_stop st = ia64_stop(ENTRY, 1, 20, 12);

	ck_assert_int_eq(ptsi_decode_registers(&st, ENTRY), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	st = ia64_stop(ENTRY, 1, 12, 20); /* a frame that can't be, but can be written */
	ck_assert_int_eq(ptsi_decode_registers(&st, ENTRY), 0);
	ck_assert_uint_eq(st.info.entry.args[0], 0);
}
END_TEST

/* The slots before ip's, by the template of the bundle before; ip 0: not to be repeated. */
static const struct {
	unsigned slot;
	uint64_t bundle;
	uint64_t ip;
	unsigned ri;
} before_slot[] = {
	{ 0, 0x1d, CODE - 16, 2 }, { 0, 0x3, CODE - 16, 2 }, { 1, 0x5, CODE, 0 },
	{ 2, 0x5, CODE, 1 },       { 0, 0x4, 0, 0 },         { 0, 0x5, 0, 0 }, /* MLX */
	{ 0, 0x24, 0, 0 },         { 0, 0x25, 0, 0 }, /* and something in its first slot */
};

START_TEST(ia64_repeat_goes_to_the_slot_before)
{
	struct ptsi_stop st = ia64_stop(EXIT, before_slot[_i].slot, 20, 20);
	struct ptsi_syscall_info entry;

	if (sizeof(long) < 8)
		return;
	memory[0].addr = CODE - 16;
	memory[0].val = before_slot[_i].bundle;
	sim_put(10, UINT64_MAX);
	memcpy(before, sim.image, sizeof before);
	ck_assert_int_eq(ptsi_decode_registers(&st, EXIT), 0);
	entry = st.info;
	entry.op = ENTRY;
	memset(&entry.entry, 0, sizeof entry.entry);
	entry.entry.nr = 1026;
	ck_assert_int_eq(ptsi_core_repeat(&st, &entry), before_slot[_i].ip ? 0 : -1);
	if (!before_slot[_i].ip) {
		ck_assert_int_eq(errno, EOPNOTSUPP);
		ck_assert_mem_eq(sim.image, before, sizeof before);
		return;
	}
	ck_assert_uint_eq(sim_word(15), 1026);
	ck_assert_uint_eq(sim_word(10), 0);
	ck_assert_uint_eq(sim_word(42), before_slot[_i].ip);
	ck_assert_uint_eq(sim_word(44), 0x1013085a6010 | (uint64_t)before_slot[_i].ri << 41);
	ck_assert_uint_eq(sim.asked, 45 * 8); /* not bsp */
}
END_TEST

START_TEST(ia64_repeat_has_the_same_arguments)
{
	struct ptsi_stop st = ia64_stop(EXIT, 1, 20, 12);
	struct ptsi_syscall_info entry;

	if (sizeof(long) < 8)
		return;
	ia64_put_args();
	ck_assert_int_eq(ptsi_decode_registers(&st, EXIT), 0);
	entry = st.info;
	entry.op = ENTRY;
	entry.entry.nr = 1026;
	for (unsigned i = 0; i < 6; i++)
		entry.entry.args[i] = 0xa1 + i;
	entry.entry.args[_i]++;
	ck_assert_int_eq(ptsi_core_repeat(&st, &entry), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_mem_eq(sim.image, before, sizeof before);
	entry.entry.args[_i]--;
	ck_assert_int_eq(ptsi_core_repeat(&st, &entry), 0);
	ck_assert_uint_eq(sim_word(15), 1026);
}
END_TEST

START_TEST(ia64_repeat_without_the_memory)
{
	struct ptsi_stop st = ia64_stop(EXIT, 1, 20, 12);
	struct ptsi_syscall_info entry = { .op = ENTRY, .entry.nr = 1026 };

	ck_assert_int_eq(ptsi_decode_registers(&st, EXIT), 0);
	ck_assert_int_eq(st.abi->repeats(&st, NULL), 1);
	ck_assert_int_eq(st.abi->repeats(&st, &entry), 0);
	if (sizeof(long) < 8)
		return;
	ia64_put_args();
	for (unsigned i = 0; i < 6; i++)
		entry.entry.args[i] = 0xa1 + i;
	ck_assert_int_eq(st.abi->repeats(&st, &entry), 1);
}
END_TEST

/* Of the slot before ip's the bundle is known without a look. */
START_TEST(ia64_slot_before)
{
	struct ptsi_stop st = ia64_stop(EXIT, 1, 20, 20);
	uint64_t addr;

	ck_assert_int_eq(ptsi_decode_registers(&st, EXIT), 0);
	ck_assert_int_eq(st.abi->insn_address(&st, CODE + 1, &addr), 0);
	ck_assert_uint_eq(addr, CODE);
	ck_assert_int_eq(st.abi->insn_address(&st, CODE + 2, &addr), 0);
	ck_assert_uint_eq(addr, CODE + 1);
	ck_assert_int_eq(st.abi->insn_address(&st, CODE, &addr), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

/* Errors as older kernels tell them, EPERM among them. */
START_TEST(ia64_positive_errno)
{
	struct ptsi_stop st = ia64_stop(_i == 2 ? ENTRY : EXIT, 1, 20, 20);

	sim.get_errno = 0;
	sim.info = (struct ptsi_syscall_info){ .op = sim.op, .arch = 0xc0000032 };
	sim.info_size = _i == 2 ? 80 : 33;
	sim.info.exit.rval = 1;
	sim.info.exit.is_error = _i > 0;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_int_eq(st.info.exit.rval, _i == 1 ? -1 : 1);
}
END_TEST

TCase *ia64_tests(void)
{
	TCase *tc = tcase_create("ia64");

	tcase_add_loop_test(tc, ia64_arguments_are_in_memory, 0, 9);
	tcase_add_test(tc, ia64_memory_that_is_not_there);
	tcase_add_loop_test(tc, ia64_repeat_goes_to_the_slot_before, 0,
			    sizeof before_slot / sizeof before_slot[0]);
	tcase_add_loop_test(tc, ia64_repeat_has_the_same_arguments, 0, 6);
	tcase_add_test(tc, ia64_repeat_without_the_memory);
	tcase_add_test(tc, ia64_slot_before);
	tcase_add_loop_test(tc, ia64_positive_errno, 0, 3);
	return tc;
}
