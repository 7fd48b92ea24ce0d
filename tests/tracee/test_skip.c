// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* A skipped call ends with the chosen result, whatever the tracee is resumed with. */
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "run.h"

/* What the marked call is to return; in the child's memory when it is forked. */
static struct {
	int64_t rval;
	bool is_error;
	int kind;           /* the stop at which it is skipped */
	int request;        /* resumed with */
	uint8_t op;         /* how the skip is asked for */
	unsigned minus_one; /* the tracee's own filter for nr -1 */
	bool own_filter;
} skip;

/* close(fd) of a descriptor that has to stay open. */
static void skipped_close(void)
{
	int fd = dup(2);
	long r;

	if (skip.own_filter || skip.kind == PTSI_STOP_SECCOMP)
		install_filter(skip.kind == PTSI_STOP_SECCOMP ? SECCOMP_RET_TRACE
							      : SECCOMP_RET_ALLOW,
			       skip.minus_one);
	errno = 0;
	r = marked(SYS_close, fd, 0, 0);
	NEED(skip.is_error ? r == -1 && errno == -skip.rval : r == skip.rval && errno == 0);
	NEED(fcntl(fd, F_GETFD) >= 0);
	_exit(0);
}

static int skip_it(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = {
		.op = skip.op,
		.exit = { .rval = skip.rval, .is_error = skip.is_error },
	};

	if (!is_marked(info) || kind != skip.kind)
		return kind == PTSI_STOP_SECCOMP || skip.kind == PTSI_STOP_SECCOMP ? PTRACE_CONT
										   : PTRACE_SYSCALL;
	if (skip.op == PTSI_SYSCALL_INFO_ENTRY) { /* by nr -1 */
		want = *info;
		want.entry.nr = UINT64_MAX;
	}
	ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	return skip.request;
}

static const struct {
	int64_t rval;
	bool is_error;
} results[] = {
	{ 0, false },
	{ 1, false },
	{ (long)0x123456789abcdef, false },
	{ LONG_MIN, false },
	{ -4097, false } /* the libc of arm and sh takes -4096 for an error */,
	{ -1, true },
	{ -38, true },
	{ -4095, true },
};

enum { N_RESULTS = sizeof results / sizeof results[0] };

/* every result, at both stops, resumed both ways, with all that the kernel may lack */
START_TEST(result_arrives)
{
	struct run r = { .child = skipped_close, .stop = skip_it };
	int i = _i;

	skip.rval = results[i % N_RESULTS].rval;
	skip.is_error = results[i % N_RESULTS].is_error;
	i /= N_RESULTS;
	skip.kind = i % 2 ? PTSI_STOP_ENTRY : PTSI_STOP_SECCOMP;
	i /= 2;
	skip.request = i % 2 ? PTRACE_CONT : PTRACE_SYSCALL;
	i /= 2;
	r.refused = i % N_REFUSED;
	i /= N_REFUSED;
	if (skip.kind == PTSI_STOP_SECCOMP && !has_filters())
		untested(NO_FILTERS);
	r.flags = i ? PTSI_HARMLESS_NR : 0;
	skip.op = _i % 2 ? PTSI_SYSCALL_INFO_SKIP : PTSI_SYSCALL_INFO_EXIT;
	skip.minus_one = SECCOMP_RET_ALLOW;
	if (skip.kind == PTSI_STOP_SECCOMP)
		r.request = PTRACE_CONT;
	run(&r);
}
END_TEST

/* nr -1 is -ENOSYS, in one call too */
START_TEST(minus_one_is_enosys)
{
	struct run r = { .child = skipped_close, .stop = skip_it, .refused = _i };

	skip.rval = -ENOSYS;
	skip.is_error = true;
	skip.kind = PTSI_STOP_ENTRY;
	skip.request = PTRACE_CONT;
	skip.op = PTSI_SYSCALL_INFO_ENTRY;
	run(&r);
}
END_TEST

/* The tracee's own filter sees nr -1 after the entry stop; its answer must not win. */
static const unsigned own[] = {
	SECCOMP_RET_ALLOW,
	SECCOMP_RET_ERRNO | EIO,
	SECCOMP_RET_TRACE,
	SECCOMP_RET_KILL_PROCESS,
};

enum { N_OWN = sizeof own / sizeof own[0] };

