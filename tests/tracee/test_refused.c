// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Requests that are refused, whatever by: filters of containers answer EPERM, EACCES or ENOSYS, an
 * emulation of ptrace what it thinks best, and each is to be as good as a kernel that lacks them.
 */
#include <fcntl.h>
#include <linux/seccomp.h>

#include "run.h"

static const struct {
	int refused, err;
} ways[] = {
	{ SET_REFUSED, EIO },
	{ SET_REFUSED, EPERM },
	{ SET_REFUSED, ENOSYS },
	{ SET_REFUSED, EACCES },
	{ BOTH_REFUSED, EIO },
	{ SET_REFUSED, EOPNOTSUPP },
	{ BOTH_REFUSED, EPERM },
	{ BOTH_REFUSED, EACCES },
	{ BOTH_REFUSED, ENOSYS },
	{ BOTH_REFUSED, EOPNOTSUPP },
	/* to SET alone that may be the kernel's answer to what was asked for */
	{ BOTH_REFUSED, EINVAL },
};

enum { N_WAYS = sizeof ways / sizeof ways[0] };

/* Where registers don't tell what a call is, nothing can be tested with GET refused. */
static bool is_testable(int i)
{
	return registers_tell() || ways[i % N_WAYS].refused != BOTH_REFUSED;
}

static struct run refused_run(int i, void (*child)(void),
			      int (*stop)(struct ptsi_tracee *t, int kind,
					  struct ptsi_syscall_info *info))
{
	return (struct run){
		.child = child, .stop = stop, .refused = ways[i].refused, .refusal = ways[i].err
	};
}

/* Three calls: one runs with another number, one is skipped, and of one the result changes. */
static bool filtered;

static void changed_child(void)
{
	pid_t self = getpid();
	int fd = dup(2);

	if (filtered)
		install_filter(SECCOMP_RET_TRACE, SECCOMP_RET_ALLOW);
	for (int i = 0; i < 3; i++) {
		NEED(marked(SYS_getppid, 1, 0, 0) == self);
		errno = 0;
		NEED(marked(SYS_close, fd, 0, 0) == -1 && errno == EROFS);
		NEED(fcntl(fd, F_GETFD) >= 0);
		NEED(marked(SYS_close, -1, 3, 0) == 4711);
	}
	_exit(0);
}

static int results;

static int change(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	static bool to_result;
	struct ptsi_syscall_info want = *info;

	if (kind == PTSI_STOP_EXIT) {
		if (!to_result)
			return PTRACE_SYSCALL;
		to_result = false;
		results++;
		want.exit.rval = 4711;
		want.exit.is_error = 0;
		ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
		return PTRACE_SYSCALL;
	}
	if (!is_marked(info) || kind != (filtered ? PTSI_STOP_SECCOMP : PTSI_STOP_ENTRY))
		return PTRACE_SYSCALL;
	if (info->entry.nr == SYS_getppid) {
		want.entry.nr = SYS_getpid;
	} else if (info->entry.args[1] == 3) {
		to_result = true;
		return PTRACE_SYSCALL;
	} else {
		want.op = PTSI_SYSCALL_INFO_SKIP;
		want.exit.rval = -EROFS;
		want.exit.is_error = 1;
	}
	ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	return PTRACE_SYSCALL;
}

START_TEST(changes_are_made)
{
	struct run r = refused_run(_i % N_WAYS, changed_child, change);
	struct outcome out;

	filtered = _i / N_WAYS;
	if (filtered && !has_filters())
		untested(NO_FILTERS);
	out = run(&r);
	ck_assert_int_eq(results, 3);
	ck_assert_int_eq(out.kinds[PTSI_STOP_UNKNOWN], 0);
}
END_TEST

/* By one call about one stop, at a SECCOMP stop, which is known on every kernel. */
static bool as_read;

