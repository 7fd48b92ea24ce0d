// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* All that skipping a call is: where a result survives, what it takes, and what is owed. */
#include "stop.h"

/*
 * PTSI_SKIP_PRESET.  -ENOSYS in the result's word that isn't the argument is the kernel's.
 * A program that passes -ENOSYS itself gets the way that is always right.
 */
static int preset_rule(struct ptsi_stop *st)
{
	const struct ptsi_abi *abi = st->abi;
	uint64_t rval, arg;

	if (ptsi_regs_read(st) < 0 || ptsi_regs_word(st, abi->rval, &rval) < 0 ||
	    ptsi_regs_word(st, abi->arg[0], &arg) < 0)
		return -1;
	return (int32_t)rval == -abi->enosys && (int32_t)arg != -abi->enosys ? PTSI_SKIP_KEPT
									     : PTSI_SKIP_EXIT;
}

/* As the row has it. */
static int rule_of_row(const struct ptsi_stop *st)
{
	if (st->info.op == PTSI_SYSCALL_INFO_ENTRY)
		return st->abi->skip_at_entry;
	if (st->info.op == PTSI_SYSCALL_INFO_SECCOMP)
		return st->abi->skip_at_seccomp;
	return PTSI_SKIP_NO;
}

/* What becomes of a result that is written at this stop: an enum ptsi_skip, or -1. */
int ptsi_skip_rule(struct ptsi_stop *st)
{
	int rule = rule_of_row(st);

	return rule == PTSI_SKIP_PRESET ? preset_rule(st) : rule;
}

static bool may_be_preset(const struct ptsi_stop *st)
{
	return rule_of_row(st) == PTSI_SKIP_PRESET;
}

/* Whether a skipped call of this ABI may have its result where an argument or a flag was. */
bool ptsi_skip_writes_ahead(const struct ptsi_abi *abi)
{
	return abi->skip_at_entry >= PTSI_SKIP_AHEAD || abi->skip_at_seccomp >= PTSI_SKIP_AHEAD;
}

/* Whether a syscall-exit-stop follows this stop, if the tracee is resumed for it. */
bool ptsi_skip_has_exit(const struct ptsi_stop *st)
{
	if (st->abi->exit_stop == PTSI_EXIT_UNLESS_SKIPPED)
		return st->info.op != PTSI_SYSCALL_INFO_ENTRY || st->info.entry.nr != UINT64_MAX;
	return st->abi->exit_stop == PTSI_EXIT_ALWAYS;
}

/*
 * -ENOSYS where a kernel of this ABI has put it before the stop, in the form in which it does:
 * a skip at the same stop, which was taken back, may have left another result there.
 */
static int edit_preset(struct ptsi_stop *st, struct ptsi_edits *ed)
{
	ptsi_regs_edit(ed, st->abi->rval, (uint64_t) - (int64_t)st->abi->enosys);
	return ptsi_edit_flag(st, ed, false);
}

/*
 * The number -1 and, where it survives, the result.  Where a filter may replace it, it is
 * written all the same: no exit stop may come.
 */
int ptsi_skip_edit(struct ptsi_stop *st, struct ptsi_edits *ed, const struct ptsi_change *change)
{
	int rule = ptsi_skip_rule(st);

	if (rule < 0)
		return -1;
	ptsi_edit_nr(st, ed, UINT64_MAX);
	if (rule >= PTSI_SKIP_AHEAD)
		return ptsi_edit_result(st, ed, change->rval, change->is_error);
	return !change->with_result && may_be_preset(st) ? edit_preset(st, ed) : 0;
}

/* What the number -1 takes besides, where PTRACE_SET_SYSCALL_INFO sets that. */
int ptsi_skip_edit_native(struct ptsi_stop *st, struct ptsi_edits *ed)
{
	int rule = ptsi_skip_rule(st);

	if (rule < 0)
		return -1;
	if (st->abi->native_enosys || (rule < PTSI_SKIP_AHEAD && !may_be_preset(st)))
		return 0;
	return edit_preset(st, ed);
}

/*
 * A skipped call is to run after all: no successful call clears the flag of an error, and before
 * 4.8 its entry stop, which is known by the -ENOSYS there, may be still to come.
 */
int ptsi_skip_edit_revived(struct ptsi_stop *st, struct ptsi_edits *ed)
{
	if (!ptsi_skip_writes_ahead(st->abi))
		return 0;
	return st->abi->presets ? edit_preset(st, ed) : ptsi_edit_flag(st, ed, false);
}

/* A number that can take the place of any other, or -1. */
int ptsi_skip_harmless_nr(struct ptsi_stop *st)
{
	return ptsi_decode_refined(st) < 0 ? -1 : st->abi->getpid;
}

/* What want, a skip in any of its forms, is in full: nr -1 has a result, too. */
void ptsi_skip_completed(const struct ptsi_abi *abi, const struct ptsi_syscall_info *want,
			 struct ptsi_syscall_info *skip)
{
	*skip = *want;
	skip->op = PTSI_SYSCALL_INFO_SKIP;
	if (ptsi_before_call(want->op)) {
		skip->exit.rval = -(int64_t)abi->enosys;
		skip->exit.is_error = 1;
	}
}

/*
 * The call that takes the place of one to be skipped, for a tracee whose own seccomp filter
 * kills it for the number -1; its result is replaced at the exit stop.
 */
int ptsi_skip_by_harmless_nr(struct ptsi_stop *st, const struct ptsi_syscall_info *skip,
			     struct ptsi_syscall_info *call)
{
	int nr = ptsi_skip_harmless_nr(st);

	if (nr < 0)
		return -1;
	*call = st->info;
	call->instruction_pointer = skip->instruction_pointer;
	call->stack_pointer = skip->stack_pointer;
	call->entry.nr = (uint64_t)nr;
	return 0;
}

/* What is to be set so that a skipped call has its result: again (SKIP), or at last (EXIT). */
struct ptsi_syscall_info ptsi_skip_payment(const struct ptsi_owed *owed, uint8_t op)
{
	return (struct ptsi_syscall_info){
		.op = op,
		.exit = { .rval = owed->rval, .is_error = owed->is_error },
	};
}
