// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Which stop a followed tracee is at, and whose it is: the caller's or the library's own.
 *
 * Where the kernel has PTRACE_GET_SYSCALL_INFO it is believed.  Elsewhere stops are counted:
 * signals, group-stops and PTRACE_INTERRUPT are taken on the way back to user mode, between
 * calls; events (fork, exec, seccomp...) are in the middle of one.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "followed.h"

enum { EVENT_EXEC = 4, EVENT_EXIT = 6, EVENT_SECCOMP = 7, EVENT_STOP = 128 };

static void forget_call(struct ptsi_followed *f)
{
	f->call = (struct ptsi_call){ 0 };
}

/* The tracee was resumed, and not by PTRACE_SYSCALL: no exit stop will be seen. */
void ptsi_stops_leave(struct ptsi_followed *f)
{
	bool entered = f->seen.info_size && f->seen.info.op == PTSI_SYSCALL_INFO_ENTRY;

	f->phase = PTSI_OUTSIDE;
	if (entered) /* its SECCOMP stop may still come */
		f->call.left = true;
	else
		forget_call(f);
}

/* A stop of the followed tracee, of which nothing is known yet. */
void ptsi_stops_begin(struct ptsi_followed *f, pid_t tid, struct ptsi_stop *st)
{
	ptsi_core_begin(st, tid);
	if (f->ptrace != st->ptrace) /* what another function answers says nothing of this one */
		st->learnt = &f->learnt;
	st->ptrace = f->ptrace;
	st->way = f->way;
	st->never = f->never;
}

/* PTSI_STOP_*, with UNKNOWN for a syscall-stop of either kind, or -1. */
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
		return PTSI_STOP_UNKNOWN;
	/* ptrace(2): a group-stop of a tracee that wasn't seized has no siginfo */
	if (stops && ptsi_request(st, PTSI_GETSIGINFO, 0, &si) < 0)
		return errno == EINVAL ? PTSI_STOP_GROUP : -1;
	return PTSI_STOP_SIGNAL;
}

/*
 * The order of a call's two stops.  Where no call has shown it, ask:
 * PTRACE_SECCOMP_GET_METADATA is of 4.16.  A size of 0 is refused with EINVAL or EACCES
 * there; an older kernel, which may have either order, says EIO.  Returns an enum
 * ptsi_order, or -1.
 */
int ptsi_stops_order(struct ptsi_followed *f, const struct ptsi_stop *st)
{
	if (f->order != PTSI_ORDER_UNKNOWN)
		return f->order;
	if (ptsi_request(st, PTSI_SECCOMP_GET_METADATA, 0, NULL) >= 0 || errno == EINVAL ||
	    errno == EACCES)
		f->order = PTSI_ENTRY_FIRST;
	else if (errno == ESRCH)
		return -1;
	return f->order;
}

/*
 * A stop whose rval isn't the -ENOSYS that the kernel puts there for every entry is an exit; of
 * any other that isn't known.  (Nobody but the kernel has been at it since it stopped.)
 */
static int op_by_result(const struct ptsi_followed *f, struct ptsi_stop *st)
{
	const struct ptsi_abi *abi;
	uint64_t rval;

	st->info.op = PTSI_SYSCALL_INFO_EXIT;
	if (ptsi_decode_abi(st) < 0 && errno != EOPNOTSUPP)
		return -1;
	abi = st->abi ? st->abi : f->seen.abi; /* new programs begin behind no call */
	if (!abi || !abi->presets) {
		st->abi = NULL; /* of an entry it may be another */
		return PTSI_SYSCALL_INFO_NONE;
	}
	if (ptsi_regs_word_of(st, abi, abi->rval, &rval) < 0)
		return -1;
	if (ptsi_decode_narrow(abi, rval) == ptsi_decode_narrow(abi, (uint64_t) - (int)abi->enosys))
		return PTSI_SYSCALL_INFO_NONE;
	return PTSI_SYSCALL_INFO_EXIT;
}

