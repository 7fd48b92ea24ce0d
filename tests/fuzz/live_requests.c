// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The library's ptrace requests, which fail where the fuzzer wants them to. */
#include "live.h"

#include <errno.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct live_faults live_faults = { .countdown = -1 };

void live_no_faults(void)
{
	live_faults.countdown = -1;
	live_faults.sticks = live_faults.kills = live_faults.native = false;
	live_faults.errnos = 0;
	live_faults.hits = live_faults.writes = live_faults.refusals = 0;
	live_faults.again = false;
}

void live_forget(void)
{
	ptsi_set_ptrace(live_ptrace);
	live_faults.get_absent = live_faults.set_absent = false;
}

static bool is_write(long request, const void *addr, const void *data)
{
	return request == PTRACE_POKEUSER || request == PTRACE_SETREGSET ||
	       request == PTRACE_POKEDATA || request == PTRACE_SETSIGMASK ||
	       (request == RAW_SET && addr && data);
}

/*
 * With EIO the library learns that there is no such request; but not where it asks, by a SET of
 * nothing, whose an EINVAL was.
 */
static void note_native(long request, int err, bool probes)
{
	if (request != RAW_GET && request != RAW_SET)
		return;
	live_faults.native = true;
	if (request == RAW_GET && err == EIO)
		live_faults.get_absent = true;
	if (request == RAW_SET && err == EIO && !probes)
		live_faults.set_absent = true;
}

/* Of a SETREGSET that fails the kernel may have stored a part. */
static void set_a_part(pid_t tid, void *addr, const struct iovec *iov)
{
	struct iovec part = { iov->iov_base, iov->iov_len / 16 * 8 };

	syscall(SYS_ptrace, PTRACE_SETREGSET, (long)tid, addr, &part);
}

static long fail(long request, pid_t tid, void *addr, void *data)
{
	struct live_faults *f = &live_faults;

	/* EINVAL would be the kernel's word for a group-stop, and for a SET that is there */
	bool means = request == PTRACE_GETSIGINFO || (request == RAW_SET && !addr);
	int err = means && f->err == EINVAL ? ESRCH : f->err;

	if (request == PTRACE_SETREGSET && f->writes == 0)
		set_a_part(tid, addr, data);
	f->again |= f->hits || f->refusals;
	f->hits++;
	f->writes += is_write(request, addr, data);
	f->errnos |= oracle_errno(err);
	note_native(request, err, addr && !data);
	errno = err;
	return -1;
}

static bool is_due(struct live_faults *f)
{
	if (f->countdown < 0)
		return f->sticks && f->hits;
	return f->countdown-- == 0;
}

long live_ptrace(long request, pid_t tid, void *addr, void *data)
{
	struct live_faults *f = &live_faults;
	int refused = request == RAW_GET ? f->get_err : request == RAW_SET ? f->set_err : 0;

	if (is_due(f)) {
		if (!f->kills)
			return fail(request, tid, addr, data);
		syscall(SYS_tgkill, (long)tid, (long)tid, (long)SIGKILL);
		f->hits++;
		f->errnos |= oracle_errno(ESRCH);
	}
	if (refused) {
		note_native(request, refused, addr && !data);
		f->refusals += request == RAW_SET && addr && data;
		errno = refused;
		return -1;
	}
	return syscall(SYS_ptrace, request, (long)tid, addr, data);
}
