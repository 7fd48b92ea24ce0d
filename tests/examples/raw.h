/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * System calls by number, as the program's ABI makes them: -DINT80 makes i386 calls from 64-bit
 * code, which then has to hand over nothing but what lies below 4 GiB.  Numbers are __NR_*.
 *
 * On x86 each call also checks that the argument registers are as they were: compilers rely
 * on it, so a tracer that changes one has to put it back.
 */
#ifndef RAW_H
#define RAW_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef INT80
#include <asm/unistd_32.h>
#else
#include <sys/syscall.h>
#endif

#if !defined __i386__ && !defined INT80
#define SIX_ARGS /* else the sixth is in ebp, which the compiler may not give away */
#endif

/* The result; an error is its negative errno. */
static long raw6(long nr, long a, long b, long c, long d, long e, long f)
{
	long ret;
#if defined __x86_64__ || defined __i386__
	const long before[] = { a, b, c, d, e };

#if defined __x86_64__ && !defined INT80
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "=a"(ret), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8), "+r"(r9)
			 : "a"(nr)
			 : "rcx", "r11", "memory");
	d = r10;
	e = r8;
#else
	(void)f;
	__asm__ volatile("int $0x80"
			 : "=a"(ret), "+b"(a), "+c"(b), "+d"(c), "+S"(d), "+D"(e)
			 : "a"(nr)
			 : "memory");
	ret = (int)ret;
#endif
	if (a != before[0] || b != before[1] || c != before[2] || d != before[3] ||
	    e != before[4]) {
		printf("call %ld: an argument register has changed\n", nr);
		exit(99);
	}
#else
	ret = syscall(nr, a, b, c, d, e, f);
	if (ret == -1)
		ret = -errno;
#endif
	return ret;
}

#define RAW(nr, a, b, c, d, e, f, ...)                                                             \
	raw6(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define raw(...) RAW(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

#endif
