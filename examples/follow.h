/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Run a command and follow every thread and process of it, on struct ptsi_tracee.
 */
#ifndef FOLLOW_H
#define FOLLOW_H

#include <ptsi.h>
#include <stdbool.h>

struct follower {
	/*
	 * Called in the child before it executes the command, to install a filter.  Returns 0, or
	 * something else if it failed.
	 */
	int (*prepare)(void *arg);
	/*
	 * Called at an ENTRY, EXIT or SECCOMP stop.  Returns the request to resume the tracee with,
	 * PTRACE_CONT or PTRACE_SYSCALL, or -1 to have it killed.
	 */
	int (*stop)(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info, void *arg);
	unsigned flags; /* of ptsi_tracee_init */
	void *arg;
};

/*
 * Returns the command's exit status, 128 + the signal that killed it, or 125 to 127 as env(1) does.
 * SIGHUP, SIGINT, SIGQUIT and SIGTERM are passed on to the command.  When this program is killed
 * otherwise, so are the tracees.
 */
int follow(char **argv, const struct follower *how);

/* These return false unless all of it is read or written.  A string has to end within size. */
bool read_memory(pid_t tid, uint64_t addr, void *to, size_t size);
bool write_memory(pid_t tid, uint64_t addr, const void *from, size_t size);
bool read_string(pid_t tid, uint64_t addr, char *to, size_t size);

#endif
