// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The tracer of a followed tracee. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "sim_follow.h"

/* What it wants from now on of the call that it has set so. */
static void remember(const struct ptsi_syscall_info *want, const struct ptsi_syscall_info *now)
{
	if (fz.op == EXIT) {
		call.rval = want->exit.rval;
		call.is_error = want->exit.is_error;
		call.result_set = true;
		return;
	}
	if (want->op == SKIP || want->op == EXIT) {
		call.wanted = SKIPPED;
		call.rval = want->exit.rval;
		call.is_error = want->exit.is_error;
	} else if (want->entry.nr == UINT64_MAX) {
		if (now->entry.nr == UINT64_MAX && call.wanted == AS_MADE)
			return; /* the program's own */
		call.wanted = SKIPPED;
		call.rval = -(int64_t)fz.m->enosys;
		call.is_error = true;
	} else {
		call.wanted = RUN;
		call.call = *want;
	}
}

static void draw_want(struct ptsi_syscall_info *want)
{
	bool is_error;

	want->instruction_pointer = want->stack_pointer = want->arch = 0;
	if (fz.op == EXIT) {
		want->exit.rval = draw_result(&is_error);
		want->exit.is_error = is_error;
		return;
	}
	switch (draw_below(5)) {
	case 0:
		want->op = draw_one_in(2) ? SKIP : EXIT;
		memset(&want->entry, 0, sizeof want->entry);
		want->exit.rval = draw_result(&is_error);
		want->exit.is_error = is_error;
		break;
	case 1:
		want->entry.nr = UINT64_MAX;
		break;
	case 2:
		want->entry.nr = draw_nr();
		break;
	default:
		for (int i = 1 + (int)draw_below(3); i; i--)
			want->entry.args[draw_below(6)] = draw_value();
	}
}

/* This is what a request of it was made to fail with. */
static bool is_fault(int err)
{
	return fz.failed && err == fz.fault_errno;
}

static bool is_odd_result(const struct ptsi_syscall_info *want)
{
	int64_t v = want->exit.rval;

	if (fz.f->value == 4)
		v = (int32_t)v;
	return want->op == EXIT || want->op == SKIP
		       ? !want->exit.is_error && v >= -4095 && v <= -1 &&
				 (!fz.f->flag || oracle_is_scv(&call.program))
		       : false;
}

static void set_something(struct ptsi_syscall_info *now)
{
	struct ptsi_syscall_info want = *now;
	struct state before;
	int r;

	draw_want(&want);
	state_now(&before);
	fuzz_says(OP_FOLLOWED, &want);
	r = ptsi_tracee_set(&tracee.t, &want);
	fuzz_counts(r);
	if (r < 0)
		check_state(before, "ptsi_tracee_set failed, and something has changed");
	if (r < 0 && errno != EINVAL && errno != ERANGE && errno != EOPNOTSUPP && !is_fault(errno))
		mismatch("ptsi_tracee_set: %s", strerror(errno));
	if (r < 0)
		return;
	if (is_odd_result(&want)) /* which is an error where there is no flag */
		want.exit.is_error = 1;
	remember(&want, now);
	if (want.op == fz.op)
		*now = want;
}

static void expect_info(const struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info truth;
	struct state s;
	size_t size = fz.op == EXIT ? 33 : 80;

	state_now(&s);
	if (!oracle_info(&s, &truth))
		mismatch("the stop can't be known, and it is told");
	if (fz.op != EXIT && truth.entry.nr == UINT64_MAX)
		size = 32;
	if (is("arm") && fz.failed) /* r7 is told where GET was refused */
		return;
	if (memcmp(info, &truth, size) != 0)
		mismatch(
			"what is told of the stop is wrong: %#llx %#llx %#llx, not %#llx %#llx "
			"%#llx",
			(unsigned long long)info->entry.nr, (unsigned long long)info->entry.args[0],
			(unsigned long long)info->entry.args[1], (unsigned long long)truth.entry.nr,
			(unsigned long long)truth.entry.args[0],
			(unsigned long long)truth.entry.args[1]);
}

