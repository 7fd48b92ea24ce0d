/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What struct ptsi_tracee's priv holds: the state of a followed tracee, by how long it
 * lives.  Calls go from tracee.c to stops.c to owed.c and replay.c, and from each to the core.
 */
#ifndef PTSI_FOLLOWED_H
#define PTSI_FOLLOWED_H

#include "stop.h"

/* Where the tracee is, which tells what the next syscall-stop is. */
enum ptsi_phase {
	PTSI_UNSURE,  /* attached in the middle of something: it may be either */
	PTSI_OUTSIDE, /* an entry stop */
	PTSI_INSIDE,  /* an exit stop, if the tracee was resumed for it */
	PTSI_CALLED,  /* as INSIDE, by a SECCOMP stop: before 4.8 the entry stop comes after it */
};

/* Of a call's syscall-entry-stop and its SECCOMP stop, which comes first: it changed in 4.8. */
enum ptsi_order { PTSI_ORDER_UNKNOWN, PTSI_ENTRY_FIRST, PTSI_SECCOMP_FIRST };

/* How far skip and repeat is with a call. */
enum ptsi_replay_step {
	PTSI_REPLAY_NO,
	PTSI_REPLAY_SKIPPED, /* the call is skipped; at its exit stop it is to be made again */
	PTSI_REPLAY_REWOUND, /* the tracee is about to make it again, its signals blocked */
	PTSI_REPLAY_RUNNING, /* it has entered the call again */
};

/* What PTSI_KEEP_ARGS keeps: six arguments, and the number, for a call that comes again. */
enum { PTSI_KEPT_NR = 6, PTSI_KEPT };

/*
 * The call that the tracee is in.  {0}: none, or nothing is known of it.  It is forgotten when
 * its exit stop has been, or won't be seen: when the tracee is resumed without PTRACE_SYSCALL,
 * and at a stop that only another call or no call can have.
 */
struct ptsi_call {
	const struct ptsi_abi *abi; /* as its entry or SECCOMP stop was read; NULL: it wasn't */
	uint64_t ip, sp;            /* at that stop */
	struct ptsi_owed owed;      /* set with a skip, cleared when it is set to run after all */
	/* PTSI_KEEP_ARGS: the program's arguments and number, and the tracer's */
	uint64_t was[PTSI_KEPT], wrote[PTSI_KEPT];
	uint8_t kept;        /* bit i: this one was changed; it is put back at the exit stop */
	bool executed;       /* set by PTRACE_EVENT_EXEC: another program is running */
	bool moved;          /* the tracer has set another ip or sp, which these are then */
	bool left;           /* the tracee was resumed at its entry stop, and not for an exit */
	uint8_t replay_step; /* enum ptsi_replay_step */
	uint8_t replay_stop; /* PTSI_STOP_*, where the caller asked for it */

	struct ptsi_syscall_info again; /* the call to be made again, as it is to be entered */
};

/* The stop that the tracee is at.  {0}: none that anything can be set at. */
struct ptsi_seen {
	const struct ptsi_abi *abi;    /* NULL: nobody had to look; kept until the next such stop */
	bool native;                   /* the kernel said what follows */
	bool set_refused;              /* PTRACE_SET_SYSCALL_INFO was, here */
	int info_size;                 /* of info; 0: nothing can be set here */
	struct ptsi_syscall_info info; /* what the stop is about, with what was set since */
};

struct ptsi_followed {
	ptsi_ptrace_fn *ptrace;  /* as ptsi_tracee_init has found it, like way */
	_Atomic unsigned learnt; /* by ptrace, where others use another */
	int never;               /* PTSI_CAN_* that registers don't do; for tests */
	uint8_t way;
	uint8_t order;         /* enum ptsi_order; what has shown it once goes for all calls */
	uint8_t phase;         /* enum ptsi_phase; each stop and each resumption sets it */
	bool wants_syscalls;   /* the caller last resumed for entry and exit stops */
	bool masked;           /* all signals are blocked; the program's own mask is mask */
	uint64_t mask[2];      /* as it was when skip and repeat began */
	struct ptsi_call call; /* forgotten after its exit stop, or when that won't be seen */
	struct ptsi_seen seen; /* forgotten when the tracee is resumed */
} __attribute__((may_alias));

static inline struct ptsi_followed *ptsi_followed(struct ptsi_tracee *t)
{
	return (struct ptsi_followed *)(void *)t->priv;
}

/* Whether the tracee is where it was when the call was entered, or where the tracer has put it. */
static inline bool ptsi_followed_in_place(const struct ptsi_call *call, const struct ptsi_stop *st)
{
	return st->info.instruction_pointer == call->ip && st->info.stack_pointer == call->sp;
}

/* stops.c */
void ptsi_stops_begin(struct ptsi_followed *f, pid_t tid, struct ptsi_stop *st);
void ptsi_stops_leave(struct ptsi_followed *f);
int ptsi_stops_order(struct ptsi_followed *f, const struct ptsi_stop *st);

/* owed.c */
int ptsi_owed_pay(const struct ptsi_call *call, struct ptsi_stop *st);

/* replay.c */
int ptsi_replay_start(struct ptsi_tracee *t, struct ptsi_stop *st,
		      const struct ptsi_syscall_info *want);
int ptsi_replay_rewind(struct ptsi_followed *f, struct ptsi_stop *st);
int ptsi_replay_unmask(struct ptsi_followed *f, const struct ptsi_stop *st);
bool ptsi_replay_is_entered(struct ptsi_call *call, const struct ptsi_stop *st);

void ptsi_tracee_never(struct ptsi_tracee *t, int can); /* tracee.c; for tests */

#endif
