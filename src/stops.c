// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Which stop a followed tracee is at, and what is done there for a call that was skipped.
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

static void forget_call(struct ptsi_state *s)
{
	s->owed = s->in_place = false;
	s->again = PTSI_AGAIN_NO;
	s->kept_args = 0;
	s->call_abi = NULL;
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
		return errno == EOPNOTSUPP ? PTSI_SYSCALL_INFO_NONE : -1;
	if (!st->abi->presets)
		return PTSI_SYSCALL_INFO_NONE;
	if (ptsi_regs_word(st, st->abi->rval, &rval) < 0)
		return -1;
	if (ptsi_narrow(st->abi, rval) == ptsi_narrow(st->abi, (uint64_t)-(int)st->abi->enosys))
		return PTSI_SYSCALL_INFO_NONE;
	return PTSI_SYSCALL_INFO_EXIT;
}

/*
 * The order, asked for where nothing has shown it: PTRACE_SECCOMP_GET_METADATA is of 4.16.  A size
 * of 0 is refused with EINVAL or EACCES there; an older kernel, which may have either order,
 * says EIO.  Returns an enum ptsi_order, or -1.
 */
int ptsi_find_order(struct ptsi_state *s, const struct ptsi_stop *st)
{
	if (s->order != PTSI_ORDER_UNKNOWN)
		return s->order;
	if (ptsi_request(st, PTSI_SECCOMP_GET_METADATA, 0, NULL) >= 0 || errno == EINVAL ||
	    errno == EACCES)
		s->order = PTSI_ENTRY_FIRST;
	else if (errno == ESRCH)
		return -1;
	return s->order;
}

/*
 * The ABI of a call at its exit: that of its entry, since ip needn't be behind the call's
 * instruction any more (rt_sigreturn); after execve that of the new program's code.
 */
static int exit_abi(const struct ptsi_state *s, struct ptsi_stop *st)
{
	st->info.op = s->executed ? PTSI_SYSCALL_INFO_NONE : PTSI_SYSCALL_INFO_EXIT;
	st->abi = s->executed ? NULL : s->call_abi;
	return ptsi_stop_abi(st);
}

/*
 * Whether a SECCOMP stop is that of a call which is being skipped, by the tracee's own filter for
 * nr -1.  Registers may not tell such a call (mips' -1 is neither n64's nor n32's; riscv's argument
 * 1 has made place for the result), and needn't: its exit stop will come.
 */
static bool being_skipped(const struct ptsi_state *s)
{
	return s->phase == PTSI_INSIDE && (s->owed || s->again == PTSI_AGAIN_SKIPPED);
}

/* What a syscall-stop is, by counting; NONE where that is unsure. */
static int counted(struct ptsi_state *s, struct ptsi_stop *st)
{
	int order;

	if (s->phase == PTSI_OUTSIDE)
		return PTSI_SYSCALL_INFO_ENTRY;
	if (s->phase == PTSI_INSIDE)
		return PTSI_SYSCALL_INFO_EXIT;
	if (s->phase == PTSI_CALLED) {
		order = ptsi_find_order(s, st);
		if (order < 0)
			return -1;
		if (order != PTSI_ORDER_UNKNOWN)
			return order == PTSI_ENTRY_FIRST ? PTSI_SYSCALL_INFO_EXIT :
							   PTSI_SYSCALL_INFO_ENTRY;
	}
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
	int r;

	if (s->skip_nr != -1)
		return PTSI_STOP_OWN;
	r = ptsi_stop_set(st, &skip);
	if (r < 0)
		return -1;
	s->owed = r == PTSI_AT_EXIT;
	s->in_place = true;
	return PTSI_STOP_OWN;
}

/*
 * Of another stop of the call that was entered.  Registers may not tell a number that was set (arm
 * has the program's); but while a result is owed no other call can have come.
 */
static bool is_skipped(const struct ptsi_state *s, const struct ptsi_stop *st)
{
	if (s->owed && !st->native_get)
		return true;
	return (s->owed || s->in_place) && (int)st->info.entry.nr == s->skip_nr;
}

