// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The simulated tracee: kernel/ptrace.c as far as the library can see it. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "sim.h"

struct sim sim;

void sim_reset(void)
{
	memset(&sim, 0, sizeof sim);
	ptsi_set_ptrace(sim_ptrace);
	ptsi_use(PTSI_AUTO);
}

void sim_user_is_image(void)
{
	sim.user_step = sim.word;
	for (int i = 0; i < SIM_WORDS_MAX; i++)
		sim.user[i] = (size_t)i < sim.len / sim.word ? i : -1;
}

static uint64_t load(const unsigned char *p, unsigned size)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < size; i++)
		v = v << 8 | p[sim.big ? i : size - 1 - i];
	return v;
}

static void store(unsigned char *p, unsigned size, uint64_t val)
{
	for (unsigned i = 0; i < size; i++, val >>= 8)
		p[sim.big ? size - 1 - i : i] = (unsigned char)val;
}

uint64_t sim_word(int word)
{
	return load(sim.image + (size_t)word * sim.word, sim.word);
}

void sim_put(int word, uint64_t val)
{
	store(sim.image + (size_t)word * sim.word, sim.word, val);
}

void sim_watch(unsigned fail_at, int fail_errno)
{
	sim.requests = 0;
	sim.fail_at = fail_at;
	sim.fail_errno = fail_errno;
	sim.killed = false;
}

unsigned sim_count(long request)
{
	unsigned n = 0;

	for (unsigned i = 0; i < sim.requests; i++)
		n += sim.log[i] == request;
	return n;
}

unsigned sim_writes(void)
{
	return sim_count(PTSI_POKEUSR) + sim_count(PTSI_SETREGSET) +
	       sim_count(PTSI_SET_SYSCALL_INFO) + (sim.setregs ? sim_count(sim.setregs) : 0) +
	       (sim.nr_request ? sim_count(sim.nr_request) : 0);
}

static bool keeps_nr(void)
{
	return sim.nr_regset || sim.nr_request;
}

static long nr_regset(long request, struct iovec *iov)
{
	if (iov->iov_len != sizeof sim.nr)
		return ptsi_fail(EINVAL);
	if (request == PTSI_GETREGSET)
		memcpy(iov->iov_base, &sim.nr, sizeof sim.nr);
	else
		memcpy(&sim.nr, iov->iov_base, sizeof sim.nr);
	return 0;
}

static long other_regset(struct iovec *iov)
{
	if (iov->iov_len > sim.other_regset)
		iov->iov_len = sim.other_regset;
	memset(iov->iov_base, 0, iov->iov_len);
	return 0;
}

/* ptrace_regset: whole words, cut to the regset's size; a short iov is a prefix. */
static long regset(long request, unsigned long type, struct iovec *iov)
{
	if (sim.nr_regset && type == sim.nr_regset)
		return nr_regset(request, iov);
	sim.asked = iov->iov_len;
	if (type == PTSI_NT_PRSTATUS && request == PTSI_GETREGSET && sim.other_regset)
		return other_regset(iov);
	if (type != PTSI_NT_PRSTATUS || !sim.len || sim.getregs)
		return ptsi_fail(type != PTSI_NT_PRSTATUS ? EINVAL : EIO);
	if (iov->iov_len % sim.word)
		return ptsi_fail(EINVAL);
	if (iov->iov_len > sim.len)
		iov->iov_len = sim.len;
	if (request == PTSI_GETREGSET)
		memcpy(iov->iov_base, sim.image, iov->iov_len);
	else
		memcpy(sim.image, iov->iov_base, iov->iov_len);
	return 0;
}

static long user(long request, unsigned long addr, void *data)
{
	int word = -1;

	if (sim.user_step && addr % sim.user_step == 0 && addr / sim.user_step < SIM_WORDS_MAX)
		word = sim.user[addr / sim.user_step];
	if (word < 0)
		return ptsi_fail(EIO);
	if (request == PTSI_PEEKUSR)
		*(unsigned long *)data = (unsigned long)sim_word(word);
	else
		sim_put(word, (uintptr_t)data);
	return 0;
}

static long peek_data(unsigned long addr, unsigned long *data)
{
	unsigned char bytes[sizeof *data] = { 0 };
	bool there = false;

	for (size_t i = 0; i < sizeof bytes; i++) {
		uint64_t at = addr + i - (sim.code_end - sim.code_len);

		if (at < sim.code_len) {
			bytes[i] = sim.code[at];
			there = true;
		}
	}
	if (!there)
		return ptsi_fail(EIO);
	*data = (unsigned long)load(bytes, sizeof bytes);
	return 0;
}

static long poke_data(unsigned long addr, unsigned long data)
{
	unsigned char bytes[sizeof data];
	unsigned long was;

	if (peek_data(addr, &was) < 0)
		return -1;
	store(bytes, sizeof bytes, data);
	for (size_t i = 0; i < sizeof bytes; i++) {
		uint64_t at = addr + i - (sim.code_end - sim.code_len);

		if (at < sim.code_len)
			sim.code[at] = bytes[i];
	}
	return 0;
}

static long siginfo(siginfo_t *si)
{
	if (sim.op == PTSI_SYSCALL_INFO_NONE && !sim.si_signo)
		return ptsi_fail(EINVAL);
	memset(si, 0, sizeof *si);
	si->si_signo = SIGTRAP;
	if (sim.op == PTSI_SYSCALL_INFO_NONE)
		si->si_signo = sim.si_signo;
	else if (sim.op == PTSI_SYSCALL_INFO_SECCOMP)
		si->si_code = SIGTRAP | 7 << 8; /* PTRACE_EVENT_SECCOMP */
	else
		si->si_code = SIGTRAP | 0x80;
	return 0;
}

