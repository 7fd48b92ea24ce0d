// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The followed tracee: changes at a stop without a second step, and resuming. */
#include <string.h>

#include "followed.h"

_Static_assert(sizeof(struct ptsi_followed) <= sizeof((struct ptsi_tracee *)0)->priv, "priv");

int ptsi_tracee_init(struct ptsi_tracee *t, size_t size, pid_t tid, unsigned flags)
{
	struct ptsi_followed *f = ptsi_followed(t);
	struct ptsi_stop st;

	if (size < sizeof *t || (flags & ~(unsigned)(PTSI_KEEP_ARGS | PTSI_HARMLESS_NR)))
		return ptsi_fail(EINVAL);
	ptsi_core_begin(&st, tid);
	memset(t, 0, sizeof *t);
	t->tid = tid;
	t->flags = flags;
	f->ptrace = st.ptrace;
	f->way = (uint8_t)st.way;
	f->wants_syscalls = true;
	return 0;
}

void ptsi_tracee_never(struct ptsi_tracee *t, int can)
{
	ptsi_followed(t)->never = can;
}

/* The stop as ptsi_tracee_stop has shown it, and as it was changed since. */
static void begin_at_seen(const struct ptsi_tracee *t, struct ptsi_followed *f,
			  struct ptsi_stop *st)
{
	ptsi_stops_begin(f, t->tid, st);
	st->abi = f->seen.abi;
	st->native_get = f->seen.native;
	st->set_refused = f->seen.set_refused;
	st->info = f->seen.info;
	st->info_size = f->seen.info_size;
	if (f->call.replay_step == PTSI_REPLAY_SKIPPED) /* so it stands in the registers */
		st->info.entry.nr = UINT64_MAX;
}

/* PTSI_KEEP_ARGS: the first value that was read is the program's. */
static void keep(struct ptsi_call *call, int i, uint64_t now, uint64_t want)
{
	if (want == now)
		return;
	if (!(call->kept & 1 << i))
		call->was[i] = now;
	call->kept |= (uint8_t)(1 << i);
	call->wrote[i] = want;
}

/* Whether addr is another one now; 0 leaves it alone. */
static bool move(uint64_t *addr, uint64_t want)
{
	if (!want || *addr == want)
		return false;
	*addr = want;
	return true;
}

/* An address that was set, as the tracee's word has it, unless it is one of 64-bit code. */
static uint64_t address_of(const struct ptsi_abi *abi, uint64_t addr)
{
	return abi && abi->address != 8 && ptsi_decode_fits(abi, addr)
		       ? ptsi_decode_narrow(abi, addr)
		       : addr;
}

/*
 * What was set is what the stop is about from now on, in the tracee's own words; abi is NULL if
 * all that was given has their form.
 */
static void update(struct ptsi_tracee *t, const struct ptsi_abi *abi,
		   const struct ptsi_syscall_info *want)
{
	struct ptsi_followed *f = ptsi_followed(t);
	struct ptsi_syscall_info *now = &f->seen.info;
	uint64_t ip = address_of(abi, want->instruction_pointer);
	uint64_t sp = address_of(abi, want->stack_pointer);

	move(&now->instruction_pointer, ip);
	move(&now->stack_pointer, sp);
	if (now->op == PTSI_SYSCALL_INFO_EXIT) {
		now->exit = want->exit;
		if (abi)
			ptsi_decode_as_read(abi, now);
		return;
	}
	if (move(&f->call.ip, ip))
		f->call.moved = true;
	if (move(&f->call.sp, sp))
		f->call.moved = true;
	f->call.owed = (struct ptsi_owed){ 0 };
	if (t->flags & PTSI_KEEP_ARGS)
		keep(&f->call, PTSI_KEPT_NR, now->entry.nr, want->entry.nr);
	now->entry.nr = want->entry.nr;
	if (want->entry.nr == UINT64_MAX) /* no arguments were set */
		return;
	for (int i = 0; i < 6; i++) {
		if (t->flags & PTSI_KEEP_ARGS)
			keep(&f->call, i, now->entry.args[i], want->entry.args[i]);
		if (now->entry.args[i] == want->entry.args[i])
			continue;
		now->entry.args[i] = want->entry.args[i];
		if (abi)
			now->entry.args[i] = ptsi_decode_narrow(abi, want->entry.args[i]);
	}
}

