// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Skip and repeat: an argument that registers can't change in place, or are declared not to, on
 * kernels that lack PTRACE_SET_SYSCALL_INFO or refuse it.  What really runs is compared with what
 * was shown: a call that a sandbox doesn't see must not exist.
 */
#include <linux/seccomp.h>
#include <sys/mman.h>

#include "run.h"

/* Ways to lack PTRACE_SET_SYSCALL_INFO. */
static const int lacking[] = { SET_REFUSED, SET_FORBIDDEN, BOTH_REFUSED };
#define N_LACKING (registers_tell() ? 3 : 2)

static int p[2];
static unsigned marked_action = SECCOMP_RET_ALLOW, minus_one_action = SECCOMP_RET_ALLOW;
static bool filtered;

static void handler(int sig)
{
	(void)sig;
	if (write(p[1], "h", 1) != 1) /* a call that has to be shown */
		_exit(2);
}

/* write() to a bad descriptor, which the tracer mends; a signal is pending all the time. */
static void writes(void)
{
	struct sigaction sa = { .sa_handler = handler };
	sigset_t usr1, old = { { 0 } }, now = old;
	char buf[64];
	int st;

	NEED(pipe(p) == 0);
	NEED(sigaction(SIGUSR1, &sa, NULL) == 0);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	if (filtered)
		install_filter(marked_action, minus_one_action);
	for (int i = 0; i < 5; i++) {
		NEED(marked(SYS_write, p[1] + 100, (long)"abc", 3) == 3);
		NEED(read(p[0], buf, sizeof buf) == 3 && memcmp(buf, "abc", 3) == 0);
	}
	NEED(sigprocmask(SIG_BLOCK, NULL, &old) == 0);
	NEED(sigprocmask(SIG_BLOCK, &usr1, &now) == 0 && memcmp(&now, &old, sizeof old) == 0);
	st = fork();
	if (st == 0)
		_exit(0);
	NEED(waitpid(st, NULL, 0) == st);
	_exit(0);
}

static long shown;
static bool may_be_in_place;

static int mend(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = *info;

	if (kind == PTSI_STOP_EXIT || !is_marked(info))
		return PTRACE_SYSCALL;
	if (info->entry.args[0] < 100) { /* mended: the filter traces the repeat */
		ck_assert_int_eq(kind, PTSI_STOP_SECCOMP);
		return PTRACE_SYSCALL;
	}
	shown++;
	want.entry.args[0] -= 100;
	ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	if (!may_be_in_place) {
		ck_assert_int_eq(ptsi_tracee_resume(t, PTRACE_DETACH, 0), -1);
		ck_assert_int_eq(errno, EBUSY);
	}
	return shown == 5 ? PTRACE_CONT : PTRACE_SYSCALL;
}

static struct run again_run(int i, unsigned flags)
{
	return (struct run){ .child = writes,
			     .stop = mend,
			     .refused = lacking[i],
			     .never = PTSI_CAN_ARG(0),
			     .flags = flags };
}

START_TEST(argument_arrives)
{
	struct run r = again_run(_i % N_LACKING, _i / N_LACKING ? PTSI_HARMLESS_NR : 0);
	struct outcome out = run(&r);

	ck_assert_int_eq(shown, 5);
	ck_assert_int_ge(out.kinds[PTSI_STOP_OWN], 10); /* two for each */
}
END_TEST

/* Whatever the running kernel has, and whatever way that takes. */
START_TEST(argument_arrives_anyway)
{
	struct run r = again_run(0, 0);

	r.refused = _i;
	r.never = 0;
	may_be_in_place = true;
	run(&r);
	ck_assert_int_eq(shown, 5);
}
END_TEST

/* The repeat goes through the tracee's own filter as any call does. */
START_TEST(argument_arrives_through_a_filter)
{
	static const unsigned minus_one[] = { SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | EIO,
					      SECCOMP_RET_TRACE, SECCOMP_RET_KILL_PROCESS };
	struct run r = again_run(_i % N_LACKING, 0);

	filtered = true;
	minus_one_action = minus_one[_i / N_LACKING % 4];
	marked_action = _i / N_LACKING / 4 ? SECCOMP_RET_TRACE : SECCOMP_RET_ALLOW;
	if (minus_one_action == SECCOMP_RET_KILL_PROCESS)
		r.flags = PTSI_HARMLESS_NR;
	run(&r);
	ck_assert_int_ge(shown, 5);
}
END_TEST

/*
 * A signal is sent at every single stop.  Its handler writes to the pipe: each of those calls
 * is to be shown, and none may be taken for the repeat.
 */
static volatile long *handled; /* counted by the handler itself */
static long shown_handler;

static void counting_handler(int sig)
{
	(void)sig;
	++*handled;
	if (marked(SYS_getppid, 1, 1, 1) < 0)
		_exit(2);
}

static void writes_signalled(void)
{
	char buf[8];

	NEED(pipe(p) == 0);
	for (int i = 0; i < 20; i++) {
		NEED(marked(SYS_write, p[1] + 100, (long)"abc", 3) == 3);
		NEED(read(p[0], buf, sizeof buf) == 3);
	}
	_exit(0);
}

