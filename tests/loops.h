/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Tests that are run for every number of a range, or, where that takes too long, for some of it. */
#ifndef LOOPS_H
#define LOOPS_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/*
 * Those of the range that have a meaning; with PTSI_EVERY=N in the environment every N-th.  The
 * ranges are products of small numbers.
 */
static inline void add_loop_of(TCase *tc, const TTest *test, int from, int to, bool (*has)(int))
{
	const char *every = getenv("PTSI_EVERY");
	int step = every ? atoi(every) : 1, n = 0;

	if (step < 2 || to - from <= step)
		step = 1;
	for (int i = from; i < to; i++)
		if ((!has || has(i)) && n++ % step == 0)
			tcase_add_loop_test(tc, test, i, i + 1);
}

static inline void add_loop(TCase *tc, const TTest *test, int from, int to)
{
	add_loop_of(tc, test, from, to, NULL);
}

#endif
