// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What the dumps of the rarer architectures can't say: which changes PTRACE_SET_SYSCALL_INFO
 * is used for where there is one, and what follows from more than one request.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

extern const struct ptsi_family ptsi_family_openrisc, ptsi_family_nios2, ptsi_family_xtensa,
	ptsi_family_arc, ptsi_family_csky, ptsi_family_hexagon, ptsi_family_nds32;

enum {
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
	SKIP = PTSI_SYSCALL_INFO_SKIP,
	NR = 172,
};

/* An architecture: where the kernel has things in the regset. */
struct machine {
	const struct ptsi_family *family;
	unsigned word;
	bool big;
	int words;
	unsigned poke; /* 1: a word's address for POKEUSR is its index */
	struct sim_layout at;
};

static const struct machine openrisc = {
	&ptsi_family_openrisc,
	4,
	true,
	34,
	0,
	{ .nr = 11, .arg = { 3, 4, 5, 6, 7, 8 }, .rval = 11, .ip = 32, .sp = 1, .arch = 0x5c },
};

static const struct machine nios2 = {
	&ptsi_family_nios2,
	4,
	false,
	49,
	0,
	{ .nr = 2, .arg = { 4, 5, 6, 7, 8, 9 }, .rval = 2, .ip = 32, .sp = 27, .arch = 0x40000071 },
};

/* Words are the addresses of POKEUSR. */
static const struct machine xtensa = {
	&ptsi_family_xtensa,
	4,
	false,
	256,
	1,
	{ .nr = 255, .arg = { 6, 3, 4, 5, 8, 9 }, .rval = 2, .ip = 32, .sp = 1, .arch = 0x5e },
};

static const struct machine arc = {
	&ptsi_family_arc,
	4,
	false,
	40,
	0,
	{ .nr = 14,
	  .arg = { 22, 21, 20, 19, 18, 17 },
	  .rval = 22,
	  .ip = 6,
	  .sp = 23,
	  .arch = 0x400000c3 },
};

static const struct machine csky = {
	&ptsi_family_csky,
	4,
	false,
	38,
	0,
	{ .nr = 13,
	  .arg = { 5, 7, 8, 9, 10, 11 },
	  .rval = 6,
	  .ip = 2,
	  .sp = 4,
	  .arch = 0x400000fc },
};

static const struct machine hexagon = {
	&ptsi_family_hexagon,
	4,
	false,
	48,
	0,
	{ .nr = 6, .arg = { 0, 1, 2, 3, 4, 5 }, .rval = 0, .ip = 42, .sp = 29, .arch = 0xa4 },
};

static const struct machine nds32 = {
	&ptsi_family_nds32,
	4,
	false,
	35,
	0,
	{ .nr = 34,
	  .arg = { 0, 1, 2, 3, 4, 5 },
	  .rval = 0,
	  .ip = 30,
	  .sp = 29,
	  .arch = 0x400000a7 },
};

static unsigned char before[PTSI_IMAGE_MAX];

/* A stop whose registers are a pattern, but for nr 172 and arguments 0xa1..0xa6. */
static struct ptsi_stop stop_at(const struct machine *m, uint8_t op)
{
	struct ptsi_stop st;

	sim_reset();
	sim.op = op;
	sim.word = m->word;
	sim.big = m->big;
	sim.len = (size_t)m->words * m->word;
	sim.layout = m->at;
	sim.user_step = m->poke;
	for (int i = 0; i < SIM_WORDS_MAX; i++)
		sim.user[i] = i < m->words ? i : -1;
	for (int i = 0; i < m->words; i++)
		sim_put(i, 0x41001000U + 0x10 * (unsigned)i);
	if (op != EXIT || m->at.nr != m->at.rval)
		sim_put(m->at.nr, NR);
	for (int i = 0; i < 6; i++)
		if (op != EXIT || m->at.arg[i] != m->at.rval)
			sim_put(m->at.arg[i], 0xa1 + (unsigned)i);
	memcpy(before, sim.image, sizeof before);
	ptsi_core_begin(&st, 1);
	st.family = m->family;
	return st;
}

static struct ptsi_syscall_info read_stop(struct ptsi_stop *st)
{
	st->info_size = 0;
	st->image.len = 0;
	ck_assert_int_eq(ptsi_decode_info(st), 0);
	sim_watch(0, 0);
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

/* What PTRACE_SET_SYSCALL_INFO is used for. */
static const struct use {
	const struct machine *m;
	bool nr, args, skip; /* at an entry stop; rval at an exit stop always */
} uses[] = {
	{ &openrisc, false, false, false }, { &nios2, true, true, true },
	{ &xtensa, true, true, false },     { &arc, false, false, true },
	{ &hexagon, true, true, true },
};

static void assert_use(const struct machine *m, const struct ptsi_syscall_info *want,
		       struct ptsi_stop *st, bool native)
{
	unsigned n = native;

