// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What the tables of sparc can't say: whose table a new number is for, and which width it is. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

extern const struct ptsi_family ptsi_family_sparc;

enum {
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	PSR = 0,
	PC,
	NPC,
	G1 = 4,
	O0 = 11,
	O1,
	SP = 17,
	WORDS = 19,
	GETREGS = 12,
	SETREGS,
	GETREGS64 = 22,
	SETREGS64,
};

#define SPARC   2
#define SPARC64 0x8000002b
#define PSR_64  0xff404081 /* of a 64-bit kernel */
#define PSR_32  0x04401081

static unsigned char before[PTSI_IMAGE_MAX];

/* The row for 32-bit programs and tracers whose long has so many bytes. */
static const struct ptsi_abi *row(unsigned tracer)
{
	for (const struct ptsi_abi *const *abi = ptsi_family_sparc.abis; *abi; abi++)
		if ((*abi)->arch == SPARC && (*abi)->word == tracer)
			return *abi;
	ck_abort();
}

/* A 32-bit program, its 32-bit tracer, and a kernel that has both requests. */
static struct ptsi_stop stop_at(uint8_t op, uint64_t nr, uint32_t psr)
{
	struct ptsi_stop st;

	sim_reset();
	sim.word = 4;
	sim.big = true;
	sim.len = 4 * WORDS;
	sim.getregs = GETREGS;
	sim.setregs = SETREGS;
	sim.op = op;
	sim.layout = (struct sim_layout){
		.nr = G1,
		.arg = { O0, O1, O1 + 1, O1 + 2, O1 + 3, O1 + 4 },
		.rval = O0,
		.ip = PC,
		.sp = SP,
		.arch = SPARC,
	};
	for (int w = 0; w < WORDS; w++)
		sim_put(w, 0x1000 + (unsigned)w);
	sim_put(G1, nr);
	sim_put(PSR, psr);
	memcpy(before, sim.image, sizeof before);
	ptsi_core_begin(&st, 1);
	st.family = &ptsi_family_sparc;
	st.abi = row(4);
	sim_watch(0, 0);
	return st;
}

static int set_nr(struct ptsi_stop *st, uint64_t nr)
{
	struct ptsi_syscall_info want;

	if (ptsi_decode_info(st) < 0)
		return -1;
	want = st->info;
	want.entry.nr = nr;
	return ptsi_core_set(st, &want);
}

static const uint64_t out_of_range[] = { 441, 0x7fffffff, UINT64_MAX };

