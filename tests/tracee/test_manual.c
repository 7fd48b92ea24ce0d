// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What ptsi(7) tells tracers of the kernel: which stop is a new child's first one, what a stop is
 * without PTRACE_O_TRACESYSGOOD, what a tracee can forge, and what becomes of a skipped call in a
 * tracee whose seccomp mode doesn't want it.
 */
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "run.h"

enum { SECCOMP_CODE = SIGTRAP | PTRACE_EVENT_SECCOMP << 8, SYSCALL_CODE = SIGTRAP | 0x80 };

/* Resumed by PTRACE_SYSCALL without a signal; the wstatus of what came next. */
static int next_stop(pid_t pid)
{
	int wstatus;

	ck_assert_int_eq(ptrace(PTRACE_SYSCALL, pid, 0, 0), 0);
	ck_assert_int_eq(waitpid(pid, &wstatus, __WALL), pid);
	ck_assert(WIFSTOPPED(wstatus));
	return wstatus;
}

/* A child that is between two calls, traced with these options. */
static pid_t start_seized(void (*child)(void), int options)
{
	int go[2], wstatus;
	pid_t pid;
	char c;

	ck_assert_int_eq(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		while (read(go[0], &c, 1) < 0 && was_interrupted())
			; /* by PTRACE_INTERRUPT, for good: sparc, nios2 */
		child();
		_exit(0);
	}
	ck_assert_int_eq(ptrace(PTRACE_SEIZE, pid, 0, options), 0);
	ck_assert_int_eq(ptrace(PTRACE_INTERRUPT, pid, 0, 0), 0);
	ck_assert_int_eq(waitpid(pid, &wstatus, __WALL), pid);
	ck_assert_int_eq(write(go[1], "", 1), 1);
	return pid;
}

static pid_t start_traced(void (*child)(void), int options)
{
	pid_t pid = fork();
	int wstatus;

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		child();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &wstatus, __WALL), pid);
	ck_assert_int_eq(ptrace(PTRACE_SETOPTIONS, pid, 0, options), 0);
	return pid;
}

static pid_t start(void (*child)(void), bool seized, int options)
{
	options |= PTRACE_O_EXITKILL;
	return seized ? start_seized(child, options) : start_traced(child, options);
}

static int stop_of(pid_t pid, int wstatus, struct ptsi_syscall_info *info)
{
	struct ptsi_tracee t;

	ck_assert_int_eq(ptsi_tracee_init(&t, sizeof t, pid, 0), 0);
	return ptsi_tracee_stop(&t, wstatus, info);
}

/* Before its first call a new child has a stop that isn't one of a call. */
static void forking(void)
{
	int wstatus;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, &wstatus, 0);
}

START_TEST(first_stop_of_a_child)
{
	bool seized = _i;
	pid_t pid = start(forking, seized, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK);
	struct ptsi_syscall_info info;
	struct ptsi_tracee t;
	unsigned long child;
	int wstatus;

	imitate(NOTHING);
	do
		wstatus = next_stop(pid);
	while (wstatus >> 16 != PTRACE_EVENT_FORK);
	ck_assert_int_eq(ptrace(PTRACE_GETEVENTMSG, pid, 0, &child), 0);
	ck_assert_int_eq(waitpid((pid_t)child, &wstatus, __WALL), (pid_t)child);
	ck_assert_int_eq(wstatus >> 8, seized ? SIGTRAP | PTRACE_EVENT_STOP << 8 : SIGSTOP);
	ck_assert_int_eq(ptsi_tracee_init(&t, sizeof t, (pid_t)child, 0), 0);
	ck_assert_int_eq(ptsi_tracee_stop(&t, wstatus, &info),
			 seized ? PTSI_STOP_EVENT : PTSI_STOP_SIGNAL);
	ck_assert_int_eq(ptsi_tracee_resume(&t, PTRACE_SYSCALL, 0), 0);
	ck_assert_int_eq(waitpid((pid_t)child, &wstatus, __WALL), (pid_t)child);
	ck_assert_int_eq(wstatus >> 8, SYSCALL_CODE);
	ck_assert_int_eq(ptsi_tracee_stop(&t, wstatus, &info), PTSI_STOP_ENTRY);
}
END_TEST

/* Without PTRACE_O_TRACESYSGOOD a syscall-stop is a signal's, to whoever looks. */
static void calling(void)
{
	for (;;)
		getppid();
}

START_TEST(stop_without_sysgood)
{
	pid_t pid = start(calling, _i, 0);
	struct ptsi_syscall_info info;
	int wstatus = next_stop(pid);

	imitate(NOTHING);
	ck_assert_int_eq(wstatus >> 8, SIGTRAP);
	ck_assert_int_eq(ptsi_get_syscall_info(pid, sizeof info, &info), 24);
	ck_assert_uint_eq(info.op, PTSI_SYSCALL_INFO_NONE);
	ck_assert_int_eq(stop_of(pid, wstatus, &info), PTSI_STOP_SIGNAL);
}
END_TEST

/*
 * A signal with the si_code of another stop, which the tracee sends itself.  The kernel's request
 * goes by si_code alone (ptrace_get_syscall_info_op in kernel/ptrace.c, 7.2); of a syscall-stop it
 * wants to know besides which one it was, which no tracee can forge.
 */
static int forged_code, forged_sig;

static void forging(void)
{
	siginfo_t si;

	memset(&si, 0, sizeof si);
	si.si_signo = forged_sig;
	si.si_code = forged_code;
	syscall(SYS_rt_tgsigqueueinfo, (long)getpid(), (long)getpid(), (long)forged_sig, &si);
}

