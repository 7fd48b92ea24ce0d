// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* A tracee that is followed: the stops told, the results paid, nothing left over. */
#include "live.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct oracle_env make_env(const struct live_puppet *p)
{
	struct oracle_env env = live_make_env(p);

	env.way = p->follow.way;
	return env;
}

/* No request fails, and PTRACE_SET_SYSCALL_INFO is there. */
static void whole_kernel(void)
{
	live_no_faults();
	live_faults.set_err = 0;
	live_forget();
}

/* Where only the kernel is to be used, a refusal would go for all of a stop. */
static void make_faults(const struct live_puppet *p)
{
	live_make_faults(p->follow.way == PTSI_KERNEL);
}

/* As a tracer would: with flags of its own. */
static void init(struct live_puppet *p)
{
	static const unsigned flags[] = { 0, 0, PTSI_KEEP_ARGS, PTSI_HARMLESS_NR,
					  PTSI_KEEP_ARGS | PTSI_HARMLESS_NR };
	struct live_done done = { .op = OP_INIT, .env = live_make_env(p) };
	struct oracle_expect e;

	live_no_faults();
	memset(&p->follow, 0, sizeof p->follow);
	p->follow.wants_syscalls = true;
	p->follow.flags = flags[live_below(5)];
	p->follow.way = done.env.way;
	oracle_nothing(&p->st, &e);
	live_begin(p, &done);
	live_judge(p, &done, ptsi_tracee_init(&p->t, sizeof p->t, p->tid, p->follow.flags), &e);
}

/* To a stop between calls, where a tracee may be begun to be followed on every kernel. */
void live_followed_start(struct live_puppet *p)
{
	do { /* any stop takes an interrupt's place, but for exit stops one comes next */
		syscall(SYS_ptrace, PTRACE_INTERRUPT, (long)p->tid, 0L, 0L);
		syscall(SYS_ptrace, PTRACE_SYSCALL, (long)p->tid, 0L, 0L);
		if (!live_wait(p) || !live_look(p))
			live_fail(p, "the tracee's beginning");
	} while (p->st.info.op != NONE);
	init(p);
}

static void check_info(struct live_puppet *p, long kind, const struct ptsi_syscall_info *info,
		       bool tells)
{
	static const struct ptsi_syscall_info nothing;
	bool shown = kind == PTSI_STOP_ENTRY || kind == PTSI_STOP_EXIT || kind == PTSI_STOP_SECCOMP;

	struct ptsi_syscall_info expected = shown ? p->st.info : nothing;

	/* rt_sigreturn's exit, where GET has told the entry and is refused now */
	if (shown && p->at == FOREIGN && p->st.info.op == EXIT && !tells)
		expected.arch = info->arch;
	if (memcmp(info, &expected, sizeof *info) == 0)
		return;
	live_print_info("told", info);
	live_fail(p, "tracee_stop (%ld) told something else than the kernel", kind);
}

/* What failed has changed nothing, so that it can be tried again. */
static int look_at_stop(struct live_puppet *p)
{
	struct live_done done = { .op = OP_STOP, .in_parts = true };
	struct ptsi_syscall_info info;
	struct oracle_expect e;
	long r = -1;

	for (int tries = 0; r < 0 && !p->dead; tries++) {
		if (tries == 0) {
			live_make_kernel();
			make_faults(p);
		}
		if (tries)
			whole_kernel();
		/* what can't be read there is paid later, which the fuzzer wouldn't know */
		if (p->follow.skipped && p->st.info.op == SECCOMP)
			live_no_faults();
		done.env = make_env(p);
		oracle_tracee_stop(&p->st, &done.env, &p->follow, p->wstatus, p->begins, &e);
		live_begin(p, &done);
		r = ptsi_tracee_stop(&p->t, p->wstatus, &info);
		if (live_faults.hits && !done.env.get)
			e.unknown = true; /* the order of stops had to be asked for */
		if (r >= 0 && live_faults.native && done.env.moved)
			e.unknown = true;
		if (r == PTSI_STOP_UNKNOWN && e.unknown)
			e.ret = PTSI_STOP_UNKNOWN;
		live_judge(p, &done, r, &e);
	}
	if (p->dead)
		return -1;
	check_info(p, r, &info, done.env.get && !live_faults.hits);
	oracle_tracee_stopped(&p->st, &p->follow, (int)r);
	return (int)r;
}

static void set(struct live_puppet *p, const struct ptsi_syscall_info *want)
{
	struct live_done done = { .op = OP_SET, .want = want, .env = make_env(p) };
	struct oracle_stop was = p->st;
	struct oracle_expect e;
	long r;

	oracle_tracee_set(&p->st, &done.env, &p->follow, want, &e);
	live_begin(p, &done);
	r = ptsi_tracee_set(&p->t, want);
	if (live_faults.hits && !done.env.get) /* the order of stops had to be asked for */
		e.may |= oracle_errno(EOPNOTSUPP);
	live_judge(p, &done, r, &e);
	if (p->dead)
		return;
	if (r == 0)
		oracle_tracee_was_set(&was, &p->follow, want);
	else if (live_faults.again) /* an undo that failed: the library couldn't know */
		live_put_back(p, &was.regs);
}

/* What mustn't fail. */
static void set_surely(struct live_puppet *p, const struct ptsi_syscall_info *want)
{
	whole_kernel();
	set(p, want);
}