/* What a syscall-stop is, by counting or by a mark that it bears; NONE: it can't be known. */
static int op_by_counting(struct ptsi_followed *f, struct ptsi_stop *st)
{
	int order, op;

	if (f->phase == PTSI_OUTSIDE) {
		/* another thread's execve has no entry, nor has what an old kernel's filter ends */
		op = op_by_result(f, st);
		return op == PTSI_SYSCALL_INFO_NONE ? PTSI_SYSCALL_INFO_ENTRY : op;
	}
	if (f->phase == PTSI_INSIDE)
		return PTSI_SYSCALL_INFO_EXIT;
	if (f->phase == PTSI_CALLED) {
		/* whatever the order, -1 isn't entered (seccomp_phase2, kernel/seccomp.c, 4.7) */
		if (f->call.owed.skipped && f->call.owed.nr == -1)
			return PTSI_SYSCALL_INFO_EXIT;
		order = ptsi_stops_order(f, st);
		if (order < 0)
			return -1;
		if (order == PTSI_ENTRY_FIRST)
			return PTSI_SYSCALL_INFO_EXIT;
		if (order == PTSI_SECCOMP_FIRST)
			return PTSI_SYSCALL_INFO_ENTRY;
	}
	op = ptsi_decode_mark(st);
	return op == PTSI_SYSCALL_INFO_NONE ? op_by_result(f, st) : op;
}

/*
 * The ABI of a call at its exit is that of its entry, since ip needn't be behind the call's
 * instruction any more (rt_sigreturn); after execve it is that of the new program's code.
 */
static int pick_exit_abi(const struct ptsi_call *call, struct ptsi_stop *st)
{
	st->info.op = call->executed ? PTSI_SYSCALL_INFO_NONE : PTSI_SYSCALL_INFO_EXIT;
	st->abi = call->executed ? NULL : call->abi;
	return ptsi_decode_abi(st);
}

/* Fill st->info by registers for a stop that is known to be op. */
static int read_registers(const struct ptsi_call *call, struct ptsi_stop *st, int op)
{
	if (op == PTSI_SYSCALL_INFO_EXIT && pick_exit_abi(call, st) < 0)
		return -1;
	return ptsi_decode_registers(st, op);
}

/*
 * What the call is can't be read from the registers; but where the tracee is stays known.
 * A call that is being skipped needn't be read at the SECCOMP stop of the tracee's own filter
 * for nr -1 (which is neither n64's nor n32's number on mips; riscv's argument 1 has made
 * place for the result): its exit stop will come.
 */
static int unreadable(struct ptsi_followed *f, const struct ptsi_stop *st, int op)
{
	if (ptsi_replay_unmask(f, st) < 0) /* a repeat's entry may be unreadable, too */
		return -1;
	if (op == PTSI_SYSCALL_INFO_SECCOMP && f->phase == PTSI_INSIDE &&
	    (f->call.owed.due || f->call.replay_step == PTSI_REPLAY_SKIPPED))
		return PTSI_STOP_OWN;
	forget_call(f);
	if (op == PTSI_SYSCALL_INFO_EXIT)
		f->phase = PTSI_OUTSIDE;
	else if (op == PTSI_SYSCALL_INFO_ENTRY)
		f->phase = PTSI_INSIDE;
	else if (f->phase != PTSI_INSIDE)
		f->phase = PTSI_CALLED;
	return PTSI_STOP_UNKNOWN;
}

/* A call that was to be skipped has come by again, because of a filter or an old kernel. */
static int skip_again(struct ptsi_owed *owed, struct ptsi_stop *st)
{
	struct ptsi_syscall_info skip = ptsi_skip_payment(owed, PTSI_SYSCALL_INFO_SKIP);
	int r;

	if (owed->nr != -1)
		return PTSI_STOP_OWN;
	r = ptsi_core_set(st, &skip);
	if (r < 0 && errno == ERANGE) /* powerpc: it can't be written here; it is skipped already */
		r = PTSI_AT_EXIT;
	if (r < 0)
		return -1;
	owed->due = r == PTSI_AT_EXIT;
	owed->skipped = true;
	return PTSI_STOP_OWN;
}

