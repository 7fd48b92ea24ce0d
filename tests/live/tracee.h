/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A tracee program of one ABI.  What differs between ABIs is here: how a call is made, its
 * numbers N_*, and word_t, the type of an argument and of a result.
 */
#ifndef TRACEE_H
#define TRACEE_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../syscall.h"
#include "../traits.h"
#include "marker.h"

#define NEED(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			fprintf(stderr, "tracee: %s:%d: %s\n", __FILE__, __LINE__, #cond);         \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

/*
 * raw6 makes a call and returns what came back, a negative errno for an error; arg becomes
 * what the argument registers hold afterwards.
 */
#if defined INT80 || defined __i386__
enum {
	N_fork = 2,
	N_read = 3,
	N_write = 4,
	N_close = 6,
	N_execve = 11,
	N_lseek = 19,
	N_getpid = 20,
	N_pause = 29,
	N_dup = 41,
	N_brk = 45,
	N_getppid = 64,
	N_munmap = 91,
	N_uname = 122,
	N__llseek = 140,
	N_sched_yield = 158,
	N_sleep = 162,
	N_mmap = 192,
	N_openat = 295,
	N_ppoll = 309,
	N_copy_file_range = 377,
};
typedef int32_t word_t;

/* The stack is in use: no red zone in 64-bit code. */
#ifdef __x86_64__
#define R        "r"
#define AT(i)    "8*" #i "(%%rsi)"
#define CLOBBERS "rbx", "rcx", "rdx", "rdi", "r8", "r9", "r10", "r11", "memory", "cc"
#else
#define R        "e"
#define AT(i)    "4*" #i "(%%esi)"
#define CLOBBERS "ebx", "ecx", "edx", "edi", "memory", "cc"
#endif
static inline long raw6(long nr, long arg[6])
{
	/* clang-format off */
	__asm__ volatile("push %%" R "bp\n\tpush %%" R "si\n\t"
			 "mov " AT(0) ", %%" R "bx\n\tmov " AT(1) ", %%" R "cx\n\t"
			 "mov " AT(2) ", %%" R "dx\n\tmov " AT(4) ", %%" R "di\n\t"
			 "mov " AT(5) ", %%" R "bp\n\tmov " AT(3) ", %%" R "si\n\t"
			 "int $0x80\n\t"
			 "xchg %%" R "si, (%%" R "sp)\n\t"
			 "mov %%" R "bx, " AT(0) "\n\tmov %%" R "cx, " AT(1) "\n\t"
			 "mov %%" R "dx, " AT(2) "\n\tmov %%" R "di, " AT(4) "\n\t"
			 "mov %%" R "bp, " AT(5) "\n\tpop " AT(3) "\n\tpop %%" R "bp"
			 : "+a"(nr), "+S"(arg) : : CLOBBERS);
	/* clang-format on */
	return nr;
}
#undef R
#undef AT
#undef CLOBBERS

#elif defined __x86_64__
#ifdef X32
#define NR(n) ((n) | 0x40000000)
enum { N_execve = NR(520) };
#else
#define NR(n) (n)
enum { N_execve = SYS_execve };
#endif
enum {
	N_fork = NR(SYS_fork),
	N_read = NR(SYS_read),
	N_write = NR(SYS_write),
	N_close = NR(SYS_close),
	N_lseek = NR(SYS_lseek),
	N_getpid = NR(SYS_getpid),
	N_pause = NR(SYS_pause),
	N_dup = NR(SYS_dup),
	N_brk = NR(SYS_brk),
	N_getppid = NR(SYS_getppid),
	N_munmap = NR(SYS_munmap),
	N_uname = NR(SYS_uname),
	N_sched_yield = NR(SYS_sched_yield),
	N_sleep = NR(SYS_nanosleep),
	N_mmap = NR(SYS_mmap),
	N_openat = NR(SYS_openat),
	N_ppoll = NR(SYS_ppoll),
	N_copy_file_range = NR(SYS_copy_file_range),
	N__llseek = N_lseek /* not needed */,
};
typedef long word_t;

static inline long raw6(long nr, long arg[6])
{
	register long r10 __asm__("r10") = arg[3];
	register long r8 __asm__("r8") = arg[4];
	register long r9 __asm__("r9") = arg[5];

	__asm__ volatile("syscall"
			 : "+a"(nr), "+D"(arg[0]), "+S"(arg[1]), "+d"(arg[2]), "+r"(r10), "+r"(r8),
			   "+r"(r9)
			 :
			 : "rcx", "r11", "memory", "cc");
	arg[3] = r10;
	arg[4] = r8;
	arg[5] = r9;
	return nr;
}

#else
/* Mostly by syscall(2), which doesn't show the registers afterwards. */
#ifndef SYS_lseek
#define SYS_lseek SYS_dup3 /* for (fd, number, 0), which returns number too */
#define SEEK_IS_DUP
#endif
#if !defined SYS__llseek && defined SYS_llseek
#define SYS__llseek SYS_llseek
#elif !defined SYS__llseek
#define SYS__llseek SYS_lseek /* with 64-bit words not needed */
#endif
#ifndef SYS_fork
#define SYS_fork SYS_clone /* with SIGCHLD the same */
#endif
enum {
	N_fork = SYS_fork,
	N_read = SYS_read,
	N_write = SYS_write,
	N_close = SYS_close,
	N_execve = SYS_execve,
	N_lseek = SYS_lseek,
	N_getpid = SYS_getpid,
	N_dup = SYS_dup,
	N_brk = SYS_brk,
	N_getppid = SYS_getppid,
	N_munmap = SYS_munmap,
	N_uname = SYS_uname,
	N_sched_yield = SYS_sched_yield,
	N_openat = SYS_openat,
	N_copy_file_range = SYS_copy_file_range,
	N__llseek = SYS__llseek,
#ifdef SYS_mmap
	N_mmap = SYS_mmap,
#else
	N_mmap = SYS_mmap2,
#endif
};
typedef long word_t;

