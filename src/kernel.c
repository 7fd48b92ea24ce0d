// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The two native requests, what the running kernel has of them, and the overrides.
 *
 * The three words below are the library's only writable data.
 */
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"
#include "host.h"

enum { GET_ABSENT = 1, SET_ABSENT = 2, SET_PRESENT = 4 };

static _Atomic unsigned learnt; /* about the running kernel; a lost update is learnt again */
static _Atomic(ptsi_ptrace_fn *) caller_ptrace;
static _Atomic int caller_way;

int ptsi_fail(int err)
{
	errno = err;
	return -1;
}

int ptsi_use(int way)
{
	if (way < PTSI_AUTO || way > PTSI_REGISTERS)
		return ptsi_fail(EINVAL);
	return atomic_exchange_explicit(&caller_way, way, memory_order_relaxed);
}

ptsi_ptrace_fn *ptsi_set_ptrace(ptsi_ptrace_fn *fn)
{
	/* What another function answered says nothing about this one. */
	atomic_store_explicit(&learnt, 0, memory_order_relaxed);
	return atomic_exchange_explicit(&caller_ptrace, fn, memory_order_seq_cst);
}

static bool knows(unsigned bit)
{
	return atomic_load_explicit(&learnt, memory_order_relaxed) & bit;
}

static void learn(unsigned bit)
{
	atomic_store_explicit(&learnt, atomic_load_explicit(&learnt, memory_order_relaxed) | bit,
			      memory_order_relaxed);
}

void ptsi_stop_init(struct ptsi_stop *st, pid_t tid)
{
	st->tid = tid;
	st->way = atomic_load_explicit(&caller_way, memory_order_relaxed);
	st->ptrace = atomic_load_explicit(&caller_ptrace, memory_order_relaxed);
	st->family = &PTSI_HOST_FAMILY;
	st->abi = NULL;
	st->info_size = 0;
	st->never = 0;
	st->image.len = 0;
}

/* A word that is -1 is told from an error by errno. */
static long returned_peek(pid_t tid, unsigned long addr, unsigned long *data)
{
	long word;

	errno = 0;
	word = syscall(SYS_ptrace, PTSI_PEEKDATA, (long)tid, addr, NULL);
	if (word == -1 && errno)
		return -1;
	*data = (unsigned long)word;
	return 0;
}

long ptsi_request(const struct ptsi_stop *st, long request, unsigned long addr, void *data)
{
	if (st->ptrace)
		return st->ptrace(request, st->tid, (void *)addr, data);
	if (st->family->peek_returns && request == PTSI_PEEKDATA)
		return returned_peek(st->tid, addr, data);
	return syscall(SYS_ptrace, request, (long)st->tid, addr, data);
}

/*
 * The answer to a native request.  An unknown request is EIO on every kernel
 * (kernel/ptrace.c, ptrace_request); EPERM and ENOSYS come from a seccomp filter
 * around the calling thread and say nothing about other threads or the kernel.
 */
static int answer(long r, unsigned absent)
{
	if (r >= 0)
		return (int)r;
	if (errno == EIO)
		learn(absent);
	if (errno == EIO || errno == EPERM || errno == ENOSYS)
		return PTSI_LACKING;
	return -1;
}

int ptsi_native_get(const struct ptsi_stop *st, struct ptsi_syscall_info *info)
{
	if (knows(GET_ABSENT))
		return PTSI_LACKING;
	memset(info, 0, sizeof *info); /* the kernel leaves what it doesn't return */
	return answer(ptsi_request(st, PTSI_GET_SYSCALL_INFO, sizeof *info, info), GET_ABSENT);
}

int ptsi_native_set(const struct ptsi_stop *st, const struct ptsi_syscall_info *info)
{
	if (st->way == PTSI_REGISTERS || knows(SET_ABSENT))
		return PTSI_LACKING;
	return answer(ptsi_request(st, PTSI_SET_SYSCALL_INFO, sizeof *info, (void *)info), SET_ABSENT);
}

