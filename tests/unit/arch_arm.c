// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What the tables of arm and arm64 can't say: the hooks of their files. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "sim.h"

extern const struct ptsi_family ptsi_family_arm, ptsi_family_arm64;

enum {
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
	SET_SYSCALL = 23,
	NT_SYSTEM_CALL = 0x404,
	R7 = 7,
	R12 = 12,
	SP = 13,
	PC = 15,
	CPSR = 16,
	ORIG_R0 = 17,
};

#define ARM     0x40000028
#define AARCH64 0xc00000b7
#define PC_VAL  0x10008

static unsigned char before[PTSI_IMAGE_MAX];

static void fill(uint8_t op, uint32_t arch)
{
	sim_reset();
	sim.op = op;
	sim.nr = 20;
	sim.set_errno = EIO;
	sim.info.op = op;
	sim.info.arch = arch;
	sim.info.instruction_pointer = PC_VAL;
	sim.info.stack_pointer = 0x20000;
	sim.info_size = op == EXIT ? 33 : op == ENTRY ? 80 : 84;
	for (uint64_t i = 0; op != EXIT && i < 6; i++)
		sim.info.entry.args[i] = 0xa1 + i;
}

static struct ptsi_stop begin(const struct ptsi_family *family)
{
	struct ptsi_stop st;

	memcpy(before, sim.image, sizeof before);
	ptsi_core_begin(&st, 1);
	st.family = family;
	sim_watch(0, 0);
	return st;
}

/* 32-bit ARM code, getpid(0xa1, ... 0xa6), as a 32-bit tracer sees it */
static struct ptsi_stop arm_at(uint8_t op)
{
	static const unsigned char svc_0[] = { 0x00, 0x00, 0x00, 0xef };

	fill(op, ARM);
	sim.word = 4;
	sim.len = 72;
	sim_user_is_image();
	sim.nr_request = SET_SYSCALL;
	for (int i = 0; i < 6; i++)
		sim_put(i, 0xa1 + (unsigned)i);
	sim_put(R7, 20);
	sim_put(R12, op == EXIT);
	sim_put(SP, 0x20000);
	sim_put(PC, PC_VAL);
	sim_put(CPSR, 0x10);
	sim_put(ORIG_R0, 0xa1);
	memcpy(sim.code, svc_0, sizeof svc_0);
	sim.code_len = sizeof svc_0;
	sim.code_end = PC_VAL;
	return begin(&ptsi_family_arm);
}

static struct ptsi_stop arm64_at(uint8_t op)
{
	fill(op, AARCH64);
	sim.word = 8;
	sim.len = 272;
	sim.nr_regset = NT_SYSTEM_CALL;
	for (int i = 0; i < 6; i++)
		sim_put(i, 0xa1 + (unsigned)i);
	sim_put(7, op == EXIT);
	sim_put(8, 20);
	sim_put(31, 0x20000);
	sim_put(32, PC_VAL);
	return begin(&ptsi_family_arm64);
}

/* What the stop is, read by the library. */
static struct ptsi_syscall_info read_stop(struct ptsi_stop *st)
{
	ck_assert_int_eq(ptsi_decode_info(st), 0);
	return st->info;
}

static const struct ptsi_syscall_info skip = {
	.op = PTSI_SYSCALL_INFO_SKIP,
	.exit = { .rval = 42 },
};

static void assert_untouched(int nr)
{
	ck_assert_int_eq(sim.nr, nr);
	ck_assert_mem_eq(sim.image, before, sizeof before);
}

static void assert_fails(int r, int err)
{
	ck_assert_int_eq(r, -1);
	ck_assert_int_eq(errno, err);
}

/* PTRACE_SET_SYSCALL of 5.15 to 6.5 */
static long masking(long request, pid_t tid, void *addr, void *data)
{
	long r = sim_ptrace(request, tid, addr, data);

	if (request == SET_SYSCALL)
		sim.nr &= 0xfffff;
	return r;
}

START_TEST(arm_minus_one_that_is_masked_is_no_skip)
{
	struct ptsi_stop st = arm_at((uint8_t)_i), again;
	struct ptsi_syscall_info want;

	ptsi_set_ptrace(masking);
	st.ptrace = masking;
	again = st;
	want = read_stop(&st);
	assert_fails(ptsi_core_set(&st, &skip), EOPNOTSUPP);
	assert_untouched(20);
	want.entry.nr = UINT64_MAX;
	assert_fails(ptsi_core_set(&st, &want), EOPNOTSUPP);
	assert_untouched(20);
	ck_assert_int_eq(ptsi_core_features(&again) & (PTSI_CAN_SKIP | PTSI_CAN_DONE), 0);
	assert_untouched(20);
	want.entry.nr = 24;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	assert_untouched(24);
}
END_TEST

