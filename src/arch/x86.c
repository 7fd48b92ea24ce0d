// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * x86: x86_64, x32 and i386 calls.
 *
 * Two things decide a call's ABI, and they are not the same.  The layout of the regset
 * follows the code segment (arch/x86/kernel/ptrace.c, task_user_regset_view): 216 bytes
 * in 64-bit code, 68 in 32-bit code.  Which registers hold the arguments follows the
 * instruction (arch/x86/include/asm/syscall.h, TS_COMPAT): int $0x80 in 64-bit code makes
 * an i386 call in the 64-bit layout.  PTRACE_GET_SYSCALL_INFO's arch tells the latter.
 *
 * A 64-bit tracer's PEEKUSR and POKEUSR use the 64-bit layout for every tracee, so that
 * one row serves both kinds of i386 call.  The 32-bit layout is never written as a regset
 * there: orig_eax lies behind the segment registers, and writing those reloads their bases
 * (putreg32).
 *
 * rax is -ENOSYS at the start of every entry and SECCOMP stop, and a result that is written there
 * is kept.  Only the number -1 skips a call: since 6.1 any other that is out of range puts -ENOSYS
 * over the result.  (5.10, 6.1, 7.2.)
 *
 * What becomes of a tracee whose stops are taken by syscall user dispatch or PTRACE_SYSEMU wasn't
 * looked at.
 */
#include "../abi.h"

#define ARCH_X86_64 0xc000003e
#define ARCH_I386   0x40000003

enum {
	X32_BIT = 0x40000000,
	SIZE_64 = 216,
	SIZE_32 = 68,
	ENOSYS_X86 = 38,
};

/* words of struct user_regs_struct in 64-bit code, and in 32-bit code */
enum {
	RBP = PTSI_WORD(4),
	RBX,
	R10 = PTSI_WORD(7),
	R9,
	R8,
	RAX,
	RCX,
	RDX,
	RSI,
	RDI,
	ORIG_RAX,
	RIP,
	RSP = PTSI_WORD(19),
};
enum { EBX = PTSI_WORD(0), ECX, EDX, ESI, EDI, EBP, EAX, ORIG_EAX = PTSI_WORD(11), EIP };
enum { ESP = PTSI_WORD(15) };

#if defined __x86_64__ && !defined __ILP32__
#include <sys/user.h>
#define AT(r, w) (offsetof(struct user_regs_struct, r) == 8 * PTSI_INDEX(w))
_Static_assert(AT(rbp, RBP) && AT(rbx, RBX) && AT(r10, R10) && AT(r9, R9) && AT(r8, R8), "");
_Static_assert(AT(rax, RAX) && AT(rcx, RCX) && AT(rdx, RDX) && AT(rsi, RSI) && AT(rdi, RDI), "");
_Static_assert(AT(orig_rax, ORIG_RAX) && AT(rip, RIP) && AT(rsp, RSP), "");
_Static_assert(sizeof(struct user_regs_struct) == SIZE_64, "");
#elif defined __i386__
#include <sys/user.h>
#define AT(r, w) (offsetof(struct user_regs_struct, r) == 4 * PTSI_INDEX(w))
_Static_assert(AT(ebx, EBX) && AT(ecx, ECX) && AT(edx, EDX) && AT(esi, ESI), "");
_Static_assert(AT(edi, EDI) && AT(ebp, EBP) && AT(eax, EAX), "");
_Static_assert(AT(orig_eax, ORIG_EAX) && AT(eip, EIP) && AT(esp, ESP), "");
_Static_assert(sizeof(struct user_regs_struct) == SIZE_32, "");
#endif

/*
 * What POKEUSR does depends on the tracer's own ABI: an i386 tracer has it for 32-bit code only,
 * and to an x32 tracer it refuses every word below cs (x32_arch_ptrace).  An x32 tracer was never
 * run.
 */
#if defined __i386__
enum { WIDE_POKE = 0, NARROW_POKE = 4, TRACER_IS_32 = true };
#elif defined __ILP32__
enum { WIDE_POKE = 0, NARROW_POKE = 0, TRACER_IS_32 = false };
#else
enum { WIDE_POKE = 8, NARROW_POKE = 4, TRACER_IS_32 = false };
#endif

static const struct ptsi_abi *refine_64(struct ptsi_stop *st);
static const struct ptsi_abi *refine_i386(struct ptsi_stop *st);

#define X86_64_ROW                                                                                 \
	.name = "x86_64", .arch = ARCH_X86_64, .enosys = ENOSYS_X86, .getpid = 39, .value = 8,     \
	.pointer = 8, .presets = true