START_TEST(own_filter_is_overruled)
{
	struct run r = { .child = skipped_close, .stop = skip_it };
	struct outcome out;
	int i = _i;

	skip.own_filter = true;
	skip.rval = 4711;
	skip.kind = PTSI_STOP_ENTRY;
	skip.op = PTSI_SYSCALL_INFO_SKIP;
	skip.minus_one = own[i % N_OWN];
	i /= N_OWN;
	skip.request = i % 2 ? PTRACE_CONT : PTRACE_SYSCALL;
	i /= 2;
	r.refused = i % N_REFUSED;
	i /= N_REFUSED;
	r.flags = i ? PTSI_HARMLESS_NR : 0;
	if (skip.minus_one == SECCOMP_RET_KILL_PROCESS && !r.flags && FILTERS_SEE_SKIPS)
		r.killed_by = SIGSYS; /* what PTSI_HARMLESS_NR is for */
	out = run(&r);
	/* the stop that the filter asks for, for a number that the library wrote, isn't shown */
	ck_assert_int_eq(out.kinds[PTSI_STOP_SECCOMP], 0);
}
END_TEST

/* At most three requests with the reading, and no exit stop; two for a change of one field. */
static void budget_child(void)
{
	install_filter(SECCOMP_RET_TRACE, SECCOMP_RET_ALLOW);
	NEED(marked(SYS_getppid, 1, 2, 3) == getpid());
	NEED(marked(SYS_close, 3, 0, 0) == 42);
	NEED(marked(SYS_getppid, 1, 2, 3) == getpid());
	_exit(0);
}

static bool budget_has_get;

static int budget_stop(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = *info;
	static int n;
	long got = requests(); /* what ptsi_tracee_stop took */
	/* A 32-bit tracer on x86 has to look whether the tracee's code is 32-bit, too. */
	int look = sizeof(long) == 4;

	/*
	 * The event's message and the call's instruction, of two words at most; and the two native
	 * requests, which are tried anew where they are refused by another errno than EIO.
	 */
	if (!budget_has_get)
		look += 5;
	if (kind != PTSI_STOP_SECCOMP)
		return PTRACE_CONT;
	n++;
	if (n == 2) {
		want.op = PTSI_SYSCALL_INFO_SKIP;
		want.exit.rval = 42;
		want.exit.is_error = 0;
	} else {
		want.seccomp.nr = SYS_getpid;
	}
	ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	got += requests();
	if (n == 1) /* this one has to learn what the kernel has */
		return PTRACE_CONT;
	if (IS_X86)
		ck_assert_int_le(got, look + (n == 2 ? 3 : 2));
	else /* the budgets are x86's */
		ck_assert_int_le(got, 12);
	return PTRACE_CONT;
}

START_TEST(requests_are_few)
{
	struct run r = {
		.child = budget_child, .stop = budget_stop, .refused = _i, .request = PTRACE_CONT
	};
	struct outcome out;

	budget_has_get = r.refused != BOTH_REFUSED && kernel_has_get();
	if (!budget_has_get && !IS_X86)
		untested("the budget is of kernels that tell what a stop is about");
	out = run(&r);
	ck_assert_int_eq(out.kinds[PTSI_STOP_SECCOMP], 3);
	ck_assert_int_eq(out.kinds[PTSI_STOP_EXIT], 0);
	ck_assert_int_le(out.kinds[PTSI_STOP_OWN], IS_X86 ? 0 : 1);
}
END_TEST

/* While a result is owed the tracee can't be let go of. */
static void owed_child(void)
{
	NEED(marked(SYS_close, 0, 0, 0) == 5);
	_exit(0);
}

static int owed_stop(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	static const long refused[] = {
		PTRACE_DETACH,
		PTRACE_SINGLESTEP,
		31 /* SYSEMU */,
		32,
	};
	struct ptsi_syscall_info want = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.rval = 5 };

	if (kind != PTSI_STOP_ENTRY || !is_marked(info))
		return PTRACE_SYSCALL;
	ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	for (unsigned i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		ck_assert_int_eq(ptsi_tracee_resume(t, refused[i], 0), -1);
		ck_assert_int_eq(errno, EBUSY);
	}
	return PTRACE_CONT;
}

