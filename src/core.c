// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The public calls: check, choose the way, do it. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "abi.h"

/* What PTRACE_SET_SYSCALL_INFO can be asked for at all. */
#define NATIVE_AT_ENTRY (PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP)
#define NATIVE_AT_EXIT PTSI_CAN_RESULT

static bool at_entry(uint8_t op)
{
	return op == PTSI_SYSCALL_INFO_ENTRY || op == PTSI_SYSCALL_INFO_SECCOMP;
}

/* The kernel acts on these itself when a signal is pending (include/linux/errno.h). */
static bool is_restart_code(int64_t rval)
{
	return (rval >= -514 && rval <= -512) || rval == -516;
}

/* 0, or the errno for a result that is new. */
static int check_result(const struct ptsi_abi *abi, int64_t rval, bool error)
{
	if (error)
		return rval < -PTSI_MAX_ERRNO || rval > -1 || is_restart_code(rval) ? EINVAL : 0;
	if (!ptsi_fits(abi, (uint64_t)rval))
		return ERANGE;
	return abi->flag == PTSI_NO_WORD && ptsi_is_errno(abi, (uint64_t)rval) ? ERANGE : 0;
}

/* 0, or the errno for a number that is new. */
static int check_nr(struct ptsi_stop *st, uint64_t nr)
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
	       (!at_entry(want->op) && want->op != PTSI_SYSCALL_INFO_EXIT &&
		want->op != PTSI_SYSCALL_INFO_SKIP);
}

static bool fits_any_word(uint64_t v)
{
	return v == (uint32_t)v || v == (uint64_t)(int64_t)(int32_t)v;
}

/*
 * Whether the kernel's request gives the right answer for want with nothing known about the
 * stop: no field that the kernel ignores, no value that might have to be refused, nothing
 * that the kernel gets wrong.
 */
static bool is_plain(const struct ptsi_family *family, const struct ptsi_syscall_info *want)
{
	int64_t nr = (int64_t)want->entry.nr, rval = want->exit.rval;
	int nr_max = family->nr_plain_max ? family->nr_plain_max : INT_MAX;
	int need = nr == -1 ? PTSI_CAN_SKIP : PTSI_CAN_NR | PTSI_CAN_ARGS;

	if (want->instruction_pointer || want->stack_pointer || want->arch)
		return false;
	if (want->op == PTSI_SYSCALL_INFO_EXIT) {
		if (family->native_wrong & PTSI_CAN_RESULT)
			return false;
		if (want->exit.is_error)
			return rval >= -PTSI_MAX_ERRNO && rval <= -1 && !is_restart_code(rval);
		return fits_any_word((uint64_t)rval) && (uint32_t)rval < (uint32_t)-PTSI_MAX_ERRNO;
	}
	if (!at_entry(want->op) || (family->native_wrong & need) || nr < -1 || nr > nr_max)
		return false;
	if (want->op == PTSI_SYSCALL_INFO_SECCOMP && nr != -1 && family->look_at_seccomp)
		return false;
	for (int i = 0; i < 6; i++)
		if (!fits_any_word(want->entry.args[i]))
			return false;
	return true;
}

/* PTSI_CAN_* that the kernel's request does right at this stop, where there is one. */
static int native_can(const struct ptsi_stop *st)
{
	int can = 0;

	if (st->info.op == PTSI_SYSCALL_INFO_EXIT)
		can = NATIVE_AT_EXIT;
	else if (at_entry(st->info.op))
		can = NATIVE_AT_ENTRY;
	return can & ~(st->family->native_wrong | st->never);
}

/* PTSI_CAN_* that registers do at this stop; -1 and errno when they can't be looked at. */
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
		if (abi->user_nr != PTSI_NO_WORD)
			can |= PTSI_CAN_REPEAT;
	} else if (at_entry(st->info.op)) {
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
	can &= ~st->never;
	return abi->limit ? abi->limit(st, can) : can;
}

/* PTSI_CAN_* of what want changes.  In a call that is skipped already every argument is new. */
static int changes(const struct ptsi_stop *st, const struct ptsi_syscall_info *want, bool skip)
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

/* 0, or the errno for the new values among the changes c. */
static int check_values(struct ptsi_stop *st, const struct ptsi_syscall_info *want, int c,
			bool skip)
{
	int err = 0;

	if ((c & PTSI_CAN_IP) && !ptsi_fits(st->abi, want->instruction_pointer))
		return ERANGE;
	if ((c & PTSI_CAN_SP) && !ptsi_fits(st->abi, want->stack_pointer))
		return ERANGE;
	if (skip || (c & PTSI_CAN_RESULT))
		return check_result(st->abi, want->exit.rval, want->exit.is_error);
	if (c & PTSI_CAN_NR)
		err = check_nr(st, want->entry.nr);
	for (int i = 0; i < 6 && !err; i++)
		if ((c & PTSI_CAN_ARG(i)) && !ptsi_fits(st->abi, want->entry.args[i]))
			err = ERANGE;
	return err;
}

