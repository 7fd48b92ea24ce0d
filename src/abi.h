/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the library is made of: one ABI as data (struct ptsi_abi), one
 * architecture as a set of them (struct ptsi_family), one stop of one tracee
 * (struct ptsi_stop), and the functions that the files of src/ share.
 *
 * Adding an architecture is adding one file to src/arch/: rows of struct ptsi_abi,
 * a struct ptsi_family, and hooks for what a row can't say.  See doc/porting.md.
 * Byte order and word size are members of the row, never the compiler's, so that
 * every architecture's table is tested on every machine.
 */
#ifndef PTSI_ABI_H
#define PTSI_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ptsi.h"

/* Requests, the same number on every architecture (include/uapi/linux/ptrace.h). */
enum {
	PTSI_PEEKDATA = 2,
	PTSI_PEEKUSR = 3,
	PTSI_POKEDATA = 5,
	PTSI_POKEUSR = 6,
	PTSI_CONT = 7,
	PTSI_SYSCALL = 24,
	PTSI_GETEVENTMSG = 0x4201,
	PTSI_GETSIGINFO = 0x4202,
	PTSI_GETREGSET = 0x4204,
	PTSI_SETREGSET = 0x4205,
	PTSI_GETSIGMASK = 0x420a,
	PTSI_SETSIGMASK = 0x420b,
	PTSI_SECCOMP_GET_METADATA = 0x420d,
	PTSI_GET_SYSCALL_INFO = 0x420e,
	PTSI_SET_SYSCALL_INFO = 0x4212,
};

enum {
	PTSI_NT_PRSTATUS = 1,
	PTSI_IMAGE_MAX = 1024, /* ia64's; the largest general regset there is */
	PTSI_EDITS_MAX = 16,
	PTSI_MAX_ERRNO = 4095, /* include/linux/err.h */
};

/* A regset as GETREGSET gives it; len 0: not read. */
struct ptsi_image {
	size_t len;
	unsigned char bytes[PTSI_IMAGE_MAX];
};

/*
 * A change to be made: word is an index into the image, in words of the ABI, or
 * PTSI_NR_CALL.  What the word held before is needed to undo it; unless it is
 * known already ptsi_regs_write finds it out.
 */
struct ptsi_edit {
	int word;
	bool known;
	uint64_t old, val;
};

struct ptsi_edits {
	unsigned n;
	bool keep_old; /* they may be undone: find out all that the words held */
	struct ptsi_edit e[PTSI_EDITS_MAX];
};

enum {
	PTSI_NO_WORD = -1, /* the ABI has no such word */
	PTSI_NR_CALL = -2, /* nr is in no regset: the write_nr hook sets it */
};

/* What becomes of a result that is written when the call is set to be skipped. */
enum ptsi_skip {
	PTSI_SKIP_NO,    /* the call can't be skipped at this stop */
	PTSI_SKIP_EXIT,  /* lost, or there is no place for it: set it at the exit stop */
	PTSI_SKIP_AHEAD, /* kept by the kernel, but a later seccomp filter may replace it */
	PTSI_SKIP_KEPT,  /* kept, and nothing comes after: PTSI_DONE */
};

struct ptsi_stop;

/*
 * One ABI.  Words are indices into the regset image in units of word bytes.
 * Hooks are NULL where the generic way, which the rest of the row describes, is right.
 */
struct ptsi_abi {
	const char *name;
	uint32_t arch;    /* AUDIT_ARCH_* */
	uint8_t word;     /* bytes of a word of the image */
	uint8_t value;    /* bytes of an argument and of a result */
	uint8_t pointer;  /* bytes of a pointer in a program of this ABI */
	uint8_t insn_len; /* of the instruction that makes the call; ip -= insn_len repeats it */
	bool big;         /* big-endian image */
	bool whole_args;  /* the kernel tells all bits of a word, even where value is less */
	uint16_t size;    /* bytes of the whole image; 0: reach the words by PEEKUSR and POKEUSR only */
	uint16_t enosys;  /* ENOSYS of the tracee's architecture */

	int16_t nr;     /* where the number is at entry and SECCOMP stops, or PTSI_NR_CALL */
	int16_t arg[6]; /* PTSI_NO_WORD: can't be reached */
	int16_t arg1_copy; /* second word that has to follow arg[0] */
	int16_t rval;
	int16_t ip;
	int16_t sp;
	int16_t user_nr; /* where the program put nr before the instruction */
	int getpid;      /* a number that does no harm */
	int native_wrong; /* as in struct ptsi_family, besides */

