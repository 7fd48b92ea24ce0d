// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * powerpc: 64-bit calls of both byte orders, and 32-bit big-endian ones.
 *
 * There are two instructions for a call, which trap tells apart.  After "sc" an error is a
 * positive errno with the bit SO in ccr; after "scv" (5.9, 64-bit) it is a negative errno.  The
 * first argument is in gpr3 and orig_gpr3, of which kernels use now the one, now the other, so
 * that both are written; the result is in gpr3.
 *
 * A call that isn't run returns -ENOSYS after an entry stop.  After a SECCOMP stop up to 6.1 gpr3
 * is kept; it holds -ENOSYS then (do_seccomp in arch/powerpc/kernel/ptrace/ptrace.c).  7.2, where
 * it still holds the argument, returns -ENOSYS there too.
 *
 * PTRACE_SET_SYSCALL_INFO at exit stops is not to be used: syscall_set_return_value stores the
 * negative errno for "sc" as well, and 7.2's set_thread_flag(TIF_SYSCALL_RET) is for the tracer
 * itself, whose next system call then isn't made.
 */
#include <errno.h>
#include <stddef.h>

#include "../abi.h"

#define ARCH_PPC64LE 0xc0000015
#define ARCH_PPC64 0x80000015
#define ARCH_PPC 0x14

enum { SIZE_64 = 384, SIZE_32 = 192, ENOSYS_PPC = 38 };

/* words of struct pt_regs */
enum { GPR0, GPR1, GPR3 = 3, GPR4, GPR5, GPR6, GPR7, GPR8 };
enum { NIP = 32, ORIG_GPR3 = 34, CCR = 38, TRAP = 40 };

enum { SO = 0x10000000, TRAP_SCV = 0x3000 };

#if defined __powerpc__
#include <asm/ptrace.h>
_Static_assert(PT_R0 == GPR0 && PT_R1 == GPR1 && PT_R3 == GPR3 && PT_R8 == GPR8, "");
_Static_assert(PT_NIP == NIP && PT_ORIG_R3 == ORIG_GPR3 && PT_CCR == CCR && PT_TRAP == TRAP, "");
#endif

/* 1, 0 or -1.  Reads all words, since more than one is wanted. */
static int is_scv(struct ptsi_stop *st)
{
	uint64_t trap;

	if (ptsi_regs_read(st) < 0 || ptsi_regs_word(st, TRAP, &trap) < 0)
		return -1;
	return (trap & 0xfff0) == TRAP_SCV;
}

/*
 * -ENOSYS in gpr3 that isn't the argument is the kernel's, which keeps what is written there.
 * A program that passes -ENOSYS itself gets the way that is always right.
 */
static int skip(struct ptsi_stop *st)
{
	uint64_t gpr3, arg;

	if (st->info.op != PTSI_SYSCALL_INFO_SECCOMP)
		return PTSI_SKIP_EXIT;
	if (ptsi_regs_read(st) < 0 || ptsi_regs_word(st, GPR3, &gpr3) < 0 ||
	    ptsi_regs_word(st, ORIG_GPR3, &arg) < 0)
		return -1;
	return (int32_t)gpr3 == -ENOSYS_PPC && (int32_t)arg != -ENOSYS_PPC ? PTSI_SKIP_KEPT :
									     PTSI_SKIP_EXIT;
}

/*
 * The kernel makes an error of -4095..-1 in gpr3 after a SECCOMP stop (syscall_exit_prepare),
 * and takes a positive errno with SO for what it is.
 */
static int edit_result(struct ptsi_stop *st, struct ptsi_edits *ed, int64_t rval, bool error)
{
	bool exit = st->info.op == PTSI_SYSCALL_INFO_EXIT;
	int scv = is_scv(st);
	uint64_t ccr;

	if (scv < 0 || ptsi_regs_word(st, CCR, &ccr) < 0)
		return -1;
	if (!error && !exit && ptsi_is_errno(st->abi, (uint64_t)rval))
		return ptsi_fail(ERANGE);
	if (scv) {
		ptsi_edit(ed, GPR3, (uint64_t)rval);
		return 0;
	}
	ptsi_edit_known(ed, CCR, ccr, error ? ccr | SO : ccr & ~(uint64_t)SO);
	ptsi_edit(ed, GPR3, (uint64_t)(error ? -rval : rval));
	return 0;
}

/* SO of a result that was written ahead would stay: no successful call clears it. */
static int edit_revived(struct ptsi_stop *st, struct ptsi_edits *ed)
{
	int scv = is_scv(st);
	uint64_t ccr;

	if (scv < 0 || ptsi_regs_word(st, CCR, &ccr) < 0)
		return -1;
	if (!scv)
		ptsi_edit_known(ed, CCR, ccr, ccr & ~(uint64_t)SO);
	return 0;
}

