// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The core on architectures that there are not: a family of its own, with everything in it
 * that the host's may lack.  Big-endian words of 4 bytes, an error flag, a number that is in
 * no regset, an argument that needs two words and one that can't be reached, two words for
 * ip, a regset that must be written whole.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

enum { GET_NR = 0x7001, SET_NR }; /* requests of this architecture's own */
enum { ARCH_TOY = 0x1234, TOY_ENOSYS = 89, WORDS = 16, FLAG = 0x10000000 };
/* indices into the image */
#define W(index) PTSI_WORD(index)
enum { A0 = 1, A1, A2, A3, A4, A0_COPY = 9, IP, NEXT_IP, SP, FLAGS, USER_NR };

enum {
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
	NONE = PTSI_SYSCALL_INFO_NONE,
	SKIP = PTSI_SYSCALL_INFO_SKIP
};

static int nr; /* the tracee's */

static long nr_requests(long request, pid_t tid, void *addr, void *data)
{
	(void)tid;
	if (request == GET_NR)
		*(int *)data = nr;
	else if (request == SET_NR)
		nr = (int)(long)addr;
	else
		return ptsi_fail(EIO);
	return 0;
}

static int write_nr(struct ptsi_stop *st, int new_nr)
{
	return ptsi_request(st, SET_NR, (unsigned long)new_nr, NULL) < 0 ? -1 : 0;
}

static int decode(struct ptsi_stop *st)
{
	int n;

	if (st->info.op == EXIT || st->info.op == NONE)
		return 0;
	if (ptsi_request(st, GET_NR, 0, &n) < 0)
		return -1;
	st->info.entry.nr = (uint64_t)(int64_t)n;
	return 0;
}

static int edit_ip(struct ptsi_stop *st, struct ptsi_edits *ed, uint64_t ip)
{
	ptsi_regs_edit_known(ed, W(IP), st->info.instruction_pointer, ip);
	ptsi_regs_edit(ed, W(NEXT_IP), ip + 4);
	return 0;
}

static int refuse_900(struct ptsi_stop *st, int n)
{
	(void)st;
	return n >= 900 || n < 0;
}

#define TOY                                                                                        \
	.arch = ARCH_TOY, .word = 4, .value = 4, .pointer = 4, .insn_len = 4, .big = true,         \
	.size = 4 * WORDS, .enosys = TOY_ENOSYS, .nr = PTSI_NR_CALL,                               \
	.arg = { W(A0), W(A1), W(A2), W(A3), W(A4) }, .user_arg1 = W(A0_COPY), .arg1_twice = true, \
	.rval = W(A0), .ip = W(IP), .flag = W(FLAGS), .flag_mask = FLAG, .flag_set = FLAG,         \
	.write_nr = write_nr, .mend_words = decode, .nr_refused = refuse_900

static const struct ptsi_abi toy = {
	.name = "toy",
	TOY,
	.sp = W(SP),
	.user_nr = W(USER_NR),
	.skip_at_entry = PTSI_SKIP_AHEAD,
	.skip_at_seccomp = PTSI_SKIP_KEPT,
	.edit_ip = edit_ip,
};

/* No repeat, no skip at entry stops, and none with a result at SECCOMP stops. */
static const struct ptsi_abi poor = {
	.name = "poor",
	TOY,
	.sp = W(SP),
	.skip_at_entry = PTSI_SKIP_NO,
	.skip_at_seccomp = PTSI_SKIP_EXIT,
};

static const struct ptsi_family toys = { .name = "toys" };

static unsigned char before[4 * WORDS];
static int nr_before;

/* A stop of a kernel without the requests, unless get_errno and set_errno are set to 0. */
static struct ptsi_stop stop_at(const struct ptsi_abi *abi, uint8_t op)
{
	struct ptsi_stop st;

