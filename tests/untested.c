// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include "untested.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX_REASONS = 8 };

/* Shared with the processes of the tests, of which one runs at a time. */
static struct {
	char why[80];
	int times;
} * reasons;

void untested_begin(void)
{
	reasons = mmap(NULL, MAX_REASONS * sizeof *reasons, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (reasons == MAP_FAILED) {
		perror("untested: mmap");
		exit(EXIT_FAILURE);
	}
}

void untested(const char *why)
{
	for (int i = 0; i < MAX_REASONS; i++) {
		if (reasons[i].times && strcmp(reasons[i].why, why) != 0)
			continue;
		snprintf(reasons[i].why, sizeof reasons[i].why, "%s", why);
		reasons[i].times++;
		_exit(EXIT_SUCCESS);
	}
	fprintf(stderr, "untested: too many reasons\n");
	_exit(EXIT_FAILURE);
}

void untested_end(void)
{
	for (int i = 0; i < MAX_REASONS && reasons[i].times; i++)
		printf("untested: %d: %s\n", reasons[i].times, reasons[i].why);
	fflush(stdout);
}
