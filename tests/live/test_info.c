// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What can be done, what the ABI is, and what the stop is about. */
#include "live.h"

static bool refuse_get, refuse_set;

static long refusing(long request, pid_t tid, void *addr, void *data)
{
	if ((request == RAW_GET && refuse_get) || (request == RAW_SET && refuse_set)) {
		errno = EIO;
		return -1;
	}
	return syscall(SYS_ptrace, request, (long)tid, addr, data);
}

/* What the library finds: this kernel, or one that lacks a request. */
enum { AS_IT_IS, NO_SET, NEITHER, N_KERNELS };

static void imitate(int kernel)
{
	refuse_set = kernel != AS_IT_IS;
	refuse_get = kernel == NEITHER;
	ptsi_set_ptrace(kernel == AS_IT_IS ? NULL : refusing);
}

/* One thing to be done at a stop, by the round that finds out whether it was. */
static int set_nr(const struct target *t, struct ptsi_syscall_info *info, int unused)
{
	(void)unused;
	info->entry.nr = t->right;
	return ptsi_set_syscall_info(t->tid, sizeof *info, info);
}

static int set_arg(const struct target *t, struct ptsi_syscall_info *info, int i)
{
	info->entry.args[i] = put_right(info->entry.args[i]);
	return ptsi_set_syscall_info(t->tid, sizeof *info, info);
}

static int set_rval(const struct target *t, struct ptsi_syscall_info *info, int unused)
{
	(void)unused;
	info->exit.rval = 0x55;
	info->exit.is_error = 0;
	return ptsi_set_syscall_info(t->tid, sizeof *info, info);
}

static int skip(const struct target *t, struct ptsi_syscall_info *info, int unused)
{
	(void)unused;
	*info = (struct ptsi_syscall_info){ .op = SKIP, .exit.rval = 0x55 };
	return ptsi_set_syscall_info(t->tid, sizeof *info, info);
}

static uint64_t landed; /* where round `jump` goes to */

static int set_ip(const struct target *t, struct ptsi_syscall_info *info, int unused)
{
	(void)unused;
	info->instruction_pointer = landed;
	return ptsi_set_syscall_info(t->tid, sizeof *info, info);
}

static int set_sp(const struct target *t, struct ptsi_syscall_info *info, int lower)
{
	info->stack_pointer = copy_stack(t->tid, info->stack_pointer, lower);
	return ptsi_set_syscall_info(t->tid, sizeof *info, info);
}

enum { AT_ENTRY = 1, AT_SECCOMP = 2, AT_EXIT = 4, AT_CALL = 3, AT_ANY = 7, SP_LOWER = 0x1000 };

static const struct {
	int bit, stops;
	const char *round;
	int round_param;
	int (*run)(const struct target *t, struct ptsi_syscall_info *info, int param);
	int param;
} things[] = {
	{ PTSI_CAN_NR, AT_CALL, "args", CALLED_ANOTHER, set_nr, 0 },
	{ PTSI_CAN_ARG(0), AT_CALL, "args", 1, set_arg, 0 },
	{ PTSI_CAN_ARG(1), AT_CALL, "args", 2, set_arg, 1 },
	{ PTSI_CAN_ARG(2), AT_CALL, "args", 4, set_arg, 2 },
	{ PTSI_CAN_ARG(3), AT_CALL, "args", 8, set_arg, 3 },
	{ PTSI_CAN_ARG(4), AT_CALL, "args", 16, set_arg, 4 },
	{ PTSI_CAN_ARG(5), AT_CALL, "args", 32, set_arg, 5 },
	{ PTSI_CAN_RESULT, AT_EXIT, "result", 0x55, set_rval, 0 },
	{ PTSI_CAN_SKIP, AT_CALL, "skip", 0x55, skip, 0 },
	{ PTSI_CAN_IP, AT_ANY, "jump", 0, set_ip, 0 },
	{ PTSI_CAN_SP, AT_ANY, "sp", SP_LOWER, set_sp, SP_LOWER },
};

enum { N_THINGS = sizeof things / sizeof things[0] };

