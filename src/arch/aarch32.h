/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * 32-bit ARM calls (EABI, of ARM and Thumb code): what arm.c and the AArch32 tracees of arm64.c
 * have in common.
 *
 * The call takes its first argument from r0, but seccomp filters, PTRACE_GET_SYSCALL_INFO and the
 * kernel's restarts take it from ORIG_r0 (invoke_syscall in arch/arm/kernel/entry-header.S; 5.10,
 * 6.1, 7.2).  So both are written.
 *
 * When the number is -1 the kernel leaves r0 as it is (__sys_trace in
 * arch/arm/kernel/entry-common.S; el0_svc_common in arch/arm64/kernel/syscall.c).  It doesn't put
 * -ENOSYS there beforehand: a skipped call whose result nobody writes returns its first argument.
 *
 * At syscall-stops r12 reads as 0 (entry) or 1 (exit).  Its true value is hidden, and what is
 * written to it is dropped (report_syscall).
 */
#ifndef PTSI_AARCH32_H
#define PTSI_AARCH32_H

#include "../abi.h"

#define ARCH_ARM     0x40000028
#define ARCH_AARCH64 0xc00000b7

enum {
	AARCH32_SIZE = 72,
	AARCH32_NR_MAX = 0xf07ff, /* more gets SIGILL (traps.c, arm_syscall; sys_compat.c) */
	CPSR_MODE32 = 0x10,       /* 0 in the cpsr that is made of a 64-bit tracee's pstate */
	CPSR_THUMB = 0x20,
};

/* words of struct pt_regs */
enum { R0 = PTSI_WORD(0), R1, R2, R3, R4, R5, R7 = PTSI_WORD(7), R12 = PTSI_WORD(12), R13 };
enum { R15 = PTSI_WORD(15), CPSR, ORIG_R0 };

#if defined __arm__
#include <asm/ptrace.h>
#define AT(r, w) (offsetof(struct pt_regs, r) == 4 * PTSI_INDEX(w))
_Static_assert(AT(ARM_r0, R0) && AT(ARM_r1, R1) && AT(ARM_r2, R2) && AT(ARM_r3, R3), "");
_Static_assert(AT(ARM_r4, R4) && AT(ARM_r5, R5) && AT(ARM_r7, R7) && AT(ARM_ip, R12), "");
_Static_assert(AT(ARM_sp, R13) && AT(ARM_pc, R15) && AT(ARM_cpsr, CPSR), "");
_Static_assert(AT(ARM_ORIG_r0, ORIG_R0) && sizeof(struct pt_regs) == AARCH32_SIZE, "");
_Static_assert(PSR_T_BIT == CPSR_THUMB, "");
#endif

#define AARCH32_ROW                                                                                \
	.name = "arm", .arch = ARCH_ARM, .enosys = 38, .getpid = 20, .value = 4, .pointer = 4,     \
	.word = 4, .nr = PTSI_NR_CALL, .arg = { ORIG_R0, R1, R2, R3, R4, R5 }, .rval = R0,         \
	.ip = R15, .sp = R13, .size = AARCH32_SIZE, .prefix = true, .nr_last = AARCH32_NR_MAX,     \
	.skip_at_entry = PTSI_SKIP_AHEAD, .skip_at_seccomp = PTSI_SKIP_KEPT, .insn_len = 4,        \
	.user_nr = R7, .user_arg1 = R0, .arg1_twice = true, .insn_address = aarch32_insn_address,  \
	.native_enosys = true

/* The svc instruction has 4 bytes in ARM code and 2 in Thumb code. */
static inline int aarch32_insn_address(struct ptsi_stop *st, uint64_t ip, uint64_t *addr)
{
	uint64_t cpsr;

	if (ptsi_regs_word(st, CPSR, &cpsr) < 0)
		return -1;
	*addr = cpsr & CPSR_THUMB ? ip - 2 : ip - 4;
	return 0;
}

/* Whether a syscall-stop is an entry or an exit stop; word is r12, or x7 of 64-bit code. */
static inline int arm_mark(struct ptsi_stop *st, int word)
{
	uint64_t mark;

	if (ptsi_regs_word(st, word, &mark) < 0)
		return -1;
	if (mark > 1)
		return PTSI_SYSCALL_INFO_NONE;
	return mark ? PTSI_SYSCALL_INFO_EXIT : PTSI_SYSCALL_INFO_ENTRY;
}

#endif
