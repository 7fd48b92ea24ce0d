// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What is to differ at a stop, in the tracee's own words, and whether it may. */
#include <string.h>

#include "stop.h"

bool ptsi_change_malformed(const struct ptsi_syscall_info *want)
{
	return want->flags || want->reserved ||
	       (!ptsi_before_call(want->op) && want->op != PTSI_SYSCALL_INFO_EXIT &&
		want->op != PTSI_SYSCALL_INFO_SKIP);
}

/* Whether a field of which 0 leaves it alone is to stay. */
static bool is_left(uint64_t now, uint64_t want)
{
	return want == 0 || want == now;
}

/* Whether all is to be as it was read: that costs no request, whatever odd values it has. */
static bool is_as_read(const struct ptsi_syscall_info *now, const struct ptsi_syscall_info *want)
{
	if (want->op != now->op || !is_left(now->instruction_pointer, want->instruction_pointer) ||
	    !is_left(now->stack_pointer, want->stack_pointer))
		return false;
	if (now->op == PTSI_SYSCALL_INFO_EXIT)
		return want->exit.rval == now->exit.rval &&
		       !want->exit.is_error == !now->exit.is_error;
	/* of a skipped call the arguments may be gone: then they all are new */
	if (now->entry.nr == UINT64_MAX || want->entry.nr == UINT64_MAX)
		return want->entry.nr == now->entry.nr;
	return memcmp(&want->entry, &now->entry, sizeof now->entry) == 0;
}

/*
 * An address: 0 and the one that was read are no change.  A 32-bit call may be made by
 * 64-bit code, whose addresses are wider than its arguments.
 */
static int find_address(struct ptsi_stop *st, struct ptsi_change *change, int can, uint64_t now,
			uint64_t want, uint64_t *addr)
{
	*addr = want;
	if (!want || want == now)
		return 0;
	change->what |= can;
	if ((st->info.instruction_pointer | st->info.stack_pointer) > UINT32_MAX)
		return 0;
	if (ptsi_decode_fits(st->abi, want)) {
		*addr = ptsi_decode_narrow(st->abi, want);
		return 0;
	}
	if (ptsi_decode_refined(st) < 0)
		return -1;
	return st->abi->address == 8 ? 0 : ptsi_fail(ERANGE);
}

static int find_addresses(struct ptsi_stop *st, const struct ptsi_syscall_info *want,
			  struct ptsi_change *change)
{
	if (find_address(st, change, PTSI_CAN_IP, st->info.instruction_pointer,
			 want->instruction_pointer, &change->ip) < 0)
		return -1;
	return find_address(st, change, PTSI_CAN_SP, st->info.stack_pointer, want->stack_pointer,
			    &change->sp);
}

/*
 * An argument: as it was read, it is no change, and stays so if others are; a new one that
 * doesn't fit is refused; one that is the same word is no change either, except in a skipped
 * call whose argument registers may hold a result.
 */
static int find_arg(const struct ptsi_stop *st, int i, uint64_t want, bool replaced,
		    struct ptsi_change *change)
{
	const struct ptsi_abi *abi = st->abi;
	uint64_t now = st->info.entry.args[i], word = ptsi_decode_narrow(abi, want);
	bool as_read = want == now, fits = ptsi_decode_fits(abi, want);

	if (!as_read && !fits)
		return ptsi_fail(ERANGE);
	change->args[i] = as_read && (abi->whole_words || !fits) ? now : word;
	if (!abi->whole_words)
		now = ptsi_decode_narrow(abi, now);
	if (replaced || (!as_read && word != now))
		change->what |= PTSI_CAN_ARG(i);
	return 0;
}

static int find_call(struct ptsi_stop *st, const struct ptsi_syscall_info *want,
		     struct ptsi_change *change)
{
	uint64_t now = st->info.entry.nr;
	bool replaced = now == UINT64_MAX && ptsi_skip_writes_ahead(st->abi);