/* What ptsi_tracee_stop may say of a call's stop. */
static void expect_kind(int kind)
{
	static const int kinds[] = { 0, PTSI_STOP_ENTRY, PTSI_STOP_EXIT, PTSI_STOP_SECCOMP };
	bool own = kind == PTSI_STOP_OWN, wants = tracee.asked == PTSI_SYSCALL;

	if (kind < 0)
		mismatch("ptsi_tracee_stop: %s", strerror(errno));
	if (fz.failed_request == PTSI_GET_SYSCALL_INFO) /* stops are counted from here on */
		return;
	if (kind == PTSI_STOP_UNKNOWN && fz.get_errno)
		return;
	if (!own && kind != kinds[fz.op])
		mismatch("stop %d is told as %d", fz.op, kind);
	if (own && wants && call.wanted == AS_MADE)
		mismatch("stop %d is the library's own", fz.op);
	if (!own && !wants && fz.op != SECCOMP)
		mismatch("stop %d was not asked for", fz.op);
}

/* A request that failed has resumed nothing, and is made again. */
static int resume_once(void)
{
	int r = ptsi_tracee_resume(&tracee.t, tracee.asked, 0);

	if (r < 0 && is_fault(errno))
		r = ptsi_tracee_resume(&tracee.t, tracee.asked, 0);
	return r;
}

static void resume(bool own)
{
	int r;

	if (!own && !draw_one_in(3))
		tracee.asked = draw_one_in(2) ? PTSI_SYSCALL : draw_one_in(4) ? STEP : PTSI_CONT;
	fuzz_says(OP_FOLLOWED, NULL);
	tracee.resumed = 0;
	r = resume_once();
	if (r < 0 && errno == EBUSY && tracee.asked == STEP) {
		tracee.asked = PTSI_CONT;
		r = resume_once();
	}
	if (r < 0 || !tracee.resumed)
		mismatch("ptsi_tracee_resume: %s", strerror(errno));
}

/* A call's stop. */
void tracer_at(uint8_t op)
{
	int wstatus = (op == SECCOMP ? SIGTRAP | 7 << 8 : SIGTRAP | 0x80) << 8 | 0x7f, kind;
	struct ptsi_syscall_info info;
	bool all_blocked = tracee.mask[0] == UINT64_MAX;

	if (tracee.given_up)
		return;
	fz.op = sim.op = op;
	state_mark();
	fuzz_says(OP_FOLLOWED, NULL);
	kind = ptsi_tracee_stop(&tracee.t, wstatus, &info);
	if (kind < 0 && is_fault(errno)) /* what was done half way is done again */
		kind = ptsi_tracee_stop(&tracee.t, wstatus, &info);
	if (kind < 0 && errno == EOPNOTSUPP && fz.way == PTSI_KERNEL &&
	    fz.failed_request == PTSI_SET_SYSCALL_INFO) { /* which is refused at once then */
		tracee.given_up = true;
		return;
	}
	expect_kind(kind);
	if (kind != PTSI_STOP_UNKNOWN && kind != PTSI_STOP_OWN) {
		if (all_blocked && tracee.mask[0] == UINT64_MAX && call.wanted == RUN)
			mismatch("the program's signals are blocked");
		expect_info(&info);
		/* arm without GET tells r7, not a number that was set at the stop before */
		for (unsigned n = is("arm") && fz.get_errno && call.wanted != AS_MADE
					  ? 0
					  : draw_below(4);
		     n; n--)
			set_something(&info);
	}
	resume(kind == PTSI_STOP_OWN);
}

/* A stop between calls, or an event in the middle of one. */
void tracer_elsewhere(int wstatus, int expected)
{
	struct ptsi_syscall_info info;
	int kind;

	if (tracee.given_up)
		return;
	fz.op = sim.op = NONE;
	sim.si_signo = expected == PTSI_STOP_GROUP ? 0 : SIGUSR1;
	fuzz_says(OP_FOLLOWED, NULL);
	kind = ptsi_tracee_stop(&tracee.t, wstatus, &info);
	if (kind < 0 && is_fault(errno))
		kind = ptsi_tracee_stop(&tracee.t, wstatus, &info);
	if (kind != expected)
		mismatch("stop %#x is told as %d", (unsigned)wstatus, kind);
	resume(false);
}
