// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include "live.h"

#include <sys/utsname.h>

#define OPTIONS (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL)

const char *live_abi;
int live_way;
bool live_has_set;
static char dir[4096];

bool marks_stops(void)
{
#if defined __arm__ || defined __aarch64__
	return true;
#else
	return false;
#endif
}

bool result_is_first(void)
{
#if defined __arm__ || defined __aarch64__ || defined __riscv
	return true;
#else
	return false;
#endif
}

/* syscall_get_arguments takes it from where it was when the call was entered. */
bool tells_first(void)
{
#if defined __aarch64__ || defined __riscv
	return word_size() == 4 || (live_has_set && live_way != PTSI_REGISTERS);
#else
	return true;
#endif
}

/* powerpc's went with generic entry code, some time before PTRACE_SET_SYSCALL_INFO came */
bool keeps_result(void)
{
#if defined __s390__ || defined __mips__
	return false;
#elif defined __powerpc__
	return !live_has_set;
#else
	return true;
#endif
}

static bool o32(void)
{
#if defined __mips__ && _MIPS_SIM == _MIPS_SIM_ABI32
	return true;
#elif defined __mips__
	return word_size() == 4;
#else
	return false;
#endif
}

static bool kernel_is_64(void)
{
	struct utsname u;

	return sizeof(long) == 8 || (uname(&u) == 0 && strcmp(u.machine, "mips64") == 0);
}

/* In no regset: riscv's first, and of a 32-bit mips kernel those that are on the stack. */
int args_by_registers(void)
{
#if defined __riscv
	return 62;
#endif
	return o32() && !kernel_is_64() ? 15 : 63;
}

/* mips: not those of o32 on a 64-bit kernel, which would extend them the wrong way */
bool native_args(void)
{
	return !ARGS_BY_REGISTERS && (!o32() || !kernel_is_64());
}

int settable_args(void)
{
	bool native = live_has_set && live_way != PTSI_REGISTERS && native_args();

	return native ? 63 : args_by_registers();
}

/* powerpc: not on 7.2, which loses number and arguments on the way back to the program */
bool repeats(void)
{
#ifdef __powerpc__
	return !live_has_set;
#else
	return CALLS_REPEAT;
#endif
}

/* musl has none for openrisc and riscv32 */
bool vforks(void)
{
#if defined __hppa__ || defined __or1k__
	return false;
#elif defined __riscv
	return word_size() == 8;
#else
	return true;
#endif
}

/* riscv: the result may have taken the place of an argument that can't be set */
bool unskips(void)
{
#if defined __riscv
	return settable_args() == 63;
#elif defined __sparc__ /* a 64-bit kernel would take the number for that of a 64-bit call */
	return word_size() == 8;
#else
	return true;
#endif
}

/* o32's stack isn't written */
int repeatable_args(void)
{
	return o32() ? 15 : 63;
}

bool int80(void)
{
	return strcmp(live_abi, "int80") == 0;
}

static const struct abi abis[] = {
	{ "x86_64", "x86_64", "X86_64", 0xc000003e, 8, 8 },
	{ "i386", "i386", "I386", 0x40000003, 4, 4 },
	{ "int80", "i386", "I386", 0x40000003, 4, 4 },
	{ "x32", "x32", "X86_64", 0xc000003e, 4, 8 },
	{ "armhf", "arm", "ARM", 0x40000028, 4, 4 },
	{ "armel", "arm", "ARM", 0x40000028, 4, 4 },
	{ "mipsel", "o32", "MIPSEL", 0x40000008, 4, 4 },
	{ "mipsn32el", "n32", "MIPSEL64N32", 0xe0000008, 4, 8 },
	{ "mips", "o32", "MIPS", 8, 4, 4 },
	{ "mipsn32", "n32", "MIPS64N32", 0xa0000008, 4, 8 },
	{ "powerpc", "ppc", "PPC", 20, 4, 4 },
	{ "riscv32", "riscv32", "RISCV64", 0xc00000f3, 4, 4 },
	{ "s390", "s390", "S390", 22, 4, 4 },
	{ "sparc", "sparc", "SPARC", 2, 4, 4 },
};

