// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * refuse get|set|both ERRNO COMMAND [ARG...]: the command, and all that it starts, is answered
 * that errno (EIO, EPERM...) to PTRACE_GET_SYSCALL_INFO, to PTRACE_SET_SYSCALL_INFO, or to both.
 * With EIO it finds the kernel of before 5.3 or 6.16, whoever asks; with other errnos what the
 * filters of containers and emulations of ptrace do.
 */
#include <endian.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { GET = 0x420e, SET = 0x4212, NEITHER = 0xffff, EXIT_SKIPPED = 77 };

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(offset))
#define LOW_HALF     (BYTE_ORDER == BIG_ENDIAN ? 4 : 0)

static int errno_of(const char *name)
{
	static const struct {
		const char *name;
		int err;
	} errnos[] = {
		{ "EIO", EIO },       { "EPERM", EPERM },   { "ENOSYS", ENOSYS },
		{ "EACCES", EACCES }, { "EINVAL", EINVAL }, { "EOPNOTSUPP", EOPNOTSUPP },
	};

	for (size_t i = 0; i < sizeof errnos / sizeof errnos[0]; i++)
		if (strcmp(errnos[i].name, name) == 0)
			return errnos[i].err;
	return 0;
}

static int install(unsigned get, unsigned set, int err)
{
	struct sock_filter code[] = {
		LOAD(offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 4),
		LOAD(offsetof(struct seccomp_data, args[0]) + LOW_HALF),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, get, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, set, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof code / sizeof code[0], code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}

int main(int argc, char **argv)
{
	int both = argc > 3 && strcmp(argv[1], "both") == 0;
	int get = argc > 3 && (both || strcmp(argv[1], "get") == 0);
	int set = argc > 3 && (both || strcmp(argv[1], "set") == 0);
	int err = argc > 3 ? errno_of(argv[2]) : 0;

	if (!err || !(get || set)) {
		fprintf(stderr, "usage: refuse get|set|both ERRNO COMMAND [ARG...]\n");
		return 2;
	}
	if (install(get ? GET : NEITHER, set ? SET : NEITHER, err) < 0) {
		printf("skipped: this kernel has no seccomp filters\n");
		return EXIT_SKIPPED;
	}
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 1;
}
