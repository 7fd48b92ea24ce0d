// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * openrisc: 32-bit calls, big-endian.  There is no POKEUSR and no seccomp.
 *
 * gpr11 holds the number and then the result, so a result can't be written before the call.  A
 * number that no call has, such as -1, makes the result -ENOSYS.
 *
 * The kernel has a copy of the number in orig_gpr11, which no regset has.  The call is made by
 * gpr11 (_syscall_trace_enter in arch/openrisc/kernel/entry.S; 5.10, 6.1, 7.2), but
 * PTRACE_GET_SYSCALL_INFO tells the copy, and PTRACE_SET_SYSCALL_INFO sets only the copy, so that
 * the call is made as it was (7.2).
 *
 * When the kernel restarts a call and no signal handler was run, the copy is the number again, at
 * a new entry stop; after a call whose number was 0 it restarts nothing.  restart_syscall is told
 * as the call that it restarts, and a call whose tracee is killed at its entry stop is made all the
 * same (seen on 6.1).
 *
 * At syscall-stops gpr12 to gpr31 are partly stale; they are written back as they were read.
 */
#include "../abi.h"

#define ARCH_OPENRISC 0x5c

enum { SIZE = 136 };

/* words of struct user_regs_struct */
enum { SP = PTSI_WORD(1), GPR3 = PTSI_WORD(3), GPR11 = PTSI_WORD(11), PC = PTSI_WORD(32) };

#if defined __or1k__
#include <asm/ptrace.h>
_Static_assert(offsetof(struct user_regs_struct, gpr) == 0, "");
_Static_assert(offsetof(struct user_regs_struct, pc) == 4 * PTSI_INDEX(PC), "");
_Static_assert(sizeof(struct user_regs_struct) == SIZE, "");
#endif

static const struct ptsi_abi openrisc = {
	.name = "openrisc",
	.arch = ARCH_OPENRISC,
	.enosys = 38,
	.getpid = 172,
	.value = 4,
	.pointer = 4,
	.word = 4,
	.big = true,
	.nr = GPR11,
	.arg = { GPR3, GPR3 + 1, GPR3 + 2, GPR3 + 3, GPR3 + 4, GPR3 + 5 },
	.rval = GPR11,
	.ip = PC,
	.sp = SP,
	.size = SIZE,
	.prefix = true,
	.skip_at_entry = PTSI_SKIP_EXIT,
	.insn_len = 4,
	.user_nr = GPR11,
	.native_wrong = PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP,
};

/* Tell the number that the call will be made by. */
static int mend_native(struct ptsi_stop *st)
{
	uint64_t nr;

	if (!ptsi_before_call(st->info.op))
		return 0;
	if (ptsi_decode_abi(st) < 0 || ptsi_regs_word(st, GPR11, &nr) < 0)
		return -1;
	st->info.entry.nr = (uint64_t)(int64_t)(int32_t)nr;
	return 0;
}

static const struct ptsi_abi *const abis[] = { &openrisc, NULL };

const struct ptsi_family ptsi_family_openrisc = {
	.name = "openrisc",
	.abis = abis,
	.own = &openrisc,
	.look_at = 1 << PTSI_SYSCALL_INFO_ENTRY | 1 << PTSI_SYSCALL_INFO_SECCOMP,
	.mend_native = mend_native,
};
