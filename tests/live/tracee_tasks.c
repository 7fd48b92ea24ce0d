// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Tracee scenarios: own filters, interrupted calls, new programs and tasks. */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tracee.h"

/* own ACTION RET RAN: this program's own filter does ACTION for nr -1; then as `result`. */
static void own(char **params)
{
	static const struct {
		const char *name;
		unsigned action;
	} actions[] = {
		{ "errno", SECCOMP_RET_ERRNO | EPERM },
		{ "kill", SECCOMP_RET_KILL_PROCESS },
		{ "trace", SECCOMP_RET_TRACE | 0x1111 },
	};
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FILTERED_MINUS_ONE, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { .len = 4, .filter = code };
	static int other;
	int fd = dup(2);
	long r;

	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (strcmp(params[0], actions[i].name) == 0)
			code[2].k = actions[i].action;
	other = dup(2);
	NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	NEED(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) == 0);
	mark(N_close, N_getpid, &other, NULL);
	r = raw(N_close, fd, 0, 0, 0, 0, 0);
	NEED(r == (long)strtoll(params[1], NULL, 0));
	switch (atoi(params[2])) {
	case 0:
		NEED(fcntl(fd, F_GETFD) >= 0 && fcntl(other, F_GETFD) >= 0);
		break;
	case 1:
		NEED(fcntl(fd, F_GETFD) < 0 && fcntl(other, F_GETFD) >= 0);
		break;
	default: /* it ran with another argument */
		NEED(fcntl(fd, F_GETFD) >= 0 && fcntl(other, F_GETFD) < 0);
	}
}

static volatile sig_atomic_t handled;
static int wake[2];

static void on_signal(int sig)
{
	(void)sig;
	handled++;
	if (write(wake[1], "", 1) != 1)
		_exit(1);
}

/*
 * interrupted CALL RESTART RET HANDLED: the signal that the tracer sends meanwhile has a
 * handler, with SA_RESTART or without; it ran HANDLED times and the call returned RET.
 */
static void interrupted(char **params)
{
	struct sigaction sa = { .sa_handler = on_signal };
	static struct ticks time = { TICKS(0, 20 * 1000 * 1000) };
	static char byte;
	long r, nr;

	has_time64(); /* that makes a call, and so has to know before the marker */
	if (atoi(params[1]))
		sa.sa_flags = SA_RESTART;
	NEED(sigaction(SIGUSR1, &sa, NULL) == 0 && pipe(wake) == 0);
	if (strcmp(params[0], "nanosleep") == 0)
		nr = N_sleep;
	else if (strcmp(params[0], "ppoll") == 0)
		nr = N_ppoll;
	else if (strcmp(params[0], "pause") == 0)
		nr = N_pause;
	else
		nr = N_read;
	mark(nr, N_getppid, NULL, NULL);
	if (nr == N_sleep)
		r = raw_sleep(&time);
	else if (nr == N_read)
		r = raw(nr, wake[0], (long)&byte, 1, 0, 0, 0);
	else if (strcmp(params[0], "ppoll") == 0)
		r = raw_ppoll(&time);
	else /* it may be a ppoll without a time limit */
		r = raw(nr, 0, 0, 0, 0, 0, 0);
	NEED(r == (long)strtoll(params[2], NULL, 0));
	NEED(handled == atoi(params[3]));
}

/* exec RET: execve of a program that isn't; another path is told to the tracer. */
static void exec(char **params)
{
	static char path[64] = "/nonexistent/program", good[64] = "/proc/self/exe";
	static char arg0[] = "tracee", arg1[] = "none", arg2[] = "ok";
#ifdef X32 /* whose execve takes pointers of 32 bits */
	typedef uint32_t pointer_t;
#else
	typedef word_t pointer_t;
#endif
	static pointer_t argv[4], envp[1];
	long r;

	argv[0] = (pointer_t)(uintptr_t)arg0;
	argv[1] = (pointer_t)(uintptr_t)arg1;
	argv[2] = (pointer_t)(uintptr_t)arg2;
	mark(N_execve, N_getpid, path, good);
	r = raw(N_execve, (long)path, (long)argv, (long)envp, 0, 0, 0);
	NEED(r == (long)strtoll(params[0], NULL, 0));
}

/* In a new task: close(fd) is skipped with 0x77 by the tracer. */
static int skipped_close(int fd)
{
	mark(N_close, N_getpid, NULL, NULL);
	return raw(N_close, fd, 0, 0, 0, 0, 0) != 0x77 || fcntl(fd, F_GETFD) < 0;
}

