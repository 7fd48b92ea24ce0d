// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A 32-bit tracer and a 64-bit tracee, whose registers it can't see whole: what the kernel's
 * requests do is done, all else refused with nothing changed.
 */
#include "live.h"

static void refused(pid_t tid, const struct ptsi_syscall_info *info, int err)
{
	struct snapshot before;

	snapshot(tid, &before);
	ck_assert_int_eq(set(tid, info), -1);
	ck_assert_int_eq(errno, err);
	unchanged(tid, &before);
}

/* Whether the kernel's request is there; it does all that is promised here. */
static bool native(pid_t tid, int promised)
{
	const int others = PTSI_NATIVE_GET | PTSI_NATIVE_SET;
	int can = ptsi_features(tid);

	ck_assert_int_ge(can, 0);
	ck_assert_int_eq(can & ~others, can & PTSI_NATIVE_SET ? promised : 0);
	return can & PTSI_NATIVE_SET;
}

static void told_whole(pid_t tid)
{
	struct ptsi_abi_info abi;

	identity(tid);
	ck_assert_int_eq(ptsi_abi_info(tid, sizeof abi, &abi), 0);
	ck_assert_str_eq(abi.name, "x86_64");
	ck_assert_uint_eq(abi.arch, 0xc000003e);
	ck_assert_uint_eq(abi.word_size, 8);
}

static void registers_refused(pid_t tid)
{
	struct ptsi_syscall_info info;

	raw_get(tid, &info);
	info.instruction_pointer += 2;
	refused(tid, &info, EINVAL);
	raw_get(tid, &info);
	info.stack_pointer -= 16;
	refused(tid, &info, EINVAL);
}

START_TEST(call)
{
	struct target t = start_rounds(kinds[_i % 2], "args", 63);
	struct ptsi_syscall_info info;

	told_whole(t.tid);
	registers_refused(t.tid);
	raw_get(t.tid, &info);
	for (int i = 0; i < 6; i++)
		info.entry.args[i] = put_right(info.entry.args[i]);
	if (_i / 2)
		leave_out(&info);
	if (!native(t.tid, PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP)) {
		refused(t.tid, &info, EOPNOTSUPP);
		finish_told(&t, false);
		return;
	}
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	finish_told(&t, true);
}
END_TEST

/* The number by the kernel's request, the result by another one at the exit stop. */
START_TEST(skip)
{
	struct ptsi_syscall_info info = { .op = SKIP, .exit = { .rval = 0x123456789 } };
	struct target t = start_rounds(kinds[_i], "skip", 0x123456789);

	if (!native(t.tid, PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP)) {
		refused(t.tid, &info, EOPNOTSUPP);
		finish_told(&t, false);
		return;
	}
	ck_assert_int_eq(set(t.tid, &info), PTSI_AT_EXIT);
	go_to(t.tid, EXIT);
	ck_assert_int_eq(set_result(t.tid, EXIT, 0x123456789, false), PTSI_DONE);
	finish_told(&t, true);
}
END_TEST

START_TEST(result)
{
	struct ptsi_syscall_info entry, info = { .op = EXIT, .exit = { .rval = 0x123456789 } };
	struct target t = start_rounds(ENTRY, "result", 0x123456789);
	bool can;

	raw_get(t.tid, &entry);
	go_to(t.tid, EXIT);
	told_whole(t.tid);
	registers_refused(t.tid);
	ck_assert_int_eq(ptsi_repeat_syscall(t.tid, &entry), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	can = native(t.tid, PTSI_CAN_RESULT);
	if (can)
		ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	else
		refused(t.tid, &info, EOPNOTSUPP);
	finish_told(&t, can);
}
END_TEST

Suite *unseen_suite(void)
{
	Suite *s = suite_create("unseen");
	TCase *tc = tcase_create("64-bit tracee of a 32-bit tracer");

	tcase_set_timeout(tc, 20);
	add_loop(tc, call, 0, 4);
	add_loop(tc, skip, 0, N_KINDS);
	tcase_add_test(tc, result);
	suite_add_tcase(s, tc);
	return s;
}
