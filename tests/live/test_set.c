// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Each field alone and all together, at every stop where it can be set. */
#include "live.h"

/* Masks of round `args`: each argument, some, all; the number besides. */
static const int masks[] = {
	1, 2, 4, 8, 16, 32, 3, 24, 42, 63, CALLED_ANOTHER, CALLED_ANOTHER | 1, CALLED_ANOTHER | 63,
};

enum { N_MASKS = sizeof masks / sizeof masks[0] };

/* What the kernel says of the stop is what was set: 4-byte values may be extended either way. */
static void kernel_says(const struct target *t, const struct ptsi_syscall_info *set)
{
	struct ptsi_syscall_info info;

	raw_get(t->tid, &info);
	ck_assert_uint_eq(info.entry.nr, set->entry.nr);
	for (int i = tells_first() ? 0 : 1; i < 6; i++) {
		if (word_size() == 4)
			ck_assert_uint_eq((uint32_t)info.entry.args[i],
					  (uint32_t)set->entry.args[i]);
		else
			ck_assert_uint_eq(info.entry.args[i], set->entry.args[i]);
	}
}

/* The tracee does find what is wrong. */
START_TEST(nothing_set)
{
	struct target t = start_rounds(kinds[_i / N_MASKS], "args", masks[_i % N_MASKS]);

	finish_told(&t, false);
}
END_TEST

START_TEST(call)
{
	int mask = masks[_i / 2 % N_MASKS] & (settable_args() | CALLED_ANOTHER);
	struct target t = start_rounds(kinds[_i / 2 / N_MASKS], "args", mask);
	struct ptsi_syscall_info info;

	ck_assert_int_ge(get(t.tid, &info), 80);
	for (int i = 0; i < 6; i++)
		if (mask & 1 << i)
			info.entry.args[i] = put_right(info.entry.args[i]);
	if (mask & CALLED_ANOTHER)
		info.entry.nr = t.right;
	if (_i % 2)
		leave_out(&info);
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	kernel_says(&t, &info);
	finish_told(&t, true);
}
END_TEST

/* One after the other, the last word counts. */
START_TEST(step_by_step)
{
	struct target t = start_rounds(kinds[_i], "args", CALLED_ANOTHER | settable_args());
	struct ptsi_syscall_info info;

	for (int i = 0; i < 6; i++) {
		if (!(settable_args() & 1 << i))
			continue;
		ck_assert_int_ge(get(t.tid, &info), 80);
		info.entry.args[i] = put_right(info.entry.args[i]) ^ 0x33;
		info.entry.nr = i % 2 ? t.right : t.wrong;
		ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
		info.entry.args[i] ^= 0x33;
		ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	}
	kernel_says(&t, &info);
	finish_told(&t, true);
}
END_TEST

START_TEST(another_nr)
{
	struct target t = start_rounds(kinds[_i], "nr", 0x123);
	struct ptsi_syscall_info info;

	ck_assert_int_ge(get(t.tid, &info), 80);
	info.entry.nr = t.right;
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	finish_told(&t, true);
}
END_TEST

/* Values of an argument: with 4-byte words zero- and sign-extended ones are the same. */
static const uint64_t values[] = {
	0,          1,          0x7fffffff,  0x80000000,     0x80000001,   0xdeadbeef,
	0xfffffff0, 0xfffffffe, 0x100000000, 0x123456789abc, 0x7fffffffff,
};

enum { N_VALUES = sizeof values / sizeof values[0] };

START_TEST(seek)
{
	uint64_t value = values[_i / 2 % N_VALUES];
	struct ptsi_syscall_info info;
	struct target t;

	if (!is_told((int64_t)value))
		untested(TOO_WIDE);
	t = start_rounds(kinds[_i / 2 / N_VALUES], "seek", (long long)value);
	ck_assert_int_ge(get(t.tid, &info), 80);
	ck_assert_uint_eq(info.entry.args[t.q], 0x10);
	info.entry.args[t.q] = value;
	if (_i % 2 && word_size() == 4)
		info.entry.args[t.q] = (uint64_t)(int64_t)(int32_t)value;
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	finish_told(&t, true);
}
END_TEST

