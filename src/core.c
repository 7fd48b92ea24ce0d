// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The public calls on a stop. */
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host.h"
#include "stop.h"

/* A stop of tid, of which nothing is known yet. */
void ptsi_core_begin(struct ptsi_stop *st, pid_t tid)
{
	st->tid = tid;
	st->way = atomic_load_explicit(&ptsi_kernel_way, memory_order_relaxed);
	st->ptrace = atomic_load_explicit(&ptsi_kernel_ptrace, memory_order_relaxed);
	st->learnt = &ptsi_kernel_learnt;
	st->family = &PTSI_HOST_FAMILY;
	st->abi = NULL;
	st->info_size = 0;
	st->native_get = false;
	st->set_refused = false;
	st->never = 0;
	st->image.len = 0;
}

/* Everything about a set that can be found out before anything is written; no change: no route. */
int ptsi_core_plan(struct ptsi_stop *st, const struct ptsi_syscall_info *want,
		   struct ptsi_change *change, struct ptsi_route *route)
{
	if (ptsi_decode_info(st) < 0 || ptsi_change_find(st, want, change) < 0)
		return -1;
	if (!change->what)
		return 0;
	if (ptsi_change_check(st, change) < 0)
		return -1;
	return ptsi_route_find(st, change, route);
}

int ptsi_core_set(struct ptsi_stop *st, const struct ptsi_syscall_info *want)
{
	struct ptsi_change change;
	struct ptsi_route route;

	if (ptsi_core_plan(st, want, &change, &route) < 0)
		return -1;
	if (!change.what)
		return PTSI_DONE;
	if (ptsi_route_go(st, &change, &route) < 0)
		return -1;
	return !change.with_result || (route.can & PTSI_CAN_DONE) ? PTSI_DONE : PTSI_AT_EXIT;
}

static int plan_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *entry,
		       struct ptsi_edits *ed)
{
	int can;

	if (ptsi_change_check_nr(st, entry->entry.nr) < 0)
		return -1;
	can = ptsi_route_can_repeat(st, entry);
	if (can <= 0)
		return can < 0 ? -1 : ptsi_fail(EOPNOTSUPP);
	return ptsi_edit_repeat(st, ed, entry);
}

/* Fail as ptsi_core_repeat would at the exit stop. */
int ptsi_core_try_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *entry)
{
	struct ptsi_edits unused = { .n = 0 };

	return plan_repeat(st, entry, &unused);
}

int ptsi_core_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *entry)
{
	struct ptsi_edits ed = { .n = 0 };

	if (ptsi_decode_info(st) < 0)
		return -1;
	if (st->info.op != PTSI_SYSCALL_INFO_EXIT ||
	    entry->instruction_pointer != st->info.instruction_pointer ||
	    (entry->arch && entry->arch != st->info.arch))
		return ptsi_fail(EINVAL);
	if (ptsi_decode_abi(st) < 0 || plan_repeat(st, entry, &ed) < 0)
		return -1;
	return ptsi_regs_write(st, &ed);
}

/* What registers do at this stop, a repeat and what only trying tells included. */
static int features_by_registers(struct ptsi_stop *st, bool has_set)
{
	int can = ptsi_route_regs_can(st), r;

	if (can < 0)
		return -1;
	if (st->info.op == PTSI_SYSCALL_INFO_EXIT) {
		r = ptsi_route_can_repeat(st, NULL);
		return r < 0 ? -1 : r ? can | PTSI_CAN_REPEAT : can;
	}
	if (has_set || !(can & PTSI_CAN_SKIP) || !st->abi->try_skip)
		return can;
	r = st->abi->try_skip(st);
	return r < 0 ? -1 : r ? can : can & ~(PTSI_CAN_SKIP | PTSI_CAN_DONE);
}

int ptsi_core_features(struct ptsi_stop *st)
{
	int can, has, native;

	if (ptsi_decode_info(st) < 0 || ptsi_decode_abi(st) < 0)
		return -1;
	has = ptsi_kernel_has_set(st);
	if (has < 0)
		return -1;
	can = features_by_registers(st, has);
	if (can < 0)
		return -1;
	native = ptsi_route_native_can(st);
	if (has)
		can |= native | PTSI_NATIVE_SET;
	else if (st->way == PTSI_KERNEL)
		can &= ~native;
	return st->native_get ? can | PTSI_NATIVE_GET : can;
}

/*
 * Whether the kernel's request gives the right answer for want with nothing known about the
 * stop but that ip, sp and arch are to stay: no value that might have to be refused, nothing
 * that the kernel gets wrong.
 */
