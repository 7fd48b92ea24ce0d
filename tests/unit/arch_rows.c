// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What the rows of every architecture say beside registers, and which stops they are for.
 *
 *	arch_rows FAMILY
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "machines.h"

enum {
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
};

START_TEST(rows_beside_registers)
{
	const struct machine *m = machine(_i);
	struct ptsi_syscall_info skip;
	struct ptsi_stop st;

	if (!m)
		return;
	st = machine_stop_of(m, ENTRY);
	ck_assert_int_eq(ptsi_skip_harmless_nr(&st), m->getpid);
	ck_assert_str_eq(st.abi->name, m->name);
	ck_assert_uint_eq(st.abi->arch, m->at.arch);
	ck_assert_int_eq(st.abi->presets, m->presets);
	ck_assert_int_eq(st.abi->size,
			 m->size ? (m->size > 0 ? m->size : 0) : (int)(m->words * m->word));
	ptsi_skip_completed(st.abi, &st.info, &skip);
	ck_assert_int_eq(skip.exit.rval, -m->enosys);
	ck_assert(ptsi_skip_has_exit(&st));
}
END_TEST

static int set_nr(const struct machine *m, int nr)
{
	struct ptsi_stop st = machine_stop_of(m, ENTRY);
	struct ptsi_syscall_info want = st.info;

	want.entry.nr = (uint64_t)nr;
	return ptsi_core_set(&st, &want);
}

