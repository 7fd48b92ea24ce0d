// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * sparc: 32-bit and 64-bit calls, big-endian.  There is no POKEUSR and no seccomp filter.  Kernels
 * before 4.6 aren't covered: they ignore new numbers and arguments.
 *
 * A 32-bit tracer reads and writes registers by PTRACE_GETREGS and PTRACE_SETREGS, a 64-bit one by
 * PTRACE_GETREGS64 and PTRACE_SETREGS64.  These take the buffer as the address.  The regset isn't
 * used, since it has l0 to i7 as well, which are in the tracee's memory at sp: to read or write all
 * of it is to read or write the tracee's stack.  And a SETREGSET of a 32-bit tracee takes the
 * values of l0 to i7 from the wrong memory (genregs32_set in arch/sparc/kernel/ptrace_64.c; seen on
 * 6.1 and 7.2).
 *
 * sp of a 64-bit program is told with its bias of 2047.  With a new sp the program gets the l0 to
 * i7 that are in memory there.
 *
 * A failed call has carry set and the positive errno in o0, where the first argument was.  A result
 * that was written before the call is lost, since the kernel puts ENOSYS there if the number is out
 * of range (linux_syscall_trace in syscalls.S; 5.10, 6.1 and 7.2 are the same).
 *
 * pc is the trap instruction's address at both stops.  The kernel reads npc right after the entry
 * stop, and sets pc and npc by that after the exit stop, so that the program goes on there.  So ip
 * can be set at entry stops only, and no call can be repeated.
 *
 * Every call that is to be restarted becomes a restart_syscall, and returns -EINTR (do_signal falls
 * through; seen on 6.1, 7.2).
 *
 * PTRACE_GET_SYSCALL_INFO tells a 64-bit program's 32-bit call (ta 0x10) as a 64-bit one, and so
 * does the library: the instruction isn't proof, since another thread can change it.
 */
#include <sys/uio.h>

#include "../abi.h"

#define ARCH_SPARC   2
#define ARCH_SPARC64 0x8000002b

enum { GETPID = 20, REGSET_32 = 152, REGSET_64 = 288 };
enum { GETREGS = 12, SETREGS, GETREGS64 = 22, SETREGS64 };

/* words of GETREGS, where psr, pc, npc and y come first, and of GETREGS64, where such come last */
enum { PSR = PTSI_WORD(0), PC_32, NPC_32, G1_32 = PTSI_WORD(4), O0_32 = PTSI_WORD(11) };
enum { SP_32 = PTSI_WORD(17), WORDS = 19 };
enum { G1_64 = PTSI_WORD(0), O0_64 = PTSI_WORD(7), SP_64 = PTSI_WORD(13) };
enum { TSTATE = PTSI_WORD(16), PC_64, NPC_64 };

/*
 * The carry bits of icc and xcc.  The kernel takes either for an error (syscall_has_error).  A
 * 32-bit kernel has only icc's, and drops what is written to the other.
 */
#define PSR_CARRY    0x00110000
#define TSTATE_CARRY 0x1100000000

/* bits that are all set in the psr that 64-bit kernels make up, and in no CPU's own */
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

/* The program goes on at npc.  pc has no effect, but it is what is read as ip. */
static int edit_ip(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip)
{
	ptsi_regs_edit(ed, st->abi->ip, ip);
	ptsi_regs_edit(ed, st->abi->ip + 1, ip);
	return 0;
}

/*
 * A 64-bit kernel compares all 64 bits of the number with the length of its table, and does so
 * before the entry stop.  If a 32-bit call's number was out of range, the kernel looks a new one up
 * in the table of 64-bit calls (linux_sparc_ni_syscall in syscalls.S; seen on 6.1, 7.2).  TABLE is
 * the length of 5.10's table, since nothing tells that of the running kernel.  Tables of older
 * kernels are shorter, and there some numbers get through.  getpid is the same call in both tables.
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

/* A -1 that a 32-bit tracer has written on a 64-bit kernel reads as zero-extended. */
static void mend_nr(struct ptsi_stop *st)
{
	if (st->info.arch == ARCH_SPARC && st->info.entry.nr == UINT32_MAX)
		st->info.entry.nr = UINT64_MAX;
}

/* All bits of the number are told, since the kernel compares all of them. */
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

/* A 64-bit tracee of a 32-bit tracer, which sees only the lower halves of its registers. */
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

	(void)len; /* SETREGS writes all registers */
	return ptsi_request(st, st->abi->word == 4 ? SETREGS : SETREGS64, buf, NULL) < 0 ? -1 : 0;
}

/* The length of the regset, which tells the tracee's width. */
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

/* A 64-bit kernel zero-extends what a 32-bit tracer writes. */
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
