// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Which stop it is.  run() compares every answer with the kernel's own, which the library is
 * kept from hearing in two of the three cases.
 */
#include <pthread.h>
#include <time.h>

#include "run.h"

static void on_signal(int sig)
{
	(void)sig;
}

static void ordinary(void)
{
	int p[2];
	char c;

	NEED(pipe(p) == 0);
	for (int i = 0; i < 50; i++) {
		NEED(write(p[1], "x", 1) == 1);
		NEED(read(p[0], &c, 1) == 1 && c == 'x');
		NEED(close(-1) == -1 && errno == EBADF);
	}
	sleep_ms(1);
	NEED(syscall((long)SYS_NONE) == -1 && errno == ENOSYS);
	/* arm: a signal; mips: the number has to tell n32 from n64 */
#if !defined __arm__ && !defined __mips__
	NEED((syscall(-1L) == -1 && errno == ENOSYS) || !no_call_is_enosys());
#endif
	_exit(0);
}

static void signalled(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t usr1, usr2;

	NEED(sigaction(SIGUSR1, &sa, NULL) == 0);
	sa.sa_flags = SA_RESTART;
	NEED(sigaction(SIGUSR2, &sa, NULL) == 0);
	sigemptyset(&usr1);
	sigemptyset(&usr2);
	sigaddset(&usr1, SIGUSR1);
	sigaddset(&usr2, SIGUSR2);
	NEED(sigprocmask(SIG_BLOCK, &usr1, NULL) ==
	     0); /* until sigsuspend, which ends by it alone */
	for (int i = 0; i < 20; i++) {
		NEED(kill(getpid(), SIGUSR2) == 0);
		if (fork() == 0) {
			sleep_ms(3);
			kill(getppid(), i % 2 ? SIGUSR1 : SIGUSR2);
			_exit(0);
		}
		if (i % 2)
			NEED(sigsuspend(&usr2) == -1 && was_interrupted());
		else
			NEED(waitpid(-1, NULL, 0) > 0 || was_interrupted());
	}
	_exit(0);
}

static void stopped(void)
{
	pid_t self = getpid(), child = fork();

	while (child == 0) { /* again: it may not have stopped yet */
		sleep_ms(20);
		kill(self, SIGCONT);
	}
	NEED(raise(SIGSTOP) == 0);
	NEED(kill(child, SIGKILL) == 0);
	NEED(wait(NULL) == child);
	_exit(0);
}

static void *thread(void *arg)
{
	for (int i = 0; i < 20; i++)
		getppid();
	return arg;
}

static void threads(void)
{
	pthread_t t[8];

	for (int i = 0; i < 8; i++)
		NEED(pthread_create(&t[i], NULL, thread, NULL) == 0);
	for (int i = 0; i < 8; i++)
		NEED(pthread_join(t[i], NULL) == 0);
	_exit(0);
}

static void collect(pid_t p)
{
	int st;

	NEED(p > 0);
	NEED(waitpid(p, &st, 0) == p && WEXITSTATUS(st) == 7);
}

static void fork_and_vfork(void)
{
	pid_t p = fork();

	if (p == 0)
		_exit(7);
	collect(p);
	p = vfork();
	if (p == 0)
		_exit(7);
	collect(p);
}

static void forks(void)
{
	for (int i = 0; i < 10; i++)
		fork_and_vfork();
	_exit(0);
}

static void exec_self(void)
{
	execl(SELF, SELF, NOTHING_ELSE, NULL);
	_exit(1);
}

static void execs(void)
{
	for (int i = 0; i < 3; i++) {
		int st;
		pid_t p = fork();

		if (p == 0)
			exec_self();
		NEED(waitpid(p, &st, 0) == p && st == 0);
	}
	exec_self();
}

/* A thread that isn't the leader executes: the leader's tid goes on with it. */
static void *exec_thread(void *arg)
{
	exec_self();
	return arg;
}

static void execs_in_thread(void)
{
	pthread_t t;

	NEED(pthread_create(&t, NULL, exec_thread, NULL) == 0);
	pthread_join(t, NULL);
	_exit(1);
}

/* The leader is between calls then; only PTRACE_EVENT_EXEC tells that its tid is in one. */
static void *exec_thread_later(void *arg)
{
	sleep_ms(5);
	exec_self();
	return arg;
}

static void execs_beside_a_busy_leader(void)
{
	pthread_t t;

	NEED(pthread_create(&t, NULL, exec_thread_later, NULL) == 0);
	for (;;)
		;
}

static void (*const children[])(void) = {
	ordinary, signalled, stopped,         forks,
	execs,    threads,   execs_in_thread, execs_beside_a_busy_leader,
};

enum { N_CHILDREN = sizeof children / sizeof children[0], FIRST_OF_THREADS = N_CHILDREN - 3 };

START_TEST(every_stop_is_told)
{
	struct run r = { .child = children[_i % N_CHILDREN], .refused = _i / N_CHILDREN };
	struct outcome out;

	if (_i % N_CHILDREN >= FIRST_OF_THREADS && !has_futex())
		untested(NO_FUTEX);
	if (_i % N_CHILDREN >= FIRST_OF_THREADS && !TRACED_THREADS_WORK)
		untested("a traced clone makes threads that crash");
	out = run(&r);
	if (r.refused == BOTH_REFUSED && !registers_tell()) { /* but none is told wrong */
		ck_assert_int_gt(out.kinds[PTSI_STOP_UNKNOWN], 0);
		return;
	}
	ck_assert_int_gt(out.kinds[PTSI_STOP_ENTRY], 0);
	ck_assert_int_gt(out.kinds[PTSI_STOP_EXIT], 0);
	ck_assert_int_eq(out.kinds[PTSI_STOP_UNKNOWN], 0);
	ck_assert_int_eq(out.kinds[PTSI_STOP_OWN], 0);
}
END_TEST