START_TEST(arm_trying_a_skip_leaves_no_trace)
{
	struct ptsi_stop st = arm_at(SECCOMP);
	int can = ptsi_core_features(&st);

	ck_assert_int_eq(can & (PTSI_CAN_SKIP | PTSI_CAN_DONE), PTSI_CAN_SKIP | PTSI_CAN_DONE);
	assert_untouched(20);
}
END_TEST

START_TEST(arm_number_is_put_back_when_a_word_fails)
{
	struct ptsi_stop st = arm_at(ENTRY);

	read_stop(&st);
	/* the kernel's request (absent), PTRACE_SET_SYSCALL, a look at what came of it, POKEUSR */
	sim_watch(4, ESRCH);
	assert_fails(ptsi_core_set(&st, &skip), ESRCH);
	ck_assert_int_eq(sim.log[3], PTSI_POKEUSR);
	assert_untouched(20);
}
END_TEST

/*
 * Without GET the number that was set before isn't known, and so is never written back: neither
 * when a word can't be written, nor by asking what can be done.
 */
START_TEST(arm_number_that_is_not_known)
{
	struct ptsi_stop st = arm_at(ENTRY);

	sim.get_errno = EIO;
	sim.nr = 4; /* r7 says 20 */
	read_stop(&st);
	ck_assert_int_gt(ptsi_core_features(&st), 0);
	assert_untouched(4);
	for (unsigned n = 1;; n++) {
		struct ptsi_stop again = st;

		sim_watch(n, ESRCH);
		if (ptsi_core_set(&again, &skip) >= 0)
			break;
		ck_assert_int_eq(errno, ESRCH);
		assert_untouched(4);
	}
	ck_assert_int_eq(sim.nr, -1);
	ck_assert_uint_eq(sim_word(0), 42);
}
END_TEST

START_TEST(arm_a_skip_taken_back_gives_the_argument_back)
{
	struct ptsi_stop st = arm_at(ENTRY), later;
	struct ptsi_syscall_info want = read_stop(&st);

	ck_assert_int_eq(ptsi_core_set(&st, &skip), PTSI_AT_EXIT);
	ck_assert_int_eq(sim.nr, -1);
	ck_assert_uint_eq(sim_word(0), 42);
	ck_assert_uint_eq(sim_word(ORIG_R0), 0xa1);
	ptsi_core_begin(&later, 1);
	later.family = st.family;
	ck_assert_int_eq(ptsi_core_set(&later, &want), 0);
	assert_untouched(20);
}
END_TEST

START_TEST(arm_without_get_r7_is_the_number_and_r12_the_kind)
{
	struct ptsi_stop st = arm_at(ENTRY);

	sim.get_errno = EIO;
	sim_put(R7, 4);
	ck_assert_int_eq(read_stop(&st).op, ENTRY);
	ck_assert_uint_eq(st.info.entry.nr, 4);
	st = arm_at(EXIT);
	sim.get_errno = EIO;
	ck_assert_int_eq(read_stop(&st).op, EXIT);
	st = arm_at(ENTRY);
	sim.get_errno = EIO;
	sim_put(R12, 2);
	assert_fails(ptsi_decode_info(&st), EOPNOTSUPP);
}
END_TEST

START_TEST(arm_64_bit_tracee_is_left_to_the_kernel)
{
	struct ptsi_stop st = arm_at(ENTRY);
	struct ptsi_syscall_info want;

	sim.get_errno = EIO;
	sim_put(CPSR, 0x60000000); /* of a pstate of EL0t */
	assert_fails(ptsi_decode_info(&st), EOPNOTSUPP);

	st = arm_at(ENTRY);
	sim.info.arch = AARCH64;
	want = read_stop(&st);
	want.entry.args[1] = 0xb2;
	assert_fails(ptsi_core_set(&st, &want), EOPNOTSUPP);
	assert_fails(ptsi_core_set(&st, &skip), EOPNOTSUPP);
	assert_untouched(20);
	ck_assert_str_eq(st.abi->name, "arm64");
}
END_TEST