/* Its registers may be those of the call that was interrupted. */
static bool is_sigreturn(uint64_t nr)
{
#ifdef SYS_sigreturn
	if (nr == SYS_sigreturn)
		return true;
#endif
	return nr == SYS_rt_sigreturn;
}

static int mend_signalled(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	if (kind == PTSI_STOP_ENTRY && is_sigreturn(info->entry.nr))
		return PTRACE_SYSCALL;
	if (kind == PTSI_STOP_ENTRY && is_marked(info) && info->entry.nr == SYS_getppid) {
		shown_handler++;
		return PTRACE_SYSCALL;
	}
	mend(t, kind, info);
	return PTRACE_SYSCALL;
}

static void send_usr1(pid_t tid, int kind)
{
	static int n;

	if (kind == PTSI_STOP_OWN || ++n % 50 == 0)
		syscall(SYS_tgkill, tid, tid, SIGUSR1);
}

START_TEST(handlers_are_shown)
{
	struct sigaction sa = { .sa_handler = counting_handler };
	struct run r = again_run(_i, 0);

	ck_assert_int_eq(sigaction(SIGUSR1, &sa, NULL), 0); /* the tracee inherits it */
	handled = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	r.child = writes_signalled;
	r.stop = mend_signalled;
	r.each = send_usr1;
	run(&r);
	ck_assert_int_gt(*handled, 10);
	ck_assert_int_eq(shown_handler, *handled);
	ck_assert_int_eq(shown, 20);
}
END_TEST

/* The last two arguments, which on some architectures are in memory. */
#define CMP_REQUEUE 4L
#define EXPECTED    77L /* a long: syscall(2) takes six of them, the last from the stack */
#define OFF         100L

/* A kernel may be built without the calls of 32-bit time, or be older than the others (5.1). */
static long futex_nr(void)
{
#ifdef SYS_futex_time64
	int word = 0;

#ifdef SYS_futex
	/* FUTEX_WAKE, of nobody */
	if (syscall(SYS_futex_time64, &word, 1L, 0L, 0L, 0L, 0L) < 0 && errno == ENOSYS)
		return SYS_futex;
#endif
	(void)word;
	return SYS_futex_time64;
#else
	return SYS_futex;
#endif
}

static long nr_futex;

static void requeues(void)
{
	static int from = EXPECTED, to;
	long wrong = (long)&to + OFF + 1;

	NEED(syscall(nr_futex, &from, CMP_REQUEUE, 0L, 0L, wrong, EXPECTED) == -1);
	for (int i = 0; i < 5; i++)
		NEED(syscall(nr_futex, &from, CMP_REQUEUE, 0L, 0L, wrong, EXPECTED + OFF) == 0);
	_exit(0);
}

static int mend_last(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = *info;

	if (kind == PTSI_STOP_EXIT || (long)info->entry.nr != nr_futex ||
	    info->entry.args[5] != EXPECTED + OFF)
		return PTRACE_SYSCALL;
	shown++;
	want.entry.args[4] -= OFF + 1;
	want.entry.args[5] -= OFF;
	ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	return PTRACE_SYSCALL;
}

START_TEST(last_arguments_arrive)
{
	struct run r = again_run(_i, 0);

	nr_futex = futex_nr();
	r.child = requeues;
	r.stop = mend_last;
	r.never = PTSI_CAN_ARG(4) | PTSI_CAN_ARG(5);
	ck_assert_int_ge(run(&r).kinds[PTSI_STOP_OWN], 10);
	ck_assert_int_eq(shown, 5);
}
END_TEST

START_TEST(last_arguments_arrive_anyway)
{
	struct run r = again_run(0, 0);

	nr_futex = futex_nr();
	r.child = requeues;
	r.stop = mend_last;
	r.refused = _i;
	r.never = 0;
	run(&r);
	ck_assert_int_eq(shown, 5);
}
END_TEST

/* PTRACE_INTERRUPT at each of the library's stops: one event more, nothing else changes. */
static void interrupt_own(pid_t tid, int kind)
{
	if (kind == PTSI_STOP_OWN)
		ptrace(PTRACE_INTERRUPT, tid, 0, 0);
}

START_TEST(interrupts_are_harmless)
{
	struct run r = again_run(_i, 0);

	r.each = interrupt_own;
	ck_assert_int_gt(run(&r).kinds[PTSI_STOP_EVENT], 5);
	ck_assert_int_eq(shown, 5);
}
END_TEST

/* Killed at the n-th stop: no error but ESRCH, and the pipe tells that nothing ran twice. */
static int kill_at;

static void kill_nth(pid_t tid, int kind)
{
	if (kind != PTSI_STOP_GONE && --kill_at == 0)
		kill(tid, SIGKILL);
}

START_TEST(killed_anywhere)
{
	struct run r = again_run(_i % N_LACKING, 0);

	r.each = kill_nth;
	r.may_vanish = true;
	kill_at = 10 + _i / N_LACKING;
	run(&r);
}
END_TEST

