// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * deny: run a command that may write only below given directories.
 *
 *	deny [--kernel|--registers] -w DIR [-w DIR]... -- COMMAND [ARG]...
 *
 * Calls that create, change or remove files elsewhere fail with EACCES, and so do those whose
 * arguments can't be read.  A few that have no place in a sandbox fail with EPERM.  A few devices
 * may be opened for writing.  32-bit code and threads are covered; a program of any other ABI is
 * killed.
 *
 * A ptrace sandbox can't be perfect: a path is read from the tracee's memory here and once more by
 * the kernel, and in between another thread may rewrite the string, or anybody may swap a symlink,
 * which passes the check.  This keeps honest programs (a build, a test suite) in their place; it
 * doesn't hold a hostile one.
 * Files that were open when the command was started stay writable, as does what is mapped.
 * Names that sockets are bound to and ioctls aren't looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "follow.h"

/* What a call does with the last component of its path, or which of its arguments tells that. */
enum rule {
	NAME,      /* changes the name itself, which is an entry of its directory */
	TARGET,    /* changes what the name leads to */
	LINK,      /* as TARGET, but changes a symlink itself */
	CREATE,    /* as TARGET, by opening it for writing */
	MAKE,      /* as NAME, but may find it there already: mkdir -p needs its EEXIST */
	BY_FLAGS,  /* as TARGET, unless AT_SYMLINK_NOFOLLOW is in args[flags] */
	BY_FOLLOW, /* as NAME, unless AT_SYMLINK_FOLLOW is in args[flags] */
	BY_OPEN,   /* has the flags of open(2) in args[flags] */
	BY_HOW,    /* has a struct open_how at args[flags] */
	OPENED,    /* has no path, and changes what is open in args[dirfd] */
	NEVER,     /* fails with EPERM */
};

enum { CWD = -1 };

static const struct call {
	const char *name;
	enum rule rule;
	int dirfd, path, flags; /* which arguments; CWD: the path is relative to the cwd */
} calls[] = {
	{ "open", BY_OPEN, CWD, 0, 1 },
	{ "openat", BY_OPEN, 0, 1, 2 },
	{ "openat2", BY_HOW, 0, 1, 2 },
	{ "creat", CREATE, CWD, 0, 0 },
	{ "truncate", TARGET, CWD, 0, 0 },
	{ "truncate64", TARGET, CWD, 0, 0 },
	{ "mkdir", MAKE, CWD, 0, 0 },
	{ "mkdirat", MAKE, 0, 1, 0 },
	{ "mknod", NAME, CWD, 0, 0 },
	{ "mknodat", NAME, 0, 1, 0 },
	{ "rmdir", NAME, CWD, 0, 0 },
	{ "unlink", NAME, CWD, 0, 0 },
	{ "unlinkat", NAME, 0, 1, 0 },
	{ "rename", NAME, CWD, 0, 0 },
	{ "rename", NAME, CWD, 1, 0 },
	{ "renameat", NAME, 0, 1, 0 },
	{ "renameat", NAME, 2, 3, 0 },
	{ "renameat2", NAME, 0, 1, 0 },
	{ "renameat2", NAME, 2, 3, 0 },
	{ "link", NAME, CWD, 0, 0 }, /* or a file elsewhere gets a name where it may be written */
	{ "link", NAME, CWD, 1, 0 },
	{ "linkat", BY_FOLLOW, 0, 1, 4 },
	{ "linkat", NAME, 2, 3, 0 },
	{ "symlink", NAME, CWD, 1, 0 },
	{ "symlinkat", NAME, 1, 2, 0 },
	{ "chmod", TARGET, CWD, 0, 0 },
	{ "fchmodat", TARGET, 0, 1, 0 },
	{ "fchmodat2", BY_FLAGS, 0, 1, 3 },
	{ "fchmod", OPENED, 0, 0, 0 },
	{ "chown", TARGET, CWD, 0, 0 },
	{ "chown32", TARGET, CWD, 0, 0 },
	{ "lchown", LINK, CWD, 0, 0 },
	{ "lchown32", LINK, CWD, 0, 0 },
	{ "fchownat", BY_FLAGS, 0, 1, 4 },
	{ "fchown", OPENED, 0, 0, 0 },
	{ "fchown32", OPENED, 0, 0, 0 },
	{ "utime", TARGET, CWD, 0, 0 },
	{ "utimes", TARGET, CWD, 0, 0 },
	{ "futimesat", TARGET, 0, 1, 0 },
	{ "utimensat", BY_FLAGS, 0, 1, 3 },
	{ "utimensat_time64", BY_FLAGS, 0, 1, 3 },
	{ "setxattr", TARGET, CWD, 0, 0 },
	{ "lsetxattr", LINK, CWD, 0, 0 },
	{ "fsetxattr", OPENED, 0, 0, 0 },
	{ "setxattrat", BY_FLAGS, 0, 1, 2 },
	{ "removexattr", TARGET, CWD, 0, 0 },
	{ "lremovexattr", LINK, CWD, 0, 0 },
	{ "fremovexattr", OPENED, 0, 0, 0 },
	{ "removexattrat", BY_FLAGS, 0, 1, 2 },
	{ "file_setattr", BY_FLAGS, 0, 1, 4 },
	{ "chroot", NEVER, 0, 0, 0 },
	{ "pivot_root", NEVER, 0, 0, 0 },
	{ "mount", NEVER, 0, 0, 0 },
	{ "umount2", NEVER, 0, 0, 0 },
	{ "move_mount", NEVER, 0, 0, 0 },
	{ "open_by_handle_at", NEVER, 0, 0, 0 },
	{ "io_uring_setup", NEVER, 0, 0, 0 }, /* makes calls that no stop is reported for */
};

