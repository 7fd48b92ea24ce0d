// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What an operation costs at a stop: nanoseconds (median of interleaved rounds, tracer and
 * tracee pinned to one CPU) and ptrace requests, beside the kernel's own requests and beside
 * GETREGSET + SETREGSET as tracers without the library do it.
 *
 * Times are printed with their budgets and judged by the reader.  Counts are exact: one over
 * its budget fails the run.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <ptsi.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 301, TIMES = 40, MAX_OPS = 16, GET = 0x420e, SET = 0x4212 };

static pid_t tid;
static int wstatus;
static struct ptsi_syscall_info now; /* as read at the stop */
static struct ptsi_tracee followed;
static long requests;
static unsigned long flip; /* so that each set is a change */

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(EXIT_FAILURE);
}

static long counting_ptrace(long request, pid_t pid, void *addr, void *data)
{
	requests++;
	return syscall(SYS_ptrace, request, (long)pid, addr, data);
}

static long raw(long request, unsigned long addr, void *data)
{
	requests++;
	return syscall(SYS_ptrace, request, (long)tid, addr, data);
}

static struct ptsi_syscall_info changed(void)
{
	struct ptsi_syscall_info want = now;

	want.arch = 0;
	want.instruction_pointer = want.stack_pointer = 0;
	if (now.op == PTSI_SYSCALL_INFO_EXIT)
		want.exit.rval = (int64_t)(++flip & 0xff);
	else
		want.entry.args[1] = ++flip & 0xff;
	return want;
}

static bool raw_get(void)
{
	struct ptsi_syscall_info info;

	return raw(GET, sizeof info, &info) > 0;
}

static bool raw_set(void)
{
	struct ptsi_syscall_info want = changed();

	return raw(SET, sizeof want, &want) == 0;
}

static bool raw_pair(void)
{
	return raw_get() && raw_set();
}

static bool raw_regset(void)
{
	unsigned long words[128];
	struct iovec iov = { words, sizeof words };

	if (raw(PTRACE_GETREGSET, 1, &iov) < 0)
		return false;
#if defined __x86_64__
	words[13] = ++flip & 0xff; /* rsi */
#endif
	return raw(PTRACE_SETREGSET, 1, &iov) == 0;
}

static bool get(void)
{
	struct ptsi_syscall_info info;

	return ptsi_get_syscall_info(tid, sizeof info, &info) > 0;
}

static bool set(void)
{
	struct ptsi_syscall_info want = changed();

	return ptsi_set_syscall_info(tid, sizeof want, &want) == 0;
}

static bool set_as_read(void)
{
	struct ptsi_syscall_info want = changed();

	want.arch = now.arch;
	want.instruction_pointer = now.instruction_pointer;
	want.stack_pointer = now.stack_pointer;
	return ptsi_set_syscall_info(tid, sizeof want, &want) == 0;
}

static bool set_wide(void)
{
	struct ptsi_syscall_info want = changed();

	want.entry.args[2] = 0x7fff00000000 + flip;
	return ptsi_set_syscall_info(tid, sizeof want, &want) == 0;
}

static bool follow_pair(void)
{
	struct ptsi_syscall_info info;

	if (ptsi_tracee_stop(&followed, wstatus, &info) <= 0)
		return false;
	info.entry.args[1] = ++flip & 0xff;
	return ptsi_tracee_set(&followed, &info) == 0;
}

static bool skip(void)
{
	struct ptsi_syscall_info want = { .op = PTSI_SYSCALL_INFO_SKIP };

	want.exit.rval = (int64_t)(++flip & 0xff);
	return ptsi_set_syscall_info(tid, sizeof want, &want) == PTSI_DONE;
}

static bool follow_skip(void)
{
	struct ptsi_syscall_info want = { .op = PTSI_SYSCALL_INFO_SKIP }, info;

	if (ptsi_tracee_stop(&followed, wstatus, &info) <= 0)
		return false;
	want.exit.rval = (int64_t)(++flip & 0xff);
	return ptsi_tracee_set(&followed, &want) == 0;
}

static const struct op {
	const char *name;
	bool (*run)(void);
	int way;
	int compare;    /* with that operation of the table */
	double budget;  /* of the ratio; 0: none */
	long max_calls; /* 0: none */
} at_entry[] = {
	{ "raw GET_SYSCALL_INFO", raw_get, PTSI_AUTO, 0, 0, 0 },
	{ "raw SET_SYSCALL_INFO", raw_set, PTSI_KERNEL, 1, 0, 0 },
	{ "raw GET + SET", raw_pair, PTSI_KERNEL, 2, 0, 0 },
	{ "GETREGSET + SETREGSET, as others do", raw_regset, PTSI_AUTO, 2, 0, 0 },
	{ "ptsi_get", get, PTSI_AUTO, 0, 1.03, 1 },
	{ "ptsi_set, kernel", set, PTSI_KERNEL, 1, 1.03, 1 },
	{ "ptsi_set, kernel, ip sp arch as read", set_as_read, PTSI_KERNEL, 1, 0, 2 },
	{ "ptsi_set, kernel, a value of over 32 bits", set_wide, PTSI_KERNEL, 1, 0, 2 },
	{ "ptsi_set, registers", set, PTSI_REGISTERS, 1, 0, 3 },
	{ "followed: stop + set, kernel", follow_pair, PTSI_KERNEL, 2, 1.03, 2 },
	{ "followed: stop + set, registers", follow_pair, PTSI_REGISTERS, 2, 1.25, 2 },
}, at_exit[] = {
	{ "raw SET_SYSCALL_INFO", raw_set, PTSI_KERNEL, 0, 0, 0 },
	{ "ptsi_set, kernel", set, PTSI_KERNEL, 0, 1.03, 1 },
	{ "ptsi_set, registers", set, PTSI_REGISTERS, 0, 0, 2 },
}, at_seccomp[] = {
	{ "raw GET_SYSCALL_INFO", raw_get, PTSI_AUTO, 0, 0, 0 },
	{ "ptsi_set SKIP, result in place", skip, PTSI_AUTO, 0, 0, 3 },
	{ "followed: stop + skip", follow_skip, PTSI_AUTO, 0, 0, 3 },
};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void prepare(const struct op *op, ptsi_ptrace_fn *fn)
{
	struct ptsi_syscall_info info;

	ptsi_use(op->way);
	ptsi_set_ptrace(fn);
	need(ptsi_tracee_init(&followed, sizeof followed, tid, 0) == 0, "ptsi_tracee_init");
	need(ptsi_tracee_stop(&followed, wstatus, &info) > 0, "ptsi_tracee_stop");
	if (op->run != raw_get && op->run != raw_set)
		need(op->run(), op->name); /* learns what the kernel has */
}

