// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Requests that are refused, with nothing changed; and odd ones that aren't. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "public.h"

/* ---- what no kernel and no way does ---- */

struct refusal {
	uint8_t stop, op;
	int err;
	int64_t val; /* of nr, or, if op is EXIT or SKIP, of rval */
	uint8_t is_error;
	uint8_t reserved;
	uint16_t flags;
	uint32_t arch;
};

static const struct refusal refusals[] = {
	/* op isn't the stop's */
	{ ENTRY, SECCOMP, EINVAL, .val = NR },
	{ ENTRY, NONE, EINVAL, .val = NR },
	{ ENTRY, 4, EINVAL, .val = NR },
	{ ENTRY, 0xff, EINVAL, .val = NR },
	{ SECCOMP, ENTRY, EINVAL, .val = NR },
	{ EXIT, ENTRY, EINVAL, .val = NR },
	{ EXIT, SECCOMP, EINVAL, .val = NR },
	{ EXIT, SKIP, EINVAL, .val = RVAL },
	{ NONE, NONE, EINVAL, .val = 0 },
	{ NONE, ENTRY, EINVAL, .val = NR },
	{ NONE, EXIT, EINVAL, .val = 0 },
	{ NONE, SECCOMP, EINVAL, .val = NR },
	{ NONE, SKIP, EINVAL, .val = 0 },
	/* flags, reserved, arch */
	{ ENTRY, ENTRY, EINVAL, .val = NR, .flags = 1 },
	{ ENTRY, ENTRY, EINVAL, .val = NR, .flags = 0x8000 },
	{ ENTRY, ENTRY, EINVAL, .val = NR, .reserved = 1 },
	{ ENTRY, SKIP, EINVAL, .val = 0, .flags = 1 },
	{ EXIT, EXIT, EINVAL, .val = 0, .reserved = 0x80 },
	{ ENTRY, ENTRY, EINVAL, .val = NR, .arch = 0x28 },
	{ ENTRY, ENTRY, EINVAL, .val = 56, .arch = 0x28 },
	{ ENTRY, SKIP, EINVAL, .val = 0, .arch = 0x28 },
	{ SECCOMP, SECCOMP, EINVAL, .val = 56, .arch = 0x28 },
	{ EXIT, EXIT, EINVAL, .val = 5, .arch = 0x28 },
	/* numbers */
	{ ENTRY, ENTRY, ERANGE, .val = INT64_C(0x80000000) },
	{ ENTRY, ENTRY, ERANGE, .val = INT64_C(0xffffffff) },
	{ ENTRY, ENTRY, ERANGE, .val = INT64_C(0x100000000) + NR },
	{ SECCOMP, SECCOMP, ERANGE, .val = INT64_MIN },
	/* errors that are none */
	{ EXIT, EXIT, EINVAL, .val = 0, .is_error = 1 },
	{ EXIT, EXIT, EINVAL, .val = 1, .is_error = 1 },
	{ EXIT, EXIT, EINVAL, .val = EPERM, .is_error = 1 },
	{ EXIT, EXIT, EINVAL, .val = -4096, .is_error = 1 },
	{ EXIT, EXIT, EINVAL, .val = INT64_MIN, .is_error = 1 },
	{ ENTRY, SKIP, EINVAL, .val = 1, .is_error = 1 },
	{ SECCOMP, EXIT, EINVAL, .val = -4096, .is_error = 1 },
	/* restart codes of calls that aren't made */
	{ ENTRY, SKIP, EINVAL, .val = -516 },
	{ SECCOMP, EXIT, EINVAL, .val = -512 },
	{ ENTRY, SKIP, EINVAL, .val = -512, .is_error = 1 },
	{ ENTRY, EXIT, EINVAL, .val = -513, .is_error = 1 },
	{ SECCOMP, SKIP, EINVAL, .val = -514, .is_error = 1 },
	{ SECCOMP, EXIT, EINVAL, .val = -516, .is_error = 1 },
};

static struct ptsi_syscall_info bad_request(const struct refusal *f, bool plain)
{
	struct ptsi_syscall_info want = info_here(plain);

