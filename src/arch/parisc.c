// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * parisc: 32-bit calls, and 64-bit ones, which no libc makes; big-endian.  Kernels before 4.5
 * aren't covered: neither number nor result can be changed there, and a skipped call has no exit
 * stop.
 *
 * Registers are read and written word by word.  The regset is of no use, since a SETREGSET puts
 * its words 2, 4... into r1, r2... (gpr_set in arch/parisc/kernel/ptrace.c; seen on 6.1).  PEEKUSR
 * and POKEUSR have the order of struct pt_regs, in words of the tracer's size, whatever the tracee
 * is.
 *
 * After the entry stop the kernel puts -ENOSYS into r28, whatever was written before.  After a
 * SECCOMP stop a call whose number is -1 returns what is in r28.  If nobody writes that, it is
 * -ENOSYS where there was an entry stop, and otherwise what the program had there
 * (do_syscall_trace_enter; 5.10, 6.1, 7.2).
 *
 * PTRACE_SET_SYSCALL_INFO leaves r28 so, too, when it sets -1.  On a 64-bit kernel it also passes
 * the upper halves of a 32-bit call's arguments on, which are used then: a write(2) whose pointer
 * has bit 32 set fails with EFAULT (seen on 7.2, with tracers and tracees of either width).
 */
#include "../abi.h"

#define ARCH_PARISC   0xf
#define ARCH_PARISC64 0x8000000f

enum { USER = 3 }; /* the privilege level, in the two low bits of an address */

/* words of struct pt_regs, where floating-point registers have 64 bits; iaoq has two words */
enum { GR20 = PTSI_WORD(20), GR21, GR22, GR23, GR24, GR25, GR26, GR28 = PTSI_WORD(28) };
enum { GR30 = PTSI_WORD(30), GR31, IAOQ_32 = PTSI_WORD(106), IAOQ_64 = PTSI_WORD(74) };

#if defined __hppa__
#include <asm/ptrace.h>
#define AT(r, w) (offsetof(struct pt_regs, r) == sizeof(long) * PTSI_INDEX(w))
_Static_assert(AT(gr[20], GR20) && AT(gr[26], GR26) && AT(gr[28], GR28) && AT(gr[31], GR31), "");
_Static_assert(AT(iaoq[0], sizeof(long) == 4 ? IAOQ_32 : IAOQ_64), "");
#endif

static int mend_words(struct ptsi_stop *st)
{
	st->info.instruction_pointer &= ~(uint64_t)USER;
	return 0;
}

/* The program goes on at r31, or at iaoq if it is single-stepped (syscall_restore). */
static int edit_ip(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip)
{
	if (ip & USER)
		return ptsi_fail(EINVAL);
	ptsi_regs_edit(ed, GR31, ip | USER);
	ptsi_regs_edit(ed, st->abi->ip, ip | USER);
	ptsi_regs_edit(ed, st->abi->ip + 1, (ip + 4) | USER);
	return 0;
}

static int read_insn(const struct ptsi_stop *st, uint64_t addr, uint32_t *insn)
{
	unsigned long v = 0, at = (unsigned long)addr, offset = at % sizeof v;

	if (ptsi_request(st, PTSI_PEEKDATA, at - offset, &v) < 0)
		return ptsi_fail(errno == EIO ? EOPNOTSUPP : errno);
	*insn = (uint32_t)(v >> 8 * (sizeof v - sizeof *insn - offset));
	return 0;
}

/*
 * A repeat begins with the instruction behind the branch to the gateway, in its delay slot.  That
 * is mostly ldi nr,%r20, which sets the number anew: only that number can be repeated.
 */
static int repeats(struct ptsi_stop *st, const struct ptsi_syscall_info *entry)
{
	enum { LDI_MAX = 0x1fff };
	const uint32_t ble = 0xe4008200, nop = 0x08000240, ldi_r20 = 0x34140000;
	uint64_t ip = (entry ? entry : &st->info)->instruction_pointer;
	uint32_t branch, slot, ldi;

	if (read_insn(st, ip - 8, &branch) < 0 || read_insn(st, ip - 4, &slot) < 0)
		return errno == EOPNOTSUPP ? 0 : -1;
	ldi = entry ? (uint32_t)entry->entry.nr << 1 : slot & LDI_MAX << 1;
	return branch == ble && (slot == nop || (ldi >> 1 <= LDI_MAX && slot == (ldi_r20 | ldi)));
}

