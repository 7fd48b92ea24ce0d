// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * tracee-ABI none|seccomp SCENARIO PARAMS...: exits 0 if every call did what it should; with
 * `seccomp` each of its calls is a SECCOMP stop.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "tracee.h"

static void install_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | FILTER_DATA),
	};
	struct sock_fprog prog = { .len = 1, .filter = code };

	NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	NEED(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) == 0);
}

int main(int argc, char **argv)
{
	static const struct scenario *const all[] = {
		plain_scenarios,
		round_scenarios,
		task_scenarios,
	};

	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "seccomp") == 0)
		install_filter();
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		for (const struct scenario *s = all[i]; s->name; s++) {
			if (strcmp(s->name, argv[2]) == 0) {
				s->run(argv + 3);
				return 0;
			}
		}
	}
	return 2;
}
