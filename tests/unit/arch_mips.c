// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What the tables of mips can't say: syscall(2), arguments on the stack, kernels of 32 bits. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

extern const struct ptsi_family ptsi_family_mips;

enum {
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	V0 = 8,
	A0 = 10,
	A3 = 13,
	R8,
	R9,
	R10,
	SP = 35,
	EPC = 40,
	STACK = 0x20000,
	THREAD_AREA = 0xc4,
	KERNEL_64 = sizeof(long) == 8, /* else the request tells, which the simulation lacks */
};

#define MIPSEL 0x40000008

static unsigned char before[PTSI_IMAGE_MAX];

static struct ptsi_stop stop_at(uint8_t op, uint32_t v0)
{
	struct ptsi_stop st;

	sim_reset();
	sim.word = 4;
	sim.len = 180;
	sim_user_is_image();
	sim.op = op;
	sim.set_errno = EIO;
	sim.info = (struct ptsi_syscall_info){
		.op = op,
		.arch = MIPSEL,
		.instruction_pointer = 0x10004,
		.stack_pointer = STACK,
	};
	sim.info_size = op == EXIT ? 33 : 80;
	sim_put(V0, v0);
	for (unsigned i = 0; i < 4; i++)
		sim_put(A0 + (int)i, 0xa1 + i);
	for (unsigned i = 0; i < 3 && KERNEL_64; i++)
		sim_put(R8 + (int)i, 0xa5 + i);
	sim_put(SP, STACK);
	sim_put(EPC, 0x10004);
	for (unsigned i = 0; i < 3; i++) /* at sp + 16: the program's fifth argument and on */
		sim.code[16 + 4 * i] = (unsigned char)(0xa5 + i);
	sim.code_len = 28;
	sim.code_end = STACK + 28;
	memcpy(before, sim.image, sizeof before);
	ptsi_core_begin(&st, 1);
	st.family = &ptsi_family_mips;
	sim_watch(0, 0);
	return st;
}

/* Without the kernel's word and a number. */
START_TEST(stack_tells_n32_from_n64)
{
	static const struct {
		uint64_t sp;
		const char *name;
	} cases[] = {
		{ 0x7fbf1868, "n32" },  { 0xfffb1868, "n32" },   { UINT32_MAX, "n32" },
		{ 0x100000000, "n64" }, { 0xfffffff868, "n64" },
	};
	struct ptsi_stop st = stop_at(EXIT, 0);

	sim.word = 8;
	sim.len = 360;
	memset(sim.image, 0, sizeof sim.image);
	sim_put(29, cases[_i].sp);
	st.info.op = EXIT;
	ck_assert_str_eq(st.family->pick(&st)->name, cases[_i].name);
}
END_TEST

START_TEST(number_tells_n32_from_n64)
{
	static const struct {
		uint64_t v0;
		const char *name; /* NULL: neither */
	} cases[] = {
		{ 4999, NULL },  { 5000, "n64" }, { 5999, "n64" }, { 6000, "n32" },
		{ 6999, "n32" }, { 7000, NULL },  { 0, NULL },     { UINT64_MAX, NULL },
	};
	struct ptsi_stop st = stop_at(ENTRY, 0);
	const struct ptsi_abi *row;

	sim.word = 8;
	sim.len = 360;
	memset(sim.image, 0, sizeof sim.image);
	sim_put(2, cases[_i].v0);
	st.info.op = ENTRY;
	errno = 0;
	row = st.family->pick(&st);
	if (cases[_i].name)
		ck_assert_str_eq(row->name, cases[_i].name);
	else
		ck_assert(!row && errno == EOPNOTSUPP);
}
END_TEST

