// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Calls that aren't run, and return what the tracer says. */
#include "live.h"

static const struct {
	int64_t rval;
	bool is_error;
} results[] = {
	{ 0, false },         { 0x1234, false },   { -EROFS, true },
	{ -4095, true },      { -38, true },       { 0x123456789abc, false },
	{ INT64_MIN, false }, { -0x10000, false }, { 0x80000001, false },
};

enum { N_RESULTS = sizeof results / sizeof results[0] };

/* How the tracee is resumed: DONE must do with either. */
static void finish_skipped(const struct target *t, int r, bool by_syscall, int64_t rval, bool error)
{
	if (t->kind == ENTRY)
		ck_assert_int_eq(r, PTSI_AT_EXIT);
	else
		ck_assert(r == PTSI_DONE || r == PTSI_AT_EXIT);
	if (r == PTSI_AT_EXIT || by_syscall)
		go_to(t->tid, EXIT);
	if (r == PTSI_AT_EXIT)
		ck_assert_int_eq(set_result(t->tid, EXIT, rval, error), PTSI_DONE);
	finish_told(t, true);
}

/* op SKIP, or EXIT which is the same; resumed by PTRACE_CONT or PTRACE_SYSCALL */
START_TEST(skip)
{
	int i = _i / 8 % N_RESULTS, kind = kinds[_i % 2];
	uint8_t op = _i & 2 ? EXIT : SKIP;
	int64_t rval = results[i].rval;
	bool error = results[i].is_error;
	struct target t;
	int can, r;

	if (!is_told(rval))
		untested(TOO_WIDE);
	t = start_rounds(kind, "skip", rval);
	can = features_of(t.tid);
	ck_assert(can >= 0 && (can & PTSI_CAN_SKIP));
	r = set_result(t.tid, op, rval, error);
	ck_assert_int_eq(r, can & PTSI_CAN_DONE ? PTSI_DONE : PTSI_AT_EXIT);
	finish_skipped(&t, r, _i & 4, rval, error);
}
END_TEST

/* ip, sp and arch as read, as another part of the same request */
START_TEST(skip_as_read)
{
	struct target t = start_rounds(kinds[_i % 2], "skip", -EROFS);
	struct ptsi_syscall_info info;

	raw_get(t.tid, &info);
	info.op = _i / 2 ? EXIT : SKIP;
	memset(&info.seccomp, 0xff, sizeof info.seccomp);
	info.exit.rval = -EROFS;
	info.exit.is_error = 1;
	finish_skipped(&t, set(t.tid, &info), false, -EROFS, true);
}
END_TEST

/* The number -1 by itself: -ENOSYS. */
START_TEST(minus_one)
{
	struct target t = start_rounds(kinds[_i % 2], "skip", -ENOSYS);
	struct ptsi_syscall_info info;

	raw_get(t.tid, &info);
	info.entry.nr = UINT64_MAX;
	if (_i & 2)
		leave_out(&info);
	if (_i & 4) /* arguments of a call that isn't run are left alone */
		memset(info.entry.args, 0, sizeof info.entry.args);
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	raw_get(t.tid, &info);
	ck_assert_uint_eq(info.entry.nr, UINT64_MAX);
	if (!MINUS_ONE_IS_ENOSYS) {
		go_to(t.tid, EXIT);
		ck_assert_int_eq(set_result(t.tid, EXIT, -ENOSYS, true), PTSI_DONE);
	}
	finish_told(&t, true);
}
END_TEST

/* A result at the exit stop of a call that became nr -1. */
START_TEST(minus_one_then_result)
{
	struct target t = start_rounds(kinds[_i], "skip", 0x55);
	struct ptsi_syscall_info info;

	raw_get(t.tid, &info);
	info.entry.nr = UINT64_MAX;
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	go_to(t.tid, EXIT);
	if (MINUS_ONE_IS_ENOSYS)
		result_is(t.tid, -ENOSYS);
	ck_assert_int_eq(set_result(t.tid, EXIT, 0x55, false), PTSI_DONE);
	finish_told(&t, true);
}
END_TEST

/* The tracer thinks better of it at the same stop: the last result counts, or the call runs. */
START_TEST(skipped_twice)
{
	struct target t = start_rounds(kinds[_i], "skip", 0x55);

	ck_assert_int_ge(set_result(t.tid, SKIP, -EROFS, true), 0);
	finish_skipped(&t, set_result(t.tid, SKIP, 0x55, false), false, 0x55, false);
}
END_TEST

/* Or nothing has changed: the call stays skipped. */
static void take_back(const struct target *t, const struct ptsi_syscall_info *was)
{
	struct snapshot skipped;

	if (unskips()) {
		ck_assert_int_eq(set(t->tid, was), PTSI_DONE);
		return;
	}
	snapshot(t->tid, &skipped);
	ck_assert_int_eq(set(t->tid, was), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	unchanged(t->tid, &skipped);
	ck_assert_int_eq(kill(t->tid, SIGKILL), 0);
}

START_TEST(skip_taken_back)
{
	int mask = settable_args();
	struct target t =
		start_rounds(kinds[_i % 2], _i & 2 ? "args" : "skip", _i & 2 ? mask : -EROFS);
	struct ptsi_syscall_info info;

	raw_get(t.tid, &info);
	ck_assert_int_ge(set_result(t.tid, SKIP, -EROFS, true), 0);
	if (_i & 2)
		for (int i = 0; i < 6; i++)
			if (mask & 1 << i)
				info.entry.args[i] = put_right(info.entry.args[i]);
	take_back(&t, &info);
	if (unskips())
		finish_told(&t, _i & 2);
}
END_TEST

START_TEST(minus_one_taken_back)
{
	struct target t = start_rounds(kinds[_i], "args", 0);
	struct ptsi_syscall_info info, was;

	raw_get(t.tid, &was);
	info = was;
	info.entry.nr = UINT64_MAX;
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	take_back(&t, &was);
	if (unskips())
		finish_told(&t, true);
}
END_TEST

/* A call that is skipped is -1 from then on, and to set that as read changes nothing. */
START_TEST(identity_of_skipped)
{
	struct target t = start_rounds(kinds[_i], "skip", -EROFS);
	int r = set_result(t.tid, SKIP, -EROFS, true);
	struct ptsi_syscall_info info;

	raw_get(t.tid, &info);
	ck_assert_uint_eq(info.entry.nr, UINT64_MAX);
	identity(t.tid);
	finish_skipped(&t, r, false, -EROFS, true);
}
END_TEST

Suite *skip_suite(void)
{
	Suite *s = suite_create("skip");
	TCase *tc = tcase_create("calls that aren't run");

	tcase_set_timeout(tc, 20);
	add_loop(tc, skip, 0, 8 * N_RESULTS);
	add_loop(tc, skip_as_read, 0, 4);
	add_loop(tc, minus_one, 0, 8);
	add_loop(tc, minus_one_then_result, 0, N_KINDS);
	add_loop(tc, skipped_twice, 0, N_KINDS);
	add_loop(tc, skip_taken_back, 0, 4);
	add_loop(tc, minus_one_taken_back, 0, N_KINDS);
	add_loop(tc, identity_of_skipped, 0, N_KINDS);
	suite_add_tcase(s, tc);
	return s;
}
