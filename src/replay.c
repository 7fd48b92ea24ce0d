// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Skip and repeat: the way to an argument that can't be changed in place.
 *
 * The call is skipped; at its exit stop the registers are set as the program would have set
 * them and ip goes back to the instruction, which is run again.  The tracee's signals are
 * blocked from there to the repeat's entry stop, else a handler would come in between and
 * its calls be taken for the repeat.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "followed.h"

/*
 * Open /proc/TID/status, whose path is put together from its end.  There is no stdio in the
 * library: a tracer may call it from a signal handler, and gets nothing from libc with it
 * but system calls.
 */
static int open_status(pid_t tid)
{
	static const char proc[] = "/proc/", status[] = "/status";
	char path[32], *p = path + sizeof path - sizeof status;

	memcpy(p, status, sizeof status);
	do
		*--p = (char)('0' + tid % 10);
	while ((tid /= 10) > 0);
	p -= sizeof proc - 1;
	memcpy(p, proc, sizeof proc - 1);
	return (int)syscall(SYS_openat, AT_FDCWD, p, O_RDONLY | O_CLOEXEC);
}

/*
 * Strict seccomp (prctl(2), PR_SET_SECCOMP) kills a tracee that makes any other call, nr -1
 * included.  No request tells, so ask /proc; when that can't be read, assume the worst.  A
 * kernel without seccomp has no such line.
 */
static bool may_be_strict(pid_t tid)
{
	static const char key[] = "\nSeccomp:\t";
	char buf[4096];
	int fd = open_status(tid);
	long got;

	if (fd < 0)
		return true;
	got = syscall(SYS_read, fd, buf, sizeof buf);
	syscall(SYS_close, fd);
	for (long i = 0; i + (long)sizeof key <= got; i++)
		if (memcmp(buf + i, key, sizeof key - 1) == 0)
			return buf[i + (long)sizeof key - 1] == '1';
	return got <= 0 || got == (long)sizeof buf;
}

static long mask_request(const struct ptsi_stop *st, long request, uint64_t *mask)
{
	unsigned long size = st->family->sigset_size ? st->family->sigset_size : sizeof *mask;

	return ptsi_request(st, request, size, mask);
}

static int exchange_args(struct ptsi_stop *st, uint64_t *args)
{
	return st->abi->exchange_args ? st->abi->exchange_args(st, args) : 0;
}

/* At the exit stop it would be too late to refuse: so all that can be is tried beforehand. */
static int try_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *entry)
{
	uint64_t args[6];
	int r;

	memcpy(args, entry->entry.args, sizeof args);
	if (exchange_args(st, args) < 0)
		return -1;
	r = ptsi_core_try_repeat(st, entry);
	return exchange_args(st, args) < 0 ? -1 : r;
}

static int skip_now(const struct ptsi_tracee *t, struct ptsi_stop *st)
{
	struct ptsi_syscall_info skip = st->info;

	skip.entry.nr = UINT64_MAX;
	if ((t->flags & PTSI_HARMLESS_NR) && ptsi_skip_by_harmless_nr(st, &st->info, &skip) < 0)
		return -1;
	return ptsi_core_set(st, &skip);
}

/* Whether what a set lacked is arguments alone, and this call can be skipped and made again. */
static bool can_start(const struct ptsi_tracee *t, const struct ptsi_call *call,
		      const struct ptsi_stop *st, const struct ptsi_change *change,
		      const struct ptsi_route *route)
{
	return route->lacks && !(route->lacks & ~PTSI_CAN_ARGS) && (route->can & PTSI_CAN_NR) &&
	       !(change->what & (PTSI_CAN_IP | PTSI_CAN_SP)) && ptsi_followed_in_place(call, st) &&
	       ptsi_skip_has_exit(st) && !may_be_strict(t->tid);
}

/* In place of a set that failed with EOPNOTSUPP: start, if it was for arguments alone. */
int ptsi_replay_start(struct ptsi_tracee *t, struct ptsi_stop *st,
		      const struct ptsi_syscall_info *want)
{
	struct ptsi_followed *f = ptsi_followed(t);
	struct ptsi_call *call = &f->call;
	struct ptsi_syscall_info again = *want;
	struct ptsi_change change;
	struct ptsi_route route = { .lacks = 0 };

	if (ptsi_core_plan(st, want, &change, &route) < 0 && errno != EOPNOTSUPP)
		return -1;
	if (!can_start(t, call, st, &change, &route))
		return ptsi_fail(EOPNOTSUPP);
	again.arch = st->info.arch;
	again.instruction_pointer = call->ip;
	again.stack_pointer = call->sp;
	if (try_repeat(st, &again) < 0)
		return -1;
	/* before 3.11, and under PRoot, there is no such request: the exit stop would be too late
	 */
	if (mask_request(st, PTSI_GETSIGMASK, f->mask) < 0)
		return errno == ESRCH ? -1 : ptsi_fail(EOPNOTSUPP);
	if (skip_now(t, st) < 0)
		return -1;
	call->again = again;
	call->replay_step = PTSI_REPLAY_SKIPPED;
	call->replay_stop =
		st->info.op == PTSI_SYSCALL_INFO_SECCOMP ? PTSI_STOP_SECCOMP : PTSI_STOP_ENTRY;
	return 0;
}

static int repeat(const struct ptsi_call *call, struct ptsi_stop *st)
{
	uint64_t args[6];
	int err;

	memcpy(args, call->again.entry.args, sizeof args);
	if (ptsi_decode_abi(st) < 0 || exchange_args(st, args) < 0)
		return -1;
	if (ptsi_core_repeat(st, &call->again) == 0)
		return 0;
	err = errno;
	exchange_args(st, args);
	return ptsi_fail(err);
}

/* Give the tracee its signal mask back, unless it has it. */
int ptsi_replay_unmask(struct ptsi_followed *f, const struct ptsi_stop *st)
{
	if (!f->masked)
		return 0;
	if (mask_request(st, PTSI_SETSIGMASK, f->mask) < 0)
		return -1;
	f->masked = false;
	return 0;
}

/* At the exit stop of the skipped call. */
int ptsi_replay_rewind(struct ptsi_followed *f, struct ptsi_stop *st)
{
	uint64_t all[2] = { UINT64_MAX, UINT64_MAX };
	int err;

	if (mask_request(st, PTSI_SETSIGMASK, all) < 0)
		return -1;
	f->masked = true;
	if (repeat(&f->call, st) < 0) {
		err = errno;
		ptsi_replay_unmask(f, st);
		return ptsi_fail(err);
	}
	f->call.replay_step = PTSI_REPLAY_REWOUND;
	return 0;
}

/* At the next entry: whether it is the repeat, or another call has come in between. */
bool ptsi_replay_is_entered(struct ptsi_call *call, const struct ptsi_stop *st)
{
	bool same = ptsi_decode_is_same_call(st->abi, &st->info, &call->again);

	call->replay_step = same ? PTSI_REPLAY_RUNNING : PTSI_REPLAY_NO;
	return same;
}
