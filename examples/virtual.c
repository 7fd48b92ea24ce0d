// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * virtual: run a command that sees a file which is nowhere.
 *
 *	virtual [--kernel|--registers] -- COMMAND [ARG]...
 *
 * The command, and all that it starts, can open, stat and read /virtual/hello; everything else
 * is passed on.  What is read is made up here: it greets each reader by its number.
 *
 * A virtual file needs descriptors that behave: numbers, dup, fork, close-on-exec, the offset.
 * All of that is the kernel's if there is something to open: a file in memory, of the right
 * size, with nothing but question marks in it.  So a call with the path gets another path, and
 * lseek, fstat, dup and close need no help; at the exit stop of a read the question marks are
 * written over.  Opening it for writing and removing it fail with EROFS, what would take its
 * bytes past this program (mmap, sendfile...) with what says "use read": these are skipped.
 * Calls that aren't in the table below find no such file.
 *
 * 32-bit code and threads are covered.  Paths are compared as they are written: symlinks to
 * /virtual/hello are not followed, and the directory can't be listed or entered.  What other
 * threads do to the memory or the offset meanwhile isn't guarded against.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "calls.h"
#include "follow.h"

#define VIRTUAL "/virtual/hello"
#define HELLO "Hello, task %-10d\n"
enum { HELLO_SIZE = sizeof "Hello, task 1234567890\n" - 1 };

enum rule {
	PATH, /* the call gets the path of the file in memory */
	OPEN, /* so does this, if args[arg] doesn't ask for writing */
	OPEN2, /* as OPEN, the flags are in a struct; made the call of the row before */
	NOFOLLOW, /* as PATH, without AT_SYMLINK_NOFOLLOW in args[arg]: the new path is a link */
	LSTAT, /* as PATH, made the call of the row before for the same reason */
	FAIL, /* with the path: skipped, with this result */
	READ, /* args[arg] is the buffer */
	READV, /* args[arg] is the vector, args[arg + 1] its length */
	FD, /* with the file in args[fd]: skipped, with this result */
	NEVER, /* skipped, with this result */
};
enum { NO = -1, MAX_READS = 1024, MAX_VECTOR = 1024, RED_ZONE = 128 };

static const struct call {
	const char *name;
	enum rule rule;
	int fd, path, arg; /* which arguments; NO: the path is relative to the current directory */
	int result;
} calls[] = {
	{ "open", OPEN, NO, 0, 1, 0 },
	{ "openat", OPEN, 0, 1, 2, 0 },
	{ "openat2", OPEN2, 0, 1, 2, 0 },
	{ "creat", FAIL, NO, 0, NO, -EROFS },
	{ "stat", PATH, NO, 0, NO, 0 },
	{ "lstat", LSTAT, NO, 0, NO, 0 },
	{ "stat64", PATH, NO, 0, NO, 0 },
	{ "lstat64", LSTAT, NO, 0, NO, 0 },
	{ "newfstatat", NOFOLLOW, 0, 1, 3, 0 },
	{ "fstatat64", NOFOLLOW, 0, 1, 3, 0 },
	{ "statx", NOFOLLOW, 0, 1, 2, 0 },
	{ "access", PATH, NO, 0, NO, 0 },
	{ "faccessat", PATH, 0, 1, NO, 0 },
	{ "faccessat2", NOFOLLOW, 0, 1, 3, 0 },
	{ "getxattr", FAIL, NO, 0, NO, -ENODATA },
	{ "lgetxattr", FAIL, NO, 0, NO, -ENODATA },
	{ "readlink", FAIL, NO, 0, NO, -EINVAL },
	{ "readlinkat", FAIL, 0, 1, NO, -EINVAL },
	{ "llistxattr", FAIL, NO, 0, NO, 0 },
	{ "unlink", FAIL, NO, 0, NO, -EROFS },
	{ "unlinkat", FAIL, 0, 1, NO, -EROFS },
	{ "read", READ, 0, NO, 1, 0 },
	{ "pread64", READ, 0, NO, 1, 0 },
	{ "readv", READV, 0, NO, 1, 0 },
	{ "preadv", FD, 0, NO, NO, -EINVAL },
	{ "preadv2", FD, 0, NO, NO, -EINVAL },
	{ "mmap", FD, 4, NO, NO, -ENODEV },
	{ "mmap2", FD, 4, NO, NO, -ENODEV },
	{ "sendfile", FD, 1, NO, NO, -EINVAL },
	{ "sendfile64", FD, 1, NO, NO, -EINVAL },
	{ "splice", FD, 0, NO, NO, -EINVAL },
	{ "copy_file_range", FD, 0, NO, NO, -EINVAL },
	{ "fchmod", FD, 0, NO, NO, -EROFS },
	{ "fchown", FD, 0, NO, NO, -EROFS },
	{ "io_uring_setup", NEVER, NO, NO, NO, -ENOSYS }, /* makes calls without stops */
};