START_TEST(arm_svc_with_a_number_is_not_repeated)
{
	struct ptsi_stop st = arm_at(EXIT);
	struct ptsi_syscall_info entry = read_stop(&st);

	entry.op = ENTRY;
	entry.entry.nr = 20;
	sim.code[0] = 0x14; /* svc 0x900014 */
	sim.code[2] = 0x90;
	assert_fails(ptsi_core_repeat(&st, &entry), EOPNOTSUPP);
	assert_untouched(20);
	sim.code_len = 0;
	assert_fails(ptsi_core_repeat(&st, &entry), EOPNOTSUPP);
	assert_untouched(20);
}
END_TEST

/* Any bit of the number; and Thumb code has none there, nor is it looked at. */
START_TEST(arm_instruction_of_a_repeat)
{
	struct ptsi_stop st = arm_at(EXIT);
	struct ptsi_syscall_info entry = read_stop(&st);

	entry.op = ENTRY;
	entry.entry.nr = 20;
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	ck_assert_int_eq(st.abi->repeats(&st, &entry), 1);
	for (int bit = 0; bit < 24; bit++) {
		memset(sim.code, 0, 3);
		sim.code[bit / 8] = (unsigned char)(1 << bit % 8);
		ck_assert_int_eq(st.abi->repeats(&st, &entry), 0);
	}
	sim.code_len = 0;
	ck_assert_int_eq(st.abi->repeats(&st, &entry), 0);
	sim_put(CPSR, 0x30);
	ck_assert_int_eq(st.abi->repeats(&st, &entry), 1);
	ck_assert_int_eq(ptsi_core_repeat(&st, &entry), 0);
	ck_assert_uint_eq(sim_word(PC), PC_VAL - 2);
}
END_TEST

START_TEST(arm_skipped_call_can_be_skipped)
{
	struct ptsi_stop st = arm_at(ENTRY);

	sim.nr = -1;
	read_stop(&st);
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	sim_watch(0, 0);
	ck_assert_int_eq(st.abi->try_skip(&st), 1);
	ck_assert_uint_eq(sim.requests, 0);
}
END_TEST

static unsigned sets;

/* PTRACE_SET_SYSCALL of a tracee that dies when the first one is through */
static long dying(long request, pid_t tid, void *addr, void *data)
{
	if (request == SET_SYSCALL && sets++)
		return ptsi_fail(ESRCH);
	return sim_ptrace(request, tid, addr, data);
}

START_TEST(arm_number_that_can_not_be_put_back)
{
	struct ptsi_stop st = arm_at(ENTRY);

	st.ptrace = dying;
	sets = 0;
	assert_fails(ptsi_core_features(&st), ESRCH);
	ck_assert_uint_eq(sets, 3);
}
END_TEST

START_TEST(arm_64_bit_tracee_has_no_row_without_get)
{
	struct ptsi_stop st = arm_at(ENTRY);

	sim_put(CPSR, 0x60000000);
	errno = 0;
	assert_fails(ptsi_decode_registers(&st, ENTRY), EOPNOTSUPP);
}
END_TEST

/* A 64-bit kernel that looks at all of x0. */
START_TEST(arm_error_of_half_a_register_is_an_error)
{
	const struct ptsi_family *family[] = { &ptsi_family_arm, &ptsi_family_arm64 };
	struct ptsi_stop st = arm_at(EXIT);

	st.family = family[_i];
	sim.info.exit.rval = 0xffffffea;
	ck_assert_int_eq(read_stop(&st).exit.rval, -22);
	ck_assert_int_eq(st.info.exit.is_error, 1);
	st = arm_at(EXIT);
	st.family = family[_i];
	sim.info.exit.rval = 0xfffff000;
	ck_assert_int_eq(read_stop(&st).exit.rval, 0xfffff000);
	ck_assert_int_eq(st.info.exit.is_error, 0);
	st = arm_at(EXIT);
	st.family = family[_i];
	sim.info.arch = AARCH64;
	sim.info.exit.rval = 0xffffffea;
	ck_assert_int_eq(read_stop(&st).exit.rval, 0xffffffea);
}
END_TEST

