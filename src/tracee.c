// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The followed tracee: changes at a stop without a second step, and resuming. */
#include <errno.h>
#include <string.h>

#include "abi.h"

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
	s->native = st->native_get;
	s->now = st->info;
	s->now_size = st->info_size;
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

/*
 * Whether the exit stop will be known for what it is, so that a result can be set there: 1, 0 or
 * -1.  Without the kernel's word it could be the entry stop of an old kernel.
 */
static int exit_is_told(struct ptsi_state *s, const struct ptsi_stop *st)
{
	int order = PTSI_ENTRY_FIRST;

	if (!s->native && s->phase == PTSI_CALLED)
		order = ptsi_find_order(s, st);
	return order < 0 ? -1 : order != PTSI_ORDER_UNKNOWN;
}

/* Whether the result stays where it is written at this stop: 1, 0 or -1. */
static int stays_written(const struct ptsi_tracee *t, struct ptsi_stop *st)
{
	int rule = t->flags & PTSI_HARMLESS_NR ? PTSI_SKIP_EXIT : ptsi_skip_rule(st);

	return rule < 0 ? -1 : rule == PTSI_SKIP_KEPT;
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
	r = stays_written(t, st);
	if (r == 0)
		r = exit_is_told(s, st);
	if (r <= 0)
		return r < 0 ? -1 : ptsi_fail(EOPNOTSUPP);
	r = t->flags & PTSI_HARMLESS_NR ? skip_by_getpid(st, &skip) : skip_by_minus_one(st, &skip);
	if (r < 0)
		return -1;
	now = st->info;
	now.instruction_pointer = want->instruction_pointer;
	now.stack_pointer = want->stack_pointer;
	update(t, &now);
	s->skip_nr = (int)now.entry.nr;
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

static bool stays(uint64_t now, uint64_t want)
{
	return want == 0 || want == now;
}

/* Most changes: some fields of a call that nothing has been done to, and no more. */
static bool is_simple(const struct ptsi_state *s, const struct ptsi_syscall_info *want)
{
	const struct ptsi_syscall_info *now = &s->now;

	if (want->op != now->op || s->owed || s->in_place || s->again || s->never ||
	    !stays(now->arch, want->arch) || !stays(now->stack_pointer, want->stack_pointer) ||
	    !stays(now->instruction_pointer, want->instruction_pointer))
		return false;
	if (now->op == PTSI_SYSCALL_INFO_EXIT)
		return want->exit.rval != now->exit.rval || want->exit.is_error != now->exit.is_error;
	return want->entry.nr != UINT64_MAX && now->entry.nr != UINT64_MAX &&
	       memcmp(&want->entry, &now->entry, sizeof now->entry) != 0;
}

/* With no more work than the kernel's request takes; PTSI_LACKING where that won't do. */
static int set_simply(struct ptsi_tracee *t, const struct ptsi_syscall_info *want)
{
	struct ptsi_stop st;
	int r;

	if (!is_simple(ptsi_state(t), want))
		return PTSI_LACKING;
	ptsi_state_load(t, &st, false);
	if (!ptsi_is_plain(st.family, want))
		return PTSI_LACKING;
	r = ptsi_native_set(&st, want);
	if (r >= 0)
		update(t, want);
	return r;
}

int ptsi_tracee_set(struct ptsi_tracee *t, const struct ptsi_syscall_info *want)
{
	struct ptsi_state *s = ptsi_state(t);
	struct ptsi_stop st;
	int r;

	if (!s->now_size || ptsi_malformed(want))
		return ptsi_fail(EINVAL);
	r = set_simply(t, want);
	if (r != PTSI_LACKING)
		return r;
	ptsi_state_load(t, &st, true);
	if (s->again == PTSI_AGAIN_SKIPPED) /* so it stands in the registers */
		st.info.entry.nr = UINT64_MAX;
	if (is_skip(&s->now, want))
		return set_skip(t, &st, want);
	if (ptsi_stop_set(&st, want) < 0) {
		if (errno != EOPNOTSUPP || ptsi_again_start(t, &st, want) < 0)
			return -1;
	} else if (s->again == PTSI_AGAIN_SKIPPED) {
		s->again = PTSI_AGAIN_NO;
	}
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
