// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The followed tracee: which stop it is at, and what is owed to a skipped call.
 *
 * Where the kernel has PTRACE_GET_SYSCALL_INFO it is believed.  Elsewhere stops are counted:
 * signals, group-stops and PTRACE_INTERRUPT are taken on the way back to user mode, between
 * calls; events (fork, exec, seccomp...) are in the middle of one.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "abi.h"

enum { EVENT_EXEC = 4, EVENT_EXIT = 6, EVENT_SECCOMP = 7, EVENT_STOP = 128 };

_Static_assert(sizeof(struct ptsi_state) <= sizeof((struct ptsi_tracee *)0)->priv, "priv");

struct ptsi_state *ptsi_state(struct ptsi_tracee *t)
{
	return (struct ptsi_state *)(void *)t->priv;
}

int ptsi_tracee_init(struct ptsi_tracee *t, size_t size, pid_t tid, unsigned flags)
{
	struct ptsi_state *s = ptsi_state(t);
	struct ptsi_stop st;

	if (size < sizeof *t || (flags & ~(unsigned)(PTSI_KEEP_ARGS | PTSI_HARMLESS_NR)))
		return ptsi_fail(EINVAL);
	ptsi_stop_init(&st, tid);
	memset(t, 0, sizeof *t);
	t->tid = tid;
	t->flags = flags;
	s->ptrace = st.ptrace;
	s->way = (uint8_t)st.way;
	s->wants_syscalls = true;
	return 0;
}

void ptsi_tracee_never(struct ptsi_tracee *t, int can)
{
	ptsi_state(t)->never = can;
}

/* The stop that t is at; known: with what was read there. */
void ptsi_state_load(const struct ptsi_tracee *t, struct ptsi_stop *st, bool known)
{
	const struct ptsi_state *s = (const struct ptsi_state *)(const void *)t->priv;

	ptsi_stop_init(st, t->tid);
	st->ptrace = s->ptrace;
	st->way = s->way;
	st->never = s->never;
	if (known) {
		st->abi = s->abi;
		st->info = s->now;
		st->info_size = s->now_size;
	}
}

void ptsi_state_take(struct ptsi_state *s, const struct ptsi_stop *st)
{
	s->abi = st->abi;
	s->now = st->info;
	s->now_size = st->info_size;
}

static void forget_call(struct ptsi_state *s)
{
	s->owed = s->in_place = false;
	s->again = PTSI_AGAIN_NO;
	s->kept_args = 0;
}

/* PTSI_STOP_*, with ENTRY for any syscall-stop. */
static int kind_of(struct ptsi_stop *st, int wstatus)
{
	int sig = WSTOPSIG(wstatus), event = wstatus >> 16;
	bool stops = sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
	siginfo_t si;

	if (!WIFSTOPPED(wstatus))
		return PTSI_STOP_GONE;
	if (event == EVENT_SECCOMP)
		return PTSI_STOP_SECCOMP;
	if (event == EVENT_STOP && stops)
		return PTSI_STOP_GROUP;
	if (event)
		return PTSI_STOP_EVENT;
	if (sig == (SIGTRAP | 0x80))
		return PTSI_STOP_ENTRY;
	/* ptrace(2): a group-stop of a tracee that wasn't seized has no siginfo */
	if (stops && ptsi_request(st, PTSI_GETSIGINFO, 0, &si) < 0)
		return errno == EINVAL ? PTSI_STOP_GROUP : -1;
	return PTSI_STOP_SIGNAL;
}

/*
 * Counting can't tell: a stop whose rval isn't the -ENOSYS that the kernel puts there for
 * every entry is an exit.  (Nobody but the kernel has been at it since it stopped.)
 */
static int op_by_result(struct ptsi_stop *st)
{
	uint64_t rval;

	st->info.op = PTSI_SYSCALL_INFO_EXIT;
	if (ptsi_stop_abi(st) < 0)
		return -1;
	if (!st->abi->presets)
		return PTSI_SYSCALL_INFO_NONE;
	if (ptsi_regs_word(st, st->abi->rval, &rval) < 0)
		return -1;
	if (ptsi_narrow(st->abi, rval) == ptsi_narrow(st->abi, (uint64_t)-(int)st->abi->enosys))
		return PTSI_SYSCALL_INFO_NONE;
	return PTSI_SYSCALL_INFO_EXIT;
}

