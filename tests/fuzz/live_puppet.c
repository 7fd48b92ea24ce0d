// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* A tracee from stop to stop: what is to be seen at the next one, and whether it was. */
#include "live.h"

#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_own_ip(const struct live_puppet *p)
{
	return p->st.info.instruction_pointer == p->shared->after;
}

bool live_is_pad(const struct live_puppet *p, uint64_t ip)
{
	for (int i = 0; i < PADS; i++)
		if (p->shared->pads[i] == ip)
			return true;
	return false;
}

/* What the tracee says that it came back with. */
static void check_report(struct live_puppet *p)
{
	const struct live_shared *s = p->shared;

	if (s->reports == p->reports)
		return;
	if (s->reports != p->reports + 1 || (!p->due && !p->loose))
		live_fail(p, "%llu reports, not %llu", (unsigned long long)s->reports,
			  (unsigned long long)p->reports);
	p->reports = s->reports;
	if (p->loose || !p->due) {
		p->due = false;
		return;
	}
	p->due = false;
	if (!p->any_rval && oracle_narrow(p->abi, s->rval) != oracle_narrow(p->abi, p->left.nr))
		live_fail(p, "the tracee got %#llx, not %#llx", (unsigned long long)s->rval,
			  (unsigned long long)p->left.nr);
	for (int i = 0; i < ARGS; i++)
		if (s->got[i] != p->left.args[i])
			live_fail(p, "the tracee's argument register %d is %#llx, not %#llx", i,
				  (unsigned long long)s->got[i],
				  (unsigned long long)p->left.args[i]);
	if (s->sp != p->left_sp || p->shared->pads[s->pad] != p->left_ip)
		live_fail(p, "the tracee came back at %#llx, not %#llx; sp %#llx, not %#llx",
			  (unsigned long long)p->shared->pads[s->pad],
			  (unsigned long long)p->left_ip, (unsigned long long)s->sp,
			  (unsigned long long)p->left_sp);
}

/* Its own call begins: as it was ordered, or is to be repeated. */
static void enter(struct live_puppet *p)
{
	const struct ptsi_syscall_info *is = &p->st.info;
	bool same = is->entry.nr == p->next.nr;

	check_report(p);
	if (p->due && !p->loose)
		live_fail(p, "there was no report");
	p->due = false;
	for (int i = 0; i < ARGS; i++)
		same &= is->entry.args[i] == p->next.args[i];
	if (!same && !p->loose)
		live_fail(p, "entered nr %#llx, not %#llx, or with other arguments",
			  (unsigned long long)is->entry.nr, (unsigned long long)p->next.nr);
	p->loose = false;
	p->sleeps = live_sleeps(p, is->entry.nr);
}

static void expect_stop(struct live_puppet *p)
{
	int op = p->st.info.op;

	if (p->awaits >= 0 && p->awaits != op)
		live_fail(p, "a stop of op %d, not %d", op, p->awaits);
	if (p->awaits == SECCOMP && p->data != p->st.info.seccomp.ret_data)
		live_fail(p, "ret_data %#x, not %#x", p->st.info.seccomp.ret_data, p->data);
	if (p->awaits == EXIT && p->awaits_rval &&
	    oracle_narrow(p->abi, p->st.regs.w[p->abi->rval]) != oracle_narrow(p->abi, p->rval))
		live_fail(p, "the result is %#llx, not %#llx",
			  (unsigned long long)p->st.regs.w[p->abi->rval],
			  (unsigned long long)p->rval);
	p->awaits = -1;
}

/* Of whose call is this stop?  It and what the tracee has reported are to be as was foreseen. */
void live_arrive(struct live_puppet *p)
{
	int op = p->st.info.op;

	expect_stop(p);
	p->begins = op == ENTRY || (op == SECCOMP && p->at == NOWHERE);
	if (op == ENTRY || (op == SECCOMP && p->at == NOWHERE)) {
		p->at = FOREIGN;
		p->call_ip = p->st.info.instruction_pointer;
		if (oracle_is_vsyscall(&p->st))
			p->at = IN_VSYSCALL;
		else if (is_own_ip(p) && p->st.info.arch == p->abi->arch)
			p->at = IN_CALL;
		if (p->at != FOREIGN)
			enter(p);
	} else if (op == NONE) {
		p->at = NOWHERE;
	} else if (p->at == NOWHERE) {
		p->at = FOREIGN;
	}
	if (p->at == FOREIGN && p->st.info.instruction_pointer == p->shared->after_sync) {
		check_report(p);
		p->shared->sync = 0;
	}
}

/* Numbers that may be run with any arguments. */
bool live_is_safe(const struct live_puppet *p)
{
	int word = p->st.info.op == EXIT ? p->abi->rval : p->abi->nr;
	int32_t nr = (int32_t)p->st.regs.w[word];

	if (live_sleeps(p, (uint64_t)nr))
		return p->sleeps && p->st.info.op != EXIT;
	if (nr < 0 || nr == (X32_BIT | p->abi->getpid) ||
	    (nr >= 1000 && (p->abi->value == 4 || (nr & ~X32_BIT) >= 1000)))
		return true;
	for (int i = 0; i < N_PAUSE; i++)
		if (nr == live_number(p->abi, i))
			return true;
	return false;
}

bool live_is_restart_code(const struct live_puppet *p, uint64_t rval)
{
	if (p->abi->value == 4)
		rval = (uint64_t)(int64_t)(int32_t)rval;
	return rval >= (uint64_t)-516 && rval <= (uint64_t)-512;
}

