// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * parisc: 32-bit calls, and 64-bit ones, which no libc makes; big-endian.
 *
 * Registers are read and written word by word.  The regset is of no use: where a 6.1 kernel was
 * told to write it, r1, r2... became its words 2, 4... (gpr_set in arch/parisc/kernel/ptrace.c).
 * PEEKUSR and POKEUSR know the order of struct pt_regs, in words of the tracer's size, whatever
 * the tracee is.
 *
 * After the entry stop the kernel puts -ENOSYS into r28, whatever was written ahead.  After a
 * SECCOMP stop a call whose number is -1 returns what r28 holds: -ENOSYS after an entry stop,
 * but what the program had there if there was none (do_syscall_trace_enter; 5.10, 6.1, 7.2).
 *
 * PTRACE_SET_SYSCALL_INFO with the number -1 leaves that too; and to a 32-bit call of a 64-bit
 * kernel, which takes its arguments as they are then, it passes upper halves on (7.2).
 */
#include <errno.h>
#include <stddef.h>

#include "../abi.h"

#define ARCH_PARISC 0xf
#define ARCH_PARISC64 0x8000000f

enum { USER = 3 }; /* privilege level, in the two lower bits of addresses */

/* words of struct pt_regs, in which floating-point registers have 64 bits; iaoq is two */
enum { GR20 = 20, GR21, GR22, GR23, GR24, GR25, GR26, GR28 = 28, GR30 = 30, GR31 };
enum { IAOQ_32 = 106, IAOQ_64 = 74 };

#if defined __hppa__
#include <asm/ptrace.h>
#define AT(r, w) (offsetof(struct pt_regs, r) == sizeof(long) * (w))
_Static_assert(AT(gr[20], GR20) && AT(gr[26], GR26) && AT(gr[28], GR28) && AT(gr[31], GR31), "");
_Static_assert(AT(iaoq[0], sizeof(long) == 4 ? IAOQ_32 : IAOQ_64), "");
#endif

static int decode(struct ptsi_stop *st)
{
	st->info.instruction_pointer &= ~(uint64_t)USER;
	return 0;
}

/* The program goes on where r31 is, or, if it is single-stepped, iaoq (syscall_restore). */
static int edit_ip(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip)
{
	if (ip & USER)
		return ptsi_fail(EINVAL);
	ptsi_edit(ed, GR31, ip | USER);
	ptsi_edit(ed, st->abi->ip, ip | USER);
	ptsi_edit(ed, st->abi->ip + 1, (ip + 4) | USER);
	return 0;
}

/* A 64-bit kernel has the call's width in the lowest bit (linux_gateway_entry in syscall.S). */
static int edit_sp(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t sp)
{
	if ((sp ^ st->info.stack_pointer) & 1)
		return ptsi_fail(EINVAL);
	ptsi_edit_known(ed, GR30, st->info.stack_pointer, sp);
	return 0;
}

static int read_insn(const struct ptsi_stop *st, uint64_t addr, uint32_t *insn)
{
	unsigned long v = 0, at = (unsigned long)addr, offset = at % sizeof v;

	if (ptsi_request(st, PTSI_PEEKDATA, at - offset, &v) < 0)
		return errno == EIO ? ptsi_fail(EOPNOTSUPP) : -1;
	*insn = (uint32_t)(v >> 8 * (sizeof v - sizeof *insn - offset));
	return 0;
}

/*
 * Behind the branch to the gateway is what is run first: mostly ldi nr,%r20, which sets the
 * number anew.  nr -1: any will do.
 */
static int carries(const struct ptsi_stop *st, uint64_t ip, uint64_t nr)
{
	enum { LDI_MAX = 0x1fff };
	const uint32_t ble = 0xe4008200, nop = 0x08000240, ldi_r20 = 0x34140000;
	uint32_t branch, slot, ldi;

	if (read_insn(st, ip - 8, &branch) < 0 || read_insn(st, ip - 4, &slot) < 0)
		return -1;
	ldi = nr == UINT64_MAX ? slot & LDI_MAX << 1 : (uint32_t)nr << 1;
	return branch == ble && (slot == nop || (ldi >> 1 <= LDI_MAX && slot == (ldi_r20 | ldi)));
}

static int repeats(struct ptsi_stop *st)
{
	int r = carries(st, st->info.instruction_pointer, UINT64_MAX);

	return r < 0 && errno == EOPNOTSUPP ? 0 : r;
}

