// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* New programs, new tasks, and killed ones. */
#include "live.h"

static struct target start_exec(const char *ret)
{
	struct target t;

	start(&t, ENTRY, (const char *const[]){ "exec", ret, NULL });
	ck_assert_int_eq(option_set(t.tid, PTRACE_O_TRACEEXEC), 0);
	return t;
}

/* From the entry stop of an execve that succeeds to the end of the new program. */
static void finish_exec(pid_t tid)
{
	struct ptsi_syscall_info info;

	ck_assert_int_eq(go(tid, PTRACE_SYSCALL, 0) >> 8, SIGTRAP | PTRACE_EVENT_EXEC << 8);
	identity(tid);
	go_to(tid, EXIT);
	identity(tid);
	result_is(tid, 0);
	ck_assert_int_eq(set_result(tid, EXIT, 0x1234, false), PTSI_DONE);
	ck_assert_int_eq(get(tid, &info), 33);
	ck_assert_int_eq(info.exit.rval, 0x1234);
	result_is(tid, 0x1234);
	/* which a program takes for a function to call at its end, where the register is its first
	 */
	ck_assert_int_eq(set_result(tid, EXIT, 0, false), PTSI_DONE);
	finish(tid);
}

START_TEST(exec_of_another_path)
{
	struct target t = start_exec("0");
	struct ptsi_syscall_info info;

	ck_assert_int_eq(get(t.tid, &info), 80);
	ck_assert_uint_eq(info.entry.args[0], t.p);
	info.entry.args[0] = t.q;
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	finish_exec(t.tid);
}
END_TEST

static void overwrite_path(const struct target *t)
{
	static const char self[16] = "/proc/self/exe";

	for (size_t i = 0; i < sizeof self; i += sizeof(long)) {
		long word;

		memcpy(&word, self + i, sizeof word);
		ck_assert_int_eq(ptrace(PTRACE_POKEDATA, t->tid, (long)(t->p + i), word), 0);
	}
}

START_TEST(exec_of_an_overwritten_path)
{
	struct target t = start_exec("0");

	overwrite_path(&t);
	identity(t.tid);
	finish_exec(t.tid);
}
END_TEST

START_TEST(failed_exec_result)
{
	struct target t = start_exec("0");

	go_to(t.tid, EXIT);
	result_is(t.tid, -ENOENT);
	ck_assert_int_eq(set_result(t.tid, EXIT, 0, false), PTSI_DONE);
	finish(t.tid);
}
END_TEST

/* An entry of before the execve can't be repeated after it. */
START_TEST(exec_not_repeated)
{
	struct target t = start_exec("0");
	struct ptsi_syscall_info info;

	ck_assert_int_eq(get(t.tid, &info), 80);
	overwrite_path(&t);
	go_to(t.tid, EXIT);
	ck_assert_int_eq(repeat_syscall(t.tid, &info), -1);
	ck_assert_int_eq(errno, EINVAL);
	finish(t.tid);
}
END_TEST

/* The new task is at its first stop; to its close, which is skipped, and to its end. */
static void finish_child(pid_t tid)
{
	struct target child = { .tid = tid, .kind = ENTRY };

	await(tid);
	identity(tid);
	next_target(&child);
	ck_assert_int_eq(set_result(tid, SKIP, 0x77, false), PTSI_AT_EXIT);
	go_to(tid, EXIT);
	ck_assert_int_eq(set_result(tid, EXIT, 0x77, false), PTSI_DONE);
	finish(tid);
}

