// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What riscv's tables and dumps can't say. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

extern const struct ptsi_family ptsi_family_riscv;

enum {
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	PC = 0,
	SP = 2,
	A0 = 10,
	A1 = 11,
	A7 = 17,
	FULL = 32, /* words */
};

#define RISCV64 0xc00000f3
#define RISCV32 0x400000f3

static unsigned char before[PTSI_IMAGE_MAX];

static struct ptsi_stop stop_at(uint8_t op, uint32_t arch, unsigned word)
{
	struct ptsi_stop st;

	sim_reset();
	sim.op = op;
	sim.set_errno = EIO;
	sim.word = word;
	sim.len = FULL * word;
	for (int i = 0; i < FULL; i++)
		sim_put(i, 0x80001000U + (unsigned)i);
	for (int i = 0; i < 6; i++)
		sim_put(A0 + i, 0xa1 + (unsigned)i);
	sim_put(A7, 172);
	sim.info.op = op;
	sim.info.arch = arch;
	sim.info.instruction_pointer = sim_word(PC);
	sim.info.stack_pointer = sim_word(SP);
	sim.info_size = op == EXIT ? 33 : 80;
	if (op == ENTRY) {
		sim.info.entry.nr = 172;
		for (int i = 0; i < 6; i++)
			sim.info.entry.args[i] = 0xa1 + (unsigned)i;
		sim_put(A0, (uint64_t)-38);
	} else {
		sim.info.exit.rval = 0xa1;
	}
	memcpy(before, sim.image, sizeof before);
	ptsi_core_begin(&st, 1);
	st.family = &ptsi_family_riscv;
	return st;
}

static struct ptsi_syscall_info read_stop(struct ptsi_stop *st)
{
	ck_assert_int_eq(ptsi_decode_info(st), 0);
	return st->info;
}

/* before, with one word changed */
static void assert_word(int word, uint64_t val)
{
	unsigned char after[sizeof before];

	memcpy(after, sim.image, sizeof after);
	memcpy(sim.image, before, sizeof before);
	sim_put(word, val);
	ck_assert_mem_eq(after, sim.image, sizeof after);
}

static const struct width {
	uint32_t arch;
	unsigned word;
	const char *name;
	bool whole; /* only the whole regset may be written */
} widths[] = {
	{ RISCV64, 8, "riscv64", false },
	{ RISCV32, 4, "riscv32", false },
	{ RISCV64, 4, "riscv32", true }, /* compat */
};

START_TEST(length_tells_the_abi)
{
	const struct width *w = &widths[_i];
	struct ptsi_stop st = stop_at(ENTRY, w->arch, w->word);
	struct ptsi_syscall_info want = read_stop(&st);

	want.entry.args[1] = 0xb2;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_str_eq(st.abi->name, w->name);
	ck_assert_uint_eq(st.abi->pointer, w->word);
	ck_assert_uint_eq(st.abi->arch, w->arch);
	assert_word(A1, 0xb2);
	ck_assert_uint_eq(sim.asked, w->whole ? sim.len : (A1 + 1) * w->word);
}
END_TEST

