// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The followed tracee on kernels that the live tests can't imitate: before 4.8, where the SECCOMP
 * stop of a call comes before its syscall-entry-stop, and without PTRACE_GET_SYSCALL_INFO.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#include "sim.h"

enum { TID = 77, NR = 39, FIRST_CALL = 0x401000, NEXT_CALL = 0x402000 };
enum { SYSCALL_STOP = SIGTRAP | 0x80, SECCOMP_STOP = SIGTRAP | 7 << 8 };

#ifdef __x86_64__
enum { WORD = 8, LEN = 216, ORIG_RAX = 15, RAX = 10, RIP = 16, RSP = 19 };
static const unsigned char code[] = { 0x0f, 0x05 };
#else
enum { WORD = 4, LEN = 68, ORIG_RAX = 11, RAX = 6, RIP = 12, RSP = 15 };
static const unsigned char code[] = { 0xcd, 0x80 };
#endif

static struct ptsi_tracee t;
static struct ptsi_syscall_info info;
static long resumed;       /* with which request */
static bool no_call_there; /* ip isn't behind a call's instruction */
static int metadata_errno; /* what PTRACE_SECCOMP_GET_METADATA says: EIO before 4.16 */

static long other(long request, pid_t tid, void *addr, void *data)
{
	(void)tid, (void)addr, (void)data;
	if (request == PTSI_SECCOMP_GET_METADATA)
		return ptsi_fail(metadata_errno);
	if (request != PTRACE_CONT && request != PTRACE_SYSCALL)
		return ptsi_fail(EIO);
	resumed = request;
	return 0;
}

/* A tracee that is followed from a signal on, in user mode. */
static void begin_with(unsigned flags)
{
	sim_reset();
	metadata_errno = EIO;
	sim.word = WORD;
	sim.len = LEN;
	sim_user_is_image();
	sim.get_errno = sim.set_errno = EIO;
	sim.other = other;
	sim.op = PTSI_SYSCALL_INFO_NONE;
	sim.si_signo = SIGUSR1;
	ck_assert_int_eq(ptsi_tracee_init(&t, sizeof t, TID, flags), 0);
	ck_assert_int_eq(ptsi_tracee_stop(&t, SIGUSR1 << 8 | 0x7f, &info), PTSI_STOP_SIGNAL);
	ck_assert_int_eq(ptsi_tracee_resume(&t, PTRACE_SYSCALL, SIGUSR1), 0);
}

static void begin(void)
{
	begin_with(0);
}

/* What the library makes of a stop: at a call's instruction, with these in nr's and rval's places.
 */
static int stop(int what, uint64_t ip, int nr, int64_t rval)
{
	sim_watch(0, 0);
	sim.op = what == SYSCALL_STOP ? PTSI_SYSCALL_INFO_ENTRY : PTSI_SYSCALL_INFO_SECCOMP;
	sim_put(RIP, ip);
	sim_put(RSP, 0x7000);
	sim_put(ORIG_RAX, (uint64_t)(int64_t)nr);
	sim_put(RAX, (uint64_t)rval);
	sim.code_end = ip;
	sim.code_len = sizeof code;
	memcpy(sim.code, code, sizeof code);
	if (no_call_there)
		memset(sim.code, 0x90, sizeof code);
	return ptsi_tracee_stop(&t, what << 8 | 0x7f, &info);
}

static void resume(long request, long really)
{
	ck_assert_int_eq(ptsi_tracee_resume(&t, request, 0), 0);
	ck_assert_int_eq(resumed, really);
}

static void go_on(void)
{
	resume(PTRACE_SYSCALL, PTRACE_SYSCALL);
}

START_TEST(since_4_8_entry_comes_first)
{
	begin();
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, NR, -38), PTSI_STOP_ENTRY);
		go_on();
		ck_assert_int_eq(stop(SECCOMP_STOP, FIRST_CALL, NR, -38), PTSI_STOP_SECCOMP);
		go_on();
		ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, NR, -38), PTSI_STOP_EXIT);
		go_on();
	}
}
END_TEST

START_TEST(before_4_8_seccomp_comes_first)
{
	begin();
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(stop(SECCOMP_STOP, FIRST_CALL, NR, -38), PTSI_STOP_SECCOMP);
		go_on();
		ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, NR, -38), PTSI_STOP_ENTRY);
		ck_assert_uint_eq(info.entry.nr, NR);
		go_on();
		ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, NR, -38), PTSI_STOP_EXIT);
		ck_assert_int_eq(info.exit.rval, -38);
		go_on();
		/* a call that the filter doesn't trace */
		ck_assert_int_eq(stop(SYSCALL_STOP, NEXT_CALL, NR, -38), PTSI_STOP_ENTRY);
		go_on();
		ck_assert_int_eq(stop(SYSCALL_STOP, NEXT_CALL, NR, 77), PTSI_STOP_EXIT);
		go_on();
	}
}
END_TEST

