/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* What the kernel's sources say of the architecture that the tests are built for. */
#ifndef TRAITS_H
#define TRAITS_H

#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#if defined __x86_64__ || defined __i386__
enum { IS_X86 = true };
#else
enum { IS_X86 = false };
#endif

/* A register of its own says whether a result is an error. */
static inline bool has_error_flag(void)
{
#if defined __alpha__ || defined __ia64__ || defined __mips__ || defined __nios2__ ||              \
	defined __powerpc__ || defined __sparc__
	return true;
#else
	return false;
#endif
}

/* Whether the kernel has seccomp filters, without which there are no SECCOMP stops. */
static inline bool has_filters(void)
{
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) < 0 && errno == EFAULT;
}

/* Whether a process may enter the strict seccomp mode: not with a filter around the tests. */
static inline bool has_strict(void)
{
	return has_filters() && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_DISABLED;
}

/* After a call that failed.  nios2 (6.1, 7.2) may tell the program a restart code. */
static inline bool was_interrupted(void)
{
	return errno == EINTR || errno >= 512;
}

#ifdef __riscv
static inline bool kernel_is_before(int major, int minor)
{
	struct utsname u;
	int is_major, is_minor;

	return uname(&u) == 0 && sscanf(u.release, "%d.%d", &is_major, &is_minor) == 2 &&
	       (is_major < major || (is_major == major && is_minor < minor));
}
#endif

/*
 * A call of a negative number.  riscv: since 6.11 -ENOSYS is there from the start, before that the
 * first argument, and after a SECCOMP stop it stays (ret_from_syscall_rejected in
 * arch/riscv/kernel/entry.S, 6.1).
 */
static inline bool no_call_is_enosys(void)
{
#if defined __riscv
	return !kernel_is_before(6, 11);
#elif defined __mips__ || defined __hppa__ || defined __sh__ || defined __nios2__ ||               \
	defined __xtensa__
	return false;
#else
	return true;
#endif
}

/* A number that all tables have and no kernel. */
#ifdef SYS_nfsservctl
#define SYS_NONE SYS_nfsservctl
#else
#define SYS_NONE 100000
#endif

/*
 * A kernel may be built without the calls of 32-bit time.  The libcs of 32-bit architectures need
 * them, for threads too; what the tests do themselves doesn't.
 */
static inline bool has_futex(void)
{
#ifdef SYS_futex
	int word = 0;

	/* FUTEX_WAKE, of nobody */
	return syscall(SYS_futex, &word, 1L, 0L, 0L, 0L, 0L) == 0;
#else
	return true;
#endif
}

