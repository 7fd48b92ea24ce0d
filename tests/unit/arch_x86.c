// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What the dumps of x86 can't say: the instruction of a call, vsyscalls, wide addresses. */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

extern const struct ptsi_family ptsi_family_x86;

enum {
	NONE = PTSI_SYSCALL_INFO_NONE,
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
	RBX = 5,
	R10 = 7,
	R9,
	R8,
	RAX,
	RCX,
	RDX,
	RSI,
	RDI,
	ORIG_RAX,
	RIP,
	RSP = 19,
	SIZE_64 = 216,
	SIZE_32 = 68,
};

#define X86_64   0xc000003e
#define I386     0x40000003
#define IP       0x10008
#define VSYSCALL UINT64_C(0xffffffffff600000)

/* To a 64-bit tracer, by a kernel that has GET alone. */
static struct ptsi_stop stop_at(uint8_t op, uint32_t arch, uint64_t ip)
{
	struct ptsi_stop st;

	sim_reset();
	sim.word = 8;
	sim.len = SIZE_64;
	sim_user_is_image();
	sim.op = op;
	sim.si_signo = SIGSTOP;
	sim.set_errno = EIO;
	sim.layout = (struct sim_layout){
		.nr = ORIG_RAX,
		.arg = { RDI, RSI, RDX, R10, R8, R9 },
		.rval = RAX,
		.ip = RIP,
		.sp = RSP,
		.arch = arch,
	};
	sim_put(ORIG_RAX, 39);
	sim_put(RAX, (uint64_t)-38);
	sim_put(RIP, ip);
	sim_put(RSP, 0x20000);
	sim.code[6] = 0x0f;
	sim.code[7] = 0x05;
	sim.code_len = 8;
	sim.code_end = ip;
	ptsi_core_begin(&st, 1);
	st.family = &ptsi_family_x86;
	sim_watch(0, 0);
	return st;
}

/* Without GET the two bytes before ip tell the ABI, wherever in words of memory they are. */
START_TEST(instruction_tells_the_abi)
{
	static const struct {
		unsigned char b0, b1;
		const char *name;
		int there; /* bytes that can be read */
	} cases[] = {
		{ 0x0f, 0x05, "x86_64", 8 }, { 0xcd, 0x80, "i386", 8 }, { 0x0f, 0x34, NULL, 8 },
		{ 0x0f, 0x80, NULL, 8 },     { 0xcd, 0x05, NULL, 8 },   { 0xcd, 0x81, NULL, 8 },
		{ 0x05, 0x0f, NULL, 8 },     { 0x1f, 0x05, NULL, 8 },   { 0x0f, 0x15, NULL, 8 },
		{ 0xdd, 0x80, NULL, 8 },     { 0xcd, 0x90, NULL, 8 },   { 0, 0x05, NULL, 8 },
		{ 0xcd, 0, NULL, 8 },        { 0x0f, 0x05, NULL, 0 },   { 0xcd, 0x80, NULL, 0 },
	};
	unsigned char b0 = cases[_i].b0, b1 = cases[_i].b1;

	for (unsigned offset = 0; offset < 8; offset++) {
		struct ptsi_stop st = stop_at(ENTRY, X86_64, 0x10000 + offset);

		sim.get_errno = EIO;
		sim.code[6] = b0;
		sim.code[7] = b1;
		sim.code_len = (size_t)cases[_i].there;
		errno = 0;
		if (cases[_i].name) {
			ck_assert_int_eq(ptsi_decode_registers(&st, ENTRY), 0);
			ck_assert_str_eq(st.abi->name, cases[_i].name);
		} else {
			ck_assert_int_eq(ptsi_decode_registers(&st, ENTRY), -1);
			ck_assert_int_eq(errno, EOPNOTSUPP);
		}
	}
}
END_TEST

