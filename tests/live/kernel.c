// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What the kernel can do on this architecture, by its sources, and what it tells of a stop. */
#include "live.h"

#include <sys/utsname.h>

const char *live_abi;
int live_way;
bool live_has_get;
bool live_has_set;

bool marks_stops(void)
{
#if defined __arm__ || defined __aarch64__
	return true;
#else
	return false;
#endif
}

bool result_is_first(void)
{
#if defined __arm__ || defined __aarch64__ || defined __riscv
	return true;
#else
	return false;
#endif
}

/* syscall_get_arguments takes it from where it was when the call was entered. */
bool tells_first(void)
{
#if defined __aarch64__ || defined __riscv
	return word_size() == 4 || (live_has_set && live_way != PTSI_REGISTERS);
#else
	return true;
#endif
}

/* powerpc's went with generic entry code, some time before PTRACE_SET_SYSCALL_INFO came */
bool keeps_result(void)
{
#if defined __s390__ || defined __mips__
	return false;
#elif defined __powerpc__
	return !live_has_set;
#else
	return true;
#endif
}

static bool o32(void)
{
#if defined __mips__ && _MIPS_SIM == _MIPS_SIM_ABI32
	return true;
#elif defined __mips__
	return word_size() == 4;
#else
	return false;
#endif
}

static bool kernel_is_64(void)
{
	struct utsname u;

	return sizeof(long) == 8 || (uname(&u) == 0 && strcmp(u.machine, "mips64") == 0);
}

/* In no regset: riscv's first, and of a 32-bit mips kernel those that are on the stack. */
int args_by_registers(void)
{
#if defined __riscv
	return 62;
#endif
	return o32() && !kernel_is_64() ? 15 : 63;
}

/* mips: not those of o32 on a 64-bit kernel, which would extend them the wrong way */
bool native_args(void)
{
	return !ARGS_BY_REGISTERS && (!o32() || !kernel_is_64());
}

int settable_args(void)
{
	bool native = live_has_set && live_way != PTSI_REGISTERS && native_args();

	return native ? 63 : args_by_registers();
}

/*
 * Numbers that make the kernel misbehave, -1 last.  mips: one that isn't of the call's own ABI is
 * traced once more (all ABIs' numbers are near 4000, 5000 and 6000); arm: SIGILL; s390: 65535 is
 * -1.
 */
const int *refused_numbers(void)
{
#if defined __mips__
	static const int numbers[] = { -2, INT32_MIN, 0, 1, 3999, 7000, INT32_MAX, -1 };
#elif defined __s390__
	static const int numbers[] = { -2, INT32_MIN, 0xffff, 0x10000, INT32_MAX, -1 };
#else
	static const int arm[] = { -2, INT32_MIN, 0xf0800, INT32_MAX, -1 }, none[] = { -1 };
	const int *numbers = none;

#if defined __arm__ || defined __aarch64__
	if (word_size() == 4)
		numbers = arm;
#endif
	(void)arm;
#endif
	return numbers;
}

/* powerpc: not on 7.2, which loses number and arguments on the way back to the program */
bool repeats(void)
{
#ifdef __powerpc__
	return !live_has_set;
#else
	return CALLS_REPEAT;
#endif
}

/* musl has none for openrisc and riscv32 */
bool vforks(void)
{
#if defined __hppa__ || defined __or1k__
	return false;
#elif defined __riscv
	return word_size() == 8;
#else
	return true;
#endif
}

/* riscv: the result may have taken the place of an argument that can't be set */
bool unskips(void)
{
#if defined __riscv
	return settable_args() == 63;
#elif defined __sparc__ /* a 64-bit kernel would take the number for that of a 64-bit call */
	return word_size() == 8;
#else
	return true;
#endif
}

/* o32's stack isn't written */
int repeatable_args(void)
{
	return o32() ? 15 : 63;
}

bool int80(void)
{
	return strcmp(live_abi, "int80") == 0;
}

static const struct abi abis[] = {
	{ "x86_64", "x86_64", "X86_64", 0xc000003e, 8, 8 },
	{ "i386", "i386", "I386", 0x40000003, 4, 4 },
	{ "int80", "i386", "I386", 0x40000003, 4, 4 },
	{ "x32", "x32", "X86_64", 0xc000003e, 4, 8 },
	{ "armhf", "arm", "ARM", 0x40000028, 4, 4 },
	{ "armel", "arm", "ARM", 0x40000028, 4, 4 },
	{ "mipsel", "o32", "MIPSEL", 0x40000008, 4, 4 },
	{ "mipsn32el", "n32", "MIPSEL64N32", 0xe0000008, 4, 8 },
	{ "mips", "o32", "MIPS", 8, 4, 4 },
	{ "mipsn32", "n32", "MIPS64N32", 0xa0000008, 4, 8 },
	{ "powerpc", "ppc", "PPC", 20, 4, 4 },
	{ "riscv32", "riscv32", "RISCV64", 0xc00000f3, 4, 4 },
	{ "s390", "s390", "S390", 22, 4, 4 },
	{ "sparc", "sparc", "SPARC", 2, 4, 4 },
};

const struct abi *abi(void)
{
	for (size_t i = 0; i < sizeof abis / sizeof abis[0]; i++)
		if (strcmp(abis[i].live, live_abi) == 0)
			return &abis[i];
	if (strcmp(live_abi, "native") != 0)
		ck_abort_msg("no such ABI: %s", live_abi);
	return NULL;
}

int word_size(void)
{
#if defined __mips__ && _MIPS_SIM == _ABIN32
	return abi() ? abi()->value : 8;
#else
	return abi() ? abi()->value : (int)sizeof(long);
#endif
}

