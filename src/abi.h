/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What a file of src/arch/ is made of, and what it may call.
 *
 * An architecture is a struct ptsi_family.  It has a row, a struct ptsi_abi, for each ABI
 * that its kernels run, and hooks for what a row can't say.  doc/porting.md goes through
 * all of it with an example.
 *
 * Byte order and word size are members of a row and never the compiler's, so that every
 * architecture's table is tested on every machine.
 */
#ifndef PTSI_ABI_H
#define PTSI_ABI_H

#include <errno.h>
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
	PTSI_SYSEMU = 31, /* powerpc has another; SYSEMU_SINGLESTEP is the next */
	PTSI_GETEVENTMSG = 0x4201,
	PTSI_GETSIGINFO = 0x4202,
	PTSI_GETREGSET = 0x4204,
	PTSI_SETREGSET = 0x4205,
	PTSI_LISTEN = 0x4208,
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

/* The general regset (NT_PRSTATUS) as GETREGSET gives it; len 0: not read. */
struct ptsi_image {
	size_t len;
	unsigned char bytes[PTSI_IMAGE_MAX];
};

/*
 * A register is named by its place in the image, counted in words of the ABI from 1, so
 * that 0, which is what a member of a row is that nobody mentions, is no register.
 */
#define PTSI_WORD(index) ((index) + 1)
#define PTSI_INDEX(word) ((word)-1)

/*
 * In place of a word: the number is in no regset, and the hook write_nr sets it.  (Of a call
 * before it is made; on mips, of one that the kernel may restart.)
 */
#define PTSI_NR_CALL (-1)

/* What becomes of a result that is written when the call is set to be skipped. */
enum ptsi_skip {
	PTSI_SKIP_NO,     /* the call can't be skipped at this stop */
	PTSI_SKIP_EXIT,   /* it is lost, or there is no place for it: set it at the exit stop */
	PTSI_SKIP_AHEAD,  /* the kernel keeps it, but a later seccomp filter may replace it */
	PTSI_SKIP_KEPT,   /* the kernel keeps it, and nothing comes after: PTSI_DONE */
	PTSI_SKIP_PRESET, /* KEPT on kernels that have put -ENOSYS there, else EXIT */
};

/* Which calls have a syscall-exit-stop. */
enum ptsi_exit {
	PTSI_EXIT_ALWAYS,
	PTSI_EXIT_UNLESS_SKIPPED, /* none after an entry stop that is left with nr -1 */
	PTSI_EXIT_NEVER,
};

struct ptsi_stop;
struct ptsi_edits;

/*
 * One ABI.  A member that a row leaves out is 0, and says that there is no such thing.
 * Hooks return 0, or -1 with errno set, unless said otherwise; without a hook the rest of
 * the row says it all.
 */
struct ptsi_abi {
	const char *name;
	uint32_t arch;   /* AUDIT_ARCH_* */
	uint16_t enosys; /* ENOSYS of the tracee's architecture */
	int getpid;      /* the number of a call that does no harm */
	uint8_t value;   /* bytes of an argument and of a result */
	uint8_t pointer; /* bytes of a pointer in a program of this ABI */
	uint8_t address; /* bytes of ip and sp, where these are wider than a value */

	/* The image. */
	uint8_t word;     /* bytes of a word */
	bool big;         /* big-endian */
	bool whole_words; /* the kernel tells all bits of a word, not just value's */

	/* Which words it has.  One that is left out can be neither read nor set. */
	int16_t nr;     /* at entry and SECCOMP stops; or PTSI_NR_CALL */
	int16_t arg[6]; /* what the call is made with */
	int16_t rval;   /* the result, at an exit stop */
	int16_t ip;
	int16_t sp;

	/*
	 * The error flag.  In a failed call flag & flag_mask isn't 0, and rval has the positive
	 * errno.  A result without error has 0 there, and an error that is set has flag_set.
	 * Without such a word rval is the negative errno.
	 */
	int16_t flag;
	uint64_t flag_mask, flag_set;

	/* How words are reached. */
	uint16_t size; /* bytes of the regset to be written; 0: by PEEKUSR and POKEUSR only */
	uint8_t poke;  /* POKEUSR's address of a word is its index * poke; 0: there is none */
	bool prefix;   /* a SETREGSET that is shorter than size is safe */

