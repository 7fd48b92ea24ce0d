// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A followed tracee that makes calls, by a little kernel: what the tracer has asked for last at a
 * call's stops is what the call is made with and what it returns, whatever stops come in between.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sim_follow.h"

enum { CALLS = 6, FILTER_ERRNO = 95 };

struct tracee tracee;
struct call call;

static long other_request(long request, pid_t tid, void *addr, void *data)
{
	size_t size = (size_t)addr;

	(void)tid;
	switch (request) {
	case PTSI_SECCOMP_GET_METADATA:
		return ptsi_fail(tracee.has_metadata ? EINVAL : EIO);
	case PTSI_GETSIGMASK:
	case PTSI_SETSIGMASK:
		if (size != (is("mips") ? 16U : 8U))
			return ptsi_fail(EINVAL);
		if (request == PTSI_GETSIGMASK)
			memcpy(data, tracee.mask, size);
		else
			memcpy(tracee.mask, data, size);
		return 0;
	case PTSI_CONT:
	case PTSI_SYSCALL:
	case STEP:
		tracee.resumed = request;
		return 0;
	default:
		return ptsi_fail(EIO);
	}
}

static int program_nr(void)
{
	return fz.f->user_nr ? fz.f->user_nr - 1 : fz.m->at.nr;
}

/* After a program's own call of -1, which has one stop less there. */
static bool counts_wrongly(void)
{
	return tracee.seccomp_first || (is("nds32") && (fz.get_errno || fz.fault_is_set));
}

/* The program's registers before a call, whose instruction has no number of its own. */
static void draw_program(void)
{
	struct ptsi_syscall_info now;
	int nr = fz.m->at.nr;

	fz.op = ENTRY;
	draw_registers();
	if (fz.m->stack_args)
		sim.code_len = 24;
	else
		memcpy(sim.code, fz.m->code, sim.code_len = fz.m->code_len);
	memset(&call, 0, sizeof call);
	state_now(&call.program);
	oracle_info(&call.program, &now);
	call.ip = now.instruction_pointer;
	if (counts_wrongly() && (int32_t)word_of(&call.program, nr) == -1)
		word_put(&call.program, nr, 1);
	word_put(&call.program, program_nr(), word_of(&call.program, fz.m->at.nr));
	if (fz.f->user_arg0)
		word_put(&call.program, fz.f->user_arg0 - 1,
			 word_of(&call.program, fz.m->at.arg[0]));
	state_load(&call.program);
}

/* From the program's registers to what the kernel keeps of the call. */
static void enter(void)
{
	struct state s;
	uint64_t nr, arg;

	state_now(&s);
	nr = word_of(&s, program_nr());
	arg = word_of(&s, fz.f->user_arg0 ? fz.f->user_arg0 - 1 : fz.m->at.arg[0]);
	if (is("s390"))
		word_put(&s, fz.m->at.nr, nr);
	kernel_put_nr(&s, nr);
	word_put(&s, fz.m->at.arg[0], arg);
	if (fz.f->twice)
		word_put(&s, fz.f->twice - 1, tracee.presets ? (uint64_t)-38 : arg);
	if (is("riscv") && tracee.presets)
		word_put(&s, fz.m->at.rval, (uint64_t)-38);
	for (int i = 4; i < 6 && fz.m->stack_args; i++) {
		uint32_t v = 0;

		for (int k = 0; k < 4; k++)
			v = v << 8 | s.code[4 * i + (fz.m->big ? k : 3 - k)];
		word_put(&s, fz.m->at.arg[i], v);
	}
	if (fz.m->presets)
		word_put(&s, fz.m->at.rval, (uint64_t)-38);
	fz.hidden = is("openrisc") ? nr : arg;
	state_load(&s);
}

