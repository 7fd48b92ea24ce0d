// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What PTRACE_SET_SYSCALL_INFO accepts the library accepts, with the same effect.  Where the kernel
 * has that request it is asked for its own answer, with the same values at a stop of the same kind;
 * where it hasn't, what it would answer is in the tables.
 */
#include "live.h"

/* What a changed call has ended with. */
struct end {
	int answer, err; /* of the set */
	struct ptsi_syscall_info then,
		exit; /* what the kernel says at once, and at the exit stop */
};

static int raw_set(pid_t tid, const struct ptsi_syscall_info *info)
{
	return (int)syscall(SYS_ptrace, RAW_SET, (long)tid, sizeof *info, info);
}

static struct end end_of(const struct ptsi_syscall_info *want, bool raw)
{
	struct target t = start_rounds(want->op == SECCOMP ? SECCOMP : ENTRY, "result", 0);
	struct ptsi_syscall_info now;
	struct end end;

	if (want->op == EXIT)
		go_to(t.tid, EXIT);
	raw_get(t.tid, &now);
	if (want->op != EXIT) { /* arguments stay: not all can be set everywhere */
		now.entry.nr = want->entry.nr;
		want = &now;
	}
	if (raw)
		end.answer = raw_set(t.tid, want);
	else
		end.answer = set(t.tid, want);
	end.err = end.answer < 0 ? errno : 0;
	raw_get(t.tid, &end.then);
	if (want->op != EXIT)
		go_to(t.tid, EXIT);
	raw_get(t.tid, &end.exit);
	kill(t.tid, SIGKILL);
	return end;
}

/* Of negative numbers but -1 all are refused or none: -2 stands for them. */
static bool may_be_set(int nr)
{
	for (const int *refused = refused_numbers(); *refused != -1; refused++)
		if (*refused == nr || (nr < -1 && *refused == -2))
			return false;
	return true;
}

static const int64_t numbers[] = { -2,        -5,         -4095,      INT32_MIN,
				   INT32_MAX, 0xffffffff, 0x80000000, 0x100000000 };
enum { N_NUMBERS = sizeof numbers / sizeof numbers[0] };

/*
 * A number that is no call's: it is told, and what becomes of the call is what becomes of it by
 * the kernel's request.
 */
START_TEST(odd_numbers)
{
	int64_t nr = numbers[_i / N_KINDS];
	struct ptsi_syscall_info want = { .op = (uint8_t)kinds[_i % N_KINDS],
					  .entry = { .nr = (uint64_t)nr } };
	bool is_int = nr == (int32_t)nr;
	struct end ours, kernels;

	if (is_int && !may_be_set((int)nr))
		untested("such a number makes the kernel misbehave");
	ours = end_of(&want, false);
	ck_assert_int_eq(ours.answer, is_int ? PTSI_DONE : -1);
	ck_assert_int_eq(ours.err, is_int ? 0 : ERANGE);
	if (is_int)
		ck_assert_int_eq((int64_t)ours.then.entry.nr, nr);
	/* seccomp leaves the result's register alone, which may have the first argument */
	if (is_int && no_call_is_enosys() && !(want.op == SECCOMP && result_is_first())) {
		ck_assert_int_eq(ours.exit.exit.rval, -ENOSYS);
		ck_assert_int_eq(ours.exit.exit.is_error, 1);
	}
	if (!live_has_set)
		return;
	kernels = end_of(&want, true);
	ck_assert_int_eq(kernels.answer, ours.answer);
	ck_assert_int_eq(kernels.err, ours.err);
	if (ARGS_BY_REGISTERS)
		return;
	ck_assert_uint_eq(kernels.then.entry.nr, ours.then.entry.nr);
	ck_assert_int_eq(kernels.exit.exit.rval, ours.exit.exit.rval);
	ck_assert_int_eq(kernels.exit.exit.is_error, ours.exit.exit.is_error);
}
END_TEST

