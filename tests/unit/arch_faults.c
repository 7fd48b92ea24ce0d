// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * At each stop of every architecture: a request that fails makes the call fail and nothing has
 * changed; and PTRACE_SET_SYSCALL_INFO is used for what it does right and for nothing else.
 *
 *	arch_faults FAMILY
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machines.h"

enum {
	NONE = PTSI_SYSCALL_INFO_NONE,
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
	SKIP = PTSI_SYSCALL_INFO_SKIP,
};

/* ---- each request fails once ---- */

static int do_read(const struct machine *m, struct ptsi_stop *st)
{
	(void)m;
	return ptsi_decode_abi(st) < 0 ? -1 : ptsi_decode_refined(st);
}

static int do_features(const struct machine *m, struct ptsi_stop *st)
{
	(void)m;
	return ptsi_core_features(st);
}

static int do_set_nr(const struct machine *m, struct ptsi_stop *st)
{
	struct ptsi_syscall_info want = st->info;

	want.entry.nr = (uint64_t)m->other_nr;
	return ptsi_core_set(st, &want);
}

static int do_set_arg(const struct machine *m, struct ptsi_stop *st)
{
	struct ptsi_syscall_info want = st->info;

	(void)m;
	want.entry.args[1] = 0xb2;
	return ptsi_core_set(st, &want);
}

static int do_set_all(const struct machine *m, struct ptsi_stop *st)
{
	struct ptsi_syscall_info want = st->info;

	want.entry.nr = (uint64_t)m->other_nr;
	for (unsigned i = 1; i < 6; i++)
		want.entry.args[i] = 0xb1 + i;
	want.instruction_pointer = 0x30000;
	want.stack_pointer += 0x20;
	return ptsi_core_set(st, &want);
}

static int do_set_minus_one(const struct machine *m, struct ptsi_stop *st)
{
	struct ptsi_syscall_info want = st->info;

	(void)m;
	want.entry.nr = UINT64_MAX;
	return ptsi_core_set(st, &want);
}

static int set_result(struct ptsi_stop *st, uint8_t op, int64_t rval)
{
	struct ptsi_syscall_info want = { .op = op, .exit = { rval, rval < 0 } };

	return ptsi_core_set(st, &want);
}

static int do_skip(const struct machine *m, struct ptsi_stop *st)
{
	(void)m;
	return set_result(st, SKIP, 7);
}

static int do_skip_error(const struct machine *m, struct ptsi_stop *st)
{
	(void)m;
	return set_result(st, SKIP, -13);
}

static int do_set_result(const struct machine *m, struct ptsi_stop *st)
{
	(void)m;
	return set_result(st, EXIT, 7);
}

static int do_set_error(const struct machine *m, struct ptsi_stop *st)
{
	(void)m;
	return set_result(st, EXIT, -13);
}

static int do_set_ip(const struct machine *m, struct ptsi_stop *st)
{
	struct ptsi_syscall_info want = st->info;

	(void)m;
	want.instruction_pointer = 0x30000;
	return ptsi_core_set(st, &want);
}

static int do_repeat(const struct machine *m, struct ptsi_stop *st)
{
	struct ptsi_syscall_info entry = st->info;

	entry.op = ENTRY;
	memset(&entry.entry, 0, sizeof entry.entry);
	entry.entry.nr = (uint64_t)m->other_nr;
	for (unsigned i = 0; i < 6; i++)
		entry.entry.args[i] = 0xa1 + i;
	return ptsi_core_repeat(st, &entry);
}

static const struct action {
	const char *name;
	int (*fn)(const struct machine *m, struct ptsi_stop *st);
	unsigned ops;
} actions[] = {
	{ "read", do_read, 1 << NONE | 1 << ENTRY | 1 << SECCOMP | 1 << EXIT },
	{ "features", do_features, 1 << NONE | 1 << ENTRY | 1 << SECCOMP | 1 << EXIT },
	{ "nr", do_set_nr, 1 << ENTRY | 1 << SECCOMP },
	{ "arg", do_set_arg, 1 << ENTRY | 1 << SECCOMP },
	{ "all", do_set_all, 1 << ENTRY | 1 << SECCOMP },
	{ "nr -1", do_set_minus_one, 1 << ENTRY | 1 << SECCOMP },
	{ "skip", do_skip, 1 << ENTRY | 1 << SECCOMP },
	{ "skip with an error", do_skip_error, 1 << ENTRY | 1 << SECCOMP },
	{ "result", do_set_result, 1 << EXIT },
	{ "error", do_set_error, 1 << EXIT },
	{ "ip", do_set_ip, 1 << ENTRY | 1 << SECCOMP | 1 << EXIT },
	{ "repeat", do_repeat, 1 << EXIT },
};

