/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The fuzzer of the simulated tracee.
 *
 *	sim_draw.c    random numbers, or those of libFuzzer
 *	sim_facts.c   what the kernels of each machine do, beside the machine's layout
 *	sim_state.c   a stop of a machine with random registers, code and requests that fail
 *	sim_kernel.c  the kernel: PTRACE_GET_SYSCALL_INFO with its mistakes, and SET
 *	sim_oracle.c sim_set.c sim_repeat.c   what has to come of an operation
 *	sim_check.c   operations at a stop, each compared with that
 *	sim_case.c    which operations
 *	sim_say.c     messages and counts
 *	sim_follow.c sim_tracer.c     whole calls of a followed tracee
 *	sim.c sim_faults.c libfuzzer.c   the programs
 *
 * The oracle shares nothing with the library but its public header, its requests' numbers and the
 * machines of tests/unit.
 */
#ifndef PTSI_FUZZ_SIM_H
#define PTSI_FUZZ_SIM_H

#include "../unit/machines.h"
#include "sim_family.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum {
	NONE = PTSI_SYSCALL_INFO_NONE,
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
	SKIP = PTSI_SYSCALL_INFO_SKIP,
};

/* ---- sim_draw.c ---- */

void draw_seed(uint64_t seed);
void draw_from(const uint8_t *data, size_t size); /* and zeros when that is used up */
uint64_t draw(void);
unsigned draw_below(unsigned n);
bool draw_one_in(unsigned n);

/* ---- sim_facts.c ---- */

/* What becomes of a result that is written with the number -1 (doc/architectures.md). */
enum lot { NO_SKIP, LOST, KEPT_UNTIL_EXIT, DONE_AT_ONCE, DONE_IF_PRESET };

/* Words are counted from 1; 0: there is none. */
struct facts {
	const char *family, *name;
	int value, pointer; /* bytes */
	enum lot entry, seccomp;
	int twice; /* this word is args[0], too */
	int flag;  /* an error's word, its bits, and what is put there for an error */
	uint64_t flag_bits, flag_set;
	int cant;       /* PTSI_CAN_* that registers don't set before the call */
	int never;      /* ... and the kernel's request neither */
	int user_nr;    /* where a program has the number; 0: no call can be repeated */
	int user_arg0;  /* ... and args[0], beside its word */
	int no_restart; /* 0 there: the kernel restarts nothing */
	bool by_rval;   /* the kernel looks for a restart code in the result's word alone */
	int insn;       /* bytes of a call's instruction */
	bool hidden;    /* GET tells args[0], or openrisc's number, from a copy */
};

const struct facts *facts_of(const struct machine *m);

/* ---- the case ---- */

/* All of a tracee that can change. */
struct state {
	unsigned char image[PTSI_IMAGE_MAX];
	unsigned char code[64];
	int nr;
};

/* mips: where PEEKUSR's R0 is, which is in no regset. */
enum { MIPS_R0 = 60 };

enum fault { FAULT_NONE, FAULT_ONCE, FAULT_KILLED, FAULT_KIND };

struct fuzz {
	const struct machine *m;
	const struct facts *f;
	struct ptsi_family family; /* with the machine's own row */
	uint8_t op;
	int way;
	bool told;       /* the library is told the kind of stop: it can't know it here */
	uint64_t hidden; /* the copy */
	int get_errno, set_errno;

	bool followed;     /* it is a case of sim_follow.c */
	bool fault_is_set; /* by whoever runs the case */
	enum fault fault;
	unsigned fault_at;  /* the request, from 1 */
	long fault_request; /* FAULT_KIND */
	int fault_errno;
	unsigned requests, writes, failed, failed_writes;
	long failed_request; /* the first */
};

extern struct fuzz fz;

bool is(const char *family); /* the machine's */
bool before_call(uint8_t op);
bool is_restart(int64_t rval);

/* ---- sim_state.c ---- */

