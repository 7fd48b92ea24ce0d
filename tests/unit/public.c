// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The public calls of an x86 library on a simulated tracee: which requests are made, which
 * errnos come back, and what is in the registers afterwards.
 */
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit-archs.h"
#include "sim.h"

#define SIZE sizeof(struct ptsi_syscall_info)

enum { TID = 77, NR = 39, RVAL = 123, RET_DATA = 0x5a };

#ifdef __x86_64__
enum { WORD = 8, LEN = 216 };
static const struct sim_layout at = { 15, { 14, 13, 12, 7, 9, 8 }, 10, 16, 19, 0xc000003e };
static const unsigned char code[] = { 0x0f, 0x05 };
#else
enum { WORD = 4, LEN = 68 };
static const struct sim_layout at = { 11, { 0, 1, 2, 3, 4, 5 }, 6, 12, 15, 0x40000003 };
static const unsigned char code[] = { 0xcd, 0x80 };
#endif

enum { ENTRY = PTSI_SYSCALL_INFO_ENTRY, EXIT = PTSI_SYSCALL_INFO_EXIT,
       SECCOMP = PTSI_SYSCALL_INFO_SECCOMP, NONE = PTSI_SYSCALL_INFO_NONE,
       SKIP = PTSI_SYSCALL_INFO_SKIP };

/* The kernels and ways that must all behave alike. */
enum env {
	NATIVE,        /* has both requests */
	FORCED_KERNEL, /* the same, PTSI_KERNEL */
	FORCED_REGS,   /* the same, PTSI_REGISTERS */
	NO_SET,        /* 5.3 to 6.15 */
	FILTERED,      /* SET is refused to this thread with EPERM */
	ENVS,
	OLD = ENVS,    /* before 5.3: SECCOMP stops only */
	ENVS_AND_OLD,
};

static unsigned char before[LEN];

/* A stop on such a kernel, each word of the registers unlike the others. */
static void stop_at(enum env env, uint8_t op)
{
	sim_reset();
	sim.word = WORD;
	sim.len = LEN;
	sim_user_is_image();
	for (int i = 0; i < LEN / WORD; i++)
		sim_put(i, 0x1000U + (unsigned)i);
	sim_put(at.nr, NR);
	sim_put(at.ip, 0x401000);
	sim_put(at.rval, op == EXIT ? RVAL : (uint64_t)-38);
	sim.layout = at;
	sim.op = op;
	sim.si_signo = SIGSTOP;
	sim.message = RET_DATA;
	sim.code_end = 0x401000;
	sim.code_len = sizeof code;
	memcpy(sim.code, code, sizeof code);
	if (env == NO_SET || env == OLD)
		sim.set_errno = EIO;
	if (env == FILTERED)
		sim.set_errno = EPERM;
	if (env == OLD)
		sim.get_errno = EIO;
	if (env == FORCED_KERNEL)
		ptsi_use(PTSI_KERNEL);
	if (env == FORCED_REGS)
		ptsi_use(PTSI_REGISTERS);
	memcpy(before, sim.image, LEN);
}

/* What the kernel would say of the stop, not the library; ip, sp and arch 0 if plain. */
static struct ptsi_syscall_info info_here(bool plain)
{
	struct ptsi_syscall_info info;
	int get_errno = sim.get_errno;

	memset(&info, 0, sizeof info);
	sim.get_errno = 0;
	sim_ptrace(PTSI_GET_SYSCALL_INFO, TID, (void *)sizeof info, &info);
	sim.get_errno = get_errno;
	if (plain) {
		info.arch = 0;
		info.instruction_pointer = info.stack_pointer = 0;
	}
	sim_watch(0, 0);
	return info;
}

static void assert_unchanged(const char *name)
{
	ck_assert_msg(!memcmp(sim.image, before, LEN), "%s: the tracee has changed", name);
}

static unsigned pokes(void)
{
	return sim_count(PTSI_POKEUSR) + sim_count(PTSI_SETREGSET);
}

/* ---- get ---- */

START_TEST(get_is_one_request)
{
	static const struct {
		uint8_t op;
		int size;
	} stops[] = { { NONE, 24 }, { ENTRY, 80 }, { EXIT, 33 }, { SECCOMP, 84 } };
	struct ptsi_syscall_info got, want;

	for (int i = 0; i < 4; i++) {
		stop_at(NATIVE, stops[i].op);
		want = info_here(false);
		memset(&got, 0, sizeof got);
		ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &got), stops[i].size);
		ck_assert_mem_eq(&got, &want, sizeof got);
		ck_assert_uint_eq(sim.requests, 1);
	}
}
END_TEST

START_TEST(get_writes_no_more_than_there_is_and_is_room_for)
{
	unsigned char buf[SIZE + 8], filled[SIZE + 8];
	struct ptsi_syscall_info want;

	memset(filled, 0xee, sizeof filled);
	for (size_t size = 0; size <= sizeof buf; size++) {
		size_t n = size < 33 ? size : 33;

		stop_at(NATIVE, EXIT);
		want = info_here(false);
		memcpy(buf, filled, sizeof buf);
		ck_assert_int_eq(ptsi_get_syscall_info(TID, size, (void *)buf), 33);
		ck_assert(!memcmp(buf, &want, n));
		ck_assert(!memcmp(buf + n, filled, sizeof buf - n));
	}
}
END_TEST

