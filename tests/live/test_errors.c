// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What is refused, and with which errno: nothing has changed then, and the tracee goes on as
 * if nobody had asked.
 */
#include "live.h"

struct bad {
	const char *what;
	int err;
	struct ptsi_syscall_info info;
};

/* Where the stop can't be known, that it can't may be found first. */
static bool is_refusal(pid_t tid, int err)
{
	return errno == err || (errno == EOPNOTSUPP && !knows_stop(tid));
}

static void refused(pid_t tid, size_t size, const struct bad *bad)
{
	struct snapshot before;
	int r;

	snapshot(tid, &before);
	errno = 0;
	r = ptsi_set_syscall_info(tid, size, &bad->info);
	ck_assert_msg(r == -1 && is_refusal(tid, bad->err), "%s: %d, %s", bad->what, r,
		      strerror(errno));
	unchanged(tid, &before);
}

/* The stop as it is: what the bad requests differ in by one field. */
static struct bad as_read(pid_t tid, const char *what, int err)
{
	struct bad bad = { .what = what, .err = err };

	raw_get(tid, &bad.info);
	return bad;
}

#define REFUSED(tid, errno_, field, value)                                                         \
	do {                                                                                       \
		struct bad bad_ = as_read(tid, #field " " #value, errno_);                         \
                                                                                                   \
		bad_.info.field = value;                                                           \
		refused(tid, sizeof bad_.info, &bad_);                                             \
	} while (0)

/* Of any stop. */
static void refused_anywhere(pid_t tid)
{
	static const size_t sizes[] = { 0, 1, 24, 84, 87 };
	struct bad as_is = as_read(tid, "size", EINVAL);

	for (int i = 0; i < 5; i++)
		refused(tid, sizes[i], &as_is);
	REFUSED(tid, EINVAL, op, NONE);
	REFUSED(tid, EINVAL, op, 4);
	REFUSED(tid, EINVAL, op, 0x7f);
	REFUSED(tid, EINVAL, op, 0x81);
	REFUSED(tid, EINVAL, op, 0xff);
	REFUSED(tid, EINVAL, reserved, 1);
	REFUSED(tid, EINVAL, reserved, 0x80);
	REFUSED(tid, EINVAL, flags, 1);
	REFUSED(tid, EINVAL, flags, 0x8000);
	REFUSED(tid, EINVAL, arch, 1);
	REFUSED(tid, EINVAL, arch, bad_.info.arch ^ 0x80000000);
}

/* Such a number, with all else as it was read and with what can be left out left out. */
static void refused_number(pid_t tid, int nr)
{
	struct bad bad = as_read(tid, "a number that does harm", EOPNOTSUPP);

	bad.info.entry.nr = (uint64_t)nr;
	refused(tid, sizeof bad.info, &bad);
	leave_out(&bad.info);
	refused(tid, sizeof bad.info, &bad);
}

static void refused_calls(pid_t tid, int kind)
{
	for (const int *nr = refused_numbers(); *nr != -1; nr++)
		refused_number(tid, *nr);
	refused_anywhere(tid);
	REFUSED(tid, EINVAL, op, kind == ENTRY ? SECCOMP : ENTRY);
	REFUSED(tid, ERANGE, entry.nr, 0x80000000);
	REFUSED(tid, ERANGE, entry.nr, UINT32_MAX);
	REFUSED(tid, ERANGE, entry.nr, 0x100000000 | bad_.info.entry.nr);
	REFUSED(tid, ERANGE, entry.nr, 0x8000000000000000);
	if (word_size() == 8)
		return;
	for (int i = 0; i < 6; i++) {
		REFUSED(tid, ERANGE, entry.args[i], 0x100000000);
		REFUSED(tid, ERANGE, entry.args[i], 0xffffffff7fffffff);
		REFUSED(tid, ERANGE, entry.args[i], 0x8000000000000000);
	}
}

/* rval and is_error, of which the rest is left out. */
static void refused_result(pid_t tid, uint8_t op, int64_t rval, bool is_error, int err)
{
	struct bad bad = { "result",
			   err,
			   { .op = op, .exit = { .rval = rval, .is_error = is_error } } };
	char what[64];

	snprintf(what, sizeof what, "op %#x rval %lld is_error %d", op, (long long)rval, is_error);
	bad.what = what;
	refused(tid, sizeof bad.info, &bad);
}

static void refused_results(pid_t tid, uint8_t op)
{
	static const int not_errors[] = { 0, 1, 30, -4096, INT32_MIN, INT32_MAX };

	for (int i = 0; i < 6; i++)
		refused_result(tid, op, not_errors[i], true, EINVAL);
	refused_result(tid, op, 0xffffffe2, true, EINVAL); /* -30, but not by its sign */
	if (word_size() == 4) {
		refused_result(tid, op, 0x100000000, false, ERANGE);
		refused_result(tid, op, -0x100000000, false, ERANGE);
		refused_result(tid, op, INT64_MIN, false, ERANGE);
	}
}

/* A call that isn't made has no restart code, in whatever form. */
static void refused_restarts(pid_t tid, uint8_t op)
{
	static const int restart[] = { -512, -513, -514, -516 };

	for (int i = 0; i < 4; i++) {
		refused_result(tid, op, restart[i], true, EINVAL);
		if (!has_error_flag())
			refused_result(tid, op, restart[i], false, EINVAL);
		if (!has_error_flag() && word_size() == 4)
			refused_result(tid, op, (uint32_t)restart[i], false, EINVAL);
	}
}

START_TEST(bad_calls)
{
	struct target t = start_rounds(kinds[_i], "args", 0);

	refused_calls(t.tid, kinds[_i]);
	refused_results(t.tid, SKIP);
	refused_results(t.tid, EXIT);
	refused_restarts(t.tid, SKIP);
	refused_restarts(t.tid, EXIT);
	finish_told(&t, false);
}
END_TEST

START_TEST(bad_results)
{
	struct target t = start_rounds(ENTRY, "result", 0);

	go_to(t.tid, EXIT);
	refused_anywhere(t.tid);
	REFUSED(t.tid, EINVAL, op, ENTRY);
	REFUSED(t.tid, EINVAL, op, SECCOMP);
	REFUSED(t.tid, EINVAL, op, SKIP);
	refused_result(t.tid, SKIP, -EROFS, true, EINVAL);
	refused_results(t.tid, EXIT);
	finish_told(&t, false);
}
END_TEST

/* One value among many that are right, and the same with the plain fields left out. */
START_TEST(one_bad_among_good)
{
	struct target t = start_rounds(kinds[_i], "args", 63);
	struct bad bad = as_read(t.tid, "nr", ERANGE);

	for (int i = 0; i < 6; i++)
		bad.info.entry.args[i] = put_right(bad.info.entry.args[i]);
	bad.info.entry.nr = 0x80000000;
	refused(t.tid, sizeof bad.info, &bad);
	leave_out(&bad.info);
	refused(t.tid, sizeof bad.info, &bad);
	bad.info.entry.nr = t.right;
	if (word_size() == 4) {
		bad.err = ERANGE;
		bad.info.entry.args[5] = 0x100000000;
		refused(t.tid, sizeof bad.info, &bad);
	}
	finish_told(&t, false);
}
END_TEST

/* ip and sp of 32-bit code are of 32 bits. */
START_TEST(bad_addresses)
{
	struct target t = start_rounds(_i == 1 ? SECCOMP : ENTRY, "args", 0);

	if (_i == 2)
		go_to(t.tid, EXIT);
	if (word_size() == 4 && !int80()) {
		REFUSED(t.tid, ERANGE, instruction_pointer, 0x100001000);
		REFUSED(t.tid, ERANGE, stack_pointer, 0x100001000);
	}
	if (_i == 2)
		next_target(&t);
	finish_told(&t, false);
}
END_TEST

/* At a stop that is no system call's there is nothing to set. */
START_TEST(not_a_call)
{
	struct ptsi_syscall_info info;
	struct target t;

	start(&t, ENTRY, (const char *const[]){ "interrupted", "pause", "0", "-4", "1", NULL });
	ck_assert_int_eq(kill(t.tid, SIGUSR1), 0);
	ck_assert_int_eq(go(t.tid, PTRACE_CONT, 0) >> 8, SIGUSR1);
	raw_get(t.tid, &info);
	ck_assert_int_eq(info.op, NONE);
	REFUSED(t.tid, EINVAL, op, NONE);
	REFUSED(t.tid, EINVAL, op, ENTRY);
	REFUSED(t.tid, EINVAL, op, SECCOMP);
	refused_result(t.tid, SKIP, -EROFS, true, EINVAL);
	refused_result(t.tid, EXIT, -EROFS, true, EINVAL);
	info.op = ENTRY;
	ck_assert_int_eq(ptsi_repeat_syscall(t.tid, &info), -1);
	ck_assert_int_eq(errno, EINVAL);
	go(t.tid, PTRACE_SYSCALL, SIGUSR1);
	finish(t.tid);
}
END_TEST

static void not_repeated(pid_t tid, int err, const struct ptsi_syscall_info *entry)
{
	struct snapshot before;

	snapshot(tid, &before);
	ck_assert_int_eq(ptsi_repeat_syscall(tid, entry), -1);
	ck_assert_msg(is_refusal(tid, err), "%s", strerror(errno));
	unchanged(tid, &before);
}

#define NOT_REPEATED(err, field, value)                                                            \
	do {                                                                                       \
		struct ptsi_syscall_info bad_ = entry;                                             \
                                                                                                   \
		bad_.field = value;                                                                \
		not_repeated(t.tid, err, &bad_);                                                   \
	} while (0)

START_TEST(bad_repeats)
{
	struct target t = start_rounds(ENTRY, "repeat", 2);
	struct ptsi_syscall_info entry;

	raw_get(t.tid, &entry);
	not_repeated(t.tid, EINVAL, &entry);
	go_to(t.tid, EXIT);
	NOT_REPEATED(EINVAL, op, EXIT);
	NOT_REPEATED(EINVAL, op, SKIP);
	NOT_REPEATED(EINVAL, op, NONE);
	NOT_REPEATED(EINVAL, op, 0xff);
	NOT_REPEATED(EINVAL, flags, 1);
	NOT_REPEATED(EINVAL, reserved, 1);
	NOT_REPEATED(EINVAL, arch, entry.arch ^ 0x80000000);
	NOT_REPEATED(EINVAL, instruction_pointer, entry.instruction_pointer + 2);
	NOT_REPEATED(EINVAL, instruction_pointer, entry.instruction_pointer - 2);
	NOT_REPEATED(EINVAL, instruction_pointer, 0);
	NOT_REPEATED(ERANGE, entry.nr, 0x80000000);
	if (word_size() == 4 && repeats()) {
		NOT_REPEATED(ERANGE, entry.args[0], 0x100000000);
		NOT_REPEATED(ERANGE, entry.args[5], 0x8000000000000000);
	}
	finish_told(&t, false);
}
END_TEST

START_TEST(bad_abi_info)
{
	struct target t = start_rounds(ENTRY, "args", 0);
	struct ptsi_abi_info abi = { .arch = 0x1234 };

	ck_assert_int_eq(ptsi_abi_info(t.tid, sizeof abi - 1, &abi), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(ptsi_abi_info(t.tid, 0, &abi), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_uint_eq(abi.arch, 0x1234);
	finish_told(&t, false);
}
END_TEST

START_TEST(not_a_tracee)
{
	pid_t untraced;

	ptsi_use(live_way);
	no_tracee(getpid());
	no_tracee(getppid());
	no_tracee(-1);
	no_tracee(0x7ffffffe);
	untraced = fork();
	if (untraced == 0) {
		for (;;) /* it is ENOSYS where libc has it by a call of 32-bit time */
			pause();
	}
	no_tracee(untraced);
	kill(untraced, SIGKILL);
	waitpid(untraced, NULL, 0);
	no_tracee(untraced);
}
END_TEST

Suite *errors_suite(void)
{
	Suite *s = suite_create("errors");
	TCase *tc = tcase_create("refused");

	tcase_set_timeout(tc, 20);
	add_loop(tc, bad_calls, 0, N_KINDS);
	tcase_add_test(tc, bad_results);
	add_loop(tc, one_bad_among_good, 0, N_KINDS);
	add_loop(tc, bad_addresses, 0, 3);
	tcase_add_test(tc, not_a_call);
	tcase_add_test(tc, bad_repeats);
	tcase_add_test(tc, bad_abi_info);
	tcase_add_test(tc, not_a_tracee);
	suite_add_tcase(s, tc);
	return s;
}
