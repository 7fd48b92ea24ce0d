// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * s390: 64-bit calls, and 31-bit ones, which 64-bit kernels have dropped since (7.2 has none).
 *
 * gprs[2] holds the number at entry and SECCOMP stops, and the result at the exit stop.  The first
 * argument is in orig_gpr2.  Whatever writes gprs[2] sets the number, of which the kernel keeps 16
 * bits (__poke_user in arch/s390/kernel/ptrace.c; 6.1, 7.2), so that -1 reads back as 65535.
 * PTRACE_SET_SYSCALL_INFO sets the number elsewhere and leaves gprs[2] as it was.  To write the
 * whole regset would set the old number then, so words are poked one by one.
 *
 * A call that isn't made returns -ENOSYS, whatever was written, after a SECCOMP stop too
 * (kernel/syscall.c; 6.1, 7.2), where the tracee's filter is run again, for 65535.  5.10 leaves
 * gprs[2] alone if it is negative, so that a call of -1 returns -EPERM there.
 */
#include "../abi.h"

#define ARCH_S390X 0x80000016
#define ARCH_S390  0x16

enum { SIZE_64 = 216, SIZE_31 = 144, NO_NR = 0xffff, SVC = 0x0a00 };

#define AMODE31 0x80000000

/* words of s390_regs, in which orig_gpr2 is further on for 31-bit programs */
enum { PSW_ADDR = PTSI_WORD(1), GPR1 = PTSI_WORD(3), GPR2, GPR3, GPR4, GPR5, GPR6, GPR7 };
enum { GPR15 = PTSI_WORD(17), ORIG_GPR2_64 = PTSI_WORD(26), ORIG_GPR2_31 = PTSI_WORD(34) };

#if defined __s390__
#include <asm/ptrace.h>
#define AT(r, w) (offsetof(s390_regs, r) == sizeof(long) * PTSI_INDEX(w))
_Static_assert(AT(psw.addr, PSW_ADDR) && AT(gprs[1], GPR1) && AT(gprs[15], GPR15), "");
_Static_assert(AT(orig_gpr2, sizeof(long) == 8 ? ORIG_GPR2_64 : ORIG_GPR2_31), "");
#endif

/*
 * A repeat runs the instruction before ip.  That is svc with the number in it, or svc 0, which
 * takes the number from r1.  If it is neither, it was an execute instruction that ran an svc which
 * is elsewhere.
 */
static int repeats(struct ptsi_stop *st, const struct ptsi_syscall_info *entry)
{
	unsigned long v = 0, at, offset;
	unsigned insn;

	if (!entry)
		return 1;
	at = (unsigned long)entry->instruction_pointer - 2;
	offset = at % sizeof v;
	if (ptsi_request(st, PTSI_PEEKDATA, at - offset, &v) < 0)
		return errno == EIO ? 0 : -1;
	insn = v >> 8 * (sizeof v - 2 - offset) & 0xffff;
	return insn == SVC || insn == (SVC | entry->entry.nr);
}

/*
 * A repeat has its first argument in gprs[2], as the program had it.  But do_signal looks for a
 * restart code there.
 */
#define S390_ROW                                                                                   \
	.enosys = 38, .getpid = 20, .big = true, .nr = GPR2, .rval = GPR2, .ip = PSW_ADDR,         \
	.sp = GPR15, .nr_last = NO_NR - 1, .skip_at_entry = PTSI_SKIP_EXIT,                        \
	.skip_at_seccomp = PTSI_SKIP_EXIT, .insn_len = 2, .user_nr = GPR1, .user_arg1 = GPR2,      \
	.restarts_by_rval = true, .repeats = repeats

#define S390_WIDE_ROW                                                                              \
	.word = 8, .arg = { ORIG_GPR2_64, GPR3, GPR4, GPR5, GPR6, GPR7 }, .poke = 8, S390_ROW