/* What a syscall-stop is, by counting; NONE where that is unsure. */
static int counted(struct ptsi_state *s, struct ptsi_stop *st)
{
	if (s->phase == PTSI_OUTSIDE)
		return PTSI_SYSCALL_INFO_ENTRY;
	if (s->phase == PTSI_INSIDE)
		return PTSI_SYSCALL_INFO_EXIT;
	if (s->phase == PTSI_CALLED && s->seccomp_first)
		return PTSI_SYSCALL_INFO_ENTRY;
	if (st->family->mark) {
		int op = st->family->mark(st);

		if (op != PTSI_SYSCALL_INFO_NONE)
			return op;
	}
	return op_by_result(st);
}

/* A call that was to be skipped has come by again, because of a filter or an old kernel. */
static int skipped_again(struct ptsi_state *s, struct ptsi_stop *st)
{
	struct ptsi_syscall_info skip = {
		.op = PTSI_SYSCALL_INFO_SKIP,
		.exit = { .rval = s->rval, .is_error = s->is_error },
	};
	int r = ptsi_stop_set(st, &skip);

	if (r < 0)
		return -1;
	s->owed = r == PTSI_AT_EXIT;
	s->in_place = true;
	return PTSI_STOP_OWN;
}

static void enter(struct ptsi_state *s, const struct ptsi_stop *st)
{
	s->ip = st->info.instruction_pointer;
	s->sp = st->info.stack_pointer;
}

static int entry_stop(struct ptsi_state *s, struct ptsi_stop *st)
{
	/* before 4.8 the entry stop comes after the SECCOMP stop of the same call */
	bool same = s->phase == PTSI_CALLED && !st->native_get &&
		    s->ip == st->info.instruction_pointer && s->sp == st->info.stack_pointer;

	s->phase = PTSI_INSIDE;
	if (same && st->info.entry.nr == UINT64_MAX && (s->owed || s->in_place))
		return skipped_again(s, st);
	if (s->again == PTSI_AGAIN_REWOUND) {
		int r = ptsi_again_entered(s, st);

		if (r)
			return r < 0 ? -1 : PTSI_STOP_OWN;
	}
	if (!same)
		forget_call(s);
	enter(s, st);
	return s->wants_syscalls ? PTSI_STOP_ENTRY : PTSI_STOP_OWN;
}

static int seccomp_stop(struct ptsi_state *s, struct ptsi_stop *st)
{
	bool no_exit;

	if (ptsi_stop_abi(st) < 0)
		return -1;
	no_exit = st->abi->no_exit && st->abi->no_exit(st);
	if (s->phase != PTSI_INSIDE) { /* no entry stop has been seen */
		s->seccomp_first |= s->phase == PTSI_OUTSIDE && s->wants_syscalls && !no_exit;
		s->phase = PTSI_CALLED;
		if (s->again == PTSI_AGAIN_REWOUND) {
			int r = ptsi_again_entered(s, st);

			if (r)
				return r < 0 ? -1 : PTSI_STOP_OWN;
		}
		forget_call(s);
	}
	if (no_exit)
		s->phase = PTSI_OUTSIDE;
	if (s->again == PTSI_AGAIN_SKIPPED ||
	    (s->again == PTSI_AGAIN_RUNNING && s->redo_kind == PTSI_STOP_SECCOMP))
		return PTSI_STOP_OWN;
	if (st->info.seccomp.nr == UINT64_MAX && (s->owed || s->in_place))
		return skipped_again(s, st);
	enter(s, st);
	return PTSI_STOP_SECCOMP;
}

/* The result of a skipped call, unless it is there. */
static int pay(struct ptsi_state *s, struct ptsi_stop *st)
{
	struct ptsi_syscall_info want = {
		.op = PTSI_SYSCALL_INFO_EXIT,
		.exit = { .rval = s->rval, .is_error = s->is_error },
	};

	if (!s->owed && !s->in_place)
		return 0;
	if (ptsi_stop_set(st, &want) < 0)
		return -1;
	st->info.exit = want.exit;
	s->owed = s->in_place = false;
	return 0;
}

/*
 * PTSI_KEEP_ARGS: a register is put back only if it still holds what was written, in the same
 * place of the same program, and is no result; execve and rt_sigreturn fill registers anew.
 */
