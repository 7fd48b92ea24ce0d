// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What a stop is about, and what has to come of a set. */
#include <errno.h>
#include <string.h>

#include "sim_fuzz.h"

/* ---- reading ---- */

static bool is_vsyscall(const struct ptsi_syscall_info *now)
{
	return !strcmp(fz.f->name, "x86_64") && fz.op == SECCOMP &&
	       now->instruction_pointer >> 12 == UINT64_C(0xffffffffff600);
}

/* o32's syscall(2): the call is the first argument's, each other is one place further. */
static bool is_indirect(const struct state *s)
{
	return fz.m->stack_args && before_call(fz.op) && word_of(s, fz.m->at.nr) == 4000;
}

/* ppc64: made by scv, which has no error flag. */
bool oracle_is_scv(const struct state *s)
{
	return is("powerpc") && fz.f->value == 8 && (word_of(s, 40) & 0xfff0) == 0x3000;
}

static uint64_t told_nr(const struct state *s)
{
	const struct sim_layout *at = &fz.m->at;
	uint64_t v;

	if (is("arm") && fz.get_errno)
		return (uint64_t)(int64_t)(int32_t)word_of(s, 7);
	if (is("s390") && !fz.get_errno)
		return s->nr == 0xffff ? UINT64_MAX : (unsigned)s->nr;
	if (!is("s390") && kernel_keeps_nr())
		return (uint64_t)(int64_t)s->nr;
	v = word_of(s, is_indirect(s) ? at->arg[0] : at->nr);
	if (is("sparc"))
		return fz.f->value == 4 && v == UINT32_MAX ? UINT64_MAX : v;
	return (uint64_t)(int64_t)(int32_t)v;
}

static uint64_t told_arg(const struct state *s, int i)
{
	const struct sim_layout *at = &fz.m->at;
	uint64_t v = 0;

	if (fz.m->bsp) {
		for (int k = 7; k >= 0; k--)
			v = v << 8 | s->code[8 * i + k];
		return v;
	}
	if (is_indirect(s)) /* R10 comes after the last one */
		i++;
	v = word_of(s, i == 6 ? at->arg[5] + 1 : at->arg[i]);
	if (is("riscv") && fz.get_errno && i == 0)
		v = word_of(s, at->rval);
	if (fz.f->value == 4 && strcmp(fz.f->name, "i386") != 0)
		v = (uint32_t)v;
	return v;
}

static void tell_result(const struct state *s, struct ptsi_syscall_info *info)
{
	uint64_t raw = word_of(s, fz.m->at.rval);
	int64_t v = fz.m->word == 4 ? (int32_t)raw : (int64_t)raw;
	bool flag = fz.f->flag && !oracle_is_scv(s);

	if (flag) {
		uint64_t bits = word_of(s, fz.f->flag - 1) & fz.f->flag_bits;

		info->exit.is_error = is("ia64") ? bits == UINT64_MAX : bits != 0;
		info->exit.rval = info->exit.is_error ? -v : v;
		if (is("sparc") && fz.f->value == 4 && !fz.get_errno)
			info->exit.rval = (int32_t)info->exit.rval;
		return;
	}
	if (fz.f->value == 4 && (int32_t)v >= -4095 && (int32_t)v <= -1)
		v = (int32_t)v;
	info->exit.rval = v;
	info->exit.is_error = v >= -4095 && v <= -1;
}

/* Whether what registers are left with says which call it is, and of which ABI. */
static bool is_readable(const struct state *s)
{
	uint64_t nr = word_of(s, fz.m->at.nr), sp = word_of(s, fz.m->at.sp);

	if (!fz.get_errno)
		return true;
	if (is("riscv") && before_call(fz.op))
		return (int32_t)word_of(s, fz.m->at.rval) != -38;
	if (is("mips") && fz.m->word == 8)
		return before_call(fz.op) ? nr - (unsigned)fz.m->nr_min < 1000
					  : (sp > UINT32_MAX) == (fz.f->pointer == 8);
	return true;
}

