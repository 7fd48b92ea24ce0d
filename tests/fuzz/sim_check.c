// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Operations at a stop, each compared with what the oracle says. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim_fuzz.h"

enum { TID = 1 };

/* ---- the library's calls ---- */

/* The public call, or what it is made of where the stop's kind has to be told. */
static int begin_told(struct ptsi_stop *st)
{
	ptsi_core_begin(st, TID);
	return ptsi_decode_registers(st, fz.op);
}

static int call_get(size_t size, struct ptsi_syscall_info *info)
{
	struct ptsi_stop st;

	if (!fz.told)
		return ptsi_get_syscall_info(TID, size, info);
	if (begin_told(&st) < 0)
		return -1;
	memcpy(info, &st.info, size < (size_t)st.info_size ? size : (size_t)st.info_size);
	return st.info_size;
}

static int call_set(const struct ptsi_syscall_info *info)
{
	struct ptsi_stop st;

	if (!fz.told)
		return ptsi_set_syscall_info(TID, sizeof *info, info);
	if (ptsi_change_malformed(info))
		return ptsi_fail(EINVAL);
	return begin_told(&st) < 0 ? -1 : ptsi_core_set(&st, info);
}

static int call_repeat(const struct ptsi_syscall_info *entry)
{
	struct ptsi_stop st;

	if (!fz.told)
		return ptsi_repeat_syscall(TID, entry);
	if (entry->flags || entry->reserved || !before_call(entry->op))
		return ptsi_fail(EINVAL);
	return begin_told(&st) < 0 ? -1 : ptsi_core_repeat(&st, entry);
}

static int call_features(void)
{
	struct ptsi_stop st;

	if (!fz.told)
		return ptsi_features(TID);
	return begin_told(&st) < 0 ? -1 : ptsi_core_features(&st);
}

static void begin(int op)
{
	doing.op = op;
	state_now(&doing.before);
	if (fz.failed) /* the library may have learnt from it that there is no such request */
		ptsi_set_ptrace(kernel_ptrace);
	if (draw_one_in(8))
		ptsi_use(fz.way = (int)draw_below(3));
	draw_fault();
	kernel_watch();
	errno = 0;
}

/* ---- what came of it ---- */

static unsigned errno_bit(int err)
{
	return err == EINVAL       ? E_INVAL
	       : err == ERANGE     ? E_RANGE
	       : err == EOPNOTSUPP ? E_NOTSUPP
				   : 0;
}

/* Differences that nobody could see: s390's number is in its own place, and is compared there. */
static void forget_copies(struct state *s)
{
	if (is("s390") && before_call(fz.op))
		word_put(s, fz.m->at.nr, 0);
}

static bool is_same(struct state a, struct state b)
{
	forget_copies(&a);
	forget_copies(&b);
	return !memcmp(a.image, b.image, sizeof a.image) && a.nr == b.nr &&
	       !memcmp(a.code, b.code, sizeof a.code);
}

void check_state(struct state expected, const char *what)
{
	struct state is;
	char words[512] = "";
	size_t n = 0;

	state_now(&is);
	if (is_same(is, expected))
		return;
	for (int i = 0; i < (int)(sizeof is.image / sim.word) && n < sizeof words - 80; i++)
		if (word_of(&is, i) != word_of(&expected, i))
			n += (size_t)snprintf(words + n, sizeof words - n,
					      " word %d is %#llx, not %#llx (it was %#llx);", i,
					      (unsigned long long)word_of(&is, i),
					      (unsigned long long)word_of(&expected, i),
					      (unsigned long long)word_of(&doing.before, i));
	mismatch("%s:%s number %#x, %#x%s", what, words, (unsigned)is.nr, (unsigned)expected.nr,
		 memcmp(is.code, expected.code, sizeof is.code) ? ", memory differs" : "");
}

/* At an exit stop arm's number counts only as being -1, and what it was nobody tells. */
static void forget_nr(struct state *s)
{
	if (kernel_keeps_nr() && !is("s390") && fz.op == EXIT)
		s->nr = sim.nr;
}

/* A result that was given to a call which is to run after all. */
static void forget_flag(struct state *s)
{
	struct state now;

	state_now(&now);
	if (fz.f->flag)
		word_put(s, fz.f->flag - 1, word_of(&now, fz.f->flag - 1));
	if (is("powerpc") || fz.m->presets)
		word_put(s, fz.m->at.rval, word_of(&now, fz.m->at.rval));
}

