// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Every request that an operation makes fails once.  Either the operation fails with that
 * error and the tracee is as it was, or it has found another way and the change is complete.
 */
#include "live.h"

static struct {
	int at, err; /* which request fails, counted from 1, and how */
	int n;
} fault;

static long faulty(long request, pid_t tid, void *addr, void *data)
{
	if (++fault.n == fault.at) {
		errno = fault.err;
		return -1;
	}
	return syscall(SYS_ptrace, request, (long)tid, addr, data);
}

/*
 * The operations.  entry is what was read at the entry or SECCOMP stop of the call, by a
 * request of the test's own.
 */
static int put_args_right(const struct target *t, struct ptsi_syscall_info *info, int mask)
{
	for (int i = 0; i < 6; i++)
		if (mask & settable_args() & 1 << i)
			info->entry.args[i] = put_right(info->entry.args[i]);
	return set(t->tid, info);
}

#define ARG(i)                                                                                     \
	static int arg_##i(const struct target *t, struct ptsi_syscall_info *entry)                \
	{                                                                                          \
		return put_args_right(t, entry, 1 << i);                                           \
	}
/* clang-format off */
ARG(0) ARG(1) ARG(2) ARG(3) ARG(4) ARG(5)
	/* clang-format on */

	static int args(const struct target *t, struct ptsi_syscall_info *entry)
{
	return put_args_right(t, entry, 63);
}

static int args_plain(const struct target *t, struct ptsi_syscall_info *entry)
{
	leave_out(entry);
	return put_args_right(t, entry, 63);
}

static int nr(const struct target *t, struct ptsi_syscall_info *entry)
{
	entry->entry.nr = t->right;
	return set(t->tid, entry);
}

static int nr_plain(const struct target *t, struct ptsi_syscall_info *entry)
{
	leave_out(entry);
	return nr(t, entry);
}

static int nr_minus_one(const struct target *t, struct ptsi_syscall_info *entry)
{
	int r;

	entry->entry.nr = UINT64_MAX;
	r = set(t->tid, entry);
	return r == 0 && !MINUS_ONE_IS_ENOSYS ? PTSI_AT_EXIT : r;
}

static int skip(const struct target *t, struct ptsi_syscall_info *entry)
{
	(void)entry;
	return set_result(t->tid, SKIP, -EROFS, true);
}

static int skip_by_exit(const struct target *t, struct ptsi_syscall_info *entry)
{
	(void)entry;
	return set_result(t->tid, EXIT, -EROFS, true);
}

static int jump(const struct target *t, struct ptsi_syscall_info *entry)
{
	struct ptsi_syscall_info info = *entry;

	info.instruction_pointer = entry->entry.args[2];
	info.stack_pointer = entry->entry.args[3];
	return set(t->tid, &info);
}

/* ip and sp by registers, the arguments perhaps not */
static int jump_and_args(const struct target *t, struct ptsi_syscall_info *entry)
{
	struct ptsi_syscall_info info = *entry;

	info.instruction_pointer = entry->entry.args[2];
	info.stack_pointer = entry->entry.args[3];
	info.entry.args[1] = info.entry.args[2] = info.entry.args[3] = 0x1234;
	return set(t->tid, &info);
}

static int jump_and_skip(const struct target *t, struct ptsi_syscall_info *entry)
{
	struct ptsi_syscall_info info = { .op = SKIP, .exit = { .rval = 0 } };

	info.instruction_pointer = entry->entry.args[2];
	info.stack_pointer = entry->entry.args[3];
	return set(t->tid, &info) < 0 ? -1 : 0; /* its result doesn't matter */
}

static int jump_at_exit(const struct target *t, struct ptsi_syscall_info *entry)
{
	struct ptsi_syscall_info info = { .op = EXIT, .exit = { .rval = 0x1234 } };

	info.instruction_pointer = entry->entry.args[2];
	info.stack_pointer = entry->entry.args[3];
	return set(t->tid, &info);
}

static int result(const struct target *t, struct ptsi_syscall_info *entry)
{
	(void)entry;
	return set_result(t->tid, EXIT, 0x1234, false);
}

static int result_as_read(const struct target *t, struct ptsi_syscall_info *entry)
{
	struct ptsi_syscall_info info;

	(void)entry;
	raw_get(t->tid, &info);
	info.exit.rval = -EROFS;
	info.exit.is_error = 1;
	return set(t->tid, &info);
}

