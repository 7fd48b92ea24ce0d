/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* A followed tracee: its tracer (sim_tracer.c) and its kernel (sim_follow.c). */
#ifndef PTSI_FUZZ_SIM_FOLLOW_H
#define PTSI_FUZZ_SIM_FOLLOW_H

#include "sim_fuzz.h"

enum { STEP = 9 };

/* The tracee, as its kernel and its tracer see it. */
struct tracee {
	struct ptsi_tracee t;
	unsigned flags;
	bool seccomp_first; /* before 4.8 */
	bool has_metadata;  /* since 4.16 */
	bool presets;       /* powerpc, riscv: the result's word is -ENOSYS before the call */
	uint64_t mask[2];
	bool given_up; /* a stop of it couldn't be read */
	long asked;    /* the tracer's last request to resume, and what became of it */
	long resumed;
};

/* The call that it is in. */
struct call {
	struct state program; /* as it was when the program made the call */
	uint64_t ip;          /* after its instruction */
	enum { AS_MADE, RUN, SKIPPED } wanted;
	struct ptsi_syscall_info call; /* RUN */
	int64_t rval;                  /* SKIPPED, or set at the exit stop */
	bool is_error, result_set;
	bool to_be_again; /* it was skipped to be made again */
	bool exits;       /* it has an exit stop */
};

extern struct tracee tracee;
extern struct call call;

/* The tracee is at such a stop: what the library says of it, and what the tracer does then. */
void tracer_at(uint8_t op);
void tracer_elsewhere(int wstatus, int expected);

#endif
