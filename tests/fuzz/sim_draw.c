// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Where all that is random comes from. */
#include "sim_fuzz.h"

static uint64_t state;
static const uint8_t *bytes;
static size_t left;

void draw_seed(uint64_t seed)
{
	state = seed;
	bytes = NULL;
}

void draw_from(const uint8_t *data, size_t size)
{
	bytes = data;
	left = size;
}

/* splitmix64 */
uint64_t draw(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	if (!bytes)
		return z;
	z = 0;
	for (int i = 0; i < 8 && left; i++, left--)
		z = z << 8 | *bytes++;
	return z;
}

/* As few bytes as do, so that libFuzzer's inputs are short. */
unsigned draw_below(unsigned n)
{
	unsigned v = 0;

	if (n < 2)
		return 0;
	if (!bytes)
		return (unsigned)((draw() >> 32) * n >> 32);
	for (unsigned i = n - 1; i && left; i >>= 8, left--)
		v = v << 8 | *bytes++;
	return v % n;
}

bool draw_one_in(unsigned n)
{
	return draw_below(n) == n - 1;
}