/* Up to 6.13 the kernel tells something else for what is on the stack; or it tells nothing. */
START_TEST(stack_arguments_are_told)
{
	struct ptsi_stop st = stop_at(ENTRY, 4020);

	sim.info.entry.nr = 4020;
	for (unsigned i = 0; i < 6; i++)
		sim.info.entry.args[i] = i < 4 ? 0xa1 + i : 0x307;
	if (_i)
		ck_assert_int_eq(ptsi_decode_registers(&st, ENTRY), 0);
	else
		ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_uint_eq(st.info.entry.nr, 4020);
	for (unsigned i = 0; i < 6; i++)
		ck_assert_uint_eq(st.info.entry.args[i], 0xa1 + i);
	ck_assert_int_eq(ptsi_core_set(&st, &st.info), 0);
	ck_assert_mem_eq(sim.image, before, sizeof before);
}
END_TEST

/* syscall(4020, 0xa2, ...): the kernel tells what is called, and one argument more is told wrong.
 */
static struct ptsi_stop indirect(void)
{
	struct ptsi_stop st = stop_at(ENTRY, 4000);

	sim_put(A0, 4020);
	memcpy(before, sim.image, sizeof before);
	sim.info.entry.nr = 4020;
	for (unsigned i = 0; i < 6; i++)
		sim.info.entry.args[i] = i < 3 ? 0xa2 + i : 0x307;
	return st;
}

START_TEST(syscall_2_is_told_as_what_it_calls)
{
	struct ptsi_stop st = indirect();

	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_uint_eq(st.info.entry.nr, 4020);
	for (unsigned i = 0; i < 6; i++)
		ck_assert_uint_eq(st.info.entry.args[i], 0xa2 + i);
	ck_assert_int_eq(ptsi_core_set(&st, &st.info), 0);
	ck_assert_mem_eq(sim.image, before, sizeof before);
}
END_TEST

START_TEST(syscall_2_is_changed_one_further)
{
	struct ptsi_stop st = indirect();
	struct ptsi_syscall_info want;

	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	want = st.info;
	want.entry.nr = 4004;
	want.entry.args[2] = 0xb3;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_uint_eq(sim_word(V0), 4000);
	ck_assert_uint_eq(sim_word(A0), 4004);
	ck_assert_uint_eq(sim_word(A3), 0xb3);
	st = indirect();
	want.entry.nr = UINT64_MAX;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_uint_eq(sim_word(A0), UINT32_MAX);
}
END_TEST

