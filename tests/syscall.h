/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * syscall(2), for calls that are to be repeated as others.  hppa's libc loads the number after the
 * branch, where a repeat would load it again.
 */
#ifndef SYSCALL_H
#define SYSCALL_H

#include <errno.h>
#include <unistd.h>

#ifdef __hppa__
static inline long plain_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r20 __asm__("r20") = nr;
	register long r26 __asm__("r26") = a, r25 __asm__("r25") = b, r24 __asm__("r24") = c;
	register long r23 __asm__("r23") = d, r22 __asm__("r22") = e, r21 __asm__("r21") = f;
	register long r28 __asm__("r28");

	__asm__ volatile("ble 0x100(%%sr2, %%r0)\n\tnop"
			 : "=r"(r28), "+r"(r20), "+r"(r26), "+r"(r25), "+r"(r24), "+r"(r23),
			   "+r"(r22), "+r"(r21)
			 :
			 : "r1", "r2", "r29", "r31", "memory");
	if ((unsigned long)r28 < -4095UL)
		return r28;
	errno = (int)-r28;
	return -1;
}

/* of up to seven arguments */
#define PLAIN_SYSCALL(nr, a, b, c, d, e, f, ...)                                                   \
	plain_syscall((long)(nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define syscall(...) PLAIN_SYSCALL(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#endif

#endif
