// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * paths: every call that changes files by name, each on a file of its own, named in every way.
 *
 *	paths setup DIR OTHER		make the files
 *	paths run DIR OTHER [thread]	make the calls on them; a line each: CALL/NAMING RESULT
 *	paths in-root DIR OTHER		the same for openat2 with RESOLVE_IN_ROOT
 *	paths xattrs DIR		does a file there take user attributes? 0: yes
 *	paths never			calls that a sandbox may not let through; a line each
 *
 * OTHER is a directory for what has two names, and for symlinks to DIR and what is in it.  The
 * result is 0 or a negative errno.  Whether it is right is for the caller to know.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "raw.h"

/* i386 numbers are in <asm/unistd_32.h>, which old headers may lack the newest of. */
#ifndef __NR_openat2
#define __NR_openat2 437
#endif
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif
#ifndef __NR_setxattrat
#define __NR_setxattrat 463
#endif
#ifndef __NR_removexattrat
#define __NR_removexattrat 466
#endif

/* Static: -DINT80 hands over addresses below 4 GiB only. */
static char dir[2048], other[2048], name[4096], name2[4096];
static char value[] = "value", attribute[] = "user.ptsi", empty[] = "";
static struct open_how how;
#ifdef SIX_ARGS
static struct {
	uint64_t value;
	uint32_t size, flags;
} xattr_args;
#endif
static int uid, gid;

enum naming {
	ABSOLUTE,   /* DIR/x */
	RELATIVE,   /* x, in DIR */
	DOTDOT,     /* sub/../x, in DIR */
	LINKED_DIR, /* OTHER/to-dir/x, a symlink to DIR */
	PROC,       /* /proc/self/cwd/x */
	LINKED,     /* OTHER/to-x, a symlink to it */
	CHAIN,      /* OTHER/chain-x, a relative symlink to that */
	DIRFD,      /* x, in a directory descriptor */
	PATH_DIRFD, /* x, in one that was opened with O_PATH */
	FD_LINK,    /* /proc/self/fd/N, which is open for reading */
	N_NAMINGS,
};

static const char *const namings[] = { "absolute", "relative", "dotdot", "linked-dir", "proc",
				       "linked",   "chain",    "dirfd",  "path-dirfd", "fd-link" };

enum {
	AT = 1,      /* takes a directory descriptor */
	FOLLOWS = 2, /* takes a symlink to the file for the file */
	FD = 4,      /* takes no name but the file open for reading */
};

/* at is AT_FDCWD or a directory descriptor; both names are in static memory. */
typedef long make_call(int at, const char *path, const char *path2);

#define CALL(fn, ...)                                                                              \
	static long call_##fn(int at, const char *path, const char *path2)                         \
	{                                                                                          \
		(void)at, (void)path, (void)path2;                                                 \
		return raw(__VA_ARGS__);                                                           \
	}

static long with_how(int at, const char *path, uint64_t flags, uint64_t resolve)
{
	how = (struct open_how){ .flags = flags,
				 .mode = flags & O_CREAT ? 0644 : 0,
				 .resolve = resolve };
	return raw(__NR_openat2, at, path, &how, sizeof how);
}