enum { N_CALLS = sizeof calls / sizeof calls[0] };

static struct numbers numbers[N_CALLS];

static struct stat memory; /* the file in memory */
static char memory_path[64];

/* Reads that the kernel is making of the file in memory. */
static struct reading {
	pid_t tid; /* 0: none */
	const struct call *call;
	struct ptsi_syscall_info info; /* at the SECCOMP stop */
	int64_t at; /* the offset in the file */
} readings[MAX_READS];

static bool is_virtual_path(pid_t tid, int dirfd, uint64_t addr)
{
	char path[PATH_MAX], base[64], all[2 * PATH_MAX] = "/", clean[2 * PATH_MAX] = "";

	if (!read_string(tid, addr, path, sizeof path))
		return false; /* the kernel will say so */
	if (path[0] != '/') {
		if (dirfd == AT_FDCWD)
			snprintf(base, sizeof base, "/proc/%d/cwd", tid);
		else
			snprintf(base, sizeof base, "/proc/%d/fd/%d", tid, dirfd);
		if (readlink(base, all, PATH_MAX - 1) < 0)
			return false;
		strcat(all, "/");
	}
	strcat(all, path);
	for (char *save, *p = strtok_r(all, "/", &save); p; p = strtok_r(NULL, "/", &save)) {
		if (strcmp(p, ".") == 0)
			continue;
		if (strcmp(p, "..") != 0)
			strcat(strcat(clean, "/"), p);
		else if (clean[0])
			*strrchr(clean, '/') = '\0';
	}
	return strcmp(clean, VIRTUAL) == 0;
}

static bool is_virtual_fd(pid_t tid, int fd)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof path, "/proc/%d/fd/%d", tid, fd);
	return fd >= 0 && stat(path, &st) == 0 && st.st_dev == memory.st_dev &&
	       st.st_ino == memory.st_ino;
}

static int64_t offset(pid_t tid, int fd)
{
	char path[64];
	long long at = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", tid, fd);
	f = fopen(path, "re");
	if (f && fscanf(f, "pos: %lld", &at) != 1)
		at = 0;
	if (f)
		fclose(f);
	return at;
}

/* Skip the call with this result. */
static int answer(struct ptsi_tracee *t, int64_t rval)
{
	struct ptsi_syscall_info want = {
		.op = PTSI_SYSCALL_INFO_SKIP,
		.exit = { .rval = rval, .is_error = rval < 0 },
	};

	return ptsi_tracee_set(t, &want) < 0 ? -1 : PTRACE_CONT;
}

static struct reading *find_reading(pid_t tid)
{
	for (struct reading *r = readings; r < readings + MAX_READS; r++)
		if (r->tid == tid)
			return r;
	return NULL;
}

/* Let the call have the file in memory; to its exit stop, where PTSI_KEEP_ARGS does its work. */
static int pass_on(struct ptsi_tracee *t, struct ptsi_syscall_info *want, int path)
{
	/* below the stack, where the kernel reads it before anybody else writes there */
	uint64_t at = (want->stack_pointer - RED_ZONE - sizeof memory_path) & ~(uint64_t)15;

	if (!write_memory(t->tid, at, memory_path, sizeof memory_path))
		return answer(t, -ENOMEM);
	want->seccomp.args[path] = at;
	return ptsi_tracee_set(t, want) < 0 ? -1 : PTRACE_SYSCALL;
}

static int open_virtual(struct ptsi_tracee *t, struct ptsi_syscall_info *want,
			const struct call *call)
{
	uint64_t flags = (uint32_t)want->seccomp.args[call->arg];

	if (call->rule == OPEN2) {
		if (!read_memory(t->tid, want->seccomp.args[call->arg], &flags, sizeof flags))
			return answer(t, -EFAULT);
		want->seccomp.args[3] = 0; /* the mode */
	}
	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return answer(t, -EEXIST);
	if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC))
		return answer(t, -EROFS);
	want->seccomp.args[call->arg] = flags & ~(uint64_t)(O_CREAT | O_NOFOLLOW);
	return pass_on(t, want, call->path);
}

static int start_reading(struct ptsi_tracee *t, const struct ptsi_syscall_info *info,
			 const struct call *call)
{
	const uint64_t *args = info->seccomp.args;
	struct reading *r = find_reading(t->tid);

	if (!r && !(r = find_reading(0)))
		return answer(t, -ENOMEM);
	*r = (struct reading){ .tid = t->tid, .call = call, .info = *info };
	if (strcmp(call->name, "pread64") != 0)
		r->at = offset(t->tid, (int)args[call->fd]);
	else if (abi_of(info->arch) == ABI_32) /* a 64-bit value is two arguments */
		r->at = (int64_t)(args[3] | args[4] << 32);
	else
		r->at = (int64_t)args[3];
	return PTRACE_SYSCALL;
}

