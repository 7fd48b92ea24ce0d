// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * powerpc: 64-bit calls of both byte orders, and 32-bit big-endian ones.  Little-endian 32-bit
 * programs, which 5.10 runs, have no row.
 *
 * Two instructions make calls, and trap tells which one it was.  After "sc" a failed call has the
 * positive errno and the bit SO in ccr; after "scv" (since 5.9, 64-bit) it has the negative errno.
 * The first argument is in gpr3 and in orig_gpr3.  Some kernels take it from the one, some from
 * the other, so both are written.  The result is in gpr3.
 *
 * A call that isn't made returns -ENOSYS after an entry stop.  After a SECCOMP stop kernels up to
 * 6.1 keep gpr3, which holds -ENOSYS there (do_seccomp in arch/powerpc/kernel/ptrace/ptrace.c).  On
 * 7.2 it still holds the argument there, and the call returns -ENOSYS.
 *
 * PTRACE_SET_SYSCALL_INFO is never used at exit stops.  syscall_set_return_value stores the
 * negative errno after "sc" as well; and the set_thread_flag(TIF_SYSCALL_RET) of 7.2 sets the
 * flag of the tracer itself, whose next system call then isn't made.
 */
#include "../abi.h"

#define ARCH_PPC64LE 0xc0000015
#define ARCH_PPC64   0x80000015
#define ARCH_PPC     0x14

enum { SIZE_64 = 384, SIZE_32 = 192, ENOSYS_PPC = 38 };

/* words of struct pt_regs */
enum { GPR0 = PTSI_WORD(0), GPR1, GPR3 = PTSI_WORD(3), GPR4, GPR5, GPR6, GPR7, GPR8 };
enum { NIP = PTSI_WORD(32), ORIG_GPR3 = PTSI_WORD(34), CCR = PTSI_WORD(38) };
enum { TRAP = PTSI_WORD(40) };

enum { SO = 0x10000000, TRAP_SCV = 0x3000 };

#if defined __powerpc__
#include <asm/ptrace.h>
#define AT(index, w) ((index) == PTSI_INDEX(w))
_Static_assert(AT(PT_R0, GPR0) && AT(PT_R1, GPR1) && AT(PT_R3, GPR3) && AT(PT_R8, GPR8), "");
_Static_assert(AT(PT_NIP, NIP) && AT(PT_ORIG_R3, ORIG_GPR3) && AT(PT_CCR, CCR), "");
_Static_assert(AT(PT_TRAP, TRAP), "");
#endif

static const struct ptsi_abi *refine(struct ptsi_stop *st);

/*
 * After a SECCOMP stop the kernel makes an error of -4095 to -1 in gpr3 (syscall_exit_prepare), so
 * such a success can't be set there.  It leaves a positive errno with SO as it is.
 */
static int edit_result(struct ptsi_stop *st, struct ptsi_edits *ed, int64_t rval, bool error)
{
	if (st->abi->flag && !error && st->info.op != PTSI_SYSCALL_INFO_EXIT &&
	    ptsi_decode_is_errno(st->abi, (uint64_t)rval))
		return ptsi_fail(ERANGE);
	if (st->abi->flag)
		return ptsi_edit_plain_result(st, ed, rval, error);
	/*
	 * Before 5.10.40 PTRACE_GET_SYSCALL_INFO takes scv for sc, so what it tells isn't what
	 * gpr3 holds.
	 */
	ptsi_regs_edit(ed, GPR3, (uint64_t)rval);
	return 0;
}

/*
 * 7.2 returns from a traced call by the short way, which restores r1, r2, r3 and r13 only: its
 * syscall_exit_prepare (kernel/interrupt.c) still looks for the thread flags that generic entry
 * code no longer sets.  So number and arguments that are written at an exit stop are lost (seen
 * on 7.2.13; 6.1 restores all): no call can be repeated, and PTSI_KEEP_ARGS can't put arguments 2
 * to 6 back.  Kernels without PTRACE_SET_SYSCALL_INFO are older than that.
 */
static int repeats(struct ptsi_stop *st, const struct ptsi_syscall_info *entry)
{
	(void)entry; /* the answer is the same for all calls */
	/* the request is made whatever way is in use; with a size of 0 it changes nothing */
	if (ptsi_request(st, PTSI_SET_SYSCALL_INFO, 0, NULL) >= 0 || errno != ESRCH)
		return errno == EIO;
	return -1;
}

#define PPC_ROW                                                                                    \
	.enosys = ENOSYS_PPC, .getpid = 20, .nr = GPR0,                                            \
	.arg = { ORIG_GPR3, GPR4, GPR5, GPR6, GPR7, GPR8 }, .rval = GPR3, .ip = NIP, .sp = GPR1,   \
	.prefix = true, .skip_at_entry = PTSI_SKIP_EXIT, .skip_at_seccomp = PTSI_SKIP_PRESET,      \
	.insn_len = 4, .user_nr = GPR0, .user_arg1 = GPR3, .arg1_twice = true, .repeats = repeats, \
	.native_wrong = PTSI_CAN_RESULT, .edit_result = edit_result

/* POKEUSR works only on a tracee of the tracer's own width. */
#define PPC64_ROW                                                                                  \
	.value = 8, .pointer = 8, .word = 8, .size = SIZE_64, .poke = sizeof(long) == 8 ? 8 : 0,   \
	PPC_ROW
#define PPC64LE_ROW PPC64_ROW, .name = "ppc64le", .arch = ARCH_PPC64LE
#define PPC64BE_ROW PPC64_ROW, .name = "ppc64", .arch = ARCH_PPC64, .big = true

#define SC_ROW .flag = CCR, .flag_mask = SO, .flag_set = SO, .refine = refine

static const struct ptsi_abi ppc64le = { PPC64LE_ROW, SC_ROW };
static const struct ptsi_abi ppc64 = { PPC64BE_ROW, SC_ROW };
static const struct ptsi_abi ppc = {
	.name = "ppc",
	.arch = ARCH_PPC,
	.value = 4,
	.pointer = 4,
	.word = 4,
	.big = true,
	.size = SIZE_32,
	.poke = sizeof(long) == 4 ? 4 : 0,
	PPC_ROW,
	SC_ROW,
};

/*
 * Calls that are made by scv.  The kernel restarts them whenever gpr3 holds a restart code
 * (check_syscall_restart in kernel/signal.c); those made by sc only if SO is set, too.
 */
static const struct ptsi_abi ppc64le_scv = { PPC64LE_ROW, .restarts_by_rval = true };
static const struct ptsi_abi ppc64_scv = { PPC64BE_ROW, .restarts_by_rval = true };

/* All words are read at once, since the caller needs more than trap. */
static const struct ptsi_abi *refine(struct ptsi_stop *st)
{
	uint64_t trap;

	if (ptsi_regs_read(st) < 0 || ptsi_regs_word(st, TRAP, &trap) < 0)
		return NULL;
	if ((trap & 0xfff0) != TRAP_SCV || st->abi == &ppc)
		return st->abi;
	return st->abi == &ppc64le ? &ppc64le_scv : &ppc64_scv;
}

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

const struct ptsi_family ptsi_family_powerpc = {
	.name = "powerpc",
	.abis = abis,
	/* a call may be skipped with an error at its SECCOMP stop, and SO has to go if it runs */
	.look_at = 1 << PTSI_SYSCALL_INFO_EXIT | 1 << PTSI_SYSCALL_INFO_SECCOMP,
	.sysemu = 29,
	.pick = pick,
};
