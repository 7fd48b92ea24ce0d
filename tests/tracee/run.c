// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include "run.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#define OPTIONS                                                                                    \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK |                      \
	 PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

enum { MAX_TRACEES = 256 };

static struct followed {
	struct ptsi_tracee t;
	long request;
	bool used, known; /* its first stop has been seen */
} tracees[MAX_TRACEES];

static int refused, refusal = EIO;
static long count;

static long lacking_ptrace(long request, pid_t tid, void *addr, void *data)
{
	if (request != PTRACE_CONT && request != PTRACE_SYSCALL)
		count++;
	if ((request == PTSI_SET_SYSCALL_INFO && refused != NOTHING) ||
	    (request == PTSI_GET_SYSCALL_INFO && refused == BOTH_REFUSED)) {
		errno = refused == SET_FORBIDDEN ? EPERM : refusal;
		return -1;
	}
	return syscall(SYS_ptrace, request, (long)tid, addr, data);
}

void imitate(int lacking)
{
	imitate_by(lacking, EIO);
}

void imitate_by(int lacking, int err)
{
	refused = lacking;
	refusal = err;
	ptsi_set_ptrace(lacking_ptrace);
}

/* The errno of a request whose data is nowhere, of a stopped tracee. */
static int errno_of(long request)
{
	pid_t pid = fork();
	int err;

	while (pid == 0)
		pause();
	ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_EXITKILL);
	ptrace(PTRACE_INTERRUPT, pid, 0, 0);
	waitpid(pid, NULL, __WALL);
	/* not EINVAL, the answer to a size of 0, which may come from a filter */
	errno = 0;
	syscall(SYS_ptrace, request, (long)pid, sizeof(struct ptsi_syscall_info), NULL);
	err = errno;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
	return err;
}

bool kernel_has_get(void)
{
	return errno_of(PTSI_GET_SYSCALL_INFO) == EFAULT;
}

bool kernel_has_set(void)
{
	return errno_of(PTSI_SET_SYSCALL_INFO) == EFAULT;
}

long requests(void)
{
	long n = count;

	count = 0;
	return n;
}

int truth(pid_t tid)
{
	struct ptsi_syscall_info info;
	long r = syscall(SYS_ptrace, PTSI_GET_SYSCALL_INFO, (long)tid, sizeof info, &info);

	return r < 0 ? -1 : info.op;
}

static struct followed *find(pid_t tid, const struct run *r)
{
	struct followed *f = NULL;

	for (int i = 0; i < MAX_TRACEES; i++) {
		if (tracees[i].used && tracees[i].t.tid == tid)
			return &tracees[i];
		if (!tracees[i].used && !f)
			f = &tracees[i];
	}
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(ptsi_tracee_init(&f->t, sizeof f->t, tid, r->flags), 0);
	ptsi_tracee_never(&f->t, r->never);
	f->request = r->request ? r->request : PTRACE_SYSCALL;
	f->used = true;
	f->known = false;
	return f;
}

/* Of a tracee that wasn't seized: a signal of the kernel's own, which isn't to be passed on. */
static bool is_first_stop(int wstatus)
{
	return wstatus >> 8 == SIGSTOP;
}

static void one_stop(struct followed *f, int wstatus, const struct run *r, struct outcome *out)
{
	bool syscall_stop = WIFSTOPPED(wstatus) && wstatus >> 8 == (SIGTRAP | 0x80);
	int op = syscall_stop ? truth(f->t.tid) : -1, kind, sig = 0;
	struct ptsi_syscall_info info;

	kind = ptsi_tracee_stop(&f->t, wstatus, &info);
	if (kind < 0) {
		ck_assert_int_eq(errno, ESRCH);
		return;
	}
	out->kinds[kind]++;
	out->seccomp_events += WIFSTOPPED(wstatus) && wstatus >> 16 == PTRACE_EVENT_SECCOMP;
	if (syscall_stop && op > 0 && kind != PTSI_STOP_OWN && kind != PTSI_STOP_UNKNOWN)
		ck_assert_int_eq(kind, op);
	if (kind == PTSI_STOP_ENTRY || kind == PTSI_STOP_EXIT || kind == PTSI_STOP_SECCOMP) {
		ck_assert_int_eq(info.op, kind);
		f->request = r->stop ? r->stop(&f->t, kind, &info) : PTRACE_SYSCALL;
	} else {
		ck_assert_int_eq(info.op, PTSI_SYSCALL_INFO_NONE);
	}
	if (r->each)
		r->each(f->t.tid, kind);
	if (kind == PTSI_STOP_GONE) {
		f->used = false;
		return;
	}
	if (kind == PTSI_STOP_SIGNAL && (f->known || !is_first_stop(wstatus)))
		sig = WSTOPSIG(wstatus);
	f->known = true;
	if (kind == PTSI_STOP_GROUP && !r->attached) {
		if (ptsi_tracee_resume(&f->t, PTRACE_LISTEN, 0) < 0)
			ck_assert_int_eq(errno, ESRCH);
		return;
	}
	if (kind == PTSI_STOP_EVENT && r->at_events)
		f->request = r->at_events;
	if (ptsi_tracee_resume(&f->t, f->request, sig) < 0)
		ck_assert_int_eq(errno, ESRCH);
}

