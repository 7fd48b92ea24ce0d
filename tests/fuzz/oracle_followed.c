// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What a followed tracee adds: which stop is told, what is owed, what is put back. */
#include "oracle.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

enum { EVENT_STOP = 128, KEPT_NR = 1 << 6 };

static bool is_restart_code(int64_t rval)
{
	return rval == -512 || rval == -513 || rval == -514 || rval == -516;
}

static bool is_call(int op)
{
	return op == ENTRY || op == SECCOMP;
}

void oracle_follow_begin(struct oracle_follow *f)
{
	f->skipped = f->due = f->moved = false;
	f->kept = 0;
}

/* Of a stop that isn't of a call. */
static int kind_of_none(int wstatus)
{
	int sig = WSTOPSIG(wstatus);
	bool stops = sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;

	if (wstatus >> 16 == 0)
		return PTSI_STOP_SIGNAL;
	return wstatus >> 16 == EVENT_STOP && stops ? PTSI_STOP_GROUP : PTSI_STOP_EVENT;
}

/* PTSI_KEEP_ARGS: word has what was written, and gets back what the program had. */
static void put_back(const struct oracle_stop *st, const struct oracle_follow *f,
		     struct oracle_expect *e, int word, uint64_t wrote, uint64_t was)
{
	if (oracle_narrow(st->abi, st->regs.w[word]) != oracle_narrow(st->abi, wrote))
		return;
	e->regs.w[word] = was;
	if (!f->moved) /* what the tracer has moved may be carried along or not */
		e->alt.w[word] = was;
}

/* The call's exit: the result that was chosen, and the program's own arguments. */
static int at_exit(const struct oracle_stop *st, struct oracle_follow *f, struct oracle_expect *e)
{
	const struct oracle_abi *abi = st->abi;

	if (f->skipped)
		oracle_put_result(abi, e, f->rval);
	for (int i = 0; i < 6; i++)
		if (f->kept & 1 << i)
			put_back(st, f, e, abi->arg[i], f->wrote[i], f->was[i]);
	if (f->kept & KEPT_NR && is_restart_code((int64_t)st->regs.w[abi->rval]))
		put_back(st, f, e, abi->nr, f->wrote_nr, f->was_nr);
	oracle_cut(abi, e);
	return f->wants_syscalls ? PTSI_STOP_EXIT : PTSI_STOP_OWN;
}

static int at_seccomp(const struct oracle_stop *st, struct oracle_follow *f,
		      struct oracle_expect *e)
{
	if (!f->skipped || st->info.entry.nr != (uint64_t)(int64_t)f->nr)
		return PTSI_STOP_SECCOMP;
	if (f->nr == -1 && !e->unknown) { /* the result is kept there, if it wasn't before */
		oracle_put_result(st->abi, e, f->rval);
		f->next_due = false;
	}
	return PTSI_STOP_OWN;
}

/* What ptsi_tracee_stop returns, and does to the registers; begins: the stop is a new call's. */
void oracle_tracee_stop(const struct oracle_stop *st, const struct oracle_env *env,
			struct oracle_follow *f, int wstatus, bool begins, struct oracle_expect *e)
{
	oracle_nothing(st, e);
	if (begins)
		oracle_follow_begin(f);
	f->next_due = f->due;
	e->unknown = !env->get && (env->moved || f->unsure);
	if (f->skipped && env->way == PTSI_KERNEL && !env->set) /* since the entry stop */
		e->may |= oracle_errno(EOPNOTSUPP);
	if (st->info.op == NONE)
		e->unknown = false;
	if (st->info.op == NONE)
		e->ret = kind_of_none(wstatus);
	else if (st->info.op == ENTRY)
		e->ret = f->wants_syscalls ? PTSI_STOP_ENTRY : PTSI_STOP_OWN;
	else if (st->info.op == SECCOMP)
		e->ret = at_seccomp(st, f, e);
	else
		e->ret = at_exit(st, f, e);
}

/* After ptsi_tracee_stop has returned kind. */
void oracle_tracee_stopped(const struct oracle_stop *st, struct oracle_follow *f, int kind)
{
	f->shown = kind == PTSI_STOP_ENTRY || kind == PTSI_STOP_EXIT || kind == PTSI_STOP_SECCOMP;
	f->due = f->next_due;
	f->unsure = kind == PTSI_STOP_UNKNOWN; /* then the next may be either, too */
	if (st->info.op == NONE || st->info.op == EXIT || kind == PTSI_STOP_UNKNOWN)
		oracle_follow_begin(f);
}

