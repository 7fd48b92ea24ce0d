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
	bool used;
} tracees[MAX_TRACEES];

static int refused;
static long count;

static long lacking_ptrace(long request, pid_t tid, void *addr, void *data)
{
	if (request != PTRACE_CONT && request != PTRACE_SYSCALL)
		count++;
	if ((request == PTSI_SET_SYSCALL_INFO && refused != NOTHING) ||
	    (request == PTSI_GET_SYSCALL_INFO && refused == BOTH_REFUSED)) {
		errno = refused == SET_FORBIDDEN ? EPERM : EIO;
		return -1;
	}
	return syscall(SYS_ptrace, request, (long)tid, addr, data);
}

void imitate(int lacking)
{
	refused = lacking;
	ptsi_set_ptrace(lacking_ptrace);
}

bool kernel_has_set(void)
{
	pid_t pid = fork();
	bool has;

	while (pid == 0)
		pause();
	ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_EXITKILL);
	ptrace(PTRACE_INTERRUPT, pid, 0, 0);
	waitpid(pid, NULL, __WALL);
	has = syscall(SYS_ptrace, PTSI_SET_SYSCALL_INFO, (long)pid, 0L, NULL) < 0 &&
	      errno == EINVAL;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
	return has;
}

long requests(void)
{
	long n = count;

	count = 0;
	return n;
}

/* What the kernel says of a syscall-stop, whatever the library is told. */
static int truth(pid_t tid)
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
	return f;
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
	if (kind == PTSI_STOP_SIGNAL)
		sig = WSTOPSIG(wstatus);
	if (kind == PTSI_STOP_GROUP) {
		if (ptsi_tracee_resume(&f->t, PTRACE_LISTEN, 0) < 0)
			ck_assert_int_eq(errno, ESRCH);
		return;
	}
	if (kind == PTSI_STOP_EVENT && r->at_events)
		f->request = r->at_events;
	if (ptsi_tracee_resume(&f->t, f->request, sig) < 0)
		ck_assert_int_eq(errno, ESRCH);
}

struct outcome run(const struct run *r)
{
	struct outcome out = { .seccomp_events = 0 };
	int go[2], wstatus;
	pid_t child, tid;
	char c;

	imitate(r->refused);
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
	close(go[1]);
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
	untested_begin();
	srunner_run_all(runner, CK_ENV);
	untested_end();
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
