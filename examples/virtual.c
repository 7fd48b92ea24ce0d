// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * virtual: run a command that sees a file which is nowhere.
 *
 *	virtual [--kernel|--registers] COMMAND [ARG]...
 *
 * The command, and all that it starts, can open, stat and read /virtual/hello; everything else
 * is passed on.
 *
 * A virtual file needs descriptors that behave as others do: numbers, dup, fork, close-on-exec, the
 * offset.  The kernel does all of that if there is something to open, so there is a file in memory
 * that has the right size and nothing in it.  A call with the virtual path gets that file's path,
 * and lseek, fstat, dup and close need no help.  Reads are skipped, and their bytes come from this
 * program.  Skipped as well are calls that would change the file (EROFS), and those that would take
 * its bytes past this program (mmap, sendfile...), with the error that makes programs read instead.
 * Calls that aren't in the table below find no such file.
 *
 * 32-bit code and threads are covered, except that int $0x80 in 64-bit code, whose pointers don't
 * reach the stack, finds no such file.  Paths are compared as they are written: symlinks to
 * /virtual/hello are not followed, and the directory can't be listed or entered.  The path of the
 * file in memory is put below the stack, so code that runs with less than 200 bytes of stack left
 * loses what is there.  Reads need Linux 5.6, and that the process's first thread hasn't exited.
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
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "calls.h"
#include "follow.h"

#define VIRTUAL "/virtual/hello"
#define HELLO   "Hello from the tracer\n"
enum { HELLO_SIZE = sizeof HELLO - 1 };

enum rule {
	PATH,     /* the call gets the path of the file in memory */
	OPEN,     /* as PATH, if args[arg] doesn't ask for writing */
	OPEN2,    /* as OPEN, but with its flags in a struct; becomes the call of the row before */
	NOFOLLOW, /* as PATH, without AT_SYMLINK_NOFOLLOW in args[arg]: the new path is a link */
	LSTAT,    /* as PATH, but becomes the call of the row before, for the same reason */
	ACCESS,   /* as PATH, if args[arg] doesn't ask for writing; the next one has flags */
	FAIL,     /* with the path the call is skipped, and has this result */
	READ,     /* args[1] is the buffer, args[2] its size */
	READV,    /* args[1] is the vector, args[2] its length */
	PREAD,    /* as READ, at the offset args[3] */
	PREADV,
	PREADV2, /* as PREADV; -1 means the descriptor's offset, and args[5] has flags */
	FD,      /* with the file in args[fd] the call is skipped, and has this result */
	NEVER,   /* the call is skipped, and has this result */
};
enum { NO = -1, MAX_VECTOR = 1024, RED_ZONE = 128 };

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
	{ "access", ACCESS, NO, 0, 1, 0 },
	{ "faccessat", ACCESS, 0, 1, 2, 0 },
	{ "faccessat2", ACCESS, 0, 1, 2, 0 },
	{ "getxattr", FAIL, NO, 0, NO, -ENODATA },
	{ "getxattr", FAIL, NO, 0, NO, -ENODATA },
	{ "lgetxattr", FAIL, NO, 0, NO, -ENODATA },
	{ "readlink", FAIL, NO, 0, NO, -EINVAL },
	{ "readlinkat", FAIL, 0, 1, NO, -EINVAL },
	{ "llistxattr", FAIL, NO, 0, NO, 0 },
	{ "unlink", FAIL, NO, 0, NO, -EROFS },
	{ "unlinkat", FAIL, 0, 1, NO, -EROFS },
	{ "truncate", FAIL, NO, 0, NO, -EROFS },
	{ "read", READ, 0, NO, NO, 0 },
	{ "pread64", PREAD, 0, NO, NO, 0 },
	{ "readv", READV, 0, NO, NO, 0 },
	{ "preadv", PREADV, 0, NO, NO, 0 },
	{ "preadv2", PREADV2, 0, NO, NO, 0 },
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

