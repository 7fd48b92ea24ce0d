// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What sets and repeats do, and what they refuse: ptsi_set_syscall_info(3) on x86. */
#include "oracle.h"

#include <errno.h>
#include <string.h>

/* The set of one stop, in the making. */
struct making {
	const struct oracle_stop *st;
	const struct oracle_env *env;
	struct oracle_expect *e;
};

static void refuse(const struct making *m, int err)
{
	m->e->must |= oracle_errno(err);
}

static void put(const struct making *m, int word, uint64_t val)
{
	m->e->regs.w[word] = m->e->alt.w[word] = val;
}

/* What the kernel's request could do, but is not to be had, where only the kernel is to be used. */
static void need_kernel(const struct making *m)
{
	if (m->env->way == PTSI_KERNEL && !m->env->set)
		refuse(m, EOPNOTSUPP);
}

static bool is_restart_code(int64_t rval)
{
	return rval == -512 || rval == -513 || rval == -514 || rval == -516;
}

/* A restart code is for the kernel to act on: only a call that was made can have one. */
static void check_result(const struct making *m, int64_t rval, bool is_error, bool skip)
{
	if (is_error && (rval < -4095 || rval > -1))
		refuse(m, EINVAL);
	if (!is_error && !oracle_fits(m->st->abi, (uint64_t)rval))
		refuse(m, ERANGE);
	if (m->st->abi->value == 4)
		rval = (int32_t)rval;
	if (skip && is_restart_code(rval))
		refuse(m, EINVAL);
}

static void check_nr(const struct making *m, uint64_t nr)
{
	if (nr != (uint64_t)(int64_t)(int32_t)nr)
		refuse(m, ERANGE);
}

static void set_address(const struct making *m, int word, uint64_t now, uint64_t want)
{
	bool narrow = m->st->abi->word == 4;

	if (!want || want == now)
		return;
	if (oracle_is_vsyscall(m->st))
		refuse(m, EINVAL);
	if (narrow && !oracle_fits(m->st->abi, want))
		refuse(m, ERANGE);
	put(m, word, narrow ? (uint32_t)want : want);
	/* no program's address, and the same one if the code is taken for 32-bit code */
	if (m->st->abi->value == 4 && oracle_fits(m->st->abi, want))
		m->e->alt.w[word] = (uint32_t)want;
}

/* Of 64-bit registers a 32-bit call may keep the upper halves or lose them. */
static void set_arg(const struct making *m, int i, uint64_t want, bool revived)
{
	const struct oracle_abi *abi = m->st->abi;
	uint64_t now = m->st->info.entry.args[i];

	if (want == now)
		return;
	if (!oracle_fits(abi, want)) {
		refuse(m, ERANGE);
		return;
	}
	if (!revived && oracle_narrow(abi, want) == oracle_narrow(abi, now)) {
		m->e->alt.w[abi->arg[i]] = oracle_narrow(abi, want);
		return;
	}
	if (oracle_is_vsyscall(m->st) && i >= 2)
		refuse(m, EOPNOTSUPP);
	put(m, abi->arg[i], oracle_narrow(abi, want));
	need_kernel(m);
}

static void put_result(const struct making *m, int64_t rval)
{
	oracle_put_result(m->st->abi, m->e, rval);
}

static void set_nr_of_skipped(const struct making *m)
{
	const struct oracle_abi *abi = m->st->abi;

	if (m->st->info.entry.nr == UINT64_MAX) {
		/* as it was read, or the last set that counts: the registers don't tell */
		m->e->alt.w[abi->rval] = (uint64_t)ENOSYS_RVAL;
		return;
	}
	put(m, abi->nr, UINT64_MAX);
	put_result(m, ENOSYS_RVAL);
	need_kernel(m);
}

static void set_call(const struct making *m, const struct ptsi_syscall_info *want)
{
	const struct ptsi_syscall_info *now = &m->st->info;
	const struct oracle_abi *abi = m->st->abi;
	bool revived = now->entry.nr == UINT64_MAX;

	if (want->entry.nr == UINT64_MAX) {
		set_nr_of_skipped(m);
		return;
	}
	if (memcmp(&want->entry, &now->entry, sizeof now->entry) == 0)
		return;
	/* the upper half of the number's register is nobody's */
	m->e->alt.w[abi->nr] = now->entry.nr;
	if (want->entry.nr != now->entry.nr) {
		check_nr(m, want->entry.nr);
		need_kernel(m);
		if (oracle_is_vsyscall(m->st))
			refuse(m, EOPNOTSUPP);
		put(m, abi->nr, want->entry.nr);
	}
	if (revived) {
		/* it will be there again if the call is skipped once more by nr -1 */
		m->e->alt.w[abi->rval] = (uint64_t)ENOSYS_RVAL;
	}
	for (int i = 0; i < 6; i++)
		set_arg(m, i, want->entry.args[i], revived);
}