	/*
	 * The error flag: word flag & flag_mask is flag_set for an error, whose positive
	 * errno is in rval.  PTSI_NO_WORD: no flag, rval is the negative errno.
	 */
	int16_t flag;
	uint64_t flag_mask, flag_set;

	uint8_t poke;   /* POKEUSR and PEEKUSR address of word w is w * poke; 0: not to be used */
	bool prefix;    /* a SETREGSET shorter than the regset is safe */
	bool presets;   /* rval holds -ENOSYS from the start of an entry or SECCOMP stop */
	uint8_t at_entry, at_seccomp; /* enum ptsi_skip */

	/* What this very stop makes of at_entry and at_seccomp: an enum ptsi_skip, or -1. */
	int (*skip)(struct ptsi_stop *st);
	/* Of the PTSI_CAN_* bits in can, those that can really be done at this stop, either way. */
	int (*limit)(const struct ptsi_stop *st, int can);
	/* No exit stop follows this stop of this call. */
	bool (*no_exit)(const struct ptsi_stop *st);
	/* This call has no error flag though the ABI has one: 1, 0, or -1. */
	int (*no_flag)(struct ptsi_stop *st);
	/* A call that code of a wider ABI has made, so that addresses are wider: 1, 0, or -1. */
	int (*in_wide_code)(struct ptsi_stop *st);
	/* Errno for a new nr that makes the kernel misbehave, else 0. */
	int (*nr_refused)(struct ptsi_stop *st, int nr);
	/* Set the number where it is in no regset. */
	int (*write_nr)(struct ptsi_stop *st, int nr);
	/* Mend what the words alone get wrong in st->info (of which op is known). */
	int (*decode)(struct ptsi_stop *st);
	/* Where only trying tells whether a call can be skipped: 1 or 0, undone, or -1. */
	int (*try_skip)(struct ptsi_stop *st);
	/*
	 * Edits for a result, for an ip, for a sp, and for all that repeating a call needs (to
	 * which ptsi_edit_repeat contributes what the row says).
	 */
	int (*edit_result)(struct ptsi_stop *st, struct ptsi_edits *ed, int64_t rval, bool error);
	int (*edit_ip)(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip);
	int (*edit_sp)(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t sp);
	int (*edit_repeat)(struct ptsi_stop *st, struct ptsi_edits *ed,
			   const struct ptsi_syscall_info *entry);
	/* Edits that a skipped call needs besides nr and arguments to run after all. */
	int (*edit_revived)(struct ptsi_stop *st, struct ptsi_edits *ed);
	/*
	 * Put the arguments that a repeat takes from the tracee's memory there, all or none, and
	 * give what was there in their place.
	 */
	int (*exchange_args)(struct ptsi_stop *st, uint64_t *args);
	/* Whether calls can be repeated, where that isn't so of all: 1, 0, or -1. */
	int (*repeats)(struct ptsi_stop *st);
	/* The ABI of the call where that is narrower than this row (x32); never NULL. */
	const struct ptsi_abi *(*variant)(struct ptsi_stop *st);
};

/* One architecture: what a library built for it knows. */
struct ptsi_family {
	const char *name;
	const struct ptsi_abi *const *abis; /* all its rows, NULL last; for the tests */

	/*
	 * PTSI_CAN_* that PTRACE_SET_SYSCALL_INFO gets wrong: pass it over for these.  It always
	 * sets all arguments, so where one is wrong NR is too.
	 */
	int native_wrong;
	/* Set nr without having looked at the stop up to this; 0: any int. */
	uint32_t nr_plain_max;
	bool all_wide; /* every ABI's values have 64 bits */
	/* Look at a SECCOMP stop before nr is set there. */
	bool look_at_seccomp;
	uint8_t sigset_size; /* bytes of the kernel's sigset_t; 0: 8 */
	uint16_t read_max; /* bytes of the regset that may be read; 0: all */
	bool peek_returns; /* the system call returns what PEEKDATA has read, and stores nothing */

	/*
	 * The row for this stop.  st->info is what PTRACE_GET_SYSCALL_INFO said, or, when
	 * st->info_size is 0, unknown but for op.  NULL and errno: none fits.
	 */
	const struct ptsi_abi *(*pick)(struct ptsi_stop *st);
	/* ENTRY or EXIT where registers truly mark them at a syscall-stop, NONE where not. */
	int (*mark)(struct ptsi_stop *st);
	/* Mend what the kernel's PTRACE_GET_SYSCALL_INFO got wrong in st->info. */
	int (*repair)(struct ptsi_stop *st);
	/* Read st->image where GETREGSET doesn't (m68k). */
	int (*read)(struct ptsi_stop *st);
	/* Write st->image likewise: its first len bytes have changed. */
	int (*write)(struct ptsi_stop *st, const struct ptsi_image *image, size_t len);
};

