/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The calls that an example looks at, by name: their numbers in 64-bit and in 32-bit programs,
 * and a filter with which the tracees stop at them and nowhere else.
 */
#ifndef CALLS_H
#define CALLS_H

#include <stdint.h>

/* The numbers of a call, to be traced; negative: that ABI doesn't have it. */
struct numbers {
	int nr[2];
};

enum { ABI_64, ABI_32 };

/* ABI_64 or ABI_32; every other ABI is killed by the filter. */
int abi_of(uint32_t arch);

struct numbers trace_call(const char *name);

/*
 * In the child, as prepare of struct follower: the filter; arg isn't used.  Calls that are newer
 * than this libseccomp, which may do what the traced ones do, fail with ENOSYS as on an older
 * kernel.  Not 0: failed.
 */
int install_filter(void *arg);

#endif