/* An operation failed after a request did. */
static void check_failed(int err, const struct expect *e)
{
	int fault = fz.fault == FAULT_KILLED ? ESRCH : fz.fault_errno;
	struct state before = doing.before;
	unsigned may = e->must | e->may | E_NOTSUPP;

	if (errno_bit(err) & e->must) /* and an undo may have found it gone */
		return;
	if (err != fault && fault == ESRCH)
		mismatch("the tracee is gone, and it says %s", strerror(err));
	if (fz.failed_request == PTSI_GET_SYSCALL_INFO ||
	    fz.failed_request == PTSI_SET_SYSCALL_INFO)
		may = E_INVAL | E_RANGE | E_NOTSUPP; /* as on a kernel that lacks it */
	if (err != fault && !(errno_bit(err) & may) &&
	    !(fz.failed_request == PTSI_GETSIGINFO && fault == EINVAL && err == EINVAL))
		mismatch("a request failed with %s, it with %s", strerror(fault), strerror(err));
	if (fz.fault == FAULT_KILLED || fz.failed_writes > 1)
		return;
	if (e->must && fz.failed_writes) /* it was a request of the undo */
		return;
	forget_nr(&before);
	check_state(before, "it failed, and something has changed");
}

/* Whether it was refused, as it had to be or might be. */
static bool check_refused(int r, int err, const struct expect *e)
{
	if (r >= 0 && e->must)
		mismatch("it returned %d, and had to fail: %#x", r, e->must);
	if (r >= 0)
		return false;
	if (!(errno_bit(err) & (e->must | e->may)))
		mismatch("it failed: %s (may be %#x)", strerror(err), e->must | e->may);
	check_state(doing.before, "it was refused, and something has changed");
	return true;
}

/* True: it was done, as expected. */
static bool check_change(int r, const struct expect *e)
{
	int err = errno;
	struct state after;

	fuzz_counts(r);
	if (fz.failed && r < 0) {
		check_failed(err, e);
		return false;
	}
	if (check_refused(r, err, e))
		return false;
	if (r != e->answer)
		mismatch("it returned %d, not %d", r, e->answer);
	after = e->after;
	if (e->loose)
		forget_flag(&after);
	check_state(after, "not as expected");
	if (e->quiet && fz.writes && !fz.failed)
		mismatch("nothing was to change, and %u requests wrote", fz.writes);
	return true;
}

/*
 * Where a native request failed another way may have been taken: what is expected then is what
 * comes of a kernel that refuses it; unless it was asked once more.
 */
static void expect_another_way(void (*oracle)(const struct ptsi_syscall_info *, struct expect *),
			       const struct ptsi_syscall_info *want, struct expect *e)
{
	struct fuzz was = fz;
	struct expect other;
	struct state now;

	state_now(&now);
	if (!fz.failed || (!e->must && is_same(now, e->after)))
		return;
	if (fz.failed_request == PTSI_GET_SYSCALL_INFO)
		fz.get_errno = fz.fault_errno;
	else if (fz.failed_request == PTSI_SET_SYSCALL_INFO)
		fz.set_errno = fz.fault_errno;
	else
		return;
	state_load(&doing.before);
	oracle(want, &other);
	fz = was;
	state_load(&now);
	*e = other;
}

/* ---- operations ---- */

static bool same_info(const struct ptsi_syscall_info *a, const struct ptsi_syscall_info *b,
		      int size)
{
	if (before_call(b->op) && b->entry.nr == UINT64_MAX) /* whose arguments are nobody's */
		size = (int)offsetof(struct ptsi_syscall_info, entry.args);
	return !memcmp(a, b, (size_t)size);
}

/* What the stop is about; false: it can't be read. */
bool check_get(struct ptsi_syscall_info *info)
{
	static const int sizes[] = { 24, 80, 33, 84 };
	size_t room = draw_one_in(8) ? draw_below(88) : sizeof *info;
	struct ptsi_syscall_info truth;
	struct state s;
	bool known;
	int r, err;

	begin(OP_GET);
	memset(info, 0xee, sizeof *info);
	r = call_get(room, info);
	err = errno;
	fuzz_counts(r);
	state_now(&s);
	check_state(doing.before, "get has changed something");
	if (fz.writes)
		mismatch("get makes %u requests that write", fz.writes);
	if (fz.failed && fz.fault_errno == ESRCH && r < 0 && err != ESRCH)
		mismatch("the tracee is gone, and it says %s", strerror(err));
	if (fz.failed)
		return false;
	known = oracle_info(&s, &truth) && oracle_knows_stop();
	if (is("x86") && fz.op == NONE && fz.get_errno) /* the code's, which makes no call */
		truth.arch = info->arch;
	if (known != (r >= 0) || (r < 0 && err != EOPNOTSUPP))
		mismatch("get: %d, %s", r, strerror(err));
	if (!known)
		return false;
	if (r != sizes[fz.op])
		mismatch("get: %d", r);
	for (size_t i = room < (size_t)r ? room : (size_t)r; i < sizeof *info; i++)
		if (((unsigned char *)info)[i] != 0xee)
			mismatch("get wrote byte %zu of %zu", i, room);
	if (room < (size_t)r)
		return false;
	memset((char *)info + r, 0, sizeof *info - (size_t)r);
	doing.want = *info;
	if (!same_info(info, &truth, r))
		mismatch(
			"get: ip %#llx sp %#llx arch %#x %#llx %#llx %#llx, not %#llx %#llx %#x "
			"%#llx %#llx %#llx",
			(unsigned long long)info->instruction_pointer,
			(unsigned long long)info->stack_pointer, info->arch,
			(unsigned long long)info->entry.nr, (unsigned long long)info->entry.args[0],
			(unsigned long long)info->entry.args[1],
			(unsigned long long)truth.instruction_pointer,
			(unsigned long long)truth.stack_pointer, truth.arch,
			(unsigned long long)truth.entry.nr, (unsigned long long)truth.entry.args[0],
			(unsigned long long)truth.entry.args[1]);
	return true;
}