static int repeat(const struct target *t, struct ptsi_syscall_info *entry)
{
	return repeat_syscall(t->tid, entry);
}

/*
 * Without PTRACE_GET_SYSCALL_INFO it is asked what signal has stopped the tracee, to which EINVAL
 * is a right answer: none has, in a group-stop.
 */
static bool is_group_stop(void)
{
	return !live_has_get && fault.err == EINVAL;
}

/* These change nothing; what they tell when they succeed is right. */
static int get_info(const struct target *t, struct ptsi_syscall_info *entry)
{
	struct ptsi_syscall_info info;
	int size = get(t->tid, &info);

	if (size < 0)
		return -1;
	if (is_group_stop() && size == 24)
		return 0;
	ck_assert_int_eq(size, t->kind == SECCOMP ? 84 : 80);
	/* EIO says that there is no such memory, and for the arguments there mips' kernel takes 0
	 */
	for (int i = 4; i < 6 && native_args() && args_by_registers() == 15; i++)
		if (fault.err == EIO && info.entry.args[i] == 0)
			info.entry.args[i] = entry->entry.args[i];
	ck_assert_mem_eq(&info, entry, (size_t)size);
	return 0;
}

static int features(const struct target *t, struct ptsi_syscall_info *entry)
{
	const int some = PTSI_CAN_SKIP | PTSI_CAN_IP | PTSI_CAN_SP;
	int can = ptsi_features(t->tid);

	(void)entry;
	if (can < 0)
		return -1;
	if (is_group_stop() && !(can & some))
		return 0;
	ck_assert_int_eq(can & some, live_way == PTSI_KERNEL ? can & some : some);
	return 0;
}

static int abi_info(const struct target *t, struct ptsi_syscall_info *entry)
{
	struct ptsi_abi_info info;

	if (ptsi_abi_info(t->tid, sizeof info, &info) < 0)
		return -1;
	if (is_group_stop()) /* it may be told of the code */
		return 0;
	ck_assert_uint_eq(info.arch, entry->arch);
	if (abi())
		ck_assert_str_eq(info.name, abi()->name);
	return 0;
}

static int set_as_read(const struct target *t, struct ptsi_syscall_info *entry)
{
	return set(t->tid, entry);
}

#define TEXT_(x) #x
#define TEXT(x)  TEXT_(x)

enum { AT_ENTRY = 1, AT_SECCOMP = 2, AT_EXIT = 4, BOTH = AT_ENTRY | AT_SECCOMP };

static const struct operation {
	const char *name;
	int (*run)(const struct target *t, struct ptsi_syscall_info *entry);
	int stops;
	const char *what, *param; /* the tracee's */
} operations[] = {
	{ "arg 0", arg_0, BOTH, "args", "1" },
	{ "arg 1", arg_1, BOTH, "args", "2" },
	{ "arg 2", arg_2, BOTH, "args", "4" },
	{ "arg 3", arg_3, BOTH, "args", "8" },
	{ "arg 4", arg_4, BOTH, "args", "16" },
	{ "arg 5", arg_5, BOTH, "args", "32" },
	{ "args", args, BOTH, "args", "63" },
	{ "args plain", args_plain, BOTH, "args", "63" },
	{ "nr", nr, BOTH, "nr", "0x123" },
	{ "nr plain", nr_plain, BOTH, "nr", "0x123" },
	{ "nr -1", nr_minus_one, BOTH, "skip", MINUS_ONE_IS_ENOSYS ? "-" TEXT(ENOSYS) : "-30" },
	{ "skip", skip, BOTH, "skip", "-30" },
	{ "skip by exit", skip_by_exit, BOTH, "skip", "-30" },
	{ "jump", jump, BOTH, "jump", "0" },
	{ "jump and args", jump_and_args, BOTH, "jump", "0" },
	{ "jump and skip", jump_and_skip, BOTH, "jump", "0" },
	{ "jump at exit", jump_at_exit, AT_EXIT, "jump", "0" },
	{ "result", result, AT_EXIT, "result", "0x1234" },
	{ "result as read", result_as_read, AT_EXIT, "result", "-30" },
	{ "repeat", repeat, AT_EXIT, "repeat", "2" },
	{ "get", get_info, BOTH, "args", "0" },
	{ "features", features, BOTH, "args", "0" },
	{ "abi_info", abi_info, BOTH, "args", "0" },
	{ "identity", set_as_read, BOTH, "args", "0" },
};

