// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Everything that is decided at random, so that a seed makes it come again. */
#include "live.h"

#include <limits.h>

static uint64_t state;

void live_seed(uint64_t seed)
{
	state = seed;
}

/* splitmix64 */
uint64_t live_random(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

unsigned live_below(unsigned n)
{
	return (unsigned)((live_random() >> 32) * n >> 32);
}

bool live_one_in(unsigned n)
{
	return live_below(n) == 0;
}

#define PICK(table) table[live_below(sizeof table / sizeof table[0])]

uint64_t live_value(void)
{
	static const uint64_t odd[] = {
		0,
		1,
		UINT64_MAX,
		(uint64_t)-2,
		(uint64_t)-38,
		38,
		(uint64_t)-4095,
		(uint64_t)-4096,
		INT_MAX,
		(uint64_t)INT_MIN,
		UINT32_MAX,
		1ULL << 31,
		1ULL << 32,
		INT64_MAX,
		(uint64_t)INT64_MIN,
		0xffffffff00000000,
		UINT32_MAX - 37,
		(uint64_t)-512,
		(uint64_t)-514,
	};

	switch (live_below(4)) {
	case 0:
		return live_random();
	case 1:
		return (uint32_t)live_random();
	case 2:
		return live_below(4096);
	default:
		return PICK(odd);
	}
}

int64_t live_rval(bool *is_error)
{
	static const int64_t odd[] = { -512,  -513, -514,      -515,         -516, 0,
				       -4096, 4095, INT_MIN,   UINT32_MAX,   38,   -38,
				       -4095, -1,   INT64_MIN, 0xfffff001ULL };

	*is_error = live_one_in(2);
	switch (live_below(8)) {
	case 0:
		return (int64_t)live_value();
	case 1:
		return PICK(odd);
	default:
		return *is_error ? -1 - (int64_t)live_below(500) : (int64_t)live_value();
	}
}

uint64_t live_nr(const struct oracle_abi *abi)
{
	static const uint64_t odd[] = {
		UINT64_MAX,        (uint64_t)-2, (uint64_t)-5, (uint64_t)INT_MIN,
		INT_MAX,           X32_BIT | 39, UINT32_MAX,   1ULL << 32,
		(1ULL << 32) | 39, 0xffff,       0x4000ffff,   5000
	};

	switch (live_below(16)) {
	case 0:
		return PICK(odd);
	case 1:
		return 1000 + live_below(0x7fff0000);
	case 2:
		return live_value();
	case 3:
		return UINT64_MAX;
	case 4:
	case 5:
	case 6:
	case 7:
		return NR_HASH;
	case 8:
		return NR_TRACE;
	default:
		return (uint64_t)live_number(abi, (int)live_below(N_PAUSE));
	}
}
