// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What can be done at a stop, and which way: the kernel's request, registers, or both. */
#include <errno.h>
#include <string.h>

#include "abi.h"

/* What PTRACE_SET_SYSCALL_INFO can be asked for at all. */
#define NATIVE_AT_ENTRY (PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP)
#define NATIVE_AT_EXIT PTSI_CAN_RESULT

static int limit(const struct ptsi_stop *st, int can)
{
	can &= ~st->never;
	return st->abi->limit ? st->abi->limit(st, can) : can;
}

/* PTSI_CAN_* that the kernel's request does right at this stop, where there is one. */
int ptsi_native_can(const struct ptsi_stop *st)
{
	int can = 0;

	if (st->info.op == PTSI_SYSCALL_INFO_EXIT)
		can = NATIVE_AT_EXIT;
	else if (ptsi_at_entry(st->info.op))
		can = NATIVE_AT_ENTRY;
	return limit(st, can & ~st->family->native_wrong & ~st->abi->native_wrong);
}

/* Whether the call of this stop can be repeated at its exit stop: 1, 0 or -1. */
int ptsi_can_repeat(struct ptsi_stop *st)
{
	if (st->abi->user_nr == PTSI_NO_WORD || !limit(st, PTSI_CAN_REPEAT))
		return 0;
	return st->abi->repeats ? st->abi->repeats(st) : 1;
}

/* PTSI_CAN_* but REPEAT that registers do at this stop; -1 and errno if they can't be looked at. */
int ptsi_regs_can(struct ptsi_stop *st)
{
	const struct ptsi_abi *abi = st->abi;
	int can = 0;

	if (abi->ip != PTSI_NO_WORD)
		can |= PTSI_CAN_IP;
	if (abi->sp != PTSI_NO_WORD)
		can |= PTSI_CAN_SP;
	if (st->info.op == PTSI_SYSCALL_INFO_EXIT) {
		if (abi->rval != PTSI_NO_WORD)
			can |= PTSI_CAN_RESULT;
	} else if (ptsi_at_entry(st->info.op)) {
		int rule = ptsi_skip_rule(st);

		if (rule < 0)
			return -1;
		if (rule != PTSI_SKIP_NO)
			can |= PTSI_CAN_SKIP;
		if (rule == PTSI_SKIP_KEPT)
			can |= PTSI_CAN_DONE;
		if (abi->nr != PTSI_NO_WORD)
			can |= PTSI_CAN_NR;
		for (int i = 0; i < 6; i++)
			if (abi->arg[i] != PTSI_NO_WORD)
				can |= PTSI_CAN_ARG(i);
	} else {
		return 0;
	}
	return limit(st, can);
}

/*
 * A success that looks like a restart code, where a flag tells errors: the kernel may take it for
 * one (mips), and what else has to be written then is the ABI's to know.
 */
static bool looks_restarted(const struct ptsi_stop *st, const struct ptsi_syscall_info *want)
{
	return st->info.op == PTSI_SYSCALL_INFO_EXIT && st->abi->flag != PTSI_NO_WORD &&
	       !want->exit.is_error && ptsi_is_restart_code(-want->exit.rval);
}

/* In a call that is skipped: arguments that are as wanted, since no result took their place. */
static int still_there(const struct ptsi_stop *st, const struct ptsi_syscall_info *want)
{
	const struct ptsi_abi *abi = st->abi;
	int mask = 0;

	if (st->info.entry.nr != UINT64_MAX || abi->at_entry != PTSI_SKIP_EXIT ||
	    abi->at_seccomp != PTSI_SKIP_EXIT || abi->skip)
		return 0;
	for (int i = 0; i < 6; i++)
		if (want->entry.args[i] == st->info.entry.args[i])
			mask |= PTSI_CAN_ARG(i);
	return mask;
}

/* Arguments that differ in how they are extended only. */
static int same_words(const struct ptsi_stop *st, const struct ptsi_syscall_info *want)
{
	int mask = 0;

	if (st->abi->value == 8 || st->info.entry.nr == UINT64_MAX)
		return 0;
	for (int i = 0; i < 6; i++)
		if (ptsi_fits(st->abi, want->entry.args[i]) &&
		    ptsi_narrow(st->abi, want->entry.args[i]) ==
			    ptsi_narrow(st->abi, st->info.entry.args[i]))
			mask |= PTSI_CAN_ARG(i);
	return mask;
}

/* Check want, and find out which way each change goes; -1 and errno when it can't be done. */
int ptsi_stop_plan(struct ptsi_stop *st, const struct ptsi_syscall_info *want,
		   struct ptsi_plan *plan)
{
	int err;

	memset(plan, 0, sizeof *plan);
	if (ptsi_stop_info(st) < 0)
		return -1;
	plan->skip = want->op == PTSI_SYSCALL_INFO_SKIP || want->op == PTSI_SYSCALL_INFO_EXIT;
	plan->skip = plan->skip && ptsi_at_entry(st->info.op);
	if (!plan->skip && want->op != st->info.op)
		return ptsi_fail(EINVAL);
	if (want->arch && want->arch != st->info.arch)
		return ptsi_fail(EINVAL);
	plan->change = ptsi_changes(st, want, plan->skip);
	if (!plan->change)
		return 0;
	if (ptsi_stop_abi(st) < 0)
		return -1;
	if (ptsi_at_entry(st->info.op))
		plan->change &= ~(still_there(st, want) | same_words(st, want));
	err = ptsi_check_values(st, want, plan->change, plan->skip);
	if (err)
		return ptsi_fail(err);
	plan->native = plan->change & ptsi_native_can(st);
	if (looks_restarted(st, want))
		plan->native &= ~PTSI_CAN_RESULT;
	if (!plan->skip && plan->native && plan->native != plan->change) {
		int has = ptsi_native_has_set(st); /* registers come first: no surprise after them */

		if (has < 0)
			return -1;
		if (!has && st->way == PTSI_KERNEL)
			return ptsi_fail(EOPNOTSUPP);
		if (!has)
			plan->native = 0;
	}
	if (plan->change == plan->native && !plan->skip)
		return 0;
	plan->can = ptsi_regs_can(st);
	if (plan->can < 0)
		return -1;
	plan->lacks = plan->change & ~plan->can & ~(plan->skip ? 0 : plan->native);
	if (plan->skip && (plan->lacks & plan->native)) { /* with the result at the exit stop */
		int has = ptsi_native_has_set(st);

		if (has < 0)
			return -1;
		if (has)
			plan->lacks &= ~plan->native;
	}
	if (plan->lacks & (PTSI_CAN_IP | PTSI_CAN_SP))
		return ptsi_fail(EINVAL);
	return plan->lacks ? ptsi_fail(EOPNOTSUPP) : 0;
}