static int put_args_back(struct ptsi_state *s, struct ptsi_stop *st)
{
	struct ptsi_edits ed = { .n = 0 };
	const struct ptsi_abi *abi;

	if (!s->kept_args || st->info.instruction_pointer != s->ip ||
	    st->info.stack_pointer != s->sp)
		return 0;
	if (ptsi_stop_abi(st) < 0)
		return -1;
	abi = st->abi;
	for (int i = 0; i < 6; i++) {
		uint64_t v;

		if (!(s->kept_args & 1 << i) || abi->arg[i] == abi->rval || abi->arg[i] == abi->flag)
			continue;
		if (ptsi_regs_word(st, abi->arg[i], &v) < 0)
			return -1;
		if (ptsi_narrow(abi, v) == ptsi_narrow(abi, s->wrote[i]))
			ptsi_edit_known(&ed, abi->arg[i], v, s->was[i]);
	}
	s->kept_args = 0;
	return ptsi_regs_write(st, &ed);
}

static int exit_stop(struct ptsi_state *s, struct ptsi_stop *st)
{
	s->phase = PTSI_OUTSIDE;
	if (s->again == PTSI_AGAIN_SKIPPED)
		return ptsi_again_rewind(s, st) < 0 ? -1 : PTSI_STOP_OWN;
	if (pay(s, st) < 0 || put_args_back(s, st) < 0)
		return -1;
	s->again = PTSI_AGAIN_NO;
	return s->wants_syscalls ? PTSI_STOP_EXIT : PTSI_STOP_OWN;
}

static int call_stop(struct ptsi_tracee *t, int kind)
{
	struct ptsi_state *s = ptsi_state(t);
	struct ptsi_stop st;
	int r;

	ptsi_state_load(t, &st, false);
	r = ptsi_stop_info_native(&st);
	if (r < 0)
		return -1;
	if (!r) {
		int op = kind == PTSI_STOP_SECCOMP ? PTSI_SYSCALL_INFO_SECCOMP : counted(s, &st);

		if (op < 0)
			return -1;
		if (op != PTSI_SYSCALL_INFO_NONE && ptsi_stop_info_by_registers(&st, op) < 0)
			return -1;
	}
	switch (st.info_size ? st.info.op : PTSI_SYSCALL_INFO_NONE) {
	case PTSI_SYSCALL_INFO_ENTRY:
		r = entry_stop(s, &st);
		break;
	case PTSI_SYSCALL_INFO_EXIT:
		r = exit_stop(s, &st);
		break;
	case PTSI_SYSCALL_INFO_SECCOMP:
		r = seccomp_stop(s, &st);
		break;
	default:
		s->phase = PTSI_UNSURE;
		return PTSI_STOP_UNKNOWN;
	}
	if (r > 0 && r != PTSI_STOP_OWN)
		ptsi_state_take(s, &st);
	return r;
}

int ptsi_tracee_stop(struct ptsi_tracee *t, int wstatus, struct ptsi_syscall_info *info)
{
	struct ptsi_state *s = ptsi_state(t);
	struct ptsi_stop st;
	int kind;

	memset(info, 0, sizeof *info);
	s->now_size = 0;
	ptsi_state_load(t, &st, false);
	kind = kind_of(&st, wstatus);
	switch (kind) {
	case PTSI_STOP_ENTRY:
	case PTSI_STOP_SECCOMP:
		kind = call_stop(t, kind);
		if (s->now_size)
			memcpy(info, &s->now, sizeof *info);
		return kind;
	case PTSI_STOP_EVENT:
		if (wstatus >> 16 == EVENT_EXEC || wstatus >> 16 == EVENT_EXIT)
			forget_call(s);
		s->phase = wstatus >> 16 == EVENT_STOP ? PTSI_OUTSIDE : PTSI_INSIDE;
		return kind;
	case PTSI_STOP_GONE:
		forget_call(s);
		return kind;
	case PTSI_STOP_SIGNAL:
	case PTSI_STOP_GROUP:
		s->phase = PTSI_OUTSIDE;
		return kind;
	default:
		return -1;
	}
}

/* What was set is what the stop is about from now on. */
static void update(struct ptsi_tracee *t, const struct ptsi_syscall_info *want)
{
	struct ptsi_state *s = ptsi_state(t);

	if (want->instruction_pointer)
		s->now.instruction_pointer = want->instruction_pointer;
	if (want->stack_pointer)
		s->now.stack_pointer = want->stack_pointer;
	if (s->now.op == PTSI_SYSCALL_INFO_EXIT) {
		s->now.exit = want->exit;
		return;
	}
	s->owed = s->in_place = false;
	s->now.entry.nr = want->entry.nr;
	for (int i = 0; i < 6; i++) {
		if ((t->flags & PTSI_KEEP_ARGS) && want->entry.args[i] != s->now.entry.args[i]) {
			if (!(s->kept_args & 1 << i))
				s->was[i] = s->now.entry.args[i];
			s->kept_args |= (uint8_t)(1 << i);
			s->wrote[i] = want->entry.args[i];
		}
		s->now.entry.args[i] = want->entry.args[i];
	}
}