static bool is_to_be_made(struct ptsi_syscall_info *now)
{
	struct state s;
	int get_errno = fz.get_errno;

	fz.get_errno = 0; /* what the kernel itself knows */
	state_now(&s);
	oracle_info(&s, now);
	fz.get_errno = get_errno;
	return now->entry.nr != UINT64_MAX;
}

/* It isn't made: what the kernel does with a result that is there already. */
static void skip_call(uint8_t last_stop)
{
	enum lot lot = last_stop == SECCOMP ? fz.f->seccomp : fz.f->entry;
	struct state s;

	state_now(&s);
	fz.op = EXIT;
	if (lot == DONE_IF_PRESET)
		lot = tracee.presets ? DONE_AT_ONCE : LOST;
	if (lot == LOST || !last_stop)
		kernel_put_result(&s, -(int64_t)fz.m->enosys, true);
	if (lot == KEPT_UNTIL_EXIT && !tracee.seccomp_first && draw_one_in(3))
		kernel_put_result(&s, -FILTER_ERRNO, true); /* by the tracee's own filter */
	state_load(&s);
	call.exits = !is("nds32");
}

static void expect_call(const struct ptsi_syscall_info *now)
{
	bool harmless = (tracee.flags & PTSI_HARMLESS_NR) &&
			(now->entry.nr | 0x40000000) == ((unsigned)fz.m->getpid | 0x40000000U);

	/* where GET is refused at a later stop of the call r7 is told for a number that was set */
	if (call.wanted == SKIPPED && is("arm") && fz.failed)
		tracee.given_up = true;
	else if (call.wanted == SKIPPED && !harmless)
		mismatch("a skipped call is made: %lld", (long long)now->entry.nr);
	if (call.wanted != RUN)
		return;
	for (int i = 0; i < 6; i++)
		if (oracle_narrow(now->entry.args[i]) != oracle_narrow(call.call.entry.args[i]))
			call.to_be_again = true;
	/* of arm's number see above */
	if (now->entry.nr != call.call.entry.nr && !is("arm"))
		call.to_be_again = true;
	if (call.to_be_again && !harmless)
		mismatch("another call is made: %lld(%#llx...) and not %lld(%#llx...)",
			 (long long)now->entry.nr, (unsigned long long)now->entry.args[0],
			 (long long)call.call.entry.nr,
			 (unsigned long long)call.call.entry.args[0]);
}

/* The call, or none, up to its exit stop. */
static void make_call(uint8_t last_stop)
{
	struct ptsi_syscall_info now;
	struct state s;
	bool is_error;
	int64_t rval;

	if (tracee.given_up)
		return;
	fz.op = last_stop ? last_stop : ENTRY;
	call.exits = true;
	if (!is_to_be_made(&now)) {
		call.to_be_again = call.wanted == RUN;
		skip_call(last_stop);
		return;
	}
	expect_call(&now);
	if (draw_one_in(8))
		tracer_elsewhere((SIGTRAP | 1 << 8) << 8 | 0x7f, PTSI_STOP_EVENT); /* fork */
	fz.op = EXIT;
	rval = draw_result(&is_error);
	if (fz.f->value == 4)
		rval = (int32_t)rval;
	if ((is_error && (rval < -4095 || rval > -1)) || is_restart(rval) || is_restart(-rval))
		rval = 7, is_error = false;
	state_now(&s);
	if (!is_error && (!fz.f->flag || oracle_is_scv(&s)))
		is_error = rval >= -4095 && rval <= -1;
	kernel_put_result(&s, rval, is_error);
	state_load(&s);
	if (call.wanted == SKIPPED)
		return;
	call.rval = rval;
	call.is_error = is_error;
}