#ifdef __NR_open
CALL(open_write, __NR_open, path, O_WRONLY)
CALL(open_rdwr, __NR_open, path, O_RDWR)
CALL(open_trunc, __NR_open, path, O_RDONLY | O_TRUNC)
CALL(open_creat, __NR_open, path, O_RDONLY | O_CREAT, 0644)
CALL(open_excl, __NR_open, path, O_WRONLY | O_CREAT | O_EXCL, 0644)
CALL(open_tmpfile, __NR_open, path, O_WRONLY | O_TMPFILE, 0644)
CALL(creat_new, __NR_creat, path, 0644)
CALL(creat_old, __NR_creat, path, 0644)
CALL(mkdir, __NR_mkdir, path, 0755)
CALL(mknod, __NR_mknod, path, S_IFIFO | 0644, 0)
CALL(rmdir, __NR_rmdir, path)
CALL(unlink, __NR_unlink, path)
CALL(rename_from, __NR_rename, path, path2)
CALL(rename_to, __NR_rename, path2, path)
CALL(link_from, __NR_link, path, path2)
CALL(link_to, __NR_link, path2, path)
CALL(symlink, __NR_symlink, value, path)
CALL(chmod, __NR_chmod, path, 0600)
CALL(chown, __NR_chown, path, uid, gid)
CALL(lchown, __NR_lchown, path, uid, gid)
CALL(utime, __NR_utime, path, 0)
CALL(utimes, __NR_utimes, path, 0)
CALL(futimesat, __NR_futimesat, at, path, 0)
#endif
#ifdef __NR_renameat
CALL(renameat_from, __NR_renameat, at, path, AT_FDCWD, path2)
CALL(renameat_to, __NR_renameat, AT_FDCWD, path2, at, path)
#endif
#ifdef __NR_truncate64
CALL(truncate64, __NR_truncate64, path, 1, 0)
#endif
#ifdef __NR_chown32
CALL(chown32, __NR_chown32, path, uid, gid)
CALL(lchown32, __NR_lchown32, path, uid, gid)
CALL(fchown32, __NR_fchown32, at, uid, gid)
#endif
#ifdef __NR_utimensat_time64
CALL(utimensat_time64, __NR_utimensat_time64, at, path, 0, 0)
#endif
CALL(openat_write, __NR_openat, at, path, O_WRONLY)
CALL(openat_creat, __NR_openat, at, path, O_RDONLY | O_CREAT, 0644)
CALL(truncate, __NR_truncate, path, 1)
CALL(mkdirat, __NR_mkdirat, at, path, 0755)
CALL(mknodat, __NR_mknodat, at, path, S_IFIFO | 0644, 0)
CALL(unlinkat, __NR_unlinkat, at, path, 0)
CALL(unlinkat_dir, __NR_unlinkat, at, path, AT_REMOVEDIR)
CALL(renameat2_from, __NR_renameat2, at, path, AT_FDCWD, path2, 0)
CALL(renameat2_to, __NR_renameat2, AT_FDCWD, path2, at, path, 0)
CALL(linkat_from, __NR_linkat, at, path, AT_FDCWD, path2, AT_SYMLINK_FOLLOW)
CALL(linkat_to, __NR_linkat, AT_FDCWD, path2, at, path, 0)
CALL(symlinkat, __NR_symlinkat, value, at, path)
CALL(fchmod, __NR_fchmod, at, 0600)
CALL(fchmodat, __NR_fchmodat, at, path, 0600)
CALL(fchmodat2, __NR_fchmodat2, at, path, 0600, 0)
CALL(fchown, __NR_fchown, at, uid, gid)
CALL(fchownat, __NR_fchownat, at, path, uid, gid, 0)
CALL(fchownat_nofollow, __NR_fchownat, at, path, uid, gid, AT_SYMLINK_NOFOLLOW)
CALL(fchownat_empty, __NR_fchownat, at, empty, uid, gid, AT_EMPTY_PATH)
CALL(utimensat, __NR_utimensat, at, path, 0, 0)
CALL(utimensat_fd, __NR_utimensat, at, 0, 0, 0)
CALL(setxattr, __NR_setxattr, path, attribute, value, 1, 0)
CALL(lsetxattr, __NR_lsetxattr, path, attribute, value, 1, 0)
CALL(fsetxattr, __NR_fsetxattr, at, attribute, value, 1, 0)
CALL(removexattr, __NR_removexattr, path, attribute)
CALL(lremovexattr, __NR_lremovexattr, path, attribute)
CALL(fremovexattr, __NR_fremovexattr, at, attribute)
CALL(removexattrat, __NR_removexattrat, at, path, 0, attribute)

static long call_openat2_write(int at, const char *path, const char *path2)
{
	(void)path2;
	return with_how(at, path, O_WRONLY, 0);
}

static long call_openat2_creat(int at, const char *path, const char *path2)
{
	(void)path2;
	return with_how(at, path, O_RDONLY | O_CREAT, 0);
}

#ifdef SIX_ARGS
static long call_setxattrat(int at, const char *path, const char *path2)
{
	(void)path2;
	xattr_args.value = (uint64_t)(uintptr_t)value;
	xattr_args.size = 1;
	return raw(__NR_setxattrat, at, path, 0, attribute, &xattr_args, sizeof xattr_args);
}
#endif

/* What has to be there before: a file, one with the attribute, a directory, nothing. */
enum before { FILE_, ATTRIBUTE, DIR_, NOTHING };

#define ROW(name, before, takes)                                                                   \
	{                                                                                          \
#name, call_##name, before, takes                                                  \
	}

