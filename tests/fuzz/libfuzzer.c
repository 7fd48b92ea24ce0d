// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The fuzzer of the simulated tracee, fed by libFuzzer, which looks for inputs that go new ways
 * through the library.  The first byte picks the family.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void mismatch(const char *format, ...)
{
	char where[1024];
	va_list ap;

	fuzz_where(where, sizeof where);
	fprintf(stderr, "mismatch: %s  ", where);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort(); /* and libFuzzer writes the input to a file */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	draw_from(data, size);
	fuzz_one();
	return 0;
}
