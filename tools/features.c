// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Say in words what libptsi can do on this machine, at each kind of stop. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <ptsi.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	int bit;
	const char *words;
} features[] = {
	{ PTSI_CAN_NR, "set the number" },
	{ PTSI_CAN_RESULT, "set the result" },
	{ PTSI_CAN_SKIP, "skip the call with a result" },
	{ PTSI_CAN_DONE, "... without an exit stop" },
	{ PTSI_CAN_IP, "set the instruction pointer" },
	{ PTSI_CAN_SP, "set the stack pointer" },
	{ PTSI_CAN_REPEAT, "have the call made again" },
};

static void say(const char *stop, int can)
{
	printf("  at a %s:\n", stop);
	if (can < 0) {
		printf("    can't tell: %s\n", strerror(errno));
		return;
	}
	if (can & PTSI_CAN_ARGS) {
		printf("    - set argument");
		for (int i = 0; i < 6; i++)
			if (can & PTSI_CAN_ARG(i))
				printf(" %d", i + 1);
		printf("\n");
	}
	for (size_t i = 0; i < sizeof features / sizeof features[0]; i++)
		if (can & features[i].bit)
			printf("    - %s\n", features[i].words);
}

static void tracee(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof code / sizeof code[0], code };

	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
	syscall(SYS_getppid);
	_exit(0);
}

static void say_all(pid_t pid)
{
	int can = ptsi_features(pid);
	struct ptsi_abi_info abi;
	struct utsname kernel;

	uname(&kernel);
	printf("libptsi %s on Linux %s: %s calls\n", ptsi_version(), kernel.release,
	       ptsi_abi_info(pid, sizeof abi, &abi) == 0 ? abi.name : "unknown");
	printf("  the kernel has %s to read a call and %s to change it\n",
	       can >= 0 && (can & PTSI_NATIVE_GET) ? "its own request" : "only registers",
	       can >= 0 && (can & PTSI_NATIVE_SET) ? "its own request" : "only registers");
}

int main(void)
{
	static const char *const stops[] = {
		[PTSI_STOP_ENTRY] = "syscall-entry-stop",
		[PTSI_STOP_EXIT] = "syscall-exit-stop",
		[PTSI_STOP_SECCOMP] = "SECCOMP stop",
	};
	struct ptsi_syscall_info info;
	bool said[4] = { true, false, false, false };
	struct ptsi_tracee t;
	int wstatus, kind;
	pid_t pid = fork();

	if (pid == 0)
		tracee();
	if (waitpid(pid, &wstatus, 0) != pid || !WIFSTOPPED(wstatus) ||
	    ptrace(PTRACE_SETOPTIONS, pid, 0,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL) < 0 ||
	    ptsi_tracee_init(&t, sizeof t, pid, 0) < 0) {
		printf("ptrace is forbidden here\n");
		return 1;
	}
	do {
		kind = ptsi_tracee_stop(&t, wstatus, &info);
		if (kind == PTSI_STOP_ENTRY && !said[kind])
			say_all(pid);
		if (kind >= 0 && kind < 4 && !said[kind]) {
			said[kind] = true;
			say(stops[kind], ptsi_features(pid));
		}
		if (kind == PTSI_STOP_GONE || ptsi_tracee_resume(&t, PTRACE_SYSCALL, 0) < 0)
			break;
	} while (waitpid(pid, &wstatus, 0) == pid);
	return !said[PTSI_STOP_ENTRY];
}