#define X86_64_WORDS                                                                               \
	.word = 8, .nr = ORIG_RAX, .arg = { RDI, RSI, RDX, R10, R8, R9 }, .rval = RAX, .ip = RIP,  \
	.sp = RSP, .size = SIZE_64, .poke = WIDE_POKE, .prefix = true,                             \
	.skip_at_entry = PTSI_SKIP_AHEAD, .skip_at_seccomp = PTSI_SKIP_KEPT, .insn_len = 2,        \
	.user_nr = RAX

/*
 * At a vsyscall's SECCOMP stop ip is the entry in the vsyscall page, where no system-call
 * instruction can be run.  No exit stop follows.  A new ip, or a new number other than -1, kills
 * the tracee with SIGSYS, by whatever request it is set.  The emulated ret moves sp, and only two
 * arguments are used (emulate_vsyscall in arch/x86/entry/vsyscall/vsyscall_64.c).
 */
#define VSYSCALL_ROW                                                                               \
	.cant_entry = PTSI_CAN_NR | PTSI_CAN_IP | PTSI_CAN_SP |                                    \
		      (PTSI_CAN_ARGS & ~(PTSI_CAN_ARG(0) | PTSI_CAN_ARG(1))),                      \
	.exit_stop = PTSI_EXIT_NEVER

static const struct ptsi_abi x86_64 = { X86_64_ROW, X86_64_WORDS, .refine = refine_64 };
static const struct ptsi_abi vsyscall = { X86_64_ROW, X86_64_WORDS, VSYSCALL_ROW };

/* A 64-bit tracee of an i386 tracer, which can change it by PTRACE_SET_SYSCALL_INFO alone. */
static const struct ptsi_abi x86_64_unseen = { X86_64_ROW };
static const struct ptsi_abi vsyscall_unseen = { X86_64_ROW, VSYSCALL_ROW };

static const struct ptsi_abi x32 = {
	.name = "x32",
	.arch = ARCH_X86_64,
	.enosys = ENOSYS_X86,
	.getpid = X32_BIT | 39,
	.value = 8,
	.pointer = 4,
	.presets = true,
	X86_64_WORDS,
};

/* PTRACE_SET_SYSCALL_INFO cuts off what has more than 32 bits; the core answers ERANGE. */
#define I386_CALL                                                                                  \
	.name = "i386", .arch = ARCH_I386, .enosys = ENOSYS_X86, .getpid = 20, .value = 4,         \
	.pointer = 4, .presets = true

#define I386_ROW                                                                                   \
	I386_CALL, .prefix = true, .skip_at_entry = PTSI_SKIP_AHEAD,                               \
		   .skip_at_seccomp = PTSI_SKIP_KEPT, .insn_len = 2

/* 32-bit code, as an i386 or x32 tracer sees it. */
static const struct ptsi_abi i386_abi = {
	.word = 4,
	.nr = ORIG_EAX,
	.arg = { EBX, ECX, EDX, ESI, EDI, EBP },
	.rval = EAX,
	.ip = EIP,
	.sp = ESP,
	.size = SIZE_32,
	.poke = NARROW_POKE,
	.user_nr = EAX,
	I386_ROW,
};

/* The kernel tells all 64 bits that 64-bit code has in a register (syscall_get_arguments). */
#define I386_WIDE_ROW                                                                              \
	.word = 8, .whole_words = true, .nr = ORIG_RAX, .arg = { RBX, RCX, RDX, RSI, RDI, RBP },   \
	.rval = RAX, .ip = RIP, .sp = RSP, .poke = WIDE_POKE, .user_nr = RAX, I386_ROW

/* An i386 call as a 64-bit tracer sees it, word by word: of any code, and of 64-bit code. */
static const struct ptsi_abi i386_poked = { I386_WIDE_ROW, .refine = refine_i386 };
static const struct ptsi_abi i386_poked_64 = { I386_WIDE_ROW, .address = 8 };

/* int $0x80 in 64-bit code, in the regset's 64-bit layout, as an x32 tracer sees it. */
static const struct ptsi_abi i386_wide = { I386_WIDE_ROW, .size = SIZE_64, .address = 8 };

/* int $0x80 in 64-bit code, as an i386 tracer sees it. */
static const struct ptsi_abi i386_unseen = { I386_CALL, .address = 8 };

