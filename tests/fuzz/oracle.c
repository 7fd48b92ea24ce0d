// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What the calls that change nothing answer. */
#include "oracle.h"

#include <errno.h>
#include <string.h>

const struct oracle_abi oracle_x86_64 = {
	.name = "x86_64",
	.arch = 0xc000003e,
	.pointer = 8,
	.value = 8,
	.word = 8,
	.nr = 15,
	.arg = { 14, 13, 12, 7, 9, 8 },
	.rval = 10,
	.ip = 16,
	.sp = 19,
	.getpid = 39,
};

const struct oracle_abi oracle_int80 = {
	.name = "i386",
	.arch = 0x40000003,
	.pointer = 4,
	.value = 4,
	.word = 8,
	.nr = 15,
	.arg = { 5, 11, 12, 13, 14, 4 },
	.rval = 10,
	.ip = 16,
	.sp = 19,
	.getpid = 20,
};

const struct oracle_abi oracle_i386 = {
	.name = "i386",
	.arch = 0x40000003,
	.pointer = 4,
	.value = 4,
	.word = 4,
	.nr = 11,
	.arg = { 0, 1, 2, 3, 4, 5 },
	.rval = 6,
	.ip = 12,
	.sp = 15,
	.getpid = 20,
};

int oracle_user_word(const struct oracle_abi *abi, int word)
{
	static const int of_i386[] = { 5,  11, 12, 13, 14, 4,  10, -1, -1,
				       -1, -1, 15, 16, -1, -1, 19, -1 };

	return abi->word == 8 ? word : of_i386[word];
}

uint64_t oracle_errno(int err)
{
	if (err == EOPNOTSUPP)
		return 1ULL << 63;
	return 1ULL << (err < 62 ? err : 62);
}

bool oracle_is_vsyscall(const struct oracle_stop *st)
{
	return st->info.op == SECCOMP && st->info.instruction_pointer >> 12 == 0xffffffffff600;
}

bool oracle_fits(const struct oracle_abi *abi, uint64_t v)
{
	return abi->value == 8 || v == (uint32_t)v || v == (uint64_t)(int64_t)(int32_t)v;
}

uint64_t oracle_narrow(const struct oracle_abi *abi, uint64_t v)
{
	return abi->value == 8 ? v : (uint32_t)v;
}

/* Of its register a 32-bit call has one half. */
void oracle_put_result(const struct oracle_abi *abi, struct oracle_expect *e, int64_t rval)
{
	e->regs.w[abi->rval] = e->alt.w[abi->rval] = (uint64_t)rval;
	if (abi->value == 8)
		return;
	e->regs.w[abi->rval] = (uint64_t)(int64_t)(int32_t)rval;
	e->alt.w[abi->rval] = (uint32_t)rval;
	oracle_cut(abi, e);
}

/* In a 32-bit regset what stands for a word has 32 bits. */
void oracle_cut(const struct oracle_abi *abi, struct oracle_expect *e)
{
	for (int i = 0; i < e->regs.n && abi->word == 4; i++) {
		e->regs.w[i] = (uint32_t)e->regs.w[i];
		e->alt.w[i] = (uint32_t)e->alt.w[i];
	}
}

/* What the kernel is to say of a stop of this kind with these registers. */
void oracle_decode(const struct oracle_stop *st, int op, struct ptsi_syscall_info *info)
{
	const struct oracle_abi *abi = st->abi;
	const uint64_t *w = st->regs.w;
	int64_t rval = (int64_t)w[abi->rval];

	if (abi->value == 4 && (int32_t)rval >= -4095 && (int32_t)rval <= -1)
		rval = (int32_t)rval;
	memset(info, 0, sizeof *info);
	info->op = (uint8_t)op;
	info->arch = abi->arch;
	info->instruction_pointer = w[abi->ip];
	info->stack_pointer = w[abi->sp];
	if (op == EXIT) {
		info->exit.rval = rval;
		info->exit.is_error = rval >= -4095 && rval <= -1;
	} else if (op != NONE) {
		info->entry.nr = (uint64_t)(int64_t)(int32_t)w[abi->nr];
		for (int i = 0; i < 6; i++)
			info->entry.args[i] = w[abi->arg[i]];
	}
	if (op == SECCOMP)
		info->seccomp.ret_data = st->info.seccomp.ret_data;
}

/* Nothing is to change, and nothing to fail. */
void oracle_nothing(const struct oracle_stop *st, struct oracle_expect *e)
{
	e->must = e->may = 0;
	e->unknown = false;
	e->ret = 0;
	e->regs = e->alt = st->regs;
}

static bool is_syscall_stop(const struct oracle_stop *st)
{
	return st->info.op == ENTRY || st->info.op == EXIT;
}

/* Without the kernel's word the registers of x86 don't tell ENTRY from EXIT. */
void oracle_get(const struct oracle_stop *st, const struct oracle_env *env, struct oracle_expect *e)
{
	oracle_nothing(st, e);
	e->ret = st->size;
	if (env->get)
		return;
	if (is_syscall_stop(st))
		e->must |= oracle_errno(EOPNOTSUPP);
	else if (env->moved && st->info.op == SECCOMP)
		e->may |= oracle_errno(EOPNOTSUPP);
}

void oracle_features(const struct oracle_stop *st, const struct oracle_env *env,
		     struct oracle_expect *e)
{
	enum { CHANGES = PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_RESULT | PTSI_CAN_SKIP };

	oracle_get(st, env, e);
	e->ret = 0;
	if (oracle_is_vsyscall(st))
		e->ret = PTSI_CAN_ARG(0) | PTSI_CAN_ARG(1) | PTSI_CAN_SKIP | PTSI_CAN_DONE;
	else if (st->info.op == ENTRY || st->info.op == SECCOMP)
		e->ret = PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP | PTSI_CAN_IP | PTSI_CAN_SP;
	else if (st->info.op == EXIT)
		e->ret = PTSI_CAN_RESULT | PTSI_CAN_IP | PTSI_CAN_SP | PTSI_CAN_REPEAT;
	if (st->info.op == SECCOMP)
		e->ret |= PTSI_CAN_DONE;
	if (env->way == PTSI_KERNEL && !env->set) {
		/* what isn't the number, an argument or a result goes by registers all the same */
		e->ret &= ~CHANGES;
	}
	if (env->get)
		e->ret |= PTSI_NATIVE_GET;
	if (env->set && env->way != PTSI_REGISTERS)
		e->ret |= PTSI_NATIVE_SET;
}

void oracle_abi_info(const struct oracle_stop *st, const struct oracle_env *env, size_t size,
		     struct oracle_expect *e, struct ptsi_abi_info *abi)
{
	int32_t nr = (int32_t)st->regs.w[st->abi->nr];
	bool x32 = st->abi->value == 8 && st->info.op != NONE && nr >= X32_BIT &&
		   !oracle_is_vsyscall(st);

	oracle_get(st, env, e);
	e->ret = 0;
	if (size < sizeof *abi)
		e->must |= oracle_errno(EINVAL);
	abi->name = x32 ? "x32" : st->abi->name;
	abi->arch = st->abi->arch;
	abi->word_size = x32 ? 4 : st->abi->pointer;
}
