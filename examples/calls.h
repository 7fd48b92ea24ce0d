/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The calls that an example looks at, which it gives by name: their numbers in 64-bit and in 32-bit
 * programs, and a filter with which the tracees stop at them and nowhere else.
 */
#ifndef CALLS_H
#define CALLS_H

#include <stdint.h>

/* The numbers of a call, by ABI_64 and ABI_32; a negative one: that ABI doesn't have the call. */
struct numbers {
	int nr[2];
};

enum { ABI_64, ABI_32 };

/* ABI_64 or ABI_32; every other ABI is killed by the filter. */
int abi_of(uint32_t arch);

/* Have the filter stop at a call, too, and get the call's numbers. */
struct numbers trace_call(const char *name);

/*
 * Install the filter in the child, as prepare of struct follower; arg isn't used.  Calls that are
 * newer than this libseccomp might do what the traced ones do, so they fail with ENOSYS as on an
 * older kernel.  Returns 0, or something else if it failed.
 */
int install_filter(void *arg);

#endif