static const struct {
	int64_t rval;
	bool is_error;
} results[] = {
	{ 0, false },          { 1, false },         { 0x7fffffff, false }, { 0x80000000, false },
	{ 0xdeadbeef, false }, { -4096, false },     { INT32_MIN, false },  { 0x123456789, false },
	{ INT64_MIN, false },  { INT64_MAX, false }, { -1, true },          { -30, true },
	{ -38, true },         { -511, true },       { -515, true },        { -517, true },
	{ -4095, true },       { -1, false },        { -5, false },         { -4095, false },
};

enum { N_RESULTS = sizeof results / sizeof results[0] };

/* At the exit stop; a result is set once, or over another one. */
START_TEST(result)
{
	int64_t rval = results[_i / 2].rval;
	struct target t;

	if (!is_told(rval))
		untested(TOO_WIDE);
	/* libc takes it for an error though the flag says that it is none */
	if (has_error_flag() && !results[_i / 2].is_error && rval < 0 && rval >= -4095)
		untested("libc takes it for an error");
	t = start_rounds(ENTRY, "result", rval);
	go_to(t.tid, EXIT);
	if (_i % 2)
		ck_assert_int_eq(set_result(t.tid, EXIT, _i & 2 ? -EPERM : 0x77, _i & 2),
				 PTSI_DONE);
	ck_assert_int_eq(set_result(t.tid, EXIT, rval, results[_i / 2].is_error), PTSI_DONE);
	finish_told(&t, true);
}
END_TEST

/* At most size bytes are written, and none beyond what is returned. */
START_TEST(size_of_get)
{
	static const int alls[] = { 80, 84, 33 };
	static const size_t sizes[] = { 0, 1, 24, 33, 80, 84, 88, 4096 };
	static unsigned char buf[8192], canary[8192];
	struct target t = start_rounds(_i == 1 ? SECCOMP : ENTRY, "args", 0);
	struct ptsi_syscall_info info;
	int all;

	if (_i == 2)
		go_to(t.tid, EXIT);
	all = raw_get(t.tid, &info);
	ck_assert_int_eq(all, alls[_i]);
	memset(canary, 0xee, sizeof canary);
	known(t.tid, ptsi_get_syscall_info(t.tid, 0, (void *)buf));
	for (int i = 0; i < 8; i++) {
		size_t written = sizes[i] < (size_t)all ? sizes[i] : (size_t)all;

		memset(buf, 0xee, sizeof buf);
		ck_assert_int_eq(ptsi_get_syscall_info(t.tid, sizes[i], (void *)buf), all);
		ck_assert_mem_eq(buf, &info, written);
		ck_assert_mem_eq(buf + written, canary, sizeof buf - written);
	}
	if (_i == 2)
		next_target(&t);
	finish_told(&t, false);
}
END_TEST

/* 88 bytes are read, whatever follows. */
START_TEST(size_of_set)
{
	static union {
		struct ptsi_syscall_info info;
		unsigned char more[4096];
	} buf;
	struct target t = start_rounds(kinds[_i % 2], "args", settable_args());

	memset(&buf, 0xff, sizeof buf);
	raw_get(t.tid, &buf.info);
	for (int i = 0; i < 6; i++)
		if (settable_args() & 1 << i)
			buf.info.entry.args[i] = put_right(buf.info.entry.args[i]);
	if (_i / 2 % 2)
		leave_out(&buf.info);
	ck_assert_int_eq(
		known(t.tid, ptsi_set_syscall_info(t.tid, _i / 4 ? sizeof buf : 88, &buf.info)),
		PTSI_DONE);
	finish_told(&t, true);
}
END_TEST

Suite *set_suite(void)
{
	Suite *s = suite_create("set");
	TCase *tc = tcase_create("fields, values, sizes");

	tcase_set_timeout(tc, 20);
	add_loop(tc, nothing_set, 0, N_KINDS * N_MASKS);
	add_loop(tc, call, 0, 2 * N_KINDS * N_MASKS);
	add_loop(tc, step_by_step, 0, N_KINDS);
	add_loop(tc, another_nr, 0, N_KINDS);
	add_loop(tc, seek, 0, 2 * N_KINDS * N_VALUES);
	add_loop(tc, result, 0, 2 * N_RESULTS);
	add_loop(tc, size_of_get, 0, 3);
	add_loop(tc, size_of_set, 0, 8);
	suite_add_tcase(s, tc);
	return s;
}
