// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What is known of a call dies with it, whether its exit stop is seen or not, and of several sets
 * at one stop the last one counts.
 */
#include <linux/sched.h>
#include <linux/seccomp.h>

#include "run.h"

static void need_children(void)
{
	for (int how = 0; how < 2; how++) {
		pid_t pid = how ? vfork() : fork();
		int wstatus;

		if (pid == 0)
			_exit(7);
		NEED(pid > 0);
		NEED(waitpid(pid, &wstatus, 0) == pid && wstatus == 7 << 8);
	}
}

/* Skipped at its SECCOMP stop, and no exit stop asked for; the next calls are forks. */
static void skips_and_forks(void)
{
	install_filter(SECCOMP_RET_TRACE, SECCOMP_RET_ALLOW);
	for (int i = 0; i < 2; i++) {
		NEED(marked(SYS_close, 0, 0, 0) == -1 && errno == EROFS);
		need_children();
	}
	_exit(0);
}

static int skip_and_leave(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = {
		.op = PTSI_SYSCALL_INFO_SKIP,
		.exit = { .rval = -EROFS, .is_error = 1 },
	};

	if (kind == PTSI_STOP_SECCOMP && is_marked(info))
		ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	return PTRACE_CONT;
}

START_TEST(result_is_no_other_calls)
{
	struct run r = { .child = skips_and_forks,
			 .stop = skip_and_leave,
			 .refused = _i,
			 .request = PTRACE_CONT,
			 .at_events = PTRACE_SYSCALL };

	run(&r);
}
END_TEST

#ifdef __x86_64__
/* A call, and what it leaves in the register of its first argument. */
static long raw1(long nr, long a, long d, long *a_after)
{
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = d, r9 __asm__("r9") = d;
	long r;

	__asm__ volatile("syscall"
			 : "=a"(r), "+D"(a)
			 : "0"(nr), "S"(0L), "d"(0L), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	*a_after = a;
	return r;
}

static int changes;

/* The argument that is put in place of a close's is what the clone from the same place has. */
static int change_first(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = *info;

	if (kind == PTSI_STOP_SECCOMP && info->entry.nr == SYS_close) {
		want.entry.args[0] = SIGCHLD;
		ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
		changes++;
	}
	return PTRACE_CONT;
}

static void close_and_clone(void)
{
	static const struct {
		long nr, arg;
	} calls[] = { { SYS_close, 1000 }, { SYS_clone, SIGCHLD } };
	long r = 0, after = 0;
	int wstatus;

	install_filter(SECCOMP_RET_TRACE, SECCOMP_RET_ALLOW);
	for (volatile int i = 0; i < 2; i++) {
		r = raw1(calls[i].nr, calls[i].arg, calls[i].nr == SYS_close ? MARK : 0, &after);
		if (i == 1 && r == 0)
			_exit(after == SIGCHLD ? 7 : 8);
	}
	NEED(r > 0 && waitpid((pid_t)r, &wstatus, 0) == r && wstatus == 7 << 8);
	NEED(after == SIGCHLD);
	_exit(0);
}

START_TEST(argument_is_no_other_calls)
{
	struct run r = { .child = close_and_clone,
			 .stop = change_first,
			 .refused = _i,
			 .flags = PTSI_KEEP_ARGS,
			 .request = PTRACE_CONT,
			 .at_events = PTRACE_SYSCALL };

	run(&r);
	ck_assert_int_eq(changes, 1);
}
END_TEST

/* ENTRY, PTRACE_CONT, SECCOMP, PTRACE_SYSCALL and EXIT of one call: its argument is put back. */
static int change_at_entry(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = *info;

	if (kind == PTSI_STOP_ENTRY && is_marked(info)) {
		want.entry.args[0] = 1000;
		ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
		changes++;
		return PTRACE_CONT;
	}
	return PTRACE_SYSCALL;
}

static void close_once(void)
{
	long after;

	install_filter(SECCOMP_RET_TRACE, SECCOMP_RET_ALLOW);
	NEED(raw1(SYS_close, 77, MARK, &after) == -EBADF);
	NEED(after == 77);
	_exit(0);
}

START_TEST(argument_is_put_back_after_a_seccomp_stop)
{
	struct run r = {
		.child = close_once, .stop = change_at_entry, .refused = _i, .flags = PTSI_KEEP_ARGS
	};

	run(&r);
	ck_assert_int_eq(changes, 1);
}
END_TEST

/* The tracer's own stack pointer stays, and the argument is put back all the same. */
static int change_and_move(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = *info;

	if (kind == PTSI_STOP_ENTRY && is_marked(info)) {
		want.entry.args[0] = 1000;
		want.stack_pointer -= 4096;
		ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
		changes++;
	} else if (kind == PTSI_STOP_EXIT && changes == 1) {
		changes++;
		want.stack_pointer += 4096;
		ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	}
	return PTRACE_SYSCALL;
}

static void close_unfiltered(void)
{
	long after;

	NEED(raw1(SYS_close, 77, MARK, &after) == -EBADF);
	NEED(after == 77);
	_exit(0);
}

START_TEST(argument_is_put_back_though_sp_was_moved)
{
	struct run r = { .child = close_unfiltered,
			 .stop = change_and_move,
			 .refused = _i,
			 .flags = PTSI_KEEP_ARGS };

	run(&r);
	ck_assert_int_eq(changes, 2);
}
END_TEST
#endif

/* Three sets at one stop, of which the last is nr -1. */
static int set_twice_at;
static bool set_back;

static void need_enosys(void)
{
	if (set_twice_at == PTSI_STOP_SECCOMP)
		install_filter(SECCOMP_RET_TRACE, SECCOMP_RET_ALLOW);
	NEED(marked(SYS_close, 0, 0, 0) == -1 && errno == ENOSYS);
	_exit(0);
}

static int skip_twice(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info skip = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.rval = 42 };
	struct ptsi_syscall_info want = *info;

	if (kind != set_twice_at || !is_marked(info))
		return PTRACE_SYSCALL;
	ck_assert_int_eq(ptsi_tracee_set(t, &skip), 0);
	if (set_back)
		ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	want.entry.nr = UINT64_MAX;
	want.entry.args[1] = 5;
	ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	return kind == PTSI_STOP_SECCOMP ? PTRACE_CONT : PTRACE_SYSCALL;
}