/* A set bit is done, a clear one of this kind of stop refused with nothing changed. */
static void try_thing(int i, int stop, int kernel)
{
	struct target t = start_rounds(stop == AT_SECCOMP ? SECCOMP : ENTRY, things[i].round,
				       things[i].round_param);
	struct ptsi_syscall_info info;
	struct snapshot before;
	int can, r, err, refusal = EOPNOTSUPP;

	raw_get(t.tid, &info);
	landed = info.entry.args[2];
	if (stop == AT_EXIT)
		go_to(t.tid, EXIT);
	snapshot(t.tid, &before);
	info = before.info;
	imitate(kernel);
	can = ptsi_features(t.tid);
	if ((kernel == NEITHER || !live_has_get) && can == -1 &&
	    (stop != AT_SECCOMP || !registers_tell())) {
		ck_assert_int_eq(errno, EOPNOTSUPP);
		can = 0;
	} else if (things[i].bit & (PTSI_CAN_IP | PTSI_CAN_SP))
		refusal = EINVAL;
	ck_assert_int_ge(can, 0);
	unchanged(t.tid, &before);
	r = things[i].run(&t, &info, things[i].param);
	err = errno;
	if (can & things[i].bit) {
		ck_assert_msg(r >= 0, "bit %#x: %s", things[i].bit, strerror(err));
	} else {
		ck_assert_int_eq(r, -1);
		ck_assert_int_eq(err, refusal);
		unchanged(t.tid, &before);
	}
	if (things[i].bit == PTSI_CAN_SKIP && r >= 0)
		ck_assert_int_eq(r, can & PTSI_CAN_DONE ? PTSI_DONE : PTSI_AT_EXIT);
	if (r == PTSI_AT_EXIT) {
		go_to(t.tid, EXIT);
		imitate(AS_IT_IS); /* entry and exit can be told again */
		ck_assert_int_eq(set_result(t.tid, EXIT, 0x55, false), PTSI_DONE);
	}
	tell(&t, TOLD_LAST | (r >= 0 ? TOLD_CHANGED : 0) | TOLD_SAME_STACK);
	finish(t.tid);
}

static bool has_thing(int i)
{
	return things[i / 3 / N_KERNELS].stops & 1 << i % 3;
}

START_TEST(features_are_true)
{
	try_thing(_i / 3 / N_KERNELS, 1 << _i % 3, _i / 3 % N_KERNELS);
}
END_TEST

START_TEST(repeat_feature)
{
	struct target t = start_rounds(ENTRY, "repeat", 2);
	struct ptsi_syscall_info entry;
	int can;

	raw_get(t.tid, &entry);
	go_to(t.tid, EXIT);
	imitate(_i);
	can = ptsi_features(t.tid);
	ck_assert_int_eq(ptsi_repeat_syscall(t.tid, &entry),
			 can >= 0 && can & PTSI_CAN_REPEAT ? 0 : -1);
	finish_told(&t, can >= 0 && can & PTSI_CAN_REPEAT);
}
END_TEST

/* What this machine can: all but what a lacking request does in the way `kernel`. */
START_TEST(features_here)
{
	enum { MOVE = PTSI_CAN_IP | PTSI_CAN_SP, NATIVE = PTSI_NATIVE_GET | PTSI_NATIVE_SET };
	int call = PTSI_CAN_NR | PTSI_CAN_ARGS | PTSI_CAN_SKIP, can, native, at_exit;
	struct target t = start_rounds(kinds[_i % 2], "args", 0);

	native = (live_has_get ? PTSI_NATIVE_GET : 0) |
		 (live_has_set && live_way != PTSI_REGISTERS ? PTSI_NATIVE_SET : 0);
	can = features_of(t.tid);
	ck_assert_int_eq(can & NATIVE, native);
#if defined __x86_64__ || defined __i386__ || defined __arm__ || defined __loongarch__
	ck_assert_int_eq(can & ~NATIVE & ~PTSI_CAN_DONE, call | MOVE);
#else
	ck_assert_int_ne(can & call, 0);
#endif
	if (kinds[_i % 2] == ENTRY)
		ck_assert_int_eq(can & PTSI_CAN_DONE, 0);
	go_to(t.tid, EXIT);
	can = features_of(t.tid);
	at_exit = PTSI_CAN_RESULT | PTSI_CAN_SP | native;
	at_exit |= IP_AT_EXIT ? PTSI_CAN_IP : 0;
	at_exit |= repeats() ? PTSI_CAN_REPEAT : 0;
	ck_assert_int_eq(can, at_exit);
	next_target(&t);
	finish_told(&t, false);
}
END_TEST