enum { N_OPERATIONS = sizeof operations / sizeof operations[0] };

/* Whether err is what the operation may fail with when a request failed with injected. */
static bool is_answer(int err, int injected)
{
	if (err == injected)
		return true;
	/* an absent or refused request for which there is no other way */
	return err == EOPNOTSUPP && injected != ESRCH;
}

/* At the operation's stop: do it, and let the tracee see the outcome.  False: no fault met. */
static bool one_fault(const struct target *t, const struct operation *o, int stop,
		      struct ptsi_syscall_info *entry, bool *changed)
{
	unsigned char before[512], after[512];
	size_t len;
	int r, err;

	if (stop == AT_EXIT)
		go_to(t->tid, EXIT);
	len = raw_regs(t->tid, before);
	fault.n = 0;
	ptsi_set_ptrace(faulty); /* and what it learnt is forgotten */
	r = o->run(t, entry);
	err = errno;
	ptsi_set_ptrace(NULL);
	*changed = r >= 0;
	if (r < 0) {
		ck_assert_msg(fault.n >= fault.at, "%s: fails without a fault: %s", o->name,
			      strerror(err));
		ck_assert_msg(is_answer(err, fault.err),
			      "%s: request %d failed with %s, it with %s", o->name, fault.at,
			      strerror(fault.err), strerror(err));
		ck_assert_uint_eq(raw_regs(t->tid, after), len);
		for (size_t i = 0; i < len; i++)
			ck_assert_msg(before[i] == after[i],
				      "%s: request %d failed: byte %zu changed", o->name, fault.at,
				      i);
	}
	tell(t, *changed ? TOLD_CHANGED : 0);
	if (r == PTSI_AT_EXIT) {
		go_to(t->tid, EXIT);
		ck_assert_int_eq(set_result(t->tid, EXIT, -EROFS, true), PTSI_DONE);
	}
	return fault.n >= fault.at;
}

static bool has_operation(int i)
{
	const struct operation *o = &operations[i % N_OPERATIONS];

	return (o->stops & 1 << i / N_OPERATIONS) && (o->run != repeat || repeats()) &&
	       (o->run != jump_at_exit || IP_AT_EXIT);
}

START_TEST(each_request_fails)
{
	static const int errs[] = { EIO,    ESRCH,  EPERM,  EFAULT,    EINVAL,
				    ENODEV, EACCES, ENOSYS, EOPNOTSUPP };
	const struct operation *o = &operations[_i % N_OPERATIONS];
	int stop = 1 << _i / N_OPERATIONS, kind = stop == AT_SECCOMP ? SECCOMP : ENTRY;
	char mask[16];
	const char *const params[] = { "rounds", o->what, strcmp(o->what, "args") ? o->param : mask,
				       NULL };
	bool jumps = strcmp(o->what, "jump") == 0, changed, more = false;
	int points = 0;
	struct ptsi_syscall_info entry;
	struct target t;

	snprintf(mask, sizeof mask, "%d", atoi(o->param) & settable_args());
	if (strcmp(mask, "0") == 0 && strcmp(o->param, "0") != 0)
		untested("an argument that can't be set here");
	start(&t, kind, params);
	if (stop == AT_EXIT ? !knows_exits() : !knows_stop(t.tid))
		untested(NOT_KNOWN);
	for (size_t i = 0; i < sizeof errs / sizeof errs[0]; i++) {
		fault.err = errs[i];
		for (fault.at = 1; fault.at == 1 || more; fault.at++) {
			raw_get(t.tid, &entry);
			more = one_fault(&t, o, stop, &entry, &changed);
			points += more;
			if (changed && jumps) {
				finish(t.tid);
				start(&t, kind, params);
			} else {
				next_target(&t);
			}
		}
		ck_assert(changed); /* the last time nothing failed */
		ck_assert_int_gt(fault.at, 2);
	}
	tell(&t, TOLD_LAST);
	finish(t.tid);
	printf("faults: %s, stop %d: %d requests failed\n", o->name, stop, points);
	fflush(stdout);
}
END_TEST

Suite *faults_suite(void)
{
	Suite *s = suite_create("faults");
	TCase *tc = tcase_create("each request fails once");

	tcase_set_timeout(tc, 20);
	add_loop_of(tc, each_request_fails, 0, 3 * N_OPERATIONS, has_operation);
	suite_add_tcase(s, tc);
	return s;
}
