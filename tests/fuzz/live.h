/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* The fuzzer of real tracees: what its files share. */
#ifndef LIVE_H
#define LIVE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "live_shared.h"
#include "oracle.h"

/* live_random.c: all decisions, from the seed */

void live_seed(uint64_t seed);
uint64_t live_random(void);
unsigned live_below(unsigned n);
bool live_one_in(unsigned n);
uint64_t live_value(void);                      /* of an argument or a result, often an odd one */
int64_t live_rval(bool *is_error);              /* a result, mostly one that may be */
uint64_t live_nr(const struct oracle_abi *abi); /* a number, mostly of a harmless call */

/* live_requests.c: requests of the fuzzer's own, and those of the library, which may fail */

enum { RAW_GET = 0x420e, RAW_SET = 0x4212 };

struct live_faults {
	bool no_set;          /* the running kernel has no PTRACE_SET_SYSCALL_INFO */
	int get_err, set_err; /* the errno that the native requests are refused with, or 0 */
	int countdown;        /* that many requests from now one fails; negative: none does */
	int err;              /* with this errno */
	bool sticks;          /* and so do all that come after it */
	bool kills;           /* it doesn't fail; the tracee is killed just before it */
	/* what came of it */
	uint64_t errnos;             /* as oracle_errno */
	int hits, writes;            /* failures; those of requests that write */
	int refusals;                /* of SETs by set_err */
	bool again;                  /* a request failed after another one: maybe of an undo */
	bool native;                 /* a native request has failed */
	bool get_absent, set_absent; /* what the library has learnt: EIO was the answer */
};

extern struct live_faults live_faults;
long live_ptrace(long request, pid_t tid, void *addr, void *data);
void live_no_faults(void);
void live_forget(void); /* what was learnt */

/* live_puppet.c, live_tracee.c: a tracee, and what is known of it */

enum live_at { NOWHERE, IN_CALL, IN_VSYSCALL, FOREIGN };

struct live_call {
	uint64_t nr, args[ARGS];
};

struct live_puppet {
	pid_t tid;
	struct live_shared *shared;
	const struct oracle_abi *abi;
	const char *program; /* of another ABI than the fuzzer's */
	int fd;              /* of what they share */
	enum live_kind kind;
	enum live_filter filter;

	int wstatus;
	bool dead;
	struct oracle_stop st; /* the stop it is at */
	enum live_at at;       /* of which call, its own or a handler's */
	uint64_t call_ip;      /* as the call began */
	struct live_call next; /* the call that it will make next */
	bool loose;            /* which isn't known: the kernel may restart one */
	bool sleeps;           /* it may be asleep, and no sync call is to be waited for */
	bool due;              /* it has come back with what follows */
	bool any_rval;         /* but for the result */
	struct live_call left; /* nr: the result */
	uint64_t left_sp, left_ip, reports;
	int awaits;    /* the kind of stop that is to come, or -1 */
	uint32_t data; /* of its filter then */
	uint64_t rval; /* the result then */
	bool awaits_rval;
	uint64_t mask; /* umask */

	/* live_followed.c */
	struct ptsi_tracee t;
	struct oracle_follow follow;
	bool begins; /* this stop is the first of a call */
};

void live_start(struct live_puppet *p);
void live_order(struct live_puppet *p);
void live_poke(struct live_puppet *p, int word, uint64_t val);
void live_end(struct live_puppet *p);
bool live_look(struct live_puppet *p); /* false: it is no more */
void live_arrive(struct live_puppet *p);
bool live_is_safe(const struct live_puppet *p);
void live_settle(struct live_puppet *p);
void live_put_back(struct live_puppet *p, const struct oracle_regs *regs);
void live_predict(struct live_puppet *p, long request);
long live_choose_request(struct live_puppet *p);
int live_signal(struct live_puppet *p);
void live_disturb(struct live_puppet *p);
bool live_wait(struct live_puppet *p);
bool live_is_restart_code(const struct live_puppet *p, uint64_t rval);
bool live_is_pad(const struct live_puppet *p, uint64_t ip);

/* live_kernel.c: what the kernel makes of a call */

enum live_answer { ALLOWED, FAILED, TRACED };

enum live_answer live_filter_answer(const struct live_puppet *p, uint64_t nr, const uint64_t *args,
				    uint64_t ip, uint32_t *data);
bool live_run(struct live_puppet *p, uint64_t nr, const uint64_t *args, uint64_t *rval);
bool live_sleeps(const struct live_puppet *p, uint64_t nr);
int live_number(const struct oracle_abi *abi, int n);
enum {
	N_GETPID,
	N_GETPPID,
	N_GETUID,
	N_GETEUID,
	N_GETGID,
	N_GETEGID,
	N_UMASK,
	N_YIELD,
	N_GETTID,
	N_PAUSE,
	N_NANOSLEEP,
	N_RESTART,
	N_TIME,
	N_NUMBERS
};

/* live_judge.c: what was expected and what came, and the counts */

enum live_op { OP_GET, OP_SET, OP_REPEAT, OP_FEATURES, OP_ABI, OP_INIT, OP_STOP, OP_RESUME, OPS };

struct live_done {
	enum live_op op;
	const struct ptsi_syscall_info *want; /* of sets and repeats */
	struct oracle_env env;
	bool in_parts; /* what fails may have been done in part, and is done again */
};

extern uint64_t live_ops, live_stops;
extern const char *live_mode;
extern uint64_t live_the_seed;
extern int live_verbose;

void live_fail(const struct live_puppet *p, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));
void live_begin(struct live_puppet *p, const struct live_done *done);
void live_judge(struct live_puppet *p, const struct live_done *done, long r,
		const struct oracle_expect *e);
void live_print_counts(void);
void live_print_info(const char *what, const struct ptsi_syscall_info *info);

/* live_make.c: operations at random */

void live_make_kernel(void);
void live_make_faults(bool keeps);
struct oracle_env live_make_env(const struct live_puppet *p);
void live_make_set(const struct live_puppet *p, struct ptsi_syscall_info *want);
void live_make_entry(const struct live_puppet *p, struct ptsi_syscall_info *entry);

/* live_stateless.c, live_followed.c: one step of a tracee, from a stop to the next */

void live_stateless_step(struct live_puppet *p);
void live_followed_step(struct live_puppet *p);
void live_followed_start(struct live_puppet *p);

#endif