/*
 * 1, 0 or -1: the exit stop will be known for what it is, so that a result can be set there.
 * Without the kernel's word it could be the entry stop of an old kernel.
 */
static int exit_is_told(struct ptsi_followed *f, const struct ptsi_stop *st)
{
	int order = PTSI_ENTRY_FIRST;

	if (!f->seen.native && f->phase == PTSI_CALLED)
		order = ptsi_stops_order(f, st);
	return order < 0 ? -1 : order != PTSI_ORDER_UNKNOWN;
}

/* 1, 0 or -1: a result that is written now stays, or one can be set at the exit stop. */
static int can_give_result(const struct ptsi_tracee *t, struct ptsi_followed *f,
			   struct ptsi_stop *st)
{
	int rule = t->flags & PTSI_HARMLESS_NR ? PTSI_SKIP_EXIT : ptsi_skip_rule(st);
	int has;

	if (rule < 0)
		return -1;
	if (rule == PTSI_SKIP_KEPT)
		return 1;
	if (st->way == PTSI_KERNEL && !(st->abi->native_wrong & PTSI_CAN_RESULT)) {
		has = ptsi_kernel_has_set(st);
		if (has <= 0)
			return has;
	}
	return exit_is_told(f, st);
}

/* In place of a set that failed: by skipping the call, where its exit stop will be known. */
static int set_by_replay(struct ptsi_tracee *t, struct ptsi_stop *st,
			 const struct ptsi_syscall_info *want)
{
	int told = exit_is_told(ptsi_followed(t), st);

	if (told <= 0)
		return told < 0 ? -1 : ptsi_fail(EOPNOTSUPP);
	return ptsi_replay_start(t, st, want);
}

static int skip_by_harmless_nr(struct ptsi_stop *st, const struct ptsi_syscall_info *skip)
{
	struct ptsi_syscall_info call;
	struct ptsi_change change;
	struct ptsi_route route;

	if (ptsi_core_plan(st, skip, &change, &route) < 0 ||
	    ptsi_skip_by_harmless_nr(st, skip, &call) < 0 || ptsi_core_set(st, &call) < 0)
		return -1;
	st->info.entry.nr = call.entry.nr;
	return PTSI_AT_EXIT;
}

static int skip_by_minus_one(struct ptsi_stop *st, const struct ptsi_syscall_info *skip)
{
	int r = ptsi_core_set(st, skip);

	if (r >= 0)
		st->info.entry.nr = UINT64_MAX;
	return r;
}

static int set_skip(struct ptsi_tracee *t, struct ptsi_stop *st,
		    const struct ptsi_syscall_info *want)
{
	struct ptsi_followed *f = ptsi_followed(t);
	struct ptsi_syscall_info skip, now;
	int r;

	if (ptsi_decode_abi(st) < 0)
		return -1;
	ptsi_skip_completed(st->abi, want, &skip);
	r = can_give_result(t, f, st);
	if (r <= 0)
		return r < 0 ? -1 : ptsi_fail(EOPNOTSUPP);
	r = t->flags & PTSI_HARMLESS_NR ? skip_by_harmless_nr(st, &skip)
					: skip_by_minus_one(st, &skip);
	if (r < 0)
		return -1;
	now = st->info;
	now.instruction_pointer = want->instruction_pointer;
	now.stack_pointer = want->stack_pointer;
	update(t, st->abi, &now);
	f->call.owed = (struct ptsi_owed){
		.rval = skip.exit.rval,
		.is_error = skip.exit.is_error,
		.nr = (int)now.entry.nr,
		.skipped = true,
		.due = r == PTSI_AT_EXIT,
	};
	f->call.replay_step = PTSI_REPLAY_NO;
	if (!ptsi_skip_has_exit(st))
		f->phase = PTSI_OUTSIDE;
	return 0;
}

/* nr -1 is one unless the program has made such a call itself; of two skips the last counts. */
static bool is_skip(const struct ptsi_followed *f, const struct ptsi_syscall_info *want)
{
	const struct ptsi_syscall_info *now = &f->seen.info;

	if (now->op == PTSI_SYSCALL_INFO_EXIT)
		return false;
	if (want->op == now->op)
		return want->entry.nr == UINT64_MAX &&
		       (now->entry.nr != UINT64_MAX || f->call.owed.skipped);
	return want->op == PTSI_SYSCALL_INFO_SKIP || want->op == PTSI_SYSCALL_INFO_EXIT;
}