static bool is_skip(const struct oracle_stop *st, const struct oracle_follow *f,
		    const struct ptsi_syscall_info *want)
{
	if (!is_call(st->info.op))
		return false;
	if (want->op == st->info.op)
		return want->entry.nr == UINT64_MAX &&
		       (st->info.entry.nr != UINT64_MAX || f->skipped);
	return want->op == SKIP || want->op == EXIT;
}

/* A skip as one with a result. */
static struct ptsi_syscall_info completed(const struct ptsi_syscall_info *want)
{
	struct ptsi_syscall_info skip = *want;

	skip.op = SKIP;
	if (is_call(want->op)) {
		memset(&skip.entry, 0, sizeof skip.entry);
		skip.exit.rval = ENOSYS_RVAL;
		skip.exit.is_error = 1;
	}
	return skip;
}

static int harmless(const struct oracle_stop *st)
{
	bool x32 = st->abi->value == 8 && (int64_t)st->info.entry.nr >= X32_BIT;

	return st->abi->getpid | (x32 ? X32_BIT : 0);
}

/* The call is made, but for a harmless one's number; a skipped one's result goes. */
static void by_harmless_nr(const struct oracle_stop *st, struct oracle_expect *e)
{
	const struct oracle_abi *abi = st->abi;

	if (oracle_is_vsyscall(st))
		e->must |= oracle_errno(EOPNOTSUPP);
	e->regs.w[abi->nr] = e->alt.w[abi->nr] = (uint64_t)harmless(st);
	e->regs.w[abi->rval] = e->alt.w[abi->rval] = st->regs.w[abi->rval];
	if (st->info.entry.nr == UINT64_MAX)
		e->alt.w[abi->rval] = (uint64_t)ENOSYS_RVAL;
	oracle_cut(abi, e);
}

void oracle_tracee_set(const struct oracle_stop *st, const struct oracle_env *env,
		       const struct oracle_follow *f, const struct ptsi_syscall_info *want,
		       struct oracle_expect *e)
{
	struct oracle_env known = *env;
	struct ptsi_syscall_info skip;

	known.get = true;
	if (is_skip(st, f, want)) {
		skip = completed(want);
		oracle_set(st, &known, &skip, sizeof skip, e);
		if (f->flags & PTSI_HARMLESS_NR)
			by_harmless_nr(st, e);
		if (e->must && env->way == PTSI_KERNEL && !env->set)
			e->must |= oracle_errno(EOPNOTSUPP);
	} else {
		oracle_set(st, &known, want, sizeof *want, e);
	}
	e->ret = 0;
	if (!f->shown)
		e->must |= oracle_errno(EINVAL);
}

static void keep_nr(struct oracle_follow *f, uint64_t was, uint64_t nr)
{
	if (was == nr)
		return;
	if (!(f->kept & KEPT_NR))
		f->was_nr = was;
	f->kept |= KEPT_NR;
	f->wrote_nr = nr;
}

static void keep(struct oracle_follow *f, const struct oracle_stop *was,
		 const struct ptsi_syscall_info *want)
{
	for (int i = 0; i < 6; i++) {
		if (want->entry.args[i] == was->info.entry.args[i])
			continue;
		if (!(f->kept & 1 << i))
			f->was[i] = was->info.entry.args[i];
		f->kept |= 1 << i;
		f->wrote[i] = want->entry.args[i];
	}
}

/* After a set that has succeeded; was: before it. */
void oracle_tracee_was_set(const struct oracle_stop *was, struct oracle_follow *f,
			   const struct ptsi_syscall_info *want)
{
	struct ptsi_syscall_info skip;

	if (!is_call(was->info.op))
		return;
	if ((want->instruction_pointer &&
	     want->instruction_pointer != was->info.instruction_pointer) ||
	    (want->stack_pointer && want->stack_pointer != was->info.stack_pointer))
		f->moved = true;
	if (!is_skip(was, f, want)) {
		f->skipped = f->due = false;
		if ((f->flags & PTSI_KEEP_ARGS) && want->entry.nr != UINT64_MAX)
			keep(f, was, want);
		if (f->flags & PTSI_KEEP_ARGS)
			keep_nr(f, was->info.entry.nr, want->entry.nr);
		return;
	}
	skip = completed(want);
	f->skipped = true;
	f->rval = skip.exit.rval;
	f->nr = f->flags & PTSI_HARMLESS_NR ? harmless(was) : -1;
	f->due = was->info.op == ENTRY || (f->flags & PTSI_HARMLESS_NR);
	if (f->flags & PTSI_KEEP_ARGS)
		keep_nr(f, was->info.entry.nr, (uint64_t)(int64_t)f->nr);
}
