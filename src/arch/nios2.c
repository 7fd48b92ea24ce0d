// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * nios2: 32-bit calls.  There is no POKEUSR and no seccomp.
 *
 * r2 holds the number and then the result; r7 holds the fourth argument and then the error flag.
 * A failed call has 1 in r7 and the positive errno in r2.  So a result can't be written before the
 * call, and at the exit stop the number and argument 4 are gone.  A call whose number is -1 fails
 * with ENOSYS (traced_system_call in arch/nios2/kernel/entry.S; 5.10, 6.1, 7.2).
 *
 * A program's own call of a number that no call has makes no stops, and -1 returns -38 as a success
 * (entry.S).  A call whose tracee is killed at its entry stop is made all the same.
 *
 * A thread that a traced clone makes has a wrong thread pointer.  clone takes it from r8, which a
 * traced call has lost by then (traced_system_call and sys_clone in entry.S; read in 6.1 and 7.2,
 * seen on 7.2).
 *
 * The regset has the program's ip twice, and a SETREGSET stores it from both (genregs_set).
 */
#include "../abi.h"

#define ARCH_NIOS2 0x40000071

enum { SIZE = 196 };

/* words of struct user_pt_regs */
enum { R2 = PTSI_WORD(2), R4 = PTSI_WORD(4), R5, R6, R7, R8, R9 };
enum { SP = PTSI_WORD(27), EA = PTSI_WORD(29), PC = PTSI_WORD(32) };

#if defined __nios2__
#include <asm/ptrace.h>
#define AT(index, w) ((index) == PTSI_INDEX(w))
_Static_assert(AT(PTR_R2, R2) && AT(PTR_R4, R4) && AT(PTR_R5, R5) && AT(PTR_R6, R6), "");
_Static_assert(AT(PTR_R7, R7) && AT(PTR_R8, R8) && AT(PTR_R9, R9) && AT(PTR_SP, SP), "");
_Static_assert(AT(PTR_EA, EA) && AT(PTR_PC, PC) && sizeof(struct user_pt_regs) == SIZE, "");
#endif

static int edit_ip(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip)
{
	(void)st;
	ptsi_regs_edit(ed, EA, ip);
	ptsi_regs_edit(ed, PC, ip);
	return 0;
}

static const struct ptsi_abi nios2 = {
	.name = "nios2",
	.arch = ARCH_NIOS2,
	.enosys = 38,
	.getpid = 172,
	.value = 4,
	.pointer = 4,
	.word = 4,
	.nr = R2,
	.arg = { R4, R5, R6, R7, R8, R9 },
	.rval = R2,
	.ip = PC,
	.sp = SP,
	.flag = R7,
	.flag_mask = UINT32_MAX,
	.flag_set = 1,
	.size = SIZE,
	.prefix = true,
	.skip_at_entry = PTSI_SKIP_EXIT,
	.insn_len = 4,
	.user_nr = R2,
	/*
	 * The kernel restarts a call if r2 looks like a restart code, be it an error or not
	 * (do_signal in arch/nios2/kernel/signal.c, 6.1).  A repeat has its number there, but no
	 * call has a number like that.  Only calls made with something in r1 are restarted; to
	 * other programs 512 to 516 is the errno.  Where no signal is handled each restart is a
	 * restart_syscall.  The program's own number and argument 4 come back with a restart.
	 */
	.restarts_by_rval = true,
	.edit_ip = edit_ip,
};

/*
 * PTRACE_GET_SYSCALL_INFO tells the return address as ip (instruction_pointer) and errors as
 * positive errnos (syscall_get_error; 5.10, 6.1, 7.2).
 */
static int mend_native(struct ptsi_stop *st)
{
	struct ptsi_syscall_info *info = &st->info;

	if (info->op == PTSI_SYSCALL_INFO_EXIT && info->exit.is_error && info->exit.rval > 0)
		info->exit.rval = -info->exit.rval;
	return ptsi_decode_abi(st) < 0 ? -1 : ptsi_regs_word(st, PC, &info->instruction_pointer);
}

static const struct ptsi_abi *const abis[] = { &nios2, NULL };

const struct ptsi_family ptsi_family_nios2 = {
	.name = "nios2",
	.abis = abis,
	.own = &nios2,
	.mend_native = mend_native,
};