/* fork RET: fork returns RET in the parent. */
static void do_fork(char **params)
{
	int fd = dup(2), wstatus;
	long r;

	mark(N_fork, N_getpid, NULL, NULL);
#ifdef __sparc__ /* where another register tells the child that it is one */
	r = fork();
#else
	r = raw(N_fork, SIGCHLD, 0, 0, 0, 0, 0);
#endif
	if (r == 0)
		_exit(skipped_close(fd));
	NEED(r == (long)strtoll(params[0], NULL, 0));
	NEED(waitpid(-1, &wstatus, __WALL) > 0 && wstatus == 0);
}

/* vfork RET: likewise; the child has the parent's memory until it is gone. */
static void do_vfork(char **params)
{
	volatile int fd = dup(2);
	int wstatus;
	long r;

	mark(N_close, N_getpid, NULL, NULL);
	r = vfork();
	if (r == 0)
		_exit(skipped_close(fd));
	NEED(r == (long)strtoll(params[0], NULL, 0));
	NEED(waitpid(-1, &wstatus, __WALL) > 0 && wstatus == 0);
}

/*
 * A thread has no thread-local storage of its own here: raw calls only.  Each of its calls
 * is lseek to what the tracer makes of the offset; the last argument says which one it is.
 */
enum { SEEKS = 50 };

static int seek_fd[2];
static volatile int seeks_wrong[2], seeks_done;

static int seek(void *arg)
{
	int self = *(int *)arg;

	for (int i = 0; i < SEEKS; i++) {
		long at = 0x100 + 2 * WRONG * self + i;

		/* thread 0's offset is put right, of thread 1 the result is changed */
		if (raw(N_lseek, seek_fd[self], at + (self ? 0 : WRONG), SEEK_SET, MARK, self, i) !=
		    at + (self ? WRONG : 0))
			seeks_wrong[self]++;
	}
	__atomic_add_fetch(&seeks_done, 1, __ATOMIC_SEQ_CST);
	if (self)
		raw(SYS_exit, 0, 0, 0, 0, 0, 0); /* uClibc would end the process */
	return 0;
}

/* musl's clone refuses to make threads (since 1.2.5); what it is made of does it. */
extern __typeof__(clone) __clone __attribute__((weak));

/* threads: two of them */
static void threads(char **params)
{
	static int self[2] = { 0, 1 };
	static long long stack[8192];
	const int flags =
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;

	(void)params;
	seek_fd[0] = (int)syscall(SYS_memfd_create, "", 0);
	seek_fd[1] = (int)syscall(SYS_memfd_create, "", 0);
	mark(N_lseek, N_getppid, NULL, NULL);
	NEED((__clone ? __clone : clone)(seek, STACK_GROWS_UP ? stack : stack + 8192, flags,
					 &self[1]) > 0);
	seek(&self[0]);
	while (__atomic_load_n(&seeks_done, __ATOMIC_SEQ_CST) < 2)
		sched_yield();
	NEED(seeks_wrong[0] == 0 && seeks_wrong[1] == 0);
}

/* byte FD */
static void byte(char **params)
{
	static char x = 'x';

	mark(N_write, N_getpid, NULL, NULL);
	raw(N_write, atoi(params[0]), (long)&x, 1, 0, 0, 0);
}

/*
 * stress N: what the tracer makes of call i is known by i, which is the last argument:
 * 0 the offset is put right, 1 getppid becomes lseek, 2 it is skipped, 3 its result changes.
 */
static void stress(char **params)
{
	int n = atoi(params[0]), fd = (int)syscall(SYS_memfd_create, "", 0);

	mark(N_lseek, N_getppid, NULL, NULL);
	for (int i = 0; i < n; i++) {
		int kind = i % 4, at = 0x100 + i % 0x100;
		long r;

		r = raw(kind == 1 ? N_getppid : N_lseek, fd, kind == 0 ? at + WRONG : at, SEEK_SET,
			MARK, 0, i);
		NEED(r == (kind < 2 ? at : -1 - i % 500));
		NEED(sought(fd, at) == (kind != 2));
	}
}

const struct scenario task_scenarios[] = {
	{ "own", own },      { "interrupted", interrupted }, { "exec", exec },
	{ "fork", do_fork }, { "vfork", do_vfork },          { "threads", threads },
	{ "byte", byte },    { "stress", stress },           { NULL, NULL },
};