/* What the program finds when it goes on. */
static void expect_result(void)
{
	struct ptsi_syscall_info now;
	struct state s;

	if (tracee.given_up)
		return;
	fz.op = EXIT;
	is_to_be_made(&now);
	state_now(&s);
	if (tracee.mask[0] == UINT64_MAX)
		mismatch("the program's signals stay blocked");
	if (call.to_be_again)
		mismatch("a call that was skipped to be made again isn't");
	if (call.wanted == AS_MADE && !call.result_set)
		return;
	if (oracle_narrow((uint64_t)now.exit.rval) != oracle_narrow((uint64_t)call.rval) ||
	    !now.exit.is_error != !call.is_error)
		mismatch("the program gets %lld (error %d), and was to get %lld (error %d)",
			 (long long)now.exit.rval, now.exit.is_error, (long long)call.rval,
			 call.is_error);
}

/* Put ip behind the instruction again, if the tracer has put it in front of it. */
static bool is_rewound(void)
{
	struct ptsi_syscall_info now;
	struct state s;

	fz.op = EXIT;
	state_now(&s);
	oracle_info(&s, &now);
	if (now.instruction_pointer == call.ip || tracee.given_up)
		return false;
	oracle_put_ip(&s, call.ip);
	state_load(&s);
	call.to_be_again = false;
	return true;
}

static void run_once(void)
{
	struct ptsi_syscall_info now;
	uint8_t last = 0;
	bool filter = !fz.m->no_seccomp && fz.f->seccomp && draw_one_in(2);

	enter();
	if (filter && tracee.seccomp_first)
		tracer_at(last = SECCOMP);
	/* before 4.8 a call that was skipped at its SECCOMP stop isn't entered */
	if (tracee.resumed == PTSI_SYSCALL && !(last == SECCOMP && !is_to_be_made(&now)))
		tracer_at(last = ENTRY);
	if (filter && !tracee.seccomp_first)
		tracer_at(last = SECCOMP);
	make_call(last);
	if (tracee.resumed == PTSI_SYSCALL && call.exits)
		tracer_at(EXIT);
}

/* Whether it had SECCOMP stops before PTRACE_SECCOMP_GET_METADATA came, in 4.16. */
static bool is_old(void)
{
	return is("arm") || is("arm64") || is("mips") || is("parisc") || is("powerpc") ||
	       is("s390") || is("x86");
}

unsigned follow_case(void)
{
	unsigned done = 0;

	if (fz.m->bsp || fz.f->never & PTSI_CAN_SKIP)
		return 0; /* what becomes of their calls isn't known well enough */
	memset(&tracee, 0, sizeof tracee);
	tracee.flags = draw_below(4);
	tracee.has_metadata = !fz.get_errno || !is_old() || draw_one_in(2);
	/* what others than x86 do with a call that is skipped then isn't known well enough */
	tracee.seccomp_first =
		!tracee.has_metadata && is("x86") && fz.set_errno == EIO && draw_one_in(2);
	tracee.presets = is("riscv") ? !fz.set_errno || draw_one_in(2)
				     : is("powerpc") && fz.set_errno == EIO && draw_one_in(2);
	tracee.mask[0] = 0x10000;
	tracee.asked = tracee.resumed = PTSI_SYSCALL;
	fz.told = false;
	fz.followed = true;
	if (!fz.fault_is_set)
		fz.fault = FAULT_NONE;
	kernel_watch();
	sim.other = other_request;
	ptsi_tracee_init(&tracee.t, sizeof tracee.t, getpid(), tracee.flags);
	for (; done < CALLS && !tracee.given_up; done++) {
		draw_program();
		run_once();
		while (is_rewound()) {
			if (draw_one_in(8)) /* which can't be blocked */
				tracer_elsewhere((SIGSTOP | 128 << 8) << 8 | 0x7f, PTSI_STOP_GROUP);
			run_once();
		}
		expect_result();
		if (draw_one_in(4))
			tracer_elsewhere(SIGUSR1 << 8 | 0x7f, PTSI_STOP_SIGNAL);
		if (draw_one_in(8))
			tracer_elsewhere((SIGSTOP | 128 << 8) << 8 | 0x7f, PTSI_STOP_GROUP);
	}
	return done;
}