static void filtered(void)
{
	install_filter(0x7ff00000 /* SECCOMP_RET_TRACE */, 0x7fff0000);
	for (int i = 0; i < 10; i++) {
		NEED(marked(SYS_getppid, 0, 0, 0) == getppid());
		NEED(marked(SYS_NONE, 0, 0, 0) == -1 && errno == ENOSYS);
	}
	_exit(0);
}

static int toggle(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	static int n;

	(void)t, (void)info;
	if (kind == PTSI_STOP_SECCOMP)
		return n++ % 3 ? PTRACE_SYSCALL : PTRACE_CONT;
	return n++ % 4 ? PTRACE_SYSCALL : PTRACE_CONT;
}

/* Resumed now with CONT, now with SYSCALL: never a wrong answer, and all SECCOMP stops. */
START_TEST(seccomp_stops_are_told)
{
	struct run r = { .child = filtered, .stop = toggle, .refused = _i };
	struct outcome out = run(&r);

	ck_assert_int_eq(out.kinds[PTSI_STOP_SECCOMP], 20);
	ck_assert_int_eq(out.seccomp_events, 20);
	if (r.refused != BOTH_REFUSED)
		ck_assert_int_eq(out.kinds[PTSI_STOP_UNKNOWN], 0);
}
END_TEST

/* Attached in the middle of a call, and the first stop that is seen is a syscall-stop. */
START_TEST(unknown_rather_than_guessed)
{
	struct ptsi_syscall_info info;
	struct ptsi_tracee t;
	int wstatus, kind, ready[2];
	pid_t p;
	char c;

	ck_assert_int_eq(pipe(ready), 0);
	p = fork();
	if (p == 0) {
		NEED(write(ready[1], "", 1) == 1);
		for (;;)
			getppid();
	}
	ck_assert_int_eq(read(ready[0], &c, 1), 1);
	ck_assert_int_eq(ptrace(PTRACE_SEIZE, p, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL), 0);
	ck_assert_int_eq(ptrace(PTRACE_INTERRUPT, p, 0, 0), 0);
	ck_assert_int_eq(waitpid(p, &wstatus, 0), p);
	/* from between two calls to an entry, whose result may as well be a failed call's */
	ck_assert_int_eq(ptrace(PTRACE_SYSCALL, p, 0, 0), 0);
	ck_assert_int_eq(waitpid(p, &wstatus, 0), p);
	ck_assert_int_eq(wstatus >> 8, SIGTRAP | 0x80);
	if (truth(p) >= 0)
		ck_assert_int_eq(truth(p), PTSI_SYSCALL_INFO_ENTRY);
	imitate(BOTH_REFUSED);
	ck_assert_int_eq(ptsi_tracee_init(&t, sizeof t, p, 0), 0);
#if defined __arm__ || defined __aarch64__ /* a register tells */
	ck_assert_int_eq(ptsi_tracee_stop(&t, wstatus, &info), PTSI_STOP_ENTRY);
	kill(p, SIGKILL);
	return;
#endif
	ck_assert_int_eq(ptsi_tracee_stop(&t, wstatus, &info), PTSI_STOP_UNKNOWN);
	ck_assert_int_eq(info.op, PTSI_SYSCALL_INFO_NONE);
	ck_assert_int_eq(ptsi_tracee_set(&t, &(struct ptsi_syscall_info){ .op = 1 }), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(ptsi_tracee_resume(&t, PTRACE_SYSCALL, 0), 0);
	ck_assert_int_eq(waitpid(p, &wstatus, 0), p);
	kind = ptsi_tracee_stop(&t, wstatus, &info);
	if (IS_X86) /* exit with a result that no entry shows: from here on it is known */
		ck_assert_int_eq(kind, PTSI_STOP_EXIT);
	if (kind != PTSI_STOP_UNKNOWN) {
		ck_assert_int_eq(kind, PTSI_STOP_EXIT);
		ck_assert_int_eq(info.exit.rval, getpid());
	}
	kill(p, SIGKILL);
}
END_TEST

START_TEST(init_checks)
{
	struct ptsi_tracee t;

	ck_assert_int_eq(ptsi_tracee_init(&t, sizeof t - 1, 1, 0), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(ptsi_tracee_init(&t, sizeof t, 1, 4), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(ptsi_tracee_init(&t, sizeof t + 8, 1, PTSI_KEEP_ARGS | PTSI_HARMLESS_NR),
			 0);
	ck_assert_int_eq(t.tid, 1);
}
END_TEST

Suite *stops_suite(void)
{
	Suite *s = suite_create("stops");
	TCase *tc = tcase_create("stops");

	tcase_set_timeout(tc, 30);
	add_loop(tc, every_stop_is_told, 0, N_CHILDREN * 3);
	if (has_filters())
		add_loop(tc, seccomp_stops_are_told, 0, N_REFUSED);
	if (KERNEL_TELLS)
		tcase_add_test(tc, unknown_rather_than_guessed);
	tcase_add_test(tc, init_checks);
	suite_add_tcase(s, tc);
	return s;
}
