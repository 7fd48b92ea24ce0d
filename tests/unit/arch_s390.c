// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What the tables of s390 can't say: 16-bit numbers, and svc with a number in it. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

extern const struct ptsi_family ptsi_family_s390;

enum {
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
	PSW_ADDR = 1,
	GPR1 = 3,
	GPR2,
	GPR15 = 17,
	ORIG_GPR2 = 26,
};

#define S390X 0x80000016
#define IP    0x10002

static unsigned char before[PTSI_IMAGE_MAX];

static struct ptsi_stop stop_at(uint8_t op, uint64_t nr)
{
	static const unsigned char svc_20[] = { 0x0a, 20 };
	struct ptsi_stop st;

	sim_reset();
	sim.word = 8;
	sim.big = true;
	sim.len = 216;
	sim_user_is_image();
	sim.op = op;
	sim.set_errno = EIO;
	sim.info = (struct ptsi_syscall_info){
		.op = op,
		.arch = S390X,
		.instruction_pointer = IP,
		.stack_pointer = 0x20000,
	};
	sim.info_size = op == EXIT ? 33 : op == ENTRY ? 80 : 84;
	if (op != EXIT)
		sim.info.entry.nr = nr;
	sim_put(PSW_ADDR, IP);
	sim_put(GPR2, nr);
	sim_put(GPR15, 0x20000);
	for (uint64_t i = 0; op != EXIT && i < 6; i++) {
		sim.info.entry.args[i] = 0xa1 + i;
		sim_put(i ? GPR2 + (int)i : ORIG_GPR2, 0xa1 + i);
	}
	memcpy(sim.code, svc_20, sizeof svc_20);
	sim.code_len = sizeof svc_20;
	sim.code_end = IP;
	memcpy(before, sim.image, sizeof before);
	ptsi_core_begin(&st, 1);
	st.family = &ptsi_family_s390;
	sim_watch(0, 0);
	return st;
}

/* The kernel keeps 16 bits: what was -1 reads 65535. */
START_TEST(skipped_call_reads_minus_one)
{
	struct ptsi_stop st = stop_at(_i ? SECCOMP : ENTRY, 0xffff);

	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_uint_eq(st.info.entry.nr, UINT64_MAX);
	ck_assert_int_eq(ptsi_core_set(&st, &st.info), 0);
	ck_assert_mem_eq(sim.image, before, sizeof before);
}
END_TEST

START_TEST(skip_writes_no_result)
{
	struct ptsi_syscall_info skip = { .op = PTSI_SYSCALL_INFO_SKIP, .exit.rval = 42 };
	struct ptsi_stop st = stop_at(_i ? SECCOMP : ENTRY, 20);

	ck_assert_int_eq(ptsi_core_set(&st, &skip), PTSI_AT_EXIT);
	ck_assert_uint_eq(sim_word(GPR2), UINT64_MAX);
	ck_assert_uint_eq(sim_count(PTSI_POKEUSR), 1);
}
END_TEST

/* Other words only: to write gprs[2] as well would put the number back that it had before. */
START_TEST(stale_number_is_not_written_back)
{
	struct ptsi_stop st = stop_at(ENTRY, 20);
	struct ptsi_syscall_info want;

	sim.info.entry.nr = 4; /* which PTRACE_SET_SYSCALL_INFO has set; gprs[2] has the old one */
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	want = st.info;
	want.instruction_pointer = 0x30000;
	want.stack_pointer = 0x40000;
	for (int i = 0; i < 6; i++)
		want.entry.args[i] = 0xb1 + (unsigned)i;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_uint_eq(sim_count(PTSI_POKEUSR), 8);
	ck_assert_uint_eq(sim_count(PTSI_SETREGSET), 0);
	ck_assert_uint_eq(sim_word(GPR2), 20);
}
END_TEST

static int repeat(uint64_t nr)
{
	struct ptsi_stop st = stop_at(EXIT, 0);
	struct ptsi_syscall_info entry = {
		.op = ENTRY,
		.instruction_pointer = IP,
		.entry = { .nr = nr, .args = { 0xb1 } },
	};

	return ptsi_core_repeat(&st, &entry);
}

START_TEST(svc_with_its_own_number_is_repeated)
{
	ck_assert_int_eq(repeat(20), 0);
	ck_assert_uint_eq(sim_word(PSW_ADDR), IP - 2);
	ck_assert_uint_eq(sim_word(GPR2), 0xb1);
}
END_TEST

