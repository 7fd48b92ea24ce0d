// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * x86-64: time() by the vsyscall page, which the kernel emulates (arch/x86/entry/vsyscall).  Its
 * SECCOMP stop has no exit stop; a number other than its own and -1, or another ip, would
 * kill the tracee.
 */
#include "live.h"

#define PAGE 0xffffffffff600000

static struct target start_vsyscall(const char *ret, struct ptsi_syscall_info *info)
{
	struct target t;

	start(&t, SECCOMP, (const char *const[]){ "vsyscall", ret, NULL });
	raw_get(t.tid, info);
	ck_assert_uint_eq(info->instruction_pointer & ~0xfffULL, PAGE);
	ck_assert_uint_eq(info->seccomp.nr, t.right);
	return t;
}

/* Resumed by PTRACE_SYSCALL it enters its next call. */
static void no_exit_stop(pid_t tid)
{
	struct ptsi_syscall_info info;

	way_without_exit(tid);
	ck_assert(WIFSTOPPED(go(tid, PTRACE_SYSCALL, 0)));
	raw_get(tid, &info);
	ck_assert_int_eq(info.op, ENTRY);
}

START_TEST(as_read)
{
	struct ptsi_syscall_info info;
	struct target t = start_vsyscall("time", &info);

	identity(t.tid);
	if (_i)
		no_exit_stop(t.tid);
	finish(t.tid);
}
END_TEST

START_TEST(skipped)
{
	static const struct {
		const char *ret;
		int64_t rval;
		bool is_error;
	} results[] = { { "0", 0, false },
			{ "-30", -30, true },
			{ "0x123456789", 0x123456789, false } };
	struct ptsi_syscall_info info;
	struct target t = start_vsyscall(results[_i / 4].ret, &info);
	int r = set_result(t.tid, _i & 1 ? EXIT : SKIP, results[_i / 4].rval,
			   results[_i / 4].is_error);

	ck_assert_int_eq(r, PTSI_DONE);
	if (_i & 2)
		no_exit_stop(t.tid);
	finish(t.tid);
}
END_TEST

START_TEST(minus_one)
{
	struct ptsi_syscall_info info;
	struct target t = start_vsyscall("-38", &info);

	if (_i)
		leave_out(&info);
	info.seccomp.nr = UINT64_MAX;
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	no_exit_stop(t.tid);
	finish(t.tid);
}
END_TEST

START_TEST(first_argument)
{
	struct ptsi_syscall_info info;
	struct target t = start_vsyscall("time, elsewhere", &info);

	ck_assert_uint_eq(info.seccomp.args[0], t.p);
	if (_i)
		leave_out(&info);
	info.seccomp.args[0] = t.q;
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	finish(t.tid);
}
END_TEST

static void refused(pid_t tid, const struct ptsi_syscall_info *info, int err)
{
	struct snapshot before;

	snapshot(tid, &before);
	ck_assert_int_eq(set(tid, info), -1);
	ck_assert_int_eq(errno, err);
	unchanged(tid, &before);
}

START_TEST(the_rest_is_refused)
{
	struct ptsi_syscall_info info, bad;
	struct target t = start_vsyscall("time", &info);
	int can = ptsi_features(t.tid);
	const int never = PTSI_CAN_NR | PTSI_CAN_IP | PTSI_CAN_SP | PTSI_CAN_REPEAT;

	ck_assert_int_ge(can, 0);
	ck_assert_int_eq(can & never, 0);
	ck_assert_int_eq(can & (PTSI_CAN_SKIP | PTSI_CAN_DONE), PTSI_CAN_SKIP | PTSI_CAN_DONE);
	ck_assert_int_ne(can & PTSI_CAN_ARG(0), 0);
	for (int plain = 0; plain < 2; plain++) {
		bad = info;
		if (plain)
			leave_out(&bad);
		bad.seccomp.nr = t.wrong;
		refused(t.tid, &bad, EOPNOTSUPP);
		for (int i = 2; i < 6; i++) {
			bad.seccomp = info.seccomp;
			bad.seccomp.args[i]++;
			ck_assert_int_eq(can & PTSI_CAN_ARG(i), 0);
			refused(t.tid, &bad, EOPNOTSUPP);
		}
	}
	bad = info;
	bad.instruction_pointer += 1;
	refused(t.tid, &bad, EINVAL);
	bad = info;
	bad.stack_pointer -= 16;
	refused(t.tid, &bad, EINVAL);
	finish(t.tid);
}
END_TEST

/* NULL, or why these cases can't be. */
static const char *lacking(void)
{
	char line[256];
	FILE *maps = fopen("/proc/self/maps", "r");
	bool has = false;

	if (!maps)
		return "no /proc/self/maps";
	while (fgets(line, sizeof line, maps))
		has |= strstr(line, "[vsyscall]") != NULL;
	fclose(maps);
	return has ? NULL : "this kernel has no vsyscall page";
}

Suite *vsyscall_suite(void)
{
	Suite *s = suite_create("vsyscall");
	TCase *tc = tcase_create("the vsyscall page's SECCOMP stop");
	const char *why = lacking();

	suite_add_tcase(s, tc);
	if (strcmp(live_abi, "x86_64") != 0)
		return s;
	if (why) {
		printf("skipped: vsyscall: %s\n", why);
		return s;
	}
	tcase_set_timeout(tc, 20);
	add_loop(tc, as_read, 0, 2);
	add_loop(tc, skipped, 0, 3 * 4);
	add_loop(tc, minus_one, 0, 2);
	add_loop(tc, first_argument, 0, 2);
	tcase_add_test(tc, the_rest_is_refused);
	return s;
}
