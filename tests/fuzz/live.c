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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ABIS = 3, PUPPETS_MAX = ABIS * FILTERS, SILENCE = 20, LAST = 5000 };

static struct live_puppet puppets[PUPPETS_MAX];
static unsigned n_puppets;
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

static void add(enum live_kind kind, const struct oracle_abi *abi, const char *program)
{
	for (int filter = 0; filter < FILTERS; filter++) {
		struct live_puppet *p = &puppets[n_puppets++];

		p->filter = (enum live_filter)filter;
		p->kind = kind;
		p->abi = abi;
		p->program = program;
		p->fd = memfd_create("shared", 0);
		if (p->fd < 0 || ftruncate(p->fd, 4096) < 0)
			live_fail(p, "memfd: %s", strerror(errno));
		/* where 32-bit calls have their pointers, too */
		p->shared =
			mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_32BIT, p->fd, 0);
		if (p->shared == MAP_FAILED)
			live_fail(p, "mmap: %s", strerror(errno));
		start(p);
	}
}

static void call_int80(void)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20L) : "r8", "r9", "r10", "r11", "memory");
	_exit(r != getpid());
}

/* What the kernel has no calls or programs of is left out; NULL: int $0x80. */
static bool runs(const char *program)
{
	pid_t pid = fork();
	int wstatus;

	if (pid == 0) {
		if (!program)
			call_int80();
		execl(program, program, (char *)NULL);
		_exit(1);
	}
	return pid > 0 && waitpid(pid, &wstatus, 0) == pid && wstatus == 0;
}

static void start_all(void)
{
	static char program[4096];
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - sizeof "-i386");

	if (n > 0)
		memcpy(program + n, "-i386", sizeof "-i386");
	add(BY_SYSCALL, &oracle_x86_64, NULL);
	if (runs(NULL))
		add(BY_INT80, &oracle_int80, NULL);
	else
		printf("left out: this kernel has no int $0x80\n");
	if (n > 0 && runs(program))
		add(BY_SYSCALL, &oracle_i386, program);
	else
		printf("left out: %s doesn't run\n", program);
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
		struct live_puppet *p = &puppets[live_below(n_puppets)];

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
