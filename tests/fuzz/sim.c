// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Operations of all kinds on stops of all kinds, of every architecture, against an oracle that
 * shares no code with the library.
 *
 *	sim [--seed N] [--ops N] [--time SECONDS] [--family NAME] [--show]
 *
 * A mismatch ends it with status 1, and says how to see that case again; --show tells what is done
 * in it.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim_fuzz.h"

static uint64_t seed;
static const char *family, *program;

static void how_to_see_it_again(FILE *to)
{
	fprintf(to, "  to see it again: %s --seed %#llx --ops 1%s%s\n", program,
		(unsigned long long)seed, family ? " --family " : "", family ? family : "");
}

void mismatch(const char *format, ...)
{
	char where[1024];
	va_list ap;

	fflush(stdout);
	fuzz_where(where, sizeof where);
	fprintf(stderr, "mismatch, seed %#llx: %s  ", (unsigned long long)seed, where);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	how_to_see_it_again(stderr);
	exit(EXIT_FAILURE);
}

/* A crash is a mismatch, too. */
static void crashed(int sig)
{
	char where[1024];

	fuzz_where(where, sizeof where);
	fprintf(stderr, "signal %d, seed %#llx: %s", sig, (unsigned long long)seed, where);
	how_to_see_it_again(stderr);
	_exit(EXIT_FAILURE);
}

/* musl has no strerrorname_np */
static const char *errno_name(int e)
{
	static const struct {
		int e;
		const char *name;
	} names[] = {
		{ EIO, "EIO" },       { EPERM, "EPERM" },   { ESRCH, "ESRCH" },
		{ EFAULT, "EFAULT" }, { EINVAL, "EINVAL" }, { ENODEV, "ENODEV" },
		{ EACCES, "EACCES" }, { ENOSYS, "ENOSYS" }, { EOPNOTSUPP, "EOPNOTSUPP" },
		{ ERANGE, "ERANGE" }, { EBUSY, "EBUSY" },
	};

	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].e == e)
			return names[i].name;
	return "another";
}

static void print_family(const struct ptsi_family *of)
{
	static const char *const names[OPS] = { "get",      "set", "set as read", "repeat",
						"features", "abi", "followed" };
	struct counts sum = { .cases = 0 };

	for (int i = 0; i < n_machines; i++) {
		const uint64_t *from = (const uint64_t *)&counts[i];

		for (size_t k = 0; k < sizeof sum / sizeof *from && machines[i].family == of; k++)
			((uint64_t *)&sum)[k] += from[k];
	}
	if (!sum.cases && !sum.followed_calls)
		return;
	printf("%-10s", of->name);
	for (int op = 0; op < OPS; op++)
		printf(" %s %llu/%llu", names[op], (unsigned long long)sum.answers[op],
		       (unsigned long long)sum.ops[op]);
	printf("\n          ");
	for (int e = 1; e < (int)COUNT(sum.errnos); e++)
		if (sum.errnos[e])
			printf(" %s %llu", errno_name(e), (unsigned long long)sum.errnos[e]);
	printf("\n");
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static uint64_t number(const char *s)
{
	char *end;
	uint64_t v = strtoull(s, &end, 0);

	if (!*s || *end) {
		fprintf(stderr, "sim: not a number: %s\n", s);
		exit(2);
	}
	return v;
}

static void run(uint64_t ops, double seconds)
{
	double begin = now(), end = begin + seconds;
	uint64_t done = 0;

	for (uint64_t n = 0; done < ops; n++, seed++) {
		draw_seed(seed);
		done += fuzz_one();
		if (seconds > 0 && n % 1024 == 0 && now() > end)
			break;
	}
	end = now();
	for (int i = 0; i < n_machines; i++)
		if (!i || machines[i].family != machines[i - 1].family)
			print_family(machines[i].family);
	printf("%llu operations, no mismatch; %.0f a second; done/asked for are given\n",
	       (unsigned long long)done, (double)done / (end - begin));
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "ops", required_argument, NULL, 'o' },
		{ "time", required_argument, NULL, 't' },
		{ "family", required_argument, NULL, 'f' },
		{ "show", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	uint64_t ops = 0, seconds = 0;
	int c;

	program = argv[0];
	seed = (uint64_t)time(NULL) << 32 ^ (uint64_t)getpid() << 16;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			seed = number(optarg);
		else if (c == 'o')
			ops = number(optarg);
		else if (c == 't')
			seconds = number(optarg);
		else if (c == 'v')
			fuzz_shows = true;
		else if (c == 'f')
			family = optarg;
		else
			return 2;
	}
	if (family)
		machine_choose(family);
	signal(SIGSEGV, crashed);
	signal(SIGFPE, crashed);
	signal(SIGABRT, crashed);
	run(ops || seconds ? (ops ? ops : UINT64_MAX) : 1000000, (double)seconds);
	return 0;
}
