// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * storm [SECONDS [NAME]]: many tracees and tracers at once, each storm for some seconds; by the
 * kernel's requests and again as on a kernel that has neither of them.  There is to be no mistake.
 */
#include "storm.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TRACERS_MAX = 64, ROOTS_MAX = 256 };

struct storm {
	const char *name;
	int tracers;
	struct tracer tracer; /* each of them */
	int signal_us;        /* a signal each so many microseconds, or 0 */
};

static const struct storm storms[] = {
	{ "64 tracers", 64, { .life = LOOP, .roots = 1 }, 0 },
	{ "64 tracers with filters", 64, { .life = LOOP, .roots = 2, .filter = true }, 0 },
	{ "500 tracees", 1, { .life = LOOP, .roots = 500 }, 0 },
	{ "trees", 4, { .life = TREE, .roots = 3, .depth = 2, .renews = true }, 0 },
	{ "trees with filters",
	  4,
	  { .life = TREE, .roots = 3, .depth = 2, .renews = true, .filter = true },
	  0 },
	{ "signals", 2, { .life = SIGNALS, .roots = 4 }, 100 },
	{ "signals with filters", 2, { .life = SIGNALS, .roots = 4, .filter = true }, 100 },
	{ "SIGKILL and SIGSTOP",
	  4,
	  { .life = LOOP, .roots = 8, .renews = true, .kills = true },
	  2000 },
	{ "SIGKILL and SIGSTOP of trees",
	  4,
	  { .life = TREE, .roots = 4, .depth = 2, .renews = true, .kills = true, .filter = true },
	  2000 },
};

/* Whom signals are sent to: by pidfd, since a number may soon be another process's. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int roots[ROOTS_MAX];
static unsigned n_roots;
static bool sends;

static bool note_root(pid_t pid)
{
	if (!sends)
		return true;
	pthread_mutex_lock(&lock);
	if (n_roots >= ROOTS_MAX)
		close(roots[n_roots % ROOTS_MAX]);
	roots[n_roots++ % ROOTS_MAX] = (int)syscall(SYS_pidfd_open, pid, 0);
	pthread_mutex_unlock(&lock);
	return true;
}

/* To one of the last ones, which are the most likely to live. */
static void send_to(unsigned window, unsigned i, int sig)
{
	pthread_mutex_lock(&lock);
	if (window > n_roots)
		window = n_roots;
	if (window)
		syscall(SYS_pidfd_send_signal, roots[(n_roots - 1 - i % window) % ROOTS_MAX], sig,
			NULL, 0);
	pthread_mutex_unlock(&lock);
}

static void close_roots(void)
{
	for (unsigned i = 0; i < n_roots && i < ROOTS_MAX; i++)
		close(roots[i]);
	n_roots = 0;
}

static long refused(long request, pid_t tid, void *addr, void *data)
{
	enum { GET = 0x420e, SET = 0x4212 };

	if (request == GET || request == SET) {
		errno = EIO;
		return -1;
	}
	return syscall(SYS_ptrace, request, (long)tid, addr, data);
}

static void *run_tracer(void *tracer)
{
	tracer_run(tracer);
	return NULL;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void send_signal(const struct storm *s, unsigned i)
{
	unsigned window = (unsigned)(s->tracers * s->tracer.roots);

	if (!s->tracer.kills) {
		send_to(window, i * 7, i % 2 ? SIGUSR1 : SIGUSR2);
		return;
	}
	send_to(window, i * 7, i % 5 == 0 ? SIGKILL : SIGSTOP);
	usleep(200);
	send_to(window, i * 7, SIGCONT);
}

static unsigned storm_for(const struct storm *s, double seconds)
{
	unsigned sent = 0;
	double end;

	while (atomic_load(&tracer_ready) < s->tracers)
		usleep(1000);
	end = now() + seconds;

	prctl(PR_SET_TIMERSLACK, 1);
	while (now() < end) {
		usleep(s->signal_us ? (unsigned)s->signal_us : 10000);
		/* as many as are due by now */
		while (s->signal_us && sent * (double)s->signal_us < (now() - end + seconds) * 1e6)
			send_signal(s, sent++);
	}
	atomic_store(&tracer_ended, 1);
	atomic_store(&shared->stop, 1);
	for (unsigned i = 0; s->tracer.kills && i < ROOTS_MAX; i++)
		send_to(ROOTS_MAX, i, SIGCONT);
	return sent;
}

static unsigned long run(const struct storm *s, double seconds, bool without)
{
	static struct tracer tracers[TRACERS_MAX];
	pthread_t threads[TRACERS_MAX];
	struct tracer sum = { 0 };
	double start = now();
	unsigned sent;

	memset(shared, 0, sizeof *shared);
	atomic_store(&tracer_ended, 0);
	atomic_store(&tracer_ready, 0);
	sends = s->signal_us != 0;
	ptsi_set_ptrace(without ? refused : NULL);
	for (int i = 0; i < s->tracers; i++) {
		tracers[i] = s->tracer;
		tracers[i].repeats = without;
		tracers[i].seed = (unsigned)i * 7919 + 1;
		pthread_create(&threads[i], NULL, run_tracer, &tracers[i]);
	}
	sent = storm_for(s, seconds);
	for (int i = 0; i < s->tracers; i++) {
		pthread_join(threads[i], NULL);
		sum.stops += tracers[i].stops;
		sum.sets += tracers[i].sets;
		sum.started += tracers[i].started;
		sum.gone += tracers[i].gone;
		sum.killed += tracers[i].killed;
		sum.mistakes += tracers[i].mistakes;
	}
	close_roots();
	sum.mistakes += atomic_load(&shared->wrong);
	printf("%s%s: %.1f s, %lu tracees ended (%lu roots, %lu killed), %lu stops, %lu sets, "
	       "%lu results checked (%lu of skipped calls), %lu children, %lu execs, %lu handlers, "
	       "%u signals, %lu mistakes\n",
	       s->name, without ? ", without GET and SET" : "", now() - start, sum.gone,
	       sum.started, sum.killed, sum.stops, sum.sets, atomic_load(&shared->calls),
	       atomic_load(&shared->skips), atomic_load(&shared->children),
	       atomic_load(&shared->execs), atomic_load(&shared->handled), sent, sum.mistakes);
	fflush(stdout);
	return sum.mistakes;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1;
	unsigned long mistakes = 0;

	if (argc == 4 && strcmp(argv[1], "--tracee") == 0)
		return tracee_main(argv + 2);
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return EXIT_FAILURE;
	tracer_told = note_root;
	tracee_prepare();
	for (size_t i = 0; i < sizeof storms / sizeof storms[0]; i++) {
		if (argc > 2 && strcmp(argv[2], storms[i].name) != 0)
			continue;
		mistakes += run(&storms[i], seconds, false);
		mistakes += run(&storms[i], seconds, true);
	}
	printf("%lu mistakes\n", mistakes);
	return mistakes ? EXIT_FAILURE : EXIT_SUCCESS;
}