/* By the kernel's request and by registers alike. */
START_TEST(no_number_for_a_call_that_had_none)
{
	struct ptsi_stop st = stop_at(ENTRY, out_of_range[_i / 2], PSR_64);

	sim.set_errno = _i % 2 ? EIO : 0;
	ck_assert_int_eq(set_nr(&st, 5), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_mem_eq(sim.image, before, sizeof before);
	ck_assert_int_eq(set_nr(&st, 20), 0);
	ck_assert_uint_eq(sim_word(G1), 20);
}
END_TEST

START_TEST(a_32_bit_kernel_has_one_table)
{
	struct ptsi_stop st = stop_at(ENTRY, out_of_range[_i / 2], PSR_32);

	sim.set_errno = _i % 2 ? EIO : 0;
	ck_assert_int_eq(set_nr(&st, 5), 0);
	ck_assert_uint_eq(sim_word(G1), 5);
}
END_TEST

START_TEST(so_a_number_is_not_set_without_a_look)
{
	struct ptsi_syscall_info want = { .op = ENTRY, .entry.nr = 5 };

	ck_assert(!ptsi_core_is_plain(&ptsi_family_sparc, &want));
	want.entry.nr = 1;
	ck_assert(ptsi_core_is_plain(&ptsi_family_sparc, &want));
}
END_TEST

START_TEST(arguments_and_a_skip_are_no_matter)
{
	struct ptsi_stop st = stop_at(ENTRY, 441, PSR_64);
	struct ptsi_syscall_info want;

	sim.set_errno = EIO;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	want = st.info;
	want.entry.args[1] = 0xb2;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_uint_eq(sim_word(O1), 0xb2);
	want.op = PTSI_SYSCALL_INFO_SKIP;
	want.exit.rval = 42;
	want.exit.is_error = 0;
	ck_assert_int_eq(ptsi_core_set(&st, &want), PTSI_AT_EXIT);
	ck_assert_uint_eq(sim_word(G1), UINT32_MAX);
}
END_TEST

/* -1 that a 32-bit regset held */
START_TEST(skipped_call_reads_minus_one)
{
	struct ptsi_stop st = stop_at(ENTRY, UINT32_MAX, PSR_64);

	sim.info = (struct ptsi_syscall_info){
		.op = ENTRY,
		.arch = SPARC,
		.entry.nr = UINT32_MAX,
	};
	sim.info_size = 80;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_uint_eq(st.info.entry.nr, UINT64_MAX);
}
END_TEST

/* An upper half that only the kernel's request tells: it is out of range, and stays told. */
START_TEST(number_beyond_32_bits_is_told)
{
	struct ptsi_stop st = stop_at(ENTRY, 5, PSR_64);

	sim.info = (struct ptsi_syscall_info){
		.op = ENTRY,
		.arch = SPARC,
		.entry.nr = 0x100000005,
	};
	sim.info_size = 80;
	sim.set_errno = EIO;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_uint_eq(st.info.entry.nr, 0x100000005);
	ck_assert_int_eq(set_nr(&st, 5), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

START_TEST(skipped_call_reads_minus_one_by_registers)
{
	struct ptsi_stop st = stop_at(ENTRY, UINT32_MAX, PSR_64);

	st.abi = row(8);
	sim.word = 8;
	sim.len = 8 * WORDS;
	sim.getregs = GETREGS64;
	sim_put(0, UINT32_MAX);
	ck_assert_int_eq(ptsi_decode_registers(&st, ENTRY), 0);
	ck_assert_uint_eq(st.info.entry.nr, UINT64_MAX);
	st.info.entry.nr = 5;
	st.image.len = 0;
	sim_watch(1, ESRCH);
	ck_assert_int_eq(st.abi->mend_words(&st), -1);
	ck_assert_int_eq(errno, ESRCH);
	ck_assert_uint_eq(st.info.entry.nr, 5);
}
END_TEST

/* Asked of the registers only if the number is none of the table's. */
START_TEST(whose_table_it_is)
{
	struct ptsi_stop st = stop_at(ENTRY, 5, PSR_64);

	st.info = (struct ptsi_syscall_info){ .op = ENTRY, .arch = SPARC, .entry.nr = 440 };
	ck_assert_int_eq(st.abi->nr_refused(&st, 5), 0);
	ck_assert_uint_eq(sim.requests, 0);
	st.info.entry.nr = 441;
	ck_assert_int_eq(st.abi->nr_refused(&st, 5), 1);
	st.image.len = 0;
	sim_watch(1, ESRCH);
	ck_assert_int_eq(st.abi->nr_refused(&st, 5), -1);
	ck_assert_int_eq(errno, ESRCH);
	st.abi = row(8);
	ck_assert_int_eq(st.abi->nr_refused(&st, 5), 1);
	ck_assert_int_eq(st.abi->nr_refused(&st, 20), 0);
	st.info.op = EXIT;
	ck_assert_int_eq(st.abi->nr_refused(&st, 5), 0);
}
END_TEST

/* What a 32-bit tracer wrote is told zero-extended; a 64-bit call's result is what it is. */
START_TEST(result_of_half_a_register)
{
	struct ptsi_stop st = stop_at(EXIT, 5, PSR_64);

	sim.info = (struct ptsi_syscall_info){
		.op = EXIT,
		.arch = _i ? SPARC64 : SPARC,
		.exit.rval = 0xffffffea,
	};
	sim.info_size = 33;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_int_eq(st.info.exit.rval, _i ? INT64_C(0xffffffea) : -22);
}
END_TEST

/* A 64-bit tracer's kernel has 64 bits. */
START_TEST(so_it_is_for_64_bit_tracers)
{
	struct ptsi_stop st = stop_at(ENTRY, 441, PSR_32);

	st.abi = row(8);
	ck_assert_int_eq(set_nr(&st, 5), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_int_eq(set_nr(&st, 20), 0);
}
END_TEST

/* All registers in one request, which fails: nothing has changed. */
START_TEST(ip_is_pc_and_npc)
{
	struct ptsi_stop st = stop_at(ENTRY, 5, PSR_64);
	struct ptsi_syscall_info want;

	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	want = st.info;
	want.instruction_pointer = 0x20000;
	sim_watch(2, EIO); /* behind GETREGS */
	ck_assert_int_eq(ptsi_core_set(&st, &want), -1);
	ck_assert_int_eq(errno, EIO);
	ck_assert_mem_eq(sim.image, before, sizeof before);
	sim_watch(0, 0);
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_uint_eq(sim_word(PC), 0x20000);
	ck_assert_uint_eq(sim_word(NPC), 0x20000);
}
END_TEST

/* By registers and by the kernel's request; whichever request fails, npc is what it was, too. */
START_TEST(both_ways_or_not_at_all)
{
	struct ptsi_stop st = stop_at(ENTRY, 5, PSR_64);
	struct ptsi_syscall_info want;
	unsigned failed_at;
	int r;

	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	want = st.info;
	want.instruction_pointer = 0x20000;
	want.entry.args[1] = 77;
	sim_watch((unsigned)_i + 1, EINVAL);
	failed_at = sim.fail_at;
	r = ptsi_core_set(&st, &want);
	if (r < 0) {
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_mem_eq(sim.image, before, sizeof before);
		return;
	}
	/* the probe of SET may be answered so */
	ck_assert(sim.requests < failed_at || sim.log[_i] == SIM_ASK_SET);
	ck_assert_uint_eq(sim_word(O1), 77);
	ck_assert_uint_eq(sim_word(PC), 0x20000);
}
END_TEST

/* Without GET: 152 bytes are a 32-bit program's, 288 a 64-bit one's. */
START_TEST(width_by_the_regsets_length)
{
	static const size_t len[] = { 152, 288, 144 };
	struct ptsi_stop st = stop_at(ENTRY, 5, PSR_64);
	bool narrow = _i == 0, wide = _i == 1 && sizeof(long) == 8;

	st.abi = NULL;
	sim.get_errno = EIO;
	sim.other_regset = len[_i];
	if (!narrow && !wide) {
		ck_assert_int_eq(ptsi_decode_abi(&st), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
		return;
	}
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	ck_assert_uint_eq(st.abi->arch, narrow ? SPARC : SPARC64);
	ck_assert_uint_eq(st.abi->word, sizeof(long));
}
END_TEST

/* Each tracer's own request, which takes the buffer as the address. */
START_TEST(requests_by_the_tracers_width)
{
	struct ptsi_stop st = stop_at(ENTRY, 5, PSR_64);

	if (_i) {
		st.abi = row(8);
		sim.word = 8;
		sim.len = 8 * WORDS;
		sim.getregs = GETREGS64;
		sim.setregs = SETREGS64;
	}
	ck_assert_int_eq(ptsi_regs_read(&st), 0);
	ck_assert_uint_eq(st.image.len, sim.len);
	ck_assert_mem_eq(st.image.bytes, sim.image, sim.len);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sparc");
	TCase *tc = tcase_create("sparc");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, no_number_for_a_call_that_had_none, 0, 6);
	tcase_add_loop_test(tc, a_32_bit_kernel_has_one_table, 0, 6);
	tcase_add_test(tc, so_a_number_is_not_set_without_a_look);
	tcase_add_test(tc, arguments_and_a_skip_are_no_matter);
	tcase_add_test(tc, skipped_call_reads_minus_one);
	tcase_add_test(tc, number_beyond_32_bits_is_told);
	tcase_add_test(tc, skipped_call_reads_minus_one_by_registers);
	tcase_add_test(tc, whose_table_it_is);
	tcase_add_loop_test(tc, result_of_half_a_register, 0, 2);
	tcase_add_test(tc, so_it_is_for_64_bit_tracers);
	tcase_add_test(tc, ip_is_pc_and_npc);
	tcase_add_loop_test(tc, both_ways_or_not_at_all, 0, 8);
	tcase_add_loop_test(tc, width_by_the_regsets_length, 0, 3);
	tcase_add_loop_test(tc, requests_by_the_tracers_width, 0, 2);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