/* 1, 0 or -1.  A SET of size 0 is EINVAL where the request exists, and changes nothing. */
int ptsi_native_has_set(const struct ptsi_stop *st)
{
	if (st->way == PTSI_REGISTERS || knows(SET_ABSENT))
		return 0;
	if (knows(SET_PRESENT))
		return 1;
	if (ptsi_request(st, PTSI_SET_SYSCALL_INFO, 0, NULL) < 0 && errno != EINVAL)
		return answer(-1, SET_ABSENT) == PTSI_LACKING ? 0 : -1;
	learn(SET_PRESENT);
	return 1;
}

/*
 * Whether the kernel's request gives the right answer for want with nothing known about the
 * stop but that ip, sp and arch are to stay: no value that might have to be refused, nothing
 * that the kernel gets wrong.
 */
bool ptsi_is_plain(const struct ptsi_family *family, const struct ptsi_syscall_info *want)
{
	uint64_t nr = want->entry.nr, max = family->nr_plain_max;
	int64_t rval = want->exit.rval;
	const uint64_t *a = want->entry.args;

	if (!max)
		max = INT_MAX;
	if (want->flags | want->reserved)
		return false;
	if (want->op == PTSI_SYSCALL_INFO_EXIT) {
		if (family->native_wrong & PTSI_CAN_RESULT)
			return false;
		if (want->exit.is_error)
			return rval >= -PTSI_MAX_ERRNO && rval <= -1 && !ptsi_is_restart_code(rval);
		return rval >= 0 && rval <= INT_MAX && !ptsi_is_restart_code(-rval);
	}
	if (want->op != PTSI_SYSCALL_INFO_ENTRY &&
	    (want->op != PTSI_SYSCALL_INFO_SECCOMP || family->look_at_seccomp))
		return false;
	/* -1 is not among them: in a call that is skipped already it may change the result */
	if (nr > max || (family->native_wrong & (PTSI_CAN_NR | PTSI_CAN_ARGS)))
		return false;
	return family->all_wide || (a[0] | a[1] | a[2] | a[3] | a[4] | a[5]) <= UINT32_MAX;
}

/*
 * The public requests where they are the kernel's own and nothing else: most calls end here,
 * with no more work than the kernel's request itself takes.
 */
static inline long plain_request(long request, pid_t tid, size_t size, const void *info)
{
	ptsi_ptrace_fn *fn = atomic_load_explicit(&caller_ptrace, memory_order_relaxed);

	if (fn)
		return fn(request, tid, (void *)size, (void *)info);
	return syscall(SYS_ptrace, request, (long)tid, size, info);
}

int ptsi_get_syscall_info(pid_t tid, size_t size, struct ptsi_syscall_info *info)
{
	long r;

	if (PTSI_HOST_FAMILY.repair || knows(GET_ABSENT))
		return ptsi_get_slowly(tid, size, info, false);
	r = plain_request(PTSI_GET_SYSCALL_INFO, tid, size, info);
	if (r >= 0)
		return (int)r;
	return answer(r, GET_ABSENT) == PTSI_LACKING ? ptsi_get_slowly(tid, size, info, true) : -1;
}

int ptsi_set_syscall_info(pid_t tid, size_t size, const struct ptsi_syscall_info *info)
{
	int way = atomic_load_explicit(&caller_way, memory_order_relaxed);

	if (size < sizeof *info)
		return ptsi_fail(EINVAL);
	if (way != PTSI_REGISTERS && !knows(SET_ABSENT) &&
	    !(info->arch | info->instruction_pointer | info->stack_pointer) &&
	    ptsi_is_plain(&PTSI_HOST_FAMILY, info)) {
		long r = plain_request(PTSI_SET_SYSCALL_INFO, tid, sizeof *info, info);

		if (r >= 0)
			return PTSI_DONE;
		/* EINVAL: EXIT may be meant for an entry stop, which is to be looked at */
		if (answer(r, SET_ABSENT) != PTSI_LACKING &&
		    (errno != EINVAL || info->op != PTSI_SYSCALL_INFO_EXIT))
			return -1;
	}
	return ptsi_set_slowly(tid, info);
}
