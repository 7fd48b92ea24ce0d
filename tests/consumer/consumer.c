// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What any user does: include the header, link the library, call it. */
#include <errno.h>
#include <ptsi.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	struct ptsi_syscall_info info;

	/* nobody's tracee */
	if (ptsi_get_syscall_info(getpid(), sizeof info, &info) != -1 || errno != ESRCH)
		return 1;
	return strcmp(ptsi_version(), "0.1.0") != 0;
}