/* One stop of one tracee, and what is known about it so far. */
struct ptsi_stop {
	pid_t tid;
	int way;                /* PTSI_AUTO, ... */
	ptsi_ptrace_fn *ptrace; /* the caller's, or NULL */
	const struct ptsi_family *family;
	const struct ptsi_abi *abi;    /* NULL: not picked */
	int info_size;                 /* 0: info isn't known */
	bool native_get;               /* info is the kernel's */
	int never;                     /* PTSI_CAN_* that are not to be used; for tests */
	struct ptsi_syscall_info info; /* as ptsi_get_syscall_info returns it */
	struct ptsi_image image;
};

/* The kernel acts on these itself when a signal is pending (include/linux/errno.h). */
static inline bool ptsi_is_restart_code(int64_t rval)
{
	return (rval >= -514 && rval <= -512) || rval == -516;
}

/* kernel.c: requests, overrides, and what the running kernel has */
#define PTSI_LACKING (-2) /* the kernel's request is absent or refused: use another way */

void ptsi_stop_init(struct ptsi_stop *st, pid_t tid);
long ptsi_request(const struct ptsi_stop *st, long request, unsigned long addr, void *data);
int ptsi_native_get(const struct ptsi_stop *st, struct ptsi_syscall_info *info);
int ptsi_native_set(const struct ptsi_stop *st, const struct ptsi_syscall_info *info);
int ptsi_native_has_set(const struct ptsi_stop *st);
bool ptsi_is_plain(const struct ptsi_family *family, const struct ptsi_syscall_info *want);

/* regs.c: registers in and out with the fewest requests */
uint64_t ptsi_image_word(const struct ptsi_abi *abi, const struct ptsi_image *image, int word);
void ptsi_image_put(const struct ptsi_abi *abi, struct ptsi_image *image, int word, uint64_t val);
int ptsi_regs_read(struct ptsi_stop *st);
int ptsi_regs_word(struct ptsi_stop *st, int word, uint64_t *val);
void ptsi_edit(struct ptsi_edits *ed, int word, uint64_t val);
void ptsi_edit_known(struct ptsi_edits *ed, int word, uint64_t old, uint64_t val);
int ptsi_regs_write(struct ptsi_stop *st, struct ptsi_edits *ed);
void ptsi_regs_undo(struct ptsi_stop *st, const struct ptsi_edits *ed);

/* decode.c: st->info from the kernel's request or from registers; values and their sizes */
int ptsi_stop_info(struct ptsi_stop *st);
int ptsi_stop_info_native(struct ptsi_stop *st);
int ptsi_stop_info_by_registers(struct ptsi_stop *st, int op);
int ptsi_stop_abi(struct ptsi_stop *st);
bool ptsi_fits(const struct ptsi_abi *abi, uint64_t v);
uint64_t ptsi_narrow(const struct ptsi_abi *abi, uint64_t v);
bool ptsi_is_errno(const struct ptsi_abi *abi, uint64_t v);
int ptsi_decode_result(struct ptsi_stop *st);
bool ptsi_repair_error(struct ptsi_syscall_info *info);

/* skip.c: skipping a call, and what its result needs */
int ptsi_skip_rule(struct ptsi_stop *st);
int ptsi_edit_result(struct ptsi_stop *st, struct ptsi_edits *ed, int64_t rval, bool error);
int ptsi_edit_skip(struct ptsi_stop *st, struct ptsi_edits *ed, int rule, int64_t rval, bool error);
int ptsi_harmless_nr(struct ptsi_stop *st);

/* check.c: what is to change, and whether it may */
bool ptsi_at_entry(uint8_t op);
bool ptsi_malformed(const struct ptsi_syscall_info *want);
int ptsi_changes(const struct ptsi_stop *st, const struct ptsi_syscall_info *want, bool skip);
uint64_t ptsi_address(const struct ptsi_stop *st, uint64_t addr);
int ptsi_check_nr(struct ptsi_stop *st, uint64_t nr);
int ptsi_check_values(struct ptsi_stop *st, const struct ptsi_syscall_info *want, int c, bool skip);

