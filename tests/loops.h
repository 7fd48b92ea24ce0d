/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Tests that are run for every number of a range, or, where that takes too long, for some of it. */
#ifndef LOOPS_H
#define LOOPS_H

#include <check.h>
#include <stdlib.h>

/* With PTSI_EVERY=N in the environment every N-th; the ranges are products of small numbers. */
static inline void add_loop(TCase *tc, const TTest *test, int from, int to)
{
	const char *every = getenv("PTSI_EVERY");
	int step = every ? atoi(every) : 1;

	if (step < 2 || to - from <= step) {
		tcase_add_loop_test(tc, test, from, to);
		return;
	}
	for (int i = from; i < to; i += step)
		tcase_add_loop_test(tc, test, i, i + 1);
}

#endif
