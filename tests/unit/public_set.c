// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Changes that are made: the same by every way, whole or not at all, and in few requests. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "public.h"

/* ---- the changes ---- */

/* What is asked for, and the words of the registers that must be something else then. */
struct change {
	struct edit edit;
	int n;
	struct word after[10];
};

#define AFTER(...) .n = COUNT(((struct word[]){ __VA_ARGS__ })), .after = { __VA_ARGS__ }

static const struct change nothing;

static const struct change new_nr = {
	.edit = { PTSI_CAN_NR, .val.entry.nr = 56 },
	AFTER({ W_NR, 56 }),
};

static const struct change one_argument = {
	.edit = { PTSI_CAN_ARG(4), .val.entry.args[4] = 0x80000001 },
	AFTER({ W_ARG4, 0x80000001 }),
};

/* clang-format off */
#define CALL .entry = { INT_MAX, { 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6 } }
#define ARGS_AFTER                                                                                \
	{ W_ARG0, 0xb1 }, { W_ARG1, 0xb2 }, { W_ARG2, 0xb3 }, { W_ARG3, 0xb4 },                   \
	{ W_ARG4, 0xb5 }, { W_ARG5, 0xb6 }
#define MOVE .instruction_pointer = 0x10000, .stack_pointer = 0x20000
#define MOVE_AFTER { W_IP, 0x10000 }, { W_SP, 0x20000 }
/* clang-format on */

enum {
	CAN_CALL = PTSI_CAN_NR | PTSI_CAN_ARGS,
	CAN_MOVE = PTSI_CAN_IP | PTSI_CAN_SP,
};

static const struct change new_call = {
	.edit = { CAN_CALL, .val = { CALL } },
	AFTER({ W_NR, INT_MAX }, ARGS_AFTER),
};

static const struct change moved = {
	.edit = { CAN_MOVE, .val = { MOVE } },
	AFTER(MOVE_AFTER),
};

static const struct change everything = {
	.edit = { CAN_CALL | CAN_MOVE, .val = { CALL, MOVE } },
	AFTER({ W_NR, INT_MAX }, ARGS_AFTER, MOVE_AFTER),
};

/* No argument of a call that isn't made is set. */
static const struct change cancelled = {
	.edit = { PTSI_CAN_NR | PTSI_CAN_ARG(0), .val.entry = { UINT64_MAX, { 0xb1 } } },
	AFTER({ W_NR, UINT64_MAX }, { W_RVAL, (uint64_t)-38 }),
};

static const struct change skipped = {
	.edit = { PTSI_CAN_RESULT, SKIP, .val.exit = { 0x7654321, 0 } },
	AFTER({ W_NR, UINT64_MAX }, { W_RVAL, 0x7654321 }),
};

static const struct change refused = {
	.edit = { PTSI_CAN_RESULT, EXIT, .val.exit = { -EACCES, 1 } },
	AFTER({ W_NR, UINT64_MAX }, { W_RVAL, (uint64_t)-EACCES }),
};

static const struct change result = {
	.edit = { PTSI_CAN_RESULT, .val.exit = { 0x7654321, 0 } },
	AFTER({ W_RVAL, 0x7654321 }),
};

static const struct change error = {
	.edit = { PTSI_CAN_RESULT, .val.exit = { -4095, 1 } },
	AFTER({ W_RVAL, (uint64_t)-4095 }),
};

static const struct change error_moved = {
	.edit = { PTSI_CAN_RESULT | CAN_MOVE, .val = { .exit = { -4095, 1 }, MOVE } },
	AFTER({ W_RVAL, (uint64_t)-4095 }, MOVE_AFTER),
};

/* As the kernel's request has it, which takes a number that is no call's, and bits as given. */
static const struct change no_call = {
	.edit = { PTSI_CAN_NR, .val.entry.nr = (uint64_t)-5 },
	AFTER({ W_NR, (uint64_t)-5 }),
};

static const struct change error_by_bits = {
	.edit = { PTSI_CAN_RESULT, .val.exit = { -13, 0 } },
	AFTER({ W_RVAL, (uint64_t)-13 }),
};