static int decode(struct ptsi_stop *st)
{
	int scv;

	if (st->info.op != PTSI_SYSCALL_INFO_EXIT)
		return 0;
	scv = is_scv(st);
	if (scv <= 0)
		return scv;
	if (ptsi_regs_word(st, GPR3, (uint64_t *)&st->info.exit.rval) < 0)
		return -1;
	st->info.exit.is_error = ptsi_is_errno(st->abi, (uint64_t)st->info.exit.rval);
	return 0;
}

/*
 * 7.2 returns from a traced call by the short way, which restores r1, r2, r3 and r13 only: its
 * syscall_exit_prepare (kernel/interrupt.c) still looks for the thread flags that generic entry
 * code no longer sets.  So number and arguments that are written at an exit stop are lost (seen
 * on 7.2.13; 6.1 restores all).  Kernels without PTRACE_SET_SYSCALL_INFO are older than that.
 */
static int repeats(struct ptsi_stop *st)
{
	/* asked whatever way is in use: a size of 0 changes nothing */
	if (ptsi_request(st, PTSI_SET_SYSCALL_INFO, 0, NULL) >= 0 || errno != ESRCH)
		return errno == EIO;
	return -1;
}

/*
 * What looks like an error that is a restart code is restarted (check_syscall_restart in
 * kernel/signal.c): after "sc" it is none without SO.
 */
static int edit_repeat(struct ptsi_stop *st, struct ptsi_edits *ed,
		       const struct ptsi_syscall_info *entry)
{
	int scv = is_scv(st);
	uint64_t ccr;

	if (scv < 0 || ptsi_regs_word(st, CCR, &ccr) < 0)
		return -1;
	if (scv && ptsi_is_restart_code((int64_t)entry->entry.args[0]))
		return ptsi_fail(EOPNOTSUPP);
	if (ptsi_edit_repeat(st, ed, entry) < 0)
		return -1;
	if (!scv)
		ptsi_edit_known(ed, CCR, ccr, ccr & ~(uint64_t)SO);
	return 0;
}

#define PPC_ROW                                                                                  \
	.insn_len = 4, .enosys = ENOSYS_PPC, .nr = GPR0,                                         \
	.arg = { ORIG_GPR3, GPR4, GPR5, GPR6, GPR7, GPR8 }, .arg1_copy = GPR3, .rval = GPR3,     \
	.ip = NIP, .sp = GPR1, .user_nr = GPR0, .getpid = 20, .flag = CCR, .flag_mask = SO,      \
	.flag_set = SO, .prefix = true, .at_entry = PTSI_SKIP_EXIT, .skip = skip,                \
	.edit_result = edit_result, .edit_revived = edit_revived, .decode = decode,              \
	.edit_repeat = edit_repeat, .no_flag = is_scv, .repeats = repeats

/* POKEUSR is for a tracee of the tracer's own width. */
#define PPC64_ROW                                                                                \
	PPC_ROW, .word = 8, .value = 8, .pointer = 8, .size = SIZE_64,                           \
	.poke = sizeof(long) == 8 ? 8 : 0

static const struct ptsi_abi ppc64le = { PPC64_ROW, .name = "ppc64le", .arch = ARCH_PPC64LE };
static const struct ptsi_abi ppc64 = {
	PPC64_ROW, .name = "ppc64", .arch = ARCH_PPC64, .big = true,
};
static const struct ptsi_abi ppc = {
	PPC_ROW, .name = "ppc", .arch = ARCH_PPC, .word = 4, .value = 4, .pointer = 4,
	.big = true, .size = SIZE_32, .poke = sizeof(long) == 4 ? 4 : 0,
};

#if defined __powerpc__ && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define OWN_64 ppc64
#else
#define OWN_64 ppc64le
#endif

static const struct ptsi_abi *pick(struct ptsi_stop *st)
{
	if (st->info_size) {
		if (st->info.arch == ARCH_PPC64LE)
			return &ppc64le;
		if (st->info.arch == ARCH_PPC64)
			return &ppc64;
		if (st->info.arch == ARCH_PPC)
			return &ppc;
	} else {
		if (ptsi_regs_read(st) < 0)
			return NULL;
		if (st->image.len == SIZE_64)
			return &OWN_64;
		if (st->image.len == SIZE_32)
			return &ppc;
	}
	errno = EOPNOTSUPP;
	return NULL;
}

static const struct ptsi_abi *const abis[] = { &ppc64le, &ppc64, &ppc, NULL };

extern const struct ptsi_family ptsi_family_powerpc;
const struct ptsi_family ptsi_family_powerpc = {
	.name = "powerpc",
	.abis = abis,
	.native_wrong = PTSI_CAN_RESULT,
	.pick = pick,
};
