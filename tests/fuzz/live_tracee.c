// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* A tracee's beginning and end, its orders, and its registers by requests of the fuzzer's own. */
#include "live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INFO_SIZE = sizeof(struct ptsi_syscall_info) };

static long raw(const struct live_puppet *p, long request, uint64_t addr, void *data)
{
	return syscall(SYS_ptrace, request, (long)p->tid, addr, data);
}

static void must(const struct live_puppet *p, bool ok, const char *what)
{
	if (!ok)
		live_fail(p, "%s: %s", what, strerror(errno));
}

void live_order(struct live_puppet *p)
{
	struct live_shared *s = p->shared;

	for (int i = 0; i < ARGS; i++)
		s->args[i] = oracle_narrow(p->abi, live_value());
	s->kind = p->kind;
	s->nr = live_nr(p->abi);
	if (live_one_in(16)) {
		s->nr = (uint64_t)live_number(p->abi, N_PAUSE);
	} else if (live_one_in(32)) {
		s->nr = (uint64_t)live_number(p->abi, N_NANOSLEEP);
		s->args[0] = s->sleep_at;
		s->args[1] = 0;
	} else if (p->filter != NO_FILTER && p->abi->value == 8 && live_one_in(8)) {
		s->kind = BY_VSYSCALL;
		s->nr = (uint64_t)live_number(p->abi, N_TIME);
		s->args[0] = 0;
	} else if (p->abi->value == 4) {
		s->nr = (uint32_t)s->nr;
	}
	p->next.nr = (uint64_t)(int64_t)(int32_t)s->nr;
	if (!live_sleeps(p, p->next.nr) && p->next.nr < 1000 && s->kind != BY_VSYSCALL) {
		bool harmless = false;

		for (int i = 0; i < N_PAUSE; i++)
			harmless |= p->next.nr == (uint64_t)live_number(p->abi, i);
		if (!harmless)
			p->next.nr = s->nr = (uint64_t)p->abi->getpid;
	}
	memcpy(p->next.args, s->args, sizeof s->args);
	p->sleeps = live_sleeps(p, p->next.nr);
}

bool live_wait(struct live_puppet *p)
{
	int r;

	do
		r = waitpid(p->tid, &p->wstatus, __WALL);
	while (r < 0 && errno == EINTR);
	if (r != p->tid)
		live_fail(p, "waitpid: %s", strerror(errno));
	if (!WIFSTOPPED(p->wstatus))
		p->dead = true;
	return !p->dead;
}

static void widen(struct oracle_regs *regs, const uint32_t *w)
{
	for (int i = 0; i < regs->n; i++)
		regs->w[i] = w[i];
}

/* By the code it is in, and of a call by its instruction. */
static const struct oracle_abi *abi_of(const struct oracle_stop *st, size_t len)
{
	if (len == 17 * sizeof(uint32_t))
		return &oracle_i386;
	return st->info.op != NONE && st->info.arch == oracle_int80.arch ? &oracle_int80
									 : &oracle_x86_64;
}

/* The registers and what the kernel says; both have to agree. */
bool live_look(struct live_puppet *p)
{
	struct oracle_stop *st = &p->st;
	uint64_t image[WORDS_MAX];
	struct iovec iov = { image, sizeof image };
	struct ptsi_syscall_info told;
	long r;

	memset(&st->info, 0, sizeof st->info);
	r = raw(p, RAW_GET, INFO_SIZE, &st->info);
	if (r < 0 || raw(p, PTRACE_GETREGSET, 1, &iov) < 0) {
		must(p, errno == ESRCH, "GET and GETREGSET");
		return false;
	}
	st->size = (int)r;
	st->abi = abi_of(st, iov.iov_len);
	st->regs.n = (int)(iov.iov_len / (unsigned)st->abi->word);
	if (st->abi->word == 4)
		widen(&st->regs, (uint32_t *)image);
	else
		memcpy(st->regs.w, image, sizeof image);
	oracle_decode(st, st->info.op, &told);
	if (st->abi->word == 4 && st->info.op == EXIT) /* of 64 bits the regset has 32 */
		told.exit.rval |= st->info.exit.rval & (int64_t)0xffffffff00000000;
	if (st->info.arch == st->abi->arch && memcmp(&told, &st->info, sizeof told) != 0)
		live_fail(p, "registers and PTRACE_GET_SYSCALL_INFO disagree");
	return true;
}

