// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What the public calls tell: of the stop, its ABI, what can be done there, and of the library. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit-archs.h"
#include "public.h"

START_TEST(get_is_one_request)
{
	static const struct {
		uint8_t op;
		int size;
	} stops[] = { { NONE, 24 }, { ENTRY, 80 }, { EXIT, 33 }, { SECCOMP, 84 } };
	struct ptsi_syscall_info got, want;

	for (int i = 0; i < COUNT(stops); i++) {
		stop_at(NATIVE, stops[i].op);
		want = info_here(false);
		memset(&got, 0, sizeof got);
		ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &got), stops[i].size);
		ck_assert_mem_eq(&got, &want, sizeof got);
		ck_assert_uint_eq(sim.requests, 1);
	}
}
END_TEST

START_TEST(get_writes_no_more_than_there_is_and_is_room_for)
{
	unsigned char buf[SIZE + 8], filled[SIZE + 8];
	struct ptsi_syscall_info want;

	memset(filled, 0xee, sizeof filled);
	for (size_t size = 0; size <= sizeof buf; size++) {
		size_t n = size < 33 ? size : 33;

		stop_at(NATIVE, EXIT);
		want = info_here(false);
		memcpy(buf, filled, sizeof buf);
		ck_assert_int_eq(ptsi_get_syscall_info(TID, size, (void *)buf), 33);
		ck_assert(!memcmp(buf, &want, n));
		ck_assert(!memcmp(buf + n, filled, sizeof buf - n));
	}
}
END_TEST

/* ---- kernels that don't have the request, or refuse it ---- */

static const int refusals[] = { EIO, EPERM, ENOSYS, EACCES, EOPNOTSUPP, EINVAL, EFAULT };

START_TEST(get_without_the_request_answers_what_it_can_know)
{
	static const struct {
		uint8_t op;
		int si_signo; /* 0: a group-stop */
		int size;     /* -1: EOPNOTSUPP */
	} stops[] = {
		{ SECCOMP, SIGSTOP, 84 }, { NONE, SIGTRAP, 24 }, { NONE, 0, 24 },
		{ ENTRY, SIGSTOP, -1 },   { EXIT, SIGSTOP, -1 },
	};
	struct ptsi_syscall_info got, want;

	for (int i = 0; i < COUNT(stops); i++) {
		stop_at(OLD, stops[i].op);
		sim.get_errno = refusals[_i];
		sim.si_signo = stops[i].si_signo;
		want = info_here(false);
		memset(&got, 0, sizeof got);
		errno = 0;
		ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &got), stops[i].size);
		if (stops[i].size < 0)
			ck_assert_int_eq(errno, EOPNOTSUPP);
		else
			ck_assert_mem_eq(&got, &want, sizeof got);
	}
}
END_TEST

/* Have the stop read, which takes n requests of the kernel's own kind. */
static void assert_get_asks(unsigned n)
{
	struct ptsi_syscall_info got;

	sim_watch(0, 0);
	ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &got), 84);
	ck_assert_uint_eq(sim_count(PTSI_GET_SYSCALL_INFO), n);
}

START_TEST(get_absent_is_remembered_and_refused_is_not)
{
	static const unsigned again[] = { 0, 1, 1, 1, 1, 1, 1 };

	stop_at(OLD, SECCOMP);
	sim.get_errno = refusals[_i];
	assert_get_asks(1);
	assert_get_asks(again[_i]);
	ptsi_set_ptrace(sim_ptrace); /* forgets */
	assert_get_asks(1);
}
END_TEST

START_TEST(get_of_nobody_is_not_tried_otherwise)
{
	struct ptsi_syscall_info got;

	stop_at(NATIVE, SECCOMP);
	sim.get_errno = ESRCH;
	sim_watch(0, 0);
	ck_assert_int_eq(ptsi_get_syscall_info(TID, SIZE, &got), -1);
	ck_assert_int_eq(errno, ESRCH);
	ck_assert_uint_eq(sim.requests, 1);
}
END_TEST

/* ---- features ---- */

enum {
	MOVE = PTSI_CAN_IP | PTSI_CAN_SP,
	AT_ENTRY = PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP | MOVE,
	AT_EXIT = PTSI_CAN_RESULT | PTSI_CAN_REPEAT | MOVE,
	AT_SECCOMP = AT_ENTRY | PTSI_CAN_DONE,
	GET = PTSI_NATIVE_GET,
	BOTH = PTSI_NATIVE_SET | PTSI_NATIVE_GET,
};

START_TEST(features_say_what_each_kernel_can)
{
	static const int want[ENVS_AND_OLD][4] = {
		[NATIVE] = { BOTH, AT_ENTRY | BOTH, AT_EXIT | BOTH, AT_SECCOMP | BOTH },
		[FORCED_KERNEL] = { BOTH, AT_ENTRY | BOTH, AT_EXIT | BOTH, AT_SECCOMP | BOTH },
		[FORCED_REGS] = { GET, AT_ENTRY | GET, AT_EXIT | GET, AT_SECCOMP | GET },
		[NO_SET] = { GET, AT_ENTRY | GET, AT_EXIT | GET, AT_SECCOMP | GET },
		[FILTERED] = { GET, AT_ENTRY | GET, AT_EXIT | GET, AT_SECCOMP | GET },
		[OLD] = { 0, -1, -1, AT_SECCOMP },
	};

	for (enum env env = 0; env < ENVS_AND_OLD; env++)
		for (uint8_t op = NONE; op <= SECCOMP; op++) {
			int got;

			stop_at(env, op);
			sim_watch(0, 0);
			got = ptsi_features(TID);
			ck_assert_msg(got == want[env][op], "%s, op %d: %#x, not %#x",
				      env_name(env), op, (unsigned)got, (unsigned)want[env][op]);
			ck_assert_uint_eq(sim_writes(), 0);
		}
}
END_TEST

