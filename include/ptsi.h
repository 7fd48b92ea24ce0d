/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libptsi: look at and change a stopped system call, on any Linux.
 *
 * The calls below are the kernel's PTRACE_GET_SYSCALL_INFO (Linux 5.3) and
 * PTRACE_SET_SYSCALL_INFO (Linux 6.16) for every kernel, plus what the latter
 * lacks: skipping a call with a result, moving the instruction and stack
 * pointers, repeating a call, and saying beforehand what can be done.
 *
 * Every call is made by the tracer's thread on a tracee that is in a
 * ptrace-stop and was given PTRACE_O_TRACESYSGOOD.  Unless said otherwise a
 * call returns -1 with errno set when it failed, and then nothing has changed.
 * Errors that every call can give:
 *
 *	ESRCH       no such thread, not traced by the caller, or not stopped
 *	EOPNOTSUPP  well-formed, but this architecture and kernel can't do it
 *	            at this stop
 *
 * and, where a request the call needs was refused, that request's errno (see
 * ptrace(2)).  ptsi(7) is the overview; each call has a page in section 3.
 *
 * This header includes neither <sys/ptrace.h> nor <linux/ptrace.h>, which
 * can't be included together, and goes with either.
 */
#ifndef PTSI_H
#define PTSI_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PTSI_VERSION_MAJOR 0
#define PTSI_VERSION_MINOR 1
#define PTSI_VERSION_PATCH 0

/*
 * Kinds of ptrace-stop, in the op member.  The first four have the values of
 * the kernel's PTRACE_SYSCALL_INFO_*; PTSI_SYSCALL_INFO_SKIP is a request only
 * and never read.
 */
#define PTSI_SYSCALL_INFO_NONE    0    /* not a system-call stop */
#define PTSI_SYSCALL_INFO_ENTRY   1    /* syscall-entry-stop */
#define PTSI_SYSCALL_INFO_EXIT    2    /* syscall-exit-stop */
#define PTSI_SYSCALL_INFO_SECCOMP 3    /* PTRACE_EVENT_SECCOMP stop */
#define PTSI_SYSCALL_INFO_SKIP    0x80 /* don't run the call, give exit's result */

/*
 * Byte for byte the kernel's struct ptrace_syscall_info of Linux 6.16, on every
 * architecture: 88 bytes.  The union's member follows op; PTSI_SYSCALL_INFO_SKIP
 * uses exit.
 */
struct ptsi_syscall_info {
	uint8_t op;                   /* PTSI_SYSCALL_INFO_* */
	uint8_t reserved;             /* 0 */
	uint16_t flags;               /* 0 */
	uint32_t arch;                /* AUDIT_ARCH_* of the call */
	uint64_t instruction_pointer; /* after the call's instruction on most architectures */
	uint64_t stack_pointer;
	__extension__ union {
		struct {
			uint64_t nr; /* an int, sign-extended: -1 reads as UINT64_MAX */
			uint64_t args[6];
		} entry;
		struct {
			int64_t rval;     /* the result, or the negative errno if is_error */
			uint8_t is_error; /* 0 or 1 */
		} exit;
		struct {
			uint64_t nr;
			uint64_t args[6];
			uint32_t ret_data; /* SECCOMP_RET_DATA of the filter; read only */
			uint32_t reserved2;
		} seccomp;
	};
};

/* What ptsi_set_syscall_info returns for a skipped call. */
#define PTSI_DONE    0 /* the result is in place, PTRACE_CONT will do */
#define PTSI_AT_EXIT 1 /* resume with PTRACE_SYSCALL and set it, op EXIT, at the exit stop */

/*
 * ptsi_get_syscall_info - what the stop of tid is about, as PTRACE_GET_SYSCALL_INFO
 * @size: bytes that info has room for
 *
 * Returns how many bytes such a stop has something to tell in: 24 (NONE), 80
 * (ENTRY), 33 (EXIT) or 84 (SECCOMP).  At most size bytes of info are written, and
 * none beyond what is returned.  What kernels are known to tell wrongly is mended;
 * ptsi(7) lists it.
 *
 * EOPNOTSUPP: the kernel lacks the request (before 5.3) and the registers don't
 * tell a syscall-entry-stop from a syscall-exit-stop.
 */
int ptsi_get_syscall_info(pid_t tid, size_t size, struct ptsi_syscall_info *info);