/* x32's numbers are from X32_BIT on, and not negative (do_syscall_x32, entry/syscall_64.c). */
static const struct ptsi_abi *refine_64(struct ptsi_stop *st)
{
	uint64_t nr;

	if (st->info.op == PTSI_SYSCALL_INFO_NONE)
		return &x86_64;
	if (ptsi_regs_word(st, ORIG_RAX, &nr) < 0)
		return NULL;
	return (int32_t)nr >= X32_BIT ? &x32 : &x86_64;
}

static const struct ptsi_abi *refine_i386(struct ptsi_stop *st)
{
	if (ptsi_regs_read(st) < 0)
		return NULL;
	return st->image.len == SIZE_64 ? &i386_poked_64 : &i386_poked;
}

static bool is_vsyscall(const struct ptsi_stop *st)
{
	return st->info.op == PTSI_SYSCALL_INFO_SECCOMP &&
	       (st->info.instruction_pointer & ~0xfffULL) == 0xffffffffff600000;
}

/*
 * Outside a call arch is what the last call was by, or that of the kernel (TS_COMPAT is set during
 * a call by an i386 instruction, and may stay): the code segment decides.
 */
static bool is_call(const struct ptsi_stop *st)
{
	return st->info.op != PTSI_SYSCALL_INFO_NONE;
}

/* The byte at addr, from an aligned word, which is in one page. */
static int peek_byte(const struct ptsi_stop *st, uint64_t addr)
{
	unsigned long v = 0, size = sizeof v;

	if (ptsi_request(st, PTSI_PEEKDATA, (unsigned long)(addr & ~(uint64_t)(size - 1)), &v) < 0)
		return -1;
	return (v >> (8 * (addr & (size - 1)))) & 0xff;
}

/*
 * Without PTRACE_GET_SYSCALL_INFO the instruction before ip tells the ABI of a call in 64-bit code:
 * 0f 05 is syscall, cd 80 is int $0x80.  If it is neither, or can't be read, nothing is guessed.
 */
static const struct ptsi_abi *pick_by_instruction(struct ptsi_stop *st)
{
	uint64_t ip;
	int b0, b1;

	if (ptsi_regs_word_of(st, &x86_64, RIP, &ip) < 0)
		return NULL;
	st->info.instruction_pointer = ip;
	if (st->info.op == PTSI_SYSCALL_INFO_NONE)
		return &x86_64;
	if (is_vsyscall(st))
		return &vsyscall;
	b0 = peek_byte(st, ip - 2);
	b1 = peek_byte(st, ip - 1);
	if (b0 == 0x0f && b1 == 0x05)
		return &x86_64;
	if (b0 == 0xcd && b1 == 0x80)
		return WIDE_POKE != 0 ? &i386_poked : &i386_wide;
	if ((b0 >= 0 && b1 >= 0) || errno == EIO) /* EIO: no such memory */
		errno = EOPNOTSUPP;
	return NULL;
}

/* 64-bit code, which an i386 tracer sees no registers of. */
static const struct ptsi_abi *pick_unseen(const struct ptsi_stop *st)
{
	if (is_call(st) && st->info.arch == ARCH_I386)
		return &i386_unseen;
	return is_vsyscall(st) ? &vsyscall_unseen : &x86_64_unseen;
}

static const struct ptsi_abi *pick(struct ptsi_stop *st)
{
	if (st->info_size && is_call(st) && WIDE_POKE != 0 && st->info.arch == ARCH_I386)
		return &i386_poked;
	if (st->info_size && is_call(st) && WIDE_POKE != 0)
		return is_vsyscall(st) ? &vsyscall : &x86_64;
	if (ptsi_regs_read(st) < 0)
		return NULL;
	if (st->image.len == SIZE_32)
		return WIDE_POKE != 0 ? &i386_poked : &i386_abi;
	if (st->image.len != SIZE_64 || (TRACER_IS_32 && !st->info_size)) {
		errno = EOPNOTSUPP;
		return NULL;
	}
	if (TRACER_IS_32)
		return pick_unseen(st);
	if (!st->info_size)
		return pick_by_instruction(st);
	if (is_call(st) && st->info.arch == ARCH_I386)
		return &i386_wide;
	return is_vsyscall(st) ? &vsyscall : &x86_64;
}

static const struct ptsi_abi *const abis[] = {
	&x86_64, &x32, &i386_abi, &i386_poked, &i386_wide, &x86_64_unseen, &i386_unseen, NULL,
};

const struct ptsi_family ptsi_family_x86 = {
	.name = "x86",
	.abis = abis,
	.look_at = 1 << PTSI_SYSCALL_INFO_SECCOMP, /* which may be a vsyscall's */
	.pick = pick,
};
