// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What an operation costs at a stop: nanoseconds and ptrace requests, beside the kernel's own
 * requests and beside GETREGSET + SETREGSET as tracers without the library do it.
 *
 * Tracer and tracee share one CPU: the tracee is stopped while operations are timed, and to
 * wake it on another CPU costs an interrupt whose time varies with that CPU's idle state.
 * The operations take turns, so that what slows the machine slows all of them; each figure is
 * the median of the rounds.
 *
 * Times are printed with their budgets and judged by the reader.  Counts are exact: on x86-64,
 * for which the budgets were set, one over its budget fails the run.
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
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 201, TIMES = 200, MAX_OPS = 16, GET = 0x420e, SET = 0x4212, PRSTATUS = 1 };

/* The words of args[1] and rval for changes without the library; NONE: write back what was read. */
#if defined __x86_64__ && !defined __ILP32__
enum { NONE = -1, ARG = 13 /* rsi */, RVAL = 10 /* rax */, BUDGETS_BIND = true };
#elif defined __i386__
enum { NONE = -1, ARG = 1 /* ecx */, RVAL = 6 /* eax */, BUDGETS_BIND = false };
#else
enum { NONE = -1, ARG = NONE, RVAL = NONE, BUDGETS_BIND = false };
#endif

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

static int word(void)
{
	return now.op == PTSI_SYSCALL_INFO_EXIT ? RVAL : ARG;
}

static struct ptsi_syscall_info changed(void)
{
	struct ptsi_syscall_info want = now;

	want.arch = 0;
	want.instruction_pointer = want.stack_pointer = 0;
	if (now.op == PTSI_SYSCALL_INFO_EXIT) {
		want.exit.rval = (int64_t)(++flip & 0xff);
		want.exit.is_error = 0;
	} else {
		want.entry.args[1] = ++flip & 0xff;
	}
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
	unsigned long words[1024 / sizeof(long)];
	struct iovec iov = { words, sizeof words };

	if (raw(PTRACE_GETREGSET, PRSTATUS, &iov) < 0)
		return false;
	if (word() != NONE)
		words[word()] = ++flip & 0xff;
	return raw(PTRACE_SETREGSET, PRSTATUS, &iov) == 0;
}