static void abi_is(pid_t tid)
{
	struct ptsi_syscall_info info;
	struct ptsi_abi_info told;
	const struct abi *is = abi();

	raw_get(tid, &info);
	memset(&told, 0, sizeof told);
	if (!knows_stop(tid)) {
		ck_assert_int_eq(ptsi_abi_info(tid, sizeof told, &told), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
		return;
	}
	ck_assert_int_eq(ptsi_abi_info(tid, sizeof told, &told), 0);
	ck_assert_uint_eq(told.arch, info.arch);
	if (!is) {
		ck_assert_uint_eq(told.word_size, sizeof(long));
		ck_assert_ptr_nonnull(ptsi_arch_name(told.arch));
		return;
	}
	ck_assert_str_eq(told.name, is->name);
	ck_assert_uint_eq(told.arch, is->arch);
	ck_assert_uint_eq(told.word_size, (unsigned)is->pointer);
	ck_assert_str_eq(ptsi_arch_name(told.arch), is->arch_name);
}

START_TEST(abi_at_all_stops)
{
	struct target t = start_rounds(kinds[_i], "args", 0);

	abi_is(t.tid);
	go_to(t.tid, EXIT);
	abi_is(t.tid);
	next_target(&t);
	ck_assert_int_ge(set_result(t.tid, SKIP, 0, false), 0);
	if (strcmp(live_abi, "x32") != 0) /* which is told by the number */
		abi_is(t.tid);
	ck_assert_int_eq(kill(t.tid, SIGKILL), 0);
}
END_TEST

START_TEST(stop_is_told)
{
	struct target t = start_rounds(kinds[_i], "args", 0);
	struct ptsi_syscall_info info, raw;

	for (int i = 0; i < 2; i++) {
		int size = raw_get(t.tid, &raw);

		if (raw.op == SECCOMP)
			ck_assert_uint_eq(raw.seccomp.ret_data, FILTER_DATA);
		else
			ck_assert_int_eq(raw.op, i ? EXIT : ENTRY);
		memset(&info, 0, sizeof info);
		if (knows_stop(t.tid)) {
			ck_assert_int_eq(ptsi_get_syscall_info(t.tid, sizeof info, &info), size);
			ck_assert_mem_eq(&info, &raw, sizeof info);
		} else { /* rather than guessed */
			ck_assert_int_eq(ptsi_get_syscall_info(t.tid, sizeof info, &info), -1);
			ck_assert_int_eq(errno, EOPNOTSUPP);
		}
		go_to(t.tid, EXIT);
	}
	next_target(&t);
	finish_told(&t, false);
}
END_TEST

START_TEST(arch_names)
{
	ck_assert_str_eq(ptsi_arch_name(0xc000003e), "X86_64");
	ck_assert_str_eq(ptsi_arch_name(0xc00000b7), "AARCH64");
	ck_assert_ptr_null(ptsi_arch_name(0));
	ck_assert_ptr_null(ptsi_arch_name(UINT32_MAX));
}
END_TEST

Suite *info_suite(void)
{
	Suite *s = suite_create("info");
	TCase *tc = tcase_create("features, ABI, stops");

	tcase_set_timeout(tc, 20);
	add_loop_of(tc, features_are_true, 0, 3 * N_KERNELS * N_THINGS, has_thing);
	/* where calls don't repeat for what the kernel is, an imitated one won't do */
	add_loop(tc, repeat_feature, 0, repeats() == CALLS_REPEAT ? N_KERNELS : 1);
	add_loop(tc, features_here, 0, N_KINDS);
	add_loop(tc, abi_at_all_stops, 0, N_KINDS);
	add_loop(tc, stop_is_told, 0, N_KINDS);
	tcase_add_test(tc, arch_names);
	suite_add_tcase(s, tc);
	return s;
}