static inline void sleep_ms(int ms)
{
#ifdef SYS_clock_nanosleep_time64
	int64_t time[2] = { 0, ms * 1000000 };

	/* not before 5.1 */
	if (syscall(SYS_clock_nanosleep_time64, (long)CLOCK_MONOTONIC, 0L, time, NULL) == 0 ||
	    errno != ENOSYS)
		return;
#endif
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

/*
 * sh4 (6.1, under QEMU): of a process that calls PTRACE_TRACEME and raises SIGSTOP waitpid(2) told
 * other signals, or that it had ended; why wasn't found.  Tracees that are seized are told rightly.
 */
#ifdef __sh__
#define TRACEME_WORKS false
#else
#define TRACEME_WORKS true
#endif

/* PTRACE_GET_SYSCALL_INFO, which m68k has on no kernel up to 6.1. */
#ifdef __m68k__
#define KERNEL_TELLS false
#else
#define KERNEL_TELLS true
#endif

/* By registers a skipped call may not get its number back. */
#if defined __riscv || (defined __sparc__ && !defined __arch64__)
#define MAY_NOT_UNSKIP true
#else
#define MAY_NOT_UNSKIP false
#endif

#ifdef __sparc__
#define IS_SPARC true
#else
#define IS_SPARC false
#endif

/* At exit stops PTRACE_SET_SYSCALL_INFO is not used: it is wrong. */
#ifdef __powerpc__
#define RESULT_BY_REGISTERS true
#else
#define RESULT_BY_REGISTERS false
#endif

/* Numbers and arguments are not left to PTRACE_SET_SYSCALL_INFO. */
#if defined __hppa__ || defined __or1k__
#define ARGS_BY_REGISTERS true
#else
#define ARGS_BY_REGISTERS false
#endif

/* nr -1 isn't either. */
#if defined __sh__ || defined __hppa__ || defined __or1k__ || defined __csky__ || defined __xtensa__
#define SKIP_BY_REGISTERS true
#else
#define SKIP_BY_REGISTERS false
#endif

/*
 * Whether a filter of the tracee's sees the nr -1 of an entry stop: xtensa skips the call before
 * (do_syscall_trace_enter in arch/xtensa/kernel/ptrace.c, 6.1).
 */
#ifdef __xtensa__
#define FILTERS_SEE_SKIPS false
#else
#define FILTERS_SEE_SKIPS true
#endif

/* Whether it is asked after a SECCOMP stop, too. */
#ifdef __s390__
#define FILTERS_ASKED_AGAIN true
#else
#define FILTERS_ASKED_AGAIN false
#endif

/* A set looks at the stop first, whatever it changes: with GET refused it can't be made. */
#if defined __sparc__ || defined __mips__ || defined __hppa__ || defined __or1k__
#define SETS_LOOK true
#else
#define SETS_LOOK false
#endif

/* Whether calls can be repeated, and where a call goes on be set at its exit stop. */
#ifdef __sparc__
#define CALLS_REPEAT false
#define IP_AT_EXIT   false
#else
#define CALLS_REPEAT true
#define IP_AT_EXIT   true
#endif

/*
 * nios2: clone takes the new thread's pointer from r8, which a traced call has lost by then
 * (traced_system_call and sys_clone in arch/nios2/kernel/entry.S, 6.1 and 7.2), so that the thread
 * crashes.  And where threads fork at the same time, traced or not, children crash and calls fail
 * with EFAULT; why wasn't found (seen on 7.2 with uClibc 1.0.35).
 */
#ifdef __nios2__
#define TRACED_THREADS_WORK  false
#define FORKING_THREADS_WORK false
#else
#define TRACED_THREADS_WORK  true
#define FORKING_THREADS_WORK true
#endif

#ifdef __hppa__
#define STACK_GROWS_UP true
#else
#define STACK_GROWS_UP false
#endif

/*
 * sparc and nios2 (6.1) make a restart_syscall of every call that is to be restarted, nios2 if no
 * signal is handled; openrisc (6.1) tells it as the call that it restarts.  On openrisc and nios2
 * a call whose tracee is killed at its entry stop is made all the same.
 */
#if defined __sparc__ || defined __nios2__
#define RESTARTS_ARE_RESTART_SYSCALL true
#else
#define RESTARTS_ARE_RESTART_SYSCALL false
#endif
#ifdef __or1k__
#define TELLS_RESTART_SYSCALL false
#else
#define TELLS_RESTART_SYSCALL true
#endif
#if defined __or1k__ || defined __nios2__
#define DEAD_MAKE_CALLS true
#else
#define DEAD_MAKE_CALLS false
#endif

/*
 * What the ABI is, without PTRACE_GET_SYSCALL_INFO.  riscv: a 64-bit kernel gives a 32-bit tracer
 * the same regset for other AUDIT_ARCH_* (syscall_get_arch in
 * arch/riscv/include/asm/syscall.h, 6.1, 7.2).
 */
static inline bool abi_is_told(void)
{
#if defined __riscv
	return sizeof(long) == 8;
#else
	return true;
#endif
}

/*
 * What a call is, without it.  riscv: since 6.11 -ENOSYS is in place of args[0] (do_trap_ecall_u in
 * arch/riscv/kernel/traps.c).
 */
static inline bool registers_tell(void)
{
#if defined __riscv
	return abi_is_told() && kernel_is_before(6, 11);
#else
	return true;
#endif
}

/*
 * nr -1 makes the result -ENOSYS.  mips leaves what is in the registers: after SECCOMP stops
 * always, since mid-2026 and in later stable kernels after entry stops too.
 */
#if defined __mips__
#define MINUS_ONE_IS_ENOSYS false
#else
#define MINUS_ONE_IS_ENOSYS true
#endif

#endif