	/* What can't be set although there is a word: PTSI_CAN_* before the call and after it. */
	int cant_entry, cant_exit;
	uint8_t sp_fixed; /* bits of sp that have to stay as they are */
	int nr_first;     /* numbers that the kernel takes for this ABI's are from nr_first on */
	int nr_last;      /* and up to this; 0: there is no limit to either side */
	/* 1 or 0, or -1: nr makes the kernel misbehave. */
	int (*nr_refused)(struct ptsi_stop *st, int nr);
	bool nr_is_guess; /* registers tell the program's number, not one that was set */
	int (*write_nr)(struct ptsi_stop *st, int nr); /* set nr where that is PTSI_NR_CALL */

	/* Skipping a call. */
	uint8_t skip_at_entry, skip_at_seccomp; /* enum ptsi_skip */
	uint8_t exit_stop;                      /* enum ptsi_exit */
	bool presets; /* rval is -ENOSYS from the start of every entry and SECCOMP stop */
	/* 1 or 0, and nothing has changed, or -1: where only trying tells if a call can be skipped
	 */
	int (*try_skip)(struct ptsi_stop *st);

	/* Making a call again, at its exit stop. */
	uint8_t insn_len;  /* ip - insn_len is where the call's instruction is */
	int16_t user_nr;   /* where the program puts nr; left out: no call can be repeated */
	int16_t user_arg1; /* where the program puts args[0], if that isn't arg[0] */
	bool arg1_twice;   /* the kernel looks at both: set user_arg1 along with arg[0], always */
	bool restarts_by_rval; /* the kernel restarts what has a restart code in rval, call or not
				*/
	int16_t no_restart;    /* a word that is 0 where there is nothing to be restarted */
	/* 1 or 0, or -1: this call can be repeated; entry is NULL if it may be any. */
	int (*repeats)(struct ptsi_stop *st, const struct ptsi_syscall_info *entry);
	/* The address of the call's instruction where insn_len doesn't tell it. */
	int (*insn_address)(struct ptsi_stop *st, uint64_t ip, uint64_t *addr);
	/* Put the arguments that are taken from memory there, all or none; get what was there. */
	int (*exchange_args)(struct ptsi_stop *st, uint64_t *args);

	/* PTSI_CAN_* that PTRACE_SET_SYSCALL_INFO gets wrong: registers are written instead. */
	int native_wrong;
	bool native_enosys; /* to set nr -1 by it puts -ENOSYS into rval */

	/* What single words can't say: mend what was read from them, and how they are written. */
	int (*mend_words)(struct ptsi_stop *st); /* st->info, of which op is known */
	int (*edit_result)(struct ptsi_stop *st, struct ptsi_edits *ed, int64_t rval, bool error);
	int (*edit_ip)(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip);

	/* The row for the stop's call that says more than this one does; NULL and errno on error.
	 */
	const struct ptsi_abi *(*refine)(struct ptsi_stop *st);
};

/* One architecture: what a library that is built for it knows. */
struct ptsi_family {
	const char *name;
	const struct ptsi_abi *const *abis; /* its rows, NULL last */
	const struct ptsi_abi *own;         /* the row where nobody tells arch and pick is NULL */

	/* What may be set by PTRACE_SET_SYSCALL_INFO with nothing known about the stop. */
	int look_at;       /* nothing at stops whose bit 1 << PTSI_SYSCALL_INFO_* is set here */
	int nr_plain_last; /* numbers up to this; 0: all */
	bool all_wide;     /* any argument, as all ABIs have values of 64 bits */

	uint8_t sysemu;      /* PTRACE_SYSEMU; 0: PTSI_SYSEMU */
	uint8_t sigset_size; /* bytes of the kernel's sigset_t; 0: 8 */
	uint16_t read_max;   /* bytes of the regset that may be read; 0: all */
	bool peek_returns;   /* PEEKDATA and PEEKUSR return the word instead of storing it */

