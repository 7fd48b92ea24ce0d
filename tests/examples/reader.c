// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * reader: is /virtual/hello a file like any other, and what it should be?
 *
 *	reader path THREADS	by its name, in so many threads
 *	reader fd		what stdin is
 *
 * Exit status 0, or what isn't so on stdout.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "raw.h"

#ifndef __NR_openat2
#define __NR_openat2 437
#endif

#define TEXT "Hello from the tracer\n"
enum { SIZE = sizeof TEXT - 1, MAX_THREADS = 64 };

/* Static: -DINT80 hands over addresses below 4 GiB only, and to one thread. */
#ifdef INT80
#define LOCAL static
#else
#define LOCAL
#endif

#define EXPECT(got, wanted) expect(__LINE__, #got, (long)(got), (long)(wanted))

static void expect(int line, const char *what, long got, long wanted)
{
	if (got == wanted)
		return;
	printf("line %d: %s: %ld, not %ld\n", line, what, got, wanted);
	fflush(stdout);
	_exit(1);
}

/* n bytes were read, which should be those at this offset. */
static void expect_text(int line, const char *buf, long got, long n, int at)
{
	expect(line, "bytes", got, n);
	if (n > 0)
		expect(line, "text differs", memcmp(buf, &TEXT[at], (size_t)n), 0);
}

static void check_vectors(int fd)
{
	LOCAL char a[4], b[64];
	LOCAL struct {
		long base;
		unsigned long size;
	} v[2];
	long r;

#if defined INT80 /* whose struct iovec isn't this one's */
	(void)fd, (void)v, (void)a, (void)b, (void)r;
#else
	v[0].base = (long)a;
	v[0].size = sizeof a;
	v[1].base = (long)b;
	v[1].size = sizeof b;
	EXPECT(lseek(fd, 2, SEEK_SET), 2);
	r = raw(__NR_readv, fd, v, 2);
	expect_text(__LINE__, a, 4, 4, 2);
	expect_text(__LINE__, b, r - 4, SIZE - 6, 6);
	EXPECT(lseek(fd, 0, SEEK_CUR), SIZE);
	r = raw(__NR_preadv, fd, v, 2, 6, 0);
	expect_text(__LINE__, a, 4, 4, 6);
	expect_text(__LINE__, b, r - 4, SIZE - 10, 10);
	EXPECT(raw(__NR_preadv, fd, v, 2, -1, -1), -EINVAL);
	EXPECT(raw(__NR_readv, fd, v, 100000), -EINVAL);
	EXPECT(lseek(fd, 0, SEEK_SET), 0);
#if defined __NR_preadv2 && defined SIX_ARGS
	r = raw(__NR_preadv2, fd, v, 1, -1, -1, 0);
	expect_text(__LINE__, a, r, 4, 0);
	EXPECT(lseek(fd, 0, SEEK_CUR), 4);
	r = raw(__NR_preadv2, fd, v, 1, 1, 0, 0);
	expect_text(__LINE__, a, r, 4, 1);
	EXPECT(lseek(fd, 0, SEEK_CUR), 4);
#endif
#endif
}

static void check_offset(int fd)
{
	LOCAL char buf[64];
	long r;

	EXPECT(lseek(fd, 0, SEEK_SET), 0);
	r = raw(__NR_read, fd, buf, 5);
	expect_text(__LINE__, buf, r, 5, 0);
	EXPECT(lseek(fd, 0, SEEK_CUR), 5);
	r = raw(__NR_pread64, fd, buf, 4, 6, 0);
	expect_text(__LINE__, buf, r, 4, 6);
	EXPECT(raw(__NR_pread64, fd, buf, 4, -1, -1), -EINVAL);
	EXPECT(raw(__NR_pread64, fd, buf, 4, SIZE, 0), 0);
	EXPECT(lseek(fd, 0, SEEK_CUR), 5);
	EXPECT(raw(__NR_read, fd, 1, 5), -EFAULT);
	EXPECT(lseek(fd, 0, SEEK_CUR), 5);
	r = raw(__NR_read, fd, buf, sizeof buf);
	expect_text(__LINE__, buf, r, SIZE - 5, 5);
	EXPECT(raw(__NR_read, fd, buf, sizeof buf), 0);
	EXPECT(lseek(fd, 100, SEEK_CUR), SIZE + 100);
	EXPECT(raw(__NR_read, fd, buf, sizeof buf), 0);
	EXPECT(lseek(fd, 0, SEEK_END), SIZE);
	EXPECT(raw(__NR_read, fd, buf, 0), 0);
}