uint64_t word_of(const struct state *s, int word); /* from 0, as in machines.c */
void word_put(struct state *s, int word, uint64_t val);
void state_now(struct state *s);
void state_load(const struct state *s);
void state_draw(void); /* a machine, a kernel, a stop */
void state_make(void); /* a stop, of fz's machine, kernel and kind */
bool state_is_possible(const struct machine *m, uint8_t op, bool get, bool set);
uint64_t draw_value(void);
uint64_t draw_nr(void);
int64_t draw_result(bool *is_error);
void draw_registers(void);
void state_mark(void);
void draw_fault(void);

/* ---- sim_kernel.c ---- */

ptsi_ptrace_fn kernel_ptrace;
void kernel_watch(void);
bool kernel_keeps_nr(void);
void kernel_put_nr(struct state *s, uint64_t nr);
void kernel_put_result(struct state *s, int64_t rval, bool is_error);
void kernel_set(struct state *s, const struct ptsi_syscall_info *info);

/* ---- sim_oracle.c, sim_set.c, sim_repeat.c ---- */

/* Bits of errnos. */
enum { E_INVAL = 1, E_RANGE = 2, E_NOTSUPP = 4 };

struct expect {
	unsigned must; /* it fails, with one of these; 0: it doesn't */
	unsigned may;  /* it may fail so, where it depends on what the library looks at */
	int answer;
	bool loose; /* an earlier result may stay, which nobody has looked at */
	bool quiet; /* no request writes anything */
	struct state after;
};

bool oracle_info(const struct state *s, struct ptsi_syscall_info *info); /* false: unreadable */
bool oracle_knows_stop(void);
unsigned oracle_nr_refused(uint64_t nr, unsigned *may);
unsigned oracle_result_refused(const struct state *s, int64_t rval, bool is_error);
int64_t oracle_result(int64_t rval);
bool oracle_fits(uint64_t v);
uint64_t oracle_narrow(uint64_t v);
bool oracle_is_scv(const struct state *s);
enum lot oracle_lot(const struct state *s);
bool oracle_has_set(void);
int oracle_can(const struct state *s);
int oracle_native(void);
void oracle_put_ip(struct state *s, uint64_t ip);
void oracle_put_flag(struct state *s, bool error);
void oracle_set(const struct ptsi_syscall_info *want, struct expect *e);
void oracle_repeat(const struct ptsi_syscall_info *entry, struct expect *e);
bool oracle_repeats(const struct state *s, const struct ptsi_syscall_info *entry);
int oracle_features(void);
const char *oracle_abi(void);

/* ---- sim_check.c, sim_follow.c ---- */

enum { OP_GET, OP_SET, OP_SET_READ, OP_REPEAT, OP_FEATURES, OP_ABI, OP_FOLLOWED, OPS };

struct counts {
	uint64_t ops[OPS], answers[OPS], errnos[160], cases, followed_calls;
};

extern struct counts counts[]; /* by machine */

unsigned fuzz_one(void); /* a case: how many operations it had */
unsigned follow_case(void);
enum { OPERATIONS = 12 };
void case_operation(unsigned which, const struct ptsi_syscall_info *info);

/* The library's call, and whether it did what it had to. */
bool check_get(struct ptsi_syscall_info *info); /* false: it can't be read */
void check_set(const struct ptsi_syscall_info *want, int op);
void check_repeat(const struct ptsi_syscall_info *entry);
void check_features(void);
void check_abi(void);

void check_state(struct state expected, const char *what); /* sim's is that */

extern bool fuzz_shows; /* each operation, as it begins */

/* What is being done. */
struct doing {
	int op;
	struct ptsi_syscall_info want;
	struct state before;
};

extern struct doing doing;

/* For counts and messages: what is being done, and what came of it. */
void fuzz_says(int op, const struct ptsi_syscall_info *want);
void fuzz_counts(int r);

/* What was expected didn't come: says so, how to see it again, and ends the program. */
_Noreturn void mismatch(const char *format, ...) __attribute__((format(printf, 1, 2)));
void fuzz_where(char *buf, size_t size);

#endif