/* The first byte is on a page that is gone. */
START_TEST(instruction_that_is_half_there)
{
	struct ptsi_stop st = stop_at(ENTRY, X86_64, 0x10001);

	sim.get_errno = EIO;
	sim.code_len = 1;
	sim.code[0] = 0x05;
	errno = 0;
	ck_assert_int_eq(ptsi_decode_registers(&st, ENTRY), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

/* int $0x80 without GET: word by word, and all that 64-bit code has in its registers. */
START_TEST(arguments_of_a_32_bit_call)
{
	struct ptsi_stop st = stop_at(ENTRY, I386, IP);

	sim.get_errno = EIO;
	sim.code[6] = 0xcd;
	sim.code[7] = 0x80;
	sim_put(RBX, 0x1234567800000001);
	ck_assert_int_eq(ptsi_decode_registers(&st, ENTRY), 0);
	ck_assert_uint_eq(st.info.entry.args[0], 0x1234567800000001);
	ck_assert_uint_eq(st.abi->size, 0);
	ck_assert_uint_eq(st.abi->poke, 8);
	st = stop_at(ENTRY, I386, IP);
	sim.get_errno = EIO;
	sim.len = SIZE_64 - 8; /* which is no regset of x86's, whatever is in it */
	errno = 0;
	ck_assert_int_eq(ptsi_decode_registers(&st, ENTRY), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

/* The regset of 32-bit code, to a tracer that writes it: a part of it will do. */
START_TEST(regset_of_32_bit_code)
{
	struct ptsi_stop st = stop_at(EXIT, I386, IP);
	struct ptsi_edits ed = { .n = 0 };

	for (const struct ptsi_abi *const *row = ptsi_family_x86.abis; *row; row++)
		if ((*row)->arch == I386 && (*row)->size == SIZE_32)
			st.abi = *row;
	ck_assert_ptr_nonnull(st.abi);
	sim.word = 4;
	sim.len = SIZE_32;
	for (int i = 0; i < 5; i++) /* ebx, ecx, edx, esi, edi */
		ptsi_regs_edit(&ed, PTSI_WORD(i), 0xb1 + (unsigned)i);
	ck_assert_int_eq(ptsi_regs_write(&st, &ed), 0);
	ck_assert_uint_eq(sim.asked, 5 * 4);
	ck_assert_uint_eq(sim_word(4), 0xb5);
}
END_TEST

/* Where there is no call there is no instruction of one. */
START_TEST(stop_without_a_call)
{
	struct ptsi_stop st = stop_at(NONE, X86_64, IP);

	sim.get_errno = EIO;
	sim.code_len = 0;
	sim_put(ORIG_RAX, 0x40000027);
	ck_assert_int_eq(ptsi_decode_registers(&st, NONE), 0);
	ck_assert_int_eq(ptsi_decode_refined(&st), 0);
	ck_assert_str_eq(st.abi->name, "x86_64");
	ck_assert_uint_eq(sim_count(PTSI_PEEKDATA), 0);
	ck_assert_int_eq(ptsi_route_regs_can(&st), 0);
}
END_TEST

/* At SECCOMP stops in the vsyscall page, with GET and without. */
START_TEST(vsyscall_is_told_by_its_page)
{
	static const struct {
		uint8_t op;
		uint64_t ip;
		bool is;
	} cases[] = {
		{ SECCOMP, VSYSCALL, true },
		{ SECCOMP, VSYSCALL + 0xfff, true },
		{ SECCOMP, VSYSCALL + 0x1000, false },
		{ SECCOMP, VSYSCALL - 1, false },
		{ SECCOMP, IP, false },
		{ ENTRY, VSYSCALL, false },
	};
	int args = PTSI_CAN_ARG(0) | PTSI_CAN_ARG(1), all = PTSI_CAN_ARGS | PTSI_CAN_NR;
	bool is = cases[_i / 2].is;
	struct ptsi_stop st = stop_at(cases[_i / 2].op, X86_64, cases[_i / 2].ip);

	sim.get_errno = _i % 2 ? EIO : 0;
	ck_assert_int_eq(_i % 2 ? ptsi_decode_registers(&st, sim.op) : ptsi_decode_info(&st), 0);
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	ck_assert_int_eq(ptsi_skip_has_exit(&st), !is);
	ck_assert_int_eq(ptsi_route_regs_can(&st) & all, is ? args : all);
	ck_assert_int_eq(ptsi_route_regs_can(&st) & (PTSI_CAN_IP | PTSI_CAN_SP),
			 is ? 0 : PTSI_CAN_IP | PTSI_CAN_SP);
	ck_assert_int_eq(ptsi_route_native_can(&st) & all, is ? args : all);
	ck_assert_str_eq(st.abi->name, "x86_64");
	ck_assert_uint_eq(st.abi->arch, X86_64);
	ck_assert_int_eq(ptsi_skip_harmless_nr(&st), 39);
}
END_TEST

/* int $0x80 in 64-bit code below 4 GiB: what is told doesn't say how wide its addresses are. */
START_TEST(address_of_a_32_bit_call)
{
	bool code_64 = _i % 2;
	struct ptsi_stop st = stop_at(_i / 2 ? EXIT : ENTRY, I386, IP);
	struct ptsi_syscall_info want;

	sim.other_regset = code_64 ? SIZE_64 : SIZE_32;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	want = st.info;
	want.stack_pointer = 0x100000000;
	ck_assert_int_eq(ptsi_core_set(&st, &want), code_64 ? 0 : -1);
	if (!code_64)
		ck_assert_int_eq(errno, ERANGE);
	ck_assert_uint_eq(sim_word(RSP), code_64 ? 0x100000000 : 0x20000);
}
END_TEST

/* Outside a call arch may be the last call's: the code segment tells what the tracee runs. */
START_TEST(code_outside_a_call)
{
	struct ptsi_stop st = stop_at(NONE, _i / 2 ? I386 : X86_64, IP);

	sim.other_regset = _i % 2 ? SIZE_32 : SIZE_64;
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	ck_assert_str_eq(st.abi->name, _i % 2 ? "i386" : "x86_64");
}
END_TEST

/* x32's numbers have the bit and aren't negative. */
START_TEST(numbers_of_x32)
{
	static const struct {
		int64_t nr;
		const char *name;
	} cases[] = {
		{ 39, "x86_64" },        { -1, "x86_64" },         { -5, "x86_64" },
		{ INT32_MIN, "x86_64" }, { 0x3fffffff, "x86_64" }, { 0x40000000, "x32" },
		{ INT32_MAX, "x32" },
	};
	struct ptsi_stop st = stop_at(ENTRY, X86_64, IP);

	sim_put(ORIG_RAX, (uint64_t)cases[_i].nr);
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	ck_assert_int_eq(ptsi_decode_abi(&st), 0);
	ck_assert_int_eq(ptsi_decode_refined(&st), 0);
	ck_assert_str_eq(st.abi->name, cases[_i].name);
}
END_TEST

/* int $0x80: what 64-bit code has above an argument's 32 bits goes with a new one, either way. */
START_TEST(upper_half_of_an_argument)
{
	struct ptsi_stop st = stop_at(ENTRY, I386, IP);
	struct ptsi_syscall_info want;

	sim.layout.arg[0] = RBX;
	sim.layout.arg[1] = RCX;
	sim.set_errno = _i ? 0 : EIO;
	sim_put(RBX, 0x1234567800000001);
	sim_put(RCX, 0xabcdef0100000002);
	ck_assert_int_eq(ptsi_decode_info(&st), 0);
	want = st.info;
	want.entry.args[0] = 1;
	ck_assert_int_eq(ptsi_core_set(&st, &want), 0);
	ck_assert_uint_eq(sim_word(RBX), 1);
	ck_assert_uint_eq(sim_word(RCX), 0xabcdef0100000002);
}
END_TEST

/* Whichever request of a set fails, all bits of the number's register are as they were. */
START_TEST(upper_half_of_the_number)
{
	struct ptsi_syscall_info want;
	unsigned char was[SIZE_64];
	unsigned failed = 0;

	for (;; failed++) {
		struct ptsi_stop st = stop_at(ENTRY, I386, IP);

		sim_put(ORIG_RAX, 0x1234567800000014);
		ck_assert_int_eq(ptsi_decode_info(&st), 0);
		memcpy(was, sim.image, sizeof was);
		want = st.info;
		want.entry.nr = 3;
		want.entry.args[1] = 0xb2;
		want.stack_pointer = 0x30000;
		sim_watch(failed + 1, ESRCH);
		if (ptsi_core_set(&st, &want) == 0)
			break;
		ck_assert_mem_eq(sim.image, was, sizeof was);
	}
	ck_assert_uint_ge(failed, 4);
	ck_assert_uint_eq(sim_word(ORIG_RAX), 3);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("x86");
	TCase *tc = tcase_create("x86");
	SRunner *runner = srunner_create(s);
	int failed;

	if (sizeof(long) == 4) {
		puts("skipped: only for tracers of 64 bits");
		return 77;
	}
	tcase_add_loop_test(tc, instruction_tells_the_abi, 0, 15);
	tcase_add_test(tc, instruction_that_is_half_there);
	tcase_add_test(tc, arguments_of_a_32_bit_call);
	tcase_add_test(tc, regset_of_32_bit_code);
	tcase_add_test(tc, stop_without_a_call);
	tcase_add_loop_test(tc, vsyscall_is_told_by_its_page, 0, 12);
	tcase_add_loop_test(tc, address_of_a_32_bit_call, 0, 4);
	tcase_add_loop_test(tc, code_outside_a_call, 0, 4);
	tcase_add_loop_test(tc, numbers_of_x32, 0, 7);
	tcase_add_loop_test(tc, upper_half_of_an_argument, 0, 2);
	tcase_add_test(tc, upper_half_of_the_number);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
