// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What a stop is about: by the kernel's request where it answers, by PTRACE_GETSIGINFO and
 * the registers where it doesn't.
 */
#include <signal.h>
#include <string.h>

#include "stop.h"

#define INFO(member) ((int)offsetof(struct ptsi_syscall_info, member))

enum {
	SIZE_NONE = INFO(entry),
	SIZE_ENTRY = INFO(entry.args) + 6 * (int)sizeof(uint64_t),
	SIZE_EXIT = INFO(exit.is_error) + 1,
	SIZE_SECCOMP = INFO(seccomp.ret_data) + (int)sizeof(uint32_t),
};

_Static_assert(sizeof(struct ptsi_syscall_info) == 88, "struct ptrace_syscall_info of 6.16");
_Static_assert(SIZE_NONE == 24 && SIZE_ENTRY == 80 && SIZE_EXIT == 33 && SIZE_SECCOMP == 84,
	       "what PTRACE_GET_SYSCALL_INFO returns");
_Static_assert(INFO(arch) == 4 && INFO(instruction_pointer) == 8 && INFO(stack_pointer) == 16 &&
		       INFO(entry.nr) == 24 && INFO(entry.args) == 32 && INFO(exit.rval) == 24 &&
		       INFO(exit.is_error) == 32 && INFO(seccomp.nr) == 24 &&
		       INFO(seccomp.args) == 32 && INFO(seccomp.ret_data) == 80 &&
		       INFO(seccomp.reserved2) == 84,
	       "struct ptrace_syscall_info of 6.16");

bool ptsi_decode_fits(const struct ptsi_abi *abi, uint64_t v)
{
	return abi->value == 8 || v == (uint32_t)v || v == (uint64_t)(int64_t)(int32_t)v;
}

uint64_t ptsi_decode_narrow(const struct ptsi_abi *abi, uint64_t v)
{
	return abi->value == 8 ? v : (uint32_t)v;
}

bool ptsi_decode_is_errno(const struct ptsi_abi *abi, uint64_t v)
{
	if (abi->value == 4)
		v = (uint64_t)(int64_t)(int32_t)v;
	return v >= (uint64_t)-PTSI_MAX_ERRNO;
}

/*
 * A result as the tracee's word has it.  int $0x80 in 64-bit code has one sign-extended if it looks
 * like an error, and else with an empty upper half.  A 32-bit kernel knows long results only
 * (ERANGE otherwise, ptrace_set_syscall_info_exit in kernel/ptrace.c), and mips' registers have to
 * be so.
 */
int64_t ptsi_decode_result(const struct ptsi_abi *abi, int64_t rval)
{
	uint64_t v = (uint64_t)rval;

	if (abi->value == 8 || !ptsi_decode_fits(abi, v))
		return rval;
	if (abi->whole_words && !ptsi_decode_is_errno(abi, v))
		return (int64_t)ptsi_decode_narrow(abi, v);
	return (int32_t)rval;
}

/* Whether two stops are of one call: all of it is the same. */
bool ptsi_decode_is_same_call(const struct ptsi_abi *abi, const struct ptsi_syscall_info *a,
			      const struct ptsi_syscall_info *b)
{
	bool same = a->instruction_pointer == b->instruction_pointer &&
		    a->stack_pointer == b->stack_pointer && a->entry.nr == b->entry.nr;

	for (int i = 0; i < 6 && same; i++)
		same = ptsi_decode_narrow(abi, a->entry.args[i]) ==
		       ptsi_decode_narrow(abi, b->entry.args[i]);
	return same;
}

/* A result that was set, as it reads: without a flag an error is one by its bits. */
void ptsi_decode_as_read(const struct ptsi_abi *abi, struct ptsi_syscall_info *info)
{
	if (info->exit.is_error)
		return;
	info->exit.rval = ptsi_decode_result(abi, info->exit.rval);
	info->exit.is_error = !abi->flag && ptsi_decode_is_errno(abi, (uint64_t)info->exit.rval);
}