START_TEST(get_without_the_request_answers_what_it_can_know)
{
	struct ptsi_syscall_info got, want;

	for (int refusal = 0; refusal < 3; refusal++) {
		static const int errnos[] = { EIO, EPERM, ENOSYS };

		stop_at(OLD, SECCOMP);
		sim.get_errno = errnos[refusal];
		want = info_here(false);
		memset(&got, 0, sizeof got);
		ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &got), 84);
		ck_assert_mem_eq(&got, &want, sizeof got);
		for (int group = 0; group < 2; group++) {
			stop_at(OLD, NONE);
			sim.get_errno = errnos[refusal];
			sim.si_signo = group ? 0 : SIGTRAP;
			want = info_here(false);
			memset(&got, 0, sizeof got);
			ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &got), 24);
			ck_assert_mem_eq(&got, &want, sizeof got);
		}
		for (uint8_t op = ENTRY; op <= EXIT; op++) {
			stop_at(OLD, op);
			sim.get_errno = errnos[refusal];
			errno = 0;
			ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &got), -1);
			ck_assert_int_eq(errno, EOPNOTSUPP);
		}
	}
}
END_TEST

START_TEST(get_absent_is_remembered_and_refused_is_not)
{
	static const struct {
		int err;
		unsigned again;
	} refusals[] = { { EIO, 0 }, { EPERM, 1 }, { ENOSYS, 1 } };
	struct ptsi_syscall_info got;

	for (int i = 0; i < 3; i++) {
		stop_at(OLD, SECCOMP);
		sim.get_errno = refusals[i].err;
		sim_watch(0, 0);
		ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &got), 84);
		ck_assert_uint_eq(sim_count(PTSI_GET_SYSCALL_INFO), 1);
		sim_watch(0, 0);
		ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &got), 84);
		ck_assert_uint_eq(sim_count(PTSI_GET_SYSCALL_INFO), refusals[i].again);
		ptsi_set_ptrace(sim_ptrace); /* forgets */
		sim_watch(0, 0);
		ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &got), 84);
		ck_assert_uint_eq(sim_count(PTSI_GET_SYSCALL_INFO), 1);
	}
}
END_TEST

START_TEST(get_that_fails_is_not_tried_otherwise)
{
	static const int errnos[] = { ESRCH, EINVAL, ERANGE, EFAULT };
	struct ptsi_syscall_info got;

	for (int i = 0; i < 4; i++) {
		stop_at(NATIVE, SECCOMP);
		sim.get_errno = errnos[i];
		sim_watch(0, 0);
		ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &got), -1);
		ck_assert_int_eq(errno, errnos[i]);
		ck_assert_uint_eq(sim.requests, 1);
	}
}
END_TEST

/* ---- changes: the same everywhere, all or nothing ---- */

/* A change: want has what info_here says, and expect() puts what must come of it. */
struct change {
	const char *name;
	uint8_t op; /* of the stop */
	int answer;
	void (*edit)(struct ptsi_syscall_info *want);
	void (*expect)(void);
};

static void nr_edit(struct ptsi_syscall_info *w)
{
	w->entry.nr = 56;
}

static void nr_expect(void)
{
	sim_put(at.nr, 56);
}

static void arg_edit(struct ptsi_syscall_info *w)
{
	w->entry.args[4] = 0x80000001;
}

static void arg_expect(void)
{
	sim_put(at.arg[4], 0x80000001);
}

static void all_edit(struct ptsi_syscall_info *w)
{
	w->entry.nr = INT_MAX;
	for (unsigned i = 0; i < 6; i++)
		w->entry.args[i] = 0xb1 + i;
}

static void all_expect(void)
{
	sim_put(at.nr, INT_MAX);
	for (unsigned i = 0; i < 6; i++)
		sim_put(at.arg[i], 0xb1 + i);
}

static void move_edit(struct ptsi_syscall_info *w)
{
	w->instruction_pointer = 0x10000;
	w->stack_pointer = 0x20000;
}

static void move_expect(void)
{
	sim_put(at.ip, 0x10000);
	sim_put(at.sp, 0x20000);
}

static void everything_edit(struct ptsi_syscall_info *w)
{
	all_edit(w);
	move_edit(w);
}

static void everything_expect(void)
{
	all_expect();
	move_expect();
}

static void cancel_edit(struct ptsi_syscall_info *w)
{
	w->entry.nr = UINT64_MAX;
	w->entry.args[0] = 0xb1; /* no argument of a call that isn't made is set */
}

static void cancel_expect(void)
{
	sim_put(at.nr, UINT64_MAX);
	sim_put(at.rval, (uint64_t)-38);
}

static void skip_edit(struct ptsi_syscall_info *w)
{
	w->op = SKIP;
	w->exit.rval = 0x7654321;
	w->exit.is_error = 0;
}

static void skip_expect(void)
{
	sim_put(at.nr, UINT64_MAX);
	sim_put(at.rval, 0x7654321);
}

static void refuse_edit(struct ptsi_syscall_info *w)
{
	w->op = EXIT;
	w->exit.rval = -EACCES;
	w->exit.is_error = 1;
}

static void refuse_expect(void)
{
	sim_put(at.nr, UINT64_MAX);
	sim_put(at.rval, (uint64_t)-EACCES);
}

static void result_edit(struct ptsi_syscall_info *w)
{
	w->exit.rval = 0x7654321;
}

static void result_expect(void)
{
	sim_put(at.rval, 0x7654321);
}

static void error_edit(struct ptsi_syscall_info *w)
{
	w->exit.rval = -4095;
	w->exit.is_error = 1;
}

static void error_expect(void)
{
	sim_put(at.rval, (uint64_t)-4095);
}

static void error_move_edit(struct ptsi_syscall_info *w)
{
	error_edit(w);
	move_edit(w);
}

static void error_move_expect(void)
{
	error_expect();
	move_expect();
}

static void no_edit(struct ptsi_syscall_info *w)
{
	(void)w;
}

static void no_expect(void)
{
}

