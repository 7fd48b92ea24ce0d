// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What has to come of a set. */
#include <string.h>

#include "sim_fuzz.h"

/* A set that isn't refused outright, on its way. */
struct set {
	struct state s; /* as the stop is */
	struct ptsi_syscall_info now;
	const struct ptsi_syscall_info *want;
	bool with_result, is_error;
	int64_t rval;
	int what; /* PTSI_CAN_* of what differs */
	uint64_t args[6], ip, sp;
};

static bool is_same_call(const struct ptsi_syscall_info *a, const struct ptsi_syscall_info *b)
{
	if (a->entry.nr == UINT64_MAX || b->entry.nr == UINT64_MAX)
		return a->entry.nr == b->entry.nr;
	return !memcmp(&a->entry, &b->entry, sizeof a->entry);
}

static bool is_moved(uint64_t now, uint64_t want)
{
	return want && want != now;
}

/* Setting what was read, in the one form or the other. */
static bool is_as_read(const struct set *x)
{
	const struct ptsi_syscall_info *now = &x->now, *want = x->want;

	if (want->op != now->op || is_moved(now->instruction_pointer, want->instruction_pointer) ||
	    is_moved(now->stack_pointer, want->stack_pointer))
		return false;
	if (now->op == EXIT)
		return want->exit.rval == now->exit.rval &&
		       !want->exit.is_error == !now->exit.is_error;
	return is_same_call(want, now);
}

/* An address that has to fit the word of a 32-bit program; i386 calls are made by 64-bit code too.
 */
static unsigned find_address(struct set *x, uint64_t now, uint64_t want, int can, uint64_t *to)
{
	bool wide = !strcmp(fz.f->name, "i386") && !sim.other_regset;

	*to = want;
	if (!is_moved(now, want))
		return 0;
	x->what |= can;
	if ((x->now.instruction_pointer | x->now.stack_pointer) > UINT32_MAX)
		return 0;
	if (oracle_fits(want))
		*to = oracle_narrow(want);
	else if (!wide)
		return E_RANGE;
	return 0;
}

static unsigned find_addresses(struct set *x)
{
	uint64_t ip = x->want->instruction_pointer, sp = x->want->stack_pointer;
	unsigned refused = find_address(x, x->now.instruction_pointer, ip, PTSI_CAN_IP, &x->ip) |
			   find_address(x, x->now.stack_pointer, sp, PTSI_CAN_SP, &x->sp);

	if (x->what & PTSI_CAN_SP && is("parisc") && (sp ^ x->now.stack_pointer) & 1)
		refused |= E_INVAL;
	if (!(x->what & PTSI_CAN_IP))
		return refused;
	if ((is("parisc") && ip & 3) || (is("ia64") && (ip & 15) > 2))
		refused |= E_INVAL;
	if (is("s390") && fz.f->value == 4 && ip > INT32_MAX)
		refused |= E_RANGE;
	return refused;
}

/* Whether a result may be where this call's arguments or flag were. */
static bool may_hold_result(void)
{
	return fz.f->entry > LOST || fz.f->seccomp > LOST;
}

static unsigned find_call(struct set *x, unsigned *may)
{
	const struct ptsi_syscall_info *want = x->want, *now = &x->now;
	bool revived = now->entry.nr == UINT64_MAX && may_hold_result();
	unsigned refused = 0;

	if (want->entry.nr == UINT64_MAX) {
		x->what |= now->entry.nr == UINT64_MAX ? 0 : PTSI_CAN_SKIP;
		return 0;
	}
	if (want->entry.nr != now->entry.nr) {
		x->what |= PTSI_CAN_NR;
		refused |= oracle_nr_refused(want->entry.nr, may);
	}
	for (int i = 0; i < 6; i++) {
		uint64_t a = want->entry.args[i], b = now->entry.args[i];

		x->args[i] = a == b ? a : oracle_narrow(a);
		if (a != b && !oracle_fits(a))
			refused |= E_RANGE;
		if (revived || (a != b && x->args[i] != b))
			x->what |= PTSI_CAN_ARG(i);
	}
	return refused;
}