	sim_reset();
	sim.word = 4;
	sim.big = true;
	sim.len = sizeof before;
	for (int i = 0; i < WORDS; i++)
		sim_put(i, 0x80001000U + (unsigned)i);
	sim_put(FLAGS, 0x0a000001);
	nr = 39;
	sim.op = op;
	sim.get_errno = sim.set_errno = EIO;
	sim.other = nr_requests;
	memcpy(before, sim.image, sizeof before);
	nr_before = nr;
	ptsi_core_begin(&st, 1);
	st.family = &toys;
	st.abi = abi;
	return st;
}

/* The library's view, for get-modify-set. */
static struct ptsi_syscall_info read_stop(struct ptsi_stop *st)
{
	int r = ptsi_decode_native(st);

	if (r == PTSI_LACKING)
		r = ptsi_decode_registers(st, sim.op == SECCOMP ? -1 : sim.op);
	ck_assert_int_ge(r, 0);
	return st->info;
}

/* What the tracee has to look like: before, with n words changed. */
struct word {
	int word;
	uint32_t val;
};

static void assert_words(int want_nr, int n, const struct word *words)
{
	unsigned char after[sizeof before];

	memcpy(after, sim.image, sizeof after);
	memcpy(sim.image, before, sizeof before);
	for (int i = 0; i < n; i++)
		sim_put(words[i].word, words[i].val);
	for (int i = 0; i < WORDS; i++)
		ck_assert_msg(!memcmp(after + 4 * i, sim.image + 4 * i, 4), "word %d", i);
	ck_assert_int_eq(nr, want_nr);
}

#define ASSERT_WORDS(nr, ...)                                                                      \
	assert_words(nr, (int)(sizeof((struct word[]){ __VA_ARGS__ }) / sizeof(struct word)),      \
		     (struct word[]){ __VA_ARGS__ })

START_TEST(words_have_the_tracee_s_byte_order_and_size)
{
	static const struct {
		struct ptsi_abi abi;
		unsigned char bytes[8];
		uint64_t val;
	} words[] = {
		{ { .word = 4, .big = true }, { 1, 2, 3, 4 }, 0x01020304 },
		{ { .word = 4, .big = false }, { 1, 2, 3, 4 }, 0x04030201 },
		{ { .word = 8, .big = true }, { 1, 2, 3, 4, 5, 6, 7, 8 }, 0x0102030405060708 },
		{ { .word = 8, .big = false }, { 1, 2, 3, 4, 5, 6, 7, 8 }, 0x0807060504030201 },
	};
	struct ptsi_image image, zeros;

	memset(&zeros, 0, sizeof zeros);
	for (int i = 0; i < 4; i++) {
		const struct ptsi_abi *abi = &words[i].abi;

		image = zeros;
		ptsi_regs_image_put(abi, &image, W(3), words[i].val);
		ck_assert_mem_eq(image.bytes + 3 * abi->word, words[i].bytes, abi->word);
		ck_assert_mem_eq(image.bytes, zeros.bytes, 3U * abi->word);
		ck_assert_mem_eq(image.bytes + 4 * abi->word, zeros.bytes, 64);
		ck_assert_uint_eq(ptsi_regs_image_get(abi, &image, W(3)), words[i].val);
	}
}
END_TEST

START_TEST(values_fit_zero_or_sign_extended)
{
	static const struct ptsi_abi abi4 = { .value = 4 }, abi8 = { .value = 8 };
	static const struct {
		uint64_t v;
		bool fits, is_errno4, is_errno8;
	} values[] = {
		{ 0, true, false, false },
		{ 0x7fffffff, true, false, false },
		{ 0x80000000, true, false, false },
		{ 0xffffffff, true, true, false },
		{ 0xfffff001, true, true, false },
		{ 0xfffff000, true, false, false },
		{ UINT64_MAX, true, true, true },
		{ (uint64_t)-4095, true, true, true },
		{ (uint64_t)-4096, true, false, false },
		{ 0xffffffff80000000, true, false, false },
		{ 0xffffffff7fffffff, false, false, false },
		{ 0x100000000, false, false, false },
		{ 0x8000000000000000, false, false, false },
	};

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		uint64_t v = values[i].v;

		ck_assert(ptsi_decode_fits(&abi4, v) == values[i].fits);
		ck_assert(ptsi_decode_fits(&abi8, v));
		ck_assert_uint_eq(ptsi_decode_narrow(&abi4, v), v & 0xffffffff);
		ck_assert_uint_eq(ptsi_decode_narrow(&abi8, v), v);
		ck_assert(!values[i].fits || ptsi_decode_is_errno(&abi4, v) == values[i].is_errno4);
		ck_assert(ptsi_decode_is_errno(&abi8, v) == values[i].is_errno8);
	}
}
END_TEST