/*
 * All descriptors of one open file have one offset, in other processes too.  Numbers of one's
 * own choice are for a program that is alone: a thread might hit on another's.
 */
static void check_dup(int fd, int alone)
{
	LOCAL char buf[64];
	int copies[4], wstatus;
	pid_t pid;
	long r;

	copies[0] = dup(fd);
	copies[1] = fcntl(fd, F_DUPFD, 100);
	copies[2] = alone ? dup2(fd, 200) : dup(fd);
	copies[3] = alone ? dup3(fd, 300, O_CLOEXEC) : fcntl(fd, F_DUPFD_CLOEXEC, 100);
	EXPECT(copies[0] >= 0 && copies[1] >= 100 && copies[2] >= 0 && copies[3] >= 100, 1);
	EXPECT(fcntl(copies[3], F_GETFD), FD_CLOEXEC);
	EXPECT(lseek(fd, 0, SEEK_SET), 0);
	for (int i = 0; i < 4; i++) {
		r = raw(__NR_read, copies[i], buf, 2);
		expect_text(__LINE__, buf, r, 2, 2 * i);
	}
	pid = fork();
	if (pid == 0) {
		r = raw(__NR_read, fd, buf, 2);
		expect_text(__LINE__, buf, r, 2, 8);
		_exit(0);
	}
	EXPECT(waitpid(pid, &wstatus, 0), pid);
	EXPECT(wstatus, 0);
	for (int i = 0; i < 4; i++)
		EXPECT(close(copies[i]), 0);
	r = raw(__NR_read, fd, buf, 2);
	expect_text(__LINE__, buf, r, 2, 10);
	if (alone)
		EXPECT(raw(__NR_read, copies[3], buf, 2), -EBADF);
}

static void check_stat(const struct stat *st)
{
	EXPECT(S_ISREG(st->st_mode), 1);
	EXPECT(st->st_mode & 0777, 0444);
	EXPECT(st->st_size, SIZE);
}

static void check_fd(int fd, int alone)
{
	struct stat st;

	EXPECT(fstat(fd, &st), 0);
	check_stat(&st);
	check_offset(fd);
	check_vectors(fd);
	check_dup(fd, alone);
	EXPECT(write(fd, "x", 1), -1);
	EXPECT(mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == ENODEV, 1);
	EXPECT(fchmod(fd, 0644) == -1 && errno == EROFS, 1);
	EXPECT(ftruncate(fd, 0), -1);
}

#ifndef INT80 /* no way to hand over a path there */
static const char hello[] = "/virtual/hello";

static void check_opened(long fd)
{
	LOCAL char buf[64];
	long r;

	EXPECT(fd >= 0, 1);
	r = raw(__NR_read, fd, buf, sizeof buf);
	expect_text(__LINE__, buf, r, SIZE, 0);
	EXPECT(close((int)fd), 0);
}