static void enter(struct ptsi_state *s, const struct ptsi_stop *st)
{
	s->call_abi = st->abi;
	s->ip = st->info.instruction_pointer;
	s->sp = st->info.stack_pointer;
}

static int entry_stop(struct ptsi_state *s, struct ptsi_stop *st)
{
	/* before 4.8 the entry stop comes after the SECCOMP stop of the same call */
	bool same = s->phase == PTSI_CALLED && !st->native_get &&
		    s->ip == st->info.instruction_pointer && s->sp == st->info.stack_pointer;

	s->phase = PTSI_INSIDE;
	if (same && is_skipped(s, st))
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
	if (s->phase == PTSI_INSIDE) {
		s->order = PTSI_ENTRY_FIRST;
	} else { /* no entry stop has been seen */
		if (s->phase == PTSI_OUTSIDE && s->wants_syscalls && !no_exit)
			s->order = PTSI_SECCOMP_FIRST;
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
	if (is_skipped(s, st))
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

		if (!(s->kept_args & 1 << i) || abi->arg[i] == PTSI_NO_WORD ||
		    abi->arg[i] == abi->rval || abi->arg[i] == abi->flag)
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
	s->executed = false;
	s->call_abi = NULL;
	if (s->again == PTSI_AGAIN_SKIPPED)
		return ptsi_again_rewind(s, st) < 0 ? -1 : PTSI_STOP_OWN;
	if (pay(s, st) < 0 || put_args_back(s, st) < 0)
		return -1;
	s->again = PTSI_AGAIN_NO;
	return s->wants_syscalls ? PTSI_STOP_EXIT : PTSI_STOP_OWN;
}

/* What the call is the registers don't tell; but where the tracee is stays known. */
static int unreadable(struct ptsi_state *s, int op)
{
	forget_call(s);
	if (op == PTSI_SYSCALL_INFO_EXIT)
		s->phase = PTSI_OUTSIDE;
	else if (op == PTSI_SYSCALL_INFO_ENTRY)
		s->phase = PTSI_INSIDE;
	else if (s->phase != PTSI_INSIDE)
		s->phase = PTSI_CALLED;
	return PTSI_STOP_UNKNOWN;
}

static int call_stop(struct ptsi_state *s, struct ptsi_stop *st, int kind)
{
	int r = ptsi_stop_info_native(st);

	if (r < 0)
		return -1;
	if (!r) {
		int op = kind == PTSI_STOP_SECCOMP ? PTSI_SYSCALL_INFO_SECCOMP : counted(s, st);

		if (op < 0)
			return -1;
		if ((op == PTSI_SYSCALL_INFO_EXIT && exit_abi(s, st) < 0) ||
		    (op != PTSI_SYSCALL_INFO_NONE && ptsi_stop_info_by_registers(st, op) < 0)) {
			if (errno != EOPNOTSUPP)
				return -1;
			if (op == PTSI_SYSCALL_INFO_SECCOMP && being_skipped(s))
				return PTSI_STOP_OWN;
			return unreadable(s, op);
		}
	}
	switch (st->info_size ? st->info.op : PTSI_SYSCALL_INFO_NONE) {
	case PTSI_SYSCALL_INFO_ENTRY:
		r = entry_stop(s, st);
		break;
	case PTSI_SYSCALL_INFO_EXIT:
		r = exit_stop(s, st);
		break;
	case PTSI_SYSCALL_INFO_SECCOMP:
		r = seccomp_stop(s, st);
		break;
	default:
		s->phase = PTSI_UNSURE;
		return PTSI_STOP_UNKNOWN;
	}
	if (r > 0 && r != PTSI_STOP_OWN)
		ptsi_state_take(s, st);
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
		kind = call_stop(s, &st, kind);
		if (s->now_size)
			memcpy(info, &s->now, sizeof *info);
		return kind;
	case PTSI_STOP_EVENT:
		if (wstatus >> 16 == EVENT_EXEC || wstatus >> 16 == EVENT_EXIT)
			forget_call(s);
		s->executed = wstatus >> 16 == EVENT_EXEC;
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