static const struct change skipped_by_bits = {
	.edit = { PTSI_CAN_RESULT, SKIP, .val.exit = { -4095, 0 } },
	AFTER({ W_NR, UINT64_MAX }, { W_RVAL, (uint64_t)-4095 }),
};

static const struct change restart = {
	.edit = { PTSI_CAN_RESULT, .val.exit = { -512, 1 } },
	AFTER({ W_RVAL, (uint64_t)-512 }),
};

static const struct change restart_by_bits = {
	.edit = { PTSI_CAN_RESULT, .val.exit = { -516, 0 } },
	AFTER({ W_RVAL, (uint64_t)-516 }),
};

/* The kernel's own restart is called off: nr is -1. */
static const struct change repeated = {
	.edit = { CAN_CALL, ENTRY, .val = { CALL } },
	AFTER({ W_NR, UINT64_MAX }, { W_RVAL, INT_MAX }, ARGS_AFTER, { W_IP, CALL_IP - 2 }),
};

struct row {
	const char *name;
	uint8_t stop;
	int answer;
	unsigned requests; /* by x86_64 registers; 0: not counted */
	const struct change *change;
};

static const struct row rows[] = {
	{ "nr", ENTRY, 0, 2, &new_nr },
	{ "one argument", ENTRY, 0, 2, &one_argument },
	{ "nr and arguments", ENTRY, 0, 0, &new_call },
	{ "ip and sp", ENTRY, 0, 0, &moved },
	{ "everything", ENTRY, 0, 3, &everything },
	{ "nr -1", ENTRY, 0, 0, &cancelled },
	{ "SKIP", ENTRY, PTSI_AT_EXIT, 0, &skipped },
	{ "EXIT at entry", ENTRY, PTSI_AT_EXIT, 0, &refused },
	{ "nr -5", ENTRY, 0, 2, &no_call },
	{ "SKIP, an error's bits", ENTRY, PTSI_AT_EXIT, 0, &skipped_by_bits },
	{ "nothing", ENTRY, 0, 1, &nothing },
	{ "nr", SECCOMP, 0, 0, &new_nr },
	{ "everything", SECCOMP, 0, 0, &everything },
	{ "nr -1", SECCOMP, 0, 3, &cancelled },
	{ "SKIP", SECCOMP, PTSI_DONE, 3, &skipped },
	{ "EXIT at seccomp", SECCOMP, PTSI_DONE, 0, &refused },
	{ "nothing", SECCOMP, 0, 0, &nothing },
	{ "result", EXIT, 0, 2, &result },
	{ "error", EXIT, 0, 0, &error },
	{ "error, ip and sp", EXIT, 0, 0, &error_moved },
	{ "an error's bits", EXIT, 0, 2, &error_by_bits },
	{ "a restart code", EXIT, 0, 0, &restart },
	{ "a restart code's bits", EXIT, 0, 2, &restart_by_bits },
	{ "nothing", EXIT, 0, 0, &nothing },
};

static const struct row repeat = { "repeat", EXIT, 0, 0, &repeated };

static bool as_expected(const struct row *row)
{
	return only_changed(row->change->after, row->change->n);
}

/* ---- the same everywhere ---- */

static void change_in(enum env env, const struct row *row, bool plain)
{
	struct ptsi_syscall_info want;
	int r;

	stop_at(env, row->stop);
	want = edited(&row->change->edit, plain);
	r = ptsi_set_syscall_info(TID, SIZE, &want);
	ck_assert_msg(r == row->answer, "%s, %s, plain %d: returned %d (%s)", row->name,
		      env_name(env), plain, r, r < 0 ? strerror(errno) : "");
	ck_assert_msg(as_expected(row), "%s, %s, plain %d: registers", row->name, env_name(env),
		      plain);
	if (env == FORCED_REGS)
		ck_assert_uint_eq(sim_count(PTSI_SET_SYSCALL_INFO) + sim_count(SIM_ASK_SET), 0);
	if (env == NATIVE && !pokes() && row->change != &nothing)
		ck_assert_uint_eq(sim_count(PTSI_SET_SYSCALL_INFO), 1);
}

