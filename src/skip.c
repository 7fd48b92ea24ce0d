// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Skipping a call: whether it can be, and which changes it takes. */
#include <errno.h>

#include "abi.h"

/* An enum ptsi_skip, or -1. */
int ptsi_skip_rule(struct ptsi_stop *st)
{
	if (st->abi->skip)
		return st->abi->skip(st);
	if (st->info.op == PTSI_SYSCALL_INFO_ENTRY)
		return st->abi->at_entry;
	if (st->info.op == PTSI_SYSCALL_INFO_SECCOMP)
		return st->abi->at_seccomp;
	return PTSI_SKIP_NO;
}

/* The changes that give the call this result; rval is the negative errno of an error. */
int ptsi_edit_result(struct ptsi_stop *st, struct ptsi_edits *ed, int64_t rval, bool error)
{
	const struct ptsi_abi *abi = st->abi;
	uint64_t flag;

	if (abi->edit_result)
		return abi->edit_result(st, ed, rval, error);
	if (abi->flag == PTSI_NO_WORD) {
		if (st->info.op == PTSI_SYSCALL_INFO_EXIT)
			ptsi_edit_known(ed, abi->rval, (uint64_t)st->info.exit.rval, (uint64_t)rval);
		else
			ptsi_edit(ed, abi->rval, (uint64_t)rval);
		return 0;
	}
	if (ptsi_regs_word(st, abi->flag, &flag) < 0)
		return -1;
	ptsi_edit_known(ed, abi->flag, flag,
			(flag & ~abi->flag_mask) | (error ? abi->flag_set : 0));
	ptsi_edit(ed, abi->rval, (uint64_t)(error ? -rval : rval));
	return 0;
}

/*
 * The changes that skip the call: the number -1 and, where it survives, the result.  Where
 * the kernel or a filter may replace it, it is written all the same: no exit stop may come.
 */
int ptsi_edit_skip(struct ptsi_stop *st, struct ptsi_edits *ed, int rule, int64_t rval, bool error)
{
	ptsi_edit_known(ed, st->abi->nr, st->info.entry.nr, UINT64_MAX);
	if (rule == PTSI_SKIP_AHEAD || rule == PTSI_SKIP_KEPT)
		return ptsi_edit_result(st, ed, rval, error);
	return 0;
}

/* A number that can take the place of any other; -1 and errno. */
int ptsi_harmless_nr(struct ptsi_stop *st)
{
	const struct ptsi_abi *abi = st->abi->variant ? st->abi->variant(st) : st->abi;

	return abi ? abi->getpid : -1;
}