static void settle_raw(struct live_puppet *p)
{
	const struct oracle_abi *abi = p->abi;
	uint64_t ip = p->st.regs.w[abi->ip];
	bool again = p->st.info.op == EXIT && ip == p->shared->after - 2;

	if (!again && !live_is_pad(p, ip))
		live_poke(p, abi->ip, p->shared->pads[live_below(PADS)]);
	if (p->st.info.op == EXIT && live_is_restart_code(p, p->st.regs.w[abi->rval]))
		live_poke(p, abi->ip,
			  p->shared->after); /* what is before other places may be no call */
	if (p->st.info.op != EXIT && !live_is_safe(p))
		live_poke(p, abi->nr, (uint64_t)abi->getpid);
	if (again && !live_is_safe(p))
		live_poke(p, abi->rval, (uint64_t)abi->getpid);
	if (p->st.regs.w[abi->sp] >> 47) /* iret would fail */
		live_poke(p, abi->sp, p->shared->saved_sp);
	live_look(p);
}

/* What mustn't be, isn't, when the tracee is let go. */
void live_settle(struct live_puppet *p)
{
	if (p->at == IN_CALL)
		settle_raw(p);
}

static void come_back(struct live_puppet *p, bool any, uint64_t rval)
{
	p->due = true;
	p->any_rval = any;
	p->left.nr = rval;
	for (int i = 0; i < ARGS; i++)
		p->left.args[i] = p->st.regs.w[p->abi->arg[i]];
	p->left_ip = p->st.regs.w[p->abi->ip];
	p->left_sp = p->st.regs.w[p->abi->sp];
	live_order(p);
}

static void leave_exit(struct live_puppet *p)
{
	const struct oracle_abi *abi = p->abi;
	uint64_t rval = p->st.regs.w[abi->rval];

	p->at = NOWHERE;
	if (p->st.regs.w[abi->ip] == p->shared->after - 2) {
		p->next.nr = (uint64_t)(int64_t)(int32_t)rval;
		for (int i = 0; i < ARGS; i++)
			p->next.args[i] = p->st.regs.w[abi->arg[i]];
		return;
	}
	come_back(p, false, rval);
	if (live_is_restart_code(p, rval))
		p->loose = p->sleeps = true;
}

static void leave_call(struct live_puppet *p, long request)
{
	const struct ptsi_syscall_info *is = &p->st.info;
	enum live_answer answer = ALLOWED;
	bool known = true;

	p->rval = p->st.regs.w[p->abi->rval];
	if (is->op == ENTRY || (int64_t)is->entry.nr >= 0)
		answer = live_filter_answer(p, is->entry.nr, is->entry.args,
					    is->instruction_pointer, &p->data);
	if (is->op == ENTRY && answer == TRACED) {
		p->awaits = SECCOMP;
		return;
	}
	if (answer == FAILED)
		p->rval = (uint64_t) - (int64_t)p->data;
	else if (is->op == ENTRY || (int64_t)is->entry.nr >= 0)
		known = live_run(p, is->entry.nr, is->entry.args, &p->rval);
	if (live_sleeps(p, is->entry.nr) && answer != FAILED)
		syscall(SYS_tgkill, p->tid, p->tid, live_one_in(2) ? SIGUSR1 : SIGUSR2);
	if (request == PTRACE_CONT) {
		p->at = NOWHERE;
		come_back(p, !known, p->rval);
		if (live_is_restart_code(p, p->rval))
			p->loose = p->sleeps = true;
		return;
	}
	p->awaits = EXIT;
	p->awaits_rval = known;
}

static void leave_vsyscall(struct live_puppet *p)
{
	p->at = NOWHERE;
	come_back(p, p->st.info.entry.nr != UINT64_MAX, p->st.regs.w[p->abi->rval]);
	p->left_ip = p->shared->after;
	p->left_sp += 8; /* the kernel makes the ret */
}

/* What is to be seen when the tracee is resumed by request as it is now. */
void live_predict(struct live_puppet *p, long request)
{
	if (live_verbose) {
		printf("filter %d: at %d, resumed by %ld, due %d, loose %d\n", p->filter, p->at,
		       request, p->due, p->loose);
		live_print_info("left", &p->st.info);
	}
	if (request == PTRACE_CONT)
		p->shared->sync = 1;
	if (p->st.info.op == NONE)
		return;
	if (p->at == IN_VSYSCALL)
		leave_vsyscall(p);
	else if (p->at == IN_CALL && p->st.info.op == EXIT)
		leave_exit(p);
	else if (p->at == IN_CALL)
		leave_call(p, request);
	else if (request == PTRACE_CONT || p->st.info.op == EXIT)
		p->at = NOWHERE;
}

/* PTRACE_CONT only where the tracee's report is next: then it makes its sync call, and stops. */
long live_choose_request(struct live_puppet *p)
{
	bool reports = p->due || p->at == IN_VSYSCALL ||
		       (p->at == IN_CALL && p->st.regs.w[p->abi->ip] != p->shared->after - 2);
	bool may = reports && p->filter != NO_FILTER && !p->sleeps && !p->loose;

	return may && live_one_in(4) ? PTRACE_CONT : PTRACE_SYSCALL;
}

/* The signal that the tracee is to be resumed with. */
int live_signal(struct live_puppet *p)
{
	bool is_event = p->wstatus >> 16, is_call = WSTOPSIG(p->wstatus) == (SIGTRAP | 0x80);

	return is_event || is_call || live_one_in(3) ? 0 : WSTOPSIG(p->wstatus);
}

/* Signals and PTRACE_INTERRUPT, now and then. */
void live_disturb(struct live_puppet *p)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGUSR1, SIGUSR2, SIGSTOP };

	if (live_one_in(64))
		syscall(SYS_tgkill, p->tid, p->tid, signals[live_below(5)]);
	if (live_one_in(128))
		syscall(SYS_ptrace, PTRACE_INTERRUPT, (long)p->tid, 0L, 0L);
}