/* Of a 64-bit kernel's regset; elsewhere only PTRACE_SET_SYSCALL_INFO reaches them. */
START_TEST(stack_arguments_are_set_where_they_can_be)
{
	struct ptsi_stop st = stop_at(ENTRY, 4020);
	struct ptsi_syscall_info want;

	sim.info.entry.nr = 4020;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	want = st.info;
	want.entry.args[5] = 0xb6;
	if (KERNEL_64) {
		ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
		ck_assert_uint_eq(sim_word(R9), 0xb6);
		return;
	}
	ck_assert_int_eq(ptsi_core_set(&st, &want), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_mem_eq(sim.image, before, sizeof before);
}
END_TEST

/*
 * Numbers of no ABI, 0 and 1 among them, are refused whatever else is as it was read or left
 * out; the kernel isn't asked to set them.  Numbers of the ABI are set.
 */
START_TEST(only_numbers_of_the_abi)
{
	static const struct {
		int nr;
		bool refused;
	} numbers[] = {
		{ 0, true },    { 1, true },         { 2, true },     { 20, true },
		{ 4000, true }, { 4001, false },     { 4999, false }, { 5000, true },
		{ 6000, true }, { INT32_MAX, true },
	};

	for (int op = ENTRY; op <= PTSI_SYSCALL_INFO_SECCOMP; op += 2) {
		struct ptsi_stop st = stop_at((uint8_t)op, 4020);
		struct ptsi_syscall_info want = { .op = (uint8_t)op };

		sim.info_size = op == ENTRY ? 80 : 84;
		sim.info.entry.nr = 4020;
		sim.set_errno = 0;
		ck_assert_int_eq(ptsi_decode_info(&st), 0);
		memcpy(want.entry.args, st.info.entry.args, sizeof want.entry.args);
		want.entry.nr = (uint64_t)numbers[_i].nr;
		ck_assert(!ptsi_core_is_plain(&ptsi_family_mips, &want));
		sim.layout =
			(struct sim_layout){ .nr = V0, .arg = { A0, A0 + 1, A0 + 2, A3, R8, R9 } };
		ck_assert_int_eq(ptsi_core_set(&st, &want), numbers[_i].refused ? -1 : 0);
		if (numbers[_i].refused) {
			ck_assert_int_eq(errno, EOPNOTSUPP);
			ck_assert_mem_eq(sim.image, before, sizeof before);
		} else {
			ck_assert_uint_eq(sim_word(V0), (unsigned)numbers[_i].nr);
		}
	}
}
END_TEST

/*
 * R0 says that the call failed; 512 would be taken for a restart code then, also if it were
 * PTRACE_SET_SYSCALL_INFO that sets it.
 */
START_TEST(result_512_of_a_failed_call)
{
	struct ptsi_syscall_info want = { .op = EXIT, .exit.rval = 512 };
	struct ptsi_stop st = stop_at(EXIT, 2);
	int failed = _i % 3; /* not, for good, or interrupted */
	int64_t failed_with = failed == 2 ? -513 : -2;

	sim.set_errno = _i / 3 ? 0 : EIO;
	sim.user[0] = 0;
	sim.user_step = 4;
	sim_put(0, failed ? 4020 : 0);
	sim.info.exit.rval = failed_with;
	sim.info.exit.is_error = 1;
	if (failed == 2) {
		ck_assert_int_eq(ptsi_core_set(&st, &want), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
		ck_assert_uint_eq(sim_word(V0), 2);
		return;
	}
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_uint_eq(sim_word(V0), 512);
	ck_assert_uint_eq(sim_word(A3), 0);
	ck_assert_uint_eq(sim_word(0), 0);
	ck_assert_uint_eq(sim_count(PTSI_POKEUSR), failed ? 1 : 0);
}
END_TEST

/* Whichever request fails, R0 and the result are as they were. */
START_TEST(result_512_fails_whole)
{
	struct ptsi_syscall_info want = { .op = EXIT, .exit.rval = 512 };
	struct ptsi_stop st = stop_at(EXIT, 2);
	unsigned char was[PTSI_IMAGE_MAX];
	unsigned failed = 0;

	sim.user[0] = 0;
	sim.user_step = 4;
	sim_put(0, 4020);
	sim.info.exit.rval = -2;
	sim.info.exit.is_error = 1;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	memcpy(was, sim.image, sizeof was);
	for (;; failed++) {
		struct ptsi_stop again = st;

		sim_watch(failed + 1, ESRCH);
		if (ptsi_core_set(&again, &want) == 0)
			break;
		ck_assert_int_eq(errno, ESRCH);
		ck_assert_mem_eq(sim.image, was, sizeof was);
	}
	ck_assert_uint_ge(failed, 3);
	ck_assert_uint_eq(sim_word(V0), 512);
	ck_assert_uint_eq(sim_word(0), 0);
}
END_TEST

/* Where the kernel can set them it tells the right ones: what it says is not looked up. */
START_TEST(stack_arguments_of_a_kernel_with_set)
{
	struct ptsi_stop st = stop_at(ENTRY, 4020);

	sim.set_errno = 0;
	sim.info.entry.nr = 4020;
	for (unsigned i = 0; i < 6; i++)
		sim.info.entry.args[i] = 0xc1 + i;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	for (unsigned i = 0; i < 6; i++)
		ck_assert_uint_eq(st.info.entry.args[i], 0xc1 + i);
	ck_assert_uint_eq(sim.requests, 2);
}
END_TEST

/* A result written ahead would be another number. */
START_TEST(skip_writes_the_number_alone)
{
	struct ptsi_syscall_info skip = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.rval = 3 };
	struct ptsi_stop st = stop_at(ENTRY, 4020);

	sim.info.entry.nr = 4020;
	ck_assert_int_eq(ptsi_core_set(&st, &skip), PTSI_AT_EXIT);
	ck_assert_uint_eq(sim_word(V0), UINT32_MAX);
	ck_assert_uint_eq(sim_word(A3), 0xa4);
}
END_TEST

/* For a repeat: the fifth and sixth argument change, what is about them doesn't. */
START_TEST(stack_arguments_are_exchanged)
{
	uint64_t args[6] = { 1, 2, 3, 4, 0xb5b5, 0xb6b6 };
	struct ptsi_stop st = stop_at(EXIT, 0);
	unsigned char was[28], now[28];

	memcpy(was, sim.code, sizeof was);
	memcpy(now, was, sizeof now);
	memcpy(now + 16, "\xb5\xb5\0\0\xb6\xb6\0\0", 8);
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	ck_assert_int_eq(st.abi->exchange_args(&st, args), 0);
	ck_assert_mem_eq(sim.code, now, sizeof now);
	ck_assert_uint_eq(args[4], 0xa5);
	ck_assert_uint_eq(args[5], 0xa6);
	ck_assert_int_eq(st.abi->exchange_args(&st, args), 0);
	ck_assert_mem_eq(sim.code, was, sizeof was);
	ck_assert_uint_eq(args[5], 0xb6b6);
}
END_TEST

/* Each request fails once: nothing is changed, and the errno is the request's. */
START_TEST(exchange_is_all_or_none)
{
	uint64_t args[6] = { 1, 2, 3, 4, 0xb5b5, 0xb6b6 };
	struct ptsi_stop st = stop_at(EXIT, 0);
	unsigned char was[28];

	memcpy(was, sim.code, sizeof was);
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	sim_watch((unsigned)_i + 1, _i % 2 ? ESRCH : EIO);
	ck_assert_int_eq(st.abi->exchange_args(&st, args), -1);
	ck_assert_int_eq(errno, _i % 2 ? ESRCH : EOPNOTSUPP);
	ck_assert_mem_eq(sim.code, was, sizeof was);
	ck_assert_uint_eq(args[4], 0xb5b5);
}
END_TEST

/* What isn't on the stack the repeat would not get: the stateless call refuses. */
START_TEST(repeat_needs_the_stack)
{
	struct ptsi_stop st = stop_at(EXIT, 0);
	struct ptsi_syscall_info entry = {
		.op = ENTRY,
		.arch = MIPSEL,
		.instruction_pointer = 0x10004,
		.stack_pointer = STACK,
		.entry = { .nr = 4020, .args = { 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xb6 } },
	};

	ck_assert_int_eq(ptsi_core_repeat(&st, &entry), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_mem_eq(sim.image, before, sizeof before);
	entry.entry.args[5] = 0xa6;
	ck_assert_int_eq(ptsi_core_repeat(&st, &entry), 0);
	ck_assert_uint_eq(sim_word(V0), 4020);
	ck_assert_uint_eq(sim_word(EPC), 0x10000);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("mips");
	TCase *tc = tcase_create("o32");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, stack_tells_n32_from_n64, 0, 5);
	tcase_add_loop_test(tc, number_tells_n32_from_n64, 0, 8);
	tcase_add_loop_test(tc, stack_arguments_are_told, 0, 2);
	tcase_add_test(tc, syscall_2_is_told_as_what_it_calls);
	tcase_add_test(tc, syscall_2_is_changed_one_further);
	tcase_add_test(tc, stack_arguments_are_set_where_they_can_be);
	tcase_add_loop_test(tc, only_numbers_of_the_abi, 0, 10);
	tcase_add_loop_test(tc, result_512_of_a_failed_call, 0, 6);
	tcase_add_test(tc, result_512_fails_whole);
	tcase_add_test(tc, stack_arguments_of_a_kernel_with_set);
	tcase_add_test(tc, skip_writes_the_number_alone);
	tcase_add_test(tc, stack_arguments_are_exchanged);
	tcase_add_loop_test(tc, exchange_is_all_or_none, 0, 4);
	tcase_add_test(tc, repeat_needs_the_stack);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