/* execve and clone by repeat. */
static void exec_again(void)
{
	static char *const argv[] = { SELF, NOTHING_ELSE, NULL };
	const char *path = SELF;

	syscall(SYS_execve, (uintptr_t)path + 100, argv, NULL, MARK, MARK, MARK);
	_exit(1);
}

static void clone_again(void)
{
	for (int i = 0; i < 5; i++) {
		int st;
		long q = marked(SYS_clone, SIGCHLD + 100, 0, 0);

		if (q == 0)
			_exit(9);
		NEED(q > 0);
		NEED(waitpid((pid_t)q, &st, 0) == q && WEXITSTATUS(st) == 9);
	}
	_exit(0);
}

START_TEST(exec_and_clone)
{
	struct run r = again_run(_i % N_LACKING, 0);

	r.child = _i / N_LACKING ? exec_again : clone_again;
	run(&r);
	ck_assert_int_eq(shown, _i / N_LACKING ? 1 : 5);
}
END_TEST

/* Strict seccomp kills whoever makes any other call: refused, and the call goes on as it was. */
static void strict(void)
{
	NEED(pipe(p) == 0);
	NEED(syscall(SYS_prctl, 22 /* PR_SET_SECCOMP */, SECCOMP_MODE_STRICT, 0, 0, 0) == 0);
	/* a call that succeeds: m68k's libc makes another one to find errno */
	if (syscall(SYS_write, p[1], "abc", 3, MARK, MARK, MARK) == 3)
		syscall(SYS_exit, 0L, 0L, 0L, 0L, 0L, 0L);
	syscall(SYS_exit, 1L, 0L, 0L, 0L, 0L, 0L);
}

static int mend_refused(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = *info;

	if (kind == PTSI_STOP_ENTRY && is_marked(info)) {
		shown++;
		want.entry.args[0] -= 100;
		ck_assert_int_eq(ptsi_tracee_set(t, &want), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
	}
	return PTRACE_SYSCALL;
}

START_TEST(strict_is_refused)
{
	struct run r = again_run(_i, 0);

	r.child = strict;
	r.stop = mend_refused;
	run(&r);
	ck_assert_int_eq(shown, 1);
}
END_TEST

/* With the instruction pointer or stack pointer changed there is no way back. */
static void bad_write(void)
{
	NEED(pipe(p) == 0);
	NEED(marked(SYS_write, p[1] + 100, (long)"abc", 3) == -1 && errno == EBADF);
	_exit(0);
}

static int mend_moved(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = *info;

	if (kind == PTSI_STOP_ENTRY && is_marked(info)) {
		want.stack_pointer -= 64;
		want.entry.args[0] -= 100;
		ck_assert_int_eq(ptsi_tracee_set(t, &want), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
		shown++;
	}
	return PTRACE_SYSCALL;
}

START_TEST(moved_is_refused)
{
	struct run r = again_run(_i, 0);

	r.child = bad_write;
	r.stop = mend_moved;
	run(&r);
	ck_assert_int_eq(shown, 1);
}
END_TEST

/* As in tests/live/kernel.c */
static bool repeats(void)
{
#ifdef __powerpc__
	return !kernel_has_set();
#else
	return CALLS_REPEAT;
#endif
}

START_TEST(refused_where_calls_do_not_repeat)
{
	struct run r = again_run(_i, 0);

	r.child = bad_write;
	r.stop = mend_refused;
	run(&r);
	ck_assert_int_eq(shown, 1);
}
END_TEST

Suite *again_suite(void)
{
	Suite *s = suite_create("skip and repeat");
	TCase *tc = tcase_create("again");

	tcase_set_timeout(tc, 20);
	if (!repeats()) {
		/* powerpc's 7.2 looks like an older kernel where SET is refused */
		add_loop(tc, refused_where_calls_do_not_repeat, 0, CALLS_REPEAT ? 0 : N_LACKING);
		suite_add_tcase(s, tc);
		return s;
	}
	add_loop(tc, argument_arrives, 0, N_LACKING * 2);
	add_loop(tc, argument_arrives_anyway, 0, N_REFUSED);
	add_loop(tc, last_arguments_arrive_anyway, 0, N_REFUSED);
	if (has_filters())
		add_loop(tc, argument_arrives_through_a_filter, 0, N_LACKING * 4 * 2);
	add_loop(tc, last_arguments_arrive, 0, N_LACKING);
	add_loop(tc, handlers_are_shown, 0, N_LACKING);
	add_loop(tc, interrupts_are_harmless, 0, N_LACKING);
	add_loop(tc, killed_anywhere, 0, N_LACKING * 30);
#ifdef __s390__ /* whose clone has other arguments */
	add_loop(tc, exec_and_clone, N_LACKING, N_LACKING * 2);
#else
	add_loop(tc, exec_and_clone, 0, N_LACKING * 2);
#endif
	if (has_strict())
		add_loop(tc, strict_is_refused, 0, N_LACKING);
	add_loop(tc, moved_is_refused, 0, N_LACKING);
	suite_add_tcase(s, tc);
	return s;
}