/* ---- by registers ---- */

/*
 * A result.  The kernel of mips restarts a call whose result looks like a restart code, be it an
 * error or not, if R0 isn't 0.
 */
static unsigned put_result(struct state *s, const struct set *x)
{
	if (is("mips") && !x->is_error && is_restart(-x->rval) && word_of(s, MIPS_R0)) {
		if (is_restart(x->now.exit.rval))
			return E_NOTSUPP;
		word_put(s, MIPS_R0, 0);
	}
	kernel_put_result(s, x->rval, x->is_error);
	return 0;
}

static void put_nr(struct state *s, uint64_t nr)
{
	if (is("s390"))
		word_put(s, fz.m->at.nr, nr);
	if (fz.m->stack_args && word_of(s, fz.m->at.nr) == 4000) /* syscall(2) */
		word_put(s, fz.m->at.arg[0], nr);
	else
		kernel_put_nr(s, nr);
}

static void put_arg(struct state *s, const struct set *x, int i)
{
	int at = i + (fz.m->stack_args && word_of(s, fz.m->at.nr) == 4000);

	word_put(s, at == 6 ? fz.m->at.arg[5] + 1 : fz.m->at.arg[at], x->args[i]);
	if (i == 0 && fz.f->twice)
		word_put(s, fz.f->twice - 1, x->args[0]);
}

/* -ENOSYS as kernels that put it there do; powerpc's before 7.2 at SECCOMP stops. */
static void put_preset(struct state *s)
{
	if (fz.op != SECCOMP || fz.f->seccomp != DONE_IF_PRESET)
		return;
	word_put(s, fz.m->at.rval, (uint64_t) - (int64_t)fz.m->enosys);
	oracle_put_flag(s, false);
}

static unsigned by_registers(struct state *s, const struct set *x, int what)
{
	bool revived = (x->what & PTSI_CAN_NR) && x->now.entry.nr == UINT64_MAX;

	if (what & PTSI_CAN_SKIP) {
		enum lot lot = oracle_lot(s);

		put_nr(s, UINT64_MAX);
		if (lot > LOST)
			kernel_put_result(s, x->rval, x->is_error);
		else if (!x->with_result)
			put_preset(s);
	}
	if (before_call(fz.op) && revived && may_hold_result()) {
		if (fz.m->presets)
			word_put(s, fz.m->at.rval, (uint64_t) - (int64_t)fz.m->enosys);
		oracle_put_flag(s, false);
	}
	for (int i = 0; i < 6; i++)
		if (what & PTSI_CAN_ARG(i))
			put_arg(s, x, i);
	if (what & PTSI_CAN_NR)
		put_nr(s, x->want->entry.nr);
	if (what & PTSI_CAN_SP)
		word_put(s, fz.m->at.sp, x->sp);
	if (what & PTSI_CAN_IP)
		oracle_put_ip(s, x->ip);
	return what & PTSI_CAN_RESULT ? put_result(s, x) : 0;
}

/* ---- by the kernel's request ---- */

static void by_request(struct state *s, const struct set *x)
{
	struct ptsi_syscall_info info = { .op = fz.op };

	if (fz.op == EXIT) {
		info.exit.rval = x->rval;
		info.exit.is_error = x->is_error;
	} else if (x->what & PTSI_CAN_SKIP) {
		info.entry.nr = UINT64_MAX;
	} else {
		info.entry.nr = x->want->entry.nr;
		memcpy(info.entry.args, x->args, sizeof x->args);
	}
	kernel_set(s, &info);
}

