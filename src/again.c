// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Skip and repeat: the way to an argument that can't be changed in place.
 *
 * The call is skipped; at its exit stop the registers are set as the program would have set
 * them and ip goes back to the instruction, which is run again.  The tracee's signals are
 * blocked from there to the repeat's entry stop, else a handler would come in between and
 * its calls be taken for the repeat.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"

/*
 * Strict seccomp (prctl(2), PR_SET_SECCOMP) kills a tracee that makes any other call, nr -1
 * included.  No request tells, so ask /proc; when that can't be read, assume the worst.  A kernel
 * without seccomp has no such line.
 */
static bool may_be_strict(pid_t tid)
{
	static const char key[] = "\nSeccomp:\t";
	char path[32] = "/proc/", buf[4096];
	char digits[12];
	size_t n = 0, len = 6;
	long got;
	int fd;

	do
		digits[n++] = (char)('0' + tid % 10);
	while ((tid /= 10) > 0);
	while (n)
		path[len++] = digits[--n];
	memcpy(path + len, "/status", sizeof "/status");
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
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

static int skip_now(const struct ptsi_tracee *t, struct ptsi_stop *st)
{
	struct ptsi_syscall_info skip = st->info;
	int nr = t->flags & PTSI_HARMLESS_NR ? ptsi_harmless_nr(st) : -1;

	if (t->flags & PTSI_HARMLESS_NR && nr < 0)
		return -1;
	skip.entry.nr = (uint64_t)(int64_t)nr;
	return ptsi_stop_set(st, &skip);
}

static int exchange_args(struct ptsi_stop *st, uint64_t *args)
{
	return st->abi->exchange_args ? st->abi->exchange_args(st, args) : 0;
}

/* At the exit stop it would be too late to refuse: so all that can be is tried beforehand. */
static int try_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *redo)
{
	uint64_t args[6];
	int r;

	memcpy(args, redo->entry.args, sizeof args);
	if (exchange_args(st, args) < 0)
		return -1;
	r = ptsi_try_repeat(st, redo);
	return exchange_args(st, args) < 0 ? -1 : r;
}

/* In place of a set that failed with EOPNOTSUPP: start, if it was for arguments alone. */
int ptsi_again_start(struct ptsi_tracee *t, struct ptsi_stop *st,
		     const struct ptsi_syscall_info *want)
{
	struct ptsi_syscall_info redo = *want;
	struct ptsi_state *s = ptsi_state(t);
	struct ptsi_plan plan;

	if (ptsi_stop_plan(st, want, &plan) < 0 && errno != EOPNOTSUPP)
		return -1;
	if (!plan.lacks || (plan.lacks & ~PTSI_CAN_ARGS) || !(plan.can & PTSI_CAN_NR) ||
	    (plan.change & (PTSI_CAN_IP | PTSI_CAN_SP)) ||
	    st->info.instruction_pointer != s->ip || st->info.stack_pointer != s->sp ||
	    (st->abi->no_exit && st->abi->no_exit(st)) || may_be_strict(t->tid))
		return ptsi_fail(EOPNOTSUPP);
	redo.arch = st->info.arch;
	redo.instruction_pointer = s->ip;
	redo.stack_pointer = s->sp;
	if (try_repeat(st, &redo) < 0 || skip_now(t, st) < 0)
		return -1;
	s->redo = redo;
	s->redo_kind = st->info.op == PTSI_SYSCALL_INFO_SECCOMP ? PTSI_STOP_SECCOMP : PTSI_STOP_ENTRY;
	s->again = PTSI_AGAIN_SKIPPED;
	return 0;
}

static int repeat(const struct ptsi_state *s, struct ptsi_stop *st)
{
	uint64_t args[6];
	int err;

	memcpy(args, s->redo.entry.args, sizeof args);
	if (ptsi_stop_abi(st) < 0 || exchange_args(st, args) < 0)
		return -1;
	if (ptsi_stop_repeat(st, &s->redo) == 0)
		return 0;
	err = errno;
	exchange_args(st, args);
	return ptsi_fail(err);
}

/* At the exit stop of the skipped call. */
int ptsi_again_rewind(struct ptsi_state *s, struct ptsi_stop *st)
{
	uint64_t all[2] = { UINT64_MAX, UINT64_MAX };

	if (mask_request(st, PTSI_GETSIGMASK, s->blocked) < 0 ||
	    mask_request(st, PTSI_SETSIGMASK, all) < 0)
		return -1;
	if (repeat(s, st) < 0) {
		int err = errno;

		mask_request(st, PTSI_SETSIGMASK, s->blocked);
		return ptsi_fail(err);
	}
	s->again = PTSI_AGAIN_REWOUND;
	return 0;
}

/* At the next entry: 1 if it is the repeat, 0 if another call has come in between, or -1. */
int ptsi_again_entered(struct ptsi_state *s, struct ptsi_stop *st)
{
	const struct ptsi_syscall_info *is = &st->info, *want = &s->redo;
	bool same = is->instruction_pointer == want->instruction_pointer &&
		    is->stack_pointer == want->stack_pointer && is->entry.nr == want->entry.nr;

	if (ptsi_stop_abi(st) < 0)
		return -1;
	for (int i = 0; i < 6; i++)
		same = same && ptsi_narrow(st->abi, is->entry.args[i]) ==
				       ptsi_narrow(st->abi, want->entry.args[i]);
	if (mask_request(st, PTSI_SETSIGMASK, s->blocked) < 0)
		return -1;
	s->again = same ? PTSI_AGAIN_RUNNING : PTSI_AGAIN_NO;
	return same;
}