/* The FILTERED and NO_SET kernels have the change made by registers, FORCED_REGS as well. */
START_TEST(each_change_is_the_same_everywhere)
{
	const struct row *row = &rows[_i];

	for (int plain = 0; plain < 2; plain++)
		for (enum env env = 0; env < envs_at(row->stop); env++)
			change_in(env, row, plain);
}
END_TEST

START_TEST(a_repeat_sets_up_the_instruction_again)
{
	static const uint8_t ops[] = { ENTRY, SECCOMP };

	for (enum env env = 0; env < ENVS; env++) {
		struct ptsi_syscall_info entry;

		stop_at(env, EXIT);
		entry = edited(&repeated.edit, false);
		entry.op = ops[_i];
		ck_assert_int_eq(ptsi_repeat_syscall(TID, &entry), 0);
		ck_assert(as_expected(&repeat));
	}
}
END_TEST

START_TEST(a_larger_size_is_read_as_far_as_is_known)
{
	struct {
		struct ptsi_syscall_info info;
		unsigned char more[8];
	} want;

	for (enum env env = 0; env < ENVS; env++) {
		stop_at(env, ENTRY);
		memset(&want, 0xff, sizeof want);
		want.info = edited(&new_nr.edit, true);
		ck_assert_int_eq(ptsi_set_syscall_info(TID, sizeof want, &want.info), 0);
		ck_assert_uint_eq(sim_word(W_NR), 56);
	}
}
END_TEST

/* Values of 32 bits that are extended otherwise than a 32-bit kernel has them: by each way. */
START_TEST(values_are_the_same_extended_either_way)
{
	struct ptsi_syscall_info info;

	stop_at((enum env)_i, ENTRY);
	ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &info), 80);
	info.entry.args[1] = (uint64_t)-5;
	info.entry.args[2] = 0xfffffff0;
	ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &info), PTSI_DONE);
	ck_assert_uint_eq((uint32_t)sim_word(W_ARG1), (uint32_t)-5);
	ck_assert_uint_eq(sim_word(W_ARG2), 0xfffffff0);
	info.instruction_pointer = info.stack_pointer = info.arch = 0;
	info.entry.args[1] = (uint64_t)INT32_MIN;
	ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &info), PTSI_DONE);
	ck_assert_uint_eq((uint32_t)sim_word(W_ARG1), 0x80000000);
	stop_at((enum env)_i, EXIT);
	info = (struct ptsi_syscall_info){ .op = EXIT, .exit.rval = 0xdeadbeef };
	ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &info), PTSI_DONE);
	ck_assert_uint_eq((uint32_t)sim_word(W_RVAL), 0xdeadbeef);
}
END_TEST

/*
 * SKIP with a result, the call set back to run by as little as the kernel's request takes, then nr
 * -1: nothing of the result is left.
 */
START_TEST(skip_that_was_taken_back_leaves_no_result)
{
	uint8_t stop = _i % 2 ? SECCOMP : ENTRY;
	bool plain = _i / 2;

	for (enum env env = 0; env < envs_at(stop); env++) {
		struct ptsi_syscall_info want;

		stop_at(env, stop);
		want = edited(&skipped.edit, plain);
		ck_assert_int_ge(ptsi_set_syscall_info(TID, SIZE, &want), 0);
		want = edited(&new_nr.edit, plain);
		ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), 0);
		want.entry.nr = UINT64_MAX;
		ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), 0);
		ck_assert_uint_eq((uint32_t)sim_word(W_NR), UINT32_MAX);
		ck_assert_uint_eq((uint32_t)sim_word(W_RVAL), (uint32_t)-38);
	}
}
END_TEST

/* ---- whole or not at all ---- */

static int make(const struct row *row, const struct ptsi_syscall_info *want)
{
	if (row == &repeat)
		return ptsi_repeat_syscall(TID, want);
	return ptsi_set_syscall_info(TID, SIZE, want);
}

/* Whether the native request, failing with err, was refused: then it is done without. */
static bool is_refused(unsigned long request, int err)
{
	if (request == PTSI_GET_SYSCALL_INFO)
		return err != ESRCH;
	return err == EIO || err == EPERM || err == ENOSYS || err == EACCES || err == EOPNOTSUPP;
}