static bool has_set(void)
{
	return syscall(SYS_ptrace, SET, (long)tid, 0UL, NULL) < 0 && errno == EINVAL;
}

/* Returns the number of operations over their budget of requests. */
static int table(const char *title, const struct op *ops, int n)
{
	static double ns[MAX_OPS][ROUNDS];
	int over = 0;

	printf("\n%-44s %8s %6s %6s  %s\n", title, "ns", "calls", "ratio", "budget");
	for (int r = 0; r < ROUNDS; r++) {
		for (int i = 0; i < n; i++) {
			double start;

			if (ops[i].way == PTSI_KERNEL && !has_set())
				continue;
			prepare(&ops[i], NULL);
			start = seconds();
			for (int k = 0; k < TIMES; k++)
				need(ops[i].run(), ops[i].name);
			ns[i][r] = (seconds() - start) / TIMES * 1e9;
		}
	}
	for (int i = 0; i < n; i++) {
		const struct op *op = &ops[i];
		double ratio;

		if (op->way == PTSI_KERNEL && !has_set()) {
			printf("%-44s not here: this kernel has no PTRACE_SET_SYSCALL_INFO\n", op->name);
			continue;
		}
		qsort(ns[i], ROUNDS, sizeof(double), by_value);
		prepare(op, counting_ptrace);
		requests = 0;
		need(op->run(), op->name);
		ratio = ns[op->compare][ROUNDS / 2] ? ns[i][ROUNDS / 2] / ns[op->compare][ROUNDS / 2] : 0;
		printf("%-44s %8.0f %6ld %6.2f", op->name, ns[i][ROUNDS / 2], requests, ratio);
		if (op->budget > 0)
			printf("  %.2f %s", op->budget, ratio <= op->budget ? "ok" : "OVER");
		if (op->max_calls) {
			printf("  %ld calls %s", op->max_calls, requests <= op->max_calls ? "ok" : "OVER");
			over += requests > op->max_calls;
		}
		printf("\n");
	}
	return over;
}

static void tracee(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof code / sizeof code[0], code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	for (;;)
		syscall(SYS_getppid, 0L, 0L, 0L, 0L, 0L, 0L);
}

/* On to the next stop of that kind. */
static void go_to(int op)
{
	do {
		need(ptrace(PTRACE_SYSCALL, tid, 0, 0) == 0, "PTRACE_SYSCALL");
		need(waitpid(tid, &wstatus, 0) == tid && WIFSTOPPED(wstatus), "waitpid");
		need(raw(GET, sizeof now, &now) > 0, "PTRACE_GET_SYSCALL_INFO");
	} while (now.op != op);
}

static double round_trip(void)
{
	static double ns[ROUNDS];

	for (int r = 0; r < ROUNDS; r++) {
		double start = seconds();

		need(ptrace(PTRACE_SYSCALL, tid, 0, 0) == 0, "PTRACE_SYSCALL");
		need(waitpid(tid, &wstatus, 0) == tid, "waitpid");
		ns[r] = (seconds() - start) * 1e9;
	}
	qsort(ns, ROUNDS, sizeof ns[0], by_value);
	return ns[ROUNDS / 2];
}

#define TABLE(title, ops) table(title, ops, (int)(sizeof(ops) / sizeof(ops)[0]))

int main(void)
{
	cpu_set_t one;
	int over;

	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	sched_setaffinity(0, sizeof one, &one);
	tid = fork();
	if (tid == 0)
		tracee();
	need(waitpid(tid, &wstatus, 0) == tid && WIFSTOPPED(wstatus), "a tracee");
	need(ptrace(PTRACE_SETOPTIONS, tid, 0,
		    PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL) == 0,
	     "PTRACE_SETOPTIONS");
	if (raw(GET, sizeof now, &now) < 0) {
		printf("not here: this kernel has no PTRACE_GET_SYSCALL_INFO\n");
		return 77;
	}
	printf("resume + stop + wait: %.0f ns\n", round_trip());
	go_to(PTSI_SYSCALL_INFO_ENTRY);
	over = TABLE("at a syscall-entry-stop", at_entry);
	go_to(PTSI_SYSCALL_INFO_EXIT);
	over += TABLE("at a syscall-exit-stop", at_exit);
	go_to(PTSI_SYSCALL_INFO_SECCOMP);
	over += TABLE("at a SECCOMP stop", at_seccomp);
	return over ? EXIT_FAILURE : EXIT_SUCCESS;
}
