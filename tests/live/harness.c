// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Tracees from their start to their end. */
#include "live.h"

#define OPTIONS (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL)

static char dir[4096];

void live_dir(const char *program)
{
	const char *env = getenv("PTSI_TRACEES"), *slash = strrchr(program, '/');

	if (env)
		snprintf(dir, sizeof dir, "%s", env);
	else
		snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - program) : 1,
			 slash ? program : ".");
}

void runs_path(char *path, size_t size)
{
	snprintf(path, size, "%s/runs", dir);
}

void tracee_path(char *path, size_t size)
{
	snprintf(path, size, "%s/tracee-%s", dir, live_abi);
}

/* Resumed without that signal it would crash for ever. */
static bool crashed(int wstatus)
{
	int sig = WIFSTOPPED(wstatus) ? wstatus >> 8 : 0;

	return sig == SIGSEGV || sig == SIGBUS || sig == SIGILL || sig == SIGFPE;
}

void resume(pid_t tid, int request, int sig)
{
	MUST(syscall(SYS_ptrace, (long)request, (long)tid, 0L, (long)sig) == 0);
	way_resumed(tid, request);
}

int await(pid_t tid)
{
	int wstatus;

	MUST(waitpid(tid, &wstatus, __WALL) == tid);
	way_stopped(tid, wstatus);
	return wstatus;
}

int go(pid_t tid, int request, int sig)
{
	int wstatus;

	resume(tid, request, sig);
	wstatus = await(tid);
	if (crashed(wstatus))
		ck_abort_msg("tracee crashed, wstatus %#x", wstatus);
	return wstatus;
}

static void go_to_stop(pid_t tid, int request, int *wstatus, struct ptsi_syscall_info *info)
{
	*wstatus = go(tid, request, 0);
	if (!WIFSTOPPED(*wstatus))
		ck_abort_msg("tracee ended, wstatus %#x", *wstatus);
	raw_get(tid, info);
}

int go_to(pid_t tid, int op)
{
	struct ptsi_syscall_info info;
	int wstatus;

	do
		go_to_stop(tid, PTRACE_SYSCALL, &wstatus, &info);
	while (info.op != op);
	return wstatus;
}

static void next_of_kind(const struct target *t, struct ptsi_syscall_info *info)
{
	int wstatus;

	do
		go_to_stop(t->tid, t->kind == SECCOMP ? PTRACE_CONT : PTRACE_SYSCALL, &wstatus,
			   info);
	while (info->op != t->kind);
}

static bool is_marker(const struct ptsi_syscall_info *info)
{
	return (uint32_t)info->entry.args[0] == UINT32_MAX && info->entry.args[1] == MARK;
}

void next_target(struct target *t)
{
	struct ptsi_syscall_info info;

	do
		next_of_kind(t, &info);
	while (!is_marker(&info));
	t->right = info.entry.args[2];
	t->wrong = info.entry.args[3];
	t->p = info.entry.args[4];
	t->q = info.entry.args[5];
	next_of_kind(t, &info);
}

/* The child waits until it is seized. */
static void exec_tracee(int ready, const char *const argv[])
{
	char path[sizeof dir + 64], c;
	ssize_t n;

	tracee_path(path, sizeof path);
	do /* PTRACE_INTERRUPT may interrupt it for good: sparc (7.2), nios2 */
		n = read(ready, &c, 1);
	while (n < 0 && was_interrupted());
	if (n == 1)
		execv(path, (char *const *)(uintptr_t)argv);
	_exit(9);
}

/*
 * To the program's beginning; false: it was killed there.  Of 32-bit programs riscv's 64-bit kernel
 * (7.2) kills one in 2048, whose stack ends at 2 GiB: STACK_TOP is that, but the last page is
 * beyond TASK_SIZE_32 (asm/processor.h and asm/pgtable.h), and create_elf_tables fails with EFAULT.
 */
static bool executed(pid_t tid)
{
#ifdef __riscv
	int wstatus;

	if (word_size() == 8)
		return true;
	MUST(option_set(tid, PTRACE_O_TRACEEXEC) == 0);
	do {
		resume(tid, PTRACE_CONT, 0);
		wstatus = await(tid);
		MUST(WIFSTOPPED(wstatus));
	} while (WSTOPSIG(wstatus) != SIGSEGV && wstatus >> 16 != PTRACE_EVENT_EXEC);
	if (WSTOPSIG(wstatus) == SIGSEGV) {
		MUST(kill(tid, SIGKILL) == 0 && waitpid(tid, &wstatus, __WALL) == tid);
		return false;
	}
	MUST(option_set(tid, 0) == 0);
#else
	(void)tid;
#endif
	return true;
}

static void start_program(struct target *t, const char *const argv[])
{
	int ready[2];

	MUST(pipe(ready) == 0);
	t->tid = fork();
	MUST(t->tid >= 0);
	if (t->tid == 0) {
		close(ready[1]);
		exec_tracee(ready[0], argv);
	}
	close(ready[0]);
	MUST(ptrace(PTRACE_SEIZE, t->tid, 0, OPTIONS) == 0);
	MUST(ptrace(PTRACE_INTERRUPT, t->tid, 0, 0) == 0);
	MUST(write(ready[1], "", 1) == 1);
	close(ready[1]);
	MUST(WIFSTOPPED(await(t->tid)));
}

void start(struct target *t, int kind, const char *const params[])
{
	const char *argv[12] = { "tracee", kind == SECCOMP ? "seccomp" : "none" };

	if (kind == SECCOMP && !has_filters())
		untested(NO_FILTERS);
	for (int n = 2; (argv[n] = *params); n++)
		params++;
	ptsi_use(live_way);
	t->kind = kind;
	do
		start_program(t, argv);
	while (!executed(t->tid));
	next_target(t);
}

