// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What the tables of parisc can't say: the instructions of a call, and requests not used. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

extern const struct ptsi_family ptsi_family_parisc;

enum {
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
	GR20 = 20,
	GR26 = 26,
	GR28 = 28,
	GR30 = 30,
	GR31,
	WORDS = 120,
	IAOQ = sizeof(long) == 4 ? 106 : 74, /* struct pt_regs is in words of the tracer's */
};

#define PARISC   0xf
#define PARISC64 0x8000000f
#define IP       0x10008

static unsigned char before[PTSI_IMAGE_MAX];

/* To a tracer of this build's size, by a kernel that has both requests. */
static struct ptsi_stop stop_at(uint8_t op, uint64_t nr)
{
	struct ptsi_stop st;

	sim_reset();
	sim.word = sizeof(long);
	sim.big = true;
	sim.len = WORDS * sizeof(long);
	sim_user_is_image();
	sim.op = op;
	sim.layout = (struct sim_layout){
		.nr = GR20,
		.arg = { GR26, 25, 24, 23, 22, 21 },
		.rval = GR28,
		.ip = IAOQ,
		.sp = GR30,
		.arch = PARISC,
	};
	for (int w = 0; w < WORDS; w++)
		sim_put(w, 0x1000 + (unsigned)w);
	sim_put(GR20, nr);
	sim_put(GR30, 0x20000);
	sim_put(GR31, IP | 3);
	sim_put(IAOQ, IP); /* as the simulated kernel tells it */
	memcpy(before, sim.image, sizeof before);
	ptsi_core_begin(&st, 1);
	st.family = &ptsi_family_parisc;
	sim_watch(0, 0);
	return st;
}

/* Sign-extended, as a caller may give it: only the lower half may reach a 64-bit kernel. */
START_TEST(arguments_have_no_upper_half)
{
	struct ptsi_stop st = stop_at(ENTRY, 20);
	struct ptsi_syscall_info want;

	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	want = st.info;
	want.entry.nr = 5;
	want.entry.args[0] = (uint64_t)-2;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_uint_eq(sim_word(GR20), 5);
	ck_assert_uint_eq(sim_word(GR26), 0xfffffffe);
	ck_assert_uint_eq(sim_count(PTSI_SET_SYSCALL_INFO), 0);
}
END_TEST

/* r28 would be what the program had there. */
START_TEST(minus_one_is_enosys_at_seccomp_stops)
{
	struct ptsi_syscall_info want = { .op = SECCOMP, .entry.nr = UINT64_MAX };
	struct ptsi_stop st = stop_at(SECCOMP, 20);

	ck_assert(!ptsi_core_is_plain(&ptsi_family_parisc, &want));
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_int_eq((int)sim_word(GR20), -1);
	ck_assert_int_eq((int)sim_word(GR28), -251);
	ck_assert_uint_eq(sim_count(PTSI_SET_SYSCALL_INFO), 0);
}
END_TEST

START_TEST(result_by_the_kernels_request)
{
	struct ptsi_syscall_info want = { .op = EXIT, .exit = { .rval = -13, .is_error = 1 } };
	struct ptsi_stop st = stop_at(EXIT, 20);

	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_int_eq((int)sim_word(GR28), -13);
	ck_assert_uint_eq(sim_count(PTSI_POKEUSR), 0);
}
END_TEST

/* Written by a 32-bit tracer of a 64-bit kernel. */
START_TEST(skipped_call_reads_minus_one)
{
	struct ptsi_stop st = stop_at(_i ? SECCOMP : ENTRY, 20);

	sim.info = (struct ptsi_syscall_info){
		.op = sim.op,
		.arch = PARISC,
		.entry.nr = UINT32_MAX,
	};
	sim.info_size = _i ? 84 : 80;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_uint_eq(st.info.entry.nr, UINT64_MAX);
}
END_TEST

