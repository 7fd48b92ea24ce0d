// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Tracee scenarios that the tracer leaves as they are: ordinary calls, and odd ones. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/utsname.h>

#include "tracee.h"

static void ok(char **params)
{
	(void)params;
}

/* Memory above 2 GiB, where programs have it; xtensa's kernel (6.1) fails above 1 GiB. */
#ifdef __xtensa__
#define HIGH 0x30000000
#else
#define HIGH 0xb0000000
#endif

static long map(long addr, long size)
{
	enum { PROT = PROT_READ | PROT_WRITE, FLAGS = MAP_PRIVATE | MAP_ANONYMOUS };

#ifdef __s390__
	long args[6] = { addr, size, PROT, FLAGS, -1, 0 };

	return raw(N_mmap, (long)args, 0, 0, 0, 0, 0);
#else
	return raw(N_mmap, addr, size, PROT, FLAGS, -1, 0);
#endif
}

static void call_memory(void)
{
	long r;

	r = map(0, 4096);
	NEED((word_t)r < -4095 || (word_t)r > 0);
	NEED(raw(N_munmap, r, 4096, 0, 0, 0, 0) == 0);
	r = map(0, 0);
	NEED(r == -EINVAL);
	r = raw(N_brk, 0, 0, 0, 0, 0, 0);
	NEED(r != 0 && raw(N_brk, r, 0, 0, 0, 0, 0) == r);
}

static void call_files(void)
{
	static char nowhere[] = "/nonexistent/file", out[] = "abc", in[4];
	static long long at;
	int fd[2], other;

	NEED(pipe(fd) == 0);
	NEED(raw(N_write, fd[1], (long)out, 3, 0, 0, 0) == 3);
	NEED(raw(N_read, fd[0], (long)in, 3, 0, 0, 0) == 3 && strcmp(in, "abc") == 0);
	NEED(raw(N__llseek, fd[0], 0, 0, (long)&at, SEEK_SET, 0) == -ESPIPE);
	NEED(raw(N_openat, AT_FDCWD, (long)nowhere, O_RDONLY, 0, 0, 0) == -ENOENT);
	other = (int)raw(N_dup, fd[0], 0, 0, 0, 0, 0);
	NEED(other > fd[0]);
	NEED(raw(N_close, other, 0, 0, 0, 0, 0) == 0);
	NEED(raw(N_close, other, 0, 0, 0, 0, 0) == -EBADF);
}

/* busy: calls of all sorts */
static void busy(char **params)
{
	static struct ticks time = { TICKS(0, 1000) };
	static struct utsname name;

	(void)params;
	mark(N_getpid, N_getppid, NULL, NULL);
	NEED(raw(N_getpid, 0, 0, 0, 0, 0, 0) == getpid());
	NEED(raw(N_getppid, 1, 2, 3, 4, 5, 6) == getppid());
	call_files();
	call_memory();
	NEED(raw_sleep(&time) == 0);
	NEED(raw(N_sched_yield, 0, 0, 0, 0, 0, 0) == 0);
	NEED(raw(N_uname, (long)&name, 0, 0, 0, 0, 0) == 0);
	NEED(strcmp(name.sysname, "Linux") == 0);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

/* It goes on until it is off: the first one may come before the call it is to interrupt. */
static void timer(int microseconds)
{
	struct itimerval it = { { 0, microseconds }, { 0, microseconds } };

	NEED(setitimer(ITIMER_REAL, &it, NULL) == 0);
}

/* odd: no calls, interrupted ones, and values of which the top bit is set */
static void odd(char **params)
{
	static struct ticks time = { TICKS(30, 0) };
	struct sigaction sa = { .sa_handler = on_alarm };
	char *high;
	long r;

	(void)params;
	NEED(sigaction(SIGALRM, &sa, NULL) == 0);
	mark(N_pause, N_getppid, NULL, NULL);
	/*
	 * After a SECCOMP stop the kernel may leave the first argument where the result is, or what
	 * was there before.
	 */
#ifndef __arm__ /* where it is a signal */
	r = raw(-5, -ENOSYS, 2, 3, 4, 5, 6);
	NEED(r == -ENOSYS || !no_call_is_enosys());
	r = raw(-1, 1, 2, 3, 4, 5, 6);
	NEED(r == -ENOSYS || !no_call_is_enosys());
	NEED(raw(N_getpid | 0x3ffff000, 0, 0, 0, 0, 0, 0) == -ENOSYS);
#endif
	/* under emulation a stop may take its time, and the next signal must not come before it is
	 * over */
	timer(getenv("CK_TIMEOUT_MULTIPLIER") ? 900000 : 200000);
	NEED(raw(N_pause, 0, 0, 0, 0, 0, 0) == -EINTR);
	NEED(raw_sleep(&time) == -EINTR);
	timer(0);
	NEED(alarms >= 2);
	r = map((long)(word_t)HIGH, 4096);
	NEED((word_t)r < -4095 || (word_t)r > 0);
	high = (char *)(sizeof(word_t) == 4 ? (uintptr_t)(uint32_t)r : (uintptr_t)r);
	*high = 1;
	NEED(raw(N_munmap, r, 4096, 0, 0, 0, 0) == 0);
	NEED(raw(N_close, -1, -1, -1, -1, -1, -1) == -EBADF);
}

#ifdef __x86_64__
/*
 * vsyscall RET: time(), by the vsyscall page, of which the result is RET, or for "time" what
 * it should be; of two addresses the first is passed.
 */
static void vsyscall(char **params)
{
	static long at[2];
	long (*time_)(long *) = (long (*)(long *))0xffffffffff600400;
	bool runs = strncmp(params[0], "time", 4) == 0;
	struct timeval before, after;
	long r, stored;

	gettimeofday(&before, NULL);
	mark(SYS_time, SYS_getpid, &at[0], &at[1]);
	r = time_(&at[0]);
	raw(N_getpid, 0, 0, 0, 0, 0, 0);
	gettimeofday(&after, NULL);
	stored = at[strcmp(params[0], "time, elsewhere") == 0];
	if (runs)
		NEED(r >= before.tv_sec - 1 && r <= after.tv_sec && stored == r);
	else
		NEED(r == strtoll(params[0], NULL, 0) && at[0] == 0 && at[1] == 0);
}
#endif

const struct scenario plain_scenarios[] = {
	{ "ok", ok },
	{ "busy", busy },
	{ "odd", odd },
#ifdef __x86_64__
	{ "vsyscall", vsyscall },
#endif
	{ NULL, NULL },
};