START_TEST(forged_stop)
{
	static const int codes[] = { SECCOMP_CODE, SYSCALL_CODE };
	struct ptsi_syscall_info info;
	int wstatus;
	pid_t pid;

	forged_code = codes[_i % 2];
	forged_sig = _i / 2 ? SIGTRAP : SIGUSR1;
	pid = start(forging, true, PTRACE_O_TRACESYSGOOD);
	do
		wstatus = next_stop(pid);
	while (wstatus >> 8 == SYSCALL_CODE);
	ck_assert_int_eq(wstatus >> 8, forged_sig);
	if (truth(pid) >= 0 && forged_code == SECCOMP_CODE)
		ck_assert_int_eq(truth(pid), PTSI_SYSCALL_INFO_SECCOMP);
	for (int lacking = NOTHING; lacking <= BOTH_REFUSED; lacking++) {
		imitate(lacking);
		ck_assert_int_eq(stop_of(pid, wstatus, &info), PTSI_STOP_SIGNAL);
		ck_assert_uint_eq(info.op, PTSI_SYSCALL_INFO_NONE);
	}
}
END_TEST

/* Strict seccomp: read, write, _exit and sigreturn, or death; also by nr -1 and by getpid. */
static void strict(void)
{
	NEED(syscall(SYS_prctl, (long)PR_SET_SECCOMP, (long)SECCOMP_MODE_STRICT, 0L, 0L, 0L) == 0);
	syscall(SYS_write, -1L, "", 1L, MARK, MARK, MARK);
	syscall(SYS_exit, 0L);
}

/* Of the marked calls those of this number: a handler's sigreturn may look like one. */
static long skipped_nr;

static int skip_marked(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info skip = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.rval = 4711 };

	if (kind == PTSI_STOP_ENTRY && is_marked(info) && (long)info->entry.nr == skipped_nr)
		ck_assert_int_eq(ptsi_tracee_set(t, &skip), 0);
	return PTRACE_SYSCALL;
}

START_TEST(strict_seccomp_kills_a_skip)
{
	struct run r = {
		.child = strict,
		.stop = skip_marked,
		.refused = _i % N_REFUSED,
		.flags = _i / N_REFUSED ? PTSI_HARMLESS_NR : 0,
		.killed_by = SIGKILL,
	};

	skipped_nr = SYS_write;
	run(&r);
}
END_TEST

/*
 * What does it there: a call that is allowed and does nothing, the result of which is replaced at
 * its exit stop.
 */
static void strict_replaced(void)
{
	long r;

	NEED(syscall(SYS_prctl, (long)PR_SET_SECCOMP, (long)SECCOMP_MODE_STRICT, 0L, 0L, 0L) == 0);
	r = syscall(SYS_write, 2L, "not to be seen\n", 15L, MARK, MARK, MARK);
	syscall(SYS_exit, r == 4711 ? 0L : 1L);
}

static int replace_marked(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	static bool replaced;
	struct ptsi_syscall_info want = *info;

	if (kind == PTSI_STOP_ENTRY && is_marked(info) && info->entry.nr == SYS_write) {
		want.entry.args[2] = 0; /* of no bytes */
		ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
		replaced = true;
	} else if (kind == PTSI_STOP_EXIT && replaced) {
		replaced = false;
		want.exit.rval = 4711;
		want.exit.is_error = 0;
		ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	}
	return PTRACE_SYSCALL;
}

START_TEST(strict_seccomp_lets_a_call_of_its_own)
{
	run(&(struct run){ .child = strict_replaced, .stop = replace_marked, .refused = _i });
}
END_TEST

/* A filter that answers nr -1 by SECCOMP_RET_TRAP sends SIGSYS, whatever the result becomes. */
static volatile sig_atomic_t trapped;
static int traps;

static void on_sigsys(int sig)
{
	(void)sig;
	trapped++;
}

static void trapping(void)
{
	struct sigaction sa = { .sa_handler = on_sigsys };
	int fd = dup(2);

	NEED(sigaction(SIGSYS, &sa, NULL) == 0);
	install_filter(SECCOMP_RET_ALLOW, SECCOMP_RET_TRAP);
	NEED(marked(SYS_close, fd, 0, 0) == 4711);
	NEED(fcntl(fd, F_GETFD) >= 0);
	NEED(trapped == traps);
	_exit(0);
}

START_TEST(trapping_filter_signals_a_skip)
{
	struct run r = {
		.child = trapping,
		.stop = skip_marked,
		.refused = _i % N_REFUSED,
		.flags = _i / N_REFUSED ? PTSI_HARMLESS_NR : 0,
	};

	skipped_nr = SYS_close;
	traps = r.flags || !FILTERS_SEE_SKIPS ? 0 : 1;
	run(&r);
}
END_TEST

Suite *manual_suite(void)
{
	Suite *s = suite_create("manual");
	TCase *tc = tcase_create("what ptsi(7) tells");

	tcase_set_timeout(tc, 20);
	if (TRACEME_WORKS) {
		add_loop(tc, first_stop_of_a_child, 0, 2);
		add_loop(tc, stop_without_sysgood, 0, 2);
	}
	add_loop(tc, forged_stop, 0, 4);
	if (has_strict()) {
		add_loop(tc, strict_seccomp_kills_a_skip, 0, N_REFUSED * 2);
		add_loop(tc, strict_seccomp_lets_a_call_of_its_own, 0, N_REFUSED);
	}
	if (has_filters())
		add_loop(tc, trapping_filter_signals_a_skip, 0, N_REFUSED * 2);
	suite_add_tcase(s, tc);
	return s;
}