static unsigned find_way(const struct set *x, int *native)
{
	int can = x->what & oracle_native(), lacks;

	if (fz.f->flag && !oracle_is_scv(&x->s) && !x->is_error && is_restart(-x->rval))
		can &= ~PTSI_CAN_RESULT;
	*native = oracle_has_set() ? can : 0;
	if (fz.way == PTSI_KERNEL && can && !*native)
		return E_NOTSUPP;
	lacks = x->what & ~*native & ~oracle_can(&x->s);
	if (x->with_result) /* for which the request has no place */
		lacks = x->what & ~oracle_can(&x->s);
	return (lacks & (PTSI_CAN_IP | PTSI_CAN_SP) ? E_INVAL : 0) |
	       (lacks & ~(PTSI_CAN_IP | PTSI_CAN_SP) ? E_NOTSUPP : 0);
}

static unsigned go(const struct set *x, struct state *after)
{
	unsigned refused;
	int native;

	refused = find_way(x, &native);
	if (refused)
		return refused;
	if (x->with_result && (native & PTSI_CAN_SKIP))
		by_request(after, x);
	refused = by_registers(after, x, x->with_result ? x->what : x->what & ~native);
	if (native && !x->with_result)
		by_request(after, x);
	if ((native & PTSI_CAN_SKIP) && !x->with_result) {
		/* of which the request alone doesn't make -ENOSYS the result */
		if (oracle_lot(&x->s) > LOST)
			word_put(after, fz.m->at.rval, (uint64_t) - (int64_t)fz.m->enosys);
		put_preset(after);
	}
	return refused;
}

static unsigned find_result(struct set *x)
{
	const struct ptsi_syscall_info *want = x->want;

	x->rval = want->exit.is_error ? want->exit.rval : oracle_result(want->exit.rval);
	x->is_error = want->exit.is_error;
	x->with_result = fz.op != EXIT;
	if (!x->with_result && want->exit.rval == x->now.exit.rval &&
	    x->is_error == (x->now.exit.is_error != 0))
		return 0;
	x->what |= x->with_result ? PTSI_CAN_SKIP : PTSI_CAN_RESULT;
	return oracle_result_refused(&x->s, x->rval, x->is_error);
}

void oracle_set(const struct ptsi_syscall_info *want, struct expect *e)
{
	struct set x = { .want = want };
	bool skips = before_call(fz.op) && (want->op == SKIP || want->op == EXIT);

	memset(e, 0, offsetof(struct expect, after));
	state_now(&x.s);
	e->after = x.s;
	if (want->flags || want->reserved ||
	    (!before_call(want->op) && want->op != EXIT && want->op != SKIP))
		e->must = E_INVAL;
	else if (!oracle_info(&x.s, &x.now) || !oracle_knows_stop())
		e->must = E_NOTSUPP;
	else if ((want->op != fz.op && !skips) || is_moved(x.now.arch, want->arch))
		e->must = E_INVAL;
	if (e->must == E_NOTSUPP && oracle_has_set() && !fz.told && want->op == fz.op &&
	    !(want->instruction_pointer | want->stack_pointer | want->arch)) {
		/* the kernel may be asked with nothing known */
		e->must = 0;
		e->may = E_INVAL | E_RANGE | E_NOTSUPP;
		kernel_set(&e->after, want);
	}
	if (e->must || e->may)
		return;
	if (is_as_read(&x)) {
		e->quiet = want->instruction_pointer || want->stack_pointer || want->arch;
		return;
	}
	x.rval = -(int64_t)fz.m->enosys; /* nr -1 */
	x.is_error = true;
	e->must = find_addresses(&x);
	if (before_call(want->op))
		e->must |= find_call(&x, &e->may);
	else
		e->must |= find_result(&x);
	e->must |= go(&x, &e->after);
	e->loose = x.now.entry.nr == UINT64_MAX && (x.what & PTSI_CAN_NR) &&
		   !(want->instruction_pointer | want->stack_pointer | want->arch);
	if (is("powerpc") && (x.what & PTSI_CAN_SKIP) && fz.set_errno && fz.way != PTSI_REGISTERS)
		e->loose = true; /* -ENOSYS in either form */
	if (x.with_result)
		e->answer = oracle_lot(&x.s) == DONE_AT_ONCE ? PTSI_DONE : PTSI_AT_EXIT;
}
