// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What a request would change at a stop, and whether its values can be. */
#include <errno.h>

#include "abi.h"

/* Whether nr and args can be set at such a stop. */
bool ptsi_at_entry(uint8_t op)
{
	return op == PTSI_SYSCALL_INFO_ENTRY || op == PTSI_SYSCALL_INFO_SECCOMP;
}

/* 0, or the errno for a result that is new. */
static int check_result(struct ptsi_stop *st, int64_t rval, bool error)
{
	const struct ptsi_abi *abi = st->abi;
	int none;

	if (error)
		return rval < -PTSI_MAX_ERRNO || rval > -1 || ptsi_is_restart_code(rval) ? EINVAL : 0;
	if (!ptsi_fits(abi, (uint64_t)rval))
		return ERANGE;
	if (!ptsi_is_errno(abi, (uint64_t)rval))
		return 0;
	none = abi->flag == PTSI_NO_WORD ? 1 : abi->no_flag ? abi->no_flag(st) : 0;
	if (none < 0)
		return errno;
	return none ? ERANGE : 0;
}

/* 0, or the errno for a number that is new. */
int ptsi_check_nr(struct ptsi_stop *st, uint64_t nr)
{
	if (nr != (uint64_t)(int64_t)(int32_t)nr)
		return ERANGE;
	if ((int64_t)nr < -1)
		return EOPNOTSUPP;
	return st->abi->nr_refused && nr != UINT64_MAX ? st->abi->nr_refused(st, (int)nr) : 0;
}

bool ptsi_malformed(const struct ptsi_syscall_info *want)
{
	return want->flags || want->reserved ||
	       (!ptsi_at_entry(want->op) && want->op != PTSI_SYSCALL_INFO_EXIT &&
		want->op != PTSI_SYSCALL_INFO_SKIP);
}

/* PTSI_CAN_* of what want changes.  In a call that is skipped already every argument is new. */
int ptsi_changes(const struct ptsi_stop *st, const struct ptsi_syscall_info *want, bool skip)
{
	const struct ptsi_syscall_info *now = &st->info;
	int c = skip ? PTSI_CAN_SKIP : 0;

	if (want->instruction_pointer && want->instruction_pointer != now->instruction_pointer)
		c |= PTSI_CAN_IP;
	if (want->stack_pointer && want->stack_pointer != now->stack_pointer)
		c |= PTSI_CAN_SP;
	if (skip)
		return c;
	if (now->op == PTSI_SYSCALL_INFO_EXIT) {
		if (want->exit.rval != now->exit.rval || !want->exit.is_error != !now->exit.is_error)
			c |= PTSI_CAN_RESULT;
		return c;
	}
	if (want->entry.nr == UINT64_MAX)
		return now->entry.nr == UINT64_MAX ? c : c | PTSI_CAN_SKIP;
	if (want->entry.nr != now->entry.nr)
		c |= PTSI_CAN_NR;
	for (int i = 0; i < 6; i++)
		if (now->entry.nr == UINT64_MAX || want->entry.args[i] != now->entry.args[i])
			c |= PTSI_CAN_ARG(i);
	return c;
}

/* A 32-bit call may be made by 64-bit code, whose addresses are wider than its arguments. */
static bool is_wide(const struct ptsi_stop *st)
{
	return (st->info.instruction_pointer | st->info.stack_pointer) > UINT32_MAX;
}

static int check_address(struct ptsi_stop *st, uint64_t addr)
{
	int wide;

	if (is_wide(st) || ptsi_fits(st->abi, addr))
		return 0;
	wide = st->abi->in_wide_code ? st->abi->in_wide_code(st) : 0;
	if (wide < 0)
		return errno;
	return wide ? 0 : ERANGE;
}

/* As the tracee has it in a register.  What doesn't fit was read there, and is put back. */
uint64_t ptsi_address(const struct ptsi_stop *st, uint64_t addr)
{
	return is_wide(st) || !ptsi_fits(st->abi, addr) ? addr : ptsi_narrow(st->abi, addr);
}

/* 0, or the errno for the new values among the changes c. */
int ptsi_check_values(struct ptsi_stop *st, const struct ptsi_syscall_info *want, int c, bool skip)
{
	int err = 0;

	if (c & PTSI_CAN_IP)
		err = check_address(st, want->instruction_pointer);
	if ((c & PTSI_CAN_SP) && !err)
		err = check_address(st, want->stack_pointer);
	if (err)
		return err;
	if (skip || (c & PTSI_CAN_RESULT))
		return check_result(st, want->exit.rval, want->exit.is_error);
	if (c & PTSI_CAN_NR)
		err = ptsi_check_nr(st, want->entry.nr);
	for (int i = 0; i < 6 && !err; i++)
		if ((c & PTSI_CAN_ARG(i)) && want->entry.args[i] != st->info.entry.args[i] &&
		    !ptsi_fits(st->abi, want->entry.args[i]))
			err = ERANGE;
	return err;
}
