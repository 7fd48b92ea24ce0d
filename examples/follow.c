// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Run a command and follow every thread and process of it, on struct ptsi_tracee. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "follow.h"

#define OPTIONS                                                                                    \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK |                      \
	 PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

struct followed {
	struct ptsi_tracee t;
	int request; /* the one that it was resumed with last */
	struct followed *next;
};

static struct followed *all;
static volatile pid_t command; /* 0: it is over */

static struct followed *find(pid_t tid, const struct follower *how)
{
	struct followed *f;

	for (f = all; f; f = f->next)
		if (f->t.tid == tid)
			return f;
	f = malloc(sizeof *f);
	if (!f || ptsi_tracee_init(&f->t, sizeof f->t, tid, how->flags) < 0) {
		perror("follow");
		exit(125); /* PTRACE_O_EXITKILL takes the tracees along */
	}
	f->request = PTRACE_CONT;
	f->next = all;
	all = f;
	return f;
}

static void forget(struct followed *gone)
{
	struct followed **p = &all;

	while (*p != gone)
		p = &(*p)->next;
	*p = gone->next;
	free(gone);
}

/* Look at a stop of a tracee, and resume it. */
static void handle(struct followed *f, int wstatus, const struct follower *how)
{
	struct ptsi_syscall_info info;
	int kind = ptsi_tracee_stop(&f->t, wstatus, &info);
	int sig = 0;

	switch (kind) {
	case PTSI_STOP_GONE:
		forget(f);
		return;
	case PTSI_STOP_ENTRY:
	case PTSI_STOP_EXIT:
	case PTSI_STOP_SECCOMP:
		f->request = how->stop(&f->t, kind, &info, how->arg);
		break;
	case PTSI_STOP_SIGNAL:
		sig = WSTOPSIG(wstatus);
		break;
	case PTSI_STOP_GROUP:
		/* EBUSY: it has to go on, because a result is still to be set */
		if (ptsi_tracee_resume(&f->t, PTRACE_LISTEN, 0) == 0)
			return;
		break;
	default: /* after an event, or a stop of the library's own, it goes on as before */
		break;
	}
	if (kind < 0 || f->request < 0 || ptsi_tracee_resume(&f->t, f->request, sig) < 0)
		kill(f->t.tid, SIGKILL); /* ESRCH: it is being killed already */
}

static int loop(const struct follower *how)
{
	int wstatus, result = 125;
	pid_t tid;

	while ((tid = waitpid(-1, &wstatus, __WALL)) > 0 || errno == EINTR) {
		if (tid <= 0)
			continue;
		handle(find(tid, how), wstatus, how);
		if (tid != command || WIFSTOPPED(wstatus))
			continue;
		result = WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : 128 + WTERMSIG(wstatus);
		command = 0;
	}
	return result;
}

/*
 * A signal that should stop this program is passed on to the command.  One from the terminal goes
 * to the whole foreground process group, so the command has it already.
 */
static void pass_on(int sig, siginfo_t *info, void *context)
{
	int saved = errno;

	(void)context;
	if (info->si_code <= 0 && command) /* it was sent by a process */
		kill(command, sig);
	errno = saved;
}

static void pass_on_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	struct sigaction act = { .sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_RESTART },
			 old;

	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &act, NULL);
}

static void run(char **argv, int go, const struct follower *how)
{
	int err;
	char c;

	if (read(go, &c, 1) != 1) /* this process wasn't seized */
		_exit(125);
	close(go);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    (how->prepare && how->prepare(how->arg))) {
		perror("follow: filter");
		_exit(125);
	}
	execvp(argv[0], argv);
	err = errno;
	fprintf(stderr, "%s: %s\n", argv[0], strerror(err));
	_exit(err == ENOENT ? 127 : 126);
}

int follow(char **argv, const struct follower *how)
{
	int go[2];

	if (pipe(go) < 0 || (command = fork()) < 0) {
		perror("follow");
		return 125;
	}
	if (command == 0) {
		close(go[1]);
		run(argv, go[0], how);
	}
	close(go[0]);
	pass_on_signals();
	if (ptrace(PTRACE_SEIZE, command, 0, OPTIONS) < 0) {
		perror("follow: PTRACE_SEIZE");
		close(go[1]);
		return 125;
	}
	if (write(go[1], "", 1) != 1)
		kill(command, SIGKILL);
	close(go[1]);
	return loop(how);
}

bool read_memory(pid_t tid, uint64_t addr, void *to, size_t size)
{
	struct iovec local = { to, size }, remote = { (void *)(uintptr_t)addr, size };

	return process_vm_readv(tid, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

bool write_memory(pid_t tid, uint64_t addr, const void *from, size_t size)
{
	struct iovec local = { (void *)from, size }, remote = { (void *)(uintptr_t)addr, size };

	return process_vm_writev(tid, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

/* It is read page by page, since there may be no page after the string. */
bool read_string(pid_t tid, uint64_t addr, char *to, size_t size)
{
	for (size_t n = 0; n < size;) {
		size_t part = 4096 - (addr + n) % 4096;

		if (part > size - n)
			part = size - n;
		if (!read_memory(tid, addr + n, to + n, part))
			return false;
		if (memchr(to + n, '\0', part))
			return true;
		n += part;
	}
	return false;
}