	/*
	 * The row for this stop.  st->info is what PTRACE_GET_SYSCALL_INFO said, or, where
	 * st->info_size is 0, unknown but for op.  NULL and errno: none fits.  Left out: the
	 * row whose arch it is.
	 */
	const struct ptsi_abi *(*pick)(struct ptsi_stop *st);
	/* What registers tell of a syscall-stop: ENTRY, EXIT, or NONE for nothing. */
	int (*mark)(struct ptsi_stop *st);
	/* Mend what PTRACE_GET_SYSCALL_INFO got wrong in st->info. */
	int (*mend_native)(struct ptsi_stop *st);
	/* Read st->image where GETREGSET doesn't do. */
	int (*read)(struct ptsi_stop *st);
	/* Write image where SETREGSET doesn't do; its first len bytes have changed. */
	int (*write)(struct ptsi_stop *st, const struct ptsi_image *image, size_t len);
};

/* One stop of one tracee, and what is known about it so far. */
struct ptsi_stop {
	pid_t tid;
	int way;                  /* PTSI_AUTO, ... */
	ptsi_ptrace_fn *ptrace;   /* the caller's, or NULL */
	_Atomic unsigned *learnt; /* what that has answered to the native requests */
	const struct ptsi_family *family;
	const struct ptsi_abi *abi;    /* NULL: not picked */
	bool native_get;               /* info is the kernel's */
	bool set_refused;              /* PTRACE_SET_SYSCALL_INFO was, at this very stop */
	int never;                     /* PTSI_CAN_* that registers don't do; for tests */
	int info_size;                 /* 0: info isn't known */
	struct ptsi_syscall_info info; /* as ptsi_get_syscall_info returns it */
	struct ptsi_image image;
};

/* errno = err; return -1 */
int ptsi_fail(int err);

/* A ptrace request on the stopped tracee; what PEEK* read is stored through data. */
long ptsi_request(const struct ptsi_stop *st, long request, unsigned long addr, void *data);

/* 1, 0 or -1: the running kernel has PTRACE_SET_SYSCALL_INFO and this thread may use it. */
int ptsi_kernel_has_set(const struct ptsi_stop *st);

/* The number, by PTRACE_GET_SYSCALL_INFO: 1, 0 if that can't be asked, or -1. */
int ptsi_kernel_nr(const struct ptsi_stop *st, uint64_t *nr);

/* Pick st->abi unless that is done. */
int ptsi_decode_abi(struct ptsi_stop *st);

/*
 * A result that looks as if it was a success, since a 64-bit kernel saw only the lower half
 * of a 32-bit call's negative errno: true if this was so, and is mended.
 */
bool ptsi_decode_narrow_error(struct ptsi_syscall_info *info);

/* v is a value of the tracee's word, zero- or sign-extended. */
bool ptsi_decode_fits(const struct ptsi_abi *abi, uint64_t v);

/* v as the tracee's word has it: two values that fit are the same if this is. */
uint64_t ptsi_decode_narrow(const struct ptsi_abi *abi, uint64_t v);

/* The tracee's libc takes this result for an error where there is no error flag. */
bool ptsi_decode_is_errno(const struct ptsi_abi *abi, uint64_t v);

/* Read the regset into st->image, once. */
int ptsi_regs_read(struct ptsi_stop *st);

/* One word as the row abi has it, and one of st->abi.  EOPNOTSUPP: there is no such word. */
int ptsi_regs_word_of(struct ptsi_stop *st, const struct ptsi_abi *abi, int word, uint64_t *val);
static inline int ptsi_regs_word(struct ptsi_stop *st, int word, uint64_t *val)
{
	return ptsi_regs_word_of(st, st->abi, word, val);
}

/*
 * Add a change to those that will be written together; the last one of a word counts, and
 * one of a word that the row doesn't have is left out.  Tell what the word holds if that is
 * known: it need not be read then to be put back when another write fails.
 */
void ptsi_regs_edit(struct ptsi_edits *ed, int word, uint64_t val);
void ptsi_regs_edit_known(struct ptsi_edits *ed, int word, uint64_t old, uint64_t val);

/* What edit_result does without a hook: for hooks that have something to add. */
int ptsi_edit_plain_result(struct ptsi_stop *st, struct ptsi_edits *ed, int64_t rval, bool error);

/* A stop before the call is made, at which nr and args can be set. */
static inline bool ptsi_before_call(uint8_t op)
{
	return op == PTSI_SYSCALL_INFO_ENTRY || op == PTSI_SYSCALL_INFO_SECCOMP;
}

/* The kernel acts on these itself when a signal is pending (include/linux/errno.h). */
static inline bool ptsi_is_restart_code(int64_t rval)
{
	return (rval >= -514 && rval <= -512) || rval == -516;
}

#endif