START_TEST(the_kernel_way_promises_only_what_the_kernel_does)
{
	int can;

	stop_at(FORCED_KERNEL, ENTRY);
	sim.set_errno = EIO;
	can = ptsi_features(TID);
	ck_assert_int_ge(can, 0);
	ck_assert_int_eq(can & (PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_NATIVE_SET), 0);
}
END_TEST

/* ---- the ABI ---- */

START_TEST(the_abi_of_the_call)
{
	struct ptsi_abi_info abi;

	for (enum env env = 0; env < ENVS_AND_OLD; env++)
		for (uint8_t op = NONE; op <= SECCOMP; op++) {
			stop_at(env, op);
			if (env == OLD && (op == ENTRY || op == EXIT))
				continue;
			memset(&abi, 0, sizeof abi);
			ck_assert_int_eq(ptsi_abi_info(TID, sizeof abi, &abi), 0);
			ck_assert_str_eq(abi.name, WORD == 8 ? "x86_64" : "i386");
			ck_assert_uint_eq(abi.arch, ARCH);
			ck_assert_uint_eq(abi.word_size, WORD);
		}
	for (size_t size = 0; size < sizeof abi; size++) {
		ck_assert_int_eq(ptsi_abi_info(TID, size, &abi), -1);
		ck_assert_int_eq(errno, EINVAL);
	}
}
END_TEST

#ifdef __x86_64__
/* The number tells x32 from x86_64; -1, which has the bit as well, tells nothing. */
START_TEST(x32_is_told_by_the_number)
{
	static const struct {
		uint64_t nr;
		const char *name;
	} calls[] = {
		{ 39, "x86_64" },
		{ 0x40000027, "x32" },
		{ UINT64_MAX, "x86_64" },
		{ 0xffffffff, "x86_64" },
	};
	struct ptsi_abi_info abi;

	for (int i = 0; i < COUNT(calls); i++) {
		stop_at(NATIVE, ENTRY);
		sim_put(W_NR, calls[i].nr);
		ck_assert_int_eq(ptsi_abi_info(TID, sizeof abi, &abi), 0);
		ck_assert_str_eq(abi.name, calls[i].name);
	}
}
END_TEST
#endif

/* ---- names ---- */

START_TEST(the_version_is_the_project_s)
{
	char header[32];

	snprintf(header, sizeof header, "%d.%d.%d", PTSI_VERSION_MAJOR, PTSI_VERSION_MINOR,
		 PTSI_VERSION_PATCH);
	ck_assert_str_eq(ptsi_version(), PROJECT_VERSION);
	ck_assert_str_eq(header, PROJECT_VERSION);
}
END_TEST

#ifdef AUDIT_ARCHS
START_TEST(each_audit_arch_has_its_name)
{
	static const struct {
		uint32_t arch;
		const char *name;
	} archs[] = { AUDIT_ARCHS };

	for (int i = 0; i < COUNT(archs); i++) {
		const char *name = ptsi_arch_name(archs[i].arch);

		ck_assert_msg(name && !strcmp(name, archs[i].name), "%#x: %s, not %s",
			      archs[i].arch, name ? name : "NULL", archs[i].name);
	}
	ck_assert_ptr_null(ptsi_arch_name(0));
	ck_assert_ptr_null(ptsi_arch_name(0xffffffff));
	ck_assert_ptr_null(ptsi_arch_name(0x3e)); /* without its class and byte order */
}
END_TEST
#endif

TCase *public_get(void)
{
	TCase *tc = tcase_create("get");

	tcase_add_test(tc, get_is_one_request);
	tcase_add_test(tc, get_writes_no_more_than_there_is_and_is_room_for);
	tcase_add_loop_test(tc, get_without_the_request_answers_what_it_can_know, 0,
			    COUNT(refusals));
	tcase_add_loop_test(tc, get_absent_is_remembered_and_refused_is_not, 0, COUNT(refusals));
	tcase_add_test(tc, get_of_nobody_is_not_tried_otherwise);
	tcase_add_test(tc, features_say_what_each_kernel_can);
	tcase_add_test(tc, the_kernel_way_promises_only_what_the_kernel_does);
	tcase_add_test(tc, the_abi_of_the_call);
#ifdef __x86_64__
	tcase_add_test(tc, x32_is_told_by_the_number);
#endif
	tcase_add_test(tc, the_version_is_the_project_s);
#ifdef AUDIT_ARCHS
	tcase_add_test(tc, each_audit_arch_has_its_name);
#else
	puts("each_audit_arch_has_its_name: skipped: no <linux/audit.h>");
#endif
	return tc;
}
