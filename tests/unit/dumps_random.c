// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Random values set over random registers: what is set is then read, and only those words change
 * that the dump's own lines name for the field.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dumps.h"

enum { ROUNDS = 200 }; /* unless $PTSI_ROUNDS says another number: valgrind is slow */

#define SEED UINT64_C(0x5054534931)

static uint64_t state;

/* xorshift64 */
static uint64_t random64(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* A value that is no error, no errno, and fits. */
static uint64_t random_value(const struct dump *d)
{
	return random64() & (d->abi->value == 8 ? INT64_MAX : INT32_MAX);
}

/* The line that sets this field alone: its words are those that may change. */
static const struct dump_set *set_of(const struct dump *d, int field)
{
	for (const struct dump_set *set = NULL; (set = dumps_next_set(d, set));)
		if (set->fields == field && set->answer == 0 && !set->repeat && set->n &&
		    !(field == PTSI_CAN_NR && set->val.entry.nr == UINT64_MAX))
			return set;
	return NULL;
}

static void random_registers(const struct dump *d)
{
	uint64_t kept = d->keep ? sim_word(d->keep - 1) : 0;

	for (size_t i = 0; i < sim.len; i++)
		sim.image[i] = (unsigned char)random64();
	if (d->keep)
		sim_put(d->keep - 1, kept);
}

/* The random value v as one that the field may have. */
static uint64_t as_value_of(int field, const struct dump_set *set, uint64_t v)
{
	if (field == PTSI_CAN_NR)
		return set->val.entry.nr - v % 32; /* another one of the ABI's */
	if (field & (PTSI_CAN_IP | PTSI_CAN_SP))
		return (v | 16) & ~(uint64_t)15;
	return v;
}

/* Only the words that the line names differ from before. */
static void check_words(const struct dump_set *set, unsigned char *before, int nr,
			const char *where)
{
	for (int i = 0; i < set->n; i++) {
		size_t off = (size_t)set->change[i].word * sim.word;

		if (set->change[i].word == PTSI_NR_CALL)
			ck_assert_msg(sim.nr == nr, "%s: the kernel's nr is %d", where, sim.nr);
		else
			memcpy(before + off, sim.image + off, sim.word);
	}
	ck_assert_msg(!memcmp(before, sim.image, sim.len), "%s: another word changed", where);
}

static void check_field(const struct dump *d, const struct ptsi_abi *row, int field)
{
	const struct dump_set *set = set_of(d, field);
	struct ptsi_stop st = dumps_begin(d, row, false), after = st;
	struct ptsi_syscall_info want;
	uint64_t v = random_value(d);
	unsigned char before[PTSI_IMAGE_MAX];
	const char *where;

	if (!set)
		return;
	where = dumps_where(d, row, false, set->line);
	random_registers(d);
	v = as_value_of(field, set, v);
	dumps_read(&st, d, where);
	want = st.info;
	*dump_member(&want, field) = v;
	if (field == PTSI_CAN_RESULT)
		want.exit.is_error = 0;
	memcpy(before, sim.image, sizeof before);
	ck_assert_msg(ptsi_core_set(&st, &want) == 0, "%s: %s", where, strerror(errno));
	check_words(set, before, (int)v, where);
	if (field == PTSI_CAN_NR && sim.nr_request) /* which no register tells */
		return;
	dumps_read(&after, d, where);
	ck_assert_msg(!memcmp(&after.info, &want, sizeof want),
		      "%s: set and get of 0x%llx gives 0x%llx", where, (unsigned long long)v,
		      (unsigned long long)*dump_member(&after.info, field));
}

static int rounds(void)
{
	const char *env = getenv("PTSI_ROUNDS");

	return env ? atoi(env) : ROUNDS;
}

static void check_row(const struct dump *d, const struct ptsi_abi *row, bool told)
{
	/* random registers don't tell the ABI, nor where memory is, nor does GET read them */
	if (!row || told || d->unreadable)
		return;
	for (int n = 0; n < rounds(); n++)
		for (int i = 0; i < DUMPS_FIELDS; i++)
			check_field(d, row, dumps_fields[i]);
}

START_TEST(set_then_get_of_random_values)
{
	state = SEED + (uint64_t)_i;
	printf("%s: random seed %#llx\n", dumps_where(&dumps[_i], NULL, false, 0),
	       (unsigned long long)state);
	fflush(stdout);
	dumps_each_row(&dumps[_i], check_row);
}
END_TEST

void dumps_add_random(TCase *tc)
{
	tcase_add_loop_test(tc, set_then_get_of_random_values, 0, n_dumps);
}