	if (!native)
		ck_assert(!ptsi_core_is_plain(m->family, want));
	ck_assert_int_ge(ptsi_core_set(st, want), 0);
	ck_assert_uint_eq(sim_count(PTSI_SET_SYSCALL_INFO), n);
	ck_assert_int_eq(sim_count(PTSI_SETREGSET) + sim_count(PTSI_POKEUSR) == 0, native);
}

START_TEST(kernel_is_asked_for_what_it_does_right)
{
	const struct use *u = &uses[_i];
	const struct sim_layout *at = &u->m->at;
	struct ptsi_stop st = stop_at(u->m, ENTRY);
	struct ptsi_syscall_info want = read_stop(&st);

	ck_assert_int_eq((int)want.entry.nr, NR);
	ck_assert_uint_eq(want.entry.args[4], 0xa5);
	want.entry.nr = 56;
	assert_use(u->m, &want, &st, u->nr);
	assert_word(at->nr, 56);

	st = stop_at(u->m, ENTRY);
	want = read_stop(&st);
	want.entry.args[4] = 0xb5;
	assert_use(u->m, &want, &st, u->args);
	assert_word(at->arg[4], 0xb5);

	st = stop_at(u->m, EXIT);
	want = read_stop(&st);
	want.exit.rval = 7;
	assert_use(u->m, &want, &st, true);
	assert_word(at->rval, 7);

	st = stop_at(u->m, ENTRY);
	want = read_stop(&st);
	want.entry.nr = UINT64_MAX;
	assert_use(u->m, &want, &st, u->skip);
	ck_assert_int_eq((int32_t)sim_word(at->nr), -1);
}
END_TEST

/* What a change of its number reads as, and that it can be taken back. */
START_TEST(openrisc_number_is_the_one_that_is_run)
{
	struct ptsi_stop st = stop_at(&openrisc, ENTRY);
	struct ptsi_syscall_info was = read_stop(&st), want = was;

	sim.info = was; /* which the kernel goes on telling */
	sim.info_size = 80;
	want.entry.nr = 56;
	ck_assert_int_eq(ptsi_core_set(&st, &want), PTSI_DONE);
	ck_assert_uint_eq(read_stop(&st).entry.nr, 56);
	want.op = SKIP;
	want.exit.rval = 0;
	want.exit.is_error = 0;
	ck_assert_int_eq(ptsi_core_set(&st, &want), PTSI_AT_EXIT);
	assert_word(11, (uint64_t)-1);
	ck_assert_uint_eq(read_stop(&st).entry.nr, UINT64_MAX);
	ck_assert_int_eq(ptsi_core_set(&st, &was), PTSI_DONE);
	ck_assert_mem_eq(sim.image, before, sizeof before);
}
END_TEST

/* The kernel's request would leave the old number as the result. */
START_TEST(xtensa_call_that_is_not_run_has_a_result)
{
	struct ptsi_stop st = stop_at(&xtensa, _i ? SECCOMP : ENTRY);
	struct ptsi_syscall_info want = read_stop(&st);

	want.entry.nr = UINT64_MAX;
	ck_assert_int_eq(ptsi_core_set(&st, &want), PTSI_DONE);
	ck_assert_int_eq((int32_t)sim_word(255), -1);
	ck_assert_int_eq((int32_t)sim_word(2), -38);
}
END_TEST

START_TEST(xtensa_poke_that_fails_is_undone)
{
	struct ptsi_stop st = stop_at(&xtensa, ENTRY);
	struct ptsi_syscall_info want = read_stop(&st);

	want.op = SKIP;
	want.exit.rval = 7;
	want.exit.is_error = 0;
	want.stack_pointer = 0x20000;
	sim_watch((unsigned)_i, ESRCH);
	ck_assert_int_eq(ptsi_core_set(&st, &want), -1);
	ck_assert_int_eq(errno, ESRCH);
	ck_assert_mem_eq(sim.image, before, sizeof before);
}
END_TEST

/* What comes after sp in the regset is the kernel's stack. */
START_TEST(arc_regset_ends_at_sp)
{
	struct ptsi_stop st = stop_at(&arc, ENTRY);
	struct ptsi_syscall_info want = read_stop(&st);

	ck_assert_uint_eq(sim.asked, 96);
	want.stack_pointer = 0x20000;
	ck_assert_int_eq(ptsi_core_set(&st, &want), PTSI_DONE);
	ck_assert_uint_eq(sim.asked, 96);
	assert_word(23, 0x20000);
}
END_TEST

/* Of ARCv2 the arguments are mended, and nothing behind them; ARCompact's are right. */
START_TEST(arc_arguments_are_mended)
{
	static const struct {
		uint32_t arch;
		bool big, mended;
	} cases[] = {
		{ 0x400000c3, false, true },
		{ 0x000000c3, true, true },
		{ 0x4000005d, false, false },
		{ 0x0000005d, true, false },
	};
	struct machine m = arc;
	struct ptsi_stop st;

	m.big = cases[_i].big;
	st = stop_at(&m, ENTRY);
	sim.set_errno = EIO;
	sim.info =
		(struct ptsi_syscall_info){ .op = ENTRY, .arch = cases[_i].arch, .entry.nr = NR };
	for (unsigned i = 0; i < 6; i++)
		sim.info.entry.args[i] = 0xc1 + i;
	sim.info_size = 80;
	read_stop(&st);
	for (unsigned i = 0; i < 6; i++)
		ck_assert_uint_eq(st.info.entry.args[i], (cases[_i].mended ? 0xa1 : 0xc1) + i);
	ck_assert_uint_eq(st.info.seccomp.ret_data, 0);
	st.image.len = 0;
	sim_watch(1, ESRCH);
	ck_assert_int_eq(st.family->mend_native(&st), cases[_i].mended ? -1 : 0);
	sim_watch(0, 0);
	sim.op = sim.info.op = EXIT;
	sim.info_size = 33;
	sim.info.exit.rval = 0x42;
	sim.info.exit.is_error = 0;
	read_stop(&st);
	ck_assert_int_eq(st.info.exit.rval, 0x42);
	ck_assert_int_eq(st.info.exit.is_error, 0);
}
END_TEST

/* As its kernels tell an error, EPERM among them; and what is none stays. */
START_TEST(nios2_positive_errno)
{
	struct ptsi_stop st = stop_at(&nios2, _i == 2 ? ENTRY : EXIT);

	sim.info = (struct ptsi_syscall_info){ .op = sim.op, .arch = nios2.at.arch };
	sim.info_size = _i == 2 ? 80 : 33;
	sim.info.exit.rval = 1;
	sim.info.exit.is_error = _i > 0;
	read_stop(&st);
	ck_assert_int_eq(st.info.exit.rval, _i == 1 ? -1 : 1);
	ck_assert_uint_eq(st.info.instruction_pointer, sim_word(nios2.at.ip));
}
END_TEST

START_TEST(csky_number_can_not_be_set)
{
	struct ptsi_stop st = stop_at(&csky, _i ? SECCOMP : ENTRY);
	struct ptsi_syscall_info want = read_stop(&st);

	want.entry.nr = 56;
	ck_assert(!ptsi_core_is_plain(&ptsi_family_csky, &want));
	ck_assert_int_eq(ptsi_core_set(&st, &want), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_uint_eq(sim_writes(), 0);
}
END_TEST

/* At a SECCOMP stop alone, and then the kernel's request would leave an argument as the result. */
START_TEST(csky_call_is_skipped_by_registers)
{
	struct ptsi_stop st = stop_at(&csky, _i ? SECCOMP : ENTRY);
	struct ptsi_syscall_info want = read_stop(&st);

	want.entry.nr = UINT64_MAX;
	ck_assert(!ptsi_core_is_plain(&ptsi_family_csky, &want));
	ck_assert_int_eq(ptsi_core_set(&st, &want), _i ? PTSI_DONE : -1);
	ck_assert_uint_eq(sim_count(PTSI_SET_SYSCALL_INFO), 0);
	if (!_i) {
		ck_assert_int_eq(errno, EOPNOTSUPP);
		ck_assert_uint_eq(sim_writes(), 0);
		return;
	}
	ck_assert_int_eq((int32_t)sim_word(13), -1);
	ck_assert_int_eq((int32_t)sim_word(6), -38);
}
END_TEST

START_TEST(csky_regset_is_written_whole)
{
	struct ptsi_stop st = stop_at(&csky, ENTRY);
	struct ptsi_syscall_info want = read_stop(&st);

	st.way = PTSI_REGISTERS;
	want.instruction_pointer = 0x10000;
	ck_assert_int_eq(ptsi_core_set(&st, &want), PTSI_DONE);
	ck_assert_uint_eq(sim.asked, sim.len);
	assert_word(2, 0x10000);
}
END_TEST

/* SETREGSET fails halfway: what it has written is taken back. */
START_TEST(csky_failed_write_is_undone)
{
	struct ptsi_stop st = stop_at(&csky, SECCOMP);
	struct ptsi_syscall_info want = read_stop(&st);

	want.op = SKIP;
	want.exit.rval = 7;
	want.exit.is_error = 0;
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	ck_assert_uint_eq(sim.requests, 1); /* GETREGSET */
	sim_watch(1, EFAULT);
	ck_assert_int_eq(ptsi_core_set(&st, &want), -1);
	ck_assert_int_eq(errno, EFAULT);
	ck_assert_uint_eq(sim_count(PTSI_SETREGSET), 2);
	ck_assert_mem_eq(sim.image, before, sizeof before);
}
END_TEST

START_TEST(csky_length_tells_the_abi)
{
	struct ptsi_stop st = stop_at(&csky, ENTRY);

	sim.len = 76;
	read_stop(&st);
	ck_assert_int_eq(ptsi_decode_abi(&st), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

/* The tracee goes on without an exit stop, and what is in r0 is the result. */
START_TEST(nds32_skip_is_done_at_once)
{
	struct ptsi_stop st = stop_at(&nds32, ENTRY);
	struct ptsi_syscall_info want = read_stop(&st);

	sim.set_errno = EIO;
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	ck_assert(ptsi_skip_has_exit(&st));
	want.op = SKIP;
	want.exit.rval = -13;
	want.exit.is_error = 1;
	ck_assert_int_eq(ptsi_core_set(&st, &want), PTSI_DONE);
	ck_assert_int_eq((int32_t)sim_word(34), -1);
	ck_assert_int_eq((int32_t)sim_word(0), -13);
	ck_assert_uint_eq(sim_word(15), 0x410010f0);
	want = read_stop(&st);
	ck_assert_uint_eq(want.entry.nr, UINT64_MAX);
	ck_assert(!ptsi_skip_has_exit(&st));
	st = stop_at(&nds32, EXIT);
	sim_put(34, (uint64_t)-1); /* rt_sigreturn's */
	sim_put(0, (uint64_t)-1);  /* EPERM, where another stop has nr */
	read_stop(&st);
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	ck_assert(ptsi_skip_has_exit(&st));
}
END_TEST

/* Of a skipped call r0 is the result, and GET tells the argument. */
START_TEST(nds32_result_is_no_argument)
{
	struct ptsi_stop st = stop_at(&nds32, ENTRY);
	struct ptsi_syscall_info was = read_stop(&st), want = was;

	sim.set_errno = EIO;
	want.entry.nr = UINT64_MAX;
	ck_assert_int_eq(ptsi_core_set(&st, &want), PTSI_DONE);
	ck_assert_int_eq((int32_t)sim_word(0), -38);
	sim.info = want;
	sim.info_size = 80;
	ck_assert_uint_eq(read_stop(&st).entry.args[0], 0xa1);
	ck_assert_int_eq(ptsi_core_set(&st, &was), PTSI_DONE);
	ck_assert_mem_eq(sim.image, before, sizeof before);
}
END_TEST

TCase *ia64_tests(void);

int main(void)
{
	Suite *suite = suite_create("rare architectures");
	TCase *tc = tcase_create("rare");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, kernel_is_asked_for_what_it_does_right, 0,
			    sizeof uses / sizeof uses[0]);
	tcase_add_test(tc, openrisc_number_is_the_one_that_is_run);
	tcase_add_loop_test(tc, xtensa_call_that_is_not_run_has_a_result, 0, 2);
	tcase_add_loop_test(tc, xtensa_poke_that_fails_is_undone, 1, 4);
	tcase_add_test(tc, arc_regset_ends_at_sp);
	tcase_add_loop_test(tc, nios2_positive_errno, 0, 3);
	tcase_add_loop_test(tc, arc_arguments_are_mended, 0, 4);
	tcase_add_loop_test(tc, csky_number_can_not_be_set, 0, 2);
	tcase_add_loop_test(tc, csky_call_is_skipped_by_registers, 0, 2);
	tcase_add_test(tc, csky_regset_is_written_whole);
	tcase_add_test(tc, csky_failed_write_is_undone);
	tcase_add_test(tc, csky_length_tells_the_abi);
	tcase_add_test(tc, nds32_skip_is_done_at_once);
	tcase_add_test(tc, nds32_result_is_no_argument);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, ia64_tests());
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
