// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Which way each change goes: the kernel's request, registers, or both. */
#include <string.h>

#include "stop.h"

/* PTSI_CAN_* but for what can't be done at this stop, either way. */
static int without_cant(const struct ptsi_stop *st, int can)
{
	bool exit = st->info.op == PTSI_SYSCALL_INFO_EXIT;

	return can & ~(exit ? st->abi->cant_exit : st->abi->cant_entry);
}

/* PTSI_CAN_* that the kernel's request does right at this stop, where there is one. */
int ptsi_route_native_can(const struct ptsi_stop *st)
{
	int can = 0;

	if (st->info.op == PTSI_SYSCALL_INFO_EXIT)
		can = PTSI_CAN_RESULT;
	else if (ptsi_before_call(st->info.op))
		can = PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP;
	return without_cant(st, can & ~st->abi->native_wrong);
}

/* PTSI_CAN_* but REPEAT that registers do at this stop; -1 if they can't be looked at. */
int ptsi_route_regs_can(struct ptsi_stop *st)
{
	const struct ptsi_abi *abi = st->abi;
	int rule, can = (abi->ip ? PTSI_CAN_IP : 0) | (abi->sp ? PTSI_CAN_SP : 0);

	if (st->info.op == PTSI_SYSCALL_INFO_EXIT)
		return without_cant(st, abi->rval ? can | PTSI_CAN_RESULT : can) & ~st->never;
	if (!ptsi_before_call(st->info.op))
		return 0;
	rule = ptsi_skip_rule(st);
	if (rule < 0)
		return -1;
	if (rule != PTSI_SKIP_NO)
		can |= PTSI_CAN_SKIP;
	if (rule == PTSI_SKIP_KEPT)
		can |= PTSI_CAN_DONE;
	if (abi->nr)
		can |= PTSI_CAN_NR;
	for (int i = 0; i < 6; i++)
		if (abi->arg[i])
			can |= PTSI_CAN_ARG(i);
	return without_cant(st, can) & ~st->never;
}

/* 1, 0 or -1: the call of this exit stop can be repeated; entry: as that, or NULL. */
int ptsi_route_can_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *entry)
{
	if (!st->abi->user_nr || (st->never & PTSI_CAN_REPEAT))
		return 0;
	return st->abi->repeats ? st->abi->repeats(st, entry) : 1;
}

/*
 * A success that looks like a restart code, where a flag tells errors: the kernel may take
 * it for one (mips), and what else has to be written then is known to the ABI alone.
 */
static bool looks_restarted(const struct ptsi_stop *st, const struct ptsi_change *change)
{
	return st->abi->flag && !change->is_error && ptsi_is_restart_code(-change->rval);
}

/*
 * Find the way of each change; the errno when one can't be done, and then route->lacks
 * tells which.
 */
int ptsi_route_find(struct ptsi_stop *st, const struct ptsi_change *change,
		    struct ptsi_route *route)
{
	int has;

	memset(route, 0, sizeof *route);
	route->native = change->what & ptsi_route_native_can(st);
	if (looks_restarted(st, change))
		route->native &= ~PTSI_CAN_RESULT;
	if (route->native == change->what && !change->with_result && ptsi_kernel_may_set(st))
		return 0; /* the request is tried, not asked for */
	route->can = ptsi_route_regs_can(st);
	if (route->can < 0)
		return -1;
	route->lacks = change->what & ~route->can;
	if (route->native &&
	    (!change->with_result || (route->lacks & route->native) || st->way == PTSI_KERNEL)) {
		/* registers are written first: that the request is absent must not come after that
		 */
		has = ptsi_kernel_has_set(st);
		if (has < 0)
			return -1;
		if (!has && st->way == PTSI_KERNEL)
			return ptsi_fail(EOPNOTSUPP);
		if (!has)
			route->native = 0;
		route->lacks &= ~route->native;
	}
	if (route->lacks & (PTSI_CAN_IP | PTSI_CAN_SP))
		return ptsi_fail(EINVAL);
	return route->lacks ? ptsi_fail(EOPNOTSUPP) : 0;
}