static int set_alone(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info got, want = { .op = PTSI_SYSCALL_INFO_SECCOMP };

	if (kind != PTSI_STOP_SECCOMP)
		return PTRACE_CONT;
	memset(&got, 0, sizeof got);
	ck_assert_int_eq(ptsi_get_syscall_info(t->tid, sizeof got, &got), 84);
	ck_assert_mem_eq(&got, info, sizeof got);
	if (as_read)
		want = got;
	else
		want.seccomp = got.seccomp;
	want.seccomp.nr = SYS_getpid;
	ck_assert_int_eq(ptsi_set_syscall_info(t->tid, sizeof want, &want), 0);
	results++;
	return PTRACE_CONT;
}

static void pid_child(void)
{
	pid_t self = getpid();

	install_filter(SECCOMP_RET_TRACE, SECCOMP_RET_ALLOW);
	for (int i = 0; i < 3; i++)
		NEED(marked(SYS_getppid, 1, 0, 0) == self);
	_exit(0);
}

START_TEST(calls_for_one_stop_do_it)
{
	struct run r = refused_run(_i % N_WAYS, pid_child, set_alone);

	as_read = _i / N_WAYS;
	r.request = PTRACE_CONT;
	run(&r);
	ck_assert_int_eq(results, 3);
}
END_TEST

/*
 * Attached tracees, which PTRACE_SEIZE isn't needed for: what an emulation of ptrace that doesn't
 * know it can do, too (PRoot 5.1, where no tracee may have filters of its own).
 */
static void on_signal(int sig)
{
	(void)sig;
}

static void need_child(void (*child)(void))
{
	int wstatus;
	pid_t pid = fork();

	if (pid == 0)
		child();
	while (waitpid(pid, &wstatus, 0) < 0)
		NEED(was_interrupted());
	NEED(wstatus == 0);
}

static void exec_self(void)
{
	execl(SELF, SELF, NOTHING_ELSE, NULL);
	_exit(1);
}

static void leave(void)
{
	_exit(close(-1) == -1 && errno == EBADF ? 0 : 1);
}

static void various(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	NEED(sigaction(SIGUSR1, &sa, NULL) == 0);
	for (int i = 0; i < 5; i++) {
		NEED(syscall((long)SYS_NONE) == -1 && errno == ENOSYS);
		NEED(raise(SIGUSR1) == 0);
		need_child(leave);
		need_child(exec_self);
	}
	_exit(0);
}

static struct run attached_run(int i, void (*child)(void),
			       int (*stop)(struct ptsi_tracee *t, int kind,
					   struct ptsi_syscall_info *info))
{
	return (struct run){ .child = child, .stop = stop, .refused = i, .attached = true };
}

START_TEST(attached_stops_are_told)
{
	struct run r = attached_run(_i, various, NULL);
	struct outcome out = run(&r);

	ck_assert_int_eq(out.kinds[PTSI_STOP_UNKNOWN], 0);
	ck_assert_int_eq(out.kinds[PTSI_STOP_OWN], 0);
	ck_assert_int_eq(out.kinds[PTSI_STOP_GONE], 11);
	/* exit_group has no exit stop */
	ck_assert_int_eq(out.kinds[PTSI_STOP_ENTRY], out.kinds[PTSI_STOP_EXIT] + 11);
}
END_TEST

START_TEST(attached_changes_are_made)
{
	struct run r = attached_run(_i % N_REFUSED, changed_child, change);

	r.flags = _i / N_REFUSED ? PTSI_HARMLESS_NR : 0;
	run(&r);
	ck_assert_int_eq(results, 3);
}
END_TEST

Suite *refused_suite(void)
{
	Suite *s = suite_create("refused");
	TCase *tc = tcase_create("refused requests");

	tcase_set_timeout(tc, 20);
	add_loop_of(tc, changes_are_made, 0, N_WAYS * 2, is_testable);
	if (has_filters())
		add_loop_of(tc, calls_for_one_stop_do_it, 0, N_WAYS * 2, is_testable);
	suite_add_tcase(s, tc);
	tc = tcase_create("attached");
	tcase_set_timeout(tc, 20);
	if (TRACEME_WORKS) {
		add_loop(tc, attached_stops_are_told, 0, N_REFUSED);
		add_loop(tc, attached_changes_are_made, 0, N_REFUSED * 2);
	}
	suite_add_tcase(s, tc);
	return s;
}
