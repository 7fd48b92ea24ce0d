// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The tracees.  They know what each call is to return, and never ask the tracer. */
#include "storm.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct shared *shared;

static _Thread_local unsigned state;

static unsigned below(unsigned n)
{
	state = state * 1103515245 + 12345;
	return (state >> 16) % n;
}

static int64_t some_value(void)
{
	if (below(2))
		return -1 - (int64_t)below(500);
	return (int64_t)((uint64_t)below(0x8000) << 40 | below(0x8000));
}

static void wrong(enum action action, long is, long expected)
{
	atomic_fetch_add(&shared->wrong, 1);
	fprintf(stderr, "tracee %d: action %d returned %ld, not %ld\n", getpid(), (int)action, is,
		expected);
}

/* One call in three is skipped. */
static void ask(long tid)
{
	static const enum action actions[] = { RUN, RUN, SKIP, CHANGE, SKIP, NO_NR };
	enum action action = actions[below(6)];
	int64_t value = some_value();
	long expected[ACTIONS] = { tid, value, (long)getuid(), -ENOSYS };
	long r = syscall(SYS_gettid, (long)MAGIC, (long)action, (long)value, 0L, 0L, 0L);

	if (r == -1)
		r = -errno;
	if (r != expected[action])
		wrong(action, r, expected[action]);
	atomic_fetch_add(&shared->calls, 1);
	if (action == SKIP || action == NO_NR)
		atomic_fetch_add(&shared->skips, 1);
}

static void ask_some(int n)
{
	long tid = syscall(SYS_gettid);

	while (n-- && !atomic_load(&shared->stop))
		ask(tid);
}

static bool living; /* before that nobody has a filter */

static void handler(int sig)
{
	int err = errno;

	(void)sig;
	atomic_fetch_add(&shared->handled, 1);
	if (living)
		ask(syscall(SYS_gettid));
	errno = err;
}

void tracee_prepare(void)
{
	struct sigaction sa = { .sa_handler = handler };

	sigaction(SIGUSR1, &sa, NULL);
	sa.sa_flags = SA_RESTART;
	sigaction(SIGUSR2, &sa, NULL);
}

/* Asleep and awake, with handlers that make calls themselves. */
static void live_with_signals(void)
{
	struct timespec ms = { .tv_nsec = 1000000 };

	while (!atomic_load(&shared->stop)) {
		ask_some(20);
		nanosleep(&ms, NULL);
	}
}

static void exec_tree(int depth)
{
	char number[16], address[32];

	snprintf(number, sizeof number, "%d", depth);
	snprintf(address, sizeof address, "%d", (int)state);
	atomic_fetch_add(&shared->execs, 1);
	execl("/proc/self/exe", "storm", "--tracee", number, address, (char *)NULL);
	_exit(9);
}

static void *thread(void *depth)
{
	state = (unsigned)(uintptr_t)&depth ^ (unsigned)syscall(SYS_gettid);
	ask_some(10);
	if (*(int *)depth == 0 && below(3) == 0)
		exec_tree(0); /* not the leader's, and the others are no more */
	return NULL;
}

static void have_threads(int depth)
{
	pthread_t threads[3];
	int n = 0;

	while (n < 3 && pthread_create(&threads[n], NULL, thread, &depth) == 0)
		n++;
	ask_some(10);
	while (n--)
		pthread_join(threads[n], NULL);
}

static void have_child(int depth)
{
	bool executes = below(2);
	pid_t pid = executes ? vfork() : fork();
	int wstatus;

	if (pid == 0 && executes)
		exec_tree(depth - 1);
	if (pid == 0) {
		state += 77;
		_exit(tracee_live(TREE, depth - 1));
	}
	atomic_fetch_add(&shared->children, 1);
	ask_some(5);
	while (waitpid(pid, &wstatus, 0) < 0)
		if (errno != EINTR)
			return;
	if (wstatus != 0) {
		atomic_fetch_add(&shared->wrong, 1);
		fprintf(stderr, "tracee: a child ended with %#x\n", wstatus);
	}
}

static void grow(int depth)
{
	ask_some(10);
	if (depth == 0)
		return;
	for (int i = 0; i < 2; i++)
		have_child(depth);
	have_threads(depth);
}

int tracee_live(enum life life, int depth)
{
	state ^= (unsigned)getpid() * 2654435761u;
	living = true;
	if (life == SIGNALS)
		live_with_signals();
	else if (life == LOOP)
		while (!atomic_load(&shared->stop))
			ask_some(100);
	else
		grow(depth);
	return atomic_load(&shared->wrong) != 0;
}

/* Counts of its own: execve leaves the shared ones behind. */
int tracee_main(char **argv)
{
	static struct shared own;

	shared = &own;
	state = (unsigned)atoi(argv[1]);
	return tracee_live(TREE, atoi(argv[0]));
}