START_TEST(forks)
{
	struct target t;
	unsigned long child;

	start(&t, ENTRY, (const char *const[]){ _i ? "vfork" : "fork", "0x1234", NULL });
	ck_assert_int_eq(option_set(t.tid, PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK), 0);
	ck_assert_int_eq(go(t.tid, PTRACE_SYSCALL, 0) >> 8,
			 SIGTRAP | (_i ? PTRACE_EVENT_VFORK : PTRACE_EVENT_FORK) << 8);
	identity(t.tid);
	ck_assert_int_eq(ptrace(PTRACE_GETEVENTMSG, t.tid, 0, &child), 0);
	if (_i) /* the parent comes back when the child is gone */
		resume(t.tid, PTRACE_SYSCALL, 0);
	finish_child((pid_t)child);
	if (_i) {
		int wstatus = await(t.tid);

		while (WSTOPSIG(wstatus) == SIGCHLD)
			wstatus = go(t.tid, PTRACE_SYSCALL, 0);
	} else {
		go_to(t.tid, EXIT);
	}
	result_is(t.tid, (int64_t)child);
	ck_assert_int_eq(set_result(t.tid, EXIT, 0x1234, false), PTSI_DONE);
	finish(t.tid);
}
END_TEST

/* To the entry of the thread's next lseek; false: it is gone. */
static bool to_seek(pid_t tid, uint64_t lseek_nr, struct ptsi_syscall_info *info)
{
	do {
		int wstatus = go(tid, PTRACE_SYSCALL, 0);

		if (!WIFSTOPPED(wstatus))
			return false;
		raw_get(tid, info);
	} while (info->op != ENTRY || info->entry.nr != lseek_nr || info->entry.args[3] != MARK);
	return true;
}

/* Both threads are stopped; the change of one leaves every register of the other alone. */
static void change_one(pid_t tid, pid_t other, const struct ptsi_syscall_info *info)
{
	unsigned char before[512], after[512];
	size_t len = raw_regs(other, before);

	ck_assert_int_eq(set(tid, info), PTSI_DONE);
	ck_assert_uint_eq(raw_regs(other, after), len);
	ck_assert_mem_eq(before, after, len);
}

/* Thread 0's offset is put right, while thread 1 gets another result. */
START_TEST(threads)
{
	struct target t;
	pid_t tid[2];
	struct ptsi_syscall_info info[2];
	unsigned long other;
	int wstatus;

	start(&t, ENTRY, (const char *const[]){ "threads", NULL });
	ck_assert_int_eq(option_set(t.tid, PTRACE_O_TRACECLONE), 0);
	tid[0] = t.tid;
	do
		wstatus = go(t.tid, PTRACE_SYSCALL, 0);
	while (wstatus >> 8 != (SIGTRAP | PTRACE_EVENT_CLONE << 8));
	ck_assert_int_eq(ptrace(PTRACE_GETEVENTMSG, t.tid, 0, &other), 0);
	tid[1] = (pid_t)other;
	await(tid[1]);
	for (int i = 0; i < 50; i++) {
		ck_assert(to_seek(tid[0], t.right, &info[0]));
		ck_assert(to_seek(tid[1], t.right, &info[1]));
		ck_assert_uint_eq(info[0].entry.args[4], 0);
		ck_assert_uint_eq(info[1].entry.args[4], 1);
		info[0].entry.args[1] -= 0x100;
		change_one(tid[0], tid[1], &info[0]);
		go_to(tid[1], EXIT);
		raw_get(tid[1], &info[1]);
		info[1].exit.rval += 0x100;
		change_one(tid[1], tid[0], &info[1]);
	}
	ck_assert(!to_seek(tid[1], t.right, &info[1]));
	finish(t.tid);
}
END_TEST

START_TEST(detached)
{
	struct target t = start_exec("-2");

	ck_assert_int_eq(ptrace(PTRACE_DETACH, t.tid, 0, 0), 0);
	no_tracee(t.tid);
	ck_assert_int_eq(kill(t.tid, SIGKILL) < 0 && errno != ESRCH, 0);
	waitpid(t.tid, NULL, 0);
	no_tracee(t.tid);
	no_tracee(getppid());
}
END_TEST

/* Operations on a tracee that is killed in their midst. */
static int op_get(pid_t tid, struct target *t, struct ptsi_syscall_info *info)
{
	(void)t;
	return get(tid, info) < 0 ? -1 : 0;
}