/* Of a result that is set at the exit stop, how it reads then where there is no error flag. */
static const struct {
	int64_t rval;
	bool is_error, reads_as_error;
} results[] = {
	{ 0, false, false },     { 7, false, false },         { INT32_MAX, false, false },
	{ -1, false, true },     { -5, false, true },         { -4095, false, true },
	{ -4096, false, false }, { INT32_MIN, false, false }, { -512, false, true },
	{ -513, false, true },   { -514, false, true },       { -516, false, true },
	{ -1, true, true },      { -13, true, true },         { -4095, true, true },
	{ -512, true, true },    { -513, true, true },        { -514, true, true },
	{ -515, true, true },    { -516, true, true },
};
enum { N_RESULTS = sizeof results / sizeof results[0] };

START_TEST(odd_results)
{
	struct ptsi_syscall_info want = { .op = EXIT,
					  .exit = { results[_i].rval, results[_i].is_error } };
	bool is_error = has_error_flag() ? results[_i].is_error : results[_i].reads_as_error;
	struct end ours = end_of(&want, false), kernels;

	ck_assert_int_eq(ours.answer, PTSI_DONE);
	ck_assert_int_eq((int32_t)ours.exit.exit.rval, (int32_t)want.exit.rval);
	ck_assert_int_eq(ours.exit.exit.is_error, is_error);
	if (!live_has_set || RESULT_BY_REGISTERS)
		return;
	kernels = end_of(&want, true);
	ck_assert_int_eq(kernels.answer, PTSI_DONE);
	ck_assert_int_eq((int32_t)kernels.exit.exit.rval, (int32_t)ours.exit.exit.rval);
	ck_assert_int_eq(kernels.exit.exit.is_error, ours.exit.exit.is_error);
}
END_TEST

/*
 * A result of a 32-bit call from 2^31 on, given either way, reads the same whether the kernel's
 * request or registers have set it.
 */
START_TEST(wide_results_read_alike)
{
	static const int64_t given[] = { 0x80001000, (int32_t)0x80001000, 0xfffff000, -4096 };
	struct ptsi_syscall_info want = { .op = EXIT, .exit.rval = given[_i] };
	struct end by_kernel, by_registers;

	if (word_size() == 8)
		untested("a word is as wide as a result");
	if (!live_has_set)
		untested("this kernel has no PTRACE_SET_SYSCALL_INFO");
	live_way = PTSI_KERNEL;
	by_kernel = end_of(&want, false);
	live_way = PTSI_REGISTERS;
	by_registers = end_of(&want, false);
	ck_assert_int_eq(by_kernel.answer, PTSI_DONE);
	ck_assert_int_eq(by_registers.answer, PTSI_DONE);
	ck_assert_int_eq((int32_t)by_kernel.exit.exit.rval, (int32_t)given[_i]);
	if (int80())
		ck_assert_int_eq(by_kernel.exit.exit.rval, by_registers.exit.exit.rval);
	ck_assert_int_eq(by_kernel.exit.exit.is_error, by_registers.exit.exit.is_error);
}
END_TEST

/* A call is made again with a number that is no call's. */
START_TEST(repeat_of_no_call)
{
	static const int nr[] = { -1, -2, -5 };
	struct target t;
	struct ptsi_syscall_info entry, now;

	if (!repeats() || (!live_has_get && !marks_stops()))
		untested("no call can be repeated here");
	if (nr[_i] != -1 && !may_be_set(-2))
		untested("such a number makes the kernel misbehave");
	t = start_rounds(ENTRY, "result", 0);
	raw_get(t.tid, &entry);
	go_to(t.tid, EXIT);
	entry.entry.nr = (uint64_t)nr[_i];
	ck_assert_int_eq(repeat_syscall(t.tid, &entry), 0);
	go_to(t.tid, ENTRY);
	raw_get(t.tid, &now);
	ck_assert_int_eq((int64_t)now.entry.nr, nr[_i]);
	ck_assert_uint_eq(now.instruction_pointer, entry.instruction_pointer);
	kill(t.tid, SIGKILL);
}
END_TEST

Suite *values_suite(void)
{
	Suite *s = suite_create("values");
	TCase *tc = tcase_create("as the kernel's");

	tcase_set_timeout(tc, 20);
	add_loop(tc, odd_numbers, 0, N_KINDS * N_NUMBERS);
	add_loop(tc, odd_results, 0, N_RESULTS);
	add_loop(tc, wide_results_read_alike, 0, 4);
	add_loop(tc, repeat_of_no_call, 0, 3);
	suite_add_tcase(s, tc);
	return s;
}