static inline bool is_plain(const struct ptsi_family *family, const struct ptsi_syscall_info *want)
{
	uint64_t last = family->nr_plain_last ? (unsigned)family->nr_plain_last : INT_MAX;
	int64_t rval = want->exit.rval;
	const uint64_t *a = want->entry.args;

	if (want->flags | want->reserved)
		return false;
	if (want->op == PTSI_SYSCALL_INFO_EXIT) {
		if (family->look_at & 1 << PTSI_SYSCALL_INFO_EXIT)
			return false;
		if (want->exit.is_error)
			return rval >= -PTSI_MAX_ERRNO && rval <= -1;
		return rval >= 0 && rval <= INT_MAX && !ptsi_is_restart_code(-rval);
	}
	if (!ptsi_before_call(want->op) || (family->look_at >> want->op & 1))
		return false;
	/* -1 is not among them: in a call that is skipped already it may change the result */
	if (want->entry.nr > last)
		return false;
	return (a[0] | a[1] | a[2] | a[3] | a[4] | a[5]) <= UINT32_MAX || family->all_wide;
}

bool ptsi_core_is_plain(const struct ptsi_family *family, const struct ptsi_syscall_info *want)
{
	return is_plain(family, want);
}

/*
 * The public requests where they are the kernel's own and nothing else: most calls end here,
 * with no more work than the kernel's request itself takes.
 */
static inline long plain_request(long request, pid_t tid, size_t size, const void *info)
{
	ptsi_ptrace_fn *fn = atomic_load_explicit(&ptsi_kernel_ptrace, memory_order_relaxed);

	if (fn)
		return fn(request, tid, (void *)size, (void *)info);
	return syscall(SYS_ptrace, request, (long)tid, size, info);
}

/* refused: the kernel's request was, just now. */
static int get_slowly(pid_t tid, size_t size, struct ptsi_syscall_info *info, bool refused)
{
	struct ptsi_stop st;

	ptsi_core_begin(&st, tid);
	if ((refused ? ptsi_decode_registers(&st, -1) : ptsi_decode_info(&st)) < 0)
		return -1;
	memcpy(info, &st.info, size < (size_t)st.info_size ? size : (size_t)st.info_size);
	return st.info_size;
}

int ptsi_get_syscall_info(pid_t tid, size_t size, struct ptsi_syscall_info *info)
{
	long r;

	if (PTSI_HOST_FAMILY.mend_native || ptsi_kernel_knows(&ptsi_kernel_learnt, PTSI_GET_ABSENT))
		return get_slowly(tid, size, info, false);
	r = plain_request(PTSI_GET_SYSCALL_INFO, tid, size, info);
	if (r >= 0)
		return (int)r;
	if (ptsi_kernel_answer(&ptsi_kernel_learnt, r, PTSI_GET_ABSENT) == PTSI_LACKING)
		return get_slowly(tid, size, info, true);
	return -1;
}

static int set_slowly(pid_t tid, const struct ptsi_syscall_info *info)
{
	struct ptsi_stop st;

	if (ptsi_change_malformed(info))
		return ptsi_fail(EINVAL);
	ptsi_core_begin(&st, tid);
	return ptsi_core_set(&st, info);
}

int ptsi_set_syscall_info(pid_t tid, size_t size, const struct ptsi_syscall_info *info)
{
	int way = atomic_load_explicit(&ptsi_kernel_way, memory_order_relaxed);

	if (size < sizeof *info)
		return ptsi_fail(EINVAL);
	if (way != PTSI_REGISTERS && !ptsi_kernel_knows(&ptsi_kernel_learnt, PTSI_SET_ABSENT) &&
	    !(info->arch | info->instruction_pointer | info->stack_pointer) &&
	    is_plain(&PTSI_HOST_FAMILY, info)) {
		long r = plain_request(PTSI_SET_SYSCALL_INFO, tid, sizeof *info, info);

		if (r >= 0)
			return PTSI_DONE;
		/* EINVAL: EXIT may be meant for an entry stop; or a filter says so to all */
		if (ptsi_kernel_answer(&ptsi_kernel_learnt, r, PTSI_SET_ABSENT) != PTSI_LACKING &&
		    errno != EINVAL)
			return -1;
	}
	return set_slowly(tid, info);
}

int ptsi_repeat_syscall(pid_t tid, const struct ptsi_syscall_info *entry)
{
	struct ptsi_stop st;

	if (entry->flags || entry->reserved || !ptsi_before_call(entry->op))
		return ptsi_fail(EINVAL);
	ptsi_core_begin(&st, tid);
	return ptsi_core_repeat(&st, entry);
}

int ptsi_features(pid_t tid)
{
	struct ptsi_stop st;

	ptsi_core_begin(&st, tid);
	return ptsi_core_features(&st);
}

int ptsi_abi_info(pid_t tid, size_t size, struct ptsi_abi_info *info)
{
	struct ptsi_stop st;

	if (size < sizeof *info)
		return ptsi_fail(EINVAL);
	ptsi_core_begin(&st, tid);
	if (ptsi_decode_info(&st) < 0 || ptsi_decode_abi(&st) < 0 || ptsi_decode_refined(&st) < 0)
		return -1;
	info->name = st.abi->name;
	info->arch = st.abi->arch;
	info->word_size = st.abi->pointer;
	return 0;
}
