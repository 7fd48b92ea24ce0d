// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What the kernel makes of the calls that the fuzzer lets through: x86, any version. */
#include "live.h"

static const int numbers[2][N_NUMBERS] = {
	{ 39, 110, 102, 107, 104, 108, 95, 24, 186, 34, 35, 219, 201 },
	{ 20, 64, 199, 201, 200, 202, 60, 158, 224, 29, 162, 0, 13 },
};

int live_number(const struct oracle_abi *abi, int n)
{
	return numbers[abi->value == 4][n];
}

bool live_sleeps(const struct live_puppet *p, uint64_t nr)
{
	return nr == (uint64_t)live_number(p->abi, N_PAUSE) ||
	       nr == (uint64_t)live_number(p->abi, N_NANOSLEEP) ||
	       nr == (uint64_t)live_number(p->abi, N_RESTART);
}

/* What the filter of tracee.c says. */
enum live_answer live_filter_answer(const struct live_puppet *p, uint64_t nr, const uint64_t *args,
				    uint64_t ip, uint32_t *data)
{
	uint64_t narrow[ARGS];

	if (p->filter == NO_FILTER)
		return ALLOWED;
	for (int i = 0; i < ARGS; i++)
		narrow[i] = oracle_narrow(p->abi, args[i]);
	*data = DATA_PLAIN;
	for (int i = 0; i < 4; i++)
		if ((uint32_t)nr == p->shared->traced[i])
			return TRACED;
	if (nr == UINT64_MAX && p->filter == SKIP_TRACED)
		return TRACED;
	if (nr == UINT64_MAX && p->filter == SKIP_FAILS) {
		*data = ERRNO_OF_SKIPPED;
		return FAILED;
	}
	if (nr == NR_SYNC) {
		*data = DATA_SYNC;
		return TRACED;
	}
	*data = live_hash(narrow, ip) & (nr == NR_HASH ? 0xfff : 0xffff);
	return nr == NR_HASH ? FAILED : nr == NR_TRACE ? TRACED : ALLOWED;
}

/* Make the call; false: its result isn't known.  nr -1 leaves what there is. */
bool live_run(struct live_puppet *p, uint64_t nr, const uint64_t *args, uint64_t *rval)
{
	const struct live_shared *is = p->shared;
	const uint64_t results[] = { is->pid, is->ppid, is->uid, is->euid, is->gid, is->egid };

	for (int i = 0; i <= N_GETEGID; i++) {
		if (nr == (uint64_t)live_number(p->abi, i)) {
			*rval = results[i];
			return true;
		}
	}
	if (nr == UINT64_MAX)
		return true;
	if (nr == (uint64_t)(X32_BIT | p->abi->getpid)) /* the kernel may have x32 or not */
		return false;
	if (nr == (uint64_t)live_number(p->abi, N_UMASK)) {
		*rval = p->mask;
		p->mask = args[0] & 0777;
	} else if (nr == (uint64_t)live_number(p->abi, N_GETTID)) {
		*rval = is->pid;
	} else if (nr == (uint64_t)live_number(p->abi, N_YIELD)) {
		*rval = 0;
	} else if (live_sleeps(p, nr) || nr == (uint64_t)live_number(p->abi, N_TIME)) {
		return false;
	} else {
		*rval = (uint64_t)ENOSYS_RVAL;
	}
	return true;
}