void live_poke(struct live_puppet *p, int word, uint64_t val)
{
	unsigned at = 8 * (unsigned)oracle_user_word(p->st.abi, word);

	must(p, raw(p, PTRACE_POKEUSER, at, (void *)(uintptr_t)val) == 0, "POKEUSER");
}

/* Of 32-bit code the regset isn't written: that reloads segment registers. */
static void poke_back(struct live_puppet *p, const struct oracle_regs *regs)
{
	for (int i = 0; i < regs->n; i++)
		if (p->st.regs.w[i] != regs->w[i])
			live_poke(p, i, regs->w[i]);
}

void live_put_back(struct live_puppet *p, const struct oracle_regs *regs)
{
	uint64_t image[WORDS_MAX];
	struct iovec iov = { image, (unsigned)regs->n * sizeof image[0] };

	memcpy(image, regs->w, sizeof image);
	if (p->st.abi->word == 4)
		poke_back(p, regs);
	else
		must(p, raw(p, PTRACE_SETREGSET, 1, &iov) == 0, "SETREGSET");
	live_look(p);
}

static void become(struct live_puppet *p)
{
	char fd[16];

	if (!p->program)
		tracee_run(p->shared);
	snprintf(fd, sizeof fd, "%d", p->fd);
	execl(p->program, p->program, fd, (char *)NULL);
	_exit(9);
}

/* The first stop is always the same, or a seed would make nothing come again. */
static void go_to_start(struct live_puppet *p)
{
	do {
		must(p, raw(p, PTRACE_SYSCALL, 0, NULL) == 0, "PTRACE_SYSCALL");
		must(p, live_wait(p) && live_look(p), "the tracee's beginning");
	} while (p->st.info.op != ENTRY || p->st.info.instruction_pointer != p->shared->after_sync);
	live_faults.no_set = raw(p, RAW_SET, 0, NULL) < 0 && errno != EINVAL;
}

void live_start(struct live_puppet *p)
{
	enum { OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL };
	struct live_shared *s = p->shared;

	memset(s, 0, sizeof *s);
	s->filter = p->filter;
	s->kind = p->kind;
	s->sleep[0] = 1;
	s->traced[0] = (uint64_t)live_number(p->abi, N_GETUID);
	s->traced[1] = (uint64_t)live_number(p->abi, N_UMASK);
	s->traced[2] = (uint64_t)live_number(p->abi, N_TIME);
	s->traced[3] =
		(uint64_t)live_number(p->abi, p->filter == SKIP_TRACED ? N_GETPID : N_GETUID);
	p->at = NOWHERE;
	p->dead = p->loose = p->due = p->awaits_rval = false;
	p->awaits = -1;
	p->reports = 0;
	p->mask = 022;
	p->tid = fork();
	if (p->tid == 0) {
		umask(022);
		become(p);
	}
	must(p, p->tid > 0, "fork");
	while (!*(volatile uint64_t *)&s->egid && !*(volatile uint64_t *)&s->after_sync)
		usleep(100);
	must(p, raw(p, PTRACE_SEIZE, 0, (void *)OPTIONS) == 0, "PTRACE_SEIZE");
	must(p, raw(p, PTRACE_INTERRUPT, 0, NULL) == 0, "PTRACE_INTERRUPT");
	must(p, waitpid(p->tid, &p->wstatus, __WALL) == p->tid, "waitpid");
	live_order(p);
	s->go = 1;
	go_to_start(p);
}

void live_end(struct live_puppet *p)
{
	int wstatus;

	kill(p->tid, SIGKILL);
	while (waitpid(p->tid, &wstatus, __WALL) == p->tid && WIFSTOPPED(wstatus))
		;
	p->dead = true;
}