static const struct change changes[] = {
	{ "nr", ENTRY, 0, nr_edit, nr_expect },
	{ "one argument", ENTRY, 0, arg_edit, arg_expect },
	{ "nr and arguments", ENTRY, 0, all_edit, all_expect },
	{ "ip and sp", ENTRY, 0, move_edit, move_expect },
	{ "everything", ENTRY, 0, everything_edit, everything_expect },
	{ "nr -1", ENTRY, 0, cancel_edit, cancel_expect },
	{ "SKIP", ENTRY, PTSI_AT_EXIT, skip_edit, skip_expect },
	{ "EXIT at entry", ENTRY, PTSI_AT_EXIT, refuse_edit, refuse_expect },
	{ "nothing", ENTRY, 0, no_edit, no_expect },
	{ "nr", SECCOMP, 0, nr_edit, nr_expect },
	{ "everything", SECCOMP, 0, everything_edit, everything_expect },
	{ "nr -1", SECCOMP, 0, cancel_edit, cancel_expect },
	{ "SKIP", SECCOMP, PTSI_DONE, skip_edit, skip_expect },
	{ "EXIT at seccomp", SECCOMP, PTSI_DONE, refuse_edit, refuse_expect },
	{ "nothing", SECCOMP, 0, no_edit, no_expect },
	{ "result", EXIT, 0, result_edit, result_expect },
	{ "error", EXIT, 0, error_edit, error_expect },
	{ "error, ip and sp", EXIT, 0, error_move_edit, error_move_expect },
	{ "nothing", EXIT, 0, no_edit, no_expect },
};

enum { CHANGES = sizeof changes / sizeof changes[0] };

/* Whether the registers are as the change should leave them. */
static bool as_expected(const struct change *c)
{
	unsigned char after[LEN];
	bool same;

	memcpy(after, sim.image, LEN);
	memcpy(sim.image, before, LEN);
	c->expect();
	same = !memcmp(after, sim.image, LEN);
	memcpy(sim.image, after, LEN);
	return same;
}

/* The FILTERED and NO_SET kernels have the change made by registers, FORCED_REGS as well. */
START_TEST(each_change_is_the_same_everywhere)
{
	const struct change *c = &changes[_i];

	for (int plain = 0; plain < 2; plain++) {
		for (int env = 0; env < (c->op == SECCOMP ? ENVS_AND_OLD : ENVS); env++) {
			struct ptsi_syscall_info want;
			int r;

			stop_at((enum env)env, c->op);
			want = info_here(plain);
			c->edit(&want);
			r = ptsi_set_syscall_info(TID, SIZE, &want);
			ck_assert_msg(r == c->answer, "%s, env %d, plain %d: returned %d (%s)",
				      c->name, env, plain, r, r < 0 ? strerror(errno) : "");
			ck_assert_msg(as_expected(c), "%s, env %d, plain %d: registers", c->name,
				      env, plain);
			if (env == FORCED_REGS)
				ck_assert_uint_eq(sim_count(PTSI_SET_SYSCALL_INFO) +
							  sim_count(SIM_ASK_SET), 0);
			if (env == NATIVE && !pokes() && c->edit != no_edit)
				ck_assert_uint_eq(sim_count(PTSI_SET_SYSCALL_INFO), 1);
		}
	}
}
END_TEST

static void repeat_edit(struct ptsi_syscall_info *w)
{
	w->op = ENTRY;
	memset(&w->entry, 0, sizeof w->entry);
	all_edit(w);
}

static void repeat_expect(void)
{
	all_expect();
	sim_put(at.nr, UINT64_MAX); /* no restart of the kernel's own */
	sim_put(at.rval, INT_MAX);
	sim_put(at.ip, 0x401000 - 2);
}

static const struct change repeat = { "repeat", EXIT, 0, repeat_edit, repeat_expect };

static int make(const struct change *c, const struct ptsi_syscall_info *want)
{
	if (c == &repeat)
		return ptsi_repeat_syscall(TID, want);
	return ptsi_set_syscall_info(TID, SIZE, want);
}

/* The errno of a call one of whose requests failed with err: a refused one is done without. */
static bool is_errno_of(int got, int err)
{
	return got == err || (got == EOPNOTSUPP && (err == EIO || err == EPERM || err == ENOSYS));
}

/*
 * Let the first, the second, ... request fail until none is left to fail.  A call that failed
 * has changed nothing; one that didn't has changed everything.
 */
static void fail_each(const struct change *c, enum env env, bool plain, int err)
{
	for (unsigned n = 1;; n++) {
		struct ptsi_syscall_info want;
		char what[128];
		int r, got;

		stop_at(env, c->op);
		want = info_here(plain);
		c->edit(&want);
		sim_watch(n, err);
		r = make(c, &want);
		got = errno;
		if (sim.requests < n) {
			ck_assert(n > 1);
			return;
		}
		snprintf(what, sizeof what, "%s, env %d, plain %d, request %u (%#lx)", c->name, env,
			 plain, n, (unsigned long)sim.log[n - 1]);
		if (r < 0) {
			ck_assert_msg(is_errno_of(got, err), "%s: %s became %s", what,
				      strerror(err), strerror(got));
			assert_unchanged(what);
			continue;
		}
		ck_assert_msg(r == c->answer && as_expected(c), "%s: %s was taken for success",
			      what, strerror(err));
	}
}

static void fail_each_everywhere(const struct change *c, bool plain)
{
	static const int errnos[] = { ESRCH, EFAULT, EIO, EPERM, ENOSYS };

	for (int env = 0; env < (c->op == SECCOMP ? ENVS_AND_OLD : ENVS); env++)
		for (int i = 0; i < 5; i++)
			fail_each(c, (enum env)env, plain, errnos[i]);
}

START_TEST(each_change_is_made_whole_or_not_at_all)
{
	fail_each_everywhere(&changes[_i], false);
	fail_each_everywhere(&changes[_i], true);
}
END_TEST

START_TEST(a_repeat_is_made_whole_or_not_at_all)
{
	fail_each_everywhere(&repeat, false);
}
END_TEST