	if (f->op == EXIT || f->op == SKIP) {
		want.exit.rval = f->val;
		want.exit.is_error = f->is_error;
	} else {
		want.entry.nr = (uint64_t)f->val;
	}
	want.op = f->op;
	want.flags = f->flags;
	want.reserved = f->reserved;
	if (f->arch)
		want.arch = f->arch;
	return want;
}

START_TEST(bad_requests_are_refused_everywhere)
{
	const struct refusal *f = &refusals[_i];

	for (int plain = 0; plain < 2; plain++)
		for (enum env env = 0; env < ENVS; env++) {
			struct ptsi_syscall_info want;

			stop_at(env, f->stop);
			want = bad_request(f, plain);
			errno = 0;
			ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), -1);
			ck_assert_msg(errno == f->err, "%s, plain %d: %s, not %s", env_name(env),
				      plain, strerror(errno), strerror(f->err));
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

#ifdef __i386__
#define TOO_WIDE UINT64_C(0x100000000)

static const struct {
	uint8_t stop;
	struct edit edit;
} wide[] = {
	{ ENTRY, { PTSI_CAN_ARG(0), .val.entry.args[0] = TOO_WIDE } },
	{ ENTRY, { PTSI_CAN_ARG(1), .val.entry.args[1] = TOO_WIDE } },
	{ ENTRY, { PTSI_CAN_ARG(2), .val.entry.args[2] = TOO_WIDE } },
	{ ENTRY, { PTSI_CAN_ARG(3), .val.entry.args[3] = TOO_WIDE } },
	{ ENTRY, { PTSI_CAN_ARG(4), .val.entry.args[4] = TOO_WIDE } },
	{ ENTRY, { PTSI_CAN_ARG(5), .val.entry.args[5] = TOO_WIDE } },
	{ EXIT, { PTSI_CAN_RESULT, .val.exit.rval = TOO_WIDE } },
	{ SECCOMP, { PTSI_CAN_SP, .val.stack_pointer = TOO_WIDE } },
};

START_TEST(values_that_do_not_fit_the_word_are_refused)
{
	for (int plain = 0; plain < 2; plain++)
		for (enum env env = 0; env < ENVS; env++) {
			struct ptsi_syscall_info want;

			stop_at(env, wide[_i].stop);
			want = edited(&wide[_i].edit, plain);
			ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), -1);
			ck_assert_int_eq(errno, ERANGE);
			assert_unchanged("range");
		}
}
END_TEST
#endif

/* An interrupted pause's -514, a tracee's own syscall(-5) and syscall(-1). */
static const struct {
	uint8_t op;
	int64_t val; /* of nr or rval, which are in the same place of info */
} odd[] = {
	{ EXIT, -512 },    { EXIT, -514 }, { EXIT, -516 }, { EXIT, -4095 },      { EXIT, -4096 },
	{ EXIT, INT_MIN }, { ENTRY, -5 },  { ENTRY, -1 },  { SECCOMP, INT_MIN },
};

START_TEST(odd_values_that_were_read_can_be_set)
{
	for (enum env env = 0; env < envs_at(odd[_i].op); env++) {
		struct ptsi_syscall_info want;

		stop_at(env, odd[_i].op);
		stop_has(odd[_i].op == EXIT ? W_RVAL : W_NR, (uint64_t)odd[_i].val);
		want = info_here(false);
		ck_assert_int_eq(want.exit.rval, odd[_i].val);
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
static const struct {
	const char *name;
	uint64_t ip; /* one of the page's three calls */
	struct edit edit;
	int err;
} vsyscalls[] = {
	{ "nr", 0xffffffffff600000, { PTSI_CAN_NR, .val.entry.nr = 56 }, EOPNOTSUPP },
	{ "ip", 0xffffffffff600400, { PTSI_CAN_IP, .val.instruction_pointer = 0x10000 }, EINVAL },
	{ "sp", 0xffffffffff600800, { PTSI_CAN_SP, .val.stack_pointer = 0x20000 }, EINVAL },
};

START_TEST(a_vsyscall_keeps_its_number_and_ip)
{
	for (enum env env = 0; env < ENVS_AND_OLD; env++) {
		struct ptsi_syscall_info want;

		stop_at(env, SECCOMP);
		stop_has(W_IP, vsyscalls[_i].ip);
		want = edited(&vsyscalls[_i].edit, false);
		errno = 0;
		ck_assert_msg(ptsi_set_syscall_info(TID, SIZE, &want) == -1 &&
				      errno == vsyscalls[_i].err,
			      "%s, %s: %s", env_name(env), vsyscalls[_i].name, strerror(errno));
		assert_unchanged("vsyscall");
	}
}
END_TEST

START_TEST(a_vsyscall_can_be_skipped)
{
	static const struct edit skip = { PTSI_CAN_RESULT, SKIP, .val.exit.rval = 0x7654321 };

	for (enum env env = 0; env < ENVS_AND_OLD; env++) {
		struct ptsi_syscall_info want;

		stop_at(env, SECCOMP);
		stop_has(W_IP, 0xffffffffff600000);
		want = edited(&skip, false);
		ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), PTSI_DONE);
		ck_assert_uint_eq(sim_word(W_RVAL), 0x7654321);
		ck_assert_uint_eq(sim_word(W_NR), UINT64_MAX);
	}
}
END_TEST
#endif