/* What goes by registers when those changes do that are in what. */
static int edit_all(struct ptsi_stop *st, struct ptsi_edits *ed, const struct ptsi_change *change,
		    int what)
{
	if ((what & PTSI_CAN_SKIP) && ptsi_skip_edit(st, ed, change) < 0)
		return -1;
	if ((change->what & ~what & PTSI_CAN_SKIP) && ptsi_skip_edit_native(st, ed) < 0)
		return -1;
	if ((change->what & PTSI_CAN_NR) && st->info.entry.nr == UINT64_MAX &&
	    ptsi_skip_edit_revived(st, ed) < 0) /* which no request does */
		return -1;
	return ptsi_edit_change(st, ed, change, what);
}

static int go_by_registers(struct ptsi_stop *st, const struct ptsi_change *change, int what)
{
	struct ptsi_edits ed = { .n = 0 };

	return edit_all(st, &ed, change, what) < 0 ? -1 : ptsi_regs_write(st, &ed);
}

/*
 * The kernel's request, in the form that the tracee's registers have.  Of a 32-bit tracee's
 * arguments a 64-bit kernel may take the upper halves for a part (syscall_set_arguments in
 * arch/arm64/include/asm/syscall.h, seen on 7.2): change's are narrow.
 */
static int set_natively(const struct ptsi_stop *st, const struct ptsi_change *change)
{
	struct ptsi_syscall_info info = { .op = st->info.op };

	if (info.op == PTSI_SYSCALL_INFO_EXIT) {
		info.exit.rval = change->rval;
		info.exit.is_error = change->is_error;
	} else {
		info.entry.nr = change->nr;
		memcpy(info.entry.args, change->args, sizeof info.entry.args);
	}
	return ptsi_kernel_set(st, &info);
}

/* In place of a request that turned out to be absent, or refused to this very thread. */
static int go_without_native(struct ptsi_stop *st, const struct ptsi_change *change,
			     const struct ptsi_route *route)
{
	int can = st->way == PTSI_KERNEL ? 0 : ptsi_route_regs_can(st);

	st->set_refused = true; /* so that who plans anew knows */
	if (can < 0)
		return -1;
	if (route->native & ~can)
		return ptsi_fail(EOPNOTSUPP);
	return go_by_registers(st, change, route->native);
}

/* Registers first: what they were is known, so that they can be put back. */
static int go_both_ways(struct ptsi_stop *st, const struct ptsi_change *change,
			const struct ptsi_route *route)
{
	struct ptsi_edits ed = { .keep_old = true };
	int r;

	if (edit_all(st, &ed, change, change->what & ~route->native) < 0 ||
	    ptsi_regs_write(st, &ed) < 0)
		return -1;
	r = set_natively(st, change);
	if (r == PTSI_LACKING)
		r = go_without_native(st, change, route);
	return r < 0 ? ptsi_regs_undo(st, &ed) : 0;
}

/*
 * A skip: the number by the request, which has no place for a result, the rest by registers.  What
 * the rest takes is found out first, as for a call whose number is -1.
 */
static int go_skip(struct ptsi_stop *st, const struct ptsi_change *change,
		   const struct ptsi_route *route)
{
	struct ptsi_syscall_info was = st->info;
	struct ptsi_edits ed = { .n = 0 };
	int r, err;

	st->info.entry.nr = UINT64_MAX;
	r = edit_all(st, &ed, change, change->what);
	/* to set -1 once more might cost a skipped call the result that it has */
	if (r == 0 && was.entry.nr != UINT64_MAX)
		r = ptsi_kernel_set(st, &st->info);
	if (r == 0) {
		st->image.len = 0; /* it may hold the old number, and be written as a whole */
		if (ptsi_regs_write(st, &ed) == 0)
			return 0;
		err = errno;
		if (was.entry.nr != UINT64_MAX)
			ptsi_kernel_set(st, &was);
		st->info = was;
		return ptsi_fail(err);
	}
	st->info = was;
	if (r != PTSI_LACKING)
		return -1;
	if (st->way == PTSI_KERNEL || !(route->can & PTSI_CAN_SKIP))
		return ptsi_fail(EOPNOTSUPP);
	return go_by_registers(st, change, change->what);
}

/* Make the change, all of it or nothing. */
int ptsi_route_go(struct ptsi_stop *st, const struct ptsi_change *change,
		  const struct ptsi_route *route)
{
	if (!route->native)
		return go_by_registers(st, change, change->what);
	return change->with_result ? go_skip(st, change, route) : go_both_ways(st, change, route);
}