/* ---- which requests a change takes ---- */

START_TEST(native_set_of_a_plain_change_is_one_request)
{
	struct ptsi_syscall_info want;

	for (uint8_t op = ENTRY; op <= EXIT; op++) {
		stop_at(NATIVE, op);
		want = info_here(true);
		if (op == ENTRY)
			nr_edit(&want);
		else
			result_edit(&want);
		ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), 0);
		ck_assert_uint_eq(sim.requests, 1);
		ck_assert_uint_eq(sim_count(PTSI_SET_SYSCALL_INFO), 1);
	}
}
END_TEST

#ifdef __x86_64__
START_TEST(changes_by_registers_take_few_requests)
{
	static const struct {
		uint8_t op;
		void (*edit)(struct ptsi_syscall_info *want);
		unsigned requests;
	} budgets[] = {
		{ ENTRY, nr_edit, 2 },   { ENTRY, arg_edit, 2 },  { EXIT, result_edit, 2 },
		{ SECCOMP, skip_edit, 3 }, { SECCOMP, cancel_edit, 2 }, { ENTRY, no_edit, 1 },
		{ ENTRY, everything_edit, 3 },
	};

	for (int plain = 0; plain < 2; plain++)
		for (size_t i = 0; i < sizeof budgets / sizeof budgets[0]; i++) {
			struct ptsi_syscall_info want;

			stop_at(FORCED_REGS, budgets[i].op);
			want = info_here(plain);
			budgets[i].edit(&want);
			ck_assert_int_ge(ptsi_set_syscall_info(TID, SIZE, &want), 0);
			ck_assert_msg(sim.requests == budgets[i].requests,
				      "budget %zu, plain %d: %u requests", i, plain, sim.requests);
		}
}
END_TEST

/* The segment registers and their bases lie behind sp: they are not written, even unchanged. */
START_TEST(segments_are_never_written)
{
	for (int env = FORCED_REGS; env < ENVS; env++) {
		struct ptsi_syscall_info want;

		stop_at((enum env)env, ENTRY);
		want = info_here(false);
		everything_edit(&want);
		ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), 0);
		ck_assert_uint_eq(sim_count(PTSI_SETREGSET), 1);
		ck_assert_uint_eq(sim.asked, 160);
	}
}
END_TEST
#endif

START_TEST(set_absent_is_remembered_and_refused_is_not)
{
	static const struct {
		int err;
		bool again;
	} refusals[] = { { EIO, false }, { EPERM, true }, { ENOSYS, true } };

	for (int plain = 0; plain < 2; plain++)
		for (int i = 0; i < 3; i++)
			for (int round = 0; round < 2; round++) {
				struct ptsi_syscall_info want;
				unsigned tried;

				if (round == 0) {
					stop_at(NATIVE, ENTRY);
					sim.set_errno = refusals[i].err;
				}
				want = info_here(plain);
				want.entry.nr++;
				ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), 0);
				ck_assert_uint_eq(sim_word(at.nr), want.entry.nr);
				tried = sim_count(PTSI_SET_SYSCALL_INFO) + sim_count(SIM_ASK_SET);
				ck_assert_msg(round && !refusals[i].again ? !tried : tried,
					      "%s, round %d: %u", strerror(refusals[i].err), round,
					      tried);
			}
}
END_TEST

/* A filter around one thread refuses what other threads have been seen to have. */
START_TEST(set_refused_after_it_was_seen_falls_back)
{
	static const int errnos[] = { EPERM, ENOSYS };

	for (int plain = 0; plain < 2; plain++)
		for (int i = 0; i < 2; i++) {
			struct ptsi_syscall_info want;

			stop_at(NATIVE, ENTRY);
			want = info_here(false);
			want.entry.nr++;
			ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), 0);
			sim.set_errno = errnos[i];
			want = info_here(plain);
			want.entry.nr++;
			ck_assert_msg(ptsi_set_syscall_info(TID, SIZE, &want) == 0,
				      "%s, plain %d: %s", strerror(errnos[i]), plain,
				      strerror(errno));
			ck_assert_uint_eq(sim_word(at.nr), want.entry.nr);
		}
}
END_TEST

START_TEST(set_that_fails_is_not_tried_otherwise)
{
	static const int errnos[] = { EINVAL, ESRCH, ERANGE, EFAULT };

	for (int plain = 0; plain < 2; plain++)
		for (uint8_t op = ENTRY; op <= SECCOMP; op++)
			for (int i = 0; i < 4; i++) {
				struct ptsi_syscall_info want;

				stop_at(NATIVE, op);
				sim.set_errno = errnos[i];
				want = info_here(plain);
				if (op == EXIT)
					result_edit(&want);
				else
					nr_edit(&want);
				ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), -1);
				ck_assert_int_eq(errno, errnos[i]);
				ck_assert_uint_eq(pokes(), 0);
				assert_unchanged("set");
			}
}
END_TEST

START_TEST(kernel_way_without_the_request_is_refused)
{
	static const int errnos[] = { EIO, EPERM, ENOSYS };

	for (int plain = 0; plain < 2; plain++)
		for (uint8_t op = ENTRY; op <= SECCOMP; op++)
			for (int i = 0; i < 3; i++) {
				struct ptsi_syscall_info want;

				stop_at(FORCED_KERNEL, op);
				sim.set_errno = errnos[i];
				want = info_here(plain);
				if (op == EXIT)
					result_edit(&want);
				else
					nr_edit(&want);
				ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), -1);
				ck_assert_int_eq(errno, EOPNOTSUPP);
				ck_assert_uint_eq(pokes(), 0);
				assert_unchanged("set");
			}
}
END_TEST

/* ---- what is refused ---- */

