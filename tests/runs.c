// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * runs ABI PROGRAM [ARG...]: whether the kernel runs programs and calls of that ABI.  PROGRAM is
 * one that exits 0.  The status is 77, with the reason on stdout, only where the kernel is what
 * lacks them: a program that crashes is a failure, 1.
 *
 * It is a program and no function of the tests' because valgrind doesn't survive an execve that
 * fails.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_SKIPPED = 77, CANT_EXECUTE = 126 };

static int await(pid_t pid)
{
	int wstatus;

	if (pid < 0 || waitpid(pid, &wstatus, 0) != pid) {
		perror("runs");
		exit(EXIT_FAILURE);
	}
	return wstatus;
}

static void skip(const char *reason, const char *abi, const char *what)
{
	printf("skipped: %s%s%s\n", reason, abi, what);
	exit(EXIT_SKIPPED);
}

static void fail(const char *what, const char *which, int wstatus)
{
	fprintf(stderr, "runs: %s %s: wstatus %#x\n", what, which, wstatus);
	exit(EXIT_FAILURE);
}

#ifdef __x86_64__
/* i386's getpid */
static int int80(void)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(20L) : "r8", "r9", "r10", "r11", "memory");
	return (int)ret;
}

static int x32(void)
{
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(0x40000000L | 39) : "rcx", "r11", "memory");
	return (int)ret;
}

/*
 * Calls that programs of another ABI than these make: the kernel starts those programs whether or
 * not it has the calls.  Where it has no int $0x80, that is a general protection fault.
 */
static void need_calls(const char *abi)
{
	int is_int80 = strcmp(abi, "int80") == 0, wstatus;
	pid_t pid;

	if (!is_int80 && strcmp(abi, "x32") != 0)
		return;
	pid = fork();
	if (pid == 0) {
		int ret = is_int80 ? int80() : x32();

		_exit(ret == -ENOSYS ? EXIT_SKIPPED : ret != getpid());
	}
	wstatus = await(pid);
	if (is_int80 && WIFSIGNALED(wstatus) && WTERMSIG(wstatus) == SIGSEGV)
		skip("this kernel has no int $0x80", "", "");
	if (wstatus == EXIT_SKIPPED << 8)
		skip("this kernel doesn't run ", abi, " calls");
	if (wstatus != 0)
		fail("getpid of", abi, wstatus);
}
#else
static void need_calls(const char *abi)
{
	(void)abi;
}
#endif

static void need_programs(const char *abi, char **argv)
{
	int wstatus;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execv(argv[0], argv);
		_exit(errno == ENOEXEC ? EXIT_SKIPPED : CANT_EXECUTE);
	}
	wstatus = await(pid);
	if (wstatus == EXIT_SKIPPED << 8)
		skip("this kernel doesn't run ", abi, " programs");
	if (wstatus != 0)
		fail("program", argv[0], wstatus);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: runs ABI PROGRAM [ARG...]\n");
		return 2;
	}
	need_calls(argv[1]);
	need_programs(argv[1], argv + 2);
	return 0;
}