/*
 * Of another stop of the call that was entered, whether that call is skipped.  Registers may
 * not tell a number that was set (arm has the program's); but while a result is owed no other
 * call can have come.
 */
static bool is_skipped(const struct ptsi_owed *owed, const struct ptsi_stop *st)
{
	if (owed->due && !st->native_get)
		return true;
	return owed->skipped && (int)st->info.entry.nr == owed->nr;
}

static void enter(struct ptsi_call *call, const struct ptsi_stop *st)
{
	call->abi = st->abi;
	call->ip = st->info.instruction_pointer;
	call->sp = st->info.stack_pointer;
}

/* 1, 0 or -1: this is the repeat's stop that a rewound tracee was on its way to. */
static int is_replay(struct ptsi_followed *f, struct ptsi_stop *st)
{
	if (f->call.replay_step != PTSI_REPLAY_REWOUND)
		return 0;
	if (ptsi_decode_abi(st) < 0 || ptsi_replay_unmask(f, st) < 0)
		return -1;
	return ptsi_replay_is_entered(&f->call, st);
}

/*
 * Whether this SECCOMP stop is of the call at whose entry stop the tracee was resumed without
 * PTRACE_SYSCALL: then nothing has come in between.  It is the same if all of it is.
 */
static bool is_left_call(const struct ptsi_followed *f, const struct ptsi_stop *st)
{
	return f->call.left && ptsi_decode_is_same_call(st->abi, &st->info, &f->seen.info);
}

static int entry_stop(struct ptsi_followed *f, struct ptsi_stop *st)
{
	struct ptsi_call *call = &f->call;
	/* before 4.8 the entry stop comes after the SECCOMP stop of the same call */
	bool same = f->phase == PTSI_CALLED && !st->native_get && ptsi_followed_in_place(call, st);
	int replay;

	f->phase = st->abi && !ptsi_skip_has_exit(st) ? PTSI_OUTSIDE : PTSI_INSIDE;
	if (same && is_skipped(&call->owed, st)) /* by a harmless number: -1 isn't entered */
		return PTSI_STOP_OWN;
	replay = is_replay(f, st);
	if (replay)
		return replay < 0 ? -1 : PTSI_STOP_OWN;
	if (!same)
		forget_call(f);
	enter(call, st);
	return f->wants_syscalls ? PTSI_STOP_ENTRY : PTSI_STOP_OWN;
}

static int seccomp_stop(struct ptsi_followed *f, struct ptsi_stop *st)
{
	struct ptsi_call *call = &f->call;
	bool exits;
	int replay;

	if (ptsi_decode_abi(st) < 0)
		return -1;
	exits = ptsi_skip_has_exit(st);
	if (f->phase == PTSI_INSIDE) {
		f->order = PTSI_ENTRY_FIRST;
	} else { /* no entry stop has been seen */
		if (f->phase == PTSI_OUTSIDE && f->wants_syscalls && exits)
			f->order = PTSI_SECCOMP_FIRST;
		f->phase = PTSI_CALLED;
		replay = is_replay(f, st);
		if (replay)
			return replay < 0 ? -1 : PTSI_STOP_OWN;
		if (!is_left_call(f, st))
			forget_call(f);
		call->left = false;
	}
	if (!exits)
		f->phase = PTSI_OUTSIDE;
	if (call->replay_step == PTSI_REPLAY_SKIPPED ||
	    (call->replay_step == PTSI_REPLAY_RUNNING && call->replay_stop == PTSI_STOP_SECCOMP))
		return PTSI_STOP_OWN;
	if (is_skipped(&call->owed, st))
		return skip_again(&call->owed, st);
	enter(call, st);
	return PTSI_STOP_SECCOMP;
}

static int exit_stop(struct ptsi_followed *f, struct ptsi_stop *st)
{
	struct ptsi_call *call = &f->call;

	f->phase = PTSI_OUTSIDE;
	if (call->replay_step == PTSI_REPLAY_SKIPPED)
		return ptsi_replay_rewind(f, st) < 0 ? -1 : PTSI_STOP_OWN;
	if (ptsi_owed_pay(call, st) < 0)
		return -1;
	forget_call(f);
	return f->wants_syscalls ? PTSI_STOP_EXIT : PTSI_STOP_OWN;
}