static void set_at_random(struct live_puppet *p)
{
	struct ptsi_syscall_info want;

	make_faults(p);
	live_make_set(p, &want);
	set(p, &want);
}

/* Only where nothing else is to be set at this stop. */
static bool repeat(struct live_puppet *p)
{
	struct live_done done = { .op = OP_REPEAT };
	struct ptsi_syscall_info entry;
	struct oracle_expect e;
	long r;

	if (p->at != IN_CALL || p->st.info.op != EXIT || !p->follow.shown || !live_one_in(8) ||
	    p->st.info.instruction_pointer != p->shared->after || p->st.info.stack_pointer >> 47)
		return false;
	live_make_faults(p->follow.way == PTSI_KERNEL); /* a refusal goes for all of a stop */
	live_make_entry(p, &entry);
	if (entry.entry.nr < 1000)
		entry.entry.nr = (uint64_t)p->abi->getpid;
	done.want = &entry;
	done.env = make_env(p);
	oracle_repeat(&p->st, &done.env, &entry, &e);
	live_begin(p, &done);
	r = ptsi_repeat_syscall(p->tid, &entry);
	live_judge(p, &done, r, &e);
	return r == 0;
}

/* What the tracee couldn't go on with is set to something else. */
static void settle(struct live_puppet *p)
{
	struct ptsi_syscall_info want = p->st.info;
	bool is_call = want.op == ENTRY || want.op == SECCOMP;

	if (p->follow.skipped && is_call) {
		want.op = SKIP;
		want.exit.rval = p->follow.rval;
		want.exit.is_error = p->follow.rval >= -4095 && p->follow.rval <= -1;
	} else if (is_call && !live_is_safe(p)) {
		want.entry.nr = (uint64_t)p->abi->getpid;
	}
	if (!live_is_pad(p, want.instruction_pointer) ||
	    (want.op == EXIT && live_is_restart_code(p, p->st.regs.w[p->abi->rval])))
		want.instruction_pointer = p->shared->after;
	if (want.stack_pointer >> 47)
		want.stack_pointer = p->shared->saved_sp;
	if (memcmp(&want, &p->st.info, sizeof want) == 0)
		return;
	set_surely(p, &want);
	if (!live_is_pad(p, p->st.info.instruction_pointer) || p->st.info.stack_pointer >> 47 ||
	    (is_call && !live_is_safe(p)))
		live_fail(p, "what was set can't be set again");
}

/* At the stops of another call than its own all is to be as it was. */
static void play(struct live_puppet *p)
{
	struct ptsi_syscall_info was = p->st.info;
	bool is_call = was.op == ENTRY || was.op == SECCOMP;
	unsigned n = live_below(24);

	if (p->at == FOREIGN && !is_call)
		n = 0;
	if (p->at == IN_VSYSCALL)
		n = live_below(2);
	for (; n && !p->dead; n--)
		set_at_random(p);
	if (p->dead)
		return;
	if (p->at == IN_CALL && !repeat(p) && !p->dead && p->follow.shown)
		settle(p);
	if (p->at == FOREIGN || (p->at == IN_VSYSCALL && p->st.info.entry.nr != UINT64_MAX)) {
		if (memcmp(&was, &p->st.info, sizeof was) != 0 || p->follow.skipped)
			set_surely(p, &was);
		if (memcmp(&was, &p->st.info, sizeof was) != 0)
			live_fail(p, "what was set can't be set back");
	}
}

/* While a result is owed there are requests that have to be refused. */
static void resume_wrongly(struct live_puppet *p)
{
	static const long requests[] = { PTRACE_SINGLESTEP, PTRACE_DETACH, 31 /* SYSEMU */ };
	struct live_done done = { .op = OP_RESUME, .env = make_env(p) };
	struct oracle_expect e;

	oracle_nothing(&p->st, &e);
	e.must = oracle_errno(EBUSY);
	live_no_faults();
	live_begin(p, &done);
	live_judge(p, &done, ptsi_tracee_resume(&p->t, requests[live_below(3)], 0), &e);
}

static void resume(struct live_puppet *p, int kind)
{
	long request = p->follow.wants_syscalls ? PTRACE_SYSCALL : PTRACE_CONT;
	int sig = live_signal(p);

	if (kind != PTSI_STOP_OWN)
		request = live_choose_request(p);
	if (p->follow.due && live_one_in(4))
		resume_wrongly(p);
	live_disturb(p);
	p->follow.wants_syscalls = request == PTRACE_SYSCALL;
	live_predict(p, p->follow.due ? PTRACE_SYSCALL : request);
	live_no_faults();
	if (live_one_in(20)) { /* it fails, and is tried again */
		live_faults.countdown = 0;
		live_faults.err = ESRCH;
		if (ptsi_tracee_resume(&p->t, request, sig) == 0)
			live_fail(p, "resume didn't fail");
		live_no_faults();
	}
	if (ptsi_tracee_resume(&p->t, request, sig) < 0)
		live_fail(p, "resume: %s", strerror(errno));
}

void live_followed_step(struct live_puppet *p)
{
	int kind;

	live_stops++;
	if (!live_look(p))
		live_fail(p, "the tracee is no more");
	live_arrive(p);
	if (p->st.info.op == NONE && live_one_in(10))
		init(p);
	kind = look_at_stop(p);
	if (!p->dead)
		play(p);
	if (p->dead) {
		live_end(p);
		return;
	}
	resume(p, kind);
	if (!live_wait(p))
		live_fail(p, "the tracee ended, wstatus %#x", p->wstatus);
}
