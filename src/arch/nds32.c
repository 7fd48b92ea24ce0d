// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * nds32: 32-bit calls of either byte order.  Linux had nds32 from 4.17 to 5.17, and so never with
 * PTRACE_SET_SYSCALL_INFO.  There is no POKEUSR and no seccomp.
 *
 * The program puts the number into r15, but after the entry stop the kernel takes it from
 * syscallno (__sys_trace in arch/nds32/kernel/ex-scall.S, 5.10).  If that is -1 the call returns
 * at once: r0 stays as it is, and there is no exit stop.  A smaller number would be looked up
 * before the table of calls, and one beyond its end is answered with SIGILL.
 *
 * A program's own call of -1 has no exit stop either.
 *
 * The call takes its first argument from r0, but PTRACE_GET_SYSCALL_INFO and the kernel's restarts
 * take it from orig_r0, which no regset has.  So a restart brings the program's own first argument
 * back, and its own number as well.
 */
#include "../abi.h"

#define ARCH_NDS32   0x400000a7
#define ARCH_NDS32BE 0x000000a7

enum { SIZE = 140 };

/* words of struct user_pt_regs */
enum { R0 = PTSI_WORD(0), R1, R2, R3, R4, R5, R15 = PTSI_WORD(15), SP = PTSI_WORD(29), IPC };
enum { SYSCALLNO = PTSI_WORD(34) };

#if defined __nds32__
#include <asm/ptrace.h>
#define AT(r, w) (offsetof(struct user_pt_regs, r) == 4 * PTSI_INDEX(w))
_Static_assert(AT(uregs, R0) && AT(sp, SP) && AT(ipc, IPC) && AT(syscallno, SYSCALLNO), "");
_Static_assert(sizeof(struct user_pt_regs) == SIZE, "");
#define OWN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? &nds32be : &nds32)
#else
#define OWN NULL
#endif

#define NDS32_ROW                                                                                  \
	.name = "nds32", .enosys = 38, .getpid = 172, .value = 4, .pointer = 4, .word = 4,         \
	.nr = SYSCALLNO, .arg = { R0, R1, R2, R3, R4, R5 }, .rval = R0, .ip = IPC, .sp = SP,       \
	.size = SIZE, .prefix = true, .nr_last = INT32_MAX, .skip_at_entry = PTSI_SKIP_KEPT,       \
	.exit_stop = PTSI_EXIT_UNLESS_SKIPPED, .insn_len = 4, .user_nr = R15

static const struct ptsi_abi nds32 = { NDS32_ROW, .arch = ARCH_NDS32 };
static const struct ptsi_abi nds32be = { NDS32_ROW, .arch = ARCH_NDS32BE, .big = true };

/* Tell the first argument that the call will have, except in a skipped call: r0 is its result. */
static int mend_native(struct ptsi_stop *st)
{
	if (!ptsi_before_call(st->info.op) || st->info.entry.nr == UINT64_MAX)
		return 0;
	return ptsi_decode_abi(st) < 0 ? -1 : ptsi_regs_word(st, R0, &st->info.entry.args[0]);
}

static const struct ptsi_abi *const abis[] = { &nds32, &nds32be, NULL };

const struct ptsi_family ptsi_family_nds32 = {
	.name = "nds32",
	.abis = abis,
	.own = OWN,
	.mend_native = mend_native,
};