START_TEST(a_call_is_read)
{
	struct ptsi_stop st = stop_at(&toy, SECCOMP);
	struct ptsi_syscall_info info;

	nr = -5;
	sim.message = 7;
	info = read_stop(&st);
	ck_assert_int_eq(st.info_size, 84);
	ck_assert_uint_eq(info.arch, ARCH_TOY);
	ck_assert_uint_eq(info.instruction_pointer, 0x80001000 + IP);
	ck_assert_uint_eq(info.stack_pointer, 0x80001000 + SP);
	ck_assert_uint_eq(info.entry.nr, (uint64_t)-5);
	for (unsigned i = 0; i < 5; i++)
		ck_assert_uint_eq(info.entry.args[i], 0x80001000 + A0 + i);
	ck_assert_uint_eq(info.entry.args[5], 0);
	ck_assert_uint_eq(info.seccomp.ret_data, 7);
}
END_TEST

START_TEST(a_result_is_read_with_its_flag)
{
	static const struct {
		uint32_t rval, flags;
		int64_t want;
		uint8_t is_error;
	} results[] = {
		{ 5, 0, 5, 0 },
		{ 13, FLAG, -13, 1 },
		{ 13, ~(uint32_t)FLAG, 13, 0 },
		{ (uint32_t)-13, 0, -13, 0 }, /* a value like any other */
		{ 0x80000000, 0, INT32_MIN, 0 },
	};

	for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
		struct ptsi_stop st = stop_at(&toy, EXIT);
		struct ptsi_syscall_info info;

		sim_put(A0, results[i].rval);
		sim_put(FLAGS, results[i].flags);
		info = read_stop(&st);
		ck_assert_int_eq(info.exit.rval, results[i].want);
		ck_assert_uint_eq(info.exit.is_error, results[i].is_error);
		ck_assert_int_eq(st.info_size, 33);
	}
}
END_TEST