/* plan.c: what can be done at a stop, and which way */
struct ptsi_plan {
	int change; /* PTSI_CAN_* of what is to change */
	int native; /* of these, what the kernel's request does */
	int lacks;  /* of these, what can't be done here */
	int can;    /* what registers do at this stop, DONE among it; 0 where not needed */
	bool skip;  /* want is a result for a call that isn't to run */
};

int ptsi_native_can(const struct ptsi_stop *st);
int ptsi_regs_can(struct ptsi_stop *st);
int ptsi_can_repeat(struct ptsi_stop *st);
int ptsi_stop_plan(struct ptsi_stop *st, const struct ptsi_syscall_info *want,
		   struct ptsi_plan *plan);

/* core.c: the public calls on a stop */
int ptsi_get_slowly(pid_t tid, size_t size, struct ptsi_syscall_info *info, bool refused);
int ptsi_set_slowly(pid_t tid, const struct ptsi_syscall_info *info);
int ptsi_edit_repeat(struct ptsi_stop *st, struct ptsi_edits *ed,
		     const struct ptsi_syscall_info *entry);
int ptsi_stop_set(struct ptsi_stop *st, const struct ptsi_syscall_info *want);
int ptsi_try_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *entry);
int ptsi_stop_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *entry);
int ptsi_stop_features(struct ptsi_stop *st);

/*
 * tracee.c, stops.c, again.c: the followed tracee.  This is what its priv holds.
 */
enum ptsi_phase {
	PTSI_UNSURE,  /* attached in the middle of something: a syscall-stop may be either */
	PTSI_OUTSIDE, /* the next syscall-stop is an entry */
	PTSI_INSIDE,  /* the next syscall-stop is an exit, if the tracee was resumed for it */
	PTSI_CALLED,  /* as INSIDE, by a SECCOMP stop: before 4.8 the entry stop comes after it */
};

/* Of a call's syscall-entry-stop and its SECCOMP stop, which comes first: it changed in 4.8. */
enum ptsi_order { PTSI_ORDER_UNKNOWN, PTSI_ENTRY_FIRST, PTSI_SECCOMP_FIRST };

enum ptsi_again {
	PTSI_AGAIN_NO,
	PTSI_AGAIN_SKIPPED, /* the call is skipped; at its exit stop it is to be made again */
	PTSI_AGAIN_REWOUND, /* the tracee is about to make it again, its signals blocked */
	PTSI_AGAIN_RUNNING, /* it has entered the call again */
};

struct ptsi_state {
	ptsi_ptrace_fn *ptrace;
	const struct ptsi_abi *abi;      /* of the current stop */
	const struct ptsi_abi *call_abi; /* of the call that was entered, if that was looked at */
	struct ptsi_syscall_info now; /* what the current stop is about; op 0: none to be set */
	uint64_t ip, sp;              /* at the entry of the call */
	int64_t rval;                 /* of a skipped call */
	int skip_nr;                  /* the number it was given */
	struct ptsi_syscall_info redo; /* the call that is to be made again */
	uint64_t blocked[2];           /* the tracee's signal mask meanwhile */
	uint64_t was[6], wrote[6];     /* PTSI_KEEP_ARGS */
	int never;
	int now_size;
	uint8_t way, phase, again, redo_kind;
	uint8_t kept_args;  /* bit i: args[i] is to be put back */
	bool executed;       /* since the entry stop */
	uint8_t order;       /* enum ptsi_order */
	bool native;         /* the current stop was told by the kernel */
	bool wants_syscalls; /* the caller resumed with PTRACE_SYSCALL */
	bool owed;     /* rval has to be set at the exit stop */
	bool in_place; /* rval is set, and is looked at again if there is an exit stop */
	bool is_error;
} __attribute__((may_alias));

struct ptsi_state *ptsi_state(struct ptsi_tracee *t);
void ptsi_state_load(const struct ptsi_tracee *t, struct ptsi_stop *st, bool known);
void ptsi_state_take(struct ptsi_state *s, const struct ptsi_stop *st);
int ptsi_again_start(struct ptsi_tracee *t, struct ptsi_stop *st,
		     const struct ptsi_syscall_info *want);
int ptsi_again_rewind(struct ptsi_state *s, struct ptsi_stop *st);
int ptsi_again_entered(struct ptsi_state *s, struct ptsi_stop *st);
int ptsi_find_order(struct ptsi_state *s, const struct ptsi_stop *st);
void ptsi_tracee_never(struct ptsi_tracee *t, int can); /* for tests */

int ptsi_fail(int err); /* errno = err; return -1 */

#endif