struct refusal {
	uint8_t stop, op;
	int err;
	int64_t nr_or_rval;
	uint8_t is_error;
	uint32_t arch;
	uint16_t flags;
	uint8_t reserved;
};

static const struct refusal refusals[] = {
	/* op isn't the stop's */
	{ ENTRY, SECCOMP, EINVAL, NR, 0, 0, 0, 0 },
	{ ENTRY, NONE, EINVAL, NR, 0, 0, 0, 0 },
	{ ENTRY, 4, EINVAL, NR, 0, 0, 0, 0 },
	{ ENTRY, 0xff, EINVAL, NR, 0, 0, 0, 0 },
	{ SECCOMP, ENTRY, EINVAL, NR, 0, 0, 0, 0 },
	{ EXIT, ENTRY, EINVAL, NR, 0, 0, 0, 0 },
	{ EXIT, SECCOMP, EINVAL, NR, 0, 0, 0, 0 },
	{ EXIT, SKIP, EINVAL, RVAL, 0, 0, 0, 0 },
	{ NONE, NONE, EINVAL, 0, 0, 0, 0, 0 },
	{ NONE, ENTRY, EINVAL, NR, 0, 0, 0, 0 },
	{ NONE, EXIT, EINVAL, 0, 0, 0, 0, 0 },
	{ NONE, SECCOMP, EINVAL, NR, 0, 0, 0, 0 },
	{ NONE, SKIP, EINVAL, 0, 0, 0, 0, 0 },
	/* flags, reserved, arch */
	{ ENTRY, ENTRY, EINVAL, NR, 0, 0, 1, 0 },
	{ ENTRY, ENTRY, EINVAL, NR, 0, 0, 0x8000, 0 },
	{ ENTRY, ENTRY, EINVAL, NR, 0, 0, 0, 1 },
	{ ENTRY, SKIP, EINVAL, 0, 0, 0, 1, 0 },
	{ EXIT, EXIT, EINVAL, 0, 0, 0, 0, 0x80 },
	{ ENTRY, ENTRY, EINVAL, NR, 0, 0x28, 0, 0 },
	{ ENTRY, ENTRY, EINVAL, 56, 0, 0x28, 0, 0 },
	{ ENTRY, SKIP, EINVAL, 0, 0, 0x28, 0, 0 },
	{ SECCOMP, SECCOMP, EINVAL, 56, 0, 0x28, 0, 0 },
	{ EXIT, EXIT, EINVAL, 5, 0, 0x28, 0, 0 },
	/* numbers */
	{ ENTRY, ENTRY, ERANGE, INT64_C(0x80000000), 0, 0, 0, 0 },
	{ ENTRY, ENTRY, ERANGE, INT64_C(0xffffffff), 0, 0, 0, 0 },
	{ ENTRY, ENTRY, ERANGE, INT64_C(0x100000000) + NR, 0, 0, 0, 0 },
	{ SECCOMP, SECCOMP, ERANGE, INT64_MIN, 0, 0, 0, 0 },
	{ ENTRY, ENTRY, EOPNOTSUPP, -2, 0, 0, 0, 0 },
	{ SECCOMP, SECCOMP, EOPNOTSUPP, INT_MIN, 0, 0, 0, 0 },
	/* results that are no errors, and errors that are none */
	{ EXIT, EXIT, ERANGE, -1, 0, 0, 0, 0 },
	{ EXIT, EXIT, ERANGE, -4095, 0, 0, 0, 0 },
	{ EXIT, EXIT, ERANGE, -512, 0, 0, 0, 0 },
	{ EXIT, EXIT, EINVAL, 0, 1, 0, 0, 0 },
	{ EXIT, EXIT, EINVAL, 1, 1, 0, 0, 0 },
	{ EXIT, EXIT, EINVAL, EPERM, 1, 0, 0, 0 },
	{ EXIT, EXIT, EINVAL, -4096, 1, 0, 0, 0 },
	{ EXIT, EXIT, EINVAL, INT64_MIN, 1, 0, 0, 0 },
	{ ENTRY, SKIP, ERANGE, -1, 0, 0, 0, 0 },
	{ ENTRY, SKIP, EINVAL, 1, 1, 0, 0, 0 },
	{ SECCOMP, EXIT, ERANGE, -4095, 0, 0, 0, 0 },
	{ SECCOMP, EXIT, EINVAL, -4096, 1, 0, 0, 0 },
	/* restart codes */
	{ EXIT, EXIT, EINVAL, -512, 1, 0, 0, 0 },
	{ EXIT, EXIT, EINVAL, -513, 1, 0, 0, 0 },
	{ EXIT, EXIT, EINVAL, -514, 1, 0, 0, 0 },
	{ EXIT, EXIT, EINVAL, -516, 1, 0, 0, 0 },
	{ ENTRY, SKIP, EINVAL, -512, 1, 0, 0, 0 },
	{ ENTRY, EXIT, EINVAL, -513, 1, 0, 0, 0 },
	{ SECCOMP, SKIP, EINVAL, -514, 1, 0, 0, 0 },
	{ SECCOMP, EXIT, EINVAL, -516, 1, 0, 0, 0 },
};

enum { REFUSALS = sizeof refusals / sizeof refusals[0] };

START_TEST(bad_requests_are_refused_everywhere)
{
	const struct refusal *f = &refusals[_i];

	for (int plain = 0; plain < 2; plain++)
		for (int env = 0; env < ENVS; env++) {
			struct ptsi_syscall_info want;

			stop_at((enum env)env, f->stop);
			want = info_here(plain);
			if (f->op == EXIT || f->op == SKIP) {
				want.exit.rval = f->nr_or_rval;
				want.exit.is_error = f->is_error;
			} else {
				want.entry.nr = (uint64_t)f->nr_or_rval;
			}
			want.op = f->op;
			want.flags = f->flags;
			want.reserved = f->reserved;
			if (f->arch)
				want.arch = f->arch;
			errno = 0;
			ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), -1);
			ck_assert_msg(errno == f->err, "env %d, plain %d: %s, not %s", env, plain,
				      strerror(errno), strerror(f->err));
			ck_assert_uint_eq(pokes(), 0);
			assert_unchanged("refusal");
		}
}
END_TEST

