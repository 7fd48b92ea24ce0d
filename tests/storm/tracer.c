// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* A tracer of many tracees.  The kernel is asked aside whether a stop was told right. */
#include "storm.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RAW_GET = 0x420e, BUCKETS = 1024, NOTHREAD = 0x20000000 /* __WNOTHREAD */ };
enum { ENTRY = PTSI_SYSCALL_INFO_ENTRY, EXIT = PTSI_SYSCALL_INFO_EXIT };
enum { SECCOMP = PTSI_SYSCALL_INFO_SECCOMP };

/* A tracee; several in a bucket are a list. */
struct record {
	struct ptsi_tracee t;
	struct record *next;
	bool root;
	long request; /* that it was last resumed by */
};

struct tracing {
	struct tracer *tracer;
	struct record *buckets[BUCKETS];
	int alive, roots;
};

atomic_int tracer_ended, tracer_ready;
bool (*tracer_told)(pid_t root);

static unsigned below(struct tracer *t, unsigned n)
{
	t->seed = t->seed * 1103515245 + 12345;
	return (t->seed >> 16) % n;
}

static void mistake(struct tracer *t, pid_t tid, const char *what, long is, long expected)
{
	t->mistakes++;
	fprintf(stderr, "tracer: tracee %d: %s: %ld, expected %ld\n", (int)tid, what, is, expected);
}

static struct record **find(struct tracing *all, pid_t tid)
{
	struct record **r = &all->buckets[(unsigned)tid % BUCKETS];

	while (*r && (*r)->t.tid != tid)
		r = &(*r)->next;
	return r;
}

static struct record *add(struct tracing *all, pid_t tid)
{
	static const unsigned flags[] = { 0, PTSI_KEEP_ARGS, PTSI_HARMLESS_NR };
	struct record **r = find(all, tid);

	*r = calloc(1, sizeof **r);
	ptsi_tracee_init(&(*r)->t, sizeof(*r)->t, tid, flags[below(all->tracer, 3)]);
	(*r)->request = PTRACE_SYSCALL;
	if (all->tracer->repeats && below(all->tracer, 2))
		ptsi_tracee_never(&(*r)->t, PTSI_CAN_ARG(0));
	all->alive++;
	return *r;
}

static void drop(struct tracing *all, struct record **r)
{
	struct record *gone = *r;

	*r = gone->next;
	all->alive--;
	all->roots -= gone->root;
	free(gone);
}

static void install_filter(void)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MAGIC, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { 4, insns };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		_exit(8);
}

static void be_tracee(const struct tracer *t, int ready)
{
	char c;

	while (read(ready, &c, 1) < 0)
		;
	if (t->filter)
		install_filter();
	_exit(tracee_live(t->life, t->depth));
}

static bool start(struct tracing *all)
{
	enum {
		OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL |
			  PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
			  PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT
	};
	int ready[2];
	pid_t pid;

	if (pipe(ready) < 0)
		return false;
	pid = fork();
	if (pid == 0) {
		close(ready[1]);
		be_tracee(all->tracer, ready[0]);
	}
	close(ready[0]);
	if (pid < 0 || ptrace(PTRACE_SEIZE, pid, 0L, (long)OPTIONS) < 0 ||
	    ptrace(PTRACE_INTERRUPT, pid, 0L, 0L) < 0) {
		close(ready[1]);
		return false;
	}
	add(all, pid)->root = true;
	all->roots++;
	all->tracer->started++;
	if (write(ready[1], "", 1) != 1) /* other children may have the pipe open, too */
		mistake(all->tracer, pid, "write", errno, 0);
	close(ready[1]);
	if (tracer_told)
		tracer_told(pid);
	return true;
}

/* The kind that the kernel's word makes it; -1: it was killed. */
static int true_kind(const struct record *r, int wstatus, struct ptsi_syscall_info *truth)
{
	static const int kinds[] = {
		[ENTRY] = PTSI_STOP_ENTRY, [EXIT] = PTSI_STOP_EXIT, [SECCOMP] = PTSI_STOP_SECCOMP
	};
	int sig = WSTOPSIG(wstatus), event = wstatus >> 16;

	memset(truth, 0, sizeof *truth);
	if (!WIFSTOPPED(wstatus))
		return PTSI_STOP_GONE;
	if (syscall(SYS_ptrace, (long)RAW_GET, (long)r->t.tid, sizeof *truth, truth) < 0)
		return -1;
	if (truth->op)
		return kinds[truth->op];
	if (sig == (SIGTRAP | 0x80) || event == PTRACE_EVENT_SECCOMP)
		return -1; /* it is at PTRACE_EVENT_EXIT by now */
	if (event == 0)
		return PTSI_STOP_SIGNAL;
	return event == 128 && sig != SIGTRAP ? PTSI_STOP_GROUP : PTSI_STOP_EVENT;
}