static pid_t start_seized(const struct run *r)
{
	int go[2];
	pid_t child;
	char c;

	ck_assert_int_eq(pipe(go), 0);
	child = fork();
	if (child == 0) {
		close(go[1]);
		while (read(go[0], &c, 1) < 0 && was_interrupted())
			; /* by PTRACE_INTERRUPT, for good: sparc, nios2 */
		r->child();
		_exit(0);
	}
	close(go[0]);
	ck_assert_int_eq(ptrace(PTRACE_SEIZE, child, 0, OPTIONS & ~r->without), 0);
	ck_assert_int_eq(ptrace(PTRACE_INTERRUPT, child, 0, 0), 0);
	ck_assert_int_eq(write(go[1], "", 1), 1);
	close(go[1]);
	return child;
}

static pid_t start_attached(const struct run *r, struct outcome *out)
{
	pid_t child = fork();
	int wstatus;

	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		r->child();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &wstatus, __WALL), child);
	ck_assert_int_eq(wstatus >> 8, SIGSTOP);
	ck_assert_int_eq(ptrace(PTRACE_SETOPTIONS, child, 0, OPTIONS), 0);
	one_stop(find(child, r), wstatus, r, out);
	return child;
}

struct outcome run(const struct run *r)
{
	struct outcome out = { .seccomp_events = 0 };
	pid_t child, tid;
	int wstatus;

	imitate_by(r->refused, r->refusal ? r->refusal : EIO);
	child = r->attached ? start_attached(r, &out) : start_seized(r);
	count = 0;
	while ((tid = waitpid(-1, &wstatus, __WALL)) > 0) {
		one_stop(find(tid, r), wstatus, r, &out);
		if (tid != child || WIFSTOPPED(wstatus))
			continue;
		if (r->may_vanish)
			continue;
		if (r->killed_by)
			ck_assert_int_eq(wstatus & 0x7f, r->killed_by);
		else
			ck_assert_int_eq(wstatus, 0);
	}
	return out;
}

#define LOAD(member)                                                                               \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, member))
#ifdef __s390__ /* of a number the kernel keeps 16 bits */
#define MINUS_ONE 0xffff
#else
#define MINUS_ONE 0xffffffff
#endif
#define LOW_HALF (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0)
#define LOAD_LOW(member)                                                                           \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS,                                                         \
		 (unsigned)offsetof(struct seccomp_data, member) + LOW_HALF)

void install_filter(unsigned marked_action, unsigned minus_one_action)
{
	struct sock_filter code[] = {
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MINUS_ONE, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, minus_one_action),
		/*
		 * two of them: other calls may have one by chance, in a register that is kept; and
		 * the last: m68k's filters see each argument one further (7.2)
		 */
		LOAD_LOW(args[4]),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MARK, 0, 3),
		LOAD_LOW(args[5]),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MARK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, marked_action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof code / sizeof code[0], code };

	NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	NEED(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0);
}

int main(int argc, char **argv)
{
	SRunner *runner = srunner_create(stops_suite());
	int failed;

	if (argc > 1 && strcmp(argv[1], NOTHING_ELSE) == 0)
		_exit(0); /* a sanitizer's own checks don't go with being traced */
	srunner_add_suite(runner, skip_suite());
	srunner_add_suite(runner, again_suite());
	srunner_add_suite(runner, lifetime_suite());
	srunner_add_suite(runner, restart_suite());
	srunner_add_suite(runner, refused_suite());
	srunner_add_suite(runner, manual_suite());
	untested_begin();
	srunner_run_all(runner, CK_ENV);
	untested_end();
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
