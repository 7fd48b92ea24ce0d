// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* getinfo COMMAND [ARG]...: print each system call of a command, as numbers. */
#include <inttypes.h>
#include <ptsi.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static void print(const struct ptsi_syscall_info *info)
{
	const char *arch = ptsi_arch_name(info->arch);

	if (info->op == PTSI_SYSCALL_INFO_ENTRY) {
		fprintf(stderr, "%s %" PRId64 "(", arch ? arch : "?", (int64_t)info->entry.nr);
		for (int i = 0; i < 6; i++)
			fprintf(stderr, "%s%#" PRIx64, i ? ", " : "", info->entry.args[i]);
		fprintf(stderr, ")");
	} else if (info->op == PTSI_SYSCALL_INFO_EXIT) {
		fprintf(stderr, " = %" PRId64 "%s\n", info->exit.rval,
			info->exit.is_error ? " (error)" : "");
	}
}

int main(int argc, char **argv)
{
	struct ptsi_syscall_info info;
	int wstatus;
	pid_t pid;

	if (argc < 2)
		return 125;
	pid = fork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (waitpid(pid, &wstatus, 0) != pid || !WIFSTOPPED(wstatus))
		return 125;
	ptrace(PTRACE_SETOPTIONS, pid, 0,
	       PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
	for (int sig = 0; ptrace(PTRACE_SYSCALL, pid, 0, sig) == 0;) {
		if (waitpid(pid, &wstatus, 0) != pid || !WIFSTOPPED(wstatus))
			break;
		sig = wstatus >> 16 ? 0 : WSTOPSIG(wstatus); /* an event carries no signal */
		if (sig != (SIGTRAP | 0x80))
			continue;
		sig = 0;
		if (ptsi_get_syscall_info(pid, sizeof info, &info) > 0)
			print(&info);
	}
	fprintf(stderr, "\n");
	return WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : 128 + WTERMSIG(wstatus);
}