/* ---- repeats ---- */

static const struct {
	const char *name;
	uint8_t stop, op;
	int err;
	uint64_t nr; /* 0: one that can be repeated */
	uint8_t reserved;
	uint16_t flags;
	uint32_t arch_bits; /* that are wrong */
	unsigned ip_past;   /* bytes from where the tracee is */
} repeats[] = {
	{ "at entry", ENTRY, ENTRY, EINVAL, .nr = 0 },
	{ "at seccomp", SECCOMP, ENTRY, EINVAL, .nr = 0 },
	{ "at another stop", NONE, ENTRY, EINVAL, .nr = 0 },
	{ "op EXIT", EXIT, EXIT, EINVAL, .nr = 0 },
	{ "op SKIP", EXIT, SKIP, EINVAL, .nr = 0 },
	{ "flags", EXIT, ENTRY, EINVAL, .flags = 1 },
	{ "reserved", EXIT, ENTRY, EINVAL, .reserved = 1 },
	{ "execve, rt_sigreturn", EXIT, ENTRY, EINVAL, .ip_past = 2 },
	{ "arch", EXIT, ENTRY, EINVAL, .arch_bits = 1 },
	{ "no int", EXIT, ENTRY, ERANGE, .nr = UINT64_C(0x80000000) },
};

static struct ptsi_syscall_info bad_repeat(int i)
{
	static const struct edit repeat = {
		PTSI_CAN_NR | PTSI_CAN_ARGS,
		.val.entry = { INT_MAX, { 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6 } },
	};
	struct ptsi_syscall_info entry = edited(&repeat, false);

	entry.op = repeats[i].op;
	entry.flags = repeats[i].flags;
	entry.reserved = repeats[i].reserved;
	entry.arch ^= repeats[i].arch_bits;
	entry.instruction_pointer += repeats[i].ip_past;
	if (repeats[i].nr)
		entry.entry.nr = repeats[i].nr;
	return entry;
}

START_TEST(bad_repeats_are_refused)
{
	for (enum env env = 0; env < ENVS; env++) {
		struct ptsi_syscall_info entry;

		stop_at(env, repeats[_i].stop);
		entry = bad_repeat(_i);
		ck_assert_int_eq(ptsi_repeat_syscall(TID, &entry), -1);
		ck_assert_msg(errno == repeats[_i].err, "%s, %s: %s", env_name(env),
			      repeats[_i].name, strerror(errno));
		assert_unchanged("repeat");
	}
}
END_TEST

TCase *public_refused(void)
{
	TCase *tc = tcase_create("refused");

	tcase_add_loop_test(tc, bad_requests_are_refused_everywhere, 0, COUNT(refusals));
	tcase_add_test(tc, malformed_requests_cost_no_request);
#ifdef __i386__
	tcase_add_loop_test(tc, values_that_do_not_fit_the_word_are_refused, 0, COUNT(wide));
#endif
	tcase_add_loop_test(tc, odd_values_that_were_read_can_be_set, 0, COUNT(odd));
#ifdef __x86_64__
	tcase_add_loop_test(tc, a_vsyscall_keeps_its_number_and_ip, 0, COUNT(vsyscalls));
	tcase_add_test(tc, a_vsyscall_can_be_skipped);
#endif
	tcase_add_loop_test(tc, bad_repeats_are_refused, 0, COUNT(repeats));
	return tc;
}