static const struct op {
	const char *name;
	make_call *call;
	enum before before;
	int takes;
} ops[] = {
#ifdef __NR_open
	ROW(open_write, FILE_, FOLLOWS),
	ROW(open_rdwr, FILE_, FOLLOWS),
	ROW(open_trunc, FILE_, FOLLOWS),
	ROW(open_creat, NOTHING, FOLLOWS),
	ROW(open_excl, NOTHING, 0),
	ROW(open_tmpfile, DIR_, FOLLOWS),
	ROW(creat_new, NOTHING, FOLLOWS),
	ROW(creat_old, FILE_, FOLLOWS),
	ROW(mkdir, NOTHING, 0),
	ROW(mknod, NOTHING, 0),
	ROW(rmdir, DIR_, 0),
	ROW(unlink, FILE_, 0),
	ROW(rename_from, FILE_, 0),
	ROW(rename_to, NOTHING, 0),
	ROW(link_from, FILE_, 0),
	ROW(link_to, NOTHING, 0),
	ROW(symlink, NOTHING, 0),
	ROW(chmod, FILE_, FOLLOWS),
	ROW(chown, FILE_, FOLLOWS),
	ROW(lchown, FILE_, 0),
	ROW(utime, FILE_, FOLLOWS),
	ROW(utimes, FILE_, FOLLOWS),
	ROW(futimesat, FILE_, AT | FOLLOWS),
#endif
#ifdef __NR_renameat
	ROW(renameat_from, FILE_, AT),
	ROW(renameat_to, NOTHING, AT),
#endif
#ifdef __NR_truncate64
	ROW(truncate64, FILE_, FOLLOWS),
#endif
#ifdef __NR_chown32
	ROW(chown32, FILE_, FOLLOWS),
	ROW(lchown32, FILE_, 0),
	ROW(fchown32, FILE_, FD),
#endif
#ifdef __NR_utimensat_time64
	ROW(utimensat_time64, FILE_, AT | FOLLOWS),
#endif
	ROW(openat_write, FILE_, AT | FOLLOWS),
	ROW(openat_creat, NOTHING, AT | FOLLOWS),
	ROW(openat2_write, FILE_, AT | FOLLOWS),
	ROW(openat2_creat, NOTHING, AT | FOLLOWS),
	ROW(truncate, FILE_, FOLLOWS),
	ROW(mkdirat, NOTHING, AT),
	ROW(mknodat, NOTHING, AT),
	ROW(unlinkat, FILE_, AT),
	ROW(unlinkat_dir, DIR_, AT),
	ROW(renameat2_from, FILE_, AT),
	ROW(renameat2_to, NOTHING, AT),
	ROW(linkat_from, FILE_, AT | FOLLOWS),
	ROW(linkat_to, NOTHING, AT),
	ROW(symlinkat, NOTHING, AT),
	ROW(fchmod, FILE_, FD),
	ROW(fchmodat, FILE_, AT | FOLLOWS),
	ROW(fchmodat2, FILE_, AT | FOLLOWS),
	ROW(fchown, FILE_, FD),
	ROW(fchownat, FILE_, AT | FOLLOWS),
	ROW(fchownat_nofollow, FILE_, AT),
	ROW(fchownat_empty, FILE_, FD),
	ROW(utimensat, FILE_, AT | FOLLOWS),
	ROW(utimensat_fd, FILE_, FD),
	ROW(setxattr, FILE_, FOLLOWS),
	ROW(lsetxattr, FILE_, 0),
	ROW(fsetxattr, FILE_, FD),
#ifdef SIX_ARGS
	ROW(setxattrat, FILE_, AT | FOLLOWS),
#endif
	ROW(removexattr, ATTRIBUTE, FOLLOWS),
	ROW(lremovexattr, ATTRIBUTE, 0),
	ROW(fremovexattr, ATTRIBUTE, FD),
	ROW(removexattrat, ATTRIBUTE, AT | FOLLOWS),
};

enum { N_OPS = sizeof ops / sizeof ops[0] };

/* Whether a call can be given its file in that way. */
static int goes(const struct op *op, enum naming naming)
{
	if (op->takes & FD)
		return naming == ABSOLUTE;
	switch (naming) {
	case LINKED:
	case CHAIN:
		return op->takes & FOLLOWS;
	case FD_LINK: /* of what is there */
		return op->takes & FOLLOWS && op->before != NOTHING && op->before != DIR_ &&
		       op->call != call_linkat_from;
	case DIRFD:
	case PATH_DIRFD:
		return op->takes & AT;
	default:
		return 1;
	}
}

static void own_name(char *to, const char *in, const char *prefix, int op, enum naming naming)
{
	snprintf(to, sizeof name, "%s%s%s%s-%s", in, *in ? "/" : "", prefix, ops[op].name,
		 namings[naming]);
}

static int need(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(2);
	}
	return result;
}

/* The file in DIR is the one that a call makes of another. */
static int is_second(int i)
{
	return strstr(ops[i].name, "_to") != NULL;
}