static const struct ptsi_abi s390x = {
	.name = "s390x",
	.arch = ARCH_S390X,
	.value = 8,
	.pointer = 8,
	S390_WIDE_ROW,
};

/* An address has 31 bits, though the word has 64. */
static int edit_ip_wide(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip)
{
	if (ip & ~(uint64_t)(AMODE31 - 1))
		return ptsi_fail(ERANGE);
	ptsi_regs_edit_known(ed, PSW_ADDR, st->info.instruction_pointer, ip);
	return 0;
}

/* A 31-bit tracee of a 64-bit tracer, whose POKEUSR has the 64-bit layout for every tracee. */
static const struct ptsi_abi s390_poked = {
	.name = "s390",
	.arch = ARCH_S390,
	.value = 4,
	.pointer = 4,
	.edit_ip = edit_ip_wide,
	S390_WIDE_ROW,
};

/* A 31-bit tracer sees the addressing mode in the address's upper bit, which has to stay. */
static int edit_ip(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip)
{
	uint64_t addr;

	if (ip & ~(uint64_t)(AMODE31 - 1))
		return ptsi_fail(ERANGE);
	if (ptsi_regs_word(st, PSW_ADDR, &addr) < 0)
		return -1;
	ptsi_regs_edit_known(ed, PSW_ADDR, addr, (addr & AMODE31) | ip);
	return 0;
}

static int mend_31(struct ptsi_stop *st)
{
	st->info.instruction_pointer &= AMODE31 - 1;
	return 0;
}

static const struct ptsi_abi s390 = {
	.name = "s390",
	.arch = ARCH_S390,
	.value = 4,
	.pointer = 4,
	.word = 4,
	.arg = { ORIG_GPR2_31, GPR3, GPR4, GPR5, GPR6, GPR7 },
	.poke = 4,
	.mend_words = mend_31,
	.edit_ip = edit_ip,
	S390_ROW,
};

/* A 64-bit tracee of a 31-bit tracer, which can change it by PTRACE_SET_SYSCALL_INFO alone. */
static const struct ptsi_abi s390x_unseen = {
	.name = "s390x",
	.arch = ARCH_S390X,
	.enosys = 38,
	.getpid = 20,
	.value = 8,
	.pointer = 8,
	.nr_last = NO_NR - 1,
};

enum { TRACER_IS_31 = sizeof(long) == 4 };

static const struct ptsi_abi *pick(struct ptsi_stop *st)
{
	const struct ptsi_abi *narrow = TRACER_IS_31 ? &s390 : &s390_poked;

	if (st->info_size)
		return st->info.arch == ARCH_S390 ? narrow : TRACER_IS_31 ? &s390x_unseen : &s390x;
	if (ptsi_regs_read(st) < 0)
		return NULL;
	if (st->image.len == SIZE_31)
		return narrow;
	if (st->image.len == SIZE_64 && !TRACER_IS_31)
		return &s390x;
	errno = EOPNOTSUPP;
	return NULL;
}

/*
 * A number of 65535 is a -1 that was set, since a program itself can't make a call of that number.
 * A result that a 31-bit tracer has written is told with the old upper half (seen on 6.1).
 */
static int mend_native(struct ptsi_stop *st)
{
	struct ptsi_syscall_info *info = &st->info;
	int64_t rval = info->exit.rval;

	if (ptsi_before_call(info->op) && info->entry.nr == NO_NR)
		info->entry.nr = UINT64_MAX;
	if (info->op == PTSI_SYSCALL_INFO_EXIT && info->arch == ARCH_S390 &&
	    rval != (int32_t)rval && rval != (uint32_t)rval)
		info->exit.rval = (int32_t)rval;
	return 0;
}

static const struct ptsi_abi *const abis[] = { &s390x, &s390_poked, &s390, &s390x_unseen, NULL };

const struct ptsi_family ptsi_family_s390 = {
	.name = "s390",
	.abis = abis,
	.nr_plain_last = NO_NR - 1,
	.pick = pick,
	.mend_native = mend_native,
};
