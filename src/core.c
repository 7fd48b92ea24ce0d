// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The public calls on a stop: what is planned is done, one way or both. */
#include <errno.h>
#include <string.h>

#include "abi.h"

static int edit_ip(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip)
{
	if (st->abi->edit_ip)
		return st->abi->edit_ip(st, ed, ip);
	ptsi_edit_known(ed, st->abi->ip, st->info.instruction_pointer, ip);
	return 0;
}

static int edit_sp(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t sp)
{
	if (st->abi->edit_sp)
		return st->abi->edit_sp(st, ed, sp);
	ptsi_edit_known(ed, st->abi->sp, st->info.stack_pointer, sp);
	return 0;
}

static void edit_arg(struct ptsi_stop *st, struct ptsi_edits *ed, int i, uint64_t arg)
{
	if (ptsi_fits(st->abi, arg)) /* else it is as it was read */
		arg = ptsi_narrow(st->abi, arg);
	/* in a skipped call the result may have taken an argument's place */
	if (ptsi_at_entry(st->info.op) && st->info.entry.nr != UINT64_MAX)
		ptsi_edit_known(ed, st->abi->arg[i], st->info.entry.args[i], arg);
	else
		ptsi_edit(ed, st->abi->arg[i], arg);
	if (i == 0)
		ptsi_edit(ed, st->abi->arg1_copy, arg);
}

/* The edits for the changes c. */
static int edit_all(struct ptsi_stop *st, const struct ptsi_syscall_info *want, int c, bool skip,
		    struct ptsi_edits *ed)
{
	const struct ptsi_abi *abi = st->abi;
	int rule;

	if (c & PTSI_CAN_SKIP) {
		int64_t rval = skip ? want->exit.rval : -(int64_t)abi->enosys;
		bool error = skip ? want->exit.is_error : true;

		rule = ptsi_skip_rule(st);
		if (rule < 0)
			return -1;
		if (!skip && abi->presets) /* -ENOSYS is there */
			rule = PTSI_SKIP_EXIT;
		if (ptsi_edit_skip(st, ed, rule, rval, error) < 0)
			return -1;
	}
	if (c & PTSI_CAN_NR) {
		ptsi_edit_known(ed, abi->nr, st->info.entry.nr, want->entry.nr);
		if (st->info.entry.nr == UINT64_MAX && abi->edit_revived &&
		    abi->edit_revived(st, ed) < 0)
			return -1;
	}
	for (int i = 0; i < 6; i++)
		if (c & PTSI_CAN_ARG(i))
			edit_arg(st, ed, i, want->entry.args[i]);
	if ((c & PTSI_CAN_RESULT) &&
	    ptsi_edit_result(st, ed, want->exit.rval, want->exit.is_error) < 0)
		return -1;
	if ((c & PTSI_CAN_SP) && edit_sp(st, ed, ptsi_address(st, want->stack_pointer)) < 0)
		return -1;
	if ((c & PTSI_CAN_IP) && edit_ip(st, ed, ptsi_address(st, want->instruction_pointer)) < 0)
		return -1;
	return 0;
}

static int set_by_registers(struct ptsi_stop *st, const struct ptsi_syscall_info *want, int c,
			    bool skip)
{
	struct ptsi_edits ed = { .n = 0 };

	return edit_all(st, want, c, skip, &ed) < 0 ? -1 : ptsi_regs_write(st, &ed);
}

/*
 * In the form that the tracee's registers have.  Of a 32-bit tracee's arguments a 64-bit kernel may
 * take the upper halves for a part (syscall_set_arguments in arch/arm64/include/asm/syscall.h,
 * seen on 7.2).  Its results have to be as a 32-bit kernel's long has them (ERANGE otherwise, in
 * ptrace_set_syscall_info_exit), and as mips' 64-bit registers have to.
 */
