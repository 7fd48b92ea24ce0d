// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* live-tracee FD: the tracee as a program of its own, of another ABI than the fuzzer's. */
#include <stdlib.h>
#include <sys/mman.h>

#include "live_shared.h"

int main(int argc, char **argv)
{
	void *shared;

	if (argc < 2) /* whether programs of this ABI run was to be tried */
		return 0;
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, atoi(argv[1]), 0);
	if (shared == MAP_FAILED)
		return 9;
	tracee_run(shared);
}