START_TEST(the_last_set_counts)
{
	struct run r = { .child = need_enosys, .stop = skip_twice, .refused = _i % N_REFUSED };

	r.flags = _i / N_REFUSED & 1 ? PTSI_HARMLESS_NR : 0;
	set_back = _i / N_REFUSED & 2;
	set_twice_at = _i / N_REFUSED & 4 ? PTSI_STOP_SECCOMP : PTSI_STOP_ENTRY;
	if ((set_back && MAY_NOT_UNSKIP) || (set_twice_at == PTSI_STOP_SECCOMP && !has_filters())) {
		untested("a skip that can't be taken back, or no filters");
		return;
	}
	run(&r);
}
END_TEST

/* A call that is the harmless one already, and a kernel that can't set its result. */
static void need_pid(void)
{
	pid_t pid = getpid();

	NEED(marked(SYS_getpid, 0, 0, 0) == pid);
	_exit(0);
}

static int skip_getpid(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info skip = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.rval = 42 };

	if (kind == PTSI_STOP_ENTRY && is_marked(info)) {
		ck_assert_int_eq(ptsi_tracee_set(t, &skip), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
	}
	return PTRACE_SYSCALL;
}

START_TEST(kernel_alone_can_not_give_a_result)
{
	struct run r = { .child = need_pid,
			 .stop = skip_getpid,
			 .refused = SET_REFUSED,
			 .flags = PTSI_HARMLESS_NR };

	ptsi_use(PTSI_KERNEL);
	run(&r);
}
END_TEST

