/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Many tracees and tracers at once.  The tracees check every result, the tracers every stop. */
#ifndef STORM_H
#define STORM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ptsi.h"

/*
 * A call of gettid(2) with these arguments asks for something: { MAGIC, action, value }.  What it
 * is to return the tracee knows.
 */
enum { MAGIC = 0x5701a };
enum action {
	RUN,    /* nothing */
	SKIP,   /* skip it, with value for its result */
	CHANGE, /* make it getuid(2) */
	NO_NR,  /* make its number -1 */
	ACTIONS,
};

enum life { LOOP, TREE, SIGNALS };

struct shared {
	atomic_int stop;           /* the tracees are to end */
	atomic_ulong calls, skips; /* that they have checked */
	atomic_ulong children, execs, handled;
	atomic_ulong wrong; /* results that were others */
};

extern struct shared *shared;

/* tracee.c: the tracees' lives; the exit status tells whether all was right */
void tracee_prepare(void); /* once, for the signals that may come early */
int tracee_live(enum life life, int depth);
int tracee_main(char **argv); /* after an execve */

/* tracer.c */
struct tracer {
	enum life life;
	int roots;    /* how many tracees it starts */
	int depth;    /* of their trees */
	bool filter;  /* a filter of their own stops their calls, which PTRACE_CONT doesn't */
	bool renews;  /* in place of one that was killed another is started */
	bool repeats; /* changes of argument 1 are made by skip and repeat, for half of them */
	bool kills;   /* they may be killed by others */
	unsigned seed;
	/* what came of it */
	unsigned long stops, sets, started, gone, killed, mistakes;
};

void tracer_run(struct tracer *t);
void ptsi_tracee_never(struct ptsi_tracee *t, int can); /* the library's, for tests */
extern atomic_int tracer_ready;         /* how many have started all of their tracees */
extern atomic_int tracer_ended;         /* no more tracees are to be started */
extern bool (*tracer_told)(pid_t root); /* of each that is started */

#endif