START_TEST(svc_with_another_number_is_not)
{
	ck_assert_int_eq(repeat(21), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_mem_eq(sim.image, before, sizeof before);
}
END_TEST

/* run by an execute instruction, or code that can't be read */
START_TEST(no_svc_in_front_of_ip)
{
	struct ptsi_syscall_info entry = {
		.op = ENTRY,
		.instruction_pointer = IP,
		.entry.nr = 20,
	};
	struct ptsi_stop st = stop_at(EXIT, 0);

	if (_i)
		sim.code_len = 0;
	else
		sim.code[0] = 0x44;
	ck_assert_int_eq(ptsi_core_repeat(&st, &entry), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_mem_eq(sim.image, before, sizeof before);
}
END_TEST

/* Wherever in a word of memory the instruction is; and svc 0, whose number is in r1. */
START_TEST(svc_is_in_front_of_ip)
{
	struct ptsi_syscall_info entry = { .op = ENTRY, .entry.nr = 20 };
	struct ptsi_stop st = stop_at(EXIT, 0);

	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	memset(sim.code, 0x44, sizeof sim.code);
	sim.code_len = 32;
	sim.code[14 + 2 * _i] = 0x0a;
	sim.code[15 + 2 * _i] = 20;
	sim.code_end = 0x10020;
	entry.instruction_pointer = 0x10010 + 2U * (unsigned)_i;
	ck_assert_int_eq(st.abi->repeats(&st, &entry), 1);
	sim.code[15 + 2 * _i] = 0;
	ck_assert_int_eq(st.abi->repeats(&st, &entry), 1);
	sim.code[15 + 2 * _i] = 21;
	ck_assert_int_eq(st.abi->repeats(&st, &entry), 0);
	sim.code_len = 0;
	ck_assert_int_eq(st.abi->repeats(&st, &entry), 0);
	sim_watch(1, ESRCH);
	ck_assert_int_eq(st.abi->repeats(&st, &entry), -1);
	ck_assert_int_eq(errno, ESRCH);
}
END_TEST

/* A 31-bit program's, of the tracer whose word is so wide. */
static struct ptsi_stop stop_31(unsigned word)
{
	struct ptsi_stop st = stop_at(EXIT, 20);

	for (const struct ptsi_abi *const *row = ptsi_family_s390.abis; *row; row++)
		if ((*row)->arch == 0x16 && (*row)->word == word)
			st.abi = *row;
	sim.word = word;
	sim_user_is_image();
	sim_put(PSW_ADDR, 0x80010002);
	st.info = sim.info;
	return st;
}

START_TEST(ip_of_31_bits)
{
	struct ptsi_stop st = stop_31(_i ? 4 : 8);
	struct ptsi_edits ed = { .n = 0 };

	st.info.instruction_pointer = 0x80010003;
	if (st.abi->mend_words) {
		ck_assert_int_eq(st.abi->mend_words(&st), 0);
		ck_assert_uint_eq(st.info.instruction_pointer, 0x10003);
	}
	ck_assert_int_eq(st.abi->edit_ip(&st, &ed, 0x7fffffff), 0);
	ck_assert_int_eq(ptsi_regs_write(&st, &ed), 0);
	ck_assert_uint_eq(sim_word(PSW_ADDR), _i ? 0xffffffff : 0x7fffffff);
	ed.n = 0;
	ck_assert_int_eq(st.abi->edit_ip(&st, &ed, 0x80000000), -1);
	ck_assert_int_eq(errno, ERANGE);
	if (!_i)
		return;
	sim_watch(1, ESRCH);
	ck_assert_int_eq(st.abi->edit_ip(&st, &ed, 0x10000), -1);
	ck_assert_int_eq(errno, ESRCH);
}
END_TEST

/* Written by a 31-bit tracer; values of a 64-bit call are what they are. */
START_TEST(upper_half_of_a_result)
{
	static const int64_t said[] = { -4294962636, 0x123400000000 + 7, -13, 0x1234, 0x90000000 };
	static const int64_t means[] = { 0x1234, 7, -13, 0x1234, 0x90000000 };
	struct ptsi_stop st = stop_at(EXIT, 20);

	sim.info.exit.rval = said[_i % 5];
	if (_i < 5)
		sim.info.arch = 0x16;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_int_eq(st.info.exit.rval, _i < 5 ? means[_i] : said[_i % 5]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("s390");
	TCase *tc = tcase_create("s390");
	SRunner *runner = srunner_create(s);
	int failed;

	if (sizeof(long) == 4) {
		puts("skipped: only for tracers that see 64-bit registers");
		return 77;
	}
	tcase_add_loop_test(tc, skipped_call_reads_minus_one, 0, 2);
	tcase_add_loop_test(tc, skip_writes_no_result, 0, 2);
	tcase_add_test(tc, stale_number_is_not_written_back);
	tcase_add_test(tc, svc_with_its_own_number_is_repeated);
	tcase_add_test(tc, svc_with_another_number_is_not);
	tcase_add_loop_test(tc, no_svc_in_front_of_ip, 0, 2);
	tcase_add_loop_test(tc, svc_is_in_front_of_ip, 0, 4);
	tcase_add_loop_test(tc, ip_of_31_bits, 0, 2);
	tcase_add_loop_test(tc, upper_half_of_a_result, 0, 10);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