/*
 * A call that was skipped at its SECCOMP stop has no entry stop (seccomp_phase2 in
 * kernel/seccomp.c, 4.7), whether the order is known or not.
 */
START_TEST(before_4_8_a_skipped_call_is_left)
{
	struct ptsi_syscall_info skip = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.rval = 42 };

	begin();
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(stop(SECCOMP_STOP, FIRST_CALL, NR, -38), PTSI_STOP_SECCOMP);
		ck_assert_int_eq(ptsi_tracee_set(&t, &skip), 0);
		ck_assert_uint_eq((uint32_t)sim_word(ORIG_RAX), UINT32_MAX);
		ck_assert_uint_eq(sim_word(RAX), 42);
		go_on();
		ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, -1, 42), PTSI_STOP_EXIT);
		ck_assert_int_eq(info.exit.rval, 42);
		ck_assert_uint_eq(sim_word(RAX), 42);
		go_on();
	}
}
END_TEST

/* The same number at another place is another call, of which there was no SECCOMP stop. */
START_TEST(another_call_is_not_taken_for_the_skipped_one)
{
	struct ptsi_syscall_info skip = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.rval = 42 };

	begin();
	ck_assert_int_eq(stop(SECCOMP_STOP, FIRST_CALL, NR, -38), PTSI_STOP_SECCOMP);
	ck_assert_int_eq(ptsi_tracee_set(&t, &skip), 0);
	resume(PTRACE_CONT, PTRACE_CONT); /* all is in place */
	ck_assert_int_eq(stop(SECCOMP_STOP, NEXT_CALL, -1, -38), PTSI_STOP_SECCOMP);
	ck_assert_uint_eq(sim_word(RAX), (uint64_t)-38 & (WORD == 8 ? UINT64_MAX : UINT32_MAX));
}
END_TEST

/* A result that is owed: PTRACE_CONT stops at the exit, and the caller isn't shown that. */
START_TEST(cont_is_raised_while_a_result_is_owed)
{
	struct ptsi_syscall_info skip = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.rval = 42 };

	begin();
	ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, NR, -38), PTSI_STOP_ENTRY);
	ck_assert_int_eq(ptsi_tracee_set(&t, &skip), 0);
	resume(PTRACE_CONT, PTRACE_SYSCALL);
	/* the tracee's own filter has answered -1 meanwhile */
	ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, -1, -5), PTSI_STOP_OWN);
	ck_assert_uint_eq(sim_word(RAX), 42);
	resume(PTRACE_CONT, PTRACE_CONT);
}
END_TEST

/*
 * The tracee's own filter traces -1, and registers tell the program's number (arm): with a result
 * owed it can't but be the same call.
 */
START_TEST(owed_call_is_known_by_any_number)
{
	struct ptsi_syscall_info skip = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.rval = 42 };

	begin();
	ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, NR, -38), PTSI_STOP_ENTRY);
	ck_assert_int_eq(ptsi_tracee_set(&t, &skip), 0);
	resume(PTRACE_CONT, PTRACE_SYSCALL);
	ck_assert_int_eq(stop(SECCOMP_STOP, FIRST_CALL, NR, -38), PTSI_STOP_OWN);
	ck_assert_uint_eq((uint32_t)sim_word(ORIG_RAX), UINT32_MAX);
	ck_assert_uint_eq(sim_word(RAX), 42);
	resume(PTRACE_CONT, PTRACE_CONT); /* nothing comes after that filter: all is in place */
}
END_TEST

/*
 * Resumed by PTRACE_CONT the tracee shows nothing of the order.  A kernel with a later request
 * has the new one; with an older one a result that needs the exit stop isn't promised.
 */
START_TEST(order_is_asked_for)
{
	struct ptsi_syscall_info skip = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.rval = 42 };

	begin_with(PTSI_HARMLESS_NR);
	resume(PTRACE_CONT, PTRACE_CONT);
	metadata_errno = _i ? EINVAL : EACCES;
	ck_assert_int_eq(stop(SECCOMP_STOP, FIRST_CALL, 57, -38), PTSI_STOP_SECCOMP);
	ck_assert_int_eq(ptsi_tracee_set(&t, &skip), 0);
	resume(PTRACE_CONT, PTRACE_SYSCALL);
	ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, (int)sim_word(ORIG_RAX), TID),
			 PTSI_STOP_OWN);
	ck_assert_uint_eq(sim_word(RAX), 42);
	resume(PTRACE_CONT, PTRACE_CONT);
}
END_TEST