static int edit_ip(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip)
{
	if (st->abi->edit_ip)
		return st->abi->edit_ip(st, ed, ip);
	ptsi_edit_known(ed, st->abi->ip, st->info.instruction_pointer, ip);
	return 0;
}

static void edit_arg(struct ptsi_stop *st, struct ptsi_edits *ed, int i, uint64_t arg)
{
	arg = ptsi_narrow(st->abi, arg);
	if (at_entry(st->info.op))
		ptsi_edit_known(ed, st->abi->arg[i], st->info.entry.args[i], arg);
	else
		ptsi_edit(ed, st->abi->arg[i], arg);
	if (i == 0)
		ptsi_edit(ed, st->abi->arg1_copy, arg);
}

/* Make the changes c by registers. */
static int set_by_registers(struct ptsi_stop *st, const struct ptsi_syscall_info *want, int c,
			    bool skip)
{
	const struct ptsi_abi *abi = st->abi;
	struct ptsi_edits ed = { .n = 0 };
	int rule;

	if (c & PTSI_CAN_SKIP) {
		int64_t rval = skip ? want->exit.rval : -(int64_t)abi->enosys;
		bool error = skip ? want->exit.is_error : true;

		rule = ptsi_skip_rule(st);
		if (rule < 0)
			return -1;
		if (!skip && abi->presets) /* -ENOSYS is there */
			rule = PTSI_SKIP_EXIT;
		if (ptsi_edit_skip(st, &ed, rule, rval, error) < 0)
			return -1;
	}
	if (c & PTSI_CAN_NR)
		ptsi_edit_known(&ed, abi->nr, st->info.entry.nr, want->entry.nr);
	for (int i = 0; i < 6; i++)
		if (c & PTSI_CAN_ARG(i))
			edit_arg(st, &ed, i, want->entry.args[i]);
	if ((c & PTSI_CAN_RESULT) &&
	    ptsi_edit_result(st, &ed, want->exit.rval, want->exit.is_error) < 0)
		return -1;
	if (c & PTSI_CAN_SP)
		ptsi_edit_known(&ed, abi->sp, st->info.stack_pointer,
				ptsi_narrow(abi, want->stack_pointer));
	if ((c & PTSI_CAN_IP) && edit_ip(st, &ed, ptsi_narrow(abi, want->instruction_pointer)) < 0)
		return -1;
	return ptsi_regs_write(st, &ed);
}

/* Registers first: what they were is known, so that they can be put back. */
static int set_both_ways(struct ptsi_stop *st, const struct ptsi_syscall_info *want, int c)
{
	int r, err;

	if (c && set_by_registers(st, want, c, false) < 0)
		return -1;
	r = ptsi_native_set(st, want);
	if (r >= 0)
		return 0;
	err = r == PTSI_LACKING ? EOPNOTSUPP : errno;
	if (c)
		set_by_registers(st, &st->info, c, false);
	return ptsi_fail(err);
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
	plan->skip = plan->skip && at_entry(st->info.op);
	if (!plan->skip && want->op != st->info.op)
		return ptsi_fail(EINVAL);
	if (want->arch && want->arch != st->info.arch)
		return ptsi_fail(EINVAL);
	plan->change = changes(st, want, plan->skip);
	if (!plan->change)
		return 0;
	if (ptsi_stop_abi(st) < 0)
		return -1;
	err = check_values(st, want, plan->change, plan->skip);
	if (err)
		return ptsi_fail(err);
	if (!plan->skip)
		plan->native = plan->change & native_can(st);
	if (plan->native) {
		int has = ptsi_native_has_set(st);

		if (has < 0)
			return -1;
		if (!has && st->way == PTSI_KERNEL)
			return ptsi_fail(EOPNOTSUPP);
		if (!has)
			plan->native = 0;
	}
	plan->can = ptsi_regs_can(st);
	if (plan->can < 0)
		return -1;
	plan->lacks = plan->change & ~plan->native & ~plan->can;
	if (plan->lacks & (PTSI_CAN_IP | PTSI_CAN_SP))
		return ptsi_fail(EINVAL);
	return plan->lacks ? ptsi_fail(EOPNOTSUPP) : 0;
}

int ptsi_stop_set(struct ptsi_stop *st, const struct ptsi_syscall_info *want)
{
	struct ptsi_plan plan;

	if (ptsi_stop_plan(st, want, &plan) < 0)
		return -1;
	if (!plan.change)
		return PTSI_DONE;
	if (plan.native)
		return set_both_ways(st, want, plan.change & ~plan.native);
	if (set_by_registers(st, want, plan.change, plan.skip) < 0)
		return -1;
	return !plan.skip || (plan.can & PTSI_CAN_DONE) ? PTSI_DONE : PTSI_AT_EXIT;
}

