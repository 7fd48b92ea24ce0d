// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* live ABI kernel|registers|auto: exits 77 with the reason where that can't run here. */
#include "live.h"

enum { EXIT_SKIPPED = 77 };

static void skip_all(const char *why)
{
	printf("skipped: %s\n", why);
	exit(EXIT_SKIPPED);
}

/* Whether the tracee program runs untraced; the reason why not is told by what is asked. */
static void need_abi(void)
{
	char runs[4200], path[4200];
	int wstatus;
	pid_t pid;

	runs_path(runs, sizeof runs);
	tracee_path(path, sizeof path);
	pid = fork();
	if (pid == 0) {
		execl(runs, "runs", live_abi, path, "none", "ok", (char *)NULL);
		perror(runs);
		_exit(9);
	}
	if (pid < 0 || waitpid(pid, &wstatus, 0) != pid) {
		perror("live: fork");
		exit(EXIT_FAILURE);
	}
	if (wstatus == 0)
		return;
	if (wstatus == EXIT_SKIPPED << 8)
		exit(EXIT_SKIPPED);
	fprintf(stderr, "live: %s none ok: wstatus %#x\n", path, wstatus);
	exit(EXIT_FAILURE);
}

/* Whether threads may be traced, and with which requests. */
static void need_ptrace(void)
{
	struct ptsi_syscall_info info;
	pid_t pid = fork();

	if (pid == 0) {
		for (;;) /* it is ENOSYS where libc has it by a call of 32-bit time */
			pause();
	}
	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_EXITKILL) < 0) {
		printf("skipped: PTRACE_SEIZE is forbidden here: %s\n", strerror(errno));
		kill(pid, SIGKILL);
		exit(EXIT_SKIPPED);
	}
	ptrace(PTRACE_INTERRUPT, pid, 0, 0);
	waitpid(pid, NULL, __WALL);
	live_has_get = syscall(SYS_ptrace, RAW_GET, (long)pid, sizeof info, &info) >= 0;
	/* EINVAL, the answer to a size of 0, may come from a filter */
	live_has_set =
		syscall(SYS_ptrace, RAW_SET, (long)pid, sizeof info, NULL) < 0 && errno == EFAULT;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
	if (!live_has_get && !way_is_known())
		skip_all("no PTRACE_GET_SYSCALL_INFO, nor another way to find from stop to stop");
	if (!live_has_set && live_way == PTSI_KERNEL)
		skip_all("this kernel has no PTRACE_SET_SYSCALL_INFO");
}

static int way(const char *name)
{
	static const char *const names[] = {
		[PTSI_AUTO] = "auto",
		[PTSI_KERNEL] = "kernel",
		[PTSI_REGISTERS] = "registers",
	};

	for (int i = 0; i < 3; i++)
		if (strcmp(name, names[i]) == 0)
			return i;
	return -1;
}

static SRunner *suites(void)
{
	static Suite *(*const more[])(void) = {
		values_suite,   errors_suite,   identity_suite, skip_suite,    move_suite,
		info_suite,     vsyscall_suite, filters_suite,  signals_suite, tasks_suite,
		fallback_suite, faults_suite,   stress_suite,
	};
	SRunner *runner;

	if (sizeof(long) == 4 && strcmp(live_abi, "x86_64") == 0)
		return srunner_create(unseen_suite());
	runner = srunner_create(set_suite());
	for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
		srunner_add_suite(runner, more[i]());
	return runner;
}

int main(int argc, char **argv)
{
	SRunner *runner;
	int failed;

	if (argc != 3 || (live_way = way(argv[2])) < 0) {
		fprintf(stderr, "usage: live ABI kernel|registers|auto\n");
		return 2;
	}
	live_abi = argv[1];
	live_dir(argv[0]);
	need_ptrace();
	need_abi();
	runner = suites();
	untested_begin();
	srunner_run_all(runner, CK_ENV);
	untested_end();
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
