// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What the tables of powerpc can't say: which kernel's SECCOMP stop it is, and exit stops. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

extern const struct ptsi_family ptsi_family_powerpc;

enum {
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
	GPR3 = 3,
	NIP = 32,
	ORIG_GPR3 = 34,
	CCR = 38,
	TRAP = 40,
	SC = 0xc00,
	SCV = 0x3000,
	SO = 0x10000000,
};

#define PPC64LE 0xc0000015

static struct ptsi_stop stop_at(uint8_t op, int trap, int64_t gpr3, int64_t orig_gpr3)
{
	struct ptsi_stop st;

	sim_reset();
	sim.word = 8;
	sim.len = 384;
	sim_user_is_image();
	sim.op = op;
	sim.info = (struct ptsi_syscall_info){
		.op = op,
		.arch = PPC64LE,
		.instruction_pointer = 0x10004,
		.stack_pointer = 0x20000,
	};
	sim.info_size = op == EXIT ? 33 : op == ENTRY ? 80 : 84;
	if (op != EXIT)
		sim.info.entry.nr = 20;
	sim.layout = (struct sim_layout){
		.nr = 0,
		.arg = { ORIG_GPR3, 4, 5, 6, 7, 8 },
		.rval = GPR3,
		.ip = NIP,
		.sp = 1,
	};
	sim_put(0, 20);
	sim_put(GPR3, (uint64_t)gpr3);
	sim_put(ORIG_GPR3, (uint64_t)orig_gpr3);
	sim_put(CCR, 0x48000402);
	sim_put(TRAP, (uint64_t)trap);
	ptsi_core_begin(&st, 1);
	st.family = &ptsi_family_powerpc;
	sim_watch(0, 0);
	return st;
}

static int skip(struct ptsi_stop *st, int64_t rval, bool is_error)
{
	struct ptsi_syscall_info want = {
		.op = PTSI_SYSCALL_INFO_SKIP,
		.exit = { rval, is_error },
	};

	return ptsi_core_set(st, &want);
}

/* -ENOSYS that the kernel put there: it keeps what is written. */
START_TEST(up_to_6_1_a_seccomp_stop_keeps_the_result)
{
	struct ptsi_stop st = stop_at(SECCOMP, SC, -38, 0xa1);

	ck_assert_int_eq(skip(&st, -13, true), PTSI_DONE);
	ck_assert_uint_eq(sim_word(GPR3), 13);
	ck_assert_uint_eq(sim_word(CCR), 0x48000402 | SO);
}
END_TEST

/* The call runs after all: what the result had set is as it was. */
START_TEST(skip_taken_back)
{
	struct ptsi_stop st = stop_at(SECCOMP, SC, -38, 0xa1);
	struct ptsi_syscall_info was;

	sim.set_errno = EIO;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	was = st.info;
	was.entry.args[0] = 0xa1;
	ck_assert_int_eq(skip(&st, -13, true), PTSI_DONE);
	ck_assert_uint_eq(sim_word(CCR), 0x48000402 | SO);
	sim.info.entry.nr = UINT64_MAX;
	ptsi_core_begin(&st, 1);
	st.family = &ptsi_family_powerpc;
	ck_assert_int_eq(ptsi_core_set(&st, &was), PTSI_DONE);
	ck_assert_uint_eq(sim_word(CCR), 0x48000402);
	ck_assert_uint_eq(sim_word(0), 20);
	ck_assert_uint_eq(sim_word(GPR3), 0xa1);
	ck_assert_uint_eq(sim_word(ORIG_GPR3), 0xa1);
}
END_TEST

/* The argument is still there, or is -ENOSYS itself: no promise is made. */
START_TEST(otherwise_it_is_for_the_exit_stop)
{
	struct ptsi_stop st = stop_at(SECCOMP, SC, _i ? -38 : 0xa1, _i ? -38 : 0xa1);

	ck_assert_int_eq(skip(&st, -13, true), PTSI_AT_EXIT);
	ck_assert_uint_eq(sim_word(CCR), 0x48000402);
	st = stop_at(SECCOMP, SC, _i ? -38 : 0xa1, _i ? -38 : 0xa1);
	ck_assert_int_eq(ptsi_core_features(&st) & (PTSI_CAN_SKIP | PTSI_CAN_DONE), PTSI_CAN_SKIP);
}
END_TEST

/* With the kernel's request at hand: not for results. */
START_TEST(results_are_set_by_registers)
{
	struct ptsi_syscall_info want = { .op = EXIT, .exit = { -13, 1 } };
	struct ptsi_stop st = stop_at(EXIT, _i ? SCV : SC, 0, 0xa1);

	ck_assert_int_eq(ptsi_core_set(&st, &want), PTSI_DONE);
	ck_assert_uint_eq(sim_count(PTSI_SET_SYSCALL_INFO), 0);
	ck_assert_uint_eq(sim_word(GPR3), _i ? (uint64_t)-13 : 13);
	ck_assert_uint_eq(sim_word(CCR), _i ? 0x48000402 : 0x48000402 | SO);
}
END_TEST

