// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * nios2: 32-bit calls.  There is no POKEUSR and no seccomp.
 *
 * r2 is the number and then the result, r7 the fourth argument and then the error flag: 1,
 * with the positive errno in r2.  So a result can't be written ahead; a call whose number is
 * -1 is answered by ENOSYS (traced_system_call in arch/nios2/kernel/entry.S; 5.10, 6.1, 7.2).
 *
 * The regset has the program's ip twice, and a SETREGSET stores it from both (genregs_set).
 */
#include <errno.h>
#include <stddef.h>

#include "../abi.h"

#define ARCH_NIOS2 0x40000071

enum { SIZE = 196 };

/* words of struct user_pt_regs */
enum { R2 = 2, R4 = 4, R5, R6, R7, R8, R9, SP = 27, EA = 29, PC = 32 };

#if defined __nios2__
#include <asm/ptrace.h>
_Static_assert(PTR_R2 == R2 && PTR_R4 == R4 && PTR_R5 == R5 && PTR_R6 == R6, "");
_Static_assert(PTR_R7 == R7 && PTR_R8 == R8 && PTR_R9 == R9 && PTR_SP == SP, "");
_Static_assert(PTR_EA == EA && PTR_PC == PC && sizeof(struct user_pt_regs) == SIZE, "");
#endif

static int edit_ip(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip)
{
	(void)st;
	ptsi_edit(ed, EA, ip);
	ptsi_edit(ed, PC, ip);
	return 0;
}

/*
 * The kernel restarts a call whose result looks like a restart code, be it an error or not
 * (do_signal in arch/nios2/kernel/signal.c), and r2 is the number again: there are no such
 * calls.
 */
static int edit_repeat(struct ptsi_stop *st, struct ptsi_edits *ed,
		       const struct ptsi_syscall_info *entry)
{
	if (ptsi_is_restart_code(-(int64_t)entry->entry.nr))
		return ptsi_fail(EOPNOTSUPP);
	return ptsi_edit_repeat(st, ed, entry);
}

static const struct ptsi_abi nios2 = {
	.name = "nios2", .arch = ARCH_NIOS2, .word = 4, .value = 4, .pointer = 4, .insn_len = 4,
	.size = SIZE, .enosys = 38, .nr = R2, .arg = { R4, R5, R6, R7, R8, R9 },
	.arg1_copy = PTSI_NO_WORD, .rval = R2, .ip = PC, .sp = SP, .user_nr = R2, .getpid = 172,
	.flag = R7, .flag_mask = UINT32_MAX, .flag_set = 1, .prefix = true,
	.at_entry = PTSI_SKIP_EXIT, .edit_ip = edit_ip, .edit_repeat = edit_repeat,
};

static const struct ptsi_abi *pick(struct ptsi_stop *st)
{
	if (!st->info_size || st->info.arch == ARCH_NIOS2)
		return &nios2;
	errno = EOPNOTSUPP;
	return NULL;
}

/*
 * PTRACE_GET_SYSCALL_INFO tells the return address for ip (instruction_pointer) and the
 * positive errno for an error (syscall_get_error; 5.10, 6.1, 7.2).
 */
static int repair(struct ptsi_stop *st)
{
	struct ptsi_syscall_info *info = &st->info;

	if (info->op == PTSI_SYSCALL_INFO_EXIT && info->exit.is_error && info->exit.rval > 0)
		info->exit.rval = -info->exit.rval;
	return ptsi_stop_abi(st) < 0 ? -1 : ptsi_regs_word(st, PC, &info->instruction_pointer);
}

static const struct ptsi_abi *const abis[] = { &nios2, NULL };

extern const struct ptsi_family ptsi_family_nios2;
const struct ptsi_family ptsi_family_nios2 = {
	.name = "nios2",
	.abis = abis,
	.pick = pick,
	.repair = repair,
};
