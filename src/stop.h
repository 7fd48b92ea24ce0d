/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What the files of the core share.  A set is a list of passes over one stop:
 *
 *	decode.c  what the stop is about
 *	change.c  what is to differ there, in the tracee's own words, and whether it may
 *	route.c   which way each change goes: the kernel's request, registers, or both
 *	skip.c    what skipping a call takes
 *	edit.c    what goes by registers, as edits of words
 *	regs.c    the words, written all or none
 *
 * A function's prefix names its file.  Calls go from core.c down this list, to kernel.c at
 * the end of it, and never up.
 */
#ifndef PTSI_STOP_H
#define PTSI_STOP_H

#include <stdatomic.h>

#include "abi.h"

#define PTSI_HIDDEN __attribute__((visibility("hidden")))

/* kernel.c: ptrace requests, the native two above all, and what is known of them */

#define PTSI_LACKING (-2) /* the kernel's request is absent or refused: use another way */

enum { PTSI_GET_ABSENT = 1, PTSI_SET_ABSENT = 2, PTSI_SET_PRESENT = 4 };

/* The library's only writable data. */
extern PTSI_HIDDEN _Atomic unsigned ptsi_kernel_learnt; /* bits as above, by ptsi_kernel_ptrace */
extern PTSI_HIDDEN _Atomic(ptsi_ptrace_fn *) ptsi_kernel_ptrace;
extern PTSI_HIDDEN _Atomic int ptsi_kernel_way;

static inline bool ptsi_kernel_knows(_Atomic unsigned *learnt, unsigned bit)
{
	return atomic_load_explicit(learnt, memory_order_relaxed) & bit;
}

int ptsi_kernel_answer(_Atomic unsigned *learnt, long r, unsigned absent);
int ptsi_kernel_get(const struct ptsi_stop *st, struct ptsi_syscall_info *info);
int ptsi_kernel_set(const struct ptsi_stop *st, const struct ptsi_syscall_info *info);
bool ptsi_kernel_may_set(const struct ptsi_stop *st);

/* regs.c: registers in and out with the fewest requests */

/* A change of one word.  What it held is needed to undo it; regs.c reads what isn't known. */
struct ptsi_edit {
	int word;
	bool known;
	uint64_t old, val;
};

struct ptsi_edits {
	unsigned n;
	bool keep_old; /* they may be undone later: find out all that the words held */
	struct ptsi_edit e[PTSI_EDITS_MAX];
};

uint64_t ptsi_regs_image_get(const struct ptsi_abi *abi, const struct ptsi_image *image, int word);
void ptsi_regs_image_put(const struct ptsi_abi *abi, struct ptsi_image *image, int word,
			 uint64_t val);
int ptsi_regs_write(struct ptsi_stop *st, struct ptsi_edits *ed);
int ptsi_regs_undo(struct ptsi_stop *st, const struct ptsi_edits *ed);

/* decode.c: st->info, by the kernel's request or by registers */

int ptsi_decode_info(struct ptsi_stop *st);
int ptsi_decode_native(struct ptsi_stop *st);
int ptsi_decode_registers(struct ptsi_stop *st, int op);
int ptsi_decode_refined(struct ptsi_stop *st);
int64_t ptsi_decode_result(const struct ptsi_abi *abi, int64_t rval);
void ptsi_decode_as_read(const struct ptsi_abi *abi, struct ptsi_syscall_info *info);
bool ptsi_decode_is_same_call(const struct ptsi_abi *abi, const struct ptsi_syscall_info *a,
			      const struct ptsi_syscall_info *b);
int ptsi_decode_mark(struct ptsi_stop *st);

/* change.c: what is to differ at a stop */

struct ptsi_change {
	int what;         /* PTSI_CAN_* of what differs */
	bool with_result; /* SKIP: the call returns rval; else -ENOSYS, which is in rval, too */
	bool is_error;
	int64_t rval;
	uint64_t nr, args[6]; /* as they are to be, all of them if one differs */
	uint64_t ip, sp;      /* where they differ */
};