START_TEST(malformed_requests_cost_no_request)
{
	struct ptsi_syscall_info want;

	for (size_t size = 0; size < SIZE; size++) {
		stop_at(NATIVE, ENTRY);
		want = info_here(true);
		ck_assert_int_eq(ptsi_set_syscall_info(TID, size, &want), -1);
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_uint_eq(sim.requests, 0);
	}
	want.flags = 1;
	ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), -1);
	ck_assert_int_eq(ptsi_repeat_syscall(TID, &want), -1);
	ck_assert_uint_eq(sim.requests, 0);
}
END_TEST

START_TEST(a_larger_size_is_read_as_far_as_is_known)
{
	struct {
		struct ptsi_syscall_info info;
		unsigned char more[8];
	} want;

	for (int env = 0; env < ENVS; env++) {
		stop_at((enum env)env, ENTRY);
		memset(&want, 0xff, sizeof want);
		want.info = info_here(true);
		nr_edit(&want.info);
		ck_assert_int_eq(ptsi_set_syscall_info(TID, sizeof want, &want.info), 0);
		ck_assert_uint_eq(sim_word(at.nr), 56);
	}
}
END_TEST

#ifdef __i386__
START_TEST(values_that_do_not_fit_the_word_are_refused)
{
	for (int plain = 0; plain < 2; plain++)
		for (int env = 0; env < ENVS; env++)
			for (int i = 0; i < 6 + 2; i++) {
				struct ptsi_syscall_info want;

				stop_at((enum env)env, i < 6 ? ENTRY : i == 6 ? EXIT : SECCOMP);
				want = info_here(plain);
				if (i < 6)
					want.entry.args[i] = UINT64_C(0x100000000);
				else if (i == 6)
					want.exit.rval = INT64_C(0x100000000);
				else
					want.stack_pointer = UINT64_C(0x100000000);
				ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), -1);
				ck_assert_int_eq(errno, ERANGE);
				assert_unchanged("range");
			}
}
END_TEST
#endif

/* An interrupted pause's -514, a tracee's own syscall(-5) and syscall(-1). */
START_TEST(odd_values_that_were_read_can_be_set)
{
	static const struct {
		uint8_t op;
		int64_t val;
	} odd[] = {
		{ EXIT, -512 }, { EXIT, -514 }, { EXIT, -516 }, { EXIT, -4095 },
		{ EXIT, -4096 }, { EXIT, INT_MIN }, { ENTRY, -5 }, { ENTRY, -1 },
		{ SECCOMP, INT_MIN },
	};

	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
		for (int env = 0; env < (odd[i].op == SECCOMP ? ENVS_AND_OLD : ENVS); env++) {
			struct ptsi_syscall_info want;

			stop_at((enum env)env, odd[i].op);
			sim_put(odd[i].op == EXIT ? at.rval : at.nr, (uint64_t)odd[i].val);
			memcpy(before, sim.image, LEN);
			want = info_here(false);
			/* nr and rval are in the same place */
			ck_assert_int_eq(want.exit.rval, odd[i].val);
			ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), 0);
			ck_assert_uint_eq(sim_writes(), 0);
			want = info_here(true);
			ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), 0);
			assert_unchanged("odd value");
		}
}
END_TEST

#ifdef __x86_64__
/* emulate_vsyscall: a new number other than -1, or a new ip, kills the tracee */
START_TEST(a_vsyscall_keeps_its_number_and_ip)
{
	for (int env = 0; env < ENVS_AND_OLD; env++) {
		struct ptsi_syscall_info want;

		for (int i = 0; i < 3; i++) {
			stop_at((enum env)env, SECCOMP);
			sim_put(at.ip, 0xffffffffff600000 + 0x400 * (unsigned)i);
			memcpy(before, sim.image, LEN);
			want = info_here(false);
			if (i == 0)
				want.entry.nr = 56;
			else if (i == 1)
				want.instruction_pointer = 0x10000;
			else
				want.stack_pointer = 0x20000;
			errno = 0;
			ck_assert_msg(ptsi_set_syscall_info(TID, SIZE, &want) == -1 &&
					      errno == (i ? EINVAL : EOPNOTSUPP),
				      "env %d, case %d: %s", env, i, strerror(errno));
			assert_unchanged("vsyscall");
		}
		stop_at((enum env)env, SECCOMP);
		sim_put(at.ip, 0xffffffffff600000);
		want = info_here(false);
		skip_edit(&want);
		ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), PTSI_DONE);
		ck_assert_uint_eq(sim_word(at.rval), 0x7654321);
		ck_assert_uint_eq(sim_word(at.nr), UINT64_MAX);
	}
}
END_TEST
#endif

/* ---- repeat ---- */

START_TEST(a_repeat_sets_up_the_instruction_again)
{
	for (int env = 0; env < ENVS; env++) {
		struct ptsi_syscall_info entry;

		stop_at((enum env)env, EXIT);
		entry = info_here(false);
		repeat_edit(&entry);
		entry.op = _i ? SECCOMP : ENTRY;
		ck_assert_int_eq(make(&repeat, &entry), 0);
		ck_assert(as_expected(&repeat));
	}
}
END_TEST

