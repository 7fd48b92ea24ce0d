// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Print the registers of system-call stops in the form of tests/unit/dumps/README.
 *
 *	probe PROGRAM	trace it: another probe, maybe of another ABI
 *	probe call	be traced: stop, then make the call
 *	probe seccomp	the same with a filter that makes it a SECCOMP stop
 *	probe word	exit status: bytes of a register in this ABI
 *
 * Nothing of the library is used: what it makes of these registers is what they are to test.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../syscall.h"

enum {
	TRACEME = 0,
	PEEKDATA = 2,
	PEEKUSR = 3,
	CONT = 7,
	GETREGS = 12,
	SYSCALL = 24,
	SETOPTIONS = 0x4200,
	GETREGSET = 0x4204,
	GET_SYSCALL_INFO = 0x420e,
	TRACESYSGOOD = 1,
	TRACESECCOMP = 0x80,
	EXITKILL = 0x100000,
	IMAGE = 1024,
	BEFORE = 8,
	UNTOUCHED = 0xee,
};

/* The regset has the tracee's words; on parisc, the tracer's (task_user_regset_view, 6.1, 7.2). */
#ifdef __hppa__
#define WORDS_OF(wstatus) WORD
#else
#define WORDS_OF(wstatus) WEXITSTATUS(wstatus)
#endif

#ifndef SYS_getpid
#define SYS_getpid SYS_getxpid /* alpha */
#endif
#if defined __ILP32__ && defined __x86_64__ || defined _ABIN32 && _MIPS_SIM == _ABIN32
enum { WORD = 8 };
#else
enum { WORD = sizeof(long) };
#endif

struct info {
	uint8_t op, reserved;
	uint16_t flags;
	uint32_t arch;
	uint64_t ip, sp;
	union {
		struct {
			uint64_t nr, args[6];
			uint32_t ret_data;
		} call;
		struct {
			int64_t rval;
			uint8_t is_error;
		} exit;
	};
};

static long request(int what, pid_t pid, unsigned long addr, void *data)
{
	return syscall(SYS_ptrace, (long)what, (long)pid, addr, data);
}

/* The tracee. */

static int install_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 0x5a),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { .len = sizeof code / sizeof code[0], .filter = code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}

static int be_traced(bool filtered)
{
	if (filtered && install_filter() < 0)
		return 77;
	request(TRACEME, 0, 0, NULL);
	syscall(SYS_kill, (long)syscall(SYS_gettid), (long)SIGSTOP);
	syscall(SYS_getpid, 0xa1L, 0xa2L, 0xa3L, 0xa4L, 0xa5L, 0xa6L);
	return 0;
}

/* The tracer. */

static uint64_t word_at(const unsigned char *p, int size)
{
	uint32_t u32;
	uint64_t u64;

	if (size == 4) {
		memcpy(&u32, p, sizeof u32);
		return u32;
	}
	memcpy(&u64, p, sizeof u64);
	return u64;
}

/* m68k of 6.1 has no regsets; its words are those of GETREGS. */
static size_t read_image(pid_t pid, unsigned char image[IMAGE])
{
	struct iovec iov = { image, IMAGE };

	memset(image, UNTOUCHED, IMAGE);
	if (request(GETREGSET, pid, 1, &iov) == 0)
		return iov.iov_len;
	if (request(GETREGS, pid, 0, image) < 0)
		return 0;
	printf("# GETREGSET is refused: this is GETREGS\n");
	for (size_t n = IMAGE; n; n--)
		if (image[n - 1] != UNTOUCHED)
			return (n + sizeof(long) - 1) / sizeof(long) * sizeof(long);
	return 0;
}

static void print_image(const unsigned char *image, size_t len, int size)
{
	for (size_t at = 0; at + (size_t)size <= len; at += (size_t)size) {
		if (at % 32 == 0)
			printf("%s    +%03zx:", at ? "\n" : "", at);
		printf(" %0*llx", 2 * size, (unsigned long long)word_at(image + at, size));
	}
	printf("\n");
}

/* Whether PEEKUSR at STEP * n is word n, of those few that matter most. */
static bool steps_by(pid_t pid, const unsigned char *image, size_t len, unsigned long step)
{
	unsigned long word;

	for (unsigned long n = 0; n < len / sizeof word && n < 8; n++) {
		if (request(PEEKUSR, pid, n * step, &word) < 0)
			return false;
		if (memcmp(&word, image + n * sizeof word, sizeof word) != 0)
			return false;
	}
	return true;
}

static void print_user(pid_t pid, const unsigned char *image, size_t len, int size)
{
	unsigned long word;

	if (request(PEEKUSR, pid, 0, &word) < 0)
		return;
	if (size == sizeof word && steps_by(pid, image, len, sizeof word))
		printf("user %zu\n", sizeof word);
	else if (size == sizeof word && steps_by(pid, image, len, 1))
		printf("user 1\n");
	else
		printf("# PEEKUSR works, but not word by word\n");
}