#ifdef __xtensa__ /* where syscall(2), a function, has a window and a stack pointer of its own */
static inline __attribute__((always_inline)) long raw6(long nr, long arg[6])
{
	register long a2 __asm__("a2") = nr;
	register long a6 __asm__("a6") = arg[0];
	register long a3 __asm__("a3") = arg[1];
	register long a4 __asm__("a4") = arg[2];
	register long a5 __asm__("a5") = arg[3];
	register long a8 __asm__("a8") = arg[4];
	register long a9 __asm__("a9") = arg[5];

	__asm__ volatile("syscall"
			 : "+r"(a2)
			 : "r"(a6), "r"(a3), "r"(a4), "r"(a5), "r"(a8), "r"(a9)
			 : "memory");
	return a2;
}
#elif defined __nios2__ /* whose kernel restarts a call only where r1 isn't 0 (do_signal, 6.1) */
static inline long raw6(long nr, long arg[6])
{
	register long r2 __asm__("r2") = nr;
	register long r4 __asm__("r4") = arg[0];
	register long r5 __asm__("r5") = arg[1];
	register long r6 __asm__("r6") = arg[2];
	register long r7 __asm__("r7") = arg[3];
	register long r8 __asm__("r8") = arg[4];
	register long r9 __asm__("r9") = arg[5];

	__asm__ volatile("movi r1, 1\n\ttrap"
			 : "+r"(r2), "+r"(r7)
			 : "r"(r4), "r"(r5), "r"(r6), "r"(r8), "r"(r9)
			 : "r1", "memory");
	return r7 ? -r2 : r2;
}
#else
static inline long raw6(long nr, long arg[6])
{
	long r = syscall(nr, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);

	return r == -1 ? -errno : r;
}
#endif
#endif

static inline __attribute__((always_inline)) long raw(long nr, long a, long b, long c, long d,
						      long e, long f)
{
	long arg[6] = { a, b, c, d, e, f };

	return raw6(nr, arg);
}

/*
 * Calls with a time.  A kernel may be built without those of 32-bit time, or be older than those of
 * 64-bit time (5.1).
 */
struct ticks {
	word_t narrow[2];
	int64_t wide[2];
};

#define TICKS(s, ns) .narrow = { (s), (ns) }, .wide = { (s), (ns) }

#if defined __i386__ || defined __x86_64__ || !defined SYS_clock_nanosleep_time64
#define ALWAYS_TIME64 false
#define MAY_BE_TIME64 false
#elif !defined SYS_nanosleep || !defined SYS_ppoll
#define ALWAYS_TIME64 true
#define MAY_BE_TIME64 true
#undef SYS_nanosleep
#undef SYS_ppoll
#define SYS_nanosleep SYS_clock_nanosleep_time64
#define SYS_ppoll     SYS_ppoll_time64
#else
#define ALWAYS_TIME64 false
#define MAY_BE_TIME64 true
#endif
#ifndef SYS_clock_nanosleep_time64
#define SYS_clock_nanosleep_time64 SYS_nanosleep
#define SYS_ppoll_time64           SYS_ppoll
#endif

/* To be asked before the marker, since it makes a call. */
static inline bool has_time64(void)
{
	static int lacks;

	if (ALWAYS_TIME64 || !MAY_BE_TIME64)
		return ALWAYS_TIME64;
	if (!lacks) {
		lacks = -1;
		if (syscall(SYS_clock_nanosleep_time64, -1L, 0L, NULL, NULL) < 0 && errno == ENOSYS)
			lacks = 1;
	}
	return lacks < 0;
}

#if !defined __i386__ && !defined __x86_64__
#define N_sleep (has_time64() ? SYS_clock_nanosleep_time64 : SYS_nanosleep)
#define N_ppoll (has_time64() ? SYS_ppoll_time64 : SYS_ppoll)
#define N_pause N_ppoll /* without arguments the same */
#endif

static inline long raw_sleep(struct ticks *t)
{
	if (has_time64())
		return raw(N_sleep, 1 /* CLOCK_MONOTONIC */, 0, (long)t->wide, 0, 0, 0);
	return raw(N_sleep, (long)t->narrow, 0, 0, 0, 0, 0);
}

static inline long raw_ppoll(struct ticks *t)
{
	return raw(N_ppoll, 0, 0, has_time64() ? (long)t->wide : (long)t->narrow, 0, 0, 0);
}

/* Whether N_lseek to `at` was made, unlike another call before; by another call than the target. */
static inline bool sought(int fd, long at)
{
#ifdef SEEK_IS_DUP
	(void)fd;
	return raw(N_close, at, 0, SEEK_CUR, 0, 0, 0) == 0;
#else
	return lseek(fd, 0, SEEK_CUR) == at;
#endif
}

/* The next call is the target. */
static inline void mark(long right, long wrong, const volatile void *p, const void *q)
{
	raw(N_close, -1, MARK, right, wrong, (long)p, (long)q);
}

struct scenario {
	const char *name;
	void (*run)(char **params);
};

/* NULL last */
extern const struct scenario plain_scenarios[], round_scenarios[], task_scenarios[];

#endif
