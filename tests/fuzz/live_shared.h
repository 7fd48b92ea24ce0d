/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the fuzzer and a tracee share: memory of 64-bit words.  A tracee is a puppet: it makes the
 * call that the fuzzer has ordered, and reports all that came back in registers.  It never waits:
 * the fuzzer writes the next order while the tracee is stopped.
 */
#ifndef LIVE_SHARED_H
#define LIVE_SHARED_H

#include <stdint.h>

/* Numbers that no kernel has, for the tracee's own filter. */
#define NR_HASH  0x3a51 /* fails with a hash of its arguments for the errno */
#define NR_TRACE 0x3a52 /* a SECCOMP stop with a hash of them for the data */
#define NR_SYNC  0x3a53 /* a SECCOMP stop, where the fuzzer wants to have the tracee back */

enum { DATA_PLAIN = 0x1234, DATA_SYNC = 0x5678, ERRNO_OF_SKIPPED = 77 };

/* What the filter answers to the number -1; NO_FILTER: there is none. */
enum live_filter { NO_FILTER, SKIP_ALLOWED, SKIP_FAILS, SKIP_TRACED, FILTERS };

enum live_kind { BY_SYSCALL, BY_VSYSCALL, BY_INT80 };

enum { PADS = 4, ARGS = 6 };

struct live_shared {
	uint64_t nr, args[ARGS];                  /* the order */
	uint64_t rval, got[ARGS], sp, pad;        /* the report; pad: which one it came by */
	uint64_t reports;                         /* how many there were */
	uint64_t saved_sp;                        /* the tracee's own */
	uint64_t kind;                            /* enum live_kind of the order */
	uint64_t sync;                            /* make a call NR_SYNC after the report */
	uint64_t filter;                          /* enum live_filter */
	uint64_t go;                              /* the tracer is there */
	uint64_t after, after_sync, pads[PADS];   /* where its calls return to */
	uint64_t pid, ppid, uid, euid, gid, egid; /* what calls are to return */
	uint64_t traced[4];                       /* numbers that its filter has traced */
	uint64_t sleep[2];                        /* a timespec of a second */
	uint64_t sleep_at;                        /* where the tracee has it */
};

void tracee_run(struct live_shared *shared) __attribute__((noreturn));

/* The hash, as the filter makes it of the arguments and the instruction pointer. */
static inline uint32_t live_hash(const uint64_t *args, uint64_t ip)
{
	uint32_t a = 7;

	for (int i = 0; i < ARGS; i++) {
		a = a * 31 + (uint32_t)args[i];
		a = a * 31 + (uint32_t)(args[i] >> 32);
	}
	a = a * 31 + (uint32_t)ip;
	return a * 31 + (uint32_t)(ip >> 32);
}

#endif