START_TEST(registers_tell_the_stop_or_nobody_does)
{
	struct ptsi_stop st = stop_at(&toy, ENTRY);

	ck_assert_int_eq(ptsi_decode_info(&st), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

static int marked;

static int mark(struct ptsi_stop *st)
{
	(void)st;
	return marked;
}

START_TEST(a_mark_tells_the_stop)
{
	static const struct ptsi_family marking = { .name = "marking", .mark = mark };

	for (marked = NONE; marked <= EXIT; marked++) {
		struct ptsi_stop st = stop_at(&toy, ENTRY);

		st.family = &marking;
		if (marked == NONE) {
			ck_assert_int_eq(ptsi_decode_info(&st), -1);
			ck_assert_int_eq(errno, EOPNOTSUPP);
		} else {
			ck_assert_int_eq(ptsi_decode_info(&st), 0);
			ck_assert_int_eq(st.info.op, marked);
		}
	}
	/* other stops are not asked about */
	for (int op = NONE; op <= SECCOMP; op += SECCOMP) {
		struct ptsi_stop st = stop_at(&toy, (uint8_t)op);

		marked = ENTRY;
		sim.si_signo = SIGTRAP;
		st.family = &marking;
		ck_assert_int_eq(ptsi_decode_info(&st), 0);
		ck_assert_int_eq(st.info.op, op);
	}
}
END_TEST

static int repair(struct ptsi_stop *st)
{
	st->info.entry.args[5] = 0xa6;
	return 0;
}

START_TEST(the_kernel_s_answer_is_repaired)
{
	static const struct ptsi_family repairing = { .name = "repairing", .mend_native = repair };
	struct ptsi_stop st = stop_at(&toy, ENTRY);

	sim.get_errno = 0;
	sim.info.op = ENTRY;
	sim.info.entry.args[5] = 0xbad;
	sim.info_size = 80;
	st.family = &repairing;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_uint_eq(st.info.entry.args[5], 0xa6);
	ck_assert(st.native_get);
}
END_TEST

START_TEST(the_number_is_set_by_its_own_request)
{
	struct ptsi_stop st = stop_at(&toy, SECCOMP);
	struct ptsi_syscall_info want = read_stop(&st);

	want.entry.nr = 56;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_uint_eq(sim_count(SET_NR), 1);
	ck_assert_uint_eq(sim_count(PTSI_SETREGSET), 0);
	ASSERT_WORDS(56, { A0, 0x80001000 + A0 });
}
END_TEST

START_TEST(the_first_argument_is_set_in_both_words)
{
	struct ptsi_stop st = stop_at(&toy, ENTRY);
	struct ptsi_syscall_info want = read_stop(&st);

	want.entry.args[0] = (uint64_t)-2;
	want.entry.args[3] = 0xfffffff0;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ASSERT_WORDS(39, { A0, 0xfffffffe }, { A0_COPY, 0xfffffffe }, { A3, 0xfffffff0 });
	ck_assert_uint_eq(sim_count(PTSI_SETREGSET), 1);
	ck_assert_uint_eq(sim.asked, sizeof before); /* this regset is written whole */
}
END_TEST

START_TEST(an_ip_of_two_words_is_set_in_both)
{
	struct ptsi_stop st = stop_at(&toy, EXIT);
	struct ptsi_syscall_info want = read_stop(&st);

	want.instruction_pointer = 0x10000;
	want.stack_pointer = 0x20000;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ASSERT_WORDS(39, { IP, 0x10000 }, { NEXT_IP, 0x10004 }, { SP, 0x20000 });
}
END_TEST

START_TEST(what_has_no_word_is_refused)
{
	struct ptsi_stop st = stop_at(&toy, ENTRY);
	struct ptsi_syscall_info want = read_stop(&st);
	struct ptsi_abi no_sp = toy;

	want.entry.args[5] = 1;
	ck_assert_int_eq(ptsi_core_set(&st, &want), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);

	no_sp.sp = 0;
	st = stop_at(&no_sp, ENTRY);
	sim.get_errno = 0; /* the kernel tells what registers don't */
	sim.info = want;
	sim.info_size = 80;
	want = read_stop(&st);
	want.stack_pointer = 0x30000;
	ck_assert_int_eq(ptsi_core_set(&st, &want), -1);
	ck_assert_int_eq(errno, EINVAL);
	ASSERT_WORDS(39, { A0, 0x80001000 + A0 });
}
END_TEST

START_TEST(a_refused_number_is_not_set)
{
	static const int64_t numbers[] = { 900, INT32_MAX };

	for (int i = 0; i < 2; i++) {
		struct ptsi_stop st = stop_at(&toy, ENTRY);
		struct ptsi_syscall_info want = read_stop(&st);

		want.entry.nr = (uint64_t)numbers[i];
		ck_assert_int_eq(ptsi_core_set(&st, &want), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
		ck_assert_int_eq(nr, 39);
	}
}
END_TEST

/* -1 is never refused; where -ENOSYS isn't there from the start it is written, flag and all. */
START_TEST(a_cancelled_call_returns_the_tracee_s_enosys)
{
	for (int op = ENTRY; op <= SECCOMP; op += 2) {
		struct ptsi_stop st = stop_at(&toy, (uint8_t)op);
		struct ptsi_syscall_info want = read_stop(&st);

		want.entry.nr = UINT64_MAX;
		want.entry.args[1] = 5;
		sim_watch(0, 0);
		ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
		ASSERT_WORDS(-1, { A0, TOY_ENOSYS }, { FLAGS, 0x1a000001 });
	}
}
END_TEST

START_TEST(a_skip_writes_the_number_first_and_the_flag)
{
	static const struct {
		int64_t rval;
		bool error;
		uint32_t word, flags;
	} results[] = {
		{ 0, false, 0, 0x0a000001 },
		{ 0x7fffffff, false, 0x7fffffff, 0x0a000001 },
		{ -13, false, (uint32_t)-13, 0x0a000001 }, /* with a flag that is no error */
		{ -13, true, 13, 0x1a000001 },
	};

	for (int op = ENTRY; op <= SECCOMP; op += 2)
		for (int i = 0; i < 4; i++) {
			struct ptsi_stop st = stop_at(&toy, (uint8_t)op);
			struct ptsi_syscall_info want = read_stop(&st);

			want.op = SKIP;
			want.exit.rval = results[i].rval;
			want.exit.is_error = results[i].error;
			st.way = PTSI_REGISTERS;
			sim_watch(0, 0);
			ck_assert_int_eq(ptsi_core_set(&st, &want),
					 op == ENTRY ? PTSI_AT_EXIT : PTSI_DONE);
			ck_assert_int_eq(sim.log[0], SET_NR);
			ASSERT_WORDS(-1, { A0, results[i].word }, { FLAGS, results[i].flags });
		}
}
END_TEST

START_TEST(a_result_that_does_not_survive_is_left_for_the_exit_stop)
{
	struct ptsi_stop st = stop_at(&poor, SECCOMP);
	struct ptsi_syscall_info want = read_stop(&st);

	want.op = SKIP;
	want.exit.rval = 5;
	want.exit.is_error = 0;
	ck_assert_int_eq(ptsi_core_set(&st, &want), PTSI_AT_EXIT);
	ASSERT_WORDS(-1, { A0, 0x80001000 + A0 });
}
END_TEST

START_TEST(a_call_that_cannot_be_skipped_is_refused)
{
	for (int cancel = 0; cancel < 2; cancel++) {
		struct ptsi_stop st = stop_at(&poor, ENTRY);
		struct ptsi_syscall_info want = read_stop(&st);

		if (cancel) {
			want.entry.nr = UINT64_MAX;
		} else {
			want.op = SKIP;
			want.exit.rval = 5;
			want.exit.is_error = 0;
		}
		ck_assert_int_eq(ptsi_core_set(&st, &want), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
		ASSERT_WORDS(39, { A0, 0x80001000 + A0 });
	}
}
END_TEST

START_TEST(a_result_is_set_with_its_flag)
{
	static const struct {
		uint32_t flags; /* before */
		int64_t rval;
		bool error;
		uint32_t word, want_flags;
	} results[] = {
		{ 0x0a000001, 5, false, 5, 0x0a000001 },
		{ 0x0a000001, -13, true, 13, 0x1a000001 },
		{ 0x1a000001, 5, false, 5, 0x0a000001 },
		{ 0x1a000001, -13, false, (uint32_t)-13, 0x0a000001 },
		{ 0x1a000001, -4095, true, 4095, 0x1a000001 },
	};

	for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
		struct ptsi_stop st = stop_at(&toy, EXIT);
		struct ptsi_syscall_info want;

		sim_put(FLAGS, results[i].flags);
		want = read_stop(&st);
		want.exit.rval = results[i].rval;
		want.exit.is_error = results[i].error;
		ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
		ASSERT_WORDS(39, { A0, results[i].word }, { FLAGS, results[i].want_flags });
	}
}
END_TEST

START_TEST(a_repeat_needs_the_user_s_number_word)
{
	struct ptsi_stop st = stop_at(&toy, EXIT);
	struct ptsi_syscall_info entry = read_stop(&st);

	entry.op = ENTRY;
	entry.entry.nr = 56;
	for (unsigned i = 0; i < 6; i++)
		entry.entry.args[i] = 0xb1 + i;
	ck_assert_int_eq(ptsi_core_repeat(&st, &entry), 0);
	ASSERT_WORDS(-1, { A0, 0xb1 }, { A0_COPY, 0xb1 }, { A1, 0xb2 }, { A2, 0xb3 }, { A3, 0xb4 },
		     { A4, 0xb5 }, { USER_NR, 56 }, { IP, 0x80001000 + IP - 4 },
		     { NEXT_IP, 0x80001000 + IP });

	st = stop_at(&poor, EXIT);
	entry.instruction_pointer = read_stop(&st).instruction_pointer;
	ck_assert_int_eq(ptsi_core_repeat(&st, &entry), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ASSERT_WORDS(39, { A0, 0x80001000 + A0 });
}
END_TEST

/* Each request fails once: the number and the registers change together or not at all. */
START_TEST(number_and_registers_change_together)
{
	for (int kind = 0; kind < 3; kind++)
		for (unsigned n = 1;; n++) {
			struct ptsi_stop st = stop_at(&toy, kind == 2 ? EXIT : SECCOMP);
			struct ptsi_syscall_info want = read_stop(&st);
			int r;

			if (kind == 0) {
				want.entry.nr = 56;
				want.entry.args[0] = 1;
			} else if (kind == 1) {
				want.op = SKIP;
				want.exit.rval = -13;
				want.exit.is_error = 1;
			} else {
				want.exit.rval = -13;
				want.exit.is_error = 1;
			}
			sim_watch(n, EFAULT);
			r = ptsi_core_set(&st, &want);
			if (sim.requests < n) {
				ck_assert_uint_gt(n, kind == 2 ? 1 : 2);
				ck_assert_int_eq(r, 0);
				break;
			}
			ck_assert_int_eq(r, -1);
			ck_assert_int_eq(errno, EFAULT);
			ck_assert_mem_eq(sim.image, before, sizeof before);
			ck_assert_int_eq(nr, nr_before);
		}
}
END_TEST

START_TEST(what_the_kernel_does_wrong_is_done_by_registers)
{
	struct ptsi_abi wrong = toy;
	struct ptsi_stop st = stop_at(&wrong, EXIT);
	struct ptsi_syscall_info want;

	wrong.native_wrong = PTSI_CAN_RESULT;
	sim.set_errno = 0;
	want = read_stop(&st);
	want.exit.rval = -13;
	want.exit.is_error = 1;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_uint_eq(sim_count(PTSI_SET_SYSCALL_INFO), 0);
	ASSERT_WORDS(39, { A0, 13 }, { FLAGS, 0x1a000001 });
}
END_TEST

/* Of a 32-bit tracee: arguments zero-extended, results sign-extended, however they are given. */
START_TEST(the_kernel_is_asked_in_its_own_form)
{
	struct ptsi_stop st = stop_at(&toy, ENTRY);
	struct ptsi_syscall_info want;

	sim.set_errno = 0;
	want = read_stop(&st);
	want.entry.args[1] = 0xffffffff80000000;
	want.entry.args[2] = 0xdeadbeef;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_uint_eq(sim.wanted.entry.args[1], 0x80000000);
	ck_assert_uint_eq(sim.wanted.entry.args[2], 0xdeadbeef);
	for (int i = 0; i < 2; i++) {
		st = stop_at(&toy, EXIT);
		sim.set_errno = 0;
		want = read_stop(&st);
		want.exit.rval = i ? INT64_C(-0x21524111) : INT64_C(0xdeadbeef);
		want.exit.is_error = 0;
		ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
		ck_assert_int_eq(sim.wanted.exit.rval, -0x21524111);
	}
}
END_TEST

START_TEST(features_are_what_the_row_and_its_hooks_say)
{
	enum { ARGS5 = PTSI_CAN_ARGS & ~PTSI_CAN_ARG(5) };
	struct ptsi_abi limited = toy, failing = toy;
	const struct {
		const struct ptsi_abi *abi;
		uint8_t op;
		int want;
	} rows[] = {
		{ &toy, ENTRY, PTSI_CAN_NR | ARGS5 | PTSI_CAN_SKIP | PTSI_CAN_IP | PTSI_CAN_SP },
		{ &toy, SECCOMP,
		  PTSI_CAN_NR | ARGS5 | PTSI_CAN_SKIP | PTSI_CAN_DONE | PTSI_CAN_IP | PTSI_CAN_SP },
		{ &toy, EXIT, PTSI_CAN_RESULT | PTSI_CAN_REPEAT | PTSI_CAN_IP | PTSI_CAN_SP },
		{ &limited, ENTRY, PTSI_CAN_NR },
		{ &failing, ENTRY, -1 },
	};

	limited.cant_entry = ~PTSI_CAN_NR;
	failing.skip_at_entry = PTSI_SKIP_PRESET;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ptsi_stop st = stop_at(rows[i].abi, rows[i].op);

		read_stop(&st);
		if (rows[i].want < 0) {
			st.image.len = 0;
			sim_watch(2, ESRCH); /* is there a SET?  what do the registers say? */
		}
		errno = 0;
		ck_assert_int_eq(ptsi_core_features(&st), rows[i].want);
		ck_assert_msg(rows[i].want >= 0 || errno == ESRCH, "%s", strerror(errno));
	}
}
END_TEST

/* m68k has no regsets */
static int read_words(struct ptsi_stop *st)
{
	memcpy(st->image.bytes, sim.image, sim.len);
	st->image.len = sim.len;
	return 0;
}

static int write_words(struct ptsi_stop *st, const struct ptsi_image *image, size_t len)
{
	(void)st;
	memcpy(sim.image, image->bytes, len);
	return 0;
}

START_TEST(a_family_may_read_and_write_its_own_way)
{
	static const struct ptsi_family own = {
		.name = "own",
		.read = read_words,
		.write = write_words,
	};
	struct ptsi_stop st = stop_at(&toy, ENTRY);
	struct ptsi_syscall_info want;

	st.family = &own;
	want = read_stop(&st);
	want.entry.args[2] = 5;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ASSERT_WORDS(39, { A2, 5 });
	ck_assert_uint_eq(sim_count(PTSI_GETREGSET) + sim_count(PTSI_SETREGSET), 0);
}
END_TEST

START_TEST(no_more_is_read_than_may_be)
{
	static const struct ptsi_family short_read = { .name = "short", .read_max = 4 * 14 };
	struct ptsi_stop st = stop_at(&toy, ENTRY);

	st.family = &short_read;
	read_stop(&st);
	ck_assert_uint_eq(sim.asked, 4 * 14);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("core");
	TCase *tc = tcase_create("toys");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_test(tc, words_have_the_tracee_s_byte_order_and_size);
	tcase_add_test(tc, values_fit_zero_or_sign_extended);
	tcase_add_test(tc, a_call_is_read);
	tcase_add_test(tc, a_result_is_read_with_its_flag);
	tcase_add_test(tc, registers_tell_the_stop_or_nobody_does);
	tcase_add_test(tc, a_mark_tells_the_stop);
	tcase_add_test(tc, the_kernel_s_answer_is_repaired);
	tcase_add_test(tc, the_number_is_set_by_its_own_request);
	tcase_add_test(tc, the_first_argument_is_set_in_both_words);
	tcase_add_test(tc, an_ip_of_two_words_is_set_in_both);
	tcase_add_test(tc, what_has_no_word_is_refused);
	tcase_add_test(tc, a_refused_number_is_not_set);
	tcase_add_test(tc, a_cancelled_call_returns_the_tracee_s_enosys);
	tcase_add_test(tc, a_skip_writes_the_number_first_and_the_flag);
	tcase_add_test(tc, a_result_that_does_not_survive_is_left_for_the_exit_stop);
	tcase_add_test(tc, a_call_that_cannot_be_skipped_is_refused);
	tcase_add_test(tc, a_result_is_set_with_its_flag);
	tcase_add_test(tc, a_repeat_needs_the_user_s_number_word);
	tcase_add_test(tc, number_and_registers_change_together);
	tcase_add_test(tc, what_the_kernel_does_wrong_is_done_by_registers);
	tcase_add_test(tc, the_kernel_is_asked_in_its_own_form);
	tcase_add_test(tc, features_are_what_the_row_and_its_hooks_say);
	tcase_add_test(tc, a_family_may_read_and_write_its_own_way);
	tcase_add_test(tc, no_more_is_read_than_may_be);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