bool oracle_info(const struct state *s, struct ptsi_syscall_info *info)
{
	memset(info, 0, sizeof *info);
	info->op = fz.op;
	info->arch = fz.m->at.arch;
	info->instruction_pointer = word_of(s, fz.m->at.ip);
	info->stack_pointer = word_of(s, fz.m->at.sp);
	if (is("parisc"))
		info->instruction_pointer &= ~UINT64_C(3);
	if (is("ia64"))
		info->instruction_pointer += word_of(s, 44) >> 41 & 3;
	if (fz.op == EXIT)
		tell_result(s, info);
	if (!before_call(fz.op))
		return is_readable(s);
	info->entry.nr = told_nr(s);
	for (int i = 0; i < 6; i++)
		info->entry.args[i] = told_arg(s, i);
	if (fz.op == SECCOMP)
		info->seccomp.ret_data = (uint32_t)sim.message;
	return is_readable(s);
}

bool oracle_knows_stop(void)
{
	return !fz.get_errno || fz.told || !(fz.op == ENTRY || fz.op == EXIT) || fz.family.mark;
}

/* ---- values ---- */

bool oracle_fits(uint64_t v)
{
	return fz.f->value == 8 || v <= UINT32_MAX || v >= UINT64_C(0xffffffff80000000);
}

uint64_t oracle_narrow(uint64_t v)
{
	return fz.f->value == 8 ? v : (uint32_t)v;
}

/* A number: outside what the kernel takes for this ABI's. */
unsigned oracle_nr_refused(uint64_t nr, unsigned *may)
{
	const struct machine *m = fz.m;
	int64_t v = (int64_t)nr;
	struct ptsi_syscall_info now;
	struct state s;

	if (v != (int32_t)v)
		return E_RANGE;
	if (v == -1)
		return 0;
	if ((v < 0 && is("nds32")) || (m->nr_max && (v < m->nr_min || v > m->nr_max)))
		return E_NOTSUPP;
	if (!is("sparc") || fz.f->value == 8 || fz.op == EXIT || v == 20)
		return 0;
	if (v == 0 || v == 1) { /* the same in both tables */
		*may |= E_NOTSUPP;
		return 0;
	}
	state_now(&s); /* a number that was out of range is looked up in the wrong table */
	oracle_info(&s, &now);
	return now.entry.nr >= 441 ? E_NOTSUPP : 0;
}

static bool looks_bad(int64_t rval)
{
	if (fz.f->value == 4)
		rval = (int32_t)rval;
	return rval >= -4095 && rval <= -1;
}

/* As the word has it: of i386 one of 64 bits has only an error sign-extended. */
int64_t oracle_result(int64_t rval)
{
	if (fz.f->value == 8 || !oracle_fits((uint64_t)rval))
		return rval;
	return !strcmp(fz.f->name, "i386") && !looks_bad(rval) ? (int64_t)(uint32_t)rval
							       : (int32_t)rval;
}

/* Only a call that was made has a restart code. */
unsigned oracle_result_refused(const struct state *s, int64_t rval, bool is_error)
{
	bool flag = fz.f->flag && !oracle_is_scv(s), skips = fz.op != EXIT;

	if (is_error && (rval < -4095 || rval > -1))
		return E_INVAL;
	if (!oracle_fits((uint64_t)rval))
		return E_RANGE;
	if (skips && is_restart(rval) && (is_error || !flag))
		return E_INVAL;
	if (is("powerpc") && flag && !is_error && skips && looks_bad(rval) &&
	    oracle_lot(s) == DONE_AT_ONCE) /* the kernel makes an error of it */
		return E_RANGE;
	return 0;
}

/* ---- what can be done ---- */

enum lot oracle_lot(const struct state *s)
{
	enum lot lot = fz.op == ENTRY ? fz.f->entry : fz.op == SECCOMP ? fz.f->seccomp : NO_SKIP;
	uint64_t rval, arg;

