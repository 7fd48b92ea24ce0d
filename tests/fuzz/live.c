// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * live --mode stateless|followed [--seed N] [--ops N] [--time SECONDS] [-v]: operations at random
 * on real tracees, compared with what the documentation says; -v prints them, with --ops the last
 * ones.  See README.md.
 */
#include "live.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { PUPPETS = FILTERS, SILENCE = 20, LAST = 5000 };

static struct live_puppet puppets[PUPPETS];
static struct live_puppet *waited_for = puppets;
static uint64_t max_ops = UINT64_MAX, seconds = UINT64_MAX;

static void usage(void)
{
	fprintf(stderr, "usage: live --mode stateless|followed [--seed N] [--ops N] "
			"[--time SECONDS] [-v]\n");
	exit(2);
}

static void parse(char **argv)
{
	while (*++argv) {
		if (strcmp(*argv, "-v") == 0)
			live_verbose = 1;
		else if (!argv[1])
			usage();
		else if (strcmp(*argv, "--mode") == 0)
			live_mode = *++argv;
		else if (strcmp(*argv, "--seed") == 0)
			live_the_seed = strtoull(*++argv, NULL, 0);
		else if (strcmp(*argv, "--ops") == 0)
			max_ops = strtoull(*++argv, NULL, 0);
		else if (strcmp(*argv, "--time") == 0)
			seconds = strtoull(*++argv, NULL, 0);
		else
			usage();
	}
	if (!live_mode ||
	    (strcmp(live_mode, "stateless") != 0 && strcmp(live_mode, "followed") != 0))
		usage();
	if (max_ops == UINT64_MAX && seconds == UINT64_MAX)
		seconds = 10;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* A tracee and its tracer take turns: on one processor that costs least. */
static void stay_here(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned)sched_getcpu(), &set);
	sched_setaffinity(0, sizeof set, &set);
}

static void on_alarm(int sig)
{
	static uint64_t seen;

	(void)sig;
	if (seen == live_stops)
		live_fail(waited_for, "nothing has happened for %d seconds", SILENCE);
	seen = live_stops;
	alarm(SILENCE);
}

/* Addresses decide, too: with the same ones a seed makes the same come again. */
static void have_same_addresses(char **argv)
{
	int is = personality(0xffffffff);

	if (is < 0 || (is & ADDR_NO_RANDOMIZE) || personality((unsigned)is | ADDR_NO_RANDOMIZE) < 0)
		return;
	execv("/proc/self/exe", argv);
}

static void start(struct live_puppet *p)
{
	live_start(p);
	if (strcmp(live_mode, "followed") == 0)
		live_followed_start(p);
}

static void start_all(void)
{
	for (int i = 0; i < PUPPETS; i++) {
		puppets[i].filter = (enum live_filter)i;
		puppets[i].kind = BY_SYSCALL;
		puppets[i].abi = &oracle_x86_64;
		puppets[i].shared =
			mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		start(&puppets[i]);
	}
}

int main(int argc, char **argv)
{
	double start_time, end;
	bool followed, verbose;

	(void)argc;
	have_same_addresses(argv);
	if (getrandom(&live_the_seed, sizeof live_the_seed, 0) < 0)
		live_the_seed = (uint64_t)time(NULL);
	live_the_seed &= UINT32_MAX;
	parse(argv);
	verbose = live_verbose;
	followed = strcmp(live_mode, "followed") == 0;
	printf("live --mode %s --seed %llu\n", live_mode, (unsigned long long)live_the_seed);
	fflush(stdout);
	live_seed(live_the_seed);
	stay_here();
	signal(SIGALRM, on_alarm);
	live_forget();
	start_all();
	alarm(SILENCE);
	start_time = now();
	end = seconds == UINT64_MAX ? 1e300 : start_time + (double)seconds;
	while (live_ops < max_ops && ((live_stops & 63) || now() < end)) {
		struct live_puppet *p = &puppets[live_below(PUPPETS)];

		waited_for = p;
		live_verbose = verbose && (max_ops == UINT64_MAX || live_ops + LAST > max_ops);
		(followed ? live_followed_step : live_stateless_step)(p);
		if (p->dead)
			start(p);
	}
	live_print_counts();
	printf("%.0f operations a second\n", (double)live_ops / (now() - start_time));
	return 0;
}
