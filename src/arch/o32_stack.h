/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * mips: o32 has the fifth argument and the next on the program's stack.  The kernel takes them
 * from there before the stop (scall32-o32.S, scall64-o32.S in arch/mips/kernel).
 */
#ifndef PTSI_O32_STACK_H
#define PTSI_O32_STACK_H

#include "../abi.h"

/* Four bytes of the stack, in the word that PTRACE_PEEKDATA reads. */
struct o32_slot {
	unsigned long at, word;
	unsigned shift;
};

static int o32_read_slot(const struct ptsi_stop *st, unsigned n, struct o32_slot *slot)
{
	unsigned long at = (unsigned long)st->info.stack_pointer + 4UL * n;
	unsigned offset = (unsigned)(at % sizeof slot->word);

	slot->at = at - offset;
	slot->shift = 8 * (st->abi->big ? (unsigned)sizeof slot->word - 4 - offset : offset);
	if (ptsi_request(st, PTSI_PEEKDATA, slot->at, &slot->word) < 0)
		return ptsi_fail(errno == EIO ? EOPNOTSUPP : errno);
	return 0;
}

static uint32_t o32_slot_value(const struct o32_slot *slot)
{
	return (uint32_t)(slot->word >> slot->shift);
}

/* The stack's n-th word.  It is 0 where it can't be read, as for the kernel (bad_stack_a4, 6.1). */
static int o32_stack_word(const struct ptsi_stop *st, unsigned n, uint64_t *val)
{
	struct o32_slot slot;

	*val = 0;
	if (o32_read_slot(st, n, &slot) < 0)
		return errno == EOPNOTSUPP ? 0 : -1;
	*val = o32_slot_value(&slot);
	return 0;
}

/* A repeated call takes these arguments from the stack again, so they have to be there. */
static int o32_repeats(struct ptsi_stop *st, const struct ptsi_syscall_info *entry)
{
	struct o32_slot slot;

	for (unsigned i = 4; i < 6 && entry; i++) {
		if (o32_read_slot(st, i, &slot) < 0)
			return errno == EOPNOTSUPP ? 0 : -1;
		if (o32_slot_value(&slot) != (uint32_t)entry->entry.args[i])
			return 0;
	}
	return 1;
}

/* Write *val to the n-th word of the stack, and get what was there. */
static int o32_exchange(const struct ptsi_stop *st, unsigned n, uint64_t *val)
{
	struct o32_slot slot;
	uint32_t was;

	if (o32_read_slot(st, n, &slot) < 0)
		return -1;
	was = o32_slot_value(&slot);
	slot.word &= ~((unsigned long)UINT32_MAX << slot.shift);
	slot.word |= (unsigned long)(uint32_t)*val << slot.shift;
	if (ptsi_request(st, PTSI_POKEDATA, slot.at, (void *)slot.word) < 0)
		return ptsi_fail(errno == EIO ? EOPNOTSUPP : errno);
	*val = was;
	return 0;
}

/* Put these arguments on the stack, for a followed tracee whose call is to be repeated. */
static int o32_exchange_args(struct ptsi_stop *st, uint64_t *args)
{
	int err;

	if (o32_exchange(st, 4, &args[4]) < 0)
		return -1;
	if (o32_exchange(st, 5, &args[5]) == 0)
		return 0;
	err = errno;
	o32_exchange(st, 4, &args[4]);
	return ptsi_fail(err);
}

#endif