/* The buffers of a read, and how many; a vector that has changed since gives what it may. */
static unsigned long buffers(const struct reading *r, struct iovec *v)
{
	uint64_t buf = r->info.seccomp.args[1], n = r->info.seccomp.args[2];
	uint32_t narrow[2 * MAX_VECTOR];

	if (r->call->rule == READ) {
		*v = (struct iovec){ (void *)(uintptr_t)buf, n };
		return 1;
	}
	if (abi_of(r->info.arch) == ABI_64)
		return read_memory(r->tid, buf, v, n * sizeof *v) ? n : 0;
	if (!read_memory(r->tid, buf, narrow, n * 2 * sizeof narrow[0]))
		return 0;
	for (uint64_t i = 0; i < n; i++)
		v[i] = (struct iovec){ (void *)(uintptr_t)narrow[2 * i], narrow[2 * i + 1] };
	return n;
}

/* At the exit stop: n question marks have been read, and MAX_VECTOR is the kernel's limit. */
static int finish_reading(struct ptsi_tracee *t, struct ptsi_syscall_info *info)
{
	struct reading *r = find_reading(t->tid);
	struct iovec remote[MAX_VECTOR], local;
	char text[HELLO_SIZE + 1];

	if (!r)
		return PTRACE_CONT;
	snprintf(text, sizeof text, HELLO, t->tid);
	local = (struct iovec){ text + r->at, (size_t)info->exit.rval };
	if (!info->exit.is_error &&
	    (r->at + info->exit.rval > HELLO_SIZE || /* another thread has moved the offset */
	     process_vm_writev(t->tid, &local, 1, remote, buffers(r, remote), 0) !=
		     info->exit.rval)) {
		info->exit.rval = -EFAULT;
		info->exit.is_error = 1;
	}
	r->tid = 0;
	return ptsi_tracee_set(t, info) < 0 ? -1 : PTRACE_CONT;
}

static int handle(struct ptsi_tracee *t, struct ptsi_syscall_info *want, const struct call *call,
		  int nr_before)
{
	uint64_t *args = want->seccomp.args;
	int fd = call->fd == NO ? AT_FDCWD : (int)args[call->fd];

	if (call->rule == NEVER)
		return answer(t, call->result);
	if (call->path == NO ? !is_virtual_fd(t->tid, fd) :
			       !is_virtual_path(t->tid, fd, args[call->path]))
		return PTRACE_CONT;
	if (call->rule == FD || call->rule == FAIL)
		return answer(t, call->result);
	if (call->rule == READ || call->rule == READV)
		return start_reading(t, want, call);
	if (call->rule == OPEN2 || call->rule == LSTAT)
		want->seccomp.nr = (uint64_t)nr_before;
	if (call->rule == NOFOLLOW)
		args[call->arg] &= ~(uint64_t)AT_SYMLINK_NOFOLLOW;
	if (call->rule == OPEN || call->rule == OPEN2)
		return open_virtual(t, want, call);
	return pass_on(t, want, call->path);
}

static int stop(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info, void *arg)
{
	int abi = abi_of(info->arch);

	(void)arg;
	if (kind == PTSI_STOP_EXIT)
		return finish_reading(t, info);
	for (int i = 0; kind == PTSI_STOP_SECCOMP && i < N_CALLS; i++)
		if (numbers[i].nr[abi] == (int)info->seccomp.nr)
			return handle(t, info, &calls[i], i ? numbers[i - 1].nr[abi] : NO);
	return PTRACE_CONT;
}

/* The file in memory: not empty and not sparse, and nobody's to write to. */
static bool make_memory(void)
{
	char marks[HELLO_SIZE];
	int fd = memfd_create("virtual", MFD_CLOEXEC);

	memset(marks, '?', sizeof marks);
	snprintf(memory_path, sizeof memory_path, "/proc/%d/fd/%d", getpid(), fd);
	return fd >= 0 && write(fd, marks, sizeof marks) == (ssize_t)sizeof marks &&
	       fchmod(fd, 0444) == 0 && fstat(fd, &memory) == 0;
}

int main(int argc, char **argv)
{
	const struct follower how = { .prepare = install_filter, .stop = stop, .flags = PTSI_KEEP_ARGS };
	int first = 1;

	if (argc > 1 && strcmp(argv[1], "--kernel") == 0 && first++)
		ptsi_use(PTSI_KERNEL);
	else if (argc > 1 && strcmp(argv[1], "--registers") == 0 && first++)
		ptsi_use(PTSI_REGISTERS);
	if (first < argc && strcmp(argv[first], "--") == 0)
		first++;
	if (first >= argc) {
		fprintf(stderr, "usage: virtual [--kernel|--registers] -- COMMAND [ARG]...\n");
		return 125;
	}
	if (!make_memory()) {
		perror("virtual: memfd");
		return 125;
	}
	for (int i = 0; i < N_CALLS; i++)
		numbers[i] = trace_call(calls[i].name);
	return follow(argv + first, &how);
}