/*
 * ptsi_set_syscall_info - change the stopped call, as PTRACE_SET_SYSCALL_INFO
 * @size: at least sizeof *info, of which sizeof *info bytes are read
 * @info: op is this stop's kind, or
 *	  at an ENTRY or SECCOMP stop PTSI_SYSCALL_INFO_SKIP, or the same as
 *	  PTSI_SYSCALL_INFO_EXIT: don't run the call and return exit's result
 *
 * ENTRY and SECCOMP set nr and args (nr -1: the call isn't run and returns
 * -ENOSYS); EXIT sets rval and is_error.  An instruction_pointer, a stack_pointer or
 * an arch of 0 leaves what is there alone, as does the current value.  Setting what
 * ptsi_get_syscall_info told at this stop succeeds and changes nothing.
 *
 * Returns 0 (PTSI_DONE); or PTSI_AT_EXIT (1) for a skipped call whose result has
 * to be set again at the syscall-exit-stop.
 *
 * Where an architecture has no error flag, an rval of -4095..-1 without is_error is
 * those bits, which are then an error.  At an exit stop a restart code of the kernel's own
 * (512..514, 516) may be set; the kernel acts on it when a signal is pending.
 *
 * EINVAL      size, op, flags or reserved; arch differs; instruction_pointer or
 *             stack_pointer differ and can't be set here; is_error with an rval
 *             outside -4095..-1; a restart code for a call that is skipped
 * ERANGE      nr isn't an int; a value doesn't fit the tracee's word
 * EOPNOTSUPP  also: a number that makes this kernel misbehave; a call that can't be skipped
 *
 * Only a new value is refused for its size or range, never one just read.
 */
int ptsi_set_syscall_info(pid_t tid, size_t size, const struct ptsi_syscall_info *info);

/*
 * ptsi_repeat_syscall - at a syscall-exit-stop, have the call made again
 * @entry: nr and args to make it with; op ENTRY or SECCOMP, as read when it was entered
 *
 * If the tracee is resumed with PTRACE_SYSCALL, its next stop is the
 * syscall-entry-stop of the repeated call.  If the kernel was about to restart the
 * call by itself, it no longer does.
 *
 * Returns 0.  EINVAL: not an exit stop, op, flags or reserved, or the tracee is no longer
 * where entry was read (execve, rt_sigreturn).  ERANGE and EOPNOTSUPP as above.
 */
int ptsi_repeat_syscall(pid_t tid, const struct ptsi_syscall_info *entry);

/* What can be done: bits of ptsi_features. */
#define PTSI_CAN_NR     0x0001          /* set nr */
#define PTSI_CAN_ARG(i) (0x0002 << (i)) /* set args[i], i = 0..5 */
#define PTSI_CAN_ARGS   0x007e          /* all six */
#define PTSI_CAN_RESULT 0x0080          /* set rval and is_error */
#define PTSI_CAN_SKIP   0x0100          /* skip the call with a result */
#define PTSI_CAN_DONE   0x0200          /* ... which then needs no exit stop: PTSI_DONE */
#define PTSI_CAN_IP     0x0400          /* set instruction_pointer */
#define PTSI_CAN_SP     0x0800          /* set stack_pointer */
#define PTSI_CAN_REPEAT 0x1000          /* ptsi_repeat_syscall */
#define PTSI_NATIVE_GET 0x2000          /* the kernel has PTRACE_GET_SYSCALL_INFO */
#define PTSI_NATIVE_SET 0x4000          /* the kernel has PTRACE_SET_SYSCALL_INFO */

/*
 * ptsi_features - what can be done at this stop
 *
 * Returns a mask.  A set bit is a promise for stops of this kind and calls of this
 * ABI until the tracee's next execve, but for x86's vsyscalls: ask at their stop.  A clear
 * bit is no refusal.
 */
int ptsi_features(pid_t tid);

/* The ABI of the stopped call, which arch alone doesn't tell (x32, riscv compat). */
struct ptsi_abi_info {
	const char *name;   /* "x86_64", "i386", "x32", ...; static storage */
	uint32_t arch;      /* AUDIT_ARCH_* */
	uint32_t word_size; /* bytes of a long and of a pointer in this ABI */
};

/*
 * ptsi_abi_info - the ABI of the stopped call
 * @size: sizeof *abi; at most size bytes are written
 *
 * At a stop that is not a system call's the ABI is that of the code the tracee is
 * in.  Returns 0.  EINVAL: size is smaller than the structure of version 0.1.
 */
int ptsi_abi_info(pid_t tid, size_t size, struct ptsi_abi_info *abi);

/* ptsi_arch_name - AUDIT_ARCH_* as in <linux/audit.h> without the prefix, or NULL. */
const char *ptsi_arch_name(uint32_t arch);

/* ptsi_version - the version of the library that is running, "0.1.0". */
const char *ptsi_version(void);

/* Which way changes are made: for tests, and for tracers that must know. */
#define PTSI_AUTO      0 /* the kernel's request where it is right, else registers */
#define PTSI_KERNEL    1 /* as AUTO, but EOPNOTSUPP where the kernel lacks or refuses it */
#define PTSI_REGISTERS 2 /* as on a kernel without PTRACE_SET_SYSCALL_INFO */