static const struct ptsi_abi *row_of_arch(const struct ptsi_family *family, uint32_t arch)
{
	for (const struct ptsi_abi *const *abi = family->abis; *abi; abi++)
		if ((*abi)->arch == arch)
			return *abi;
	return NULL;
}

int ptsi_decode_abi(struct ptsi_stop *st)
{
	const struct ptsi_family *family = st->family;

	if (st->abi)
		return 0;
	if (family->pick) {
		st->abi = family->pick(st);
		return st->abi ? 0 : -1;
	}
	st->abi = st->info_size ? row_of_arch(family, st->info.arch) : family->own;
	return st->abi ? 0 : ptsi_fail(EOPNOTSUPP);
}

/* Make st->abi the row that says more of this very call, at the cost of looking. */
int ptsi_decode_refined(struct ptsi_stop *st)
{
	const struct ptsi_abi *abi;

	if (!st->abi->refine)
		return 0;
	abi = st->abi->refine(st);
	if (!abi)
		return -1;
	st->abi = abi;
	return 0;
}

bool ptsi_decode_narrow_error(struct ptsi_syscall_info *info)
{
	if (info->op != PTSI_SYSCALL_INFO_EXIT || info->exit.is_error ||
	    info->exit.rval != (uint32_t)info->exit.rval ||
	    info->exit.rval < (uint32_t)-PTSI_MAX_ERRNO)
		return false;
	info->exit.rval = (int32_t)info->exit.rval;
	info->exit.is_error = 1;
	return true;
}

/* EXIT: rval and is_error from the registers. */
static int decode_result(struct ptsi_stop *st)
{
	const struct ptsi_abi *abi;
	uint64_t rval, flag;

	if (st->abi->flag && ptsi_decode_refined(st) < 0)
		return -1;
	abi = st->abi;
	if (ptsi_regs_word(st, abi->rval, &rval) < 0)
		return -1;
	if (abi->word == 4 || (abi->value == 4 && ptsi_decode_is_errno(abi, rval)))
		rval = (uint64_t)(int64_t)(int32_t)rval; /* as a kernel of that word says it */
	if (!abi->flag) {
		st->info.exit.rval = (int64_t)rval;
		st->info.exit.is_error = ptsi_decode_is_errno(abi, rval);
		return 0;
	}
	if (ptsi_regs_word(st, abi->flag, &flag) < 0)
		return -1;
	st->info.exit.is_error = (flag & abi->flag_mask) != 0;
	st->info.exit.rval = (int64_t)(st->info.exit.is_error ? -rval : rval);
	return 0;
}

/* ENTRY and SECCOMP: nr and args from the registers. */
static int decode_call(struct ptsi_stop *st)
{
	const struct ptsi_abi *abi = st->abi;
	uint64_t nr = 0;

	if (abi->nr != PTSI_NR_CALL && ptsi_regs_word(st, abi->nr, &nr) < 0)
		return -1;
	st->info.entry.nr = (uint64_t)(int64_t)(int32_t)nr;
	for (int i = 0; i < 6; i++) {
		if (!abi->arg[i])
			continue;
		if (ptsi_regs_word(st, abi->arg[i], &st->info.entry.args[i]) < 0)
			return -1;
		if (!abi->whole_words)
			st->info.entry.args[i] = ptsi_decode_narrow(abi, st->info.entry.args[i]);
	}
	return 0;
}

/* All that st->info.op says there is. */
static int decode_words(struct ptsi_stop *st)
{
	struct ptsi_syscall_info *info = &st->info;

	if (ptsi_decode_abi(st) < 0)
		return -1;
	info->arch = st->abi->arch;
	if (ptsi_regs_word(st, st->abi->ip, &info->instruction_pointer) < 0 ||
	    ptsi_regs_word(st, st->abi->sp, &info->stack_pointer) < 0)
		return -1;
	if (info->op == PTSI_SYSCALL_INFO_EXIT) {
		if (decode_result(st) < 0)
			return -1;
	} else if (info->op != PTSI_SYSCALL_INFO_NONE) {
		if (decode_call(st) < 0)
			return -1;
	}
	return st->abi->mend_words ? st->abi->mend_words(st) : 0;
}