enum { ACTIONS = sizeof actions / sizeof actions[0] };

/* Whether the request that failed puts arm's number back after a skip was tried: it is repeated. */
static bool puts_back(const struct machine *m, const struct action *a, unsigned at)
{
	bool tried = false;

	for (unsigned i = 0; i < at - 1; i++)
		tried |= m->nr_request && sim.log[i] == m->nr_request;
	return a->fn == do_features && tried && sim.log[at - 1] == m->nr_request;
}

/* How requests fail: one of them, with each errno that a kernel gives, or all from that one on. */
static const struct failure {
	int err;
	bool killed;
} failures[] = {
	{ ESRCH, true },   { ESRCH, false },      { EIO, false },    { EPERM, false },
	{ EFAULT, false }, { EINVAL, false },     { ENODEV, false }, { EACCES, false },
	{ ENOSYS, false }, { EOPNOTSUPP, false },
};

enum { FAILURES = sizeof failures / sizeof failures[0] };

/*
 * Whether r is what may come of it.  A tracee that is gone is ESRCH.  Any other errno may as well
 * mean that a request is absent or refused here, or, with EINVAL from GETSIGINFO, that this is a
 * group-stop: then there may be another way, or none.
 */
static bool is_answer(int r, int err, const struct failure *f, bool puts_back_here)
{
	if (puts_back_here && !f->killed)
		return r >= 0;
	if (f->err == ESRCH)
		return r < 0 && err == ESRCH;
	return r >= 0 || err == f->err || err == EOPNOTSUPP;
}

/* The n-th request of it fails.  False: there are less. */
static bool fails(const struct machine *m, int kernel, uint8_t op, const struct action *a,
		  const struct failure *f, unsigned n)
{
	static struct sim before;
	struct ptsi_stop st;
	char at[160];
	int r, err;

	machine_stop(m, kernel, op);
	before = sim;
	sim_watch(n, f->err);
	sim.killed = f->killed;
	errno = 0;
	r = machine_read(m, &st, kernel);
	ck_assert_msg(r == 0 || (r == -1 && sim.requests >= n), "%s, kernel %d, stop %d: read: %d",
		      m->name, kernel, op, r);
	if (r == 0)
		r = a->fn(m, &st);
	err = errno;
	if (sim.requests < n)
		return false;
	snprintf(at, sizeof at, "%s, kernel %d, stop %d, %s: request %u (%#lx) failed with %s",
		 m->name, kernel, op, a->name, n, (unsigned long)sim.log[n - 1], strerror(f->err));
	ck_assert_msg(is_answer(r, err, f, puts_back(m, a, n)), "%s: it returned %d, %s", at, r,
		      strerror(err));
	if (a->fn == do_repeat && sim.nr != m->nr && sim.nr != -1) /* what it was nobody tells */
		sim.nr = m->nr;
	if (r < 0 && !f->killed)
		ck_assert_msg(!memcmp(sim.image, before.image, sizeof sim.image) &&
				      sim.nr == before.nr &&
				      !memcmp(sim.code, before.code, sizeof sim.code),
			      "%s: something has changed", at);
	return true;
}

/* Each request of the action fails in each way, in turn. */
static unsigned each_request(const struct machine *m, int kernel, uint8_t op,
			     const struct action *a)
{
	unsigned points = 0;

	for (const struct failure *f = failures; f < failures + FAILURES; f++)
		for (unsigned n = 1; fails(m, kernel, op, a, f, n); n++)
			points++;
	return points;
}

START_TEST(each_request_fails_once)
{
	const struct machine *m = machine(_i);
	unsigned points = 0;

	for (int kernel = 0; m && kernel < KERNELS; kernel++)
		for (uint8_t op = NONE; op <= SECCOMP; op++)
			for (const struct action *a = actions; a < actions + ACTIONS; a++)
				if (machine_has(m, kernel, op) && (a->ops & 1U << op))
					points += each_request(m, kernel, op, a);
	if (m)
		printf("%s, word %u: %u requests failed\n", m->name, m->word, points);
	fflush(stdout);
}
END_TEST

/* ---- the way of a change ---- */

static const struct way {
	uint8_t op;
	int can;
	int (*fn)(const struct machine *m, struct ptsi_stop *st);
} ways[] = {
	{ ENTRY, PTSI_CAN_NR, do_set_nr },          { SECCOMP, PTSI_CAN_NR, do_set_nr },
	{ ENTRY, PTSI_CAN_ARGS, do_set_arg },       { SECCOMP, PTSI_CAN_ARGS, do_set_arg },
	{ ENTRY, PTSI_CAN_SKIP, do_set_minus_one }, { SECCOMP, PTSI_CAN_SKIP, do_set_minus_one },
	{ EXIT, PTSI_CAN_RESULT, do_set_result },
};