/* In three words, of which any may fail. */
START_TEST(ip_that_fails_is_undone)
{
	struct ptsi_stop st = stop_at(ENTRY, 20);
	struct ptsi_syscall_info want;
	unsigned n;

	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	want = st.info;
	want.instruction_pointer = 0x30000;
	for (n = 1;; n++) {
		sim_watch(n, EIO);
		if (ptsi_core_set(&st, &want) == 0)
			break;
		ck_assert_int_eq(errno, EIO);
		ck_assert_mem_eq(sim.image, before, sizeof before);
	}
	ck_assert_uint_gt(n, 3);
	ck_assert_uint_eq(sim_word(GR31), 0x30003);
	ck_assert_uint_eq(sim_word(IAOQ), 0x30003);
	ck_assert_uint_eq(sim_word(IAOQ + 1), 0x30007);
}
END_TEST

/* SETREGSET would store other words than it was given. */
START_TEST(regset_is_not_used)
{
	struct ptsi_stop st = stop_at(_i ? EXIT : ENTRY, 20);
	struct ptsi_syscall_info want;

	sim.set_errno = EIO;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	want = st.info;
	if (_i) {
		want.exit.rval = 0x1234;
		want.exit.is_error = 0;
	} else {
		want.entry.nr = 5;
		for (unsigned i = 0; i < 6; i++)
			want.entry.args[i] = 0xb1 + i;
	}
	want.stack_pointer = 0x40000;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_uint_eq(sim_word(GR30), 0x40000);
	ck_assert_uint_eq(sim_count(PTSI_SETREGSET) + sim_count(PTSI_GETREGSET), 0);
}
END_TEST

static int repeat(uint32_t branch, uint32_t slot, uint64_t nr)
{
	struct ptsi_stop st = stop_at(EXIT, 20);
	struct ptsi_syscall_info entry = {
		.op = ENTRY,
		.instruction_pointer = IP,
		.entry = { .nr = nr, .args = { 0xb1 } },
	};

	for (int i = 0; i < 4; i++) {
		sim.code[i] = (unsigned char)(branch >> (24 - 8 * i));
		sim.code[4 + i] = (unsigned char)(slot >> (24 - 8 * i));
	}
	sim.code_len = branch ? 8 : 0;
	sim.code_end = IP;
	return ptsi_core_repeat(&st, &entry);
}

enum { BLE = (int)0xe4008200, NOP = 0x08000240, LDI_20 = 0x34140028, LDI_REST = 0x3414015a };
enum { LDI_LAST = 0x34143ffe };

START_TEST(number_that_comes_again_is_repeated)
{
	ck_assert_int_eq(repeat((uint32_t)BLE, LDI_20, 20), 0);
	ck_assert_int_eq(repeat((uint32_t)BLE, LDI_REST, 173), 0);
	ck_assert_int_eq(repeat((uint32_t)BLE, LDI_LAST, 0x1fff), 0);
	ck_assert_int_eq(repeat((uint32_t)BLE, NOP, 56), 0);
	ck_assert_uint_eq(sim_word(GR20), 56);
	ck_assert_uint_eq(sim_word(GR26), 0xb1);
	ck_assert_uint_eq(sim_word(GR28), 0);
	ck_assert_uint_eq(sim_word(GR31), (IP - 8) | 3);
	ck_assert_uint_eq(sim_word(IAOQ), (IP - 8) | 3);
	ck_assert_uint_eq(sim_word(IAOQ + 1), (IP - 4) | 3);
}
END_TEST