/* A success that looks like an error: there is a flag after sc, and none after scv. */
START_TEST(success_that_looks_like_an_error)
{
	struct ptsi_syscall_info want = { .op = EXIT, .exit = { -13, 0 } };
	struct ptsi_stop st = stop_at(EXIT, SC, 0, 0xa1);

	ck_assert_int_eq(ptsi_core_set(&st, &want), PTSI_DONE);
	ck_assert_uint_eq(sim_word(GPR3), (uint64_t)-13);
	st = stop_at(EXIT, SCV, 0, 0xa1);
	ck_assert_int_eq(ptsi_core_set(&st, &want), PTSI_DONE);
	ck_assert_uint_eq(sim_word(GPR3), (uint64_t)-13);
	ck_assert_uint_eq(sim_word(CCR), 0x48000402);
	st = stop_at(ENTRY, SCV, 0xa1, 0xa1);
	ck_assert_int_eq(skip(&st, -512, false), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_uint_eq(sim_word(0), 20);
}
END_TEST

/* A kernel that may be 7.2, which loses number and arguments on the way back. */
START_TEST(repeat)
{
	struct ptsi_syscall_info entry = {
		.op = ENTRY,
		.instruction_pointer = 0x10004,
		.entry = { .nr = 20 },
	};
	struct ptsi_stop st = stop_at(EXIT, _i & 1 ? SCV : SC, 0, 0xa1), later;
	bool can = _i & 2;

	sim.set_errno = can ? EIO : 0;
	st.way = _i & 4 ? PTSI_REGISTERS : PTSI_AUTO;
	later = st;
	ck_assert_int_eq(!!(ptsi_core_features(&later) & PTSI_CAN_REPEAT), can);
	ck_assert_uint_eq(sim_count(PTSI_SET_SYSCALL_INFO), 0); /* it is asked for */
	ck_assert_int_eq(ptsi_core_repeat(&st, &entry), can ? 0 : -1);
	ck_assert_uint_eq(sim_word(NIP), can ? 0x10000 : 0);
	if (!can)
		ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

/* The low bits of trap are the kernel's; a 32-bit call is made by sc. */
START_TEST(trap_tells_the_instruction)
{
	static const struct {
		int trap;
		bool flag;
	} cases[] = {
		{ SC, true },        { SC + 1, true },   { SCV, false },     { SCV + 1, false },
		{ SCV + 15, false }, { SCV + 16, true }, { SCV - 16, true },
	};
	struct ptsi_stop st = stop_at(EXIT, cases[_i].trap, -13, 0xa1);

	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	ck_assert_int_eq(ptsi_decode_refined(&st), 0);
	ck_assert_int_eq(st.abi->flag != 0, cases[_i].flag);
	ck_assert_uint_eq(st.abi->arch, PPC64LE);
	for (const struct ptsi_abi *const *row = ptsi_family_powerpc.abis; *row; row++) {
		bool ppc = (*row)->arch == 0x14;

		st.abi = *row;
		st.image.len = 0;
		sim.big = (*row)->big;
		sim.word = (*row)->word;
		sim.len = (*row)->size;
		sim_put(TRAP, (uint64_t)cases[_i].trap);
		ck_assert_int_eq(ptsi_decode_refined(&st), 0);
		ck_assert_int_eq(st.abi->flag != 0, cases[_i].flag || ppc);
		ck_assert_uint_eq(st.abi->arch, (*row)->arch);
		ck_assert_int_eq(st.abi->big, (*row)->big);
	}
}
END_TEST

/* After scv an argument that looks like a restart code would be restarted. */
START_TEST(repeat_with_a_restart_code)
{
	struct ptsi_syscall_info entry = {
		.op = ENTRY,
		.instruction_pointer = 0x10004,
		.entry = { .nr = 20, .args = { -513ULL } },
	};

	for (const struct ptsi_abi *const *row = ptsi_family_powerpc.abis; *row; row++) {
		struct ptsi_stop st = stop_at(EXIT, _i ? SCV : SC, 0, 0xa1);
		struct ptsi_edits ed = { .n = 0 };
		bool may = !_i || (*row)->word == 4;

		sim.info.arch = (*row)->arch;
		sim.big = (*row)->big;
		sim.word = (*row)->word;
		sim.len = (*row)->size;
		sim.user_step = 0;
		st.image.len = 0;
		sim_put(TRAP, _i ? SCV : SC);
		ck_assert_int_eq(ptsi_decode_info(&st), 0);
		st.abi = *row;
		ck_assert_int_eq(ptsi_regs_read(&st), 0);
		ck_assert_int_eq(ptsi_edit_repeat(&st, &ed, &entry), may ? 0 : -1);
		if (!may)
			ck_assert_int_eq(errno, EOPNOTSUPP);
	}
}
END_TEST

/* Arguments and numbers are the kernel's request's, both words of the first among them. */
START_TEST(arguments_by_the_kernels_request)
{
	struct ptsi_stop st = stop_at(ENTRY, SC, 0xa1, 0xa1);
	struct ptsi_syscall_info want;

	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	want = st.info;
	want.entry.args[0] = 0xb1;
	ck_assert_int_eq(ptsi_core_set(&st, &want), PTSI_DONE);
	ck_assert_uint_eq(sim_count(PTSI_SET_SYSCALL_INFO), 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("powerpc");
	TCase *tc = tcase_create("powerpc");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_test(tc, up_to_6_1_a_seccomp_stop_keeps_the_result);
	tcase_add_test(tc, skip_taken_back);
	tcase_add_loop_test(tc, otherwise_it_is_for_the_exit_stop, 0, 2);
	tcase_add_loop_test(tc, results_are_set_by_registers, 0, 2);
	tcase_add_test(tc, success_that_looks_like_an_error);
	tcase_add_loop_test(tc, repeat, 0, 8);
	tcase_add_loop_test(tc, trap_tells_the_instruction, 0, 7);
	tcase_add_loop_test(tc, repeat_with_a_restart_code, 0, 2);
	tcase_add_test(tc, arguments_by_the_kernels_request);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
