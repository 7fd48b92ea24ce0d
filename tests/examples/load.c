// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * load: programs for the example tracers to run.  Each checks what it gets by itself: 0 is well,
 * anything else is said on stdout.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "raw.h"

enum { MAX_THREADS = 64, FILES = 4, TICKS = 150 };

static long expected; /* what getppid returns; 0: the truth */
static long count;
static const char *dir;
static int next_thread;

static int fail(const char *what, long got)
{
	printf("%s: %ld\n", what, got);
	return 1;
}

/* getppid may be injected; getpid is the truth. */
static int check_calls(void)
{
	pid_t pid = getpid(), parent = getppid();
	long want = expected ? expected : parent;

	for (long i = 0; i < count; i++) {
		long got = raw(__NR_getppid);

		if (got != want)
			return fail("getppid", got);
		got = raw(__NR_getpid);
		if (got != pid)
			return fail("getpid", got);
	}
	return 0;
}

/* A few files of a thread's own, made, read back and removed but for the first. */
static int check_files(void)
{
	char path[4096], text[64], back[64];
	int me = __atomic_fetch_add(&next_thread, 1, __ATOMIC_RELAXED);

	for (int i = 0; i < FILES; i++) {
		int fd, n = snprintf(text, sizeof text, "thread %d file %d\n", me, i);

		snprintf(path, sizeof path, "%s/%d-%d", dir, me, i);
		fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0644);
		if (fd < 0 || write(fd, text, (size_t)n) != n)
			return fail(path, errno);
		if (pread(fd, back, sizeof back, 0) != n || memcmp(back, text, (size_t)n) != 0)
			return fail("read back", errno);
		close(fd);
		if (i > 0 && unlink(path) != 0)
			return fail("unlink", errno);
	}
	return 0;
}

static void *thread(void *check)
{
	return (void *)(long)(*(int (**)(void))check)();
}

static int in_threads(int n, int (*check)(void))
{
	pthread_t threads[MAX_THREADS];
	void *bad;
	int result = 0;

	if (n > MAX_THREADS)
		return fail("too many threads", n);
	for (int i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, thread, &check) != 0)
			return fail("pthread_create", i);
	for (int i = 0; i < n; i++) {
		pthread_join(threads[i], &bad);
		result |= bad != NULL;
	}
	return result;
}

static int in_processes(int n, int (*check)(void))
{
	int wstatus, result = 0;

	fflush(stdout);
	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return fail("fork", errno);
		if (pid == 0)
			exit(check());
	}
	while (wait(&wstatus) > 0)
		result |= wstatus != 0;
	return result;
}

static volatile sig_atomic_t ticks;

static void tick(int sig)
{
	(void)sig;
	ticks++;
}

/* Bytes through a pipe, there and back, with a signal every millisecond. */
static int check_timer(void)
{
	struct sigaction act = { .sa_handler = tick, .sa_flags = SA_RESTART };
	struct itimerval every = { { 0, 1000 }, { 0, 1000 } }, never = { { 0, 0 }, { 0, 0 } };
	int there[2], back[2], wstatus;
	unsigned char c, got;
	pid_t pid;

	if (pipe(there) != 0 || pipe(back) != 0 || (pid = fork()) < 0)
		return fail("pipe, fork", errno);
	if (pid == 0) {
		close(there[1]);
		close(back[0]);
		while (read(there[0], &c, 1) == 1)
			if (write(back[1], &c, 1) != 1)
				_exit(1);
		_exit(0);
	}
	close(there[0]);
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	count = 1;
	for (c = 0; ticks < TICKS; c++) {
		if (write(there[1], &c, 1) != 1 || read(back[0], &got, 1) != 1 || got != c)
			return fail("pipe", errno);
		if (check_calls() != 0)
			return 1;
	}
	setitimer(ITIMER_REAL, &never, NULL);
	close(there[1]);
	if (waitpid(pid, &wstatus, 0) != pid || wstatus != 0)
		return fail("child", wstatus);
	return 0;
}

static int print_number(const char *name)
{
	static const struct {
		const char *name;
		long nr;
	} numbers[] = {
		{ "getppid", __NR_getppid }, { "execve", __NR_execve },
		{ "write", __NR_write },     { "mkdirat", __NR_mkdirat },
#ifdef __NR_mkdir
		{ "mkdir", __NR_mkdir },
#endif
	};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (strcmp(numbers[i].name, name) == 0)
			return printf("%ld\n", numbers[i].nr) < 0;
	return 1;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	static char path[4096];
	int n = argc > 2 ? atoi(argv[2]) : 0;

	/* threads N COUNT EXPECTED, processes N COUNT EXPECTED */
	count = argc > 3 ? atol(argv[3]) : 0;
	expected = argc > 4 ? atol(argv[4]) : 0;
	if (strcmp(mode, "threads") == 0)
		return in_threads(n, check_calls);
	if (strcmp(mode, "processes") == 0)
		return in_processes(n, check_calls);
	if (strcmp(mode, "files") == 0) { /* files N DIR */
		dir = argv[3];
		return in_threads(n, check_files);
	}
	if (strcmp(mode, "timer") == 0) { /* timer EXPECTED */
		expected = n;
		return check_timer();
	}
	if (strcmp(mode, "number") == 0)
		return print_number(argv[2]);
	if (strcmp(mode, "getppid") == 0) /* what it returns */
		return printf("%ld\n", raw(__NR_getppid)) < 0;
	if (strcmp(mode, "unknown") == 0) /* a call that isn't there */
		return raw(9999, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66) == -ENOSYS ? 7 : 1;
	if (strcmp(mode, "open") == 0) { /* PATH: the negative errno, or 0 */
		long fd = raw(__NR_openat, AT_FDCWD, strcpy(path, argv[2]), O_RDONLY);

		return printf("%ld\n", fd < 0 ? fd : 0) < 0;
	}
	return 2;
}