static bool raw_poke(void)
{
	unsigned long addr = (unsigned long)word() * sizeof(long);

	return raw(PTRACE_POKEUSER, addr, (void *)(++flip & 0xff)) == 0;
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

static bool get_set_arg(void)
{
	struct ptsi_syscall_info info;

	if (ptsi_get_syscall_info(tid, sizeof info, &info) <= 0)
		return false;
	info.entry.args[1] = ++flip & 0xff;
	return ptsi_set_syscall_info(tid, sizeof info, &info) == 0;
}

static bool get_set_nr(void)
{
	struct ptsi_syscall_info info;

	if (ptsi_get_syscall_info(tid, sizeof info, &info) <= 0)
		return false;
	info.entry.nr = ++flip & 1 ? SYS_getpid : SYS_getppid;
	return ptsi_set_syscall_info(tid, sizeof info, &info) == 0;
}

static bool follow(void)
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

static void unskip(void)
{
	need(ptsi_set_syscall_info(tid, sizeof now, &now) == 0, "to undo a skip");
}

static const struct op {
	const char *name;
	bool (*run)(void);
	int way;
	int base;      /* the ratio is to this row of the table or one above it, from 1 */
	int calls;     /* at most; 0: any number */
	double budget; /* of the ratio; 0: none */
	bool undo;     /* unskip after each run, neither timed nor counted */
} at_entry[] = {
	{ "raw GET_SYSCALL_INFO", raw_get, PTSI_AUTO, .base = 1 },
	{ "raw SET_SYSCALL_INFO", raw_set, PTSI_KERNEL, .base = 2 },
	{ "raw GET + SET", raw_pair, PTSI_KERNEL, .base = 3 },
	{ "GETREGSET + SETREGSET, as others do", raw_regset, PTSI_AUTO, .base = 3 },
	{ "raw POKEUSR of one word", raw_poke, PTSI_AUTO, .base = 2 },
	{ "ptsi_get", get, PTSI_AUTO, .base = 1, .calls = 1, .budget = 1.03 },
	{ "ptsi_set, kernel", set, PTSI_KERNEL, .base = 2, .calls = 1, .budget = 1.03 },
	{ "ptsi_set, kernel, ip sp arch as read", set_as_read, PTSI_KERNEL, .base = 2, .calls = 2 },
	{ "ptsi_set, kernel, over 32 bits", set_wide, PTSI_KERNEL, .base = 2, .calls = 2 },
	{ "ptsi_set, registers", set, PTSI_REGISTERS, .base = 2, .calls = 3 },
	{ "get + set, registers, an argument", get_set_arg, PTSI_REGISTERS, .base = 3, .calls = 3 },
	{ "get + set, registers, nr", get_set_nr, PTSI_REGISTERS, .base = 3, .calls = 3 },
	{ "followed, kernel", follow, PTSI_KERNEL, .base = 3, .calls = 2, .budget = 1.03 },
	{ "followed, registers", follow, PTSI_REGISTERS, .base = 3, .calls = 2, .budget = 1.25 },
}, at_exit[] = {
	{ "raw SET_SYSCALL_INFO", raw_set, PTSI_KERNEL, .base = 1 },
	{ "GETREGSET + SETREGSET, as others do", raw_regset, PTSI_AUTO, .base = 1 },
	{ "raw POKEUSR of one word", raw_poke, PTSI_AUTO, .base = 1 },
	{ "ptsi_set, kernel", set, PTSI_KERNEL, .base = 1, .calls = 1, .budget = 1.03 },
	{ "ptsi_set, registers", set, PTSI_REGISTERS, .base = 1, .calls = 2 },
}, at_seccomp[] = {
	{ "GETREGSET + SETREGSET, as others do", raw_regset, PTSI_AUTO, .base = 1, .undo = true },
	{ "ptsi_set SKIP", skip, PTSI_AUTO, .base = 1, .calls = 3, .undo = true },
	{ "ptsi_set SKIP, registers", skip, PTSI_REGISTERS, .base = 1, .calls = 3, .undo = true },
	{ "followed, SKIP", follow_skip, PTSI_AUTO, .base = 1, .calls = 3, .undo = true },
};

/* Why the operation can't be had at this stop, or NULL. */
static const char *missing(const struct op *op)
{
	bool skips = op->run == skip || op->run == follow_skip;

	if (op->way == PTSI_KERNEL && raw(SET, 0, NULL) < 0 && errno != EINVAL)
		return "kernel has no PTRACE_SET_SYSCALL_INFO";
	if (op->run == set_wide && sizeof(long) < 8)
		return "no such value in a call of this ABI";
	if (op->run == raw_poke && word() == NONE)
		return "not done on this architecture";
	if (skips && !(ptsi_features(tid) & PTSI_CAN_DONE))
		return "a skipped call's result has to be set at the exit stop";
	return NULL;
}

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

static double median(double ns[ROUNDS])
{
	qsort(ns, ROUNDS, sizeof ns[0], by_value);
	return ns[ROUNDS / 2];
}

/* Runs it once, too, so that the library knows what the kernel has. */
static void prepare(const struct op *op, ptsi_ptrace_fn *fn)
{
	struct ptsi_syscall_info info;

	ptsi_use(op->way);
	ptsi_set_ptrace(fn);
	need(ptsi_tracee_init(&followed, sizeof followed, tid, 0) == 0, "ptsi_tracee_init");
	need(ptsi_tracee_stop(&followed, wstatus, &info) > 0, "ptsi_tracee_stop");
	need(op->run(), op->name);
	if (op->undo)
		unskip();
}

/* Nanoseconds; what has to be undone is timed one by one, the clock's own time included. */
static double cost(const struct op *op)
{
	int batch = op->undo ? 1 : TIMES;
	double spent = 0;

	for (int i = 0; i < TIMES; i += batch) {
		double start = seconds();

		for (int k = 0; k < batch; k++)
			need(op->run(), op->name);
		spent += seconds() - start;
		if (op->undo)
			unskip();
	}
	return spent / TIMES * 1e9;
}

/* Returns whether the operation is over its budget of requests. */
static bool row(const struct op *op, double ns, double base)
{
	long calls;
	bool over;

	prepare(op, counting_ptrace);
	requests = 0;
	need(op->run(), op->name);
	calls = requests;
	over = op->calls && calls > op->calls;
	if (op->undo)
		unskip();
	printf("%6.0f %6ld", ns, calls);
	if (base > 0)
		printf("  %6.3f of %d", ns / base, op->base);
	if (base > 0 && op->budget > 0)
		printf("  %.2f %s", op->budget, ns <= op->budget * base ? "ok" : "OVER");
	if (op->calls)
		printf("  %d calls %s", op->calls, over ? "OVER" : "ok");
	return over;
}

/* Returns the number of operations over their budget of requests. */
static int table(const char *title, const struct op *ops, int n)
{
	static double ns[MAX_OPS][ROUNDS];
	const char *why[MAX_OPS];
	double medians[MAX_OPS];
	int over = 0;

	ptsi_use(PTSI_AUTO);
	ptsi_set_ptrace(NULL);
	for (int i = 0; i < n; i++)
		why[i] = missing(&ops[i]);
	for (int r = 0; r < ROUNDS; r++) {
		for (int i = 0; i < n; i++) {
			if (why[i])
				continue;
			prepare(&ops[i], NULL);
			ns[i][r] = cost(&ops[i]);
		}
	}
	printf("\n%-40s %6s %6s  %-11s  %s\n", title, "ns", "calls", "ratio", "budget");
	for (int i = 0; i < n; i++) {
		medians[i] = why[i] ? 0 : median(ns[i]);
		printf("%2d %-37s ", i + 1, ops[i].name);
		if (why[i])
			printf("not here: %s", why[i]);
		else
			over += row(&ops[i], medians[i], medians[ops[i].base - 1]);
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

	need(ptrace(PTRACE_TRACEME, 0, 0, 0) == 0, "PTRACE_TRACEME");
	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "PR_SET_NO_NEW_PRIVS");
	need(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0, "PR_SET_SECCOMP");
	raise(SIGSTOP);
	for (;;)
		syscall(SYS_getppid, 0L, 0L, 0L, 0L, 0L, 0L);
}

static void next_stop(void)
{
	need(ptrace(PTRACE_SYSCALL, tid, 0, 0) == 0, "PTRACE_SYSCALL");
	need(waitpid(tid, &wstatus, 0) == tid && WIFSTOPPED(wstatus), "waitpid");
}

/* On to the next stop of that kind. */
static void go_to(int op)
{
	do {
		next_stop();
		need(raw(GET, sizeof now, &now) > 0, "PTRACE_GET_SYSCALL_INFO");
	} while (now.op != op);
}

static double round_trip(void)
{
	static double ns[ROUNDS];

	for (int r = 0; r < ROUNDS; r++) {
		double start = seconds();

		for (int i = 0; i < TIMES; i++)
			next_stop();
		ns[r] = (seconds() - start) / TIMES * 1e9;
	}
	return median(ns);
}

#define TABLE(title, ops) table(title, ops, (int)(sizeof(ops) / sizeof(ops)[0]))

int main(void)
{
	cpu_set_t one;
	int over;

	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	need(sched_setaffinity(0, sizeof one, &one) == 0, "sched_setaffinity");
	tid = fork();
	need(tid >= 0, "fork");
	if (tid == 0)
		tracee();
	need(waitpid(tid, &wstatus, 0) == tid && WIFSTOPPED(wstatus), "a tracee");
	need(ptrace(PTRACE_SETOPTIONS, tid, 0,
		    PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL) == 0,
	     "PTRACE_SETOPTIONS");
	if (raw(GET, sizeof now, &now) < 0) {
		printf("not here: kernel has no PTRACE_GET_SYSCALL_INFO\n");
		return 77;
	}
	go_to(PTSI_SYSCALL_INFO_ENTRY);
	over = TABLE("at a syscall-entry-stop", at_entry);
	go_to(PTSI_SYSCALL_INFO_EXIT);
	over += TABLE("at a syscall-exit-stop", at_exit);
	go_to(PTSI_SYSCALL_INFO_SECCOMP);
	over += TABLE("at a SECCOMP stop", at_seccomp);
	printf("\nfor scale: to resume, stop and wait costs %.0f ns\n", round_trip());
	return over && BUDGETS_BIND ? EXIT_FAILURE : EXIT_SUCCESS;
}