/* What a call asks for is done at its first stop, of whichever kind. */
static void act(struct tracer *t, struct record *r, int wstatus,
		const struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = *info;
	int err;

	if (info->entry.args[0] != MAGIC || info->entry.nr != SYS_gettid)
		return;
	switch (info->entry.args[1]) {
	case SKIP:
		want.op = below(t, 2) ? PTSI_SYSCALL_INFO_SKIP : PTSI_SYSCALL_INFO_EXIT;
		want.exit.rval = (int64_t)info->entry.args[2];
		want.exit.is_error = want.exit.rval >= -4095 && want.exit.rval <= -1;
		break;
	case CHANGE:
		want.entry.nr = SYS_getuid;
		want.entry.args[0] = 0;
		break;
	case NO_NR:
		want.entry.nr = UINT64_MAX;
		break;
	default:
		return;
	}
	t->sets++;
	if (ptsi_tracee_set(&r->t, &want) < 0 && errno != ESRCH) {
		err = errno;
		if (true_kind(r, wstatus, &want) >= 0)
			mistake(t, r->t.tid, "set failed", err, 0);
	}
}

static int look(struct tracer *t, struct record *r, int wstatus, struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info truth;
	int before = true_kind(r, wstatus, &truth), kind, after, err;

	kind = ptsi_tracee_stop(&r->t, wstatus, info);
	err = kind < 0 ? errno : 0;
	after = true_kind(r, wstatus, &truth);
	if (before < 0 || after < 0 || err == ESRCH)
		return PTSI_STOP_OWN; /* killed: its end is still to be waited for */
	if (kind < 0)
		mistake(t, r->t.tid, "stop failed", err, 0);
	else if (kind == PTSI_STOP_OWN && before <= PTSI_STOP_SECCOMP)
		return kind;
	else if (kind != before)
		mistake(t, r->t.tid, "kind of stop", kind, before);
	else if (kind <= PTSI_STOP_SECCOMP && memcmp(info, &truth, sizeof truth) != 0)
		mistake(t, r->t.tid, "info of a stop", info->op, truth.op);
	return kind;
}

static void resume(struct tracing *all, struct record *r, int kind, int wstatus)
{
	struct tracer *t = all->tracer;
	int sig = kind == PTSI_STOP_SIGNAL ? WSTOPSIG(wstatus) : 0;

	if (kind != PTSI_STOP_OWN)
		r->request = t->filter && below(t, 4) ? PTRACE_CONT : PTRACE_SYSCALL;
	if (kind == PTSI_STOP_GROUP && ptsi_tracee_resume(&r->t, PTRACE_LISTEN, 0) == 0)
		return;
	if (ptsi_tracee_resume(&r->t, r->request, sig) < 0 && errno != ESRCH)
		mistake(t, r->t.tid, "resume failed", errno, 0);
}

static void end(struct tracing *all, struct record **r, int wstatus)
{
	struct tracer *t = all->tracer;
	bool was_killed = WIFSIGNALED(wstatus) && WTERMSIG(wstatus) == SIGKILL;

	t->gone++;
	t->killed += was_killed;
	if (wstatus != 0 && !(was_killed && t->kills) && (*r)->root)
		mistake(t, (*r)->t.tid, "wstatus at its end", wstatus, 0);
	drop(all, r);
}

/* A thread that executes takes its leader's tid. */
static void executed(struct tracing *all, pid_t tid)
{
	unsigned long was = 0;
	struct record **r;

	ptrace(PTRACE_GETEVENTMSG, tid, 0L, &was);
	r = find(all, (pid_t)was);
	if (was && (pid_t)was != tid && *r)
		drop(all, r);
}

static void step(struct tracing *all, pid_t tid, int wstatus)
{
	struct tracer *t = all->tracer;
	struct ptsi_syscall_info info;
	struct record *r = *find(all, tid);
	int kind;

	t->stops++;
	if (!r)
		r = add(all, tid);
	kind = look(t, r, wstatus, &info);
	if (!WIFSTOPPED(wstatus)) {
		end(all, find(all, tid), wstatus);
		return;
	}
	if (wstatus >> 16 == PTRACE_EVENT_EXEC)
		executed(all, tid);
	if (kind == PTSI_STOP_ENTRY || kind == PTSI_STOP_SECCOMP)
		act(t, r, wstatus, &info);
	resume(all, r, kind, wstatus);
}

void tracer_run(struct tracer *t)
{
	struct tracing *all = calloc(1, sizeof *all);
	int wstatus;
	pid_t tid;

	all->tracer = t;
	while (all->roots < t->roots && start(all))
		;
	if (all->roots < t->roots)
		mistake(t, 0, "tracees started", all->roots, t->roots);
	atomic_fetch_add(&tracer_ready, 1);
	while (all->alive) {
		tid = waitpid(-1, &wstatus, __WALL | NOTHREAD);
		if (tid < 0 && errno == EINTR)
			continue;
		if (tid < 0)
			break;
		step(all, tid, wstatus);
		if (t->renews && all->roots < t->roots && !atomic_load(&tracer_ended))
			start(all);
	}
	if (all->alive)
		mistake(t, 0, "tracees lost", all->alive, 0);
	free(all);
}
