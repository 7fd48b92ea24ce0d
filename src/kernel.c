// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Requests to the kernel: any of them, and the two native ones, which a running kernel may
 * lack.  The three words below are the library's only writable data.
 */
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "stop.h"

_Atomic unsigned ptsi_kernel_learnt; /* a bit that another thread's store loses is learnt again */
_Atomic(ptsi_ptrace_fn *) ptsi_kernel_ptrace;
_Atomic int ptsi_kernel_way;

int ptsi_fail(int err)
{
	errno = err;
	return -1;
}

int ptsi_use(int way)
{
	if (way < PTSI_AUTO || way > PTSI_REGISTERS)
		return ptsi_fail(EINVAL);
	return atomic_exchange_explicit(&ptsi_kernel_way, way, memory_order_relaxed);
}

ptsi_ptrace_fn *ptsi_set_ptrace(ptsi_ptrace_fn *fn)
{
	/* What another function answered says nothing about this one. */
	atomic_store_explicit(&ptsi_kernel_learnt, 0, memory_order_relaxed);
	return atomic_exchange_explicit(&ptsi_kernel_ptrace, fn, memory_order_seq_cst);
}

static void learn(_Atomic unsigned *learnt, unsigned bit)
{
	unsigned known = atomic_load_explicit(learnt, memory_order_relaxed);

	atomic_store_explicit(learnt, known | bit, memory_order_relaxed);
}

/* A word that is -1 is told from an error by errno. */
static long peek_returned(pid_t tid, long request, unsigned long addr, unsigned long *data)
{
	long word;

	errno = 0;
	word = syscall(SYS_ptrace, request, (long)tid, addr, NULL);
	if (word == -1 && errno)
		return -1;
	*data = (unsigned long)word;
	return 0;
}

long ptsi_request(const struct ptsi_stop *st, long request, unsigned long addr, void *data)
{
	if (st->ptrace)
		return st->ptrace(request, st->tid, (void *)addr, data);
	if (st->family->peek_returns && (request == PTSI_PEEKDATA || request == PTSI_PEEKUSR))
		return peek_returned(st->tid, request, addr, data);
	return syscall(SYS_ptrace, request, (long)st->tid, addr, data);
}

/*
 * Whether errno says that a native request was refused, and nothing of the tracee.  GET of a
 * tracee that is there and stopped has no other way to fail.
 */
static bool is_refused(unsigned absent)
{
	if (absent == PTSI_GET_ABSENT)
		return errno != ESRCH;
	return errno == EIO || errno == EPERM || errno == ENOSYS || errno == EACCES ||
	       errno == EOPNOTSUPP;
}

/*
 * What r, the answer to a native request, means.  An unknown request is EIO on every kernel
 * (ptrace_request in kernel/ptrace.c).  Other errnos come from a seccomp filter around the
 * calling thread, or from a tracer of it that plays the kernel, as PRoot does: they say nothing
 * about other threads or the kernel.
 */
int ptsi_kernel_answer(_Atomic unsigned *learnt, long r, unsigned absent)
{
	if (r >= 0)
		return (int)r;
	if (errno == EIO)
		learn(learnt, absent);
	return is_refused(absent) ? PTSI_LACKING : -1;
}

int ptsi_kernel_get(const struct ptsi_stop *st, struct ptsi_syscall_info *info)
{
	if (ptsi_kernel_knows(st->learnt, PTSI_GET_ABSENT))
		return PTSI_LACKING;
	memset(info, 0, sizeof *info); /* the kernel leaves alone what it doesn't return */
	return ptsi_kernel_answer(st->learnt,
				  ptsi_request(st, PTSI_GET_SYSCALL_INFO, sizeof *info, info),
				  PTSI_GET_ABSENT);
}

int ptsi_kernel_nr(const struct ptsi_stop *st, uint64_t *nr)
{
	struct ptsi_syscall_info now;
	int r = ptsi_kernel_get(st, &now);

	if (r == PTSI_LACKING)
		return 0;
	if (r < 0)
		return -1;
	*nr = now.entry.nr;
	return 1;
}

/* Whether PTRACE_SET_SYSCALL_INFO is worth trying, as far as that is known without a request. */
bool ptsi_kernel_may_set(const struct ptsi_stop *st)
{
	return st->way != PTSI_REGISTERS && !st->set_refused &&
	       !ptsi_kernel_knows(st->learnt, PTSI_SET_ABSENT);
}

/*
 * 1, 0 or -1: EINVAL of SET is the kernel's, which reads what it is given before it finds fault
 * with it.  A filter or an emulation that says EINVAL to what it doesn't know says it to GET, too.
 */
static int einval_is_kernels(const struct ptsi_stop *st)
{
	size_t size = sizeof(struct ptsi_syscall_info);

	if (st->native_get)
		return 1;
	if (ptsi_request(st, PTSI_SET_SYSCALL_INFO, size, NULL) < 0 && errno == EFAULT)
		return 1;
	return errno == ESRCH ? -1 : 0;
}

int ptsi_kernel_set(const struct ptsi_stop *st, const struct ptsi_syscall_info *info)
{
	long r;
	int kernels;

	if (!ptsi_kernel_may_set(st))
		return PTSI_LACKING;
	r = ptsi_request(st, PTSI_SET_SYSCALL_INFO, sizeof *info, (void *)info);
	if (r < 0 && errno == EINVAL) {
		kernels = einval_is_kernels(st);
		if (kernels <= 0)
			return kernels < 0 ? -1 : PTSI_LACKING;
		return ptsi_fail(EINVAL);
	}
	return ptsi_kernel_answer(st->learnt, r, PTSI_SET_ABSENT);
}

/* A SET of size 0 is EINVAL where the request exists, and changes nothing. */
int ptsi_kernel_has_set(const struct ptsi_stop *st)
{
	int kernels;

	if (!ptsi_kernel_may_set(st))
		return 0;
	if (ptsi_kernel_knows(st->learnt, PTSI_SET_PRESENT))
		return 1;
	if (ptsi_request(st, PTSI_SET_SYSCALL_INFO, 0, NULL) < 0 && errno != EINVAL)
		return ptsi_kernel_answer(st->learnt, -1, PTSI_SET_ABSENT) == PTSI_LACKING ? 0 : -1;
	kernels = einval_is_kernels(st);
	if (kernels <= 0)
		return kernels;
	learn(st->learnt, PTSI_SET_PRESENT);
	return 1;
}