static bool is_unchanged(uint64_t now, uint64_t want)
{
	return want == 0 || want == now;
}

/* Most changes: some fields of a call that nothing has been done to, and no more. */
static bool is_simple(const struct ptsi_followed *f, const struct ptsi_syscall_info *want)
{
	const struct ptsi_syscall_info *now = &f->seen.info;

	if (want->op != now->op || f->call.owed.skipped || f->call.replay_step ||
	    !is_unchanged(now->arch, want->arch) ||
	    !is_unchanged(now->stack_pointer, want->stack_pointer) ||
	    !is_unchanged(now->instruction_pointer, want->instruction_pointer))
		return false;
	if (now->op == PTSI_SYSCALL_INFO_EXIT)
		return want->exit.rval != now->exit.rval ||
		       want->exit.is_error != now->exit.is_error;
	return want->entry.nr != UINT64_MAX && now->entry.nr != UINT64_MAX &&
	       memcmp(&want->entry, &now->entry, sizeof now->entry) != 0;
}

/* With no more work than the kernel's request takes; PTSI_LACKING where that won't do. */
static int set_simply(struct ptsi_tracee *t, const struct ptsi_syscall_info *want)
{
	struct ptsi_followed *f = ptsi_followed(t);
	struct ptsi_stop st;
	int r;

	if (!is_simple(f, want))
		return PTSI_LACKING;
	ptsi_stops_begin(f, t->tid, &st);
	st.set_refused = f->seen.set_refused;
	if (!ptsi_core_is_plain(st.family, want))
		return PTSI_LACKING;
	r = ptsi_kernel_set(&st, want);
	if (r >= 0)
		update(t, NULL, want);
	else if (r == PTSI_LACKING)
		f->seen.set_refused = true;
	return r;
}

int ptsi_tracee_set(struct ptsi_tracee *t, const struct ptsi_syscall_info *want)
{
	struct ptsi_followed *f = ptsi_followed(t);
	struct ptsi_stop st;
	int r;

	if (!f->seen.info_size || ptsi_change_malformed(want))
		return ptsi_fail(EINVAL);
	r = set_simply(t, want);
	if (r != PTSI_LACKING)
		return r;
	begin_at_seen(t, f, &st);
	if (is_skip(f, want))
		return set_skip(t, &st, want);
	if (ptsi_core_set(&st, want) < 0) {
		if (errno != EOPNOTSUPP || set_by_replay(t, &st, want) < 0)
			return -1;
	} else if (f->call.replay_step == PTSI_REPLAY_SKIPPED) {
		f->call.replay_step = PTSI_REPLAY_NO;
	}
	st.info.entry.nr = want->entry.nr;
	if (want->op == PTSI_SYSCALL_INFO_ENTRY && st.abi) /* the number may decide it */
		f->phase = ptsi_skip_has_exit(&st) ? PTSI_INSIDE : PTSI_OUTSIDE;
	update(t, st.abi, want);
	return 0;
}

/* PTRACE_SYSEMU and PTRACE_SYSEMU_SINGLESTEP: the tracee stops at entries, and makes no call. */
static bool is_sysemu(const struct ptsi_family *family, long request)
{
	long sysemu = family->sysemu ? family->sysemu : PTSI_SYSEMU;

	return request == sysemu || request == sysemu + 1;
}

int ptsi_tracee_resume(struct ptsi_tracee *t, long request, int sig)
{
	struct ptsi_followed *f = ptsi_followed(t);
	bool busy = f->call.owed.due || f->call.replay_step != PTSI_REPLAY_NO;
	long r = busy && request == PTSI_CONT ? PTSI_SYSCALL : request;
	struct ptsi_stop st;

	if (busy && r != PTSI_SYSCALL && r != PTSI_LISTEN)
		return ptsi_fail(EBUSY);
	ptsi_stops_begin(f, t->tid, &st);
	if (ptsi_request(&st, r, 0, (void *)(uintptr_t)sig) < 0)
		return -1;
	if (request == PTSI_LISTEN) /* resumes nothing */
		return 0;
	f->wants_syscalls = request == PTSI_SYSCALL || is_sysemu(st.family, request);
	if (r != PTSI_SYSCALL)
		ptsi_stops_leave(f);
	f->seen.info_size = 0;
	return 0;
}