START_TEST(another_is_not)
{
	static const struct {
		uint32_t branch, slot;
		unsigned nr;
	} call[] = {
		{ (uint32_t)BLE, LDI_20, 21 },
		{ (uint32_t)BLE, 0x34130028, 20 }, /* ldi 20,%r19 */
		{ (uint32_t)BLE, 0x34140028, 20 + 0x2000 },
		{ (uint32_t)BLE, 0x3414c028, 0x6014 }, /* no room for such a number */
		{ (uint32_t)BLE, 0x34144028, 0x2014 },
		{ 0xe4008000, LDI_20, 20 }, /* another branch */
		{ 0, 0, 20 },               /* memory that can't be read */
	};

	ck_assert_int_eq(repeat(call[_i].branch, call[_i].slot, call[_i].nr), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_mem_eq(sim.image, before, sizeof before);
}
END_TEST

/* Some call can be repeated where any number, or the one that is there, comes again. */
START_TEST(some_call_is_repeated)
{
	static const struct {
		uint32_t slot;
		int can;
	} slots[] = {
		{ NOP, 1 },        { LDI_20, 1 },     { LDI_REST, 1 },   { LDI_LAST, 1 },
		{ 0x34144028, 0 }, { 0x34130028, 0 }, { 0x34140029, 0 }, { 0, 0 },
	};
	struct ptsi_stop st;

	repeat(slots[_i].slot ? (uint32_t)BLE : 0, slots[_i].slot, 20);
	ptsi_core_begin(&st, 1);
	st.family = &ptsi_family_parisc;
	sim_put(IAOQ, IP);
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	ck_assert_int_eq(st.abi->repeats(&st, NULL), slots[_i].can);
}
END_TEST

/* What a 64-bit kernel tells: more than the number, and a result of which half is known. */
START_TEST(halves_of_what_is_told)
{
	bool wide = _i;
	struct ptsi_stop st = stop_at(ENTRY, 20);

	sim.info = (struct ptsi_syscall_info){
		.op = ENTRY,
		.arch = wide ? PARISC64 : PARISC,
		.entry.nr = 0x100000014,
	};
	sim.info_size = 80;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_uint_eq(st.info.entry.nr, 20);
	st = stop_at(EXIT, 20);
	sim.info = (struct ptsi_syscall_info){
		.op = EXIT,
		.arch = wide ? PARISC64 : PARISC,
		.exit.rval = 0xffffffea,
	};
	sim.info_size = 33;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_int_eq(st.info.exit.rval, wide ? INT64_C(0xffffffea) : -22);
	ck_assert_int_eq(st.info.exit.is_error, !wide);
}
END_TEST

/* A 32-bit tracer sees half of it; a 64-bit one all, and sp says that it is one. */
START_TEST(wide_tracee)
{
	struct ptsi_stop st = stop_at(ENTRY, 20);
	struct ptsi_syscall_info want;

	sim_put(GR30, 0x20001);
	sim.get_errno = EIO;
	if (sizeof(long) == 8) {
		ck_assert_int_eq(ptsi_decode_registers(&st, ENTRY), 0);
		ck_assert_uint_eq(st.info.arch, PARISC64);
		return;
	}
	ck_assert_int_eq(ptsi_decode_registers(&st, ENTRY), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	sim.get_errno = 0;
	sim.layout.arch = PARISC64;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	want = st.info;
	want.entry.nr = 5;
	ck_assert_int_eq(ptsi_core_set(&st, &want), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("parisc");
	TCase *tc = tcase_create("parisc");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_test(tc, arguments_have_no_upper_half);
	tcase_add_test(tc, minus_one_is_enosys_at_seccomp_stops);
	tcase_add_test(tc, result_by_the_kernels_request);
	tcase_add_loop_test(tc, skipped_call_reads_minus_one, 0, 2);
	tcase_add_test(tc, ip_that_fails_is_undone);
	tcase_add_loop_test(tc, regset_is_not_used, 0, 2);
	tcase_add_test(tc, number_that_comes_again_is_repeated);
	tcase_add_loop_test(tc, another_is_not, 0, 7);
	tcase_add_loop_test(tc, some_call_is_repeated, 0, 8);
	tcase_add_loop_test(tc, halves_of_what_is_told, 0, 2);
	tcase_add_test(tc, wide_tracee);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