static int op_features(pid_t tid, struct target *t, struct ptsi_syscall_info *info)
{
	struct ptsi_abi_info abi;

	(void)t;
	(void)info;
	return ptsi_features(tid) < 0 || ptsi_abi_info(tid, sizeof abi, &abi) < 0 ? -1 : 0;
}

static int op_nr(pid_t tid, struct target *t, struct ptsi_syscall_info *info)
{
	info->entry.nr = t->wrong;
	return set(tid, info);
}

static int op_sp_and_args(pid_t tid, struct target *t, struct ptsi_syscall_info *info)
{
	(void)t;
	info->stack_pointer += 16;
	info->entry.args[2] += 2;
	info->entry.args[3] += 2;
	return set(tid, info);
}

static int op_skip(pid_t tid, struct target *t, struct ptsi_syscall_info *info)
{
	int r = set_result(tid, SKIP, -EROFS, true);

	(void)t;
	(void)info;
	return r == PTSI_AT_EXIT ? 0 : r;
}

enum { OP_NR = 2 };

static int (*const ops[])(pid_t tid, struct target *t, struct ptsi_syscall_info *info) = {
	op_get, op_features, [OP_NR] = op_nr, op_sp_and_args, op_skip,
};

enum { N_OPS = sizeof ops / sizeof ops[0] };

/*
 * SIGKILL before operation `when`, at once or some time ago: no call ever runs; or, where the
 * dead make calls, only the one that it has not been changed from.
 */
START_TEST(killed)
{
	int when = _i % (N_OPS + 1), kind = (_i / (N_OPS + 1)) % 2 ? SECCOMP : ENTRY, fd[2],
	    wstatus;
	bool late = _i / (N_OPS + 1) / 2;
	struct ptsi_syscall_info info;
	struct target t;
	char number[16], c;

	ck_assert_int_eq(pipe(fd), 0);
	snprintf(number, sizeof number, "%d", fd[1]);
	start(&t, kind, (const char *const[]){ "byte", number, NULL });
	close(fd[1]);
	raw_get(t.tid, &info);
	for (int i = 0; i < N_OPS; i++) {
		int r;

		if (i == when) {
			ck_assert_int_eq(kill(t.tid, SIGKILL), 0);
			if (late)
				sleep_ms(2);
		}
		r = ops[i](t.tid, &t, &info);
		if (r < 0 && i >= when)
			ck_assert_msg(errno == ESRCH || errno == EINVAL, "%s", strerror(errno));
		else
			ck_assert_int_eq(r, 0);
	}
	if (when == N_OPS)
		ck_assert_int_eq(kill(t.tid, SIGKILL), 0);
	ptrace(PTRACE_CONT, t.tid, 0, 0);
	ck_assert_int_eq(waitpid(t.tid, &wstatus, __WALL), t.tid);
	ck_assert(WIFSIGNALED(wstatus));
	ck_assert_int_eq(WTERMSIG(wstatus), SIGKILL);
	ck_assert_int_eq(read(fd[0], &c, 1), DEAD_MAKE_CALLS && when <= OP_NR ? 1 : 0);
	no_tracee(t.tid);
}
END_TEST

Suite *tasks_suite(void)
{
	Suite *s = suite_create("tasks");
	TCase *tc = tcase_create("execve, forks, threads, SIGKILL");

	tcase_set_timeout(tc, 20);
	if (settable_args() & 1)
		tcase_add_test(tc, exec_of_another_path);
	tcase_add_test(tc, exec_of_an_overwritten_path);
	tcase_add_test(tc, failed_exec_result);
	tcase_add_test(tc, exec_not_repeated);
	add_loop(tc, forks, 0, vforks() ? 2 : 1);
	tcase_add_test(tc, threads);
	tcase_add_test(tc, detached);
	add_loop(tc, killed, 0, 4 * (N_OPS + 1));
	suite_add_tcase(s, tc);
	return s;
}