START_TEST(first_argument_is_refused)
{
	const struct width *w = &widths[_i];
	struct ptsi_stop st = stop_at(ENTRY, w->arch, w->word);
	struct ptsi_syscall_info want = read_stop(&st);

	want.entry.args[0] = 0xb1;
	want.entry.args[1] = 0xb2;
	ck_assert_int_eq(ptsi_core_set(&st, &want), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_mem_eq(sim.image, before, sizeof before);
}
END_TEST

/* Without GET: a tracer of a 32-bit kernel's width can't tell whose 32-bit call it is. */
/* The first argument can't be set, but what differs in its upper half only needn't be. */
START_TEST(same_word_is_no_change)
{
	struct ptsi_stop st = stop_at(ENTRY, RISCV64, 4);
	struct ptsi_syscall_info want;

	sim.info.entry.args[0] = UINT32_MAX;
	want = read_stop(&st);
	want.entry.args[0] = UINT64_MAX;
	want.instruction_pointer = 0x10000;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	assert_word(PC, 0x10000);
	want.entry.args[0] = 0xfffffffe;
	ck_assert_int_eq(ptsi_core_set(&st, &want), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	assert_word(PC, 0x10000);
}
END_TEST

START_TEST(length_without_get)
{
	struct ptsi_stop st = stop_at(EXIT, RISCV64, 4);
	int r;

	sim.get_errno = EIO;
	r = ptsi_decode_registers(&st, EXIT);
	if (sizeof(long) == 8) {
		ck_assert_int_eq(r, 0);
		ck_assert_uint_eq(st.info.arch, RISCV64);
		ck_assert_uint_eq(st.abi->pointer, 4);
	} else {
		ck_assert_int_eq(r, -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
	}
	st = stop_at(EXIT, RISCV64, 4);
	sim.len = 120;
	ck_assert_int_eq(ptsi_decode_registers(&st, EXIT), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

/* A compat tracee's a0 is zero-extended once its registers were written. */
START_TEST(error_of_half_a_register_is_an_error)
{
	const struct width *w = &widths[_i];
	struct ptsi_stop st = stop_at(EXIT, w->arch, w->word);
	int64_t want = 0xffffffea;

	sim.info.exit.rval = want;
	if (w->word == 4)
		want = -22;
	ck_assert_int_eq(read_stop(&st).exit.rval, want);
	ck_assert_int_eq(st.info.exit.is_error, w->word == 4);
	st = stop_at(EXIT, w->arch, w->word);
	sim.info.exit.rval = 0xfffff000;
	ck_assert_int_eq(read_stop(&st).exit.rval, 0xfffff000);
	ck_assert_int_eq(st.info.exit.is_error, 0);
}
END_TEST

/* Which ABI's it is has to be read. */
START_TEST(half_a_register_that_can_not_be_read)
{
	struct ptsi_stop st = stop_at(EXIT, RISCV64, 4);

	sim.info.exit.rval = 0xffffffea;
	sim_watch(2, ESRCH);
	ck_assert_int_eq(ptsi_decode_native(&st), -1);
	ck_assert_int_eq(errno, ESRCH);
}
END_TEST

/* Since 6.11 a0 is -ENOSYS before the call: without GET the argument is not known. */
START_TEST(argument_that_is_enosys)
{
	const struct width *w = &widths[_i];
	struct ptsi_stop st = stop_at(ENTRY, w->arch, w->word);

	if (!w->whole && w->word == 4)
		return;
	if (sizeof(long) == 4 && w->whole)
		return;
	errno = 0;
	ck_assert_int_eq(ptsi_decode_registers(&st, ENTRY), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	sim_put(A0, (uint64_t)-37);
	st.image.len = 0;
	ck_assert_int_eq(ptsi_decode_registers(&st, ENTRY), 0);
	ck_assert_uint_eq(st.info.entry.args[0], w->word == 4 ? (uint32_t)-37 : (uint64_t)-37);
}
END_TEST

START_TEST(repeat_sets_a0)
{
	const struct width *w = &widths[_i];
	struct ptsi_stop st = stop_at(EXIT, w->arch, w->word);
	struct ptsi_syscall_info entry = read_stop(&st);

	entry.op = ENTRY;
	entry.entry.nr = 172;
	for (unsigned i = 0; i < 6; i++)
		entry.entry.args[i] = 0xa1 + i;
	entry.entry.args[0] = (uint64_t)-513; /* which looks like a restart code */
	ck_assert_int_eq(ptsi_core_repeat(&st, &entry), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_mem_eq(sim.image, before, sizeof before);
	entry.entry.args[0] = 0xa1;
	ck_assert_int_eq(ptsi_core_repeat(&st, &entry), 0);
	assert_word(PC, entry.instruction_pointer - 4);
}
END_TEST

static struct ptsi_syscall_info sent;

static long noting_set(long request, pid_t tid, void *addr, void *data)
{
	if (request == PTSI_SET_SYSCALL_INFO && addr) {
		memcpy(&sent, data, sizeof sent);
		return 0;
	}
	return sim_ptrace(request, tid, addr, data);
}

START_TEST(kernel_sets_the_first_argument)
{
	struct ptsi_stop st = stop_at(ENTRY, RISCV64, 8);
	struct ptsi_syscall_info want;

	sim.set_errno = 0;
	st.ptrace = noting_set;
	want = read_stop(&st);
	want.entry.args[0] = 0xb1;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_uint_eq(sent.entry.args[0], 0xb1);
	ck_assert_uint_eq(sent.entry.args[5], 0xa6);
	ck_assert_mem_eq(sim.image, before, sizeof before);
}
END_TEST

/* What SET does of it: the number, in the registers that the library may have read before. */
static long setting_nr(long request, pid_t tid, void *addr, void *data)
{
	if (request == PTSI_SET_SYSCALL_INFO && addr) {
		memcpy(&sent, data, sizeof sent);
		sim_put(A7, sent.entry.nr);
		return 0;
	}
	return sim_ptrace(request, tid, addr, data);
}

START_TEST(result_leaves_the_number_that_the_kernel_set)
{
	const struct width *w = &widths[_i];
	struct ptsi_stop st = stop_at(ENTRY, w->arch, w->word);
	struct ptsi_syscall_info want = { .op = PTSI_SYSCALL_INFO_SKIP, .exit = { .rval = 7 } };

	sim.set_errno = 0;
	st.ptrace = setting_nr;
	ck_assert_int_eq(ptsi_core_set(&st, &want), PTSI_AT_EXIT);
	ck_assert_uint_eq(sent.entry.nr, UINT64_MAX);
	ck_assert_uint_eq(sim_word(A7), w->word == 4 ? UINT32_MAX : UINT64_MAX);
	ck_assert_uint_eq(sim_word(A0), 7);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("riscv");
	TCase *tc = tcase_create("riscv");
	SRunner *sr = srunner_create(suite);
	int failed, n = sizeof widths / sizeof widths[0];

	tcase_add_loop_test(tc, length_tells_the_abi, 0, n);
	tcase_add_loop_test(tc, first_argument_is_refused, 0, n);
	tcase_add_test(tc, same_word_is_no_change);
	tcase_add_test(tc, length_without_get);
	tcase_add_loop_test(tc, error_of_half_a_register_is_an_error, 0, n);
	tcase_add_test(tc, half_a_register_that_can_not_be_read);
	tcase_add_loop_test(tc, argument_that_is_enosys, 0, n);
	tcase_add_loop_test(tc, repeat_sets_a0, 0, n);
	tcase_add_test(tc, kernel_sets_the_first_argument);
	tcase_add_loop_test(tc, result_leaves_the_number_that_the_kernel_set, 0, n);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
