// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Tracees with a seccomp filter of their own for nr -1, which is what a skipped call is to
 * it.  It runs after the syscall-entry-stop (since Linux 4.8), but not again after a SECCOMP
 * stop that left nr -1.
 */
#include "live.h"

static struct target start_own(int kind, const char *action, const char *ret, const char *ran)
{
	struct target t;

	if (!has_filters())
		untested(NO_FILTERS);
	start(&t, kind, (const char *const[]){ "own", action, ret, ran, NULL });
	return t;
}

START_TEST(errno_filter_overwrites_until_exit)
{
	struct target t = start_own(ENTRY, "errno", "-30", "0");

	ck_assert_int_eq(set_result(t.tid, SKIP, -EROFS, true), PTSI_AT_EXIT);
	go_to(t.tid, EXIT);
	result_is(t.tid, -EPERM);
	ck_assert_int_eq(set_result(t.tid, EXIT, -EROFS, true), PTSI_DONE);
	finish(t.tid);
}
END_TEST

START_TEST(errno_filter_and_nr_minus_one)
{
	struct target t = start_own(ENTRY, "errno", "-1", "0");
	struct ptsi_syscall_info info = { .op = ENTRY, .entry = { .nr = UINT64_MAX } };

	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	finish(t.tid);
}
END_TEST

/* errno or kill: neither is asked */
static void not_asked(struct target t)
{
	int r = set_result(t.tid, SKIP, -EROFS, true);

	if (t.kind == SECCOMP)
		ck_assert_int_eq(r, keeps_result() ? PTSI_DONE : PTSI_AT_EXIT);
	else
		ck_assert_int_eq(r, PTSI_AT_EXIT);
	if (r == PTSI_AT_EXIT) {
		go_to(t.tid, EXIT);
		ck_assert_int_eq(set_result(t.tid, EXIT, -EROFS, true), PTSI_DONE);
	}
	finish(t.tid);
}

START_TEST(filter_not_asked_after_entry_stop)
{
	not_asked(start_own(ENTRY, _i ? "kill" : "errno", "-30", "0"));
}
END_TEST

START_TEST(filter_not_asked_after_seccomp_stop)
{
	not_asked(start_own(SECCOMP, _i ? "kill" : "errno", "-30", "0"));
}
END_TEST

START_TEST(kill_filter_kills)
{
	struct target t = start_own(ENTRY, "kill", "-30", "0");
	int wstatus;

	ck_assert_int_eq(set_result(t.tid, SKIP, -EROFS, true), PTSI_AT_EXIT);
	wstatus = go(t.tid, PTRACE_CONT, 0);
	ck_assert(WIFSIGNALED(wstatus));
	ck_assert_int_eq(WTERMSIG(wstatus), SIGSYS);
}
END_TEST

/* the style for such tracees: a harmless call, and its result replaced */
START_TEST(kill_filter_and_harmless_nr)
{
	struct target t = start_own(ENTRY, "kill", "-30", "0");
	struct ptsi_syscall_info info;

	ck_assert_int_eq(get(t.tid, &info), 80);
	info.entry.nr = t.wrong;
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	go_to(t.tid, EXIT);
	result_is(t.tid, t.tid);
	ck_assert_int_eq(set_result(t.tid, EXIT, -EROFS, true), PTSI_DONE);
	finish(t.tid);
}
END_TEST

/* The call was skipped with -EROFS; the filter has it traced once more, as nr -1. */
static struct target start_traced_again(const char *ret, const char *ran,
					struct ptsi_syscall_info *info)
{
	struct target t = start_own(ENTRY, "trace", ret, ran);
	struct ptsi_syscall_info entry;
	int wstatus;

	raw_get(t.tid, &entry);
	ck_assert_int_eq(set_result(t.tid, SKIP, -EROFS, true), PTSI_AT_EXIT);
	wstatus = go(t.tid, PTRACE_SYSCALL, 0);
	ck_assert_int_eq(wstatus >> 8, SIGTRAP | PTRACE_EVENT_SECCOMP << 8);
	ck_assert_int_eq(get(t.tid, info), 84);
	ck_assert_uint_eq(info->op, SECCOMP);
	ck_assert_uint_eq(info->seccomp.nr, UINT64_MAX);
	ck_assert_uint_eq(info->seccomp.ret_data, 0x1111);
	ck_assert_mem_eq(info->seccomp.args, entry.entry.args, sizeof entry.entry.args);
	return t;
}

START_TEST(trace_filter_identity)
{
	struct ptsi_syscall_info info;
	struct target t = start_traced_again("-30", "0", &info);

	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	go_to(t.tid, EXIT);
	ck_assert_int_eq(set_result(t.tid, EXIT, -EROFS, true), PTSI_DONE);
	finish(t.tid);
}
END_TEST

START_TEST(trace_filter_skip_again)
{
	struct ptsi_syscall_info info;
	struct target t = start_traced_again("0x1234", "0", &info);

	if (keeps_result()) {
		ck_assert_int_eq(set_result(t.tid, SKIP, 0x1234, false), PTSI_DONE);
	} else {
		ck_assert_int_eq(set_result(t.tid, SKIP, 0x1234, false), PTSI_AT_EXIT);
		go_to(t.tid, EXIT);
		ck_assert_int_eq(set_result(t.tid, EXIT, 0x1234, false), PTSI_DONE);
	}
	finish(t.tid);
}
END_TEST

START_TEST(trace_filter_call_revived)
{
	struct ptsi_syscall_info info;
	struct target t = start_traced_again("0", "1", &info);

	info.seccomp.nr = t.right;
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	finish(t.tid);
}
END_TEST

START_TEST(trace_filter_call_revived_with_argument)
{
	struct ptsi_syscall_info info;
	struct target t = start_traced_again("0", "2", &info);
	long word = 0;
	int other;

	ck_assert_int_eq(syscall(SYS_ptrace, PTRACE_PEEKDATA, (long)t.tid, (long)t.p, &word), 0);
	memcpy(&other, &word, sizeof other);
	info.seccomp.nr = t.right;
	info.seccomp.args[0] = (uint32_t)other;
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	finish(t.tid);
}
END_TEST

static void add_what_filters_see(TCase *tc)
{
	tcase_add_test(tc, errno_filter_overwrites_until_exit);
	tcase_add_test(tc, errno_filter_and_nr_minus_one);
	tcase_add_test(tc, kill_filter_kills);
	tcase_add_test(tc, trace_filter_identity);
	tcase_add_test(tc, trace_filter_skip_again);
	if (unskips())
		tcase_add_test(tc, trace_filter_call_revived);
	if (unskips() && settable_args() & 1)
		tcase_add_test(tc, trace_filter_call_revived_with_argument);
}

Suite *filters_suite(void)
{
	Suite *s = suite_create("filters");
	TCase *tc = tcase_create("the tracee's own filter");

	tcase_set_timeout(tc, 20);
	if (!FILTERS_ASKED_AGAIN)
		add_loop(tc, filter_not_asked_after_seccomp_stop, 0, 2);
	tcase_add_test(tc, kill_filter_and_harmless_nr);
	if (FILTERS_SEE_SKIPS)
		add_what_filters_see(tc);
	else
		add_loop(tc, filter_not_asked_after_entry_stop, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