static void assert_way(const struct machine *m, const struct way *w)
{
	bool native = m->native[w->op] & w->can;
	struct ptsi_stop st;
	int r;

	machine_stop(m, HAS_SET, w->op);
	/* a result that was left where the kernel has put -ENOSYS would be written over */
	if (w->fn == do_set_minus_one && m->at.rval != m->at.nr && m->at.rval != m->at.arg[0])
		sim_put(m->at.rval, (uint64_t)-m->enosys);
	ck_assert_int_eq(machine_read(m, &st, HAS_SET), 0);
	sim_watch(0, 0);
	r = w->fn(m, &st);
	if (w->fn == do_set_nr && m->other_nr == m->nr)
		return;
	ck_assert_msg(r >= 0 || (errno == EOPNOTSUPP && !native), "%s, stop %d, %#x: %s", m->name,
		      w->op, (unsigned)w->can, strerror(errno));
	ck_assert_msg(sim_count(PTSI_SET_SYSCALL_INFO) == native &&
			      (native ? sim_writes() == 1 : (r >= 0) == (sim_writes() > 0)),
		      "%s, stop %d, %#x: SET %u times, %u writes", m->name, w->op, (unsigned)w->can,
		      sim_count(PTSI_SET_SYSCALL_INFO), sim_writes());
}

START_TEST(the_kernel_does_what_it_does_right)
{
	const struct machine *m = machine(_i);

	for (size_t i = 0; m && !m->no_set && i < sizeof ways / sizeof ways[0]; i++)
		if (machine_has(m, HAS_SET, ways[i].op))
			assert_way(m, &ways[i]);
}
END_TEST

/* POKEUSR of the tracer's width alone, and what mips writes by it the number isn't taken from. */
static bool no_user(const struct machine *m)
{
	return (m->family == &ptsi_family_powerpc && m->word != sizeof(long)) ||
	       m->family == &ptsi_family_mips;
}

/* The bytes of the regset up to the last word that do_set_call changes. */
static size_t end_of_call(const struct machine *m)
{
	int last = m->nr_regset || m->nr_request || m->nr == m->other_nr ? 0 : m->at.nr;

	for (int i = 1; i < 6 && !m->bsp; i++)
		last = last > m->at.arg[i] ? last : m->at.arg[i];
	return ((size_t)last + 1) * m->word;
}

static int do_set_call(const struct machine *m, struct ptsi_stop *st)
{
	struct ptsi_syscall_info want = st->info;

	want.entry.nr = (uint64_t)m->other_nr;
	for (unsigned i = 1; i < 6 && !m->bsp; i++)
		want.entry.args[i] = 0xb1 + i;
	return ptsi_core_set(st, &want);
}

/* One word by registers is poked, where it can be; more are the first part of the regset. */
START_TEST(no_more_than_needed_is_written)
{
	const struct machine *m = machine(_i);
	struct ptsi_stop st;

	if (!m)
		return;
	if (!m->bsp) { /* whose arguments can't be set */
		st = machine_stop_of(m, ENTRY);
		st.way = PTSI_REGISTERS;
		ck_assert_int_eq(do_set_arg(m, &st), 0);
		ck_assert_uint_eq(sim_word(m->at.arg[1]), 0xb2);
		ck_assert_uint_eq(sim_writes(), 1);
		if (m->user_step && !no_user(m))
			ck_assert_uint_eq(sim_count(PTSI_POKEUSR), 1);
		else if (!m->setregs)
			ck_assert_uint_eq(sim.asked,
					  m->whole ? sim.len
						   : ((unsigned)m->at.arg[1] + 1) * m->word);
	}
	st = machine_stop_of(m, ENTRY);
	st.way = PTSI_REGISTERS;
	sim.asked = 0;
	ck_assert_int_eq(do_set_call(m, &st), 0);
	if (m->size >= 0 && !m->setregs)
		ck_assert_uint_eq(sim.asked, m->whole ? sim.len : end_of_call(m));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *s = suite_create("faults");
	TCase *tc = tcase_create("faults");
	SRunner *runner = srunner_create(s);
	int failed;

	if (argc > 1)
		machine_choose(argv[1]);
	tcase_add_loop_test(tc, each_request_fails_once, 0, n_machines);
	tcase_add_loop_test(tc, the_kernel_does_what_it_does_right, 0, n_machines);
	tcase_add_loop_test(tc, no_more_than_needed_is_written, 0, n_machines);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
