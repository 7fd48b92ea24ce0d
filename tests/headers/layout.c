/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * struct ptsi_syscall_info is the kernel's struct ptrace_syscall_info, which says the same
 * on every architecture.  The uapi header has it since 5.3, flags and reserved since 6.16.
 */
#include <linux/ptrace.h>
#include <stddef.h>

#include "ptsi.h"

#define AT(member, offset, size)                                                                   \
	_Static_assert(offsetof(struct ptsi_syscall_info, member) == (offset) &&                   \
			       sizeof(((struct ptsi_syscall_info *)0)->member) == (size),          \
		       #member)

AT(op, 0, 1);
AT(reserved, 1, 1);
AT(flags, 2, 2);
AT(arch, 4, 4);
AT(instruction_pointer, 8, 8);
AT(stack_pointer, 16, 8);
AT(entry.nr, 24, 8);
AT(entry.args, 32, 48);
AT(exit.rval, 24, 8);
AT(exit.is_error, 32, 1);
AT(seccomp.nr, 24, 8);
AT(seccomp.args, 32, 48);
AT(seccomp.ret_data, 80, 4);
AT(seccomp.reserved2, 84, 4);
_Static_assert(sizeof(struct ptsi_syscall_info) == 88, "size");

#ifdef PTRACE_GET_SYSCALL_INFO
#define SAME(member)                                                                               \
	_Static_assert(offsetof(struct ptsi_syscall_info, member) ==                               \
				       offsetof(struct ptrace_syscall_info, member) &&             \
			       sizeof(((struct ptsi_syscall_info *)0)->member) ==                  \
				       sizeof(((struct ptrace_syscall_info *)0)->member),          \
		       #member)

SAME(op);
SAME(arch);
SAME(instruction_pointer);
SAME(stack_pointer);
SAME(entry.nr);
SAME(entry.args);
SAME(exit.rval);
SAME(exit.is_error);
SAME(seccomp.nr);
SAME(seccomp.args);
SAME(seccomp.ret_data);
_Static_assert(PTSI_SYSCALL_INFO_NONE == PTRACE_SYSCALL_INFO_NONE &&
		       PTSI_SYSCALL_INFO_ENTRY == PTRACE_SYSCALL_INFO_ENTRY &&
		       PTSI_SYSCALL_INFO_EXIT == PTRACE_SYSCALL_INFO_EXIT &&
		       PTSI_SYSCALL_INFO_SECCOMP == PTRACE_SYSCALL_INFO_SECCOMP,
	       "op");
#endif

#ifdef PTRACE_SET_SYSCALL_INFO
SAME(reserved);
SAME(flags);
SAME(seccomp.reserved2);
_Static_assert(sizeof(struct ptsi_syscall_info) == sizeof(struct ptrace_syscall_info), "size");
#endif
