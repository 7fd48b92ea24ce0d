/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* What the checks of dumps, in dumps.c and dumps_random.c, have in common. */
#ifndef PTSI_TEST_DUMPS_H
#define PTSI_TEST_DUMPS_H

#include <check.h>

#include "dump.h"

/*
 * A check of a dump, by one row of the tables; row NULL: by what the family picks.  told: the
 * kernel has PTRACE_GET_SYSCALL_INFO.
 */
typedef void dumps_check(const struct dump *d, const struct ptsi_abi *row, bool told);

/* Make the check with each row that is for the dump, told and not. */
void dumps_each_row(const struct dump *d, dumps_check *check);

/* The dump's stop in the simulation, and what the library knows when it begins. */
struct ptsi_stop dumps_begin(const struct dump *d, const struct ptsi_abi *row, bool told);

/* Have the library read the stop. */
void dumps_read(struct ptsi_stop *st, const struct dump *d, const char *where);

/* For messages: the dump, or its line, and how it is checked; until the next call. */
const char *dumps_where(const struct dump *d, const struct ptsi_abi *row, bool told, int line);

/* The next line "set" or "repeat" for the dump's kind of stop, NULL after the last; NULL begins. */
const struct dump_set *dumps_next_set(const struct dump *d, const struct dump_set *set);

/* The fields that can be set, each a PTSI_CAN_*. */
enum { DUMPS_FIELDS = 10 };
extern const int dumps_fields[DUMPS_FIELDS];

/* dumps_random.c: each field set to random values, over random registers. */
void dumps_add_random(TCase *tc);

#endif
