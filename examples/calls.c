// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The calls that an example looks at, which it gives by name. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "calls.h"

/* Calls from 424 on (Linux 5.1) have one number on all architectures; x32's own begin at 512. */
enum { MAX_TRACED = 128, SAME_FROM = 424, SAME_TO = 511 };

static const uint32_t archs[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86 };
static int traced[MAX_TRACED], n_traced;

int abi_of(uint32_t arch)
{
	return arch == archs[ABI_64] ? ABI_64 : ABI_32;
}

struct numbers trace_call(const char *name)
{
	int nr = seccomp_syscall_resolve_name(name);

	if (nr != __NR_SCMP_ERROR) {
		if (n_traced == MAX_TRACED)
			abort();
		traced[n_traced++] = nr;
	}
	return (struct numbers){ { seccomp_syscall_resolve_name_arch(archs[ABI_64], name),
				   seccomp_syscall_resolve_name_arch(archs[ABI_32], name) } };
}

static unsigned newest_known(void)
{
	unsigned newest = SAME_FROM;

	for (unsigned nr = SAME_FROM; nr <= SAME_TO; nr++) {
		char *name = seccomp_syscall_resolve_num_arch(archs[ABI_64], (int)nr);

		if (name)
			newest = nr;
		free(name);
	}
	return newest;
}

/* libseccomp makes no rules for numbers that it doesn't know, so this is a filter by itself. */
static int refuse_unknown(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, newest_known(), 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, SAME_TO, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { .len = sizeof code / sizeof code[0], .filter = code };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}

int install_filter(void *arg)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	(void)arg;
	if (!ctx || seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0 ||
	    seccomp_arch_add(ctx, archs[ABI_32]) != 0)
		return -1;
	for (int i = 0; i < n_traced; i++) {
		int r = seccomp_rule_add(ctx, SCMP_ACT_TRACE(0), traced[i], 0);

		/* EEXIST: there is such a rule already; EDOM: only the other ABI has the call */
		if (r != 0 && r != -EEXIST && r != -EDOM)
			return -1;
	}
	return seccomp_load(ctx) == 0 ? refuse_unknown() : -1;
}