const struct abi *abi(void)
{
	for (size_t i = 0; i < sizeof abis / sizeof abis[0]; i++)
		if (strcmp(abis[i].live, live_abi) == 0)
			return &abis[i];
	if (strcmp(live_abi, "native") != 0)
		ck_abort_msg("no such ABI: %s", live_abi);
	return NULL;
}

int word_size(void)
{
#if defined __mips__ && _MIPS_SIM == _ABIN32
	return abi() ? abi()->value : 8;
#else
	return abi() ? abi()->value : (int)sizeof(long);
#endif
}

bool is_told(int64_t rval)
{
	if (word_size() == 4)
		return rval == (int32_t)rval || rval == (int64_t)(uint32_t)rval;
#ifdef __mips__ /* n32's programs have it sign-extended in their registers, and see that */
	if ((abi() ? abi()->pointer : (int)sizeof(long)) == 4)
		return rval == (int32_t)rval;
#endif
	return true;
}

void live_dir(const char *program)
{
	const char *env = getenv("PTSI_TRACEES"), *slash = strrchr(program, '/');

	if (env)
		snprintf(dir, sizeof dir, "%s", env);
	else
		snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - program) : 1,
			 slash ? program : ".");
}

void tracee_path(char *path, size_t size)
{
	snprintf(path, size, "%s/tracee-%s", dir, live_abi);
}

/*
 * Up to 6.13 mips' kernel tells something else for the arguments from the stack: a 64-bit kernel
 * has them in R8 and R9, in the regset of 32-bit words.
 */
static void mend_stack_args(pid_t tid, struct ptsi_syscall_info *info)
{
	uint32_t regs[128];

	if (!o32() || live_has_set || (info->op != ENTRY && info->op != SECCOMP))
		return;
	if (kernel_is_64())
		raw_regs(tid, (unsigned char *)regs);
	for (int i = 4; i < 6; i++) {
		long word = 0;

		if (!kernel_is_64())
			MUST(syscall(SYS_ptrace, PTRACE_PEEKDATA, (long)tid,
				     (long)info->stack_pointer + 4 * i, &word) == 0);
		info->entry.args[i] = kernel_is_64() ? regs[10 + i] : (unsigned long)word;
	}
}

int raw_get(pid_t tid, struct ptsi_syscall_info *info)
{
	/* longer than the structure: test_fallback.c has a filter that tells requests by size */
	struct {
		struct ptsi_syscall_info info;
		char more[8];
	} buf;
	long r;

	memset(&buf, 0, sizeof buf);
	r = syscall(SYS_ptrace, RAW_GET, (long)tid, sizeof buf, &buf);
	MUST(r >= 0);
	*info = buf.info;
#ifdef __s390__ /* the kernel keeps 16 bits of a number that was set */
	if ((info->op == ENTRY || info->op == SECCOMP) && info->entry.nr == 0xffff)
		info->entry.nr = UINT64_MAX;
	if (info->op == EXIT && word_size() == 4) /* a 31-bit tracer writes the lower half */
		info->exit.rval = (int32_t)info->exit.rval;
#endif
#ifdef __riscv
	/*
	 * SETREGSET zero-extends all registers of a 32-bit tracee of a 64-bit kernel, and a0 as a
	 * whole is asked for an error then (cregs_to_regs and syscall_get_error in
	 * arch/riscv/include/asm, 6.12 and 7.2); the program sees the lower half.
	 */
	if (info->op == EXIT && word_size() == 4 && info->exit.rval <= UINT32_MAX &&
	    info->exit.rval >= (uint32_t)-4095) {
		info->exit.rval = (int32_t)info->exit.rval;
		info->exit.is_error = 1;
	}
#endif
#if defined __sparc__ && !defined __arch64__ /* -1 that a 32-bit tracer has set is zero-extended */
	if (info->op == ENTRY && info->entry.nr == UINT32_MAX)
		info->entry.nr = UINT64_MAX;
#endif
#ifdef __hppa__
	/* What a 32-bit tracer writes a 64-bit kernel zero-extends (compat_arch_ptrace, 6.1 and 7.2). */
	if ((info->op == ENTRY || info->op == SECCOMP) && info->entry.nr == UINT32_MAX)
		info->entry.nr = UINT64_MAX;
	if (info->op == EXIT && info->exit.rval > 0 && (int32_t)info->exit.rval < 0 &&
	    (int32_t)info->exit.rval >= -4095) {
		info->exit.rval = (int32_t)info->exit.rval;
		info->exit.is_error = 1;
	}
#endif
#ifdef __or1k__ /* the kernel tells the number that the call had at first */
	if (info->op == ENTRY) {
		unsigned char regs[512];
		int32_t nr;

		raw_regs(tid, regs);
		memcpy(&nr, regs + 4 * 11, sizeof nr);
		info->entry.nr = (uint64_t)(int64_t)nr;
	}
#endif
#ifdef __nios2__ /* the kernel tells the return address for ip, and the positive errno */
	{
		uint32_t regs[128];

		raw_regs(tid, (unsigned char *)regs);
		info->instruction_pointer = regs[32];
		if (info->op == EXIT && info->exit.is_error && info->exit.rval > 0)
			info->exit.rval = -info->exit.rval;
	}
#endif
	mend_stack_args(tid, info);
	return (int)r;
}