static void set_result(const struct making *m, const struct ptsi_syscall_info *want)
{
	const struct ptsi_syscall_info *now = &m->st->info;

	if (want->exit.rval == now->exit.rval && !want->exit.is_error == !now->exit.is_error)
		return;
	check_result(m, want->exit.rval, want->exit.is_error, false);
	/* without a flag an error is one by its bits, which are the same then */
	if (oracle_narrow(m->st->abi, (uint64_t)want->exit.rval) ==
	    oracle_narrow(m->st->abi, (uint64_t)now->exit.rval)) {
		if (m->env->way == PTSI_KERNEL && !m->env->set)
			m->e->may |= oracle_errno(EOPNOTSUPP);
		if (m->st->abi->value == 4)
			put_result(m, want->exit.rval);
		return;
	}
	need_kernel(m);
	put_result(m, want->exit.rval);
}

static void set_skip(const struct making *m, const struct ptsi_syscall_info *want)
{
	check_result(m, want->exit.rval, want->exit.is_error, true);
	if (m->st->info.entry.nr != UINT64_MAX)
		need_kernel(m);
	else if (m->env->way == PTSI_KERNEL && !m->env->set) /* it needs no number */
		m->e->may |= oracle_errno(EOPNOTSUPP);
	if (m->st->info.entry.nr == UINT64_MAX)
		m->e->alt.w[m->st->abi->nr] = UINT64_MAX;
	else
		put(m, m->st->abi->nr, UINT64_MAX);
	put_result(m, want->exit.rval);
	m->e->ret = m->st->info.op == ENTRY ? PTSI_AT_EXIT : PTSI_DONE;
}

static bool is_call(int op)
{
	return op == ENTRY || op == SECCOMP;
}

void oracle_set(const struct oracle_stop *st, const struct oracle_env *env,
		const struct ptsi_syscall_info *want, size_t size, struct oracle_expect *e)
{
	const struct making m = { st, env, e };
	bool skip = is_call(st->info.op) && (want->op == SKIP || want->op == EXIT);

	oracle_nothing(st, e);
	if (!env->get && (st->info.op == ENTRY || st->info.op == EXIT))
		e->may |= oracle_errno(EOPNOTSUPP);
	if (!env->get && env->moved && st->info.op == SECCOMP)
		e->may |= oracle_errno(EOPNOTSUPP);
	if (size < sizeof *want || want->flags || want->reserved || st->info.op == NONE ||
	    (want->op != st->info.op && !skip) || (want->arch && want->arch != st->info.arch)) {
		refuse(&m, EINVAL);
		return;
	}
	set_address(&m, st->abi->ip, st->info.instruction_pointer, want->instruction_pointer);
	set_address(&m, st->abi->sp, st->info.stack_pointer, want->stack_pointer);
	if (skip)
		set_skip(&m, want);
	else if (st->info.op == EXIT)
		set_result(&m, want);
	else
		set_call(&m, want);
	oracle_cut(st->abi, e);
}

void oracle_repeat(const struct oracle_stop *st, const struct oracle_env *env,
		   const struct ptsi_syscall_info *entry, struct oracle_expect *e)
{
	const struct making m = { st, env, e };
	const struct oracle_abi *abi = st->abi;

	oracle_get(st, env, e);
	e->ret = 0;
	if (entry->flags || entry->reserved || !is_call(entry->op) || st->info.op != EXIT ||
	    entry->instruction_pointer != st->info.instruction_pointer ||
	    (entry->arch && entry->arch != st->info.arch))
		refuse(&m, EINVAL);
	check_nr(&m, entry->entry.nr);
	put(&m, abi->nr, UINT64_MAX);
	put(&m, abi->rval, entry->entry.nr);
	put(&m, abi->ip, st->info.instruction_pointer - 2);
	for (int i = 0; i < 6; i++) {
		uint64_t arg = entry->entry.args[i];

		if (oracle_fits(abi, arg))
			put(&m, abi->arg[i], oracle_narrow(abi, arg));
		else if (st->regs.w[abi->arg[i]] != arg)
			refuse(&m, ERANGE);
	}
	oracle_cut(abi, e);
}
