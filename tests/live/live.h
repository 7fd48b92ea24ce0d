/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Run a tracee program to its target call, by raw ptrace requests only. */
#ifndef LIVE_H
#define LIVE_H

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../loops.h"
#include "../traits.h"
#include "../untested.h"
#include "marker.h"
#include "ptsi.h"

enum {
	NONE = PTSI_SYSCALL_INFO_NONE,
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
	SKIP = PTSI_SYSCALL_INFO_SKIP,
};
enum { RAW_GET = 0x420e, RAW_SET = 0x4212 };
enum { N_KINDS = 2 };
static const int kinds[N_KINDS] = { ENTRY, SECCOMP };

/*
 * libcheck's assertions note where they are in memory that threads share.  This one, for the
 * harness and for threads, does so only when it fails.
 */
#define MUST(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			ck_abort_msg("%s:%d: %s: %s", __FILE__, __LINE__, #cond, strerror(errno)); \
	} while (0)

/* A tracee at the stop of its target call. */
struct target {
	pid_t tid;
	int kind;                    /* ENTRY or SECCOMP */
	uint64_t right, wrong, p, q; /* what the marker told */
};

/* All that the kernel tells of a stop. */
struct snapshot {
	unsigned char regs[512];
	size_t len;
	struct ptsi_syscall_info info;
	int size;
};

extern const char *live_abi; /* of the tracee programs: "native", or one of these */

struct abi {
	const char *live, *name, *arch_name; /* here, ptsi_abi_info's, ptsi_arch_name's */
	uint32_t arch;
	int pointer, value; /* bytes of a pointer, and of an argument */
};

const struct abi *abi(void); /* NULL: native */
extern int live_way;         /* PTSI_AUTO, ... */
bool int80(void);            /* i386 calls of 64-bit code */
int word_size(void);         /* bytes of an argument and of a result in live_abi */
bool is_told(int64_t rval);  /* the tracee can tell that a result is this */

/* What the kernel can, and what its sources say of the architecture. */
extern bool live_has_get;    /* PTRACE_GET_SYSCALL_INFO */
extern bool live_has_set;    /* PTRACE_SET_SYSCALL_INFO */
bool marks_stops(void);      /* a register tells entry from exit stops */
bool result_is_first(void);  /* the result's register is the first argument's */
bool tells_first(void);      /* PTRACE_GET_SYSCALL_INFO tells a first argument set by registers */
bool keeps_result(void);     /* of a call that is skipped at a SECCOMP stop */
int args_by_registers(void); /* mask of those that can be set so */
bool native_args(void);      /* PTRACE_SET_SYSCALL_INFO is used for arguments */
const int *refused_numbers(void);
int repeatable_args(void); /* mask of those that may be others when a call is repeated */
bool repeats(void);        /* calls can be made again */
bool vforks(void);         /* the tracees' libc makes a vfork of its own */
bool unskips(void);        /* gives a skipped call its number back */
int settable_args(void);   /* mask of those that can be set by the way that is being used */

/* Where tests/runs.c and the tracee programs are: $PTSI_TRACEES, or beside this program. */
void live_dir(const char *program);
void runs_path(char *path, size_t size);
void tracee_path(char *path, size_t size);

/* Start `tracee-ABI SCENARIO PARAMS...` and stop it at its first target call. */
void start(struct target *t, int kind, const char *const params[]);
struct target start_rounds(int kind, const char *what, long long param);
void next_target(struct target *t);

void resume(pid_t tid, int request, int sig);
int await(pid_t tid);                    /* wstatus of what came next */
int go(pid_t tid, int request, int sig); /* both */
int go_to(pid_t tid, int op); /* by PTRACE_SYSCALL to the next stop of this op; wstatus */
void finish(pid_t tid);       /* it ends, having found all as it should be */

/* Rounds: tell what the tracee is to find. */
void tell(const struct target *t, long told);
void finish_told(const struct target *t, bool changed);

/* way.c: the same without PTRACE_GET_SYSCALL_INFO */
bool way_is_known(void);
void way_resumed(pid_t tid, int request);
void way_stopped(pid_t tid, int wstatus);
void way_without_exit(pid_t tid); /* what was entered has no exit stop */
int way_get(pid_t tid, struct ptsi_syscall_info *info);

/* Whether the library can know which stop this is, by one call about it; and exit stops. */
bool knows_stop(pid_t tid);
bool knows_exits(void);
bool knows_moved(void); /* x86-64: what call it is where ip has been moved away from it */

/*
 * Of a call of the library's, its answer.  Where it can't know which stop this is, and says so,
 * there is nothing more to test.
 */
int known(pid_t tid, int answer);

int raw_get(pid_t tid, struct ptsi_syscall_info *info);
size_t raw_regs(pid_t tid, unsigned char image[512]);
long option_set(pid_t tid, long more);
void snapshot(pid_t tid, struct snapshot *s);
void unchanged(pid_t tid, const struct snapshot *s);

int get(pid_t tid, struct ptsi_syscall_info *info);
int set(pid_t tid, const struct ptsi_syscall_info *info);
int repeat_syscall(pid_t tid, const struct ptsi_syscall_info *entry);
int features_of(pid_t tid);
int set_result(pid_t tid, uint8_t op, int64_t rval, bool is_error);
void result_is(pid_t tid, int64_t rval);
void leave_out(struct ptsi_syscall_info *info); /* arch, ip and sp */

/* Copy the used end of the stack this much further; the stack pointer for it. */
uint64_t copy_stack(pid_t tid, uint64_t sp, int further);

/* To set what was read changes nothing, whatever was read; it is what the kernel says. */
void identity(pid_t tid);

/* Every call fails with ESRCH. */
void no_tracee(pid_t tid);

/* An argument that was passed WRONG too high. */
uint64_t put_right(uint64_t arg);

Suite *set_suite(void);
Suite *values_suite(void);
Suite *errors_suite(void);
Suite *identity_suite(void);
Suite *skip_suite(void);
Suite *move_suite(void);
Suite *info_suite(void);
Suite *vsyscall_suite(void);
Suite *filters_suite(void);
Suite *signals_suite(void);
Suite *tasks_suite(void);
Suite *fallback_suite(void);
Suite *faults_suite(void);
Suite *stress_suite(void);
Suite *unseen_suite(void);

#endif
