// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What goes by registers, as edits of words. */
#include "stop.h"

/* Set or clear the error flag of this call, if it has one. */
int ptsi_edit_flag(struct ptsi_stop *st, struct ptsi_edits *ed, bool error)
{
	const struct ptsi_abi *abi;
	uint64_t flag;

	if (!st->abi->flag)
		return 0;
	if (ptsi_decode_refined(st) < 0)
		return -1;
	abi = st->abi;
	if (!abi->flag)
		return 0;
	if (ptsi_regs_word(st, abi->flag, &flag) < 0)
		return -1;
	ptsi_regs_edit_known(ed, abi->flag, flag,
			     (flag & ~abi->flag_mask) | (error ? abi->flag_set : 0));
	return 0;
}

int ptsi_edit_plain_result(struct ptsi_stop *st, struct ptsi_edits *ed, int64_t rval, bool error)
{
	if (ptsi_edit_flag(st, ed, error) < 0)
		return -1;
	if (st->abi->flag)
		ptsi_regs_edit(ed, st->abi->rval, (uint64_t)(error ? -rval : rval));
	else if (st->info.op == PTSI_SYSCALL_INFO_EXIT)
		ptsi_regs_edit_known(ed, st->abi->rval, (uint64_t)st->info.exit.rval,
				     (uint64_t)rval);
	else
		ptsi_regs_edit(ed, st->abi->rval, (uint64_t)rval);
	return 0;
}

/* Give the call this result; rval is the negative errno of an error. */
int ptsi_edit_result(struct ptsi_stop *st, struct ptsi_edits *ed, int64_t rval, bool error)
{
	if (st->abi->flag && ptsi_decode_refined(st) < 0)
		return -1;
	if (st->abi->edit_result)
		return st->abi->edit_result(st, ed, rval, error);
	return ptsi_edit_plain_result(st, ed, rval, error);
}

/*
 * The number.  What the word holds isn't known where more than a number's 32 bits may be in it,
 * and where registers tell the program's number and not one that was set.
 */
void ptsi_edit_nr(const struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t nr)
{
	const struct ptsi_abi *abi = st->abi;

	if (abi->value < abi->word || (abi->nr_is_guess && !st->native_get))
		ptsi_regs_edit(ed, abi->nr, nr);
	else
		ptsi_regs_edit_known(ed, abi->nr, st->info.entry.nr, nr);
}

static int edit_ip(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip)
{
	if (st->abi->edit_ip)
		return st->abi->edit_ip(st, ed, ip);
	ptsi_regs_edit_known(ed, st->abi->ip, st->info.instruction_pointer, ip);
	return 0;
}

/* Before the call. */
static void edit_arg(struct ptsi_stop *st, struct ptsi_edits *ed, int i, uint64_t arg)
{
	const struct ptsi_abi *abi = st->abi;

	if (st->info.entry.nr != UINT64_MAX)
		ptsi_regs_edit_known(ed, abi->arg[i], st->info.entry.args[i], arg);
	else /* a skipped call's result may be in its place */
		ptsi_regs_edit(ed, abi->arg[i], arg);
	if (i == 0 && abi->arg1_twice)
		ptsi_regs_edit(ed, abi->user_arg1, arg);
}

/* Of a change the parts in what, but for a skip. */
int ptsi_edit_change(struct ptsi_stop *st, struct ptsi_edits *ed, const struct ptsi_change *change,
		     int what)
{
	if (what & PTSI_CAN_NR)
		ptsi_edit_nr(st, ed, change->nr);
	for (int i = 0; i < 6; i++)
		if (what & PTSI_CAN_ARG(i))
			edit_arg(st, ed, i, change->args[i]);
	if ((what & PTSI_CAN_RESULT) &&
	    ptsi_edit_result(st, ed, change->rval, change->is_error) < 0)
		return -1;
	if (what & PTSI_CAN_SP)
		ptsi_regs_edit_known(ed, st->abi->sp, st->info.stack_pointer, change->sp);
	return what & PTSI_CAN_IP ? edit_ip(st, ed, change->ip) : 0;
}

/*
 * An argument of a repeated call.  A 64-bit program's 32-bit call may have more in its
 * registers than fits: that is refused only if it is new, or has to go to another word.
 */
static int edit_arg_again(struct ptsi_stop *st, struct ptsi_edits *ed, int i, uint64_t arg)
{
	int word = st->abi->arg[i];
	uint64_t now;

	if (ptsi_decode_fits(st->abi, arg)) {
		arg = ptsi_decode_narrow(st->abi, arg);
		ptsi_regs_edit(ed, word, arg);
		if (i == 0)
			ptsi_regs_edit(ed, st->abi->user_arg1, arg);
		return 0;
	}
	if (!word || (i == 0 && st->abi->user_arg1))
		return ptsi_fail(ERANGE);
	if (ptsi_regs_word(st, word, &now) < 0)
		return -1;
	return now == arg ? 0 : ptsi_fail(ERANGE);
}

/* What these edits write to the result's word, if the kernel takes it for a restart code. */
static bool looks_restarted(const struct ptsi_abi *abi, const struct ptsi_edits *ed)
{
	for (unsigned i = 0; i < ed->n && abi->restarts_by_rval; i++) {
		int64_t rval = (int64_t)ed->e[i].val;

		if (ed->e[i].word != abi->rval)
			continue;
		if (abi->value == 4)
			rval = (int32_t)rval;
		return ptsi_is_restart_code(abi->flag ? -rval : rval);
	}
	return false;
}

/*
 * Make entry's call again from its exit stop: the registers as the program had them before
 * its instruction, nothing that the kernel would restart by itself, and ip back at the
 * instruction.  Where the kernel has a number of its own it restarts no call whose number
 * is -1.
 */
int ptsi_edit_repeat(struct ptsi_stop *st, struct ptsi_edits *ed,
		     const struct ptsi_syscall_info *entry)
{
	const struct ptsi_abi *abi;
	uint64_t addr = entry->instruction_pointer - st->abi->insn_len;

	if (ptsi_edit_flag(st, ed, false) < 0)
		return -1;
	abi = st->abi;
	ptsi_regs_edit(ed, abi->no_restart, 0);
	if (abi->nr != abi->user_nr)
		ptsi_regs_edit(ed, abi->nr, UINT64_MAX);
	ptsi_regs_edit(ed, abi->user_nr, entry->entry.nr);
	for (int i = 0; i < 6; i++)
		if (edit_arg_again(st, ed, i, entry->entry.args[i]) < 0)
			return -1;
	if (looks_restarted(abi, ed))
		return ptsi_fail(EOPNOTSUPP);
	if (abi->insn_address && abi->insn_address(st, entry->instruction_pointer, &addr) < 0)
		return -1;
	return edit_ip(st, ed, addr);
}