static void print_code(pid_t pid, uint64_t ip)
{
	unsigned char code[BEFORE + sizeof(long)];
	unsigned long from = (unsigned long)ip - BEFORE;

	for (size_t i = 0; i < sizeof code; i += sizeof(long))
		if (request(PEEKDATA, pid, from + i, code + i) < 0)
			return;
	printf("code");
	for (int i = 0; i < BEFORE; i++)
		printf(" %02x", code[i]);
	printf("\n# at ip:");
	for (size_t i = BEFORE; i < sizeof code; i++)
		printf(" %02x", code[i]);
	printf("\n");
}

static void print_info(pid_t pid)
{
	struct info info;
	long r;

	memset(&info, 0, sizeof info);
	r = request(GET_SYSCALL_INFO, pid, sizeof info, &info);
	if (r < 0) {
		printf("# PTRACE_GET_SYSCALL_INFO: %s\n", strerror(errno));
		return;
	}
	printf("# %ld bytes, op %d, arch %#x\n", r, info.op, (unsigned)info.arch);
	printf("ip %#llx\nsp %#llx\n", (unsigned long long)info.ip, (unsigned long long)info.sp);
	if (info.op == 2) {
		printf("rval %lld\nerror %d\n", (long long)info.exit.rval, info.exit.is_error);
	} else if (info.op) {
		printf("nr %#llx\nargs", (unsigned long long)info.call.nr);
		for (int i = 0; i < 6; i++)
			printf(" %#llx", (unsigned long long)info.call.args[i]);
		printf("\n");
		if (info.op == 3)
			printf("ret_data %#x\n", (unsigned)info.call.ret_data);
	}
	print_code(pid, info.ip);
}

static void print_stop(pid_t pid, const char *kind, int size)
{
	unsigned char image[IMAGE];
	size_t len = read_image(pid, image);

	printf("\nstop %s\n", kind);
	print_image(image, len, size);
	print_info(pid);
}

static void print_kernel(pid_t pid, const char *program, int size)
{
	unsigned char image[IMAGE];
	size_t len = read_image(pid, image);
	struct utsname u;
	int one = 1;

	uname(&u);
	printf("\nkernel %s, %s\nword %d %s\n", u.release, program, size,
	       *(char *)&one ? "little" : "big");
	print_user(pid, image, len, size);
	printf("tracer %zu\n", sizeof(long));
}

static int await(pid_t pid)
{
	int wstatus = 0;

	while (waitpid(pid, &wstatus, __WALL) < 0 && errno == EINTR)
		;
	return wstatus;
}

static pid_t start(const char *program, const char *what)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(program, program, what, (char *)NULL);
		_exit(errno == ENOEXEC ? 77 : 9);
	}
	return pid;
}

static int resume(pid_t pid, int how)
{
	request(how, pid, 0, NULL);
	return await(pid);
}

static bool stopped(pid_t pid, long options)
{
	return WIFSTOPPED(await(pid)) && request(SETOPTIONS, pid, 0, (void *)options) == 0;
}

static void entry_and_exit(const char *program, int size)
{
	static const char *const kinds[] = { "entry", "exit" };
	pid_t pid = start(program, "call");

	if (!stopped(pid, TRACESYSGOOD | EXITKILL)) {
		printf("# no stop\n");
		return;
	}
	print_kernel(pid, program, size);
	printf("# pid %d = %#x\n", (int)pid, (unsigned)pid);
	for (int i = 0; i < 2; i++) {
		if (!WIFSTOPPED(resume(pid, SYSCALL)))
			return;
		print_stop(pid, kinds[i], size);
	}
	kill(pid, SIGKILL);
	await(pid);
}

static void seccomp(const char *program, int size)
{
	pid_t pid = start(program, "seccomp");

	if (!stopped(pid, TRACESYSGOOD | TRACESECCOMP | EXITKILL)) {
		printf("# no seccomp filters\n");
		return;
	}
	if (WIFSTOPPED(resume(pid, CONT)))
		print_stop(pid, "seccomp", size);
	kill(pid, SIGKILL);
	await(pid);
}

static int trace(const char *program)
{
	int wstatus = await(start(program, "word"));

	if (!WIFEXITED(wstatus) || WEXITSTATUS(wstatus) > 8) {
		printf("skipped: %s doesn't run here\n", program);
		return 77;
	}
	entry_and_exit(program, WORDS_OF(wstatus));
	seccomp(program, WORDS_OF(wstatus));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(argv[1], "word") == 0)
		return WORD;
	if (strcmp(argv[1], "call") == 0 || strcmp(argv[1], "seccomp") == 0)
		return be_traced(argv[1][0] == 's');
	return trace(argv[1]);
}