bool ptsi_change_malformed(const struct ptsi_syscall_info *want);
int ptsi_change_find(struct ptsi_stop *st, const struct ptsi_syscall_info *want,
		     struct ptsi_change *change);
int ptsi_change_check(struct ptsi_stop *st, const struct ptsi_change *change);
int ptsi_change_check_nr(struct ptsi_stop *st, uint64_t nr);

/* skip.c: all that skipping a call is */

/* What a skipped call of a followed tracee is owed. */
struct ptsi_owed {
	int64_t rval;
	bool is_error;
	int nr;       /* the number that the call was given: -1, or a harmless one */
	bool skipped; /* the call is skipped: see at its exit stop that this is its result */
	bool due;     /* the result isn't there before: the exit stop has to be waited for */
};

int ptsi_skip_rule(struct ptsi_stop *st);
bool ptsi_skip_writes_ahead(const struct ptsi_abi *abi);
bool ptsi_skip_has_exit(const struct ptsi_stop *st);
int ptsi_skip_harmless_nr(struct ptsi_stop *st);
int ptsi_skip_edit(struct ptsi_stop *st, struct ptsi_edits *ed, const struct ptsi_change *change);
int ptsi_skip_edit_native(struct ptsi_stop *st, struct ptsi_edits *ed);
int ptsi_skip_edit_revived(struct ptsi_stop *st, struct ptsi_edits *ed);
void ptsi_skip_completed(const struct ptsi_abi *abi, const struct ptsi_syscall_info *want,
			 struct ptsi_syscall_info *skip);
int ptsi_skip_by_harmless_nr(struct ptsi_stop *st, const struct ptsi_syscall_info *skip,
			     struct ptsi_syscall_info *call);
struct ptsi_syscall_info ptsi_skip_payment(const struct ptsi_owed *owed, uint8_t op);

/* edit.c: changes as edits of words */

void ptsi_edit_nr(const struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t nr);
int ptsi_edit_flag(struct ptsi_stop *st, struct ptsi_edits *ed, bool error);
int ptsi_edit_result(struct ptsi_stop *st, struct ptsi_edits *ed, int64_t rval, bool error);
int ptsi_edit_change(struct ptsi_stop *st, struct ptsi_edits *ed, const struct ptsi_change *change,
		     int what);
int ptsi_edit_repeat(struct ptsi_stop *st, struct ptsi_edits *ed,
		     const struct ptsi_syscall_info *entry);

/* route.c: which way */

struct ptsi_route {
	int native; /* of the changes, what the kernel's request does */
	int lacks;  /* of the changes, what can't be done here */
	int can;    /* PTSI_CAN_* of what registers do here; 0 where nobody had to ask */
};

int ptsi_route_native_can(const struct ptsi_stop *st);
int ptsi_route_regs_can(struct ptsi_stop *st);
int ptsi_route_can_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *entry);
int ptsi_route_find(struct ptsi_stop *st, const struct ptsi_change *change,
		    struct ptsi_route *route);
int ptsi_route_go(struct ptsi_stop *st, const struct ptsi_change *change,
		  const struct ptsi_route *route);

/* core.c: the public calls on a stop, for the followed tracee */

void ptsi_core_begin(struct ptsi_stop *st, pid_t tid);
bool ptsi_core_is_plain(const struct ptsi_family *family, const struct ptsi_syscall_info *want);
int ptsi_core_plan(struct ptsi_stop *st, const struct ptsi_syscall_info *want,
		   struct ptsi_change *change, struct ptsi_route *route);
int ptsi_core_set(struct ptsi_stop *st, const struct ptsi_syscall_info *want);
int ptsi_core_try_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *entry);
int ptsi_core_repeat(struct ptsi_stop *st, const struct ptsi_syscall_info *entry);
int ptsi_core_features(struct ptsi_stop *st);

#endif