static int native_set(const struct ptsi_stop *st, const struct ptsi_syscall_info *want)
{
	struct ptsi_syscall_info own = *want;

	if (!ptsi_at_entry(want->op)) {
		if (st->abi->value == 4)
			own.exit.rval = (int32_t)want->exit.rval;
		return ptsi_native_set(st, &own);
	}
	for (int i = 0; i < 6; i++)
		if (ptsi_fits(st->abi, want->entry.args[i]))
			own.entry.args[i] = ptsi_narrow(st->abi, want->entry.args[i]);
	return ptsi_native_set(st, &own);
}

/*
 * Registers first: what they were is known, so that they can be put back.  The kernel's
 * request may still be refused to this very thread by a filter.
 */
static int set_both_ways(struct ptsi_stop *st, const struct ptsi_syscall_info *want,
			 const struct ptsi_plan *plan)
{
	int r, err, by_registers = plan->change & ~plan->native;
	struct ptsi_edits ed = { .keep_old = true };

	if (edit_all(st, want, by_registers, false, &ed) < 0 || ptsi_regs_write(st, &ed) < 0)
		return -1;
	r = native_set(st, want);
	if (r == PTSI_LACKING) {
		int can = st->way == PTSI_KERNEL ? 0 : ptsi_regs_can(st);

		if (can < 0)
			r = -1;
		else if (plan->native & ~can)
			r = ptsi_fail(EOPNOTSUPP);
		else
			r = set_by_registers(st, want, plan->native, false);
	}
	if (r >= 0)
		return 0;
	err = errno;
	ptsi_regs_undo(st, &ed);
	return ptsi_fail(err);
}

/* The number by the kernel's request, which lacks a place for the result: that by registers. */
static int skip_both_ways(struct ptsi_stop *st, const struct ptsi_syscall_info *want,
			  const struct ptsi_plan *plan)
{
	struct ptsi_syscall_info was = st->info, skip = st->info;
	int r, err;

	skip.entry.nr = UINT64_MAX;
	r = ptsi_native_set(st, &skip);
	if (r == PTSI_LACKING && (st->way == PTSI_KERNEL || !(plan->can & PTSI_CAN_SKIP)))
		return ptsi_fail(EOPNOTSUPP);
	if (r == -1)
		return -1;
	if (r >= 0) {
		st->info.entry.nr = UINT64_MAX;
		st->image.len = 0; /* it may hold the old number, and be written as a whole */
	}
	if (set_by_registers(st, want, plan->change, true) == 0)
		return 0;
	err = errno;
	if (r >= 0)
		ptsi_native_set(st, &was);
	st->info = was;
	return ptsi_fail(err);
}

int ptsi_stop_set(struct ptsi_stop *st, const struct ptsi_syscall_info *want)
{
	struct ptsi_plan plan;
	int r;

	if (ptsi_stop_plan(st, want, &plan) < 0)
		return -1;
	if (!plan.change)
		return PTSI_DONE;
	if (!plan.native)
		r = set_by_registers(st, want, plan.change, plan.skip);
	else
		r = (plan.skip ? skip_both_ways : set_both_ways)(st, want, &plan);
	if (r < 0)
		return -1;
	return !plan.skip || (plan.can & PTSI_CAN_DONE) ? PTSI_DONE : PTSI_AT_EXIT;
}

/* A 64-bit program's 32-bit call may have more in its registers: refuse only what is new. */
static int edit_arg_again(struct ptsi_stop *st, struct ptsi_edits *ed, int i, uint64_t arg)
{
	uint64_t v;

	if (!ptsi_fits(st->abi, arg)) {
		if (ptsi_regs_word(st, st->abi->arg[i], &v) < 0)
			return -1;
		return v == arg ? 0 : ptsi_fail(ERANGE);
	}
	edit_arg(st, ed, i, arg);
	return 0;
}