START_TEST(owed_is_busy)
{
	run(&(struct run){ .child = owed_child, .stop = owed_stop, .refused = _i });
}
END_TEST

/* A skip that is taken back: the call runs with its own arguments. */
static void unskipped_child(void)
{
	int fd = dup(2);

	NEED(marked(SYS_close, fd, 0, 0) == 0);
	NEED(fcntl(fd, F_GETFD) == -1);
	_exit(0);
}

static int unskip(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.rval = 5 };

	if (kind != PTSI_STOP_ENTRY || !is_marked(info))
		return PTRACE_SYSCALL;
	ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	if (ptsi_tracee_set(t, info) < 0) {
		ck_assert_int_eq(errno, EOPNOTSUPP);
		ck_assert(MAY_NOT_UNSKIP);
		kill(t->tid, SIGKILL);
	}
	return PTRACE_SYSCALL;
}

START_TEST(skip_is_taken_back)
{
	run(&(struct run){ .child = unskipped_child,
			   .stop = unskip,
			   .may_vanish = MAY_NOT_UNSKIP,
			   .refused = _i % N_REFUSED,
			   .flags = _i / N_REFUSED ? PTSI_HARMLESS_NR : 0 });
}
END_TEST

/* What is refused changes nothing and owes nothing. */
static int refuse(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct {
		struct ptsi_syscall_info want;
		int err;
	} bad[] = {
		{ { .op = PTSI_SYSCALL_INFO_SKIP, .exit = { -512, 1 } }, EINVAL },
		{ { .op = PTSI_SYSCALL_INFO_SKIP, .exit = { 1, 1 } }, EINVAL },
		{ { .op = PTSI_SYSCALL_INFO_SKIP, .flags = 1 }, EINVAL },
		{ { .op = PTSI_SYSCALL_INFO_SKIP, .arch = 1 }, EINVAL },
		{ { .op = PTSI_SYSCALL_INFO_SECCOMP }, EINVAL },
		{ { .op = PTSI_SYSCALL_INFO_ENTRY, .entry.nr = 1ULL << 32 }, ERANGE },
	};

	if (kind != PTSI_STOP_ENTRY || !is_marked(info))
		return PTRACE_SYSCALL;
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ck_assert_int_eq(ptsi_tracee_set(t, &bad[i].want), -1);
		ck_assert_int_eq(errno, bad[i].err);
	}
	return PTRACE_SYSCALL;
}

START_TEST(refused_owes_nothing)
{
	struct outcome out =
		run(&(struct run){ .child = unskipped_child, .stop = refuse, .refused = _i });

	ck_assert_int_eq(out.kinds[PTSI_STOP_OWN], 0);
}
END_TEST

/* PTSI_KEEP_ARGS: what a call's registers hold afterwards, seen by the program. */
#if defined __x86_64__ && defined __LP64__
static long rdi_after, rdx_after;