/* The current directory is /tmp. */
static void check_opens(void)
{
	struct open_how how = { .flags = O_RDONLY };
	int root = open("/", O_RDONLY | O_DIRECTORY), path = open("/tmp", O_PATH | O_DIRECTORY);
	long fd;

#ifdef __NR_open
	check_opened(raw(__NR_open, hello, O_RDONLY));
	check_opened(raw(__NR_open, "../virtual//./hello", O_RDONLY));
	EXPECT(raw(__NR_creat, hello, 0644), -EROFS);
	EXPECT(raw(__NR_unlink, hello), -EROFS);
#endif
	check_opened(raw(__NR_openat, AT_FDCWD, hello, O_RDONLY));
	check_opened(raw(__NR_openat, -1, "/x/../virtual/hello", O_RDONLY | O_NOFOLLOW));
	check_opened(raw(__NR_openat, AT_FDCWD, "../virtual/hello", O_RDONLY | O_CREAT, 0644));
	check_opened(raw(__NR_openat, root, "virtual/hello", O_RDONLY));
	check_opened(raw(__NR_openat, path, "../virtual/hello", O_RDONLY));
	fd = raw(__NR_openat2, AT_FDCWD, hello, &how, sizeof how);
	if (fd == -ENOSYS)
		printf("openat2 is not here\n");
	else
		check_opened(fd);
	fd = raw(__NR_openat, AT_FDCWD, hello, O_RDONLY | O_CLOEXEC);
	EXPECT(fcntl((int)fd, F_GETFD), FD_CLOEXEC);
	close((int)fd);

	EXPECT(raw(__NR_openat, AT_FDCWD, hello, O_WRONLY), -EROFS);
	EXPECT(raw(__NR_openat, AT_FDCWD, hello, O_RDWR | O_APPEND), -EROFS);
	EXPECT(raw(__NR_openat, AT_FDCWD, hello, O_RDONLY | O_TRUNC), -EROFS);
	EXPECT(raw(__NR_openat, AT_FDCWD, hello, O_WRONLY | O_CREAT, 0644), -EROFS);
	EXPECT(raw(__NR_openat, AT_FDCWD, hello, O_WRONLY | O_CREAT | O_EXCL, 0644), -EEXIST);
	how.flags = O_WRONLY;
	if (fd != -ENOSYS)
		EXPECT(raw(__NR_openat2, AT_FDCWD, hello, &how, sizeof how), -EROFS);
	EXPECT(raw(__NR_unlinkat, AT_FDCWD, hello, 0), -EROFS);

	/* what is near is passed on, and isn't there */
	EXPECT(raw(__NR_openat, AT_FDCWD, "/virtual", O_RDONLY), -ENOENT);
	EXPECT(raw(__NR_openat, AT_FDCWD, "/virtual/hello2", O_RDONLY), -ENOENT);
	EXPECT(raw(__NR_openat, AT_FDCWD, "/virtual/hello/x", O_RDONLY), -ENOENT);
	EXPECT(raw(__NR_openat, AT_FDCWD, "virtual/hello", O_RDONLY), -ENOENT);
	EXPECT(raw(__NR_openat, path, "virtual/hello", O_RDONLY), -ENOENT);
	EXPECT(raw(__NR_openat, AT_FDCWD, 1, O_RDONLY), -EFAULT);
	close(root);
	close(path);
}

static void check_stats(void)
{
	struct { /* struct statx, which not every C library has */
		uint32_t head[7];
		uint16_t mode, pad;
		uint64_t ino, size;
		char rest[256 - 48];
	} stx;
	struct stat st;

	EXPECT(stat(hello, &st), 0);
	check_stat(&st);
	EXPECT(lstat(hello, &st), 0);
	check_stat(&st);
	EXPECT(fstatat(AT_FDCWD, "../virtual/hello", &st, AT_SYMLINK_NOFOLLOW), 0);
	check_stat(&st);
#if defined __NR_lstat64 /* the kernel's struct stat64 is the C library's struct stat */
	EXPECT(raw(__NR_lstat64, hello, &st), 0);
#elif defined __NR_lstat
	EXPECT(raw(__NR_lstat, hello, &st), 0);
#endif
	check_stat(&st);
	EXPECT(raw(__NR_statx, AT_FDCWD, hello, AT_SYMLINK_NOFOLLOW, 0x7ff, &stx), 0);
	EXPECT(S_ISREG(stx.mode) && stx.size == SIZE, 1);
	EXPECT(access(hello, R_OK), 0);
	EXPECT(access(hello, F_OK), 0);
	EXPECT(access(hello, R_OK | W_OK) == -1 && errno == EROFS, 1);
	EXPECT(faccessat(AT_FDCWD, hello, R_OK, AT_EACCESS), 0);
	EXPECT(faccessat(AT_FDCWD, hello, R_OK, AT_SYMLINK_NOFOLLOW), 0);
	EXPECT(stat("/virtual/hello2", &st) == -1 && errno == ENOENT, 1);
}

static void *check_path(void *arg)
{
	int fd;

	check_opens();
	check_stats();
	fd = open(hello, O_RDONLY);
	check_fd(fd, 0);
	close(fd);
	return arg;
}

static int in_threads(int n)
{
	pthread_t threads[MAX_THREADS];
	int next = dup(0);

	EXPECT(chdir("/tmp"), 0);
	EXPECT(n <= MAX_THREADS, 1);
	close(next);
	EXPECT(open(hello, O_RDONLY), next); /* the lowest number that is free */
	for (int i = 0; i < n; i++)
		EXPECT(pthread_create(&threads[i], NULL, check_path, NULL), 0);
	for (int i = 0; i < n; i++)
		EXPECT(pthread_join(threads[i], NULL), 0);
	check_fd(next, 1);
	return 0;
}
#endif

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "fd") == 0) {
		check_fd(0, 1);
		return 0;
	}
#ifndef INT80
	if (argc == 3 && strcmp(argv[1], "path") == 0)
		return in_threads(atoi(argv[2]));
#endif
	return 2;
}