struct target start_rounds(int kind, const char *what, long long param)
{
	struct target t;
	char number[32];

	snprintf(number, sizeof number, "%lld", param);
	start(&t, kind, (const char *const[]){ "rounds", what, number, NULL });
	return t;
}

void finish(pid_t tid)
{
	int wstatus;

	do
		wstatus = go(tid, PTRACE_CONT, 0);
	while (WIFSTOPPED(wstatus));
	if (wstatus)
		ck_abort_msg("tracee: wstatus %#x", wstatus);
}

void tell(const struct target *t, long told)
{
	long long value = told;

	for (size_t i = 0; i < sizeof value; i += sizeof(long)) {
		long word;

		memcpy(&word, (char *)&value + i, sizeof word);
		MUST(ptrace(PTRACE_POKEDATA, t->tid, (long)(t->p + i), word) == 0);
	}
}

void finish_told(const struct target *t, bool changed)
{
	tell(t, TOLD_LAST | (changed ? TOLD_CHANGED : 0));
	finish(t->tid);
}

long option_set(pid_t tid, long more)
{
	return ptrace(PTRACE_SETOPTIONS, tid, 0, OPTIONS | more);
}

int known(pid_t tid, int answer)
{
	if (answer == -1 && errno == EOPNOTSUPP && !knows_stop(tid))
		untested(NOT_KNOWN);
	return answer;
}

/* Zeroed first: valgrind doesn't know that the request writes there. */
int get(pid_t tid, struct ptsi_syscall_info *info)
{
	memset(info, 0, sizeof *info);
	return known(tid, ptsi_get_syscall_info(tid, sizeof *info, info));
}

int set(pid_t tid, const struct ptsi_syscall_info *info)
{
	return known(tid, ptsi_set_syscall_info(tid, sizeof *info, info));
}

int repeat_syscall(pid_t tid, const struct ptsi_syscall_info *entry)
{
	return known(tid, ptsi_repeat_syscall(tid, entry));
}

int features_of(pid_t tid)
{
	return known(tid, ptsi_features(tid));
}

int set_result(pid_t tid, uint8_t op, int64_t rval, bool is_error)
{
	struct ptsi_syscall_info info = { .op = op,
					  .exit = { .rval = rval, .is_error = is_error } };

	return set(tid, &info);
}

void result_is(pid_t tid, int64_t rval)
{
	struct ptsi_syscall_info info;

	raw_get(tid, &info);
	ck_assert_int_eq(info.op, EXIT);
	ck_assert_int_eq(info.exit.rval, rval);
}

void leave_out(struct ptsi_syscall_info *info)
{
	info->arch = 0;
	info->instruction_pointer = info->stack_pointer = 0;
}

/* int $0x80 in 64-bit code: the kernel tells the whole registers, a new value is of 32 bits. */
uint64_t put_right(uint64_t arg)
{
	return int80() ? (uint32_t)(arg - WRONG) : arg - WRONG;
}

uint64_t copy_stack(pid_t tid, uint64_t sp, int further)
{
	enum { COPIED = 1024 };
#if defined __sparc__ && defined __arch64__
	uint64_t bias = word_size() == 8 ? 2047 : 0;
#else
	uint64_t bias = 0;
#endif
	uint64_t to = STACK_GROWS_UP ? sp + (unsigned)further : sp - (unsigned)further;

	for (int i = 0; i < COPIED; i += (int)sizeof(long)) {
		long word, at = (long)bias + (STACK_GROWS_UP ? i - COPIED : i);

		if (syscall(SYS_ptrace, PTRACE_PEEKDATA, (long)tid, (long)sp + at, &word) < 0)
			continue; /* beyond the end of the stack */
		ck_assert_int_eq(ptrace(PTRACE_POKEDATA, tid, (long)to + at, word), 0);
	}
	return to;
}

/* Also with arch, ip and sp left out.  At a stop of no call there is nothing to set. */
void identity(pid_t tid)
{
	struct ptsi_syscall_info info;
	struct snapshot before;

	snapshot(tid, &before);
	ck_assert_int_eq(get(tid, &info), before.size);
	ck_assert_mem_eq(&info, &before.info, sizeof info);
	for (int i = 0; i < 2; i++) {
		if (info.op == NONE) {
			ck_assert_int_eq(set(tid, &info), -1);
			ck_assert_int_eq(errno, EINVAL);
		} else {
			ck_assert_int_eq(set(tid, &info), PTSI_DONE);
		}
		unchanged(tid, &before);
		/* the kernel's request sign-extends the -1 that int $0x80 has zero-extended */
		if (int80() && info.op != NONE && info.entry.nr == UINT64_MAX)
			break;
		leave_out(&info);
	}
}

/* ESRCH for a thread that is gone, runs, or isn't the caller's tracee. */
void no_tracee(pid_t tid)
{
	struct ptsi_syscall_info info;
	struct ptsi_abi_info abi;

	ck_assert(get(tid, &info) == -1 && errno == ESRCH);
	ck_assert(set_result(tid, EXIT, 0, false) == -1 && errno == ESRCH);
	ck_assert(set_result(tid, SKIP, 0, false) == -1 && errno == ESRCH);
	info = (struct ptsi_syscall_info){ .op = ENTRY, .entry = { .nr = 1 } };
	ck_assert(set(tid, &info) == -1 && errno == ESRCH);
	info.stack_pointer = 8;
	ck_assert(set(tid, &info) == -1 && errno == ESRCH);
	ck_assert(ptsi_repeat_syscall(tid, &info) == -1 && errno == ESRCH);
	ck_assert(ptsi_features(tid) == -1 && errno == ESRCH);
	ck_assert(ptsi_abi_info(tid, sizeof abi, &abi) == -1 && errno == ESRCH);
}