/* Before 6.16 GET's first argument is that of the entry, whatever x0 is since. */
START_TEST(arm64_first_argument_is_what_the_call_will_get)
{
	struct ptsi_stop st = arm64_at((uint8_t)_i);

	sim_put(0, 0xb1);
	ck_assert_uint_eq(read_stop(&st).entry.args[0], 0xb1);
	ck_assert_uint_eq(st.info.entry.args[1], 0xa2);

	st = arm64_at((uint8_t)_i); /* a skipped call, and its result */
	sim_put(0, 42);
	sim.nr = -1;
	ck_assert_uint_eq(read_stop(&st).entry.args[0], 0xa1);

	st = arm64_at((uint8_t)_i); /* a kernel that keeps orig_x0 */
	sim.set_errno = 0;
	ck_assert_uint_eq(read_stop(&st).entry.args[0], 0xa1);
	ck_assert_uint_eq(sim_count(PTSI_GETREGSET), 0);
}
END_TEST

static int nr_at_write;

static long noting_order(long request, pid_t tid, void *addr, void *data)
{
	if (request == PTSI_SETREGSET && (unsigned long)addr == PTSI_NT_PRSTATUS)
		nr_at_write = sim.nr;
	return sim_ptrace(request, tid, addr, data);
}

START_TEST(arm64_number_goes_before_the_result)
{
	struct ptsi_stop st = arm64_at(SECCOMP);

	st.ptrace = noting_order;
	nr_at_write = 0;
	ck_assert_int_eq(ptsi_core_set(&st, &skip), PTSI_DONE);
	ck_assert_int_eq(nr_at_write, -1);
	ck_assert_uint_eq(sim_word(0), 42);
	ck_assert_uint_eq(sim.asked, 8); /* of the regset no more than x0 */
}
END_TEST

START_TEST(arm64_a_skip_taken_back_gives_the_argument_back)
{
	struct ptsi_stop st = arm64_at(ENTRY), later;
	struct ptsi_syscall_info want = read_stop(&st);

	ck_assert_int_eq(ptsi_core_set(&st, &skip), PTSI_AT_EXIT);
	ck_assert_uint_eq(sim_word(0), 42);
	ptsi_core_begin(&later, 1);
	later.family = st.family;
	ck_assert_int_eq(ptsi_core_set(&later, &want), 0);
	assert_untouched(20);
}
END_TEST

START_TEST(arm64_without_the_regset_of_the_number)
{
	struct ptsi_stop st = arm64_at(ENTRY), by_registers = st;

	sim.nr_regset = 0; /* GETREGSET and SETREGSET of it are EINVAL */
	assert_fails(ptsi_core_set(&st, &skip), EOPNOTSUPP);
	assert_untouched(20);
	assert_fails(ptsi_decode_registers(&by_registers, ENTRY), EOPNOTSUPP);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("arm and arm64");
	TCase *arm = tcase_create("arm"), *arm64 = tcase_create("arm64");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(arm, arm_minus_one_that_is_masked_is_no_skip, ENTRY, ENTRY + 1);
	tcase_add_loop_test(arm, arm_minus_one_that_is_masked_is_no_skip, SECCOMP, SECCOMP + 1);
	tcase_add_test(arm, arm_trying_a_skip_leaves_no_trace);
	tcase_add_test(arm, arm_number_is_put_back_when_a_word_fails);
	tcase_add_test(arm, arm_number_that_is_not_known);
	tcase_add_test(arm, arm_a_skip_taken_back_gives_the_argument_back);
	tcase_add_test(arm, arm_without_get_r7_is_the_number_and_r12_the_kind);
	tcase_add_test(arm, arm_64_bit_tracee_is_left_to_the_kernel);
	tcase_add_test(arm, arm_svc_with_a_number_is_not_repeated);
	tcase_add_test(arm, arm_instruction_of_a_repeat);
	tcase_add_test(arm, arm_skipped_call_can_be_skipped);
	tcase_add_test(arm, arm_number_that_can_not_be_put_back);
	tcase_add_test(arm, arm_64_bit_tracee_has_no_row_without_get);
	tcase_add_loop_test(arm, arm_error_of_half_a_register_is_an_error, 0, 2);
	tcase_add_loop_test(arm64, arm64_first_argument_is_what_the_call_will_get, ENTRY,
			    ENTRY + 1);
	tcase_add_loop_test(arm64, arm64_first_argument_is_what_the_call_will_get, SECCOMP,
			    SECCOMP + 1);
	tcase_add_test(arm64, arm64_number_goes_before_the_result);
	tcase_add_test(arm64, arm64_a_skip_taken_back_gives_the_argument_back);
	tcase_add_test(arm64, arm64_without_the_regset_of_the_number);
	suite_add_tcase(suite, arm);
	suite_add_tcase(suite, arm64);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