int ptsi_stop_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *entry)
{
	const struct ptsi_abi *abi;
	struct ptsi_edits ed = { .n = 0 };
	int can, err;

	if (ptsi_stop_info(st) < 0)
		return -1;
	if (st->info.op != PTSI_SYSCALL_INFO_EXIT || entry->entry.nr == UINT64_MAX ||
	    entry->instruction_pointer != st->info.instruction_pointer ||
	    (entry->arch && entry->arch != st->info.arch))
		return ptsi_fail(EINVAL);
	if (ptsi_stop_abi(st) < 0)
		return -1;
	abi = st->abi;
	err = check_nr(st, entry->entry.nr);
	for (int i = 0; i < 6 && !err; i++)
		if (!ptsi_fits(abi, entry->entry.args[i]))
			err = ERANGE;
	if (err)
		return ptsi_fail(err);
	can = ptsi_regs_can(st);
	if (can < 0)
		return -1;
	if (!(can & PTSI_CAN_REPEAT))
		return ptsi_fail(EOPNOTSUPP);
	if (abi->edit_repeat)
		return abi->edit_repeat(st, &ed, entry) < 0 ? -1 : ptsi_regs_write(st, &ed);
	for (int i = 0; i < 6; i++)
		edit_arg(st, &ed, i, entry->entry.args[i]);
	if (abi->nr != abi->user_nr) /* the kernel restarts no call whose number is -1 */
		ptsi_edit(&ed, abi->nr, UINT64_MAX);
	ptsi_edit(&ed, abi->user_nr, entry->entry.nr);
	if (edit_ip(st, &ed, entry->instruction_pointer - abi->insn_len) < 0)
		return -1;
	return ptsi_regs_write(st, &ed);
}

int ptsi_stop_features(struct ptsi_stop *st)
{
	int can, has, native;

	if (ptsi_stop_info(st) < 0 || ptsi_stop_abi(st) < 0)
		return -1;
	can = ptsi_regs_can(st);
	has = ptsi_native_has_set(st);
	if (can < 0 || has < 0)
		return -1;
	native = native_can(st);
	if (has)
		can |= native | PTSI_NATIVE_SET;
	else if (st->way == PTSI_KERNEL)
		can &= ~native;
	return st->native_get ? can | PTSI_NATIVE_GET : can;
}

int ptsi_get_syscall_info(pid_t tid, size_t size, struct ptsi_syscall_info *info)
{
	struct ptsi_stop st;

	ptsi_stop_init(&st, tid);
	if (ptsi_stop_info(&st) < 0)
		return -1;
	memcpy(info, &st.info, size < (size_t)st.info_size ? size : (size_t)st.info_size);
	return st.info_size;
}

int ptsi_set_syscall_info(pid_t tid, size_t size, const struct ptsi_syscall_info *info)
{
	struct ptsi_stop st;

	if (size < sizeof *info || ptsi_malformed(info))
		return ptsi_fail(EINVAL);
	ptsi_stop_init(&st, tid);
	if (is_plain(st.family, info)) {
		int r = ptsi_native_set(&st, info);

		if (r >= 0)
			return PTSI_DONE;
		/* EXIT may be meant for an entry stop: to be looked at below */
		if (r != PTSI_LACKING && (errno != EINVAL || info->op != PTSI_SYSCALL_INFO_EXIT))
			return -1;
	}
	return ptsi_stop_set(&st, info);
}

int ptsi_repeat_syscall(pid_t tid, const struct ptsi_syscall_info *entry)
{
	struct ptsi_stop st;

	if (entry->flags || entry->reserved || !at_entry(entry->op))
		return ptsi_fail(EINVAL);
	ptsi_stop_init(&st, tid);
	return ptsi_stop_repeat(&st, entry);
}

int ptsi_features(pid_t tid)
{
	struct ptsi_stop st;

	ptsi_stop_init(&st, tid);
	return ptsi_stop_features(&st);
}

int ptsi_abi_info(pid_t tid, size_t size, struct ptsi_abi_info *info)
{
	const struct ptsi_abi *abi;
	struct ptsi_stop st;

	if (size < sizeof *info)
		return ptsi_fail(EINVAL);
	ptsi_stop_init(&st, tid);
	if (ptsi_stop_info(&st) < 0 || ptsi_stop_abi(&st) < 0)
		return -1;
	abi = st.abi->variant ? st.abi->variant(&st) : st.abi;
	if (!abi)
		return -1;
	info->name = abi->name;
	info->arch = abi->arch;
	info->word_size = abi->pointer;
	return 0;
}
