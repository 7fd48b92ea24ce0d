// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The instruction and stack pointers, and calls made again. */
#include "live.h"

enum { LOWER = 0x2000 };
enum { AT_ENTRY, AT_SECCOMP, AT_EXIT, N_STOPS };

/* The arguments of round `jump` say where to; info becomes this stop's. */
static struct target start_jump(int stop, struct ptsi_syscall_info *entry,
				struct ptsi_syscall_info *info)
{
	struct target t = start_rounds(stop == AT_SECCOMP ? SECCOMP : ENTRY, "jump", 0);

	raw_get(t.tid, entry);
	if (stop == AT_EXIT)
		go_to(t.tid, EXIT);
	raw_get(t.tid, info);
	return t;
}

static void finish_landed(const struct target *t, bool other_stack)
{
	tell(t, TOLD_CHANGED | TOLD_LAST | (other_stack ? 0 : TOLD_SAME_STACK));
	finish(t->tid);
}

/* ip alone, or ip and sp; with other changes */
START_TEST(jump)
{
	int stop = _i % N_STOPS;
	bool both = _i / N_STOPS & 1, more = _i / N_STOPS & 2;
	struct ptsi_syscall_info entry, info;
	struct target t = start_jump(stop, &entry, &info);

	info.instruction_pointer = entry.entry.args[2];
	if (both)
		info.stack_pointer = entry.entry.args[3];
	if (more && stop == AT_EXIT) {
		info.exit.rval = 0x77;
		info.exit.is_error = 0;
	} else if (more) {
		info.entry.nr = t.wrong;
		for (int i = 0; i < 6; i++)
			if (settable_args() & 1 << i)
				info.entry.args[i] = 0x1000 + (uint64_t)i;
	}
	if (stop == AT_EXIT && !IP_AT_EXIT) {
		ck_assert_int_eq(set(t.tid, &info), -1);
		ck_assert_int_eq(errno, EINVAL);
		finish_told(&t, false);
		return;
	}
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	if (knows_moved()) {
		ck_assert_int_gt(get(t.tid, &entry), 0);
		ck_assert_mem_eq(&entry, &info, stop == AT_EXIT ? 33 : 80);
	} else {
		ck_assert_int_eq(ptsi_get_syscall_info(t.tid, sizeof entry, &entry), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
	}
	finish_landed(&t, both);
}
END_TEST

/* A skipped call ends there as well. */
START_TEST(jump_from_skipped)
{
	struct ptsi_syscall_info entry, info;
	struct target t = start_jump(_i, &entry, &info);

	info.op = SKIP;
	info.exit.rval = 0;
	info.exit.is_error = 0;
	info.instruction_pointer = entry.entry.args[2];
	info.stack_pointer = entry.entry.args[3];
	ck_assert_int_ge(set(t.tid, &info), 0);
	finish_landed(&t, true);
}
END_TEST

START_TEST(moved_back)
{
	struct ptsi_syscall_info entry, info;
	struct target t = start_jump(_i, &entry, &info);
	struct snapshot before;

	snapshot(t.tid, &before);
	info.instruction_pointer = entry.entry.args[2];
	info.stack_pointer = entry.entry.args[3];
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	if (!knows_moved())
		untested(NOT_KNOWN);
	ck_assert_int_eq(set(t.tid, &before.info), PTSI_DONE);
	unchanged(t.tid, &before);
	finish_told(&t, false);
}
END_TEST

/* sp alone: the program goes on where it was, on the copy of its stack */
START_TEST(stack_alone)
{
	int stop = _i % N_STOPS;
	struct target t = start_rounds(stop == AT_SECCOMP ? SECCOMP : ENTRY, "sp", LOWER);
	struct ptsi_syscall_info info;

	if (stop == AT_EXIT)
		go_to(t.tid, EXIT);
	raw_get(t.tid, &info);
	info.stack_pointer = copy_stack(t.tid, info.stack_pointer, LOWER);
	if (_i / N_STOPS) { /* and nothing else is looked at */
		info.arch = 0;
		info.instruction_pointer = 0;
	}
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	finish_told(&t, true);
}
END_TEST

/* At the exit stop of the target; entry as read when it was entered. */
static struct target start_repeat(int kind, long bytes, struct ptsi_syscall_info *entry)
{
	struct target t = start_rounds(kind, "repeat", bytes);

	ck_assert_int_eq(get(t.tid, entry), kind == SECCOMP ? 84 : 80);
	go_to(t.tid, EXIT);
	return t;
}

/* The tracee's next stop is of the repeated call. */
static void repeat(const struct target *t, const struct ptsi_syscall_info *entry)
{
	struct ptsi_syscall_info info;

	ck_assert_int_eq(repeat_syscall(t->tid, entry), 0);
	ck_assert(WIFSTOPPED(go(t->tid, PTRACE_SYSCALL, 0)));
	raw_get(t->tid, &info);
	ck_assert_int_eq(info.op, ENTRY);
	ck_assert_uint_eq(info.entry.nr, entry->entry.nr);
	for (int i = 0; i < 6; i++)
		ck_assert_uint_eq(info.entry.args[i], entry->entry.args[i]);
	ck_assert_uint_eq(info.instruction_pointer, entry->instruction_pointer);
	ck_assert_uint_eq(info.stack_pointer, entry->stack_pointer);
}

START_TEST(repeated)
{
	int times = _i / N_KINDS;
	struct ptsi_syscall_info entry;
	struct target t = start_repeat(kinds[_i % N_KINDS], 1 + times, &entry);

	for (int i = 0; i < times; i++) {
		repeat(&t, &entry);
		go_to(t.tid, EXIT);
	}
	result_is(t.tid, 1);
	finish_told(&t, times > 0);
}
END_TEST

/* Resumed with PTRACE_CONT it stops where it did before, at a SECCOMP stop. */
START_TEST(repeated_to_seccomp_stop)
{
	struct ptsi_syscall_info entry, info;
	struct target t = start_repeat(SECCOMP, 2, &entry);

	ck_assert_int_eq(repeat_syscall(t.tid, &entry), 0);
	ck_assert(WIFSTOPPED(go(t.tid, PTRACE_CONT, 0)));
	raw_get(t.tid, &info);
	ck_assert_int_eq(info.op, SECCOMP);
	ck_assert_uint_eq(info.seccomp.nr, entry.seccomp.nr);
	ck_assert_mem_eq(info.seccomp.args, entry.seccomp.args, sizeof info.seccomp.args);
	finish_told(&t, true);
}
END_TEST

START_TEST(repeated_as_another)
{
	struct ptsi_syscall_info entry;
	struct target t = start_repeat(kinds[_i], 1, &entry);

	entry.entry.nr = t.wrong; /* getppid */
	repeat(&t, &entry);
	tell(&t, TOLD_CHANGED | TOLD_LAST | TOLD_RESULT(getpid()));
	finish(t.tid);
}
END_TEST

START_TEST(repeated_with_other_arguments)
{
	struct ptsi_syscall_info entry;
	struct target t = start_repeat(kinds[_i], 1 + 3, &entry);

	entry.entry.args[2] = 3;
	repeat(&t, &entry);
	tell(&t, TOLD_CHANGED | TOLD_LAST | TOLD_RESULT(3));
	finish(t.tid);
}
END_TEST

/* All that can be, of a call that gets wrong ones first and then right ones. */
START_TEST(repeated_with_all_arguments)
{
	struct target t = start_rounds(kinds[_i], "args", repeatable_args());
	struct ptsi_syscall_info entry;

	raw_get(t.tid, &entry);
	go_to(t.tid, EXIT);
	for (int i = 0; i < 6; i++)
		if (repeatable_args() & 1 << i)
			entry.entry.args[i] = put_right(entry.entry.args[i]);
	repeat(&t, &entry);
	finish_told(&t, true);
}
END_TEST

START_TEST(repeated_and_skipped)
{
	struct ptsi_syscall_info entry;
	struct target t = start_repeat(ENTRY, 1, &entry);

	repeat(&t, &entry);
	ck_assert_int_eq(set_result(t.tid, SKIP, 0x22, false), PTSI_AT_EXIT);
	go_to(t.tid, EXIT);
	ck_assert_int_eq(set_result(t.tid, EXIT, 0x22, false), PTSI_DONE);
	tell(&t, TOLD_CHANGED | TOLD_LAST | TOLD_RESULT(0x22));
	finish(t.tid);
}
END_TEST

/* Where that can't be done: the call is over as it was. */
START_TEST(not_repeated)
{
	struct ptsi_syscall_info entry;
	struct target t = start_repeat(ENTRY, 1, &entry);
	struct snapshot before;

	snapshot(t.tid, &before);
	ck_assert_int_eq(ptsi_repeat_syscall(t.tid, &entry), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	unchanged(t.tid, &before);
	finish_told(&t, false);
}
END_TEST

/* A call that was skipped runs after all. */
START_TEST(skipped_and_repeated)
{
	struct target t = start_rounds(kinds[_i], "repeat", 2);
	struct ptsi_syscall_info entry;

	raw_get(t.tid, &entry);
	ck_assert_int_ge(set_result(t.tid, SKIP, -EROFS, true), 0);
	go_to(t.tid, EXIT);
	repeat(&t, &entry);
	finish_told(&t, false);
}
END_TEST

Suite *move_suite(void)
{
	Suite *s = suite_create("move");
	TCase *tc = tcase_create("ip, sp, repeated calls");

	tcase_set_timeout(tc, 20);
	add_loop(tc, jump, 0, 4 * N_STOPS);
	add_loop(tc, jump_from_skipped, 0, 2);
	if (IP_AT_EXIT)
		add_loop(tc, moved_back, 0, N_STOPS);
	add_loop(tc, stack_alone, 0, 2 * N_STOPS);
	if (repeats()) {
		add_loop(tc, repeated, 0, 5 * N_KINDS);
		tcase_add_test(tc, repeated_to_seccomp_stop);
		add_loop(tc, repeated_as_another, 0, N_KINDS);
		add_loop(tc, repeated_with_other_arguments, 0, N_KINDS);
		add_loop(tc, repeated_with_all_arguments, 0, N_KINDS);
		tcase_add_test(tc, repeated_and_skipped);
		add_loop(tc, skipped_and_repeated, 0, N_KINDS);
	} else {
		tcase_add_test(tc, not_repeated);
	}
	suite_add_tcase(s, tc);
	return s;
}