START_TEST(bad_repeats_are_refused)
{
	static const uint8_t not_exit[] = { ENTRY, SECCOMP, NONE };

	for (int env = 0; env < ENVS; env++)
		for (int i = 0;; i++) {
			struct ptsi_syscall_info entry;
			int err = EINVAL;

			stop_at((enum env)env, i < 3 ? not_exit[i] : EXIT);
			entry = info_here(false);
			repeat_edit(&entry);
			if (i == 3)
				entry.op = EXIT;
			else if (i == 4)
				entry.op = SKIP;
			else if (i == 5)
				entry.flags = 1;
			else if (i == 6)
				entry.reserved = 1;
			else if (i == 7)
				entry.entry.nr = UINT64_MAX;
			else if (i == 8)
				entry.instruction_pointer += 2; /* execve, rt_sigreturn */
			else if (i == 9)
				entry.arch ^= 1;
			else if (i == 10)
				entry.entry.nr = UINT64_C(0x80000000), err = ERANGE;
			else if (i == 11)
				entry.entry.nr = (uint64_t)-2, err = EOPNOTSUPP;
			else if (i > 11)
				break;
			ck_assert_int_eq(ptsi_repeat_syscall(TID, &entry), -1);
			ck_assert_msg(errno == err, "case %d: %s", i, strerror(errno));
			assert_unchanged("repeat");
		}
}
END_TEST

/* ---- features, ABI, overrides, names ---- */

START_TEST(features_say_what_each_kernel_can)
{
	enum {
		MOVE = PTSI_CAN_IP | PTSI_CAN_SP,
		CALL = PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP | MOVE,
		SET = PTSI_NATIVE_SET | PTSI_NATIVE_GET,
		GET = PTSI_NATIVE_GET,
	};
	static const int want[ENVS_AND_OLD][4] = {
		[NATIVE] = { SET, CALL | SET, PTSI_CAN_RESULT | PTSI_CAN_REPEAT | MOVE | SET,
			     CALL | PTSI_CAN_DONE | SET },
		[FORCED_KERNEL] = { SET, CALL | SET,
				    PTSI_CAN_RESULT | PTSI_CAN_REPEAT | MOVE | SET,
				    CALL | PTSI_CAN_DONE | SET },
		[FORCED_REGS] = { GET, CALL | GET, PTSI_CAN_RESULT | PTSI_CAN_REPEAT | MOVE | GET,
				  CALL | PTSI_CAN_DONE | GET },
		[NO_SET] = { GET, CALL | GET, PTSI_CAN_RESULT | PTSI_CAN_REPEAT | MOVE | GET,
			     CALL | PTSI_CAN_DONE | GET },
		[FILTERED] = { GET, CALL | GET, PTSI_CAN_RESULT | PTSI_CAN_REPEAT | MOVE | GET,
			       CALL | PTSI_CAN_DONE | GET },
		[OLD] = { 0, -1, -1, CALL | PTSI_CAN_DONE },
	};

	for (int env = 0; env < ENVS_AND_OLD; env++)
		for (uint8_t op = NONE; op <= SECCOMP; op++) {
			int got;

			stop_at((enum env)env, op);
			sim_watch(0, 0);
			got = ptsi_features(TID);
			ck_assert_msg(got == want[env][op], "env %d, op %d: %#x, not %#x", env, op,
				      (unsigned)got, (unsigned)want[env][op]);
			ck_assert_uint_eq(sim_writes(), 0);
		}
}
END_TEST

START_TEST(the_kernel_way_promises_only_what_the_kernel_does)
{
	int can;

	stop_at(FORCED_KERNEL, ENTRY);
	sim.set_errno = EIO;
	can = ptsi_features(TID);
	ck_assert_int_ge(can, 0);
	ck_assert_int_eq(can & (PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_NATIVE_SET), 0);
}
END_TEST

START_TEST(the_abi_of_the_call)
{
	struct ptsi_abi_info abi;

	for (int env = 0; env < ENVS_AND_OLD; env++)
		for (uint8_t op = NONE; op <= SECCOMP; op++) {
			stop_at((enum env)env, op);
			if (env == OLD && (op == ENTRY || op == EXIT))
				continue;
			memset(&abi, 0, sizeof abi);
			ck_assert_int_eq(ptsi_abi_info(TID, sizeof abi, &abi), 0);
			ck_assert_str_eq(abi.name, WORD == 8 ? "x86_64" : "i386");
			ck_assert_uint_eq(abi.arch, at.arch);
			ck_assert_uint_eq(abi.word_size, WORD);
		}
	for (size_t size = 0; size < sizeof abi; size++) {
		ck_assert_int_eq(ptsi_abi_info(TID, size, &abi), -1);
		ck_assert_int_eq(errno, EINVAL);
	}
}
END_TEST

#ifdef __x86_64__
/* The number tells x32 from x86_64; -1, which has the bit as well, tells nothing. */
START_TEST(x32_is_told_by_the_number)
{
	static const struct {
		uint64_t nr;
		const char *name;
	} calls[] = {
		{ 39, "x86_64" }, { 0x40000027, "x32" }, { UINT64_MAX, "x86_64" },
		{ 0xffffffff, "x86_64" },
	};
	struct ptsi_abi_info abi;

	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		stop_at(NATIVE, ENTRY);
		sim_put(at.nr, calls[i].nr);
		ck_assert_int_eq(ptsi_abi_info(TID, sizeof abi, &abi), 0);
		ck_assert_str_eq(abi.name, calls[i].name);
	}
}
END_TEST
#endif

static long other_ptrace(long request, pid_t tid, void *addr, void *data)
{
	ck_assert_int_eq(tid, TID);
	return sim_ptrace(request, tid, addr, data);
}

