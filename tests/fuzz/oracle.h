/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the documentation says that an operation does at a stop of x86, from the registers and the
 * kernel's own answer.  It shares no code with the library.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ptsi.h"

enum {
	NONE = PTSI_SYSCALL_INFO_NONE,
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
	SKIP = PTSI_SYSCALL_INFO_SKIP,
};

enum { WORDS_MAX = 27, ENOSYS_RVAL = -38, X32_BIT = 0x40000000 };

/* Where a call of an ABI has its words in the tracee's regset. */
struct oracle_abi {
	const char *name;
	uint32_t arch, pointer;
	int value; /* bytes of an argument and of a result */
	int word;  /* bytes of a word of the regset */
	int nr, arg[6], rval, ip, sp;
	int getpid;
};

/* The place of a word of the regset in struct user of a 64-bit tracer, or -1. */
int oracle_user_word(const struct oracle_abi *abi, int word);

extern const struct oracle_abi oracle_x86_64, oracle_int80, oracle_i386;

struct oracle_regs {
	int n;
	uint64_t w[WORDS_MAX];
};

struct oracle_stop {
	const struct oracle_abi *abi;
	struct oracle_regs regs;
	struct ptsi_syscall_info info; /* the kernel's own */
	int size;
};

/* What the library may use. */
struct oracle_env {
	int way;
	bool get, set; /* PTRACE_GET_SYSCALL_INFO and PTRACE_SET_SYSCALL_INFO are answered */
	bool moved;    /* ip isn't behind the call's instruction any more */
};

/*
 * What is to come of an operation.  If must isn't 0 it fails with one of these errnos; if it is,
 * it succeeds with ret, or fails with one of may.  Errnos are bits, see oracle_errno.
 */
struct oracle_expect {
	uint64_t must, may;
	int ret;
	bool unknown;                 /* PTSI_STOP_UNKNOWN will do, too */
	struct oracle_regs regs, alt; /* after a success; each word as in either */
};

uint64_t oracle_errno(int err);
bool oracle_is_vsyscall(const struct oracle_stop *st);
bool oracle_fits(const struct oracle_abi *abi, uint64_t v);
uint64_t oracle_narrow(const struct oracle_abi *abi, uint64_t v);
void oracle_decode(const struct oracle_stop *st, int op, struct ptsi_syscall_info *info);

void oracle_put_result(const struct oracle_abi *abi, struct oracle_expect *e, int64_t rval);
void oracle_cut(const struct oracle_abi *abi, struct oracle_expect *e);

void oracle_nothing(const struct oracle_stop *st, struct oracle_expect *e);
void oracle_get(const struct oracle_stop *st, const struct oracle_env *env,
		struct oracle_expect *e);
void oracle_set(const struct oracle_stop *st, const struct oracle_env *env,
		const struct ptsi_syscall_info *want, size_t size, struct oracle_expect *e);
void oracle_repeat(const struct oracle_stop *st, const struct oracle_env *env,
		   const struct ptsi_syscall_info *entry, struct oracle_expect *e);
void oracle_features(const struct oracle_stop *st, const struct oracle_env *env,
		     struct oracle_expect *e);
void oracle_abi_info(const struct oracle_stop *st, const struct oracle_env *env, size_t size,
		     struct oracle_expect *e, struct ptsi_abi_info *abi);

/* What a followed tracee's tracer is to be told, and what its last call is owed. */
struct oracle_follow {
	unsigned flags;
	int way;
	bool wants_syscalls; /* it was last resumed for entry and exit stops */
	bool unsure;         /* the last stop was told as UNKNOWN */
	bool shown;          /* something can be set at this stop */
	bool skipped, due, next_due;
	int64_t rval; /* of the skipped call */
	int nr;       /* which number took the place of its own */
	bool moved;   /* the tracer has set another ip or sp */
	int kept;     /* arguments to be put back: PTSI_KEEP_ARGS */
	uint64_t was[6], wrote[6], was_nr, wrote_nr;
};

void oracle_follow_begin(struct oracle_follow *f);
void oracle_tracee_stop(const struct oracle_stop *st, const struct oracle_env *env,
			struct oracle_follow *f, int wstatus, bool begins, struct oracle_expect *e);
void oracle_tracee_stopped(const struct oracle_stop *st, struct oracle_follow *f, int kind);
void oracle_tracee_set(const struct oracle_stop *st, const struct oracle_env *env,
		       const struct oracle_follow *f, const struct ptsi_syscall_info *want,
		       struct oracle_expect *e);
void oracle_tracee_was_set(const struct oracle_stop *was, struct oracle_follow *f,
			   const struct ptsi_syscall_info *want);

#endif