static void setup_one(int i, enum naming naming)
{
	static char target[4096];
	int fd;

	own_name(name, dir, "", i, naming);
	if (ops[i].before == DIR_)
		need(mkdir(name, 0755), name);
	if (ops[i].before == FILE_ || ops[i].before == ATTRIBUTE) {
		fd = need(open(name, O_WRONLY | O_CREAT | O_EXCL, 0644), name);
		need((int)write(fd, "old\n", 4), name);
		close(fd);
	}
	if (ops[i].before == ATTRIBUTE)
		setxattr(name, attribute, value, 1, 0); /* where the file system has them */
	if (is_second(i)) {
		own_name(name2, other, "from-", i, naming);
		need(close(need(open(name2, O_WRONLY | O_CREAT, 0644), name2)), name2);
	}
	if (naming == LINKED || naming == CHAIN) {
		own_name(name2, other, "to-", i, naming);
		need(symlink(name, name2), name2);
		own_name(name2, other, "chain-", i, naming);
		own_name(target, "", "../other/to-", i, naming);
		need(symlink(target, name2), name2);
	}
}

/* The name in the way that is wanted, and for what. */
static void run_one(int i, enum naming naming)
{
	static char second[4096];
	int at = AT_FDCWD, fd = -1;
	long result;

	own_name(name, dir, "", i, naming);
	if (naming == FD_LINK || ops[i].takes & FD)
		fd = need(open(name, O_RDONLY | O_CLOEXEC), name);
	if (ops[i].takes & FD)
		at = fd;
	if (naming == DIRFD)
		at = need(open(dir, O_RDONLY | O_DIRECTORY), dir);
	if (naming == PATH_DIRFD)
		at = need(open(dir, O_PATH | O_DIRECTORY), dir);
	if (naming == RELATIVE || naming == DIRFD || naming == PATH_DIRFD)
		own_name(name, "", "", i, naming);
	if (naming == DOTDOT)
		own_name(name, "", "sub/../", i, naming);
	if (naming == PROC)
		own_name(name, "/proc/self/cwd", "", i, naming);
	if (naming == LINKED_DIR)
		own_name(name, other, "to-dir/", i, naming);
	if (naming == LINKED)
		own_name(name, other, "to-", i, naming);
	if (naming == CHAIN)
		own_name(name, other, "chain-", i, naming);
	if (naming == FD_LINK)
		snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	own_name(second, other, is_second(i) ? "from-" : "new-", i, naming);
	result = ops[i].call(at, name, second);
	printf("%s/%s %ld\n", ops[i].name, namings[naming], result < 0 ? result : 0);
	if (result > 2)
		close((int)result);
	if (fd >= 0)
		close(fd);
	if (at >= 0 && at != fd)
		close(at);
}

static void each(void one(int, enum naming))
{
	for (int i = 0; i < N_OPS; i++)
		for (int n = 0; n < N_NAMINGS; n++)
			if (goes(&ops[i], (enum naming)n))
				one(i, (enum naming)n);
}

/* A path that is in OTHER by its name, and in DIR if that is the root. */
static void in_root(void)
{
	int at = need(open(dir, O_RDONLY | O_DIRECTORY), dir);
	long result;

	snprintf(name, sizeof name, "%s/in-root", other);
	result = with_how(at, name, O_WRONLY, RESOLVE_IN_ROOT);
	printf("openat2-in-root %ld\n", result < 0 ? result : 0);
	close(at);
}

static void *run(void *arg)
{
	need(chdir(dir), dir);
	each(run_one);
	return arg;
}

static int never(void)
{
	strcpy(name, "/");
	printf("chroot %ld\n", raw(__NR_chroot, name));
	printf("mount %ld\n", raw(__NR_mount, name, name, empty, 0, 0));
	printf("umount2 %ld\n", raw(__NR_umount2, name, 0));
	printf("pivot_root %ld\n", raw(__NR_pivot_root, name, name));
	printf("open_by_handle_at %ld\n", raw(__NR_open_by_handle_at, AT_FDCWD, 0, 0));
	printf("io_uring_setup %ld\n", raw(__NR_io_uring_setup, 0, 0));
	return 0;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	uid = (int)getuid();
	gid = (int)getgid();
	if (argc == 2 && strcmp(argv[1], "never") == 0)
		return never();
	if (argc == 3 && strcmp(argv[1], "xattrs") == 0)
		return setxattr(argv[2], attribute, value, 1, 0) != 0;
	if (argc < 4)
		return 2;
	snprintf(dir, sizeof dir, "%s", argv[2]);
	snprintf(other, sizeof other, "%s", argv[3]);
	if (strcmp(argv[1], "setup") == 0) {
		snprintf(name, sizeof name, "%s/sub", dir);
		need(mkdir(name, 0755), name);
		snprintf(name2, sizeof name2, "%s/to-dir", other);
		need(symlink(dir, name2), name2);
		each(setup_one);
	} else if (strcmp(argv[1], "in-root") == 0) {
		in_root();
	} else if (strcmp(argv[1], "run") == 0 && argc > 4) {
		need(-pthread_create(&thread, NULL, run, NULL), "thread");
		pthread_join(thread, NULL);
	} else {
		run(NULL);
	}
	return 0;
}