/* The changes for a repeat that the row tells. */
int ptsi_edit_repeat(struct ptsi_stop *st, struct ptsi_edits *ed,
		     const struct ptsi_syscall_info *entry)
{
	const struct ptsi_abi *abi = st->abi;

	for (int i = 0; i < 6; i++)
		if (edit_arg_again(st, ed, i, entry->entry.args[i]) < 0)
			return -1;
	if (abi->nr != abi->user_nr) /* the kernel restarts no call whose number is -1 */
		ptsi_edit(ed, abi->nr, UINT64_MAX);
	ptsi_edit(ed, abi->user_nr, entry->entry.nr);
	return edit_ip(st, ed, entry->instruction_pointer - abi->insn_len);
}

static int plan_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *entry,
		       struct ptsi_edits *ed)
{
	int can, err = ptsi_check_nr(st, entry->entry.nr);

	if (err)
		return ptsi_fail(err);
	can = ptsi_can_repeat(st);
	if (can <= 0)
		return can < 0 ? -1 : ptsi_fail(EOPNOTSUPP);
	return (st->abi->edit_repeat ? st->abi->edit_repeat : ptsi_edit_repeat)(st, ed, entry);
}

/* Fail as ptsi_stop_repeat would at the exit stop. */
int ptsi_try_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *entry)
{
	struct ptsi_edits unused = { .n = 0 };

	return plan_repeat(st, entry, &unused);
}

int ptsi_stop_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *entry)
{
	struct ptsi_edits ed = { .n = 0 };

	if (ptsi_stop_info(st) < 0)
		return -1;
	if (st->info.op != PTSI_SYSCALL_INFO_EXIT || entry->entry.nr == UINT64_MAX ||
	    entry->instruction_pointer != st->info.instruction_pointer ||
	    (entry->arch && entry->arch != st->info.arch))
		return ptsi_fail(EINVAL);
	if (ptsi_stop_abi(st) < 0 || plan_repeat(st, entry, &ed) < 0)
		return -1;
	return ptsi_regs_write(st, &ed);
}

int ptsi_stop_features(struct ptsi_stop *st)
{
	int can, has, native, repeats;

	if (ptsi_stop_info(st) < 0 || ptsi_stop_abi(st) < 0)
		return -1;
	can = ptsi_regs_can(st);
	repeats = st->info.op == PTSI_SYSCALL_INFO_EXIT ? ptsi_can_repeat(st) : 0;
	if (can < 0 || repeats < 0)
		return -1;
	if (repeats)
		can |= PTSI_CAN_REPEAT;
	has = ptsi_native_has_set(st);
	if (has < 0)
		return -1;
	native = ptsi_native_can(st);
	if (!has && (can & PTSI_CAN_SKIP) && st->abi->try_skip) {
		int skips = st->abi->try_skip(st);

		if (skips < 0)
			return -1;
		if (!skips)
			can &= ~(PTSI_CAN_SKIP | PTSI_CAN_DONE);
	}
	if (has)
		can |= native | PTSI_NATIVE_SET;
	else if (st->way == PTSI_KERNEL)
		can &= ~native;
	return st->native_get ? can | PTSI_NATIVE_GET : can;
}

/* refused: the kernel's request was, just now */
int ptsi_get_slowly(pid_t tid, size_t size, struct ptsi_syscall_info *info, bool refused)
{
	struct ptsi_stop st;

	ptsi_stop_init(&st, tid);
	if ((refused ? ptsi_stop_info_by_registers(&st, -1) : ptsi_stop_info(&st)) < 0)
		return -1;
	memcpy(info, &st.info, size < (size_t)st.info_size ? size : (size_t)st.info_size);
	return st.info_size;
}

int ptsi_set_slowly(pid_t tid, const struct ptsi_syscall_info *info)
{
	struct ptsi_stop st;

	if (ptsi_malformed(info))
		return ptsi_fail(EINVAL);
	ptsi_stop_init(&st, tid);
	return ptsi_stop_set(&st, info);
}

int ptsi_repeat_syscall(pid_t tid, const struct ptsi_syscall_info *entry)
{
	struct ptsi_stop st;

	if (entry->flags || entry->reserved || !ptsi_at_entry(entry->op))
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
