// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * ia64: 64-bit calls, little-endian.  Linux had ia64 up to 6.6, and so never with
 * PTRACE_SET_SYSCALL_INFO.  There is no seccomp.
 *
 * The arguments are the out registers of the program's frame, which is on the register stack.  At
 * a stop they are in memory (ia64_ptrace_stop in arch/ia64/kernel/ptrace.c): how far below bsp is
 * told by the frame's size in cfm, and every 64th word there isn't a register (asm/rse.h).
 * Whether a call takes them from there again was never seen, so they can't be set.
 *
 * A failed call has -1 in r10 and the positive errno in r8.  A call whose number is -1 fails with
 * ENOSYS, and a result that was written before is lost (ia64_trace_syscall in entry.S; 5.10, 6.1).
 * r9 holds the second result of a call; it isn't covered.
 *
 * ip has the number of the slot in its two low bits, and the kernel has it in psr.
 */
#include "../abi.h"

#define ARCH_IA64 0xc0000032

enum { SIZE = 57 * 8, PSR_RI = 41, TEMPLATE_MLX = 2 };

/* words of elf_gregset_t; the kernel abandons the call if cfm or bsp is changed */
enum { R8 = PTSI_WORD(8), R10 = PTSI_WORD(10), R12 = PTSI_WORD(12), R15 = PTSI_WORD(15) };
enum { CR_IIP = PTSI_WORD(42), CFM, CR_IPSR, AR_BSP = PTSI_WORD(46) };

/* The address of the register that is n registers after the one at addr. */
static uint64_t rse_skip(uint64_t addr, int n)
{
	int slots = (int)(addr >> 3 & 0x3f) + n - (n < 0 ? 0x3e : 0);

	return addr + (uint64_t)(int64_t)(8 * (n + slots / 0x3f));
}

static int peek(const struct ptsi_stop *st, uint64_t addr, uint64_t *val)
{
	unsigned long v = 0;

	if (ptsi_request(st, PTSI_PEEKDATA, (unsigned long)addr, &v) < 0)
		return ptsi_fail(errno == EIO ? EOPNOTSUPP : errno);
	*val = v;
	return 0;
}

/* The frame's out registers.  Those that it lacks are 0, as PTRACE_GET_SYSCALL_INFO tells them. */
static int read_args(struct ptsi_stop *st, uint64_t *args)
{
	uint64_t bsp, cfm;
	int sof, sol;

	if (ptsi_regs_word(st, AR_BSP, &bsp) < 0 || ptsi_regs_word(st, CFM, &cfm) < 0)
		return -1;
	sof = cfm & 0x7f;
	sol = cfm >> 7 & 0x7f;
	for (int i = 0; i < 6; i++) {
		args[i] = 0;
		if (i < sof - sol && peek(st, rse_skip(rse_skip(bsp, sol - sof), i), &args[i]) < 0)
			return -1;
	}
	return 0;
}

static int mend_words(struct ptsi_stop *st)
{
	struct ptsi_syscall_info *info = &st->info;
	uint64_t psr, r8, r10;

	if (ptsi_regs_word(st, CR_IPSR, &psr) < 0 || ptsi_regs_word(st, R8, &r8) < 0 ||
	    ptsi_regs_word(st, R10, &r10) < 0)
		return -1;
	info->instruction_pointer += psr >> PSR_RI & 3;
	if (ptsi_before_call(info->op))
		return read_args(st, info->entry.args);
	if (info->op != PTSI_SYSCALL_INFO_EXIT)
		return 0;
	info->exit.is_error = r10 == UINT64_MAX; /* rt_sigreturn leaves other values */
	info->exit.rval = (int64_t)(info->exit.is_error ? -r8 : r8);
	return 0;
}

static int edit_ip(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip)
{
	uint64_t psr;

	if ((ip & 15) > 2)
		return ptsi_fail(EINVAL);
	if (ptsi_regs_word(st, CR_IPSR, &psr) < 0)
		return -1;
	ptsi_regs_edit(ed, CR_IIP, ip & ~UINT64_C(15));
	ptsi_regs_edit(ed, CR_IPSR, (psr & ~(UINT64_C(3) << PSR_RI)) | (ip & 3) << PSR_RI);
	return 0;
}

/*
 * The call's instruction is in the slot before ip's.  In an MLX bundle the last two slots are one
 * instruction, to which ip can't be set.
 */
static int insn_address(struct ptsi_stop *st, uint64_t ip, uint64_t *addr)
{
	uint64_t bundle = 0;

	*addr = ip - 1;
	if (ip & 15)
		return 0;
	*addr = ip - 16 + 2;
	if (peek(st, ip - 16, &bundle) < 0)
		return -1;
	return (bundle >> 1 & 0xf) == TEMPLATE_MLX ? ptsi_fail(EOPNOTSUPP) : 0;
}

/*
 * A call can be repeated with the same arguments only.  The kernel itself restarts nothing then:
 * that takes -1 in r10 (signal.c), which a repeat clears.
 */
static int repeats(struct ptsi_stop *st, const struct ptsi_syscall_info *entry)
{
	uint64_t args[6];

	if (!entry)
		return 1;
	if (read_args(st, args) < 0)
		return errno == EOPNOTSUPP ? 0 : -1;
	for (int i = 0; i < 6; i++)
		if (args[i] != entry->entry.args[i])
			return 0;
	return 1;
}

static const struct ptsi_abi ia64 = {
	.name = "ia64",
	.arch = ARCH_IA64,
	.enosys = 38,
	.getpid = 1041,
	.value = 8,
	.pointer = 8,
	.word = 8,
	.nr = R15,
	.rval = R8,
	.ip = CR_IIP,
	.sp = R12,
	.flag = R10,
	.flag_mask = UINT64_MAX,
	.flag_set = UINT64_MAX,
	.size = SIZE,
	.prefix = true,
	.skip_at_entry = PTSI_SKIP_EXIT,
	.user_nr = R15,
	.repeats = repeats,
	.insn_address = insn_address,
	.mend_words = mend_words,
	.edit_ip = edit_ip,
};

/*
 * Kernels before 5.12 and 5.10.223 tell errors as positive errnos (syscall_get_error).  From 5.3 to
 * 5.11, unless they are patched, they tell wrong arguments of calls that are made by break as well;
 * that isn't mended.
 */
static int mend_native(struct ptsi_stop *st)
{
	struct ptsi_syscall_info *info = &st->info;

	if (info->op == PTSI_SYSCALL_INFO_EXIT && info->exit.is_error && info->exit.rval > 0)
		info->exit.rval = -info->exit.rval;
	return 0;
}

static const struct ptsi_abi *const abis[] = { &ia64, NULL };

const struct ptsi_family ptsi_family_ia64 = {
	.name = "ia64",
	.abis = abis,
	.all_wide = true,
	.read_max = SIZE,
	.peek_returns = true,
	.own = &ia64,
	.mend_native = mend_native,
};