static bool is_virtual_path(pid_t tid, int dirfd, uint64_t addr)
{
	char path[PATH_MAX], base[64], all[2 * PATH_MAX] = "/", clean[2 * PATH_MAX] = "";

	if (!read_string(tid, addr, path, sizeof path))
		return false; /* the kernel will find that, too, and fail the call */
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

/* The process that a thread belongs to. */
static pid_t process(pid_t tid)
{
	char line[256];
	int pid = tid;
	FILE *f;

	snprintf(line, sizeof line, "/proc/%d/status", tid);
	f = fopen(line, "re");
	while (f && fgets(line, sizeof line, f) && sscanf(line, "Tgid: %d", &pid) != 1)
		;
	if (f)
		fclose(f);
	return pid;
}

/* Open a descriptor of the tracee's here, too; the two share one offset. */
static int share(pid_t tid, int fd)
{
	int pidfd = (int)syscall(SYS_pidfd_open, process(tid), 0);
	int shared = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);

	close(pidfd);
	return shared;
}

/* Skip the call, and give it this result. */
static int answer(struct ptsi_tracee *t, int64_t rval)
{
	struct ptsi_syscall_info want = {
		.op = PTSI_SYSCALL_INFO_SKIP,
		.exit = { .rval = rval, .is_error = rval < 0 },
	};

	return ptsi_tracee_set(t, &want) < 0 ? -1 : PTRACE_CONT;
}

/*
 * Give the call the path of the file in memory, and resume it to its exit stop, where
 * PTSI_KEEP_ARGS puts the argument back.
 */
