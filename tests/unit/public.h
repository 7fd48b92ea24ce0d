/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The public calls of an x86 library on a simulated tracee: which requests are made, which
 * errnos come back, and what is in the registers afterwards.  This is what the files public_*.c
 * have in common; each is a test case of one program.
 */
#ifndef PTSI_TEST_PUBLIC_H
#define PTSI_TEST_PUBLIC_H

#include <check.h>

#include "sim.h"

#define SIZE        sizeof(struct ptsi_syscall_info)
#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

/* The tracee, and the words of its registers. */
enum { TID = 77, NR = 39, RVAL = 123, RET_DATA = 0x5a, CALL_IP = 0x401000 };

#ifdef __x86_64__
#define ARCH 0xc000003e
enum { WORD = 8, WORDS = 27, W_NR = 15, W_RVAL = 10, W_IP = 16, W_SP = 19 };
enum { W_ARG0 = 14, W_ARG1 = 13, W_ARG2 = 12, W_ARG3 = 7, W_ARG4 = 9, W_ARG5 = 8 };
#else
#define ARCH 0x40000003
enum { WORD = 4, WORDS = 17, W_NR = 11, W_RVAL = 6, W_IP = 12, W_SP = 15 };
enum { W_ARG0 = 0, W_ARG1 = 1, W_ARG2 = 2, W_ARG3 = 3, W_ARG4 = 4, W_ARG5 = 5 };
#endif

enum {
	NONE = PTSI_SYSCALL_INFO_NONE,
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
	SKIP = PTSI_SYSCALL_INFO_SKIP,
};

/* The kernels and ways that must all behave alike. */
enum env {
	NATIVE,        /* has both requests */
	FORCED_KERNEL, /* the same, PTSI_KERNEL */
	FORCED_REGS,   /* the same, PTSI_REGISTERS */
	NO_SET,        /* 5.3 to 6.15 */
	FILTERED,      /* SET is refused to this thread with EPERM */
	ENVS,
	OLD = ENVS, /* before 5.3: SECCOMP stops only */
	ENVS_AND_OLD,
};

/* One past the last env that knows what such a stop is. */
enum env envs_at(uint8_t op);
const char *env_name(enum env env);

/* A stop on such a kernel, each word of the registers unlike the others. */
void stop_at(enum env env, uint8_t op);

/* One word of that stop's registers is something else from the start. */
void stop_has(int word, uint64_t val);

/* What the kernel would say of the stop, not the library; ip, sp and arch 0 if plain. */
struct ptsi_syscall_info info_here(bool plain);

/* What is asked for: what info_here says, but for some fields. */
struct edit {
	int fields; /* PTSI_CAN_*: nr, each argument, ip, sp, or rval and is_error */
	uint8_t op; /* 0: the stop's */
	struct ptsi_syscall_info val;
};

struct ptsi_syscall_info edited(const struct edit *edit, bool plain);

/* Words of the registers that are not as they were at stop_at. */
struct word {
	int word;
	uint64_t val;
};

/* Whether these have changed to this, and nothing else. */
bool only_changed(const struct word *words, int n);
void assert_unchanged(const char *name);

/* The requests that wrote registers. */
unsigned pokes(void);

/* The test cases. */
TCase *public_ways(void);
TCase *public_get(void);
TCase *public_set(void);
TCase *public_refused(void);

#endif