/* A followed tracee keeps the function that was there at first, and what that has answered. */
START_TEST(own_function_teaches_nobody_else)
{
	pid_t pid = fork();
	struct ptsi_syscall_info info;
	struct ptsi_tracee t;
	int wstatus, can;

	if (pid == 0)
		for (;;)
			syscall(SYS_getppid);
	ck_assert_int_eq(ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL),
			 0);
	ck_assert_int_eq(ptrace(PTRACE_INTERRUPT, pid, 0, 0), 0);
	imitate(BOTH_REFUSED);
	ck_assert_int_eq(ptsi_tracee_init(&t, sizeof t, pid, 0), 0);
	ptsi_set_ptrace(NULL);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(waitpid(pid, &wstatus, __WALL), pid);
		ck_assert_int_ge(ptsi_tracee_stop(&t, wstatus, &info), 0);
		ck_assert_int_eq(ptsi_tracee_resume(&t, PTRACE_SYSCALL, 0), 0);
	}
	ck_assert_int_eq(waitpid(pid, &wstatus, __WALL), pid);
	can = ptsi_features(pid);
	if (can < 0) { /* which of a call's stops it is can't be known */
		ck_assert_int_eq(errno, EOPNOTSUPP);
		ck_assert(!kernel_has_get());
	} else {
		ck_assert_int_eq(can & PTSI_NATIVE_GET, kernel_has_get() ? PTSI_NATIVE_GET : 0);
		ck_assert_int_eq(can & PTSI_NATIVE_SET, kernel_has_set() ? PTSI_NATIVE_SET : 0);
	}
	requests();
	ck_assert_int_ge(ptsi_tracee_stop(&t, wstatus, &info), 0);
	ck_assert_int_gt(requests(), 0); /* by its own function still, which has no GET */
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
}
END_TEST

#if defined __x86_64__ || defined __aarch64__
/*
 * PTRACE_SYSEMU shows entries, whose calls aren't run.  Resumed by PTRACE_SYSCALL from there the
 * tracee comes to an exit stop, where its result is set; the calls in between are run.
 */
enum { SYSEMU = 31 };
static int emulated;

static void emulated_child(void)
{
	for (int i = 0; i < 3; i++)
		NEED(marked(SYS_close, 0, 0, 0) == 1000 + i);
	NEED(getppid() > 0);
	_exit(0);
}

static int emulate(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info result = {
		.op = PTSI_SYSCALL_INFO_SKIP,
		.exit.rval = 1000 + emulated,
	};

	if (kind == PTSI_STOP_EXIT && emulated < 3)
		return SYSEMU;
	if (kind == PTSI_STOP_ENTRY && is_marked(info)) {
		ck_assert_int_eq(ptsi_tracee_set(t, &result), 0);
		emulated++;
	}
	return PTRACE_SYSCALL;
}

START_TEST(sysemu_shows_entries)
{
	struct run r = { .child = emulated_child, .stop = emulate, .refused = _i };
	struct outcome out = run(&r);

	ck_assert_int_eq(emulated, 3);
	ck_assert_int_gt(out.kinds[PTSI_STOP_ENTRY], 3);
}
END_TEST
#endif

Suite *lifetime_suite(void)
{
	Suite *s = suite_create("lifetime");
	TCase *tc = tcase_create("lifetime");

	tcase_set_timeout(tc, 20);
	if (has_filters())
		add_loop(tc, result_is_no_other_calls, 0, N_REFUSED);
#ifdef __x86_64__
	add_loop(tc, argument_is_no_other_calls, 0, N_REFUSED);
	add_loop(tc, argument_is_put_back_after_a_seccomp_stop, 0, N_REFUSED);
	add_loop(tc, argument_is_put_back_though_sp_was_moved, 0, N_REFUSED);
#endif
	add_loop(tc, the_last_set_counts, 0, N_REFUSED * 8);
	tcase_add_test(tc, kernel_alone_can_not_give_a_result);
	tcase_add_test(tc, own_function_teaches_nobody_else);
#if defined __x86_64__ || defined __aarch64__
	add_loop(tc, sysemu_shows_entries, 0, N_REFUSED);
#endif
	suite_add_tcase(s, tc);
	return s;
}
