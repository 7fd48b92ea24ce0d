// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Which way a change is made: what the caller chose, what the kernel has been seen to have, and
 * what is done when it refuses.
 */
#include <errno.h>
#include <string.h>

#include "public.h"

/* A change for such a stop. */
static struct ptsi_syscall_info change(uint8_t op, bool plain)
{
	static const struct edit edits[] = {
		[ENTRY] = { PTSI_CAN_NR, .val.entry.nr = 56 },
		[EXIT] = { PTSI_CAN_RESULT, .val.exit.rval = 0x7654321 },
		[SECCOMP] = { PTSI_CAN_NR, .val.entry.nr = 56 },
	};

	return edited(&edits[op], plain);
}

START_TEST(native_set_of_a_plain_change_is_one_request)
{
	for (uint8_t op = ENTRY; op <= EXIT; op++) {
		struct ptsi_syscall_info want;

		stop_at(NATIVE, op);
		want = change(op, true);
		ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), 0);
		ck_assert_uint_eq(sim.requests, 1);
		ck_assert_uint_eq(sim_count(PTSI_SET_SYSCALL_INFO), 1);
	}
}
END_TEST

/* ---- overrides ---- */

static long other_ptrace(long request, pid_t tid, void *addr, void *data)
{
	ck_assert_int_eq(tid, TID);
	return sim_ptrace(request, tid, addr, data);
}

/* The program's first test: nobody has set anything yet. */
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

/* ---- a kernel that refuses ---- */

/* One more than the number that is there, whichever way; whether the kernel was asked for it. */
static bool set_next_nr(bool plain, const char *name)
{
	struct ptsi_syscall_info want = info_here(plain);

	want.entry.nr++;
	ck_assert_msg(ptsi_set_syscall_info(TID, SIZE, &want) == 0, "%s, plain %d: %s", name, plain,
		      strerror(errno));
	ck_assert_uint_eq(sim_word(W_NR), want.entry.nr);
	return sim_count(PTSI_SET_SYSCALL_INFO) + sim_count(SIM_ASK_SET);
}

START_TEST(set_absent_is_remembered_and_refused_is_not)
{
	static const struct {
		int err;
		bool again;
	} refusals[] = { { EIO, false }, { EPERM, true }, { ENOSYS, true } };

	for (int plain = 0; plain < 2; plain++)
		for (int i = 0; i < COUNT(refusals); i++) {
			const char *name = strerror(refusals[i].err);

			stop_at(NATIVE, ENTRY);
			sim.set_errno = refusals[i].err;
			ck_assert_msg(set_next_nr(plain, name), "%s: not asked", name);
			ck_assert_msg(set_next_nr(plain, name) == refusals[i].again,
				      "%s: asked again, or not", name);
		}
}
END_TEST

/* A filter around one thread refuses what other threads have been seen to have. */
START_TEST(set_refused_after_it_was_seen_falls_back)
{
	static const int errnos[] = { EPERM, ENOSYS };

	for (int plain = 0; plain < 2; plain++)
		for (int i = 0; i < COUNT(errnos); i++) {
			stop_at(NATIVE, ENTRY);
			set_next_nr(false, "seen");
			sim.set_errno = errnos[i];
			set_next_nr(plain, strerror(errnos[i]));
		}
}
END_TEST

/* Errors that no other way would mend, and refusals where no other way may be taken. */
static const struct {
	enum env env;
	int err, want;
} failures[] = {
	{ NATIVE, EINVAL, EINVAL },
	{ NATIVE, ESRCH, ESRCH },
	{ NATIVE, ERANGE, ERANGE },
	{ NATIVE, EFAULT, EFAULT },
	{ FORCED_KERNEL, EIO, EOPNOTSUPP },
	{ FORCED_KERNEL, EPERM, EOPNOTSUPP },
	{ FORCED_KERNEL, ENOSYS, EOPNOTSUPP },
};

START_TEST(set_that_fails_is_not_tried_otherwise)
{
	for (int plain = 0; plain < 2; plain++)
		for (uint8_t op = ENTRY; op <= SECCOMP; op++) {
			struct ptsi_syscall_info want;

			stop_at(failures[_i].env, op);
			sim.set_errno = failures[_i].err;
			want = change(op, plain);
			ck_assert_int_eq(ptsi_set_syscall_info(TID, SIZE, &want), -1);
			ck_assert_int_eq(errno, failures[_i].want);
			ck_assert_uint_eq(pokes(), 0);
			assert_unchanged("set");
		}
}
END_TEST

TCase *public_ways(void)
{
	TCase *tc = tcase_create("ways");

	tcase_add_test(tc, overrides_return_what_was_there);
	tcase_add_test(tc, native_set_of_a_plain_change_is_one_request);
	tcase_add_test(tc, set_absent_is_remembered_and_refused_is_not);
	tcase_add_test(tc, set_refused_after_it_was_seen_falls_back);
	tcase_add_loop_test(tc, set_that_fails_is_not_tried_otherwise, 0, COUNT(failures));
	return tc;
}
