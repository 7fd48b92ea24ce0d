// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The calls that know nothing from one stop to the next. */
#include "live.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static void do_get(struct live_puppet *p, struct live_done *done)
{
	unsigned char buf[128];
	struct oracle_expect e;
	size_t size = live_one_in(3) ? live_below(100) : sizeof p->st.info;
	struct ptsi_syscall_info was = p->st.info;
	long r;

	oracle_get(&p->st, &done->env, &e);
	memset(buf, 0xa5, sizeof buf);
	live_begin(p, done);
	r = ptsi_get_syscall_info(p->tid, size, (struct ptsi_syscall_info *)(void *)buf);
	live_judge(p, done, r, &e);
	if (r < 0)
		size = 0;
	else if ((size_t)r < size)
		size = (size_t)r;
	if (was.op == NONE &&
	    (!done->env.get || live_faults.hits)) /* of what is no call arch may be the code's */
		for (size_t at = offsetof(struct ptsi_syscall_info, arch); at < 8 && at < size;
		     at++)
			buf[at] = ((unsigned char *)&was)[at];
	if (memcmp(buf, &was, size) != 0)
		live_fail(p, "get told something else than the kernel");
	for (size_t i = size; i < sizeof buf; i++)
		if (buf[i] != 0xa5)
			live_fail(p, "get wrote byte %zu, and returned %ld", i, r);
}

static void do_set(struct live_puppet *p, struct live_done *done)
{
	struct ptsi_syscall_info want;
	struct oracle_expect e;
	size_t size = live_one_in(50) ? live_below(100) : sizeof want;

	live_make_set(p, &want);
	done->want = &want;
	oracle_set(&p->st, &done->env, &want, size, &e);
	live_begin(p, done);
	live_judge(p, done, ptsi_set_syscall_info(p->tid, size, &want), &e);
}

static void do_repeat(struct live_puppet *p, struct live_done *done)
{
	struct ptsi_syscall_info entry;
	struct oracle_expect e;

	live_make_entry(p, &entry);
	done->want = &entry;
	oracle_repeat(&p->st, &done->env, &entry, &e);
	live_begin(p, done);
	live_judge(p, done, ptsi_repeat_syscall(p->tid, &entry), &e);
}

static void do_features(struct live_puppet *p, struct live_done *done)
{
	struct oracle_expect e;
	long r;

	oracle_features(&p->st, &done->env, &e);
	live_begin(p, done);
	r = ptsi_features(p->tid);
	if (r >= 0 && live_faults.native) /* a request that was refused makes other promises */
		e.ret = (int)r;
	live_judge(p, done, r, &e);
}

static void do_abi(struct live_puppet *p, struct live_done *done)
{
	struct ptsi_abi_info is = { 0 }, abi;
	struct oracle_expect e;
	size_t size = live_one_in(10) ? live_below(40) : sizeof is;
	long r;

	oracle_abi_info(&p->st, &done->env, size, &e, &abi);
	live_begin(p, done);
	r = ptsi_abi_info(p->tid, size, &is);
	live_judge(p, done, r, &e);
	if (r == 0 && (strcmp(is.name, abi.name) != 0 || is.arch != abi.arch ||
		       is.word_size != abi.word_size))
		live_fail(p, "abi_info told %s %#x %u, not %s %#x %u", is.name, is.arch,
			  is.word_size, abi.name, abi.arch, abi.word_size);
}

static void do_one(struct live_puppet *p)
{
	static void (*const does[])(struct live_puppet *, struct live_done *) = {
		do_get, do_set, do_repeat, do_features, do_abi,
	};
	static const enum live_op ops[] = {
		OP_GET, OP_SET, OP_SET, OP_SET, OP_SET, OP_SET, OP_REPEAT, OP_FEATURES, OP_ABI,
	};
	struct live_done done = { .op = ops[live_below(sizeof ops / sizeof ops[0])] };

	live_make_faults(false);
	done.env = live_make_env(p);
	does[done.op](p, &done);
}

/* At the stops of another call than its own, and of one that must be as it is, all is put back. */
static bool is_borrowed(const struct live_puppet *p)
{
	return p->at == FOREIGN || p->at == NOWHERE ||
	       (p->at == IN_VSYSCALL && p->st.info.entry.nr != UINT64_MAX);
}

static void resume(struct live_puppet *p)
{
	long request = live_choose_request(p);
	int sig = live_signal(p);

	live_disturb(p);
	live_predict(p, request);
	if (syscall(SYS_ptrace, request, (long)p->tid, 0L, (long)sig) < 0)
		live_fail(p, "resume: %s", strerror(errno));
}

void live_stateless_step(struct live_puppet *p)
{
	struct oracle_regs regs;

	live_stops++;
	if (!live_look(p))
		live_fail(p, "the tracee is no more");
	live_arrive(p);
	regs = p->st.regs;
	for (unsigned n = live_below(24); n && !p->dead; n--)
		do_one(p);
	if (p->dead) {
		live_end(p);
		return;
	}
	if (is_borrowed(p))
		live_put_back(p, &regs);
	live_settle(p);
	resume(p);
	if (!live_wait(p))
		live_fail(p, "the tracee ended, wstatus %#x", p->wstatus);
}