/* Let the n-th request fail; false: there were fewer. */
static bool fail_nth(unsigned n, int err, enum env env, const struct row *row, bool plain)
{
	struct ptsi_syscall_info want;
	char what[128];
	int r, got;

	stop_at(env, row->stop);
	want = edited(&row->change->edit, plain);
	sim_watch(n, err);
	r = make(row, &want);
	got = errno;
	if (sim.requests < n)
		return false;
	snprintf(what, sizeof what, "%s, %s, plain %d, request %u (%#lx)", row->name, env_name(env),
		 plain, n, (unsigned long)sim.log[n - 1]);
	if (r < 0) {
		ck_assert_msg(got == err || (got == EOPNOTSUPP &&
					     is_refused((unsigned long)sim.log[n - 1], err)),
			      "%s: %s became %s", what, strerror(err), strerror(got));
		assert_unchanged(what);
	} else {
		ck_assert_msg(r == row->answer && as_expected(row), "%s: %s was taken for success",
			      what, strerror(err));
	}
	return true;
}

/*
 * Let the first, the second, ... request fail until none is left to fail.  A call that failed
 * has changed nothing; one that didn't has changed everything.
 */
static void fail_each(const struct row *row, bool plain)
{
	static const int errnos[] = {
		ESRCH, EFAULT, EIO, EPERM, ENOSYS, EACCES, EOPNOTSUPP, EINVAL
	};

	for (enum env env = 0; env < envs_at(row->stop); env++)
		for (int i = 0; i < COUNT(errnos); i++) {
			unsigned n = 1;

			while (fail_nth(n, errnos[i], env, row, plain))
				n++;
			ck_assert(n > 1);
		}
}

START_TEST(each_change_is_made_whole_or_not_at_all)
{
	fail_each(&rows[_i], false);
	fail_each(&rows[_i], true);
}
END_TEST

START_TEST(a_repeat_is_made_whole_or_not_at_all)
{
	fail_each(&repeat, false);
}
END_TEST

/* ---- in few requests ---- */

#ifdef __x86_64__
START_TEST(changes_by_registers_take_few_requests)
{
	const struct row *row = &rows[_i];

	for (int plain = 0; plain < 2 && row->requests; plain++) {
		struct ptsi_syscall_info want;

		stop_at(FORCED_REGS, row->stop);
		want = edited(&row->change->edit, plain);
		ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), row->answer);
		ck_assert_msg(sim.requests == row->requests, "%s, plain %d: %u requests", row->name,
			      plain, sim.requests);
	}
}
END_TEST

/* The segment registers and their bases lie behind sp: they are not written, even unchanged. */
START_TEST(segments_are_never_written)
{
	for (enum env env = FORCED_REGS; env < ENVS; env++) {
		struct ptsi_syscall_info want;

		stop_at(env, ENTRY);
		want = edited(&everything.edit, false);
		ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), 0);
		ck_assert_uint_eq(sim_count(PTSI_SETREGSET), 1);
		ck_assert_uint_eq(sim.asked, 160);
	}
}
END_TEST
#endif

TCase *public_set(void)
{
	TCase *tc = tcase_create("set");

	tcase_add_loop_test(tc, each_change_is_the_same_everywhere, 0, COUNT(rows));
	tcase_add_loop_test(tc, a_repeat_sets_up_the_instruction_again, 0, 2);
	tcase_add_test(tc, a_larger_size_is_read_as_far_as_is_known);
	tcase_add_loop_test(tc, values_are_the_same_extended_either_way, 0, ENVS);
	tcase_add_loop_test(tc, skip_that_was_taken_back_leaves_no_result, 0, 4);
	tcase_add_loop_test(tc, each_change_is_made_whole_or_not_at_all, 0, COUNT(rows));
	tcase_add_test(tc, a_repeat_is_made_whole_or_not_at_all);
#ifdef __x86_64__
	tcase_add_loop_test(tc, changes_by_registers_take_few_requests, 0, COUNT(rows));
	tcase_add_test(tc, segments_are_never_written);
#endif
	return tc;
}