/*
 * A 64-bit kernel has the call's width in the lowest bit of sp (linux_gateway_entry in syscall.S),
 * and so takes the call of a 32-bit program whose sp is odd for a 64-bit one.  A repeat clears r28,
 * since the kernel would act on a restart code there.
 */
#define PARISC_ROW                                                                                 \
	.enosys = 251, .getpid = 20, .big = true, .nr = GR20,                                      \
	.arg = { GR26, GR25, GR24, GR23, GR22, GR21 }, .rval = GR28, .sp = GR30, .sp_fixed = 1,    \
	.skip_at_entry = PTSI_SKIP_EXIT, .skip_at_seccomp = PTSI_SKIP_KEPT, .insn_len = 8,         \
	.user_nr = GR20, .no_restart = GR28, .repeats = repeats,                                   \
	.native_wrong = PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP, .mend_words = mend_words,     \
	.edit_ip = edit_ip

#define NARROW .name = "parisc", .arch = ARCH_PARISC, .value = 4, .pointer = 4
#define WIDE   .name = "parisc64", .arch = ARCH_PARISC64, .value = 8, .pointer = 8

#define TRACER_32 .word = 4, .poke = 4, .ip = IAOQ_32
#define TRACER_64 .word = 8, .poke = 8, .ip = IAOQ_64

static const struct ptsi_abi parisc = { PARISC_ROW, NARROW, TRACER_32 };
static const struct ptsi_abi parisc_of_64 = { PARISC_ROW, NARROW, TRACER_64 };
static const struct ptsi_abi parisc64 = { PARISC_ROW, WIDE, TRACER_64 };

/* A 64-bit tracee of a 32-bit tracer, which sees only the lower halves of its registers. */
static const struct ptsi_abi parisc64_unseen = {
	.enosys = 251,
	.getpid = 20,
	.native_wrong = PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP,
	WIDE,
};

enum { TRACER_IS_32 = sizeof(long) == 4 };

/* Without PTRACE_GET_SYSCALL_INFO a 64-bit call is known by the lowest bit of sp. */
static const struct ptsi_abi *pick(struct ptsi_stop *st)
{
	const struct ptsi_abi *narrow = TRACER_IS_32 ? &parisc : &parisc_of_64;
	const struct ptsi_abi *wide = TRACER_IS_32 ? &parisc64_unseen : &parisc64;
	uint64_t sp;

	if (st->info_size)
		return st->info.arch == ARCH_PARISC ? narrow : wide;
	if (ptsi_regs_word_of(st, narrow, GR30, &sp) < 0)
		return NULL;
	if (!(sp & 1))
		return narrow;
	if (!TRACER_IS_32)
		return wide;
	errno = EOPNOTSUPP;
	return NULL;
}

/*
 * A 64-bit kernel tells all of r20, though the call is made by its lower half.  And it
 * zero-extends what a 32-bit tracer writes (compat_arch_ptrace in arch/parisc/kernel/ptrace.c; seen
 * on 6.1, 7.2): the number -1 is told as 0xffffffff, and an error in r28 as a large success, though
 * the tracee sees -1 and the error.
 */
static int mend_native(struct ptsi_stop *st)
{
	if (ptsi_before_call(st->info.op))
		st->info.entry.nr = (uint64_t)(int64_t)(int32_t)st->info.entry.nr;
	else if (st->info.arch == ARCH_PARISC)
		ptsi_decode_narrow_error(&st->info);
	return 0;
}

static const struct ptsi_abi *const abis[] = {
	&parisc, &parisc_of_64, &parisc64, &parisc64_unseen, NULL,
};

const struct ptsi_family ptsi_family_parisc = {
	.name = "parisc",
	.abis = abis,
	.look_at = 1 << PTSI_SYSCALL_INFO_ENTRY | 1 << PTSI_SYSCALL_INFO_SECCOMP,
	.pick = pick,
	.mend_native = mend_native,
};