/* Skip by a number that does no harm, for a tracee whose own filter kills on -1. */
static int skip_by_getpid(struct ptsi_stop *st, const struct ptsi_syscall_info *skip)
{
	struct ptsi_syscall_info getpid = st->info;
	struct ptsi_plan plan;
	int nr;

	if (ptsi_stop_plan(st, skip, &plan) < 0)
		return -1;
	nr = ptsi_harmless_nr(st);
	if (nr < 0)
		return -1;
	getpid.instruction_pointer = skip->instruction_pointer;
	getpid.stack_pointer = skip->stack_pointer;
	getpid.entry.nr = (uint64_t)nr;
	if (ptsi_stop_set(st, &getpid) < 0)
		return -1;
	st->info.entry.nr = getpid.entry.nr;
	return PTSI_AT_EXIT;
}

static int skip_by_minus_one(struct ptsi_stop *st, const struct ptsi_syscall_info *skip)
{
	int r = ptsi_stop_set(st, skip);

	if (r >= 0)
		st->info.entry.nr = UINT64_MAX;
	return r;
}

static int set_skip(struct ptsi_tracee *t, struct ptsi_stop *st,
		    const struct ptsi_syscall_info *want)
{
	struct ptsi_state *s = ptsi_state(t);
	struct ptsi_syscall_info skip = *want, now;
	int r;

	if (ptsi_stop_abi(st) < 0)
		return -1;
	if (want->op == st->info.op) { /* nr -1 */
		skip.exit.rval = -(int64_t)st->abi->enosys;
		skip.exit.is_error = 1;
	}
	skip.op = PTSI_SYSCALL_INFO_SKIP;
	r = t->flags & PTSI_HARMLESS_NR ? skip_by_getpid(st, &skip) : skip_by_minus_one(st, &skip);
	if (r < 0)
		return -1;
	now = st->info;
	now.instruction_pointer = want->instruction_pointer;
	now.stack_pointer = want->stack_pointer;
	update(t, &now);
	s->rval = skip.exit.rval;
	s->is_error = skip.exit.is_error;
	s->owed = r == PTSI_AT_EXIT;
	s->in_place = true;
	s->again = PTSI_AGAIN_NO;
	if (st->abi->no_exit && st->abi->no_exit(st))
		s->phase = PTSI_OUTSIDE;
	return 0;
}

static bool is_skip(const struct ptsi_syscall_info *now, const struct ptsi_syscall_info *want)
{
	if (now->op == PTSI_SYSCALL_INFO_EXIT)
		return false;
	if (want->op == now->op)
		return want->entry.nr == UINT64_MAX && now->entry.nr != UINT64_MAX;
	return want->op == PTSI_SYSCALL_INFO_SKIP || want->op == PTSI_SYSCALL_INFO_EXIT;
}

int ptsi_tracee_set(struct ptsi_tracee *t, const struct ptsi_syscall_info *want)
{
	struct ptsi_state *s = ptsi_state(t);
	struct ptsi_stop st;

	if (!s->now_size || ptsi_malformed(want))
		return ptsi_fail(EINVAL);
	ptsi_state_load(t, &st, true);
	if (s->again == PTSI_AGAIN_SKIPPED) /* so it stands in the registers */
		st.info.entry.nr = UINT64_MAX;
	if (is_skip(&s->now, want))
		return set_skip(t, &st, want);
	if (ptsi_stop_set(&st, want) == 0)
		s->again = PTSI_AGAIN_NO;
	else if (errno != EOPNOTSUPP || ptsi_again_start(t, &st, want) < 0)
		return -1;
	update(t, want);
	return 0;
}

int ptsi_tracee_resume(struct ptsi_tracee *t, long request, int sig)
{
	struct ptsi_state *s = ptsi_state(t);
	bool busy = s->owed || s->again != PTSI_AGAIN_NO;
	long r = busy && request == PTSI_CONT ? PTSI_SYSCALL : request;
	struct ptsi_stop st;

	if (busy && r != PTSI_SYSCALL)
		return ptsi_fail(EBUSY);
	ptsi_state_load(t, &st, false);
	if (ptsi_request(&st, r, 0, (void *)(uintptr_t)sig) < 0)
		return -1;
	s->wants_syscalls = request == PTSI_SYSCALL;
	s->now_size = 0;
	if (r != PTSI_SYSCALL)
		s->phase = PTSI_OUTSIDE; /* no exit stop will be seen */
	return 0;
}
