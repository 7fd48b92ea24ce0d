// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Operations at random, valid and not. */
#include "live.h"

#include <errno.h>
#include <string.h>

static const int refusals[] = { EIO, EPERM, ENOSYS, EACCES, EOPNOTSUPP };
/* The first ones don't say that a request was refused. */
static const int errors[] = { ESRCH, EFAULT, ENOMEM, EIO, EPERM, ENOSYS, EINVAL, EACCES };
enum { KEPT = 3 };

/* Which of the native requests are there, now and then another choice. */
void live_make_kernel(void)
{
	if (!live_one_in(32))
		return;
	live_faults.get_err = live_one_in(3) ? refusals[live_below(5)] : 0;
	live_faults.set_err = live_one_in(3) ? refusals[live_below(5)] : 0;
	live_forget();
}

/* keeps: the native requests stay as they are, and none of them is refused. */
void live_make_faults(bool keeps)
{
	unsigned n = sizeof errors / sizeof errors[0];

	live_no_faults();
	if (!keeps)
		live_make_kernel();
	if (!keeps && live_one_in(64))
		live_forget();
	if (!live_one_in(6))
		return;
	live_faults.countdown = (int)live_below(7);
	live_faults.err = errors[live_below(keeps ? KEPT : n)];
	live_faults.sticks = live_one_in(4);
	live_faults.kills = live_one_in(2000);
}

/* Whether what stands before ip isn't a call any more; the last pad is behind something else. */
static bool is_moved(const struct live_puppet *p)
{
	uint64_t ip = p->st.info.instruction_pointer;

	if (p->st.abi->word == 4) /* which tells enough */
		return false;
	return ip != p->call_ip && (!live_is_pad(p, ip) || ip == p->shared->pads[PADS - 1]);
}

struct oracle_env live_make_env(const struct live_puppet *p)
{
	static const int ways[] = { PTSI_AUTO, PTSI_AUTO, PTSI_KERNEL, PTSI_REGISTERS };
	return (struct oracle_env){
		.way = ways[live_below(4)],
		.get = !live_faults.get_err && !live_faults.get_absent,
		.set = !live_faults.set_err && !live_faults.set_absent && !live_faults.no_set,
		.moved = is_moved(p),
	};
}

/* Not where another instruction than that of the call stands before it. */
static uint64_t another_ip(const struct live_puppet *p)
{
	uint64_t pad = p->shared->pads[live_below(PADS)];

	if (live_one_in(4) || p->kind == BY_INT80)
		return live_value();
	return pad;
}

static void change_addresses(const struct live_puppet *p, struct ptsi_syscall_info *want)
{
	if (live_one_in(2))
		want->arch = 0;
	if (live_one_in(2))
		want->instruction_pointer = 0;
	if (live_one_in(2))
		want->stack_pointer = 0;
	if (live_one_in(10))
		want->instruction_pointer = another_ip(p);
	if (live_one_in(10))
		want->stack_pointer = live_one_in(4) ? live_value() : want->stack_pointer - 4096;
	if (live_one_in(50))
		want->arch = (uint32_t)live_value();
	if (live_one_in(100))
		want->flags = (uint16_t)live_value();
	if (live_one_in(100))
		want->reserved = (uint8_t)live_value();
}

static void change_call(const struct live_puppet *p, struct ptsi_syscall_info *want)
{
	if (live_one_in(2))
		want->entry.nr = live_nr(p->abi);
	for (int i = 0; i < ARGS; i++)
		if (live_one_in(3))
			want->entry.args[i] = live_value();
	if (want->op == SECCOMP && live_one_in(8))
		want->seccomp.ret_data = (uint32_t)live_random();
}

static void make_result(struct ptsi_syscall_info *want)
{
	bool is_error;

	memset(&want->entry, 0, sizeof want->entry);
	want->exit.rval = live_rval(&is_error);
	want->exit.is_error = is_error;
}

static bool is_call(int op)
{
	return op == ENTRY || op == SECCOMP;
}

void live_make_set(const struct live_puppet *p, struct ptsi_syscall_info *want)
{
	*want = p->st.info;
	if (live_one_in(20))
		want->op = live_one_in(2) ? (uint8_t)live_below(5) : (uint8_t)live_random();
	else if (is_call(want->op) && live_one_in(4))
		want->op = live_one_in(2) ? SKIP : EXIT;
	if (live_one_in(12)) /* as it was read */
		return;
	change_addresses(p, want);
	if (is_call(want->op))
		change_call(p, want);
	else if (want->op != p->st.info.op || !live_one_in(4))
		make_result(want);
}

void live_make_entry(const struct live_puppet *p, struct ptsi_syscall_info *entry)
{
	*entry = p->st.info;
	entry->op = live_one_in(20) ? (uint8_t)live_below(5) : live_one_in(2) ? ENTRY : SECCOMP;
	entry->entry.nr = live_nr(p->abi);
	for (int i = 0; i < ARGS; i++)
		entry->entry.args[i] = live_one_in(2) ? live_value() : p->st.regs.w[p->abi->arg[i]];
	if (live_one_in(20))
		entry->instruction_pointer = live_one_in(2) ? 0 : live_value();
	if (live_one_in(10))
		entry->stack_pointer = live_value();
	if (live_one_in(4))
		entry->arch = live_one_in(8) ? (uint32_t)live_value() : 0;
	if (live_one_in(100))
		entry->flags = (uint16_t)live_value();
	if (live_one_in(100))
		entry->reserved = (uint8_t)live_value();
}
