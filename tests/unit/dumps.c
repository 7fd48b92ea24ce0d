// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The tables of every architecture against register dumps of booted kernels.
 *
 *	dumps FILE...
 *
 * dump.h tells what a file of dumps/ says.  Each check is made of every stop, and with every row
 * of the tables that is for it.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dumps.h"

/* ---- the rows of the tables that a dump proves ---- */

const char *dumps_where(const struct dump *d, const struct ptsi_abi *row, bool told, int line)
{
	static char buf[256];

	snprintf(buf, sizeof buf, "%s:%d (%s, %s, %s)", d->file, line ? line : d->line, d->kernel,
		 row ? row->name : "picked", told ? "GET" : "no GET");
	return buf;
}

/* Whether this row is one for the dump's registers, and for a tracer like the dump's. */
static bool serves(const struct ptsi_abi *row, const struct dump *d)
{
	if (strcmp(row->name, d->abi->name) || row->arch != d->abi->arch ||
	    row->big != d->sim.big || (row->poke && row->poke != d->sim.user_step) ||
	    (row->poke && row->word > sizeof(long)))
		return false;
	if (row->size && d->abi->family->read_max && d->abi->family->read_max < d->sim.len)
		return row->size == d->abi->family->read_max;
	return row->size ? row->size == d->sim.len : row->poke;
}

static void each_way(const struct dump *d, const struct ptsi_abi *row, dumps_check *check)
{
	if (!d->unreadable)
		check(d, row, false);
	check(d, row, true);
}

void dumps_each_row(const struct dump *d, dumps_check *check)
{
	bool pick = !d->own_build && (!d->tracer || d->tracer == sizeof(long));
	int n = pick;

	for (const struct ptsi_abi *const *row = d->abi->family->abis; *row; row++) {
		if (!serves(*row, d))
			continue;
		each_way(d, *row, check);
		n++;
	}
	if (pick && d->own_abi)
		check(d, NULL, true);
	else if (pick)
		each_way(d, NULL, check);
	ck_assert_msg(n || d->tracer, "%s: no row is for this dump",
		      dumps_where(d, NULL, false, 0));
	if (!n)
		printf("%s:%d: skipped: only for a tracer whose long has %u bytes\n", d->file,
		       d->line, d->tracer);
}

static long info_size(uint8_t op)
{
	static const long size[] = { 24, 80, 33, 84 };

	return size[op];
}

static void load(const struct dump *d, bool told)
{
	sim_reset();
	sim = d->sim;
	sim.get_errno = told ? 0 : EIO;
	sim.set_errno = EIO;
	sim.si_signo = SIGSTOP;
	sim.info = d->told;
	sim.info_size = info_size(d->info.op);
}

struct ptsi_stop dumps_begin(const struct dump *d, const struct ptsi_abi *row, bool told)
{
	struct ptsi_stop st;

	load(d, told);
	ptsi_core_begin(&st, 1);
	st.way = PTSI_REGISTERS;
	st.family = d->abi->family;
	st.abi = row;
	return st;
}

/* Without GET the kind of a syscall-stop is told: registers seldom do. */
void dumps_read(struct ptsi_stop *st, const struct dump *d, const char *where)
{
	bool syscall_stop =
		d->info.op == PTSI_SYSCALL_INFO_ENTRY || d->info.op == PTSI_SYSCALL_INFO_EXIT;
	int r = ptsi_decode_native(st);

	if (r == PTSI_LACKING)
		r = ptsi_decode_registers(st, syscall_stop ? d->info.op : -1);
	ck_assert_msg(r >= 0, "%s: %s", where, strerror(errno));
}

/* ---- the tests ---- */

#define CHECK_FIELD(d, got, member, where)                                                         \
	ck_assert_msg((got)->member == (d)->info.member, "%s: " #member " is 0x%llx, not 0x%llx",  \
		      where, (unsigned long long)(got)->member,                                    \
		      (unsigned long long)(d)->info.member)

static void check_info(const struct dump *d, const struct ptsi_syscall_info *got, const char *where)
{
	CHECK_FIELD(d, got, op, where);
	CHECK_FIELD(d, got, arch, where);
	CHECK_FIELD(d, got, instruction_pointer, where);
	CHECK_FIELD(d, got, stack_pointer, where);
	if (d->info.op == PTSI_SYSCALL_INFO_EXIT) {
		CHECK_FIELD(d, got, exit.rval, where);
		CHECK_FIELD(d, got, exit.is_error, where);
		return;
	}
	if (d->info.op == PTSI_SYSCALL_INFO_NONE)
		return;
	CHECK_FIELD(d, got, entry.nr, where);
	for (int i = 0; i < 6; i++)
		CHECK_FIELD(d, got, entry.args[i], where);
	if (d->info.op == PTSI_SYSCALL_INFO_SECCOMP)
		CHECK_FIELD(d, got, seccomp.ret_data, where);
}