/* Reading back tells what was set. */
static void check_readback(const struct ptsi_syscall_info *want)
{
	struct ptsi_syscall_info now;
	struct state s;
	/* arm's r7 tells the program's number, not one that was set */
	bool guesses = is("arm") && (fz.get_errno || fz.failed_request == PTSI_GET_SYSCALL_INFO);
	bool same = true;

	state_now(&s);
	if (!oracle_info(&s, &now) || !oracle_knows_stop())
		return;
	if (want->op == EXIT && fz.op == EXIT)
		same = oracle_narrow((uint64_t)now.exit.rval) ==
		       oracle_narrow((uint64_t)want->exit.rval);
	else if (want->op == fz.op && !guesses)
		same = now.entry.nr == want->entry.nr;
	else if (before_call(fz.op) && !guesses)
		same = now.entry.nr == UINT64_MAX;
	for (int i = 0; i < 6 && before_call(want->op) && want->entry.nr != UINT64_MAX; i++)
		same = same &&
		       oracle_narrow(now.entry.args[i]) == oracle_narrow(want->entry.args[i]);
	if (!same)
		mismatch("what is read isn't what was set");
}

/* A size that is too small. */
static void check_short(const struct ptsi_syscall_info *want)
{
	size_t size = draw_below(sizeof *want);
	int r = ptsi_set_syscall_info(TID, size, want);

	if (r != -1 || errno != EINVAL || fz.requests)
		mismatch("a set of %zu bytes: %d, %s", size, r, strerror(errno));
}

void check_set(const struct ptsi_syscall_info *want, int op)
{
	struct expect e;
	int r, err;

	begin(op);
	if (draw_one_in(64))
		check_short(want);
	fuzz_says(op, want);
	oracle_set(want, &e);
	r = call_set(want);
	err = errno;
	if (r >= 0)
		expect_another_way(oracle_set, want, &e);
	errno = err;
	if (check_change(r, &e))
		check_readback(want);
}

void check_repeat(const struct ptsi_syscall_info *entry)
{
	struct expect e;
	int r, err;

	begin(OP_REPEAT);
	fuzz_says(OP_REPEAT, entry);
	oracle_repeat(entry, &e);
	r = call_repeat(entry);
	err = errno;
	if (r >= 0)
		expect_another_way(oracle_repeat, entry, &e);
	errno = err;
	check_change(r, &e);
}

void check_features(void)
{
	struct ptsi_syscall_info now;
	struct state before;
	int r, err, can = 0;
	bool known;

	begin(OP_FEATURES);
	known = oracle_info(&doing.before, &now) && oracle_knows_stop();
	if (known)
		can = oracle_features();
	r = call_features();
	err = errno;
	fuzz_counts(r);
	before = doing.before;
	if (fz.failed_writes < 2 && fz.fault != FAULT_KILLED)
		check_state(before, "features has changed something");
	if (fz.failed)
		return;
	if (known ? r != can : r != -1 || err != EOPNOTSUPP)
		mismatch("features: %#x, not %#x; %s", (unsigned)r, (unsigned)can, strerror(err));
}

void check_abi(void)
{
	struct ptsi_abi_info info = { .name = NULL };
	size_t size = draw_one_in(8) ? draw_below(sizeof info) : sizeof info;
	struct ptsi_syscall_info now;
	bool known;
	int r;

	if (fz.told)
		return;
	begin(OP_ABI);
	known = oracle_info(&doing.before, &now) && oracle_knows_stop();
	r = ptsi_abi_info(TID, size, &info);
	fuzz_counts(r);
	check_state(doing.before, "abi_info has changed something");
	if (fz.failed)
		return;
	if (size < sizeof info ? r != -1 || errno != EINVAL
			       : known != (r == 0) || (r < 0 && errno != EOPNOTSUPP))
		mismatch("abi_info: %d, %s", r, strerror(errno));
	if (r < 0)
		return;
	if (is("x86") && fz.op == NONE && fz.f->value == 4)
		return; /* what the call was last is no matter there */
	if (strcmp(info.name, oracle_abi()) != 0 || info.arch != fz.m->at.arch ||
	    (int)info.word_size != (!strcmp(info.name, "x86_64") ? 8
				    : !strcmp(info.name, "x32")  ? 4
								 : fz.f->pointer))
		mismatch("abi_info: %s %#x %u", info.name, info.arch, info.word_size);
}