static int pass_on(struct ptsi_tracee *t, struct ptsi_syscall_info *want, int path)
{
	/* this is below the stack, where the kernel reads it before anybody else writes there */
	uint64_t at = (want->stack_pointer - RED_ZONE - sizeof memory_path) & ~(uint64_t)15;

	if (!write_memory(t->tid, at, memory_path, sizeof memory_path))
		return answer(t, -ENOMEM);
	want->seccomp.args[path] = at;
	if (ptsi_tracee_set(t, want) == 0)
		return PTRACE_SYSCALL;
	return errno == ERANGE ? PTRACE_CONT : -1; /* ERANGE: int $0x80 in 64-bit code */
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

/* Get the buffers of a read.  Returns the number of them, or a negative errno. */
static long buffers(pid_t tid, const struct ptsi_syscall_info *info, bool vector, struct iovec *v)
{
	uint64_t buf = info->seccomp.args[1], n = info->seccomp.args[2];
	uint32_t narrow[2 * MAX_VECTOR];

	if (!vector) {
		*v = (struct iovec){ (void *)(uintptr_t)buf, n };
		return 1;
	}
	if (n > MAX_VECTOR)
		return -EINVAL;
	if (abi_of(info->arch) == ABI_64)
		return read_memory(tid, buf, v, n * sizeof *v) ? (long)n : -EFAULT;
	if (!read_memory(tid, buf, narrow, n * 2 * sizeof narrow[0]))
		return -EFAULT;
	for (uint64_t i = 0; i < n; i++)
		v[i] = (struct iovec){ (void *)(uintptr_t)narrow[2 * i], narrow[2 * i + 1] };
	return (long)n;
}

/* Read for the tracee.  Returns the call's result, a number of bytes or a negative errno. */
static int64_t read_virtual(pid_t tid, const struct ptsi_syscall_info *info, enum rule rule, int fd)
{
	const uint64_t *args = info->seccomp.args;
	bool here = rule == READ || rule == READV, vector = rule == READV || rule >= PREADV;
	struct iovec remote[MAX_VECTOR], local;
	long count = buffers(tid, info, vector, remote);
	int64_t at = (int64_t)args[3], n;

	if (abi_of(info->arch) == ABI_32) /* the offset is in two arguments */
		at = (int64_t)(args[3] | args[4] << 32);
	if (rule == PREADV2 && args[5])
		return -EOPNOTSUPP;
	if (here || (rule == PREADV2 && at == -1))
		at = lseek(fd, 0, SEEK_CUR), here = true;
	if (at < 0)
		return here ? -EBADF : -EINVAL; /* EBADF: it was opened with O_PATH */
	if (count < 0)
		return count;
	if (at >= HELLO_SIZE)
		return 0;
	local = (struct iovec){ &HELLO[at], (size_t)(HELLO_SIZE - at) };
	n = process_vm_writev(tid, &local, 1, remote, (unsigned long)count, 0);
	if (n < 0)
		return -errno;
	if (here)
		lseek(fd, n, SEEK_CUR);
	return n;
}

static int answer_read(struct ptsi_tracee *t, const struct ptsi_syscall_info *info,
		       const struct call *call)
{
	int fd = share(t->tid, (int)info->seccomp.args[call->fd]);
	int64_t rval = fd < 0 ? -EIO : read_virtual(t->tid, info, call->rule, fd);

	close(fd);
	return answer(t, rval);
}

static int handle(struct ptsi_tracee *t, struct ptsi_syscall_info *want, const struct call *call,
		  int nr_before)
{
	uint64_t *args = want->seccomp.args;
	int fd = call->fd == NO ? AT_FDCWD : (int)args[call->fd];

	if (call->rule != NEVER &&
	    (call->path == NO ? !is_virtual_fd(t->tid, fd)
			      : !is_virtual_path(t->tid, fd, args[call->path])))
		return PTRACE_CONT;
	if (call->rule == FD || call->rule == FAIL || call->rule == NEVER)
		return answer(t, call->result);
	if (call->rule >= READ && call->rule <= PREADV2)
		return answer_read(t, want, call);
	if (call->rule == OPEN2 || call->rule == LSTAT)
		want->seccomp.nr = (uint64_t)nr_before;
	if (call->rule == ACCESS && (args[call->arg] & W_OK))
		return answer(t, -EROFS);
	if (call->rule == NOFOLLOW || call->rule == ACCESS)
		args[call->arg + (call->rule == ACCESS)] &= ~(uint64_t)AT_SYMLINK_NOFOLLOW;
	if (call->rule == OPEN || call->rule == OPEN2)
		return open_virtual(t, want, call);
	return pass_on(t, want, call->path);
}

static int stop(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info, void *arg)
{
	int abi = abi_of(info->arch);

	(void)arg;
	if (kind == PTSI_STOP_ENTRY) /* before Linux 4.8 it comes after the SECCOMP stop */
		return PTRACE_SYSCALL;
	for (int i = 0; kind == PTSI_STOP_SECCOMP && i < N_CALLS; i++)
		if (numbers[i].nr[abi] == (int)info->seccomp.nr)
			return handle(t, info, &calls[i], i ? numbers[i - 1].nr[abi] : NO);
	return PTRACE_CONT;
}

/* Make the file in memory, which nobody can write to. */
static bool make_memory(void)
{
	int fd = memfd_create("virtual", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	snprintf(memory_path, sizeof memory_path, "/proc/%d/fd/%d", getpid(), fd);
	return fd >= 0 && ftruncate(fd, HELLO_SIZE) == 0 && fchmod(fd, 0444) == 0 &&
	       fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) ==
		       0 &&
	       fstat(fd, &memory) == 0;
}

int main(int argc, char **argv)
{
	const struct follower how = { .prepare = install_filter,
				      .stop = stop,
				      .flags = PTSI_KEEP_ARGS };
	int first = 1;

	if (argc > 1 && strcmp(argv[1], "--kernel") == 0 && first++)
		ptsi_use(PTSI_KERNEL);
	else if (argc > 1 && strcmp(argv[1], "--registers") == 0 && first++)
		ptsi_use(PTSI_REGISTERS);
	if (first >= argc || argv[first][0] == '-') {
		fprintf(stderr, "usage: virtual [--kernel|--registers] COMMAND [ARG]...\n");
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
