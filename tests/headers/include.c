/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* ptsi.h alone, or with another header before or after it; C and C++. */
#ifdef BEFORE
#include BEFORE
#endif
#include "ptsi.h"
#ifdef AFTER
#include AFTER
#endif
#include "ptsi.h"

/* Each kind of thing that it declares, used. */
extern int use_ptsi(pid_t tid);
int use_ptsi(pid_t tid)
{
	struct ptsi_syscall_info info;
	struct ptsi_abi_info abi;
	int r = ptsi_get_syscall_info(tid, sizeof info, &info);

	if (r < 0 || ptsi_abi_info(tid, sizeof abi, &abi) < 0 || abi.word_size != sizeof(long))
		return -1;
	info.op = PTSI_SYSCALL_INFO_SKIP;
	info.exit.rval = (int64_t)(info.entry.args[5] + info.seccomp.ret_data);
	info.exit.is_error = 0;
	return ptsi_set_syscall_info(tid, sizeof info, &info) + PTSI_CAN_ARG(5);
}
