// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Calls that come again after a signal, and a program that another thread brings. */
#include <pthread.h>
#include <sys/time.h>

#include "run.h"

/* ---- a changed call that the kernel restarts ---- */

static int fds[2], changed, again;
static uint64_t args[6];

/* Its own return isn't to look marked. */
static void ignore(int sig)
{
	(void)sig;
	unmark();
}

/* The signal comes while the call, which is made a read from an empty pipe, waits. */
static void interrupted_child(void)
{
	struct sigaction sa = { .sa_handler = ignore, .sa_flags = SA_RESTART };
	struct itimerval soon = { .it_value.tv_usec = 50000 };

	NEED(sigaction(SIGALRM, &sa, NULL) == 0 && setitimer(ITIMER_REAL, &soon, NULL) == 0);
	NEED(marked(SYS_getppid, 11, 22, 33) == getppid());
	_exit(0);
}

static int make_it_read(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = *info;

	if (kind != PTSI_STOP_ENTRY || !is_marked(info))
		return PTRACE_SYSCALL;
	/* the handler's sigreturn may look like it */
	if ((long)info->entry.nr != SYS_getppid && (long)info->entry.nr != SYS_read)
		return PTRACE_SYSCALL;
	if (changed++) {
		again++;
		ck_assert_int_eq((long)info->entry.nr, SYS_getppid);
		for (int i = 1; i < 6; i++) /* the first may be kept where no register reaches */
			ck_assert_uint_eq(info->entry.args[i], args[i]);
		return PTRACE_SYSCALL;
	}
	memcpy(args, info->entry.args, sizeof args);
	want.entry.nr = SYS_read;
	want.entry.args[0] = (uint64_t)fds[0];
	want.entry.args[1] = info->stack_pointer & ~(uint64_t)0xff;
	want.entry.args[2] = 1;
	ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	return PTRACE_SYSCALL;
}

/* PTSI_KEEP_ARGS: the program's own call comes again, whatever the kernel would restart. */
START_TEST(own_call_comes_again)
{
	struct run r = { .child = interrupted_child,
			 .stop = make_it_read,
			 .refused = _i,
			 .flags = PTSI_KEEP_ARGS };

	if (RESTARTS_ARE_RESTART_SYSCALL)
		untested("calls are restarted by restart_syscall");
	ck_assert_int_eq(pipe(fds), 0);
	run(&r);
	ck_assert_int_eq(again, 1);
}
END_TEST

#ifdef __x86_64__
/* ---- execve by a thread that isn't the leader ---- */

static char self[4096]; /* whose /proc/self is gone with its leader */

/* Waits until its leader is in a call, or has left it, and brings a program that ends well. */
static void *executes(void *unused)
{
	(void)unused;
	sleep_ms(100);
	execl(self, self, NOTHING_ELSE, (char *)NULL);
	_exit(80);
}

static int leader_does;

static void threads_child(void)
{
	pthread_t thread;

	NEED(readlink(SELF, self, sizeof self - 1) > 0);
	NEED(pthread_create(&thread, NULL, executes, NULL) == 0);
	if (leader_does == 0)
		for (;;)
			pause();
	if (leader_does == 1)
		for (;;)
			;
	syscall(SYS_exit, 0);
}

/*
 * Without PTRACE_O_TRACEEXEC nothing tells of the new program.  The run checks each stop's kind
 * against what the kernel says, so that counting that has turned over doesn't stay unnoticed.
 */
START_TEST(exec_by_another_thread_is_untold)
{
	struct run r = { .child = threads_child, .refused = _i % 3, .without = PTRACE_O_TRACEEXEC };

	if (!TRACED_THREADS_WORK || !has_futex())
		untested(NO_FUTEX);
	leader_does = _i / 3;
	run(&r);
}
END_TEST
#endif

Suite *restart_suite(void)
{
	Suite *s = suite_create("restart");
	TCase *tc = tcase_create("restart");

	tcase_set_timeout(tc, 20);
	add_loop(tc, own_call_comes_again, 0, N_REFUSED);
#ifdef __x86_64__
	add_loop(tc, exec_by_another_thread_is_untold, 0, 9);
#endif
	suite_add_tcase(s, tc);
	return s;
}