static void decode_row(const struct dump *d, const struct ptsi_abi *row, bool told)
{
	struct ptsi_stop st = dumps_begin(d, row, told);
	const char *where = dumps_where(d, row, told, 0);
	const struct ptsi_abi *abi;

	dumps_read(&st, d, where);
	ck_assert_msg(ptsi_decode_abi(&st) == 0, "%s: %s", where, strerror(errno));
	ck_assert_msg(st.info_size == info_size(d->info.op), "%s: size %d", where, st.info_size);
	check_info(d, &st.info, where);
	ck_assert_msg(row || ptsi_decode_refined(&st) == 0, "%s: %s", where, strerror(errno));
	abi = st.abi;
	ck_assert_msg(abi && !strcmp(abi->name, d->abi->name), "%s: not %s", where, d->abi->name);
	ck_assert_msg(abi->arch == d->info.arch && abi->pointer == d->abi->pointer &&
			      abi->value == d->abi->value,
		      "%s: arch, pointer or value", where);
	ck_assert_msg(!sim_writes(), "%s: something was written", where);
}

START_TEST(each_field_is_read)
{
	dumps_each_row(&dumps[_i], decode_row);
}
END_TEST

START_TEST(what_registers_do_not_tell_is_refused)
{
	const struct dump *d = &dumps[_i];
	struct ptsi_stop st = dumps_begin(d, NULL, false);

	if (!d->unreadable)
		return;
	ck_assert_int_eq(ptsi_decode_registers(&st, d->info.op), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

/* Entry and exit are told apart by what the registers say, or not at all. */
START_TEST(entry_and_exit_are_not_guessed)
{
	const struct dump *d = &dumps[_i];
	struct ptsi_stop st = dumps_begin(d, NULL, false);
	int r;

	st.family = d->abi->family;
	if (d->own_abi || d->own_build || (d->tracer && d->tracer != sizeof(long)))
		return;
	r = ptsi_decode_info(&st);
	if (!d->unreadable && (d->info.op == PTSI_SYSCALL_INFO_NONE ||
			       d->info.op == PTSI_SYSCALL_INFO_SECCOMP || d->abi->family->mark)) {
		ck_assert_int_eq(r, 0);
		ck_assert_int_eq(st.info.op, d->info.op);
		return;
	}
	ck_assert_int_eq(r, -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

static void can_row(const struct dump *d, const struct ptsi_abi *row, bool told)
{
	struct ptsi_stop st = dumps_begin(d, row, told);
	const char *where = dumps_where(d, row, told, 0);
	int can, want = d->abi->can[d->info.op] | (told ? PTSI_NATIVE_GET : 0);

	dumps_read(&st, d, where);
	can = ptsi_core_features(&st);
	ck_assert_msg(can == want, "%s: features are %#x, not %#x", where, (unsigned)can,
		      (unsigned)want);
}

START_TEST(features_are_as_told)
{
	dumps_each_row(&dumps[_i], can_row);
}
END_TEST

const struct dump_set *dumps_next_set(const struct dump *d, const struct dump_set *set)
{
	const struct dump_abi *abi = d->abi;

	for (set = set ? set + 1 : abi->set; set < abi->set + abi->n_sets; set++)
		if (set->ops & 1U << d->info.op)
			return set;
	return NULL;
}

/* What the features promise has a line that shows it. */
START_TEST(each_feature_is_shown)
{
	const struct dump *d = &dumps[_i];
	int shown = 0, can = d->abi->can[d->info.op];

	for (const struct dump_set *set = NULL; (set = dumps_next_set(d, set));) {
		if (set->answer < 0)
			continue;
		shown |= set->repeat ? PTSI_CAN_REPEAT : set->fields;
		if ((set->fields & PTSI_CAN_SKIP) && set->answer == PTSI_DONE)
			shown |= PTSI_CAN_DONE;
	}
	ck_assert_msg(!(can & ~shown), "%s: nothing shows %#x", dumps_where(d, NULL, false, 0),
		      (unsigned)(can & ~shown));
}
END_TEST

const int dumps_fields[] = {
	PTSI_CAN_NR,     PTSI_CAN_ARG(0), PTSI_CAN_ARG(1), PTSI_CAN_ARG(2), PTSI_CAN_ARG(3),
	PTSI_CAN_ARG(4), PTSI_CAN_ARG(5), PTSI_CAN_RESULT, PTSI_CAN_IP,     PTSI_CAN_SP,
};

/* The stop's info with the fields of set in it. */
static struct ptsi_syscall_info wanted(const struct dump *d, const struct dump_set *set)
{
	struct ptsi_syscall_info want = d->info, val = set->val;

	if (set->repeat) {
		want.op = PTSI_SYSCALL_INFO_ENTRY;
		memset(&want.entry, 0, sizeof want.entry);
	} else if (set->fields & PTSI_CAN_SKIP) {
		want.op = PTSI_SYSCALL_INFO_SKIP;
		want.exit = val.exit;
	} else if (set->fields & PTSI_CAN_RESULT) {
		want.exit = val.exit;
	}
	for (int i = 0; i < DUMPS_FIELDS; i++)
		if (set->fields & dumps_fields[i] & ~PTSI_CAN_RESULT)
			*dump_member(&want, dumps_fields[i]) = *dump_member(&val, dumps_fields[i]);
	return want;
}

/* Every word of the image: changed as told, or as it was. */
static void check_image(const struct dump *d, const struct dump_set *set, const char *where)
{
	struct sim after = sim;
	int nr = d->sim.nr;

	memcpy(sim.image, d->sim.image, sizeof sim.image);
	for (int i = 0; i < set->n; i++) {
		uint64_t val = set->change[i].val;

		if (set->change[i].word == PTSI_NR_CALL) {
			nr = (int)val;
			continue;
		}
		sim_put(set->change[i].word,
			set->change[i].from_ip ? d->info.instruction_pointer + val : val);
	}
	ck_assert_msg(after.nr == nr, "%s: the kernel's nr is %d, not %d", where, after.nr, nr);
	for (size_t off = 0; off < sim.len; off += sim.word) {
		int w = (int)(off / sim.word);
		uint64_t want = sim_word(w), got;

		memcpy(sim.image + off, after.image + off, sim.word);
		got = sim_word(w);
		ck_assert_msg(got == want, "%s: word %d is 0x%llx, not 0x%llx", where, w,
			      (unsigned long long)got, (unsigned long long)want);
	}
}

static void set_row(const struct dump *d, const struct ptsi_abi *row, bool told)
{
	for (const struct dump_set *set = NULL; (set = dumps_next_set(d, set));) {
		struct ptsi_syscall_info want = wanted(d, set);
		const char *where = dumps_where(d, row, told, set->line);
		struct ptsi_stop st = dumps_begin(d, row, told);
		int r;

		dumps_read(&st, d, where);
		r = set->repeat ? ptsi_core_repeat(&st, &want) : ptsi_core_set(&st, &want);
		ck_assert_msg(r == set->answer, "%s: returned %d (%s)", where, r,
			      r < 0 ? strerror(errno) : "");
		ck_assert_msg(r >= 0 || errno == set->err, "%s: errno: %s", where, strerror(errno));
		check_image(d, set, where);
	}
}

START_TEST(each_change_is_made_and_no_other)
{
	dumps_each_row(&dumps[_i], set_row);
}
END_TEST

static void identity_row(const struct dump *d, const struct ptsi_abi *row, bool told)
{
	struct ptsi_stop st = dumps_begin(d, row, told);
	struct ptsi_syscall_info want = d->info;
	const char *where = dumps_where(d, row, told, 0);

	if (d->info.op == PTSI_SYSCALL_INFO_NONE)
		return;
	dumps_read(&st, d, where);
	ck_assert_msg(ptsi_core_set(&st, &want) == 0, "%s: %s", where, strerror(errno));
	ck_assert_msg(!sim_writes(), "%s: something was written", where);
}

START_TEST(what_was_read_can_be_set)
{
	dumps_each_row(&dumps[_i], identity_row);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dumps");
	TCase *tc = tcase_create("registers");
	SRunner *sr = srunner_create(suite);
	int failed;

	for (int i = 1; i < argc; i++)
		dump_read_file(argv[i]);
	if (!n_dumps)
		dump_bad("no stop in any file");
	tcase_add_loop_test(tc, each_field_is_read, 0, n_dumps);
	tcase_add_loop_test(tc, what_registers_do_not_tell_is_refused, 0, n_dumps);
	tcase_add_loop_test(tc, entry_and_exit_are_not_guessed, 0, n_dumps);
	tcase_add_loop_test(tc, features_are_as_told, 0, n_dumps);
	tcase_add_loop_test(tc, each_feature_is_shown, 0, n_dumps);
	tcase_add_loop_test(tc, each_change_is_made_and_no_other, 0, n_dumps);
	tcase_add_loop_test(tc, what_was_read_can_be_set, 0, n_dumps);
	dumps_add_random(tc);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