/* What is in r28 now must not be a restart code. */
static int edit_repeat(struct ptsi_stop *st, struct ptsi_edits *ed,
		       const struct ptsi_syscall_info *entry)
{
	int r = carries(st, entry->instruction_pointer, entry->entry.nr);

	if (r <= 0)
		return r < 0 ? -1 : ptsi_fail(EOPNOTSUPP);
	ptsi_edit(ed, GR28, 0);
	return ptsi_edit_repeat(st, ed, entry);
}

#define PARISC_ROW                                                                               \
	.insn_len = 8, .big = true, .enosys = 251, .nr = GR20,                                   \
	.arg = { GR26, GR25, GR24, GR23, GR22, GR21 }, .arg1_copy = PTSI_NO_WORD, .rval = GR28,  \
	.sp = GR30, .user_nr = GR20, .getpid = 20, .flag = PTSI_NO_WORD,                         \
	.at_entry = PTSI_SKIP_EXIT, .at_seccomp = PTSI_SKIP_KEPT, .decode = decode,              \
	.edit_ip = edit_ip, .edit_sp = edit_sp, .edit_repeat = edit_repeat, .repeats = repeats

#define NARROW .name = "parisc", .arch = ARCH_PARISC, .value = 4, .pointer = 4
#define WIDE .name = "parisc64", .arch = ARCH_PARISC64, .value = 8, .pointer = 8

#define TRACER_32 .word = 4, .poke = 4, .ip = IAOQ_32
#define TRACER_64 .word = 8, .poke = 8, .ip = IAOQ_64

static const struct ptsi_abi parisc = { PARISC_ROW, NARROW, TRACER_32 };
static const struct ptsi_abi parisc_of_64 = { PARISC_ROW, NARROW, TRACER_64 };
static const struct ptsi_abi parisc64 = { PARISC_ROW, WIDE, TRACER_64 };

/* A 64-bit tracee of a 32-bit tracer, who sees the lower halves. */
static const struct ptsi_abi parisc64_unseen = {
	WIDE, .word = 4, .enosys = 251, .nr = PTSI_NO_WORD,
	.arg = { PTSI_NO_WORD, PTSI_NO_WORD, PTSI_NO_WORD, PTSI_NO_WORD, PTSI_NO_WORD, PTSI_NO_WORD },
	.arg1_copy = PTSI_NO_WORD, .rval = PTSI_NO_WORD, .ip = PTSI_NO_WORD, .sp = PTSI_NO_WORD,
	.user_nr = PTSI_NO_WORD, .getpid = 20, .flag = PTSI_NO_WORD,
};

enum { TRACER_IS_32 = sizeof(long) == 4 };

/* The lowest bit of sp tells a 64-bit call. */
static const struct ptsi_abi *pick(struct ptsi_stop *st)
{
	const struct ptsi_abi *narrow = TRACER_IS_32 ? &parisc : &parisc_of_64;
	const struct ptsi_abi *wide = TRACER_IS_32 ? &parisc64_unseen : &parisc64;
	uint64_t sp;

	if (st->info_size)
		return st->info.arch == ARCH_PARISC ? narrow : wide;
	st->abi = narrow; /* whose word is read */
	if (ptsi_regs_word(st, GR30, &sp) < 0)
		return NULL;
	if (!(sp & 1))
		return narrow;
	if (!TRACER_IS_32)
		return wide;
	errno = EOPNOTSUPP;
	return NULL;
}

/*
 * A 64-bit kernel tells all of r20, of which the call is made by the lower half; and what a
 * 32-bit tracer wrote to r28 zero-extended.
 */
static int repair(struct ptsi_stop *st)
{
	if (ptsi_at_entry(st->info.op))
		st->info.entry.nr = (uint64_t)(int64_t)(int32_t)st->info.entry.nr;
	else if (st->info.arch == ARCH_PARISC)
		ptsi_repair_error(&st->info);
	return 0;
}

static const struct ptsi_abi *const abis[] = {
	&parisc, &parisc_of_64, &parisc64, &parisc64_unseen, NULL,
};

extern const struct ptsi_family ptsi_family_parisc;
const struct ptsi_family ptsi_family_parisc = {
	.name = "parisc",
	.abis = abis,
	.native_wrong = PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP,
	.pick = pick,
	.repair = repair,
};
