// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What a call of a followed tracee is owed at its exit stop: the result that it was skipped with,
 * and the number and arguments that the program had.
 */
#include "followed.h"

/*
 * Give a skipped call the result that it is owed, unless it has it.  A tracee that is elsewhere
 * is leaving another call: execve by a thread of its own, which has taken the tid over.
 */
static int give_result(const struct ptsi_call *call, struct ptsi_stop *st)
{
	struct ptsi_syscall_info result = ptsi_skip_payment(&call->owed, PTSI_SYSCALL_INFO_EXIT);

	if (!call->owed.skipped || (!call->moved && !ptsi_followed_in_place(call, st)))
		return 0;
	if (st->way == PTSI_KERNEL) /* it is too late to refuse */
		st->way = PTSI_AUTO;
	if (ptsi_core_set(st, &result) < 0)
		return -1;
	st->info.exit = result.exit;
	if (st->abi)
		ptsi_decode_as_read(st->abi, &st->info);
	return 0;
}

/* Add to ed what puts kept value i back into its word, if that still holds what was written. */
static int put_back(const struct ptsi_call *call, int i, struct ptsi_stop *st, int word,
		    struct ptsi_edits *ed)
{
	const struct ptsi_abi *abi = st->abi;
	uint64_t now;

	if (word <= 0 || word == abi->rval || word == abi->flag) /* none, or a result */
		return 0;
	if (ptsi_regs_word(st, word, &now) < 0)
		return -1;
	if (ptsi_decode_narrow(abi, now) == ptsi_decode_narrow(abi, call->wrote[i]))
		ptsi_regs_edit_known(ed, word, now, call->was[i]);
	return 0;
}

/*
 * The number, in the word that its entry stop had it in.  Where that has the result now there may
 * be another that the kernel restarts the call by.
 */
static int put_nr_back(const struct ptsi_call *call, struct ptsi_stop *st, struct ptsi_edits *ed)
{
	int word = call->abi ? call->abi->nr : st->abi->nr;

	if (word == st->abi->rval && st->abi->write_nr)
		ptsi_regs_edit(ed, PTSI_NR_CALL, call->was[PTSI_KEPT_NR]);
	return put_back(call, PTSI_KEPT_NR, st, word, ed);
}

/*
 * PTSI_KEEP_ARGS: in the same place of the same program, since execve and rt_sigreturn fill
 * registers anew.  The number is put back only where the kernel may take it once more.
 */
static int put_call_back(const struct ptsi_call *call, struct ptsi_stop *st)
{
	bool comes_again = st->info.exit.is_error && ptsi_is_restart_code(st->info.exit.rval);
	int kept = comes_again ? call->kept : call->kept & ~(1 << PTSI_KEPT_NR);
	struct ptsi_edits ed = { .n = 0 };

	if (!kept || !ptsi_followed_in_place(call, st))
		return 0;
	if (ptsi_decode_abi(st) < 0)
		return -1;
	if ((kept & 1 << PTSI_KEPT_NR) && put_nr_back(call, st, &ed) < 0)
		return -1;
	for (int i = 0; i < 6; i++)
		if ((kept & 1 << i) && put_back(call, i, st, st->abi->arg[i], &ed) < 0)
			return -1;
	return ptsi_regs_write(st, &ed);
}

/* What failed half way can be done again: a word that was put back is left alone then. */
int ptsi_owed_pay(const struct ptsi_call *call, struct ptsi_stop *st)
{
	return put_call_back(call, st) < 0 ? -1 : give_result(call, st);
}