size_t raw_regs(pid_t tid, unsigned char image[512])
{
	struct iovec iov = { image, 512 };

	memset(image, 0, 512);
	MUST(syscall(SYS_ptrace, PTRACE_GETREGSET, (long)tid, 1L /* NT_PRSTATUS */, &iov) == 0);
	return iov.iov_len;
}

void snapshot(pid_t tid, struct snapshot *s)
{
	s->len = raw_regs(tid, s->regs);
	s->size = raw_get(tid, &s->info);
}

void unchanged(pid_t tid, const struct snapshot *s)
{
	struct snapshot now;

	snapshot(tid, &now);
	ck_assert_uint_eq(now.len, s->len);
	for (size_t i = 0; i < s->len; i++)
		ck_assert_msg(now.regs[i] == s->regs[i], "op %d nr %lld: byte %zu: %#x, was %#x",
			      s->info.op, (long long)s->info.entry.nr, i, now.regs[i], s->regs[i]);
	ck_assert_int_eq(now.size, s->size);
	ck_assert_mem_eq(&now.info, &s->info, sizeof now.info);
}

/* Resumed without that signal it would crash for ever. */
static bool crashed(int wstatus)
{
	int sig = WIFSTOPPED(wstatus) ? wstatus >> 8 : 0;

	return sig == SIGSEGV || sig == SIGBUS || sig == SIGILL || sig == SIGFPE;
}

int go(pid_t tid, int request, int sig)
{
	int wstatus;

	MUST(syscall(SYS_ptrace, (long)request, (long)tid, 0L, (long)sig) == 0);
	MUST(waitpid(tid, &wstatus, __WALL) == tid);
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
 * (7.2) kills one in 2048, whose stack ends at 2 GiB: STACK_TOP is that, but the last page is beyond
 * TASK_SIZE_32 (asm/processor.h and asm/pgtable.h), and create_elf_tables fails with EFAULT.
 */
static bool executed(pid_t tid)
{
#ifdef __riscv
	int wstatus;

	if (word_size() == 8)
		return true;
	MUST(option_set(tid, PTRACE_O_TRACEEXEC) == 0);
	do {
		MUST(syscall(SYS_ptrace, (long)PTRACE_CONT, (long)tid, 0L, 0L) == 0);
		MUST(waitpid(tid, &wstatus, __WALL) == tid);
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
	int ready[2], wstatus;

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
	MUST(waitpid(t->tid, &wstatus, __WALL) == t->tid);
	MUST(WIFSTOPPED(wstatus));
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

/* Zeroed first: valgrind doesn't know that the request writes there. */
int get(pid_t tid, struct ptsi_syscall_info *info)
{
	memset(info, 0, sizeof *info);
	return ptsi_get_syscall_info(tid, sizeof *info, info);
}

int set(pid_t tid, const struct ptsi_syscall_info *info)
{
	return ptsi_set_syscall_info(tid, sizeof *info, info);
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