	if (lot != DONE_IF_PRESET)
		return lot;
	rval = word_of(s, fz.m->at.rval);
	arg = word_of(s, fz.m->at.arg[0]);
	return (int32_t)rval == -38 && (int32_t)arg != -38 ? DONE_AT_ONCE : LOST;
}

bool oracle_has_set(void)
{
	return !fz.set_errno && fz.way != PTSI_REGISTERS;
}

/* What neither way can do. */
static int never(void)
{
	struct ptsi_syscall_info now;
	struct state s;

	if (fz.op == EXIT)
		return is("sparc") ? PTSI_CAN_IP : 0;
	state_now(&s);
	oracle_info(&s, &now);
	if (is_vsyscall(&now))
		return PTSI_CAN_NR | PTSI_CAN_IP | PTSI_CAN_SP |
		       (PTSI_CAN_ARGS & ~(PTSI_CAN_ARG(0) | PTSI_CAN_ARG(1)));
	return fz.f->never;
}

/* What the kernel's request is used for; or would be, had a kernel ever had it. */
int oracle_native(void)
{
	int can = fz.m->native[fz.op];

	if (fz.m->no_set && fz.op != NONE)
		can = fz.op == EXIT ? PTSI_CAN_RESULT : PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP;
	return can & ~never();
}

/* By registers. */
int oracle_can(const struct state *s)
{
	int can = PTSI_CAN_IP | PTSI_CAN_SP;
	enum lot lot = oracle_lot(s);

	if (fz.op == NONE)
		return 0;
	if (fz.op == EXIT)
		return (can | PTSI_CAN_RESULT) & ~never();
	can |= (PTSI_CAN_NR | PTSI_CAN_ARGS) & ~fz.f->cant;
	if (lot != NO_SKIP)
		can |= PTSI_CAN_SKIP;
	if (lot == DONE_AT_ONCE)
		can |= PTSI_CAN_DONE;
	return can & ~never();
}

int oracle_features(void)
{
	struct state s;
	int can;

	state_now(&s);
	can = oracle_can(&s);
	if (fz.op == EXIT && oracle_repeats(&s, NULL))
		can |= PTSI_CAN_REPEAT;
	if (oracle_has_set())
		can |= oracle_native() | PTSI_NATIVE_SET;
	else if (fz.way == PTSI_KERNEL)
		can &= ~oracle_native();
	return fz.get_errno ? can : can | PTSI_NATIVE_GET;
}

const char *oracle_abi(void)
{
	struct ptsi_syscall_info now;
	struct state s;

	if (strcmp(fz.f->name, "x86_64") != 0 && strcmp(fz.f->name, "x32") != 0)
		return fz.f->name;
	if (fz.op == NONE)
		return "x86_64";
	state_now(&s);
	oracle_info(&s, &now);
	return !is_vsyscall(&now) && (int32_t)word_of(&s, 15) >= 0x40000000 ? "x32" : "x86_64";
}

/* ---- what changes ---- */

void oracle_put_ip(struct state *s, uint64_t ip)
{
	int at = fz.m->at.ip;

	if (is("ia64")) {
		word_put(s, 44, (word_of(s, 44) & ~(UINT64_C(3) << 41)) | (ip & 3) << 41);
		word_put(s, at, ip & ~UINT64_C(15));
	} else if (is("parisc")) {
		word_put(s, 31, ip | 3);
		word_put(s, at, ip | 3);
		word_put(s, at + 1, (ip + 4) | 3);
	} else {
		word_put(s, at, ip);
		if (is("sparc"))
			word_put(s, at + 1, ip);
		if (is("nios2"))
			word_put(s, 29, ip);
	}
}

void oracle_put_flag(struct state *s, bool error)
{
	uint64_t v;

	if (!fz.f->flag || oracle_is_scv(s))
		return;
	v = word_of(s, fz.f->flag - 1) & ~fz.f->flag_bits;
	word_put(s, fz.f->flag - 1, error ? v | fz.f->flag_set : v);
}