static long raw(long nr, long a, long b, long c)
{
	register long r10 __asm__("r10") = MARK, r8 __asm__("r8") = MARK, r9 __asm__("r9") = MARK;
	long r = nr;

	__asm__ volatile("syscall"
			 : "+a"(r), "+D"(a), "+S"(b), "+d"(c)
			 : "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	rdi_after = a;
	rdx_after = c;
	return r;
}

static bool keeps;

static void kept_child(void)
{
	char buf[8] = "12345678";
	int p[2];

	NEED(pipe(p) == 0);
	NEED(raw(SYS_write, p[1] + 100, (long)buf, 3) == 5);
	NEED(rdi_after == (keeps ? p[1] + 100 : p[1]));
	NEED(rdx_after == (keeps ? 3 : 5));
	_exit(0);
}

static int change_write(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = *info;

	/* the registers that mark it keep what they hold until other calls */
	if (kind == PTSI_STOP_ENTRY && is_marked(info) && info->entry.nr == SYS_write) {
		want.entry.args[0] -= 100;
		want.entry.args[2] = 5;
		ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	}
	return PTRACE_SYSCALL;
}

START_TEST(args_are_put_back)
{
	keeps = _i / N_REFUSED;
	run(&(struct run){ .child = kept_child,
			   .stop = change_write,
			   .refused = _i % N_REFUSED,
			   .flags = keeps ? PTSI_KEEP_ARGS : 0 });
}
END_TEST

/* execve starts with clean registers, which must not be filled with the old program's. */
static char self_path[] = SELF, nothing_else[] = NOTHING_ELSE;

static void kept_exec(void)
{
	char *argv[] = { self_path, nothing_else, NULL }, *env[] = { NULL };

	raw(SYS_execve, (long)"/bin/false", (long)argv, (long)env);
	_exit(1);
}

static int change_exec(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	static bool done;
	struct ptsi_syscall_info want = *info;
	uint64_t regs[27];
	struct iovec iov = { regs, sizeof regs };

	if (kind == PTSI_STOP_ENTRY && is_marked(info)) {
		want.entry.args[0] = (uint64_t)(uintptr_t)self_path;
		ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
		done = true;
	} else if (kind == PTSI_STOP_EXIT && done) {
		ck_assert_int_eq(ptrace(PTRACE_GETREGSET, t->tid, 1, &iov), 0);
		ck_assert_uint_eq(regs[14] | regs[13] | regs[12], 0); /* rdi, rsi, rdx */
		done = false;
	}
	return PTRACE_SYSCALL;
}

START_TEST(exec_is_left_alone)
{
	run(&(struct run){
		.child = kept_exec, .stop = change_exec, .refused = _i, .flags = PTSI_KEEP_ARGS });
}
END_TEST

/* rt_sigreturn and clone with changed arguments; the handler's frame restores all registers. */
static volatile sig_atomic_t handled;

static void handler(int sig)
{
	handled = sig;
}

static void kept_others(void)
{
	struct sigaction sa = { .sa_handler = handler };
	int st;
	pid_t p;

	NEED(sigaction(SIGUSR1, &sa, NULL) == 0);
	for (int i = 0; i < 5; i++) {
		NEED(raise(SIGUSR1) == 0 && handled == SIGUSR1);
		p = (pid_t)raw(SYS_clone, SIGCHLD | 0x100000000, 0, 0);
		if (p == 0)
			_exit(rdi_after == SIGCHLD ? 3 : 4); /* the child has what was set */
		NEED(p > 0 && rdi_after == (SIGCHLD | 0x100000000));
		NEED(waitpid(p, &st, 0) == p && WEXITSTATUS(st) == 3);
	}
	_exit(0);
}

static int change_clone(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = *info;

	if (kind != PTSI_STOP_ENTRY)
		return PTRACE_SYSCALL;
	if (is_marked(info) && info->entry.nr == SYS_clone)
		want.entry.args[0] = SIGCHLD;
	else if (info->entry.nr == SYS_rt_sigreturn)
		want.entry.args[1] = 77; /* an argument that it doesn't have */
	ck_assert_int_eq(ptsi_tracee_set(t, &want), 0);
	return PTRACE_SYSCALL;
}

START_TEST(clone_and_sigreturn_are_harmless)
{
	run(&(struct run){ .child = kept_others,
			   .stop = change_clone,
			   .refused = _i,
			   .flags = PTSI_KEEP_ARGS });
}
END_TEST
#endif

Suite *skip_suite(void)
{
	Suite *s = suite_create("skip");
	TCase *tc = tcase_create("skip");

	tcase_set_timeout(tc, 20);
	add_loop(tc, result_arrives, 0, N_RESULTS * 2 * 2 * N_REFUSED * 2);
	add_loop(tc, minus_one_is_enosys, 0, N_REFUSED);
	if (has_filters()) {
		add_loop(tc, own_filter_is_overruled, 0, N_OWN * 2 * N_REFUSED * 2);
		add_loop(tc, requests_are_few, 0, N_REFUSED);
	}
	add_loop(tc, owed_is_busy, 0, N_REFUSED);
	add_loop(tc, skip_is_taken_back, 0, N_REFUSED * 2);
	add_loop(tc, refused_owes_nothing, 0, N_REFUSED);
	suite_add_tcase(s, tc);
#if defined __x86_64__ && defined __LP64__
	tc = tcase_create("kept arguments");
	add_loop(tc, args_are_put_back, 0, N_REFUSED * 2);
	add_loop(tc, exec_is_left_alone, 0, N_REFUSED);
	add_loop(tc, clone_and_sigreturn_are_harmless, 0, N_REFUSED);
	suite_add_tcase(s, tc);
#endif
	return s;
}
