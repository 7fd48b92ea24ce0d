/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Run a function as a tracee, with all that it forks, on struct ptsi_tracee. */
#ifndef RUN_H
#define RUN_H

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../loops.h"
#include "../syscall.h"
#include "../traits.h"
#include "../untested.h"
#include "followed.h"

/* What the kernel is made to lack.  FORBIDDEN: as a filter around the tracer does it, by EPERM. */
enum refused { NOTHING, SET_REFUSED, BOTH_REFUSED, SET_FORBIDDEN };
#define N_REFUSED (registers_tell() ? 3 : 2)

struct run {
	void (*child)(void); /* exits 0 if it got what it should */
	/* At ENTRY, EXIT and SECCOMP stops; returns the request to go on with. */
	int (*stop)(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info);
	int refused;     /* enum refused */
	int refusal;     /* the errno of it; 0: EIO */
	unsigned flags;  /* of ptsi_tracee_init */
	int never;       /* PTSI_CAN_* that registers are declared not to do */
	long request;    /* to go on with from other stops; 0: PTRACE_SYSCALL */
	long at_events;  /* to go on with from PTRACE_EVENT stops; 0: as from the stop before */
	long without;    /* PTRACE_O_*: not set */
	int killed_by;   /* the signal that the child is to die of */
	bool attached;   /* not seized: by PTRACE_TRACEME, and its children by options */
	bool may_vanish; /* kill(2)ed at some stop: how it ends doesn't matter */
	void (*each)(pid_t tid, int kind); /* after each stop, before it is resumed */
};

struct outcome {
	int kinds[PTSI_STOP_OWN + 1]; /* stops of each kind */
	int seccomp_events;           /* as waitpid told them */
};

struct outcome run(const struct run *r);

/* Requests of the library, resuming apart, since the last call of this. */
long requests(void);

/* In the tracee: fail with a message that says where. */
#define NEED(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			fprintf(stderr, "tracee: %s:%d: %s\n", __FILE__, __LINE__, #cond);         \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

/*
 * The call that the tests are about.  Argument registers keep what they held, so that the
 * calls after it would look the same: another one with other arguments comes between.
 */
#define MARK 0x5054L
static inline void unmark(void)
{
	syscall(SYS_getppid, 0L, 0L, 0L, 0L, 0L, 0L);
}

static inline long marked(long nr, long a, long b, long c)
{
	long r = syscall(nr, a, b, c, MARK, MARK, MARK);
	int err = errno;

	unmark();
	errno = err;
	return r;
}

static inline bool is_marked(const struct ptsi_syscall_info *info)
{
	return info->op != PTSI_SYSCALL_INFO_EXIT && info->entry.args[3] == MARK &&
	       info->entry.args[4] == MARK && info->entry.args[5] == MARK;
}

/* PTRACE_GET_SYSCALL_INFO and PTRACE_SET_SYSCALL_INFO, whatever the library is told. */
bool kernel_has_get(void);
bool kernel_has_set(void);

/* From now on the library finds the kernel lacking this, by EIO or another errno. */
void imitate(int lacking);
void imitate_by(int lacking, int err);

/* The op of a syscall-stop as the kernel says it, whatever the library is told; -1: it doesn't. */
int truth(pid_t tid);

/* In the tracee: a filter for the marked calls and for nr -1. */
void install_filter(unsigned marked_action, unsigned minus_one_action);

/* A program of the tracee's own ABI that does nothing: this one, with this argument. */
#define SELF         "/proc/self/exe"
#define NOTHING_ELSE "--exit"

Suite *stops_suite(void);
Suite *skip_suite(void);
Suite *again_suite(void);
Suite *lifetime_suite(void);
Suite *restart_suite(void);
Suite *refused_suite(void);
Suite *manual_suite(void);

#endif