/*
 * ptsi_use - choose the way for all threads
 *
 * Returns the previous way.  EINVAL: no such way.
 */
int ptsi_use(int way);

/*
 * A ptrace of the caller's own, with the semantics of the system call as libc's
 * syscall(2) gives it: -1 and errno on error; PTRACE_PEEK* store through data.
 */
typedef long ptsi_ptrace_fn(long request, pid_t tid, void *addr, void *data);

/*
 * ptsi_set_ptrace - make every ptrace request through fn; NULL: the system call
 *
 * For all threads; what was learnt about the kernel's requests is forgotten.
 * Returns the previous function, NULL if there was none.
 */
ptsi_ptrace_fn *ptsi_set_ptrace(ptsi_ptrace_fn *fn);

/*
 * A tracee followed from stop to stop.
 *
 * The calls above know nothing from one stop to the next.  A struct ptsi_tracee in the
 * caller's own record of a thread does: which stop this is where the kernel can't say,
 * which result is still owed to a skipped call, what was read already.  There is no
 * destructor.  The members are the library's.
 */
struct ptsi_tracee {
	pid_t tid;
	unsigned flags;
	uint64_t priv[64];
};

/* Flags of ptsi_tracee_init. */
#define PTSI_KEEP_ARGS   0x1 /* put changed argument registers back at the exit stop */
#define PTSI_HARMLESS_NR 0x2 /* skip a call by making it getpid, not by nr -1 */

/* Kinds of stop that ptsi_tracee_stop returns. */
#define PTSI_STOP_UNKNOWN 0 /* a syscall-stop; which, or of what call, can't be known */
#define PTSI_STOP_ENTRY   1 /* syscall-entry-stop */
#define PTSI_STOP_EXIT    2 /* syscall-exit-stop */
#define PTSI_STOP_SECCOMP 3 /* PTRACE_EVENT_SECCOMP stop */
#define PTSI_STOP_SIGNAL  4 /* signal-delivery-stop; the signal is WSTOPSIG(wstatus) */
#define PTSI_STOP_GROUP   5 /* group-stop */
#define PTSI_STOP_EVENT   6 /* another PTRACE_EVENT stop, wstatus >> 16 says which */
#define PTSI_STOP_GONE    7 /* the tracee is no more */
#define PTSI_STOP_OWN     8 /* of the library's own making: resume by the same request as before */

/*
 * ptsi_tracee_init - start to follow tid, before its first stop is looked at
 * @size: sizeof *t
 * @flags: PTSI_KEEP_ARGS, PTSI_HARMLESS_NR
 *
 * Makes no request.  Takes over what ptsi_use and ptsi_set_ptrace have set; later changes
 * don't reach this tracee.  EINVAL: size is too small, or an unknown flag.
 */
int ptsi_tracee_init(struct ptsi_tracee *t, size_t size, pid_t tid, unsigned flags);

/*
 * ptsi_tracee_stop - after each waitpid that returned tid: which stop it is
 * @wstatus: as waitpid gave it
 * @info: filled at ENTRY, EXIT and SECCOMP stops, else op is PTSI_SYSCALL_INFO_NONE and
 *	  all the rest 0
 *
 * Does what is owed: at an exit stop the result of a skipped call is set before the
 * stop is returned.  Returns PTSI_STOP_*; ESRCH: the tracee was killed, wait for it.
 */
int ptsi_tracee_stop(struct ptsi_tracee *t, int wstatus, struct ptsi_syscall_info *info);

/*
 * ptsi_tracee_set - as ptsi_set_syscall_info, with no second step
 *
 * A skipped call ends with the result that was chosen (nr -1: -ENOSYS), whatever
 * ptsi_tracee_resume is asked for; an argument that can't be changed in place is changed
 * by skipping the call and making it again.  Returns 0.  EINVAL also: the tracee isn't at
 * an ENTRY, EXIT or SECCOMP stop that ptsi_tracee_stop returned.
 */
int ptsi_tracee_set(struct ptsi_tracee *t, const struct ptsi_syscall_info *info);

/*
 * ptsi_tracee_resume - resume the tracee; every resumption has to go through it
 * @request: PTRACE_CONT, PTRACE_SYSCALL, PTRACE_DETACH, ...
 * @sig: the signal to deliver, or 0
 *
 * While a result is owed PTRACE_CONT is made PTRACE_SYSCALL, and what stops only for
 * that is PTSI_STOP_OWN.  EBUSY: another request while a result is owed; nothing done.
 */
int ptsi_tracee_resume(struct ptsi_tracee *t, long request, int sig);

#ifdef __cplusplus
}
#endif

#endif
