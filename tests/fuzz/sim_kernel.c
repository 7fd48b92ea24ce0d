// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The kernel under the fuzzer: tests/unit/sim.c's, with PTRACE_GET_SYSCALL_INFO and
 * PTRACE_SET_SYSCALL_INFO as each architecture has them, mistakes included, and with requests
 * that fail.
 */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "sim_fuzz.h"

bool kernel_keeps_nr(void)
{
	return sim.nr_regset || sim.nr_request || is("s390");
}

/* Of s390's number the kernel keeps 16 bits. */
void kernel_put_nr(struct state *s, uint64_t nr)
{
	if (kernel_keeps_nr())
		s->nr = is("s390") ? (int)(nr & 0xffff) : (int)nr;
	else
		word_put(s, fz.m->at.nr, nr);
}

void kernel_put_result(struct state *s, int64_t rval, bool is_error)
{
	bool flag = fz.f->flag && !oracle_is_scv(s);

	word_put(s, fz.m->at.rval, (uint64_t)(flag && is_error ? -rval : rval));
	if (flag)
		oracle_put_flag(s, is_error);
}

/* What PTRACE_SET_SYSCALL_INFO writes when it has found nothing wrong. */
void kernel_set(struct state *s, const struct ptsi_syscall_info *info)
{
	if (info->op == EXIT) {
		kernel_put_result(s, info->exit.rval, info->exit.is_error);
		return;
	}
	kernel_put_nr(s, info->entry.nr);
	if (info->entry.nr == UINT64_MAX) {
		if (is("arm") || is("arm64")) /* syscall_set_nr */
			word_put(s, fz.m->at.rval, (uint64_t)-38);
		return;
	}
	for (int i = 0; i < 6; i++)
		word_put(s, fz.m->at.arg[i], info->entry.args[i]);
	if (fz.f->twice)
		word_put(s, fz.f->twice - 1, info->entry.args[0]);
}

static long set_info(unsigned long size, const struct ptsi_syscall_info *info)
{
	struct state s;

	if (fz.set_errno)
		return ptsi_fail(fz.set_errno);
	if (size >= sizeof *info && !info)
		return ptsi_fail(EFAULT);
	if (size < sizeof *info || info->flags || info->reserved || info->op != fz.op ||
	    fz.op == NONE)
		return ptsi_fail(EINVAL);
	if (fz.op != EXIT && info->entry.nr != (uint64_t)(int64_t)(int32_t)info->entry.nr)
		return ptsi_fail(ERANGE);
	state_now(&s);
	kernel_set(&s, info);
	memcpy(sim.image, s.image, sizeof sim.image);
	sim.nr = s.nr;
	return 0;
}

/* What kernels before SET tell of o32's arguments on the stack is the tracer's own memory. */
static void spoil_o32(struct ptsi_syscall_info *told)
{
	struct state s;

	state_now(&s);
	for (int i = (uint32_t)word_of(&s, 8) == 4000 ? 3 : 4; i < 6; i++)
		told->entry.args[i] = fz.hidden + (unsigned)i;
}

/* GET's mistakes at entry and SECCOMP stops. */
static void spoil_call(struct ptsi_syscall_info *told, const struct state *s)
{
	if (is("openrisc"))
		told->entry.nr = (uint64_t)(int64_t)(int32_t)fz.hidden;
	else if (is("nds32") || (is("arm64") && fz.f->hidden && fz.set_errno == EIO))
		told->entry.args[0] = fz.f->value == 4 ? (uint32_t)fz.hidden : fz.hidden;
	else if (is("mips") && fz.f->value == 4 && fz.set_errno == EIO)
		spoil_o32(told);
	else if (is("s390"))
		told->entry.nr = (unsigned)s->nr;
	else if (is("parisc"))
		told->entry.nr = word_of(s, fz.m->at.nr);
	for (int i = 1; i < 6 && !strcmp(fz.f->name, "arcv2"); i++)
		told->entry.args[i] = word_of(s, fz.m->at.arg[0] + i);
}

/* ... and at exit stops. */
static void spoil_result(struct ptsi_syscall_info *told, const struct state *s)
{
	int64_t raw = (int64_t)word_of(s, fz.m->at.rval);

	if ((is("nios2") || is("ia64")) && told->exit.is_error)
		told->exit.rval = -told->exit.rval;
	if (fz.f->value == 8 || !told->exit.is_error)
		return;
	if (is("parisc")) {
		told->exit.rval = raw;
		told->exit.is_error = raw >= -4095 && raw <= -1;
	} else if ((is("arm") || is("arm64") || (is("riscv") && fz.m->tracer)) && (fz.hidden & 1)) {
		told->exit.rval = (uint32_t)told->exit.rval;
		told->exit.is_error = 0;
	}
}