START_TEST(numbers_of_the_abi)
{
	const struct machine *m = machine(_i);

	if (!m || m->nr == m->other_nr) /* no number can be set */
		return;
	ck_assert_int_eq(set_nr(m, m->nr_min), 0);
	ck_assert_int_eq(set_nr(m, m->nr_max ? m->nr_max : INT32_MAX), 0);
	if (m->nr_min) {
		ck_assert_int_eq(set_nr(m, m->nr_min - 1), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
	}
	if (m->nr_max) {
		ck_assert_int_eq(set_nr(m, m->nr_max + 1), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
	}
}
END_TEST

/* Whatever the tracer: the row is among the family's, in the tracee's byte order. */
START_TEST(rows_are_listed)
{
	const struct machine *m = &machines[_i];
	const struct ptsi_abi *const *row = m->family->abis;

	if (!machine_family_chosen(m->family) || !strcmp(m->name, "x32"))
		return;
	while (*row && (strcmp((*row)->name, m->name) || (*row)->arch != m->at.arch ||
			(*row)->word != m->word || (*row)->big != m->big ||
			((*row)->poke && (*row)->poke != m->user_step)))
		row++;
	ck_assert_msg(*row, "%s, %u", m->name, m->word);
}
END_TEST

/* Rows of a tracee of 64 bits whose tracer sees half of it: nothing goes by registers. */
static const struct unseen {
	const struct ptsi_family *family;
	const char *name;
	uint32_t arch;
	int enosys, getpid, native_wrong, nr_last;
} unseens[] = {
	{ &ptsi_family_arm, "arm64", 0xc00000b7, 38, 172, 0, 0 },
	{ &ptsi_family_parisc, "parisc64", 0x8000000f, 251, 20,
	  PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP, 0 },
	{ &ptsi_family_s390, "s390x", 0x80000016, 38, 20, 0, 0xfffe },
	{ &ptsi_family_sparc, "sparc64", 0x8000002b, 90, 20, 0, 0 },
	{ &ptsi_family_x86, "x86_64", 0xc000003e, 38, 39, 0, 0 },
};

enum { UNSEENS = sizeof unseens / sizeof unseens[0] };

START_TEST(tracee_that_is_seen_by_half)
{
	const struct unseen *u = &unseens[_i];
	const struct ptsi_abi *const *row = u->family->abis;
	struct ptsi_stop st;
	uint64_t val;

	if (!machine_family_chosen(u->family))
		return;
	while (*row && ((*row)->size || (*row)->poke || strcmp((*row)->name, u->name)))
		row++;
	ck_assert_ptr_nonnull(*row);
	sim_reset();
	ptsi_core_begin(&st, 1);
	st.family = u->family;
	st.abi = *row;
	ck_assert_int_eq(ptsi_regs_word(&st, PTSI_WORD(0), &val), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	for (st.info.op = ENTRY; st.info.op <= SECCOMP; st.info.op++) {
		int right = st.info.op == EXIT ? PTSI_CAN_RESULT
					       : PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP;

		ck_assert_int_eq(ptsi_route_native_can(&st), right & ~u->native_wrong);
		ck_assert_int_eq(ptsi_route_regs_can(&st), 0);
		ck_assert_int_eq(ptsi_route_can_repeat(&st, NULL), 0);
	}
	ck_assert_uint_eq(st.abi->arch, u->arch);
	ck_assert_uint_eq(st.abi->value, 8);
	ck_assert_uint_eq(st.abi->pointer, 8);
	ck_assert_int_eq(st.abi->enosys, u->enosys);
	ck_assert_int_eq(st.abi->getpid, u->getpid);
	ck_assert_int_eq(st.abi->nr_last, u->nr_last);
	ck_assert_int_eq(st.abi->presets, u->family == &ptsi_family_x86);
}
END_TEST

/* What GET told of a call is mended by registers, which nobody knows of such an arch. */
static const struct ptsi_family *const mended[] = {
	&ptsi_family_nds32,
	&ptsi_family_nios2,
	&ptsi_family_openrisc,
};

enum { MENDED = sizeof mended / sizeof mended[0] };

START_TEST(what_can_not_be_mended)
{
	struct ptsi_stop st;

	if (!machine_family_chosen(mended[_i]))
		return;
	sim_reset();
	sim.word = 4;
	sim.len = 196;
	ptsi_core_begin(&st, 1);
	st.family = mended[_i];
	st.info = (struct ptsi_syscall_info){ .op = ENTRY, .arch = 0x12345678 };
	st.info_size = 80;
	errno = 0;
	ck_assert_int_eq(st.family->mend_native(&st), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

/* Stops that no row is for. */
static const struct foreign {
	const struct ptsi_family *family;
	uint32_t arch; /* told; 0: nothing is */
	unsigned word, len;
} foreigns[] = {
	{ &ptsi_family_arm64, 0, 4, 68 },
	{ &ptsi_family_arm64, 0, 8, 264 },
	{ &ptsi_family_arc, 0x12345678, 4, 160 },
	{ &ptsi_family_arc, 0, 4, 160 },
	{ &ptsi_family_csky, 0x400000fc, 4, 76 },
	{ &ptsi_family_csky, 0, 4, 84 },
	{ &ptsi_family_csky, 0, 4, 148 },
	{ &ptsi_family_csky, 0x400000fc, 4, 156 },
	{ &ptsi_family_hexagon, 0x12345678, 4, 192 },
	{ &ptsi_family_ia64, 0x12345678, 8, 1024 },
	{ &ptsi_family_loongarch, 0x12345678, 8, 360 },
	{ &ptsi_family_m68k, 5, 4, 76 },
	{ &ptsi_family_mips, 0x12345678, 4, 180 },
	{ &ptsi_family_mips, 0, 4, 176 },
	{ &ptsi_family_mips, 0, 4, 184 },
	{ &ptsi_family_mips, 0, 8, 352 },
	{ &ptsi_family_mips, 0, 8, 368 },
	{ &ptsi_family_nds32, 0x12345678, 4, 140 },
	{ &ptsi_family_nds32, 0, 4, 140 },
	{ &ptsi_family_nios2, 0x12345678, 4, 196 },
	{ &ptsi_family_openrisc, 0x12345678, 4, 136 },
	{ &ptsi_family_powerpc, 0x12345678, 8, 384 },
	{ &ptsi_family_powerpc, 0, 8, 376 },
	{ &ptsi_family_powerpc, 0, 8, 392 },
	{ &ptsi_family_powerpc, 0, 4, 188 },
	{ &ptsi_family_powerpc, 0, 4, 196 },
	{ &ptsi_family_riscv, 0xc00000f3, 8, 248 },
	{ &ptsi_family_riscv, 0, 8, 264 },
	{ &ptsi_family_riscv, 0xc00000f3, 4, 124 },
	{ &ptsi_family_riscv, 0, 4, 132 },
	{ &ptsi_family_s390, 0, 8, 208 },
	{ &ptsi_family_s390, 0, 8, 224 },
	{ &ptsi_family_s390, 0, 4, 140 },
	{ &ptsi_family_s390, 0, 4, 148 },
	{ &ptsi_family_sh, 0x12345678, 4, 92 },
	{ &ptsi_family_sparc, 0, 8, 144 },
	{ &ptsi_family_sparc, 0, 8, 160 },
	{ &ptsi_family_sparc, 0, 8, 280 },
	{ &ptsi_family_x86, 0, 4, 64 },
	{ &ptsi_family_x86, 0, 4, 72 },
	{ &ptsi_family_x86, 0, 8, 208 },
	{ &ptsi_family_x86, 0, 8, 224 },
	{ &ptsi_family_xtensa, 0x12345678, 4, 1024 },
};

enum { FOREIGNS = sizeof foreigns / sizeof foreigns[0] };

START_TEST(what_no_row_is_for)
{
	const struct foreign *f = &foreigns[_i];
	struct ptsi_stop st;

	if (!machine_family_chosen(f->family))
		return;
	sim_reset();
	sim.word = f->word;
	sim.len = f->len;
	ptsi_core_begin(&st, 1);
	st.family = f->family;
	st.info = (struct ptsi_syscall_info){ .op = EXIT, .arch = f->arch };
	st.info_size = f->arch ? 33 : 0;
	errno = 0;
	ck_assert_int_eq(ptsi_decode_abi(&st), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

/* What may be set with nothing known about the stop. */
static const struct plain {
	const struct ptsi_family *family;
	unsigned look_at; /* no set at these stops */
	uint64_t nr_last; /* 0: INT32_MAX */
	bool wide;        /* arguments of more than 32 bits */
	unsigned sigset;  /* bytes of the kernel's sigset_t; 0: 8 */
	bool peek_returns;
} plains[] = {
	{ &ptsi_family_arm, 0, 0xf07ff, false, 0, false },
	{ &ptsi_family_arm64, 0, 0xf07ff, false, 0, false },
	{ &ptsi_family_arc, 1 << ENTRY | 1 << SECCOMP, 0, false, 0, false },
	{ &ptsi_family_csky, 1 << ENTRY | 1 << SECCOMP, 0, false, 0, false },
	{ &ptsi_family_hexagon, 0, 0, false, 0, false },
	{ &ptsi_family_ia64, 0, 0, true, 0, true },
	{ &ptsi_family_loongarch, 0, 0, true, 0, false },
	{ &ptsi_family_m68k, 0, 0, false, 0, false },
	{ &ptsi_family_mips, 1 << ENTRY | 1 << SECCOMP, 0, false, 16, false },
	{ &ptsi_family_nds32, 0, 0, false, 0, false },
	{ &ptsi_family_nios2, 0, 0, false, 0, false },
	{ &ptsi_family_openrisc, 1 << ENTRY | 1 << SECCOMP, 0, false, 0, false },
	{ &ptsi_family_parisc, 1 << ENTRY | 1 << SECCOMP, 0, false, 0, false },
	{ &ptsi_family_powerpc, 1 << EXIT | 1 << SECCOMP, 0, false, 0, false },
	{ &ptsi_family_riscv, 0, 0, false, 0, false },
	{ &ptsi_family_s390, 0, 0xfffe, false, 0, false },
	{ &ptsi_family_sh, 0, 0, false, 0, false },
	{ &ptsi_family_sparc, 0, 1, false, 0, false },
	{ &ptsi_family_x86, 1 << SECCOMP, 0, false, 0, false },
	{ &ptsi_family_xtensa, 0, 0, false, 0, false },
};

enum { PLAINS = sizeof plains / sizeof plains[0] };

START_TEST(what_is_set_without_a_look)
{
	const struct plain *p = &plains[_i];
	struct ptsi_syscall_info want = { .op = EXIT, .exit.rval = 7 };

	if (!machine_family_chosen(p->family))
		return;
	ck_assert_int_eq(ptsi_core_is_plain(p->family, &want), !(p->look_at & 1 << EXIT));
	for (uint8_t op = ENTRY; op <= SECCOMP; op += SECCOMP - ENTRY) {
		bool may = !(p->look_at & 1U << op);

		want = (struct ptsi_syscall_info){ .op = op };
		want.entry.nr = p->nr_last ? p->nr_last : INT32_MAX;
		ck_assert_int_eq(ptsi_core_is_plain(p->family, &want), may);
		want.entry.nr++;
		ck_assert(!ptsi_core_is_plain(p->family, &want));
		want.entry.nr = 1;
		want.entry.args[3] = UINT32_MAX;
		ck_assert_int_eq(ptsi_core_is_plain(p->family, &want), may);
		want.entry.args[3]++;
		ck_assert_int_eq(ptsi_core_is_plain(p->family, &want), may && p->wide);
	}
	ck_assert_uint_eq(p->family->sigset_size, p->sigset);
	ck_assert_int_eq(p->family->peek_returns, p->peek_returns);
}
END_TEST

/* A row that has something wrong keeps it from being set without a look. */
START_TEST(what_is_wrong_is_looked_at)
{
	const struct plain *p = &plains[_i];

	if (!machine_family_chosen(p->family))
		return;
	for (const struct ptsi_abi *const *abi = p->family->abis; *abi; abi++) {
		if ((*abi)->native_wrong & (PTSI_CAN_NR | PTSI_CAN_ARGS))
			ck_assert_uint_eq(p->look_at, 1 << ENTRY | 1 << SECCOMP);
		if ((*abi)->native_wrong & PTSI_CAN_RESULT)
			ck_assert(p->look_at & 1 << EXIT);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *s = suite_create("rows");
	TCase *tc = tcase_create("rows");
	SRunner *runner = srunner_create(s);
	int failed;

	if (argc > 1)
		machine_choose(argv[1]);
	tcase_add_loop_test(tc, rows_beside_registers, 0, n_machines);
	tcase_add_loop_test(tc, numbers_of_the_abi, 0, n_machines);
	tcase_add_loop_test(tc, rows_are_listed, 0, n_machines);
	tcase_add_loop_test(tc, tracee_that_is_seen_by_half, 0, UNSEENS);
	tcase_add_loop_test(tc, what_can_not_be_mended, 0, MENDED);
	tcase_add_loop_test(tc, what_no_row_is_for, 0, FOREIGNS);
	tcase_add_loop_test(tc, what_is_set_without_a_look, 0, PLAINS);
	tcase_add_loop_test(tc, what_is_wrong_is_looked_at, 0, PLAINS);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
