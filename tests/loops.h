/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Tests that are run for every number of a range, or, where that takes too long, for some of it. */
#ifndef LOOPS_H
#define LOOPS_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

static inline int loops_env(const char *name, int otherwise)
{
	const char *value = getenv(name);

	return value ? atoi(value) : otherwise;
}

/*
 * Those of the range that have a meaning; with PTSI_EVERY=N in the environment every N-th, and with
 * PTSI_FIRST=K not from the first on but from the K-th.  The ranges are products of small numbers.
 */
static inline void add_loop_of(TCase *tc, const TTest *test, int from, int to, bool (*has)(int))
{
	int step = loops_env("PTSI_EVERY", 1), n = -loops_env("PTSI_FIRST", 0);

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