	change->nr = want->entry.nr;
	if (want->entry.nr != now)
		change->what |= want->entry.nr == UINT64_MAX ? PTSI_CAN_SKIP : PTSI_CAN_NR;
	if (want->entry.nr == UINT64_MAX) { /* whose arguments are nobody's */
		change->rval = -(int64_t)st->abi->enosys;
		change->is_error = true;
		return 0;
	}
	for (int i = 0; i < 6; i++)
		if (find_arg(st, i, want->entry.args[i], replaced, change) < 0)
			return -1;
	return 0;
}

static void find_result(const struct ptsi_abi *abi, const struct ptsi_syscall_info *now,
			const struct ptsi_syscall_info *want, struct ptsi_change *change)
{
	change->rval =
		want->exit.is_error ? want->exit.rval : ptsi_decode_result(abi, want->exit.rval);
	change->is_error = want->exit.is_error;
	change->with_result = now->op != PTSI_SYSCALL_INFO_EXIT;
	if (change->with_result)
		change->what |= PTSI_CAN_SKIP;
	else if (want->exit.rval != now->exit.rval || !want->exit.is_error != !now->exit.is_error)
		change->what |= PTSI_CAN_RESULT;
}

/* Whether want is for a call that isn't to run, and has its result. */
static bool is_skip(const struct ptsi_stop *st, const struct ptsi_syscall_info *want)
{
	return ptsi_before_call(st->info.op) &&
	       (want->op == PTSI_SYSCALL_INFO_SKIP || want->op == PTSI_SYSCALL_INFO_EXIT);
}

/* All that want changes at this stop, of which st->info tells. */
int ptsi_change_find(struct ptsi_stop *st, const struct ptsi_syscall_info *want,
		     struct ptsi_change *change)
{
	change->what = 0;
	if ((want->op != st->info.op && !is_skip(st, want)) || !is_left(st->info.arch, want->arch))
		return ptsi_fail(EINVAL);
	if (is_as_read(&st->info, want))
		return 0;
	memset(change, 0, sizeof *change);
	if (ptsi_decode_abi(st) < 0 || find_addresses(st, want, change) < 0)
		return -1;
	if (ptsi_before_call(want->op))
		return find_call(st, want, change);
	find_result(st->abi, &st->info, want, change);
	return 0;
}

/* Whether a number may be set. */
int ptsi_change_check_nr(struct ptsi_stop *st, uint64_t nr)
{
	const struct ptsi_abi *abi = st->abi;
	int refused = 0;

	if (nr != (uint64_t)(int64_t)(int32_t)nr)
		return ptsi_fail(ERANGE);
	if (nr == UINT64_MAX)
		return 0;
	if (abi->nr_last && ((int)nr < abi->nr_first || (int)nr > abi->nr_last))
		return ptsi_fail(EOPNOTSUPP);
	if (abi->nr_refused)
		refused = abi->nr_refused(st, (int)nr);
	return refused > 0 ? ptsi_fail(EOPNOTSUPP) : refused;
}

/*
 * Whether a result may be set.  A restart code is what a call that was made has: a call that is
 * skipped has none, be it given as an error or, where no flag tells errors, as a success.
 */
static int check_result(struct ptsi_stop *st, const struct ptsi_change *change)
{
	int64_t rval = change->rval;
	bool ahead = change->with_result && ptsi_is_restart_code(rval);

	if (change->is_error && (rval < -PTSI_MAX_ERRNO || rval > -1))
		return ptsi_fail(EINVAL);
	if (!ptsi_decode_fits(st->abi, (uint64_t)rval))
		return ptsi_fail(ERANGE);
	if (ahead && !change->is_error && ptsi_decode_refined(st) < 0)
		return -1;
	return ahead && (change->is_error || !st->abi->flag) ? ptsi_fail(EINVAL) : 0;
}

/* Whether the new values may be. */
int ptsi_change_check(struct ptsi_stop *st, const struct ptsi_change *change)
{
	int what = change->what;

	if ((what & PTSI_CAN_SP) && ((change->sp ^ st->info.stack_pointer) & st->abi->sp_fixed))
		return ptsi_fail(EINVAL);
	if ((what & PTSI_CAN_RESULT) || change->with_result)
		return check_result(st, change);
	return what & PTSI_CAN_NR ? ptsi_change_check_nr(st, change->nr) : 0;
}