bool is_told(int64_t rval)
{
	if (word_size() == 4)
		return rval == (int32_t)rval || rval == (int64_t)(uint32_t)rval;
#ifdef __mips__ /* n32's programs have it sign-extended in their registers, and see that */
	if ((abi() ? abi()->pointer : (int)sizeof(long)) == 4)
		return rval == (int32_t)rval;
#endif
	return true;
}

/*
 * Up to 6.13 mips' kernel tells something else for the arguments from the stack: a 64-bit kernel
 * has them in R8 and R9, in the regset of 32-bit words.
 */
static void mend_stack_args(pid_t tid, struct ptsi_syscall_info *info)
{
	uint32_t regs[128];

	if (!o32() || live_has_set || (info->op != ENTRY && info->op != SECCOMP))
		return;
	if (kernel_is_64())
		raw_regs(tid, (unsigned char *)regs);
	for (int i = 4; i < 6; i++) {
		long word = 0;

		if (!kernel_is_64())
			MUST(syscall(SYS_ptrace, PTRACE_PEEKDATA, (long)tid,
				     (long)info->stack_pointer + 4 * i, &word) == 0);
		info->entry.args[i] = kernel_is_64() ? regs[10 + i] : (unsigned long)word;
	}
}

int raw_get(pid_t tid, struct ptsi_syscall_info *info)
{
	/* longer than the structure: test_fallback.c has a filter that tells requests by size */
	struct {
		struct ptsi_syscall_info info;
		char more[8];
	} buf;
	long r;

	memset(&buf, 0, sizeof buf);
	if (live_has_get)
		r = syscall(SYS_ptrace, RAW_GET, (long)tid, sizeof buf, &buf);
	else
		r = way_get(tid, &buf.info);
	MUST(r >= 0);
	*info = buf.info;
#ifdef __s390__ /* the kernel keeps 16 bits of a number that was set */
	if ((info->op == ENTRY || info->op == SECCOMP) && info->entry.nr == 0xffff)
		info->entry.nr = UINT64_MAX;
	if (info->op == EXIT && word_size() == 4) /* a 31-bit tracer writes the lower half */
		info->exit.rval = (int32_t)info->exit.rval;
#endif
#ifdef __riscv
	/*
	 * SETREGSET zero-extends all registers of a 32-bit tracee of a 64-bit kernel, and a0 as a
	 * whole is asked for an error then (cregs_to_regs and syscall_get_error in
	 * arch/riscv/include/asm, 6.12 and 7.2); the program sees the lower half.
	 */
	if (info->op == EXIT && word_size() == 4 && info->exit.rval <= UINT32_MAX &&
	    info->exit.rval >= (uint32_t)-4095) {
		info->exit.rval = (int32_t)info->exit.rval;
		info->exit.is_error = 1;
	}
#endif
#if defined __sparc__ && !defined __arch64__ /* -1 that a 32-bit tracer has set is zero-extended   \
					      */
	if (info->op == ENTRY && info->entry.nr == UINT32_MAX)
		info->entry.nr = UINT64_MAX;
#endif
#ifdef __hppa__
	/* What a 32-bit tracer writes a 64-bit kernel zero-extends (compat_arch_ptrace, 6.1
	 * and 7.2). */
	if ((info->op == ENTRY || info->op == SECCOMP) && info->entry.nr == UINT32_MAX)
		info->entry.nr = UINT64_MAX;
	if (info->op == EXIT && info->exit.rval > 0 && (int32_t)info->exit.rval < 0 &&
	    (int32_t)info->exit.rval >= -4095) {
		info->exit.rval = (int32_t)info->exit.rval;
		info->exit.is_error = 1;
	}
#endif
#ifdef __or1k__ /* the kernel tells the number that the call had at first */
	if (info->op == ENTRY) {
		unsigned char regs[512];
		int32_t nr;

		raw_regs(tid, regs);
		memcpy(&nr, regs + 4 * 11, sizeof nr);
		info->entry.nr = (uint64_t)(int64_t)nr;
	}
#endif
#ifdef __nios2__ /* the kernel tells the return address for ip, and the positive errno */
	{
		uint32_t regs[128];

		raw_regs(tid, (unsigned char *)regs);
		info->instruction_pointer = regs[32];
		if (info->op == EXIT && info->exit.is_error && info->exit.rval > 0)
			info->exit.rval = -info->exit.rval;
	}
#endif
	mend_stack_args(tid, info);
	return (int)r;
}

size_t raw_regs(pid_t tid, unsigned char image[512])
{
	struct iovec iov = { image, 512 };

	memset(image, 0, 512);
	MUST(syscall(SYS_ptrace, PTRACE_GETREGSET, (long)tid, 1L /* NT_PRSTATUS */, &iov) == 0);
	return iov.iov_len;
}

void snapshot(pid_t tid, struct snapshot *s)
{
	s->len = raw_regs(tid, s->regs);
	s->size = raw_get(tid, &s->info);
}

void unchanged(pid_t tid, const struct snapshot *s)
{
	struct snapshot now;

	snapshot(tid, &now);
	ck_assert_uint_eq(now.len, s->len);
	for (size_t i = 0; i < s->len; i++)
		ck_assert_msg(now.regs[i] == s->regs[i], "op %d nr %lld: byte %zu: %#x, was %#x",
			      s->info.op, (long long)s->info.entry.nr, i, now.regs[i], s->regs[i]);
	ck_assert_int_eq(now.size, s->size);
	ck_assert_mem_eq(&now.info, &s->info, sizeof now.info);
}