START_TEST(nothing_is_promised_without_order)
{
	struct ptsi_syscall_info skip = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.rval = 42 };

	begin_with(PTSI_HARMLESS_NR);
	resume(PTRACE_CONT, PTRACE_CONT);
	ck_assert_int_eq(stop(SECCOMP_STOP, FIRST_CALL, 57, -38), PTSI_STOP_SECCOMP);
	ck_assert_int_eq(ptsi_tracee_set(&t, &skip), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_uint_eq(sim_word(ORIG_RAX), 57);
	resume(PTRACE_CONT, PTRACE_CONT);
}
END_TEST

#ifdef __x86_64__
/* No exit stop follows a vsyscall's: what comes next is the entry of another call. */
START_TEST(vsyscall_has_no_exit)
{
	begin();
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(stop(SECCOMP_STOP, 0xffffffffff600400, 201, -38),
				 PTSI_STOP_SECCOMP);
		go_on();
		ck_assert_int_eq(stop(SYSCALL_STOP, NEXT_CALL, NR, -38), PTSI_STOP_ENTRY);
		go_on();
		ck_assert_int_eq(stop(SYSCALL_STOP, NEXT_CALL, NR, -38), PTSI_STOP_EXIT);
		go_on();
	}
}
END_TEST
#endif

/*
 * Counted as an entry, but without the -ENOSYS that every entry has: the exit of an execve by
 * another thread that has taken the tid over.  From there on the count is right again.
 */
START_TEST(exit_of_nothing_is_noticed)
{
	begin();
	ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, NR, -38), PTSI_STOP_ENTRY);
	go_on();
	ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, NR, 77), PTSI_STOP_EXIT);
	go_on();
	no_call_there = _i;
	ck_assert_int_eq(stop(SYSCALL_STOP, NEXT_CALL, 59, 0),
			 _i ? PTSI_STOP_UNKNOWN : PTSI_STOP_EXIT);
	no_call_there = false;
	go_on();
	ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, NR, -38), PTSI_STOP_ENTRY);
	go_on();
	ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, NR, -38), PTSI_STOP_EXIT);
}
END_TEST

/* A result that is owed isn't given at the exit of a call from another place. */
START_TEST(result_is_paid_in_its_place_only)
{
	struct ptsi_syscall_info skip = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.rval = 42 };

	begin();
	ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, NR, -38), PTSI_STOP_ENTRY);
	ck_assert_int_eq(ptsi_tracee_set(&t, &skip), 0);
	go_on();
	ck_assert_int_eq(stop(SYSCALL_STOP, NEXT_CALL, 59, 0), PTSI_STOP_EXIT);
	ck_assert_int_eq(info.exit.rval, 0);
	ck_assert_uint_eq(sim_word(RAX), 0);
}
END_TEST

/* Followed from the middle of a call on: what may be either isn't guessed. */
START_TEST(unknown_until_it_is_sure)
{
	begin();
	ck_assert_int_eq(ptsi_tracee_init(&t, sizeof t, TID, 0), 0);
	ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, NR, -38), PTSI_STOP_UNKNOWN);
	ck_assert_int_eq(info.op, PTSI_SYSCALL_INFO_NONE);
	go_on();
	ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, NR, 77), PTSI_STOP_EXIT);
	go_on();
	ck_assert_int_eq(stop(SYSCALL_STOP, FIRST_CALL, NR, -38), PTSI_STOP_ENTRY);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("followed tracee");
	TCase *tc = tcase_create("counting");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_test(tc, since_4_8_entry_comes_first);
	tcase_add_test(tc, before_4_8_seccomp_comes_first);
	tcase_add_test(tc, before_4_8_a_skipped_call_is_left);
	tcase_add_test(tc, another_call_is_not_taken_for_the_skipped_one);
	tcase_add_test(tc, cont_is_raised_while_a_result_is_owed);
	tcase_add_test(tc, owed_call_is_known_by_any_number);
	tcase_add_loop_test(tc, order_is_asked_for, 0, 2);
	tcase_add_test(tc, nothing_is_promised_without_order);
#ifdef __x86_64__
	tcase_add_test(tc, vsyscall_has_no_exit);
#endif
	tcase_add_loop_test(tc, exit_of_nothing_is_noticed, 0, WORD == 8 ? 2 : 1);
	tcase_add_test(tc, result_is_paid_in_its_place_only);
	tcase_add_test(tc, unknown_until_it_is_sure);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