static long get_info(unsigned long size, void *data)
{
	static const long sizes[] = { 24, 80, 33, 84 };
	struct ptsi_syscall_info told;
	struct state s;

	if (fz.get_errno)
		return ptsi_fail(fz.get_errno);
	state_now(&s);
	oracle_info(&s, &told);
	if (before_call(fz.op))
		spoil_call(&told, &s);
	else if (fz.op == EXIT)
		spoil_result(&told, &s);
	if (is("nios2"))
		told.instruction_pointer = word_of(&s, 31);
	memcpy(data, &told, size < (size_t)sizes[fz.op] ? size : (size_t)sizes[fz.op]);
	return sizes[fz.op];
}

static bool is_write(long request, unsigned long addr, const void *data)
{
	return request == PTSI_POKEUSR || request == PTSI_POKEDATA || request == PTSI_SETREGSET ||
	       (request == PTSI_SET_SYSCALL_INFO && addr && data) ||
	       (sim.setregs && request == sim.setregs) ||
	       (sim.nr_request && request == sim.nr_request);
}

/*
 * Requests that aren't made to fail: where only GET tells the ABI, or s390's number,
 * nothing is known without it;
 * these answers to PTRACE_SECCOMP_GET_METADATA, and EINVAL to a SET of
 * size 0, tell of a kernel that has it; and EOPNOTSUPP from
 * others than GET and SET comes from no kernel, and is the library's own word for registers that
 * don't tell a call.
 */
static bool is_spared(long request, unsigned long addr)
{
	bool native = request == PTSI_GET_SYSCALL_INFO || request == PTSI_SET_SYSCALL_INFO;

	if (request == PTSI_GET_SYSCALL_INFO &&
	    ((fz.m->told && fz.family.pick) || (is("s390") && !fz.set_errno)))
		return fz.fault_errno != ESRCH;
	if (request == PTSI_SET_SYSCALL_INFO && !addr && fz.fault_errno == EINVAL)
		return true;
	if (request == PTSI_SECCOMP_GET_METADATA)
		return fz.fault_errno == EINVAL || fz.fault_errno == EACCES;
	if (fz.followed && request == PTSI_PEEKDATA && fz.fault_errno == EIO)
		return true; /* there is no such memory: it says that the call can't be known */
	return fz.followed && !native && fz.fault_errno == EOPNOTSUPP;
}

static bool fails(long request, unsigned long addr)
{
	switch (fz.fault) {
	case FAULT_ONCE:
		return fz.requests == fz.fault_at && !is_spared(request, addr);
	case FAULT_KILLED:
		return fz.requests >= fz.fault_at;
	case FAULT_KIND:
		return request == fz.fault_request;
	default:
		return false;
	}
}

/* A SETREGSET that fails may have stored a part of it. */
static long fail(long request, unsigned long type, const void *data)
{
	if (request == PTSI_SETREGSET && type == PTSI_NT_PRSTATUS) {
		const struct iovec *iov = data;

		memcpy(sim.image, iov->iov_base, iov->iov_len / sim.word / 2 * sim.word);
	}
	return ptsi_fail(fz.fault == FAULT_KILLED ? ESRCH : fz.fault_errno);
}

void kernel_watch(void)
{
	fz.requests = fz.writes = fz.failed = fz.failed_writes = 0;
	fz.failed_request = 0;
}

long kernel_ptrace(long request, pid_t tid, void *addr, void *data)
{
	unsigned long a = (unsigned long)addr;
	bool writes = is_write(request, a, data);
	struct state s;
	long r;

	fz.requests++;
	fz.writes += writes;
	if (fails(request, a)) {
		if (!fz.failed++)
			fz.failed_request = request;
		fz.failed_writes += writes;
		return fail(request, a, data);
	}
	if (request == PTSI_GET_SYSCALL_INFO)
		return get_info(a, data);
	if (request == PTSI_SET_SYSCALL_INFO)
		return set_info(a, data);
	sim.requests = 0;
	r = sim_ptrace(request, tid, addr, data);
	if (request == PTSI_POKEUSR && is("s390") && before_call(fz.op) &&
	    a == (unsigned long)fz.m->at.nr * sim.user_step) {
		state_now(&s);
		sim.nr = (int)(word_of(&s, fz.m->at.nr) & 0xffff);
	}
	return r;
}
