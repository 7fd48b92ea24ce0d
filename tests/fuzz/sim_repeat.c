// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What has to come of ptsi_repeat_syscall. */
#include <errno.h>
#include <string.h>

#include "sim_fuzz.h"

static uint32_t code_word(const struct state *s, uint64_t addr, int size, bool *there)
{
	uint64_t at = addr - (sim.code_end - sim.code_len);
	uint32_t v = 0;

	*there = at + (unsigned)size <= sim.code_len && at < sim.code_len;
	for (int i = 0; i < size && *there; i++)
		v = v << 8 | s->code[at + (unsigned)(sim.big ? i : size - 1 - i)];
	return v;
}

static bool repeats_arm(const struct state *s, uint64_t ip)
{
	bool there;
	uint32_t insn = code_word(s, ip - 4, 4, &there);

	return (word_of(s, 16) & 0x20) || (there && !(insn & 0xffffff));
}

static bool repeats_s390(const struct state *s, const struct ptsi_syscall_info *entry)
{
	bool there;
	uint32_t insn = code_word(s, entry->instruction_pointer - 2, 2, &there);

	return there && (insn == 0x0a00 || (insn >> 8 == 0x0a && (insn & 0xff) == entry->entry.nr));
}

/* ble to the gateway, and nop or ldi nr,%r20 */
static bool repeats_parisc(const struct state *s, const struct ptsi_syscall_info *entry)
{
	struct ptsi_syscall_info now;
	bool there[2];
	uint32_t ble, slot;
	uint64_t ip;

	oracle_info(s, &now);
	ip = entry ? entry->instruction_pointer : now.instruction_pointer;
	ble = code_word(s, ip - 8, 4, &there[0]);
	slot = code_word(s, ip - 4, 4, &there[1]);
	if (!there[0] || !there[1] || ble != 0xe4008200)
		return false;
	if (slot == 0x08000240)
		return true;
	if ((slot & ~UINT32_C(0x3ffe)) != 0x34140000)
		return false;
	return !entry || (slot & 0x3ffe) >> 1 == entry->entry.nr;
}

static bool repeats_o32(const struct state *s, const struct ptsi_syscall_info *entry)
{
	struct ptsi_syscall_info now;
	bool there;

	oracle_info(s, &now);
	for (int i = 4; i < 6; i++)
		if (code_word(s, now.stack_pointer + 4U * (unsigned)i, 4, &there) !=
			    (uint32_t)entry->entry.args[i] ||
		    !there)
			return false;
	return true;
}

static bool repeats_ia64(const struct state *s, const struct ptsi_syscall_info *entry)
{
	for (int i = 0; i < 6; i++) {
		uint64_t v = 0;

		for (int k = 7; k >= 0; k--)
			v = v << 8 | s->code[8 * i + k];
		if (v != entry->entry.args[i])
			return false;
	}
	return true;
}

/* Whether this call, or any (NULL), can be made again. */
bool oracle_repeats(const struct state *s, const struct ptsi_syscall_info *entry)
{
	if (!fz.f->user_nr)
		return false;
	if (is("powerpc")) /* whose kernels with SET lose what is written at an exit stop */
		return fz.set_errno == EIO;
	if (is("parisc"))
		return repeats_parisc(s, entry);
	if (!entry)
		return true;
	if (is("arm"))
		return repeats_arm(s, entry->instruction_pointer);
	if (is("s390"))
		return repeats_s390(s, entry);
	if (fz.m->stack_args)
		return repeats_o32(s, entry);
	return fz.m->bsp ? repeats_ia64(s, entry) : true;
}

/* Where the call's instruction is. */
static unsigned insn_of(const struct state *s, uint64_t ip, uint64_t *addr)
{
	bool thumb = !strcmp(fz.f->name, "arm") && (word_of(s, 16) & 0x20);

	*addr = ip - (unsigned)(thumb ? 2 : fz.f->insn);
	if (!fz.m->bsp || ip & 15)
		return 0;
	*addr = ip - 16 + 2; /* the last slot of the bundle before, unless that is MLX */
	return (s->code[48] >> 1 & 15) == 2 ? E_NOTSUPP : 0;
}

static unsigned put_args(struct state *s, const struct ptsi_syscall_info *entry)
{
	unsigned refused = 0;

	for (int i = 0; i < 6 && !fz.m->bsp; i++) {
		uint64_t v = entry->entry.args[i];
		int at = fz.m->at.arg[i];
		bool has_word = !(fz.f->cant & PTSI_CAN_ARG(i));

		if (!oracle_fits(v)) {
			/* as the program has it: it stays */
			if (!has_word || (i == 0 && fz.f->user_arg0) || word_of(s, at) != v)
				refused = E_RANGE;
			continue;
		}
		v = oracle_narrow(v);
		if (has_word)
			word_put(s, at, v);
		if (i == 0 && fz.f->user_arg0)
			word_put(s, fz.f->user_arg0 - 1, v);
	}
	return refused;
}

/* Whether the kernel would take what stands in the result's word for a restart code. */
static bool looks_restarted(const struct state *s, const struct state *before)
{
	uint64_t raw = word_of(s, fz.m->at.rval);
	int64_t v = fz.f->value == 4 ? (int32_t)raw : (int64_t)raw;
	bool flag = fz.f->flag && !oracle_is_scv(before);

	return (fz.f->by_rval || oracle_is_scv(before)) && is_restart(flag ? -v : v);
}

static unsigned put_repeat(struct state *s, const struct ptsi_syscall_info *entry)
{
	struct state before = *s;
	unsigned refused;
	uint64_t addr;

	oracle_put_flag(s, false);
	if (fz.f->no_restart)
		word_put(s, fz.f->no_restart - 1, 0);
	if (is("s390"))
		word_put(s, fz.m->at.nr, UINT64_MAX);
	else if (kernel_keeps_nr() || fz.f->user_nr - 1 != fz.m->at.nr)
		kernel_put_nr(s, UINT64_MAX);
	word_put(s, fz.f->user_nr - 1, entry->entry.nr);
	refused = put_args(s, entry);
	if (looks_restarted(s, &before))
		refused |= E_NOTSUPP;
	refused |= insn_of(s, entry->instruction_pointer, &addr);
	oracle_put_ip(s, addr);
	return refused;
}

void oracle_repeat(const struct ptsi_syscall_info *entry, struct expect *e)
{
	struct ptsi_syscall_info now;

	memset(e, 0, offsetof(struct expect, after));
	state_now(&e->after);
	if (entry->flags || entry->reserved || !before_call(entry->op))
		e->must = E_INVAL;
	else if (!oracle_knows_stop() || !oracle_info(&e->after, &now))
		e->must = E_NOTSUPP;
	else if (fz.op != EXIT || entry->instruction_pointer != now.instruction_pointer ||
		 (entry->arch && entry->arch != now.arch))
		e->must = E_INVAL;
	if (e->must)
		return;
	e->must = oracle_nr_refused(entry->entry.nr, &e->may);
	if (!oracle_repeats(&e->after, entry))
		e->must |= E_NOTSUPP;
	else
		e->must |= put_repeat(&e->after, entry);
}
