// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * sparc: 32-bit and 64-bit calls, big-endian.  There is no POKEUSR and no seccomp filter.
 *
 * Registers are read and written by PTRACE_GETREGS and PTRACE_SETREGS of a 32-bit tracer,
 * PTRACE_GETREGS64 and PTRACE_SETREGS64 of a 64-bit one, which take the buffer as the address.
 * The regset has l0 to i7 as well, which are in the tracee's memory at sp, and a SETREGSET of
 * them for a 32-bit tracee takes their values from the wrong memory (genregs32_set in
 * arch/sparc/kernel/ptrace_64.c; seen on 6.1 and 7.2).
 *
 * An error is carry, with the positive errno in o0, which is the first argument before.  A
 * result that is written ahead is lost: a number that is out of range puts ENOSYS there
 * (linux_syscall_trace in syscalls.S; 5.10, 6.1 and 7.2 are the same).
 *
 * pc is the trap instruction's address at both stops.  The program goes on at what npc was
 * right after the entry stop; pc and npc are overwritten by that after the exit stop.  So ip
 * can be set at entry stops alone, and no call can be repeated.
 */
#include <sys/uio.h>

#include "../abi.h"

#define ARCH_SPARC   2
#define ARCH_SPARC64 0x8000002b

enum { GETPID = 20, REGSET_32 = 152, REGSET_64 = 288 };
enum { GETREGS = 12, SETREGS, GETREGS64 = 22, SETREGS64 };

/* words: those of 32-bit tracers start with psr, pc, npc, y; those of 64-bit ones end so */
enum { PSR = PTSI_WORD(0), PC_32, NPC_32, G1_32 = PTSI_WORD(4), O0_32 = PTSI_WORD(11) };
enum { SP_32 = PTSI_WORD(17), WORDS = 19 };
enum { G1_64 = PTSI_WORD(0), O0_64 = PTSI_WORD(7), SP_64 = PTSI_WORD(13) };
enum { TSTATE = PTSI_WORD(16), PC_64, NPC_64 };

/*
 * Carry of icc and xcc.  The kernel takes either for an error (syscall_has_error); a 32-bit
 * kernel has but the first, and drops what is written to the other.
 */
#define PSR_CARRY    0x00110000
#define TSTATE_CARRY 0x1100000000

/* psr as 64-bit kernels make it up: no CPU says this of itself */
#define PSR_KERNEL 0xff000000

#if defined __sparc__
#include <asm/psrcompat.h>
#include <asm/ptrace.h>
_Static_assert(PTRACE_GETREGS == GETREGS && PTRACE_SETREGS == SETREGS, "");
_Static_assert(PTRACE_GETREGS64 == GETREGS64 && PTRACE_SETREGS64 == SETREGS64, "");
_Static_assert(PSR_CARRY == (PSR_C | PSR_C >> 4) && PSR_KERNEL == PSR_V8PLUS, "");
#if defined __arch64__
_Static_assert(UREG_I0 - UREG_G1 == O0_64 - G1_64 && UREG_FP - UREG_G1 == SP_64 - G1_64, "");
_Static_assert(TSTATE_CARRY == (TSTATE_XCARRY | TSTATE_ICARRY), "");
#else
_Static_assert(PT_PC == 4 * PTSI_INDEX(PC_32) && PT_NPC == 4 * PTSI_INDEX(NPC_32), "");
_Static_assert(PT_I0 - PT_G1 == 4 * (O0_32 - G1_32), "");
#endif
#endif

/* pc isn't used, but is what is read for ip. */
static int edit_ip(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip)
{
	ptsi_regs_edit(ed, st->abi->ip, ip);
	ptsi_regs_edit(ed, st->abi->ip + 1, ip);
	return 0;
}

/*
 * A 64-bit kernel compares 64 bits of the number with the length of its table, and has decided
 * before the entry stop: where a 32-bit call had none of the table's numbers, another one is
 * taken from the table of 64-bit calls (linux_sparc_ni_syscall in syscalls.S; seen on 6.1, 7.2).
 * How long the table is isn't told; 5.10's is the shortest looked at.  getpid is the same.
 */
static int nr_refused(struct ptsi_stop *st, int nr)
{
	enum { TABLE = 441 };
	uint64_t psr;

	if (!ptsi_before_call(st->info.op) || st->info.entry.nr < TABLE || nr == GETPID)
		return 0;
	if (st->abi->word == 8)
		return 1;
	if (ptsi_regs_word(st, PSR, &psr) < 0)
		return -1;
	return (psr & PSR_KERNEL) == PSR_KERNEL;
}

/* A 32-bit -1 has no upper half when it was written by a 32-bit tracer. */
static void mend_nr(struct ptsi_stop *st)
{
	if (st->info.arch == ARCH_SPARC && st->info.entry.nr == UINT32_MAX)
		st->info.entry.nr = UINT64_MAX;
}