START_TEST(overrides_return_what_was_there)
{
	struct ptsi_syscall_info info;

	ck_assert_ptr_null(ptsi_set_ptrace(other_ptrace));
	ck_assert(ptsi_set_ptrace(sim_ptrace) == other_ptrace);
	ck_assert(ptsi_set_ptrace(other_ptrace) == sim_ptrace);
	stop_at(NATIVE, ENTRY);
	ptsi_set_ptrace(other_ptrace);
	ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &info), 80);
	ck_assert(ptsi_set_ptrace(NULL) == other_ptrace);
	ck_assert_ptr_null(ptsi_set_ptrace(NULL));

	ck_assert_int_eq(ptsi_use(PTSI_KERNEL), PTSI_AUTO);
	ck_assert_int_eq(ptsi_use(PTSI_REGISTERS), PTSI_KERNEL);
	ck_assert_int_eq(ptsi_use(3), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(ptsi_use(-1), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(ptsi_use(PTSI_AUTO), PTSI_REGISTERS);
}
END_TEST

START_TEST(the_version_is_the_project_s)
{
	char header[32];

	snprintf(header, sizeof header, "%d.%d.%d", PTSI_VERSION_MAJOR, PTSI_VERSION_MINOR,
		 PTSI_VERSION_PATCH);
	ck_assert_str_eq(ptsi_version(), PROJECT_VERSION);
	ck_assert_str_eq(header, PROJECT_VERSION);
}
END_TEST

#ifdef AUDIT_ARCHS
START_TEST(each_audit_arch_has_its_name)
{
	static const struct {
		uint32_t arch;
		const char *name;
	} archs[] = { AUDIT_ARCHS };

	for (size_t i = 0; i < sizeof archs / sizeof archs[0]; i++) {
		const char *name = ptsi_arch_name(archs[i].arch);

		ck_assert_msg(name && !strcmp(name, archs[i].name), "%#x: %s, not %s",
			      archs[i].arch, name ? name : "NULL", archs[i].name);
	}
	ck_assert_ptr_null(ptsi_arch_name(0));
	ck_assert_ptr_null(ptsi_arch_name(0xffffffff));
	ck_assert_ptr_null(ptsi_arch_name(0x3e)); /* without its class and byte order */
}
END_TEST
#endif

/* Values of 32 bits that are extended otherwise than a 32-bit kernel has them: by each way. */
START_TEST(values_are_the_same_extended_either_way)
{
	struct ptsi_syscall_info info;

	stop_at((enum env)_i, ENTRY);
	ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &info), 80);
	info.entry.args[1] = (uint64_t)-5;
	info.entry.args[2] = 0xfffffff0;
	ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &info), PTSI_DONE);
	ck_assert_uint_eq((uint32_t)sim_word(at.arg[1]), (uint32_t)-5);
	ck_assert_uint_eq(sim_word(at.arg[2]), 0xfffffff0);
	info.instruction_pointer = info.stack_pointer = info.arch = 0;
	info.entry.args[1] = (uint64_t)INT32_MIN;
	ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &info), PTSI_DONE);
	ck_assert_uint_eq((uint32_t)sim_word(at.arg[1]), 0x80000000);
	stop_at((enum env)_i, EXIT);
	info = (struct ptsi_syscall_info){ .op = EXIT, .exit.rval = 0xdeadbeef };
	ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &info), PTSI_DONE);
	ck_assert_uint_eq((uint32_t)sim_word(at.rval), 0xdeadbeef);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("public");
	TCase *tc = tcase_create("calls");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_test(tc, get_is_one_request);
	tcase_add_test(tc, get_writes_no_more_than_there_is_and_is_room_for);
	tcase_add_test(tc, get_without_the_request_answers_what_it_can_know);
	tcase_add_test(tc, get_absent_is_remembered_and_refused_is_not);
	tcase_add_test(tc, get_that_fails_is_not_tried_otherwise);
	tcase_add_loop_test(tc, each_change_is_the_same_everywhere, 0, CHANGES);
	tcase_add_loop_test(tc, each_change_is_made_whole_or_not_at_all, 0, CHANGES);
	tcase_add_test(tc, a_repeat_is_made_whole_or_not_at_all);
	tcase_add_test(tc, native_set_of_a_plain_change_is_one_request);
	tcase_add_test(tc, set_absent_is_remembered_and_refused_is_not);
	tcase_add_test(tc, set_refused_after_it_was_seen_falls_back);
	tcase_add_test(tc, set_that_fails_is_not_tried_otherwise);
	tcase_add_test(tc, kernel_way_without_the_request_is_refused);
	tcase_add_loop_test(tc, bad_requests_are_refused_everywhere, 0, REFUSALS);
	tcase_add_test(tc, malformed_requests_cost_no_request);
	tcase_add_test(tc, a_larger_size_is_read_as_far_as_is_known);
	tcase_add_test(tc, odd_values_that_were_read_can_be_set);
#ifdef __i386__
	tcase_add_test(tc, values_that_do_not_fit_the_word_are_refused);
#else
	tcase_add_test(tc, changes_by_registers_take_few_requests);
	tcase_add_test(tc, segments_are_never_written);
	tcase_add_test(tc, a_vsyscall_keeps_its_number_and_ip);
	tcase_add_test(tc, x32_is_told_by_the_number);
#endif
	tcase_add_loop_test(tc, a_repeat_sets_up_the_instruction_again, 0, 2);
	tcase_add_test(tc, bad_repeats_are_refused);
	tcase_add_test(tc, features_say_what_each_kernel_can);
	tcase_add_test(tc, the_kernel_way_promises_only_what_the_kernel_does);
	tcase_add_loop_test(tc, values_are_the_same_extended_either_way, 0, ENVS);
	tcase_add_test(tc, the_abi_of_the_call);
	tcase_add_test(tc, overrides_return_what_was_there);
	tcase_add_test(tc, the_version_is_the_project_s);
#ifdef AUDIT_ARCHS
	tcase_add_test(tc, each_audit_arch_has_its_name);
#else
	puts("each_audit_arch_has_its_name: skipped: no <linux/audit.h>");
#endif
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