static int call_stop(struct ptsi_followed *f, struct ptsi_stop *st, int kind)
{
	int op, r = ptsi_decode_native(st);

	if (r == PTSI_LACKING) {
		op = kind == PTSI_STOP_SECCOMP ? PTSI_SYSCALL_INFO_SECCOMP : op_by_counting(f, st);
		if (op < 0)
			return -1;
		r = op == PTSI_SYSCALL_INFO_NONE ? 0 : read_registers(&f->call, st, op);
		if (r < 0 && errno == EOPNOTSUPP)
			return unreadable(f, st, op);
	}
	if (r < 0)
		return -1;
	/* nothing but a kill, and PTRACE_O_TRACEEXIT, takes a tracee from there to another stop */
	if (st->native_get && st->info.op == PTSI_SYSCALL_INFO_NONE)
		return ptsi_fail(ESRCH);
	switch (st->info_size ? st->info.op : PTSI_SYSCALL_INFO_NONE) {
	case PTSI_SYSCALL_INFO_ENTRY:
		return entry_stop(f, st);
	case PTSI_SYSCALL_INFO_EXIT:
		return exit_stop(f, st);
	case PTSI_SYSCALL_INFO_SECCOMP:
		return seccomp_stop(f, st);
	default:
		f->phase = PTSI_UNSURE;
		return PTSI_STOP_UNKNOWN;
	}
}

/* The stop is the caller's, who may set something there. */
static void show(struct ptsi_seen *seen, const struct ptsi_stop *st, struct ptsi_syscall_info *info)
{
	seen->abi = st->abi;
	seen->native = st->native_get;
	seen->set_refused = st->set_refused;
	seen->info = st->info;
	seen->info_size = st->info_size;
	memcpy(info, &st->info, sizeof *info);
}

/*
 * Between calls.  A call that was entered can have no exit stop any more; but a signal that
 * can't be blocked stops a tracee that is about to make its call again, too.
 */
static void stop_outside(struct ptsi_followed *f)
{
	f->phase = PTSI_OUTSIDE;
	if (f->call.replay_step != PTSI_REPLAY_REWOUND)
		forget_call(f);
}

/* In the middle of a call; of which, isn't known where its entry wasn't seen. */
static void event_stop(struct ptsi_followed *f, int event)
{
	if (event == EVENT_EXEC || event == EVENT_EXIT || f->phase == PTSI_OUTSIDE)
		forget_call(f);
	f->call.executed = event == EVENT_EXEC;
	f->phase = PTSI_INSIDE;
}

int ptsi_tracee_stop(struct ptsi_tracee *t, int wstatus, struct ptsi_syscall_info *info)
{
	struct ptsi_followed *f = ptsi_followed(t);
	struct ptsi_stop st;
	uint8_t phase = f->phase;
	int kind;

	memset(info, 0, sizeof *info);
	f->seen.info_size = 0;
	ptsi_stops_begin(f, t->tid, &st);
	kind = kind_of(&st, wstatus);
	if (kind >= 0 && kind != PTSI_STOP_GONE && f->call.replay_step != PTSI_REPLAY_REWOUND)
		ptsi_replay_unmask(f, &st); /* where that has failed before */
	switch (kind) {
	case PTSI_STOP_UNKNOWN:
	case PTSI_STOP_SECCOMP:
		kind = call_stop(f, &st, kind);
		if (kind > PTSI_STOP_UNKNOWN && kind != PTSI_STOP_OWN)
			show(&f->seen, &st, info);
		break;
	case PTSI_STOP_EVENT:
		if (wstatus >> 16 == EVENT_STOP)
			stop_outside(f);
		else
			event_stop(f, wstatus >> 16);
		break;
	case PTSI_STOP_GONE:
		forget_call(f);
		break;
	case PTSI_STOP_SIGNAL:
	case PTSI_STOP_GROUP:
		stop_outside(f);
		break;
	}
	if (kind < 0) /* who got an error may ask again */
		f->phase = phase;
	return kind;
}