static int info_size(const struct ptsi_syscall_info *info)
{
	switch (info->op) {
	case PTSI_SYSCALL_INFO_ENTRY:
		return SIZE_ENTRY;
	case PTSI_SYSCALL_INFO_EXIT:
		return SIZE_EXIT;
	case PTSI_SYSCALL_INFO_SECCOMP:
		return SIZE_SECCOMP;
	default:
		return SIZE_NONE;
	}
}

/* What registers tell of a syscall-stop; they tell nothing if they can't be read.  -1: ESRCH. */
int ptsi_decode_mark(struct ptsi_stop *st)
{
	int op = st->family->mark ? st->family->mark(st) : PTSI_SYSCALL_INFO_NONE;

	return op < 0 && errno != ESRCH ? PTSI_SYSCALL_INFO_NONE : op;
}

/*
 * The kind of stop, by what the kernel puts into si_code (kernel/signal.c, ptrace_notify):
 * the tracee's exit code, which is SIGTRAP | 0x80 for a syscall-stop and
 * SIGTRAP | event << 8 for an event.  EINVAL: a group-stop.
 */
static int op_by_siginfo(struct ptsi_stop *st)
{
	enum { SYSCALL = SIGTRAP | 0x80, SECCOMP = SIGTRAP | 7 << 8 };
	siginfo_t si;
	int op;

	memset(&si, 0, sizeof si);
	if (ptsi_request(st, PTSI_GETSIGINFO, 0, &si) < 0)
		return errno == EINVAL ? PTSI_SYSCALL_INFO_NONE : -1;
	if (si.si_signo != SIGTRAP)
		return PTSI_SYSCALL_INFO_NONE;
	if (si.si_code == SECCOMP)
		return PTSI_SYSCALL_INFO_SECCOMP;
	if (si.si_code != SYSCALL)
		return PTSI_SYSCALL_INFO_NONE;
	op = ptsi_decode_mark(st);
	return op == PTSI_SYSCALL_INFO_NONE ? ptsi_fail(EOPNOTSUPP) : op;
}

/* Fill st->info by registers; op is what the stop is known to be, or -1. */
int ptsi_decode_registers(struct ptsi_stop *st, int op)
{
	unsigned long message = 0;

	if (op < 0)
		op = op_by_siginfo(st);
	if (op < 0)
		return -1;
	memset(&st->info, 0, sizeof st->info);
	st->info.op = (uint8_t)op;
	if (op == PTSI_SYSCALL_INFO_SECCOMP) {
		if (ptsi_request(st, PTSI_GETEVENTMSG, 0, &message) < 0)
			return -1;
		st->info.seccomp.ret_data = (uint32_t)message;
	}
	if (decode_words(st) < 0)
		return -1;
	st->info_size = info_size(&st->info);
	return 0;
}

/* 0: st->info is the kernel's, mended; PTSI_LACKING: the kernel can't be asked; or -1. */
int ptsi_decode_native(struct ptsi_stop *st)
{
	int size = ptsi_kernel_get(st, &st->info);

	st->native_get = size != PTSI_LACKING;
	if (size < 0)
		return size;
	st->info_size = size;
	return st->family->mend_native ? st->family->mend_native(st) : 0;
}

/* Fill st->info, unless that is done. */
int ptsi_decode_info(struct ptsi_stop *st)
{
	int r = st->info_size ? 0 : ptsi_decode_native(st);

	return r == PTSI_LACKING ? ptsi_decode_registers(st, -1) : r;
}