enum { N_CALLS = sizeof calls / sizeof calls[0], MAX_DIRS = 64, MAX_LINKS = 40 };

static struct numbers numbers[N_CALLS];

static const char *const devices[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/tty" };

static char allowed[MAX_DIRS][PATH_MAX];
static int n_allowed;

static bool is_device(const char *path)
{
	for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
		if (strcmp(path, devices[i]) == 0)
			return true;
	return false;
}

/*
 * Whether path is in an allowed directory.  Such a directory's own name isn't, as it is an entry of
 * the one above.
 */
static bool is_allowed(const char *path, bool name)
{
	for (int i = 0; i < n_allowed; i++) {
		size_t len = strlen(allowed[i]);

		if (strncmp(path, allowed[i], len) != 0)
			continue;
		if (path[len] == '/' || len == 1 || (path[len] == '\0' && !name))
			return true;
	}
	return false;
}

static bool append(char *path, const char *component, size_t len)
{
	size_t n = strlen(path);

	if (n == 1 && path[0] == '/')
		n = 0;
	if (n + 1 + len >= PATH_MAX)
		return false;
	path[n] = '/';
	memcpy(path + n + 1, component, len);
	path[n + 1 + len] = '\0';
	return true;
}

static bool read_link(const char *path, char *to)
{
	ssize_t n = readlink(path, to, PATH_MAX - 1);

	if (n < 0)
		return false;
	to[n] = '\0';
	return true;
}

/*
 * Put into at, which has the directory that path is relative to, where path leads, without
 * symlinks, "." and "..".  What doesn't exist is taken by its name: it is about to be created, or
 * the call will fail by itself.  A link to what is in no directory (an open pipe in /proc/PID/fd)
 * gives "".  rest is for what is still to be followed.  Returns false if it can't tell.
 */
static bool resolve(pid_t tid, char *at, const char *path, bool follow, char *rest)
{
	int links = 0;

	if (strlen(path) >= PATH_MAX)
		return false;
	memmove(rest, path, strlen(path) + 1);
	if (*rest == '/')
		strcpy(at, "/");
	for (char *p = rest; p += strspn(p, "/"), *p != '\0';) {
		size_t len = strcspn(p, "/");
		bool last = p[len + strspn(p + len, "/")] == '\0';
		char link[PATH_MAX], *slash;
		struct stat st;

		if ((len == 1 && p[0] == '.') || (len == 2 && memcmp(p, "..", 2) == 0)) {
			slash = strrchr(at, '/');
			if (len == 2)
				slash == at ? (void)(at[1] = '\0') : (void)(*slash = '\0');
			p += len;
			continue;
		}
		if (!append(at, p, len))
			return false;
		if (strcmp(at, "/proc/self") == 0 || strcmp(at, "/proc/thread-self") == 0)
			sprintf(at, "/proc/%d", tid); /* as the tracee would see it */
		p += len;
		if (lstat(at, &st) != 0 || !S_ISLNK(st.st_mode) || (last && !follow && *p == '\0'))
			continue;
		if (++links > MAX_LINKS || !read_link(at, link))
			return false;
		if (strncmp(at, "/proc/", 6) == 0 && link[0] != '/') {
			at[0] = '\0';
			return last;
		}
		if (strlen(link) + strlen(p) + 2 > PATH_MAX)
			return false;
		memmove(rest + strlen(link), p, strlen(p) + 1);
		memcpy(rest, link, strlen(link));
		p = rest;
		slash = strrchr(at, '/');
		if (link[0] == '/' || slash == at)
			strcpy(at, "/");
		else
			*slash = '\0';
	}
	return true;
}

/* Whether what is open in a descriptor may be changed.  Pipes and the like always may. */
static bool may_change_opened(pid_t tid, int fd)
{
	char path[64], at[PATH_MAX];

	snprintf(path, sizeof path, "/proc/%d/fd/%d", tid, fd);
	return read_link(path, at) && (at[0] != '/' || is_allowed(at, false));
}

static bool may_change(pid_t tid, const struct call *call, const uint64_t *args, bool follow)
{
	char path[PATH_MAX], at[PATH_MAX], base[64], rest[2 * PATH_MAX];
	int dirfd = call->dirfd == CWD ? AT_FDCWD : (int)args[call->dirfd];
	struct stat st;

	if (call->rule == OPENED || (dirfd != AT_FDCWD && !args[call->path]))
		return may_change_opened(tid, dirfd);
	if (!read_string(tid, args[call->path], path, sizeof path))
		return false;
	if (path[0] == '\0' && dirfd != AT_FDCWD) /* without AT_EMPTY_PATH it fails */
		return may_change_opened(tid, dirfd);
	if (dirfd == AT_FDCWD)
		snprintf(base, sizeof base, "/proc/%d/cwd", tid);
	else
		snprintf(base, sizeof base, "/proc/%d/fd/%d", tid, dirfd);
	if (path[0] != '/' && (!read_link(base, at) || at[0] != '/'))
		return false;
	if (!resolve(tid, at, path, follow, rest))
		return false;
	if (at[0] == '\0' ||
	    is_allowed(at, call->rule == NAME || call->rule == MAKE || call->rule == BY_FOLLOW))
		return true;
	if (call->rule == MAKE)
		return lstat(at, &st) == 0;
	return (call->rule == CREATE || call->rule == BY_OPEN || call->rule == BY_HOW) &&
	       is_device(at);
}

static bool opens_for_writing(uint64_t flags)
{
	return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC));
}