static int64_t sign_extended(uint64_t v)
{
	return sim.word == 4 ? (int64_t)(int32_t)v : (int64_t)v;
}

/* ptrace_get_syscall_info, of a kernel whose layout is sim.layout */
static long info_by_layout(struct ptsi_syscall_info *info)
{
	const struct sim_layout *l = &sim.layout;

	memset(info, 0, sizeof *info);
	info->op = sim.op;
	info->arch = l->arch;
	info->instruction_pointer = sim_word(l->ip);
	info->stack_pointer = sim_word(l->sp);
	if (sim.op == PTSI_SYSCALL_INFO_NONE)
		return 24;
	if (sim.op == PTSI_SYSCALL_INFO_EXIT) {
		info->exit.rval = sign_extended(sim_word(l->rval));
		info->exit.is_error = info->exit.rval >= -4095 && info->exit.rval <= -1;
		return 33;
	}
	info->entry.nr = keeps_nr() ? (uint64_t)(int64_t)sim.nr
				    : (uint64_t)(int64_t)(int32_t)sim_word(l->nr);
	for (int i = 0; i < 6; i++)
		info->entry.args[i] = sim_word(l->arg[i]);
	if (sim.op == PTSI_SYSCALL_INFO_ENTRY)
		return 80;
	info->seccomp.ret_data = (uint32_t)sim.message;
	return 84;
}

static long get_info(unsigned long size, void *data)
{
	struct ptsi_syscall_info info = sim.info;
	long n = sim.info_size;

	if (sim.get_errno)
		return ptsi_fail(sim.get_errno);
	if (!n)
		n = info_by_layout(&info);
	else if (keeps_nr() && ptsi_before_call(sim.op))
		info.entry.nr = (uint64_t)(int64_t)sim.nr;
	memcpy(data, &info, size < (size_t)n ? size : (size_t)n);
	return n;
}

/*
 * A kernel takes what its long or unsigned long hold.  To a tracer of 32 bits it is a 32-bit one,
 * unless the tracee has more.
 */
static bool is_long(int64_t v)
{
	return sizeof(long) == 8 || sim.word == 8 || v == (int32_t)v;
}

static bool is_unsigned_long(uint64_t v)
{
	return sizeof(long) == 8 || sim.word == 8 || v == (uint32_t)v;
}

/* ptrace_set_syscall_info of 6.16: everything is checked before anything is written. */
static long set_info(unsigned long size, const struct ptsi_syscall_info *info)
{
	const struct sim_layout *l = &sim.layout;

	if (sim.set_errno)
		return ptsi_fail(sim.set_errno);
	if (size >= sizeof *info && !info)
		return ptsi_fail(EFAULT);
	if (size >= sizeof *info)
		sim.wanted = *info;
	if (size < sizeof *info || info->flags || info->reserved || info->op != sim.op ||
	    sim.op == PTSI_SYSCALL_INFO_NONE)
		return ptsi_fail(EINVAL);
	if (sim.op == PTSI_SYSCALL_INFO_EXIT) {
		if (!is_long(info->exit.rval))
			return ptsi_fail(ERANGE);
		sim_put(l->rval, (uint64_t)info->exit.rval);
		return 0;
	}
	if (info->entry.nr != (uint64_t)(int64_t)(int32_t)info->entry.nr)
		return ptsi_fail(ERANGE);
	for (int i = 0; i < 6; i++)
		if (!is_unsigned_long(info->entry.args[i]))
			return ptsi_fail(ERANGE);
	if (keeps_nr())
		sim.nr = (int)info->entry.nr;
	else
		sim_put(l->nr, info->entry.nr);
	for (int i = 0; i < 6 && info->entry.nr != UINT64_MAX; i++)
		sim_put(l->arg[i], info->entry.args[i]);
	return 0;
}

/* A SETREGSET that fails may have stored a part of it. */
static long fail(long request, void *data)
{
	if (request == PTSI_SETREGSET) {
		const struct iovec *iov = data;

		memcpy(sim.image, iov->iov_base, iov->iov_len / sim.word / 2 * sim.word);
	}
	return ptsi_fail(sim.fail_errno);
}

long sim_ptrace(long request, pid_t tid, void *addr, void *data)
{
	unsigned long a = (unsigned long)addr;

	if (sim.requests == SIM_LOG_MAX)
		abort();
	sim.log[sim.requests++] = request == PTSI_SET_SYSCALL_INFO && !data ? SIM_ASK_SET : request;
	if (sim.requests == sim.fail_at || (sim.killed && sim.requests > sim.fail_at))
		return fail(request, data);
	switch (request) {
	case PTSI_GETREGSET:
	case PTSI_SETREGSET:
		return regset(request, a, data);
	case PTSI_PEEKUSR:
	case PTSI_POKEUSR:
		return user(request, a, data);
	case PTSI_PEEKDATA:
		return peek_data(a, data);
	case PTSI_POKEDATA:
		return poke_data(a, (unsigned long)data);
	case PTSI_GETSIGINFO:
		return siginfo(data);
	case PTSI_GETEVENTMSG:
		*(unsigned long *)data = sim.message;
		return 0;
	case PTSI_GET_SYSCALL_INFO:
		return get_info(a, data);
	case PTSI_SET_SYSCALL_INFO:
		return set_info(a, data);
	default:
		if (sim.nr_request && request == sim.nr_request) {
			sim.nr = (int)(intptr_t)data;
			return 0;
		}
		if (sim.getregs && request == sim.getregs) {
			memcpy(data ? data : addr, sim.image, sim.len);
			return 0;
		}
		if (sim.setregs && request == sim.setregs) {
			memcpy(sim.image, data ? data : addr, sim.len);
			return 0;
		}
		return sim.other ? sim.other(request, tid, addr, data) : ptsi_fail(EIO);
	}
}
