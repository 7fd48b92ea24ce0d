// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Each request of each operation fails once in turn, with every errno that the kernel can give;
 * and the tracee is killed before each.  The operation fails with that errno and has changed
 * nothing, or it has found another way and done all.
 *
 *	sim_faults [FAMILY]
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim_fuzz.h"

enum { SEEDS = 12, FOLLOWED_SEEDS = 24, WAYS = 3 };

static const int errnos[] = {
	EIO, EPERM, ESRCH, EFAULT, EINVAL, ENODEV, EACCES, ENOSYS, EOPNOTSUPP
};

static unsigned long points, followed_points;
static uint64_t seed;
static unsigned which;

void mismatch(const char *format, ...)
{
	char where[1024];
	va_list ap;

	fuzz_where(where, sizeof where);
	fprintf(stderr, "mismatch, seed %#llx, operation %u: %s  ", (unsigned long long)seed, which,
		where);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

/* The n-th request of an operation fails.  False: it makes less. */
static bool fails_at(enum fault fault, unsigned n, int err)
{
	struct ptsi_syscall_info info;
	struct state s;

	fz.fault = fault;
	fz.fault_at = n;
	fz.fault_errno = err;
	draw_seed(seed);
	state_make();
	state_now(&s);
	oracle_info(&s, &info);
	case_operation(which, &info);
	points += fz.failed != 0;
	return fz.failed;
}

static void each_request(void)
{
	for (size_t i = 0; i < COUNT(errnos); i++)
		for (unsigned n = 1; fails_at(FAULT_ONCE, n, errnos[i]);)
			n++;
	for (unsigned n = 1; fails_at(FAULT_KILLED, n, ESRCH);)
		n++;
}

static void each_operation(uint8_t op, bool get, bool set)
{
	fz.op = op;
	fz.get_errno = get ? 0 : EIO;
	fz.set_errno = set ? 0 : EIO;
	for (seed = 1; seed <= SEEDS; seed++)
		for (which = 0; which < OPERATIONS; which++) {
			fz.way = (int)(seed % WAYS);
			each_request();
		}
}

/* The same for a followed tracee: for all the requests of some calls. */
static bool followed_fails_at(bool get, bool set, unsigned n, int err)
{
	fz.fault = FAULT_ONCE;
	fz.fault_at = n;
	fz.fault_errno = err;
	fz.op = ENTRY;
	fz.get_errno = get ? 0 : EIO;
	fz.set_errno = set ? 0 : EIO;
	draw_seed(seed);
	state_make();
	follow_case();
	followed_points += fz.failed != 0;
	return fz.failed;
}

static void each_followed(bool get, bool set)
{
	for (seed = 1; seed <= FOLLOWED_SEEDS; seed++) {
		fz.way = (int)(seed % WAYS);
		for (size_t i = 0; i < COUNT(errnos); i++)
			for (unsigned n = 1; followed_fails_at(get, set, n, errnos[i]);)
				n++;
	}
}

static void each_kernel(void)
{
	for (int kernel = 0; kernel < 4; kernel++) {
		bool get = kernel & 1, set = kernel & 2;

		for (uint8_t op = NONE; op <= SECCOMP; op++)
			if (state_is_possible(fz.m, op, get, set))
				each_operation(op, get, set);
		if (state_is_possible(fz.m, ENTRY, get, set))
			each_followed(get, set);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		machine_choose(argv[1]);
	fz.fault_is_set = true;
	for (int i = 0; i < n_machines; i++) {
		fz.m = machine(i);
		if (fz.m)
			each_kernel();
	}
	printf("%lu requests of calls on a stop failed, and %lu of a followed tracee\n", points,
	       followed_points);
	return 0;
}