/* All bits of the number count. */
static int mend_64(struct ptsi_stop *st)
{
	if (!ptsi_before_call(st->info.op))
		return 0;
	if (ptsi_regs_word(st, G1_64, &st->info.entry.nr) < 0)
		return -1;
	mend_nr(st);
	return 0;
}

#define SPARC_ROW                                                                                  \
	.enosys = 90, .getpid = GETPID, .big = true, .cant_exit = PTSI_CAN_IP,                     \
	.skip_at_entry = PTSI_SKIP_EXIT, .edit_ip = edit_ip

#define TRACER_64_ROW                                                                              \
	.word = 8, .nr = G1_64,                                                                    \
	.arg = { O0_64, O0_64 + 1, O0_64 + 2, O0_64 + 3, O0_64 + 4, O0_64 + 5 }, .rval = O0_64,    \
	.ip = PC_64, .sp = SP_64, .flag = TSTATE, .flag_mask = TSTATE_CARRY,                       \
	.flag_set = TSTATE_CARRY, .size = 8 * WORDS, .mend_words = mend_64, SPARC_ROW

#define NARROW                                                                                     \
	.name = "sparc", .arch = ARCH_SPARC, .value = 4, .pointer = 4, .nr_refused = nr_refused
#define WIDE .name = "sparc64", .arch = ARCH_SPARC64, .value = 8, .pointer = 8

static const struct ptsi_abi sparc64 = { TRACER_64_ROW, WIDE };
static const struct ptsi_abi sparc32_of_64 = { TRACER_64_ROW, NARROW };

static const struct ptsi_abi sparc32 = {
	.word = 4,
	.nr = G1_32,
	.arg = { O0_32, O0_32 + 1, O0_32 + 2, O0_32 + 3, O0_32 + 4, O0_32 + 5 },
	.rval = O0_32,
	.ip = PC_32,
	.sp = SP_32,
	.flag = PSR,
	.flag_mask = PSR_CARRY,
	.flag_set = PSR_CARRY,
	.size = 4 * WORDS,
	SPARC_ROW,
	NARROW,
};

/* A 64-bit tracee of a 32-bit tracer, who sees the lower halves. */
static const struct ptsi_abi sparc64_unseen = {
	.enosys = 90,
	.getpid = GETPID,
	.cant_exit = PTSI_CAN_IP,
	WIDE,
};

enum { TRACER_IS_32 = sizeof(long) == 4 };

static int read_regs(struct ptsi_stop *st)
{
	unsigned long buf = (unsigned long)st->image.bytes;

	if (ptsi_request(st, st->abi->word == 4 ? GETREGS : GETREGS64, buf, NULL) < 0)
		return -1;
	st->image.len = st->abi->size;
	return 0;
}

static int write_regs(struct ptsi_stop *st, const struct ptsi_image *image, size_t len)
{
	unsigned long buf = (unsigned long)image->bytes;

	(void)len; /* always the whole */
	return ptsi_request(st, st->abi->word == 4 ? SETREGS : SETREGS64, buf, NULL) < 0 ? -1 : 0;
}

/* The tracee's width, by the regset's length. */
static int regset_len(const struct ptsi_stop *st)
{
	unsigned char bytes[REGSET_64];
	struct iovec iov = { bytes, sizeof bytes };

	return ptsi_request(st, PTSI_GETREGSET, PTSI_NT_PRSTATUS, &iov) < 0 ? -1 : (int)iov.iov_len;
}

static const struct ptsi_abi *pick(struct ptsi_stop *st)
{
	bool narrow = st->info.arch == ARCH_SPARC;

	if (!st->info_size) {
		int len = regset_len(st);

		if (len < 0)
			return NULL;
		narrow = len == REGSET_32;
		if (len != REGSET_32 && (len != REGSET_64 || TRACER_IS_32)) {
			errno = EOPNOTSUPP;
			return NULL;
		}
	}
	if (TRACER_IS_32)
		return narrow ? &sparc32 : &sparc64_unseen;
	return narrow ? &sparc32_of_64 : &sparc64;
}

/* What a 32-bit tracer wrote a 64-bit kernel tells zero-extended. */
static int mend_native(struct ptsi_stop *st)
{
	struct ptsi_syscall_info *info = &st->info;

	if (ptsi_before_call(info->op))
		mend_nr(st);
	else if (info->op == PTSI_SYSCALL_INFO_EXIT && info->arch == ARCH_SPARC)
		info->exit.rval = (int32_t)info->exit.rval;
	return 0;
}

static const struct ptsi_abi *const abis[] = {
	&sparc64, &sparc32_of_64, &sparc32, &sparc64_unseen, NULL,
};

const struct ptsi_family ptsi_family_sparc = {
	.name = "sparc",
	.abis = abis,
	.nr_plain_last = 1, /* restart_syscall and exit: the same in both tables */
	.pick = pick,
	.mend_native = mend_native,
	.read = read_regs,
	.write = write_regs,
};