static int verdict(pid_t tid, const struct call *call, const uint64_t *args)
{
	struct open_how how = { .flags = 0 };
	bool follow = call->rule == TARGET || call->rule == CREATE;

	switch (call->rule) {
	case NEVER:
		return EPERM;
	case BY_FLAGS:
		follow = !(args[call->flags] & AT_SYMLINK_NOFOLLOW);
		break;
	case BY_FOLLOW:
		follow = args[call->flags] & AT_SYMLINK_FOLLOW;
		break;
	case BY_OPEN:
	case BY_HOW:
		how.flags = (uint32_t)args[call->flags];
		if (call->rule == BY_HOW && !read_memory(tid, args[call->flags], &how, sizeof how))
			return EACCES;
		if (!opens_for_writing(how.flags))
			return 0;
		if (how.resolve & RESOLVE_IN_ROOT) /* resolve() knows no other root */
			return EACCES;
		follow = !(how.flags & O_NOFOLLOW) &&
			 (how.flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
		break;
	default:
		break;
	}
	return may_change(tid, call, args, follow) ? 0 : EACCES;
}

static int stop(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info, void *arg)
{
	struct ptsi_syscall_info denied = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.is_error = 1 };
	int abi = abi_of(info->arch), err = 0;

	(void)arg;
	if (kind != PTSI_STOP_SECCOMP)
		return PTRACE_CONT;
	for (int i = 0; i < N_CALLS && !err; i++)
		if (numbers[i].nr[abi] == (int)info->seccomp.nr)
			err = verdict(t->tid, &calls[i], info->seccomp.args);
	if (!err)
		return PTRACE_CONT;
	denied.exit.rval = -err;
	return ptsi_tracee_set(t, &denied) < 0 ? -1 : PTRACE_CONT;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "registers", no_argument, NULL, 'r' },
		{ "kernel", no_argument, NULL, 'k' },
		{ NULL, 0, NULL, 0 },
	};
	const struct follower how = { .prepare = install_filter, .stop = stop };
	int opt;

	while ((opt = getopt_long(argc, argv, "+w:", options, NULL)) != -1 && opt != '?') {
		if (opt != 'w') {
			ptsi_use(opt == 'r' ? PTSI_REGISTERS : PTSI_KERNEL);
		} else if (n_allowed == MAX_DIRS || !realpath(optarg, allowed[n_allowed++])) {
			fprintf(stderr, "deny: %s: %s\n", optarg, strerror(errno));
			return 125;
		}
	}
	if (opt == '?' || optind == argc) {
		fprintf(stderr, "usage: deny [--kernel|--registers] -w DIR [-w DIR]... -- "
				"COMMAND [ARG]...\n");
		return 125;
	}
	for (int i = 0; i < N_CALLS; i++)
		numbers[i] = trace_call(calls[i].name);
	return follow(argv + optind, &how);
}
