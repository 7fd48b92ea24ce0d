// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Kernels without the native requests, and threads that are refused them: imitated by a
 * ptrace of the test's own, and by a seccomp filter around this very tracer.
 */
#include <endian.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "live.h"

static struct {
	int get, set; /* errno that the request is answered with, or 0 */
	int gets, sets, writes;
} asked;

static long answering(long request, pid_t tid, void *addr, void *data)
{
	int err = 0;

	if (request == RAW_GET) {
		asked.gets++;
		err = asked.get;
	} else if (request == RAW_SET) {
		asked.sets++;
		err = asked.set;
	} else if (request == PTRACE_POKEUSER || request == PTRACE_SETREGSET ||
		   (IS_SPARC && (request == 13 || request == 23))) { /* PTRACE_SETREGS and -64 */
		asked.writes++;
	}
	if (err) {
		errno = err;
		return -1;
	}
	return syscall(SYS_ptrace, request, (long)tid, addr, data);
}

/* What was learnt before is forgotten. */
static void answer(int get, int set)
{
	memset(&asked, 0, sizeof asked);
	asked.get = get;
	asked.set = set;
	ptsi_set_ptrace(answering);
}

/* The call with these arguments put right; the rest as read, or left out. */
static struct ptsi_syscall_info right_args(const struct target *t, int mask, bool plain)
{
	struct ptsi_syscall_info info;

	raw_get(t->tid, &info);
	for (int i = 0; i < 6; i++)
		if (mask & 1 << i)
			info.entry.args[i] = put_right(info.entry.args[i]);
	if (plain) {
		leave_out(&info);
	}
	return info;
}

/* err 0: it works, and the tracee finds it so; else it fails with that, and nothing changed. */
static void set_and_finish(const struct target *t, const struct ptsi_syscall_info *info, int err)
{
	unsigned char before[512], after[512];
	size_t len = raw_regs(t->tid, before);
	int r = set(t->tid, info);

	if (err) {
		ck_assert_int_eq(r, -1);
		ck_assert_int_eq(errno, err);
		ck_assert_uint_eq(raw_regs(t->tid, after), len);
		ck_assert_mem_eq(before, after, len);
	} else if (r == PTSI_AT_EXIT) {
		ptsi_set_ptrace(NULL);
		go_to(t->tid, EXIT);
		ck_assert_int_eq(set_result(t->tid, EXIT, info->exit.rval, info->exit.is_error),
				 PTSI_DONE);
	} else {
		ck_assert_msg(r == PTSI_DONE, "%s", r < 0 ? strerror(errno) : "at exit");
	}
	finish_told(t, !err);
}

/*
 * EIO is the kernel's, the others are those of filters and of emulations.  Where SET alone is
 * answered EINVAL that is the answer, as the kernel means it; from GET it is a refusal, of both.
 */
static const int refusals[] = { EIO, EPERM, ENOSYS, EACCES, EOPNOTSUPP, EINVAL };
enum { N_REFUSALS = 6, N_SET_REFUSALS = 5 };

static int kernel_set_only(void)
{
	return live_way == PTSI_KERNEL ? EOPNOTSUPP : 0;
}

static int registers_only(void)
{
	return registers_tell() ? kernel_set_only() : EOPNOTSUPP;
}

/* Where numbers and arguments are not left to the kernel's request. */
static int args_refused(void)
{
	return native_args() ? kernel_set_only() : 0;
}

static struct ptsi_syscall_info result(uint8_t op, int64_t rval, bool is_error)
{
	return (struct ptsi_syscall_info){ .op = op, .exit = { rval, is_error } };
}

/* SET is refused: registers do it, for that call only. */
START_TEST(set_refused)
{
	int err = refusals[_i % N_SET_REFUSALS];
	bool plain = _i / N_SET_REFUSALS % 2;
	int kind = _i / N_SET_REFUSALS / 2 ? SECCOMP : ENTRY, mask = args_by_registers();
	struct target t = start_rounds(kind, "args", mask);
	struct ptsi_syscall_info info = right_args(&t, mask, plain);

	answer(0, err);
	set_and_finish(&t, &info, args_refused());
	if (native_args())
		ck_assert_int_eq(asked.sets > 0, live_way != PTSI_REGISTERS);
}
END_TEST

START_TEST(set_refused_at_exit)
{
	struct target t = start_rounds(ENTRY, "result", -30);
	struct ptsi_syscall_info info = result(EXIT, -EROFS, true);

	go_to(t.tid, EXIT);
	answer(0, refusals[_i]);
	set_and_finish(&t, &info, RESULT_BY_REGISTERS ? 0 : kernel_set_only());
}
END_TEST

/* Both are refused: what registers tell of a SECCOMP stop is what the kernel would. */
START_TEST(both_refused_at_seccomp)
{
	int mask = args_by_registers();
	struct target t = start_rounds(SECCOMP, "args", mask);
	struct ptsi_syscall_info info = right_args(&t, mask, _i / N_REFUSALS);

	answer(refusals[_i % N_REFUSALS], refusals[_i % N_REFUSALS]);
	set_and_finish(&t, &info, registers_tell() ? args_refused() : EOPNOTSUPP);
}
END_TEST

START_TEST(both_refused_nr_at_seccomp)
{
	struct target t = start_rounds(SECCOMP, "nr", 0x123);
	struct ptsi_syscall_info info;

	raw_get(t.tid, &info);
	info.seccomp.nr = t.right;
	answer(EIO, EIO);
	set_and_finish(&t, &info, registers_tell() ? args_refused() : EOPNOTSUPP);
}
END_TEST

START_TEST(both_refused_skip_at_seccomp)
{
	struct target t = start_rounds(SECCOMP, "skip", -30);
	struct ptsi_syscall_info info = result(_i ? EXIT : SKIP, -EROFS, true);

	answer(EIO, EIO);
	set_and_finish(&t, &info, SKIP_BY_REGISTERS ? 0 : registers_only());
}
END_TEST

/* GET is refused at a syscall-stop: entry and exit aren't guessed. */
START_TEST(get_refused_at_syscall_stops)
{
	struct target t = start_rounds(ENTRY, "args", 0);
	struct ptsi_syscall_info info;
	struct ptsi_abi_info abi;

	for (int i = 0; i < 2; i++) {
		answer(refusals[_i], refusals[_i]);
		ck_assert_int_eq(ptsi_get_syscall_info(t.tid, sizeof info, &info), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
		ck_assert_int_eq(ptsi_features(t.tid), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
		ck_assert_int_eq(ptsi_abi_info(t.tid, sizeof abi, &abi), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
		info = result(i ? EXIT : SKIP, 0x55, false);
		ck_assert_int_eq(ptsi_set_syscall_info(t.tid, sizeof info, &info), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
		go_to(t.tid, EXIT);
	}
	next_target(&t);
	finish_told(&t, false);
}
END_TEST

/* SET alone is enough where there is nothing to be looked at. */
START_TEST(get_refused_plain_set)
{
	struct target t = start_rounds(ENTRY, "args", settable_args());
	struct ptsi_syscall_info info = right_args(&t, settable_args(), true);

	answer(refusals[_i], 0);
	if (live_has_set && live_way != PTSI_REGISTERS && !SETS_LOOK)
		set_and_finish(&t, &info, 0);
	else
		set_and_finish(&t, &info, marks_stops() ? kernel_set_only() : EOPNOTSUPP);
}
END_TEST

/* EIO says that the kernel lacks the request, and isn't heard twice. */
START_TEST(eio_is_cached)
{
	struct target t = start_rounds(SECCOMP, "args", args_by_registers());
	bool refused = live_way == PTSI_KERNEL && native_args();
	struct ptsi_syscall_info info;

	answer(EIO, EIO);
	for (int i = 0; i < 6; i++) {
		ck_assert_int_eq(get(t.tid, &info), 84);
		if (!(args_by_registers() & 1 << i))
			continue;
		info.seccomp.args[i] = put_right(info.seccomp.args[i]);
		ck_assert_int_eq(set(t.tid, &info), refused ? -1 : PTSI_DONE);
	}
	ck_assert_int_eq(asked.gets, 1);
	ck_assert_int_eq(asked.sets, live_way == PTSI_REGISTERS || !native_args() ? 0 : 1);
	finish_told(&t, !refused);
}
END_TEST

/* Other errnos say nothing of the kernel: once they are over the requests are used. */
START_TEST(eperm_is_not_cached)
{
	struct target t = start_rounds(SECCOMP, "args", args_by_registers());
	bool refused = live_way == PTSI_KERNEL && native_args();
	int can, err = refusals[1 + _i], native = live_has_get ? PTSI_NATIVE_GET : 0;
	struct ptsi_syscall_info info;

	answer(err, err);
	for (int i = 0; i < 6; i++) {
		int gets = asked.gets, sets = asked.sets;

		ck_assert_int_eq(get(t.tid, &info), 84);
		ck_assert_int_gt(asked.gets, gets);
		if (!(args_by_registers() & 1 << i))
			continue;
		info.seccomp.args[i] = put_right(info.seccomp.args[i]);
		ck_assert_int_eq(set(t.tid, &info), refused ? -1 : PTSI_DONE);
		ck_assert_int_eq(asked.sets > sets, live_way != PTSI_REGISTERS && native_args());
	}
	can = ptsi_features(t.tid);
	ck_assert_int_ge(can, 0);
	ck_assert_int_eq(can & (PTSI_NATIVE_GET | PTSI_NATIVE_SET), 0);
	asked.get = asked.set = 0;
	if (live_has_set && live_way != PTSI_REGISTERS)
		native |= PTSI_NATIVE_SET;
	can = ptsi_features(t.tid);
	ck_assert_int_ge(can, 0);
	ck_assert_int_eq(can & (PTSI_NATIVE_GET | PTSI_NATIVE_SET), native);
	finish_told(&t, !refused);
}
END_TEST

/* What the kernel's request answers otherwise is the answer. */
START_TEST(answers_never_fall_back)
{
	static const int answers[] = { EINVAL, ESRCH, ERANGE };
	int err = answers[_i % 3], stop = _i / 3 % 3;
	bool plain = _i / 9,
	     by_registers = live_way == PTSI_REGISTERS || (stop == 2 && RESULT_BY_REGISTERS);
	struct ptsi_syscall_info info;
	struct target t;

	if (err == EINVAL && !live_has_get) /* it is taken for a refusal of both */
		untested(NOT_THIS_WAY);
	if (stop != 2 && !native_args()) /* the answer only tells which registers are right */
		untested(NOT_THIS_WAY);
	t = start_rounds(stop == 1 ? SECCOMP : ENTRY, stop == 2 ? "result" : "args",
			 stop == 2 ? 0x55 : settable_args());
	if (stop == 2) {
		go_to(t.tid, EXIT);
		raw_get(t.tid, &info);
		info.exit.rval = 0x55;
		if (plain)
			info = result(EXIT, 0x55, false);
	} else {
		info = right_args(&t, settable_args(), plain);
	}
	answer(0, err);
	set_and_finish(&t, &info, by_registers ? 0 : err);
	ck_assert_int_eq(asked.sets == 0, by_registers);
	ck_assert_int_eq(asked.writes == 0, !by_registers);
}
END_TEST

/*
 * With GET refused the library says, byte for byte, what the kernel says.  Only the kernel
 * knows that 64-bit code has made a 32-bit call before a stop that is none.
 */
static void same_bytes(pid_t tid, int op)
{
	struct ptsi_syscall_info raw, info, expected;
	int all = raw_get(tid, &raw);

	ck_assert_int_eq(raw.op, op);
	answer(EIO, EIO);
	if (!abi_is_told()) {
		ck_assert_int_eq(ptsi_get_syscall_info(tid, sizeof info, &info), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
		return;
	}
	for (int size = 0; size <= (int)sizeof info; size++) {
		memset(&info, 0xee, sizeof info);
		memset(&expected, 0xee, sizeof expected);
		ck_assert_int_eq(ptsi_get_syscall_info(tid, (size_t)size, &info), all);
		memcpy(&expected, &raw, (size_t)(size < all ? size : all));
		if (op == NONE && int80())
			expected.arch = info.arch;
		ck_assert_mem_eq(&info, &expected, sizeof info);
	}
}

START_TEST(same_bytes_at_seccomp)
{
	struct target t = start_rounds(SECCOMP, "args", settable_args());

	same_bytes(t.tid, SECCOMP);
	finish_told(&t, false);
}
END_TEST

START_TEST(same_bytes_at_syscall_stops)
{
	struct target t = start_rounds(ENTRY, "args", settable_args());

	same_bytes(t.tid, ENTRY);
	go_to(t.tid, EXIT);
	same_bytes(t.tid, EXIT);
	next_target(&t);
	finish_told(&t, false);
}
END_TEST

START_TEST(same_bytes_of_skipped_call)
{
	struct target t = start_rounds(SECCOMP, "skip", 0x55);
	struct ptsi_syscall_info info = result(SKIP, 0x55, false);

	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	same_bytes(t.tid, SECCOMP);
	finish_told(&t, true);
}
END_TEST

/* signal-delivery-stop on the way out of an interrupted call, and PTRACE_EVENT_STOP */
START_TEST(same_bytes_at_signal)
{
	struct target t;

	start(&t, ENTRY, (const char *const[]){ "interrupted", "pause", "0", "-4", "1", NULL });
	ck_assert_int_eq(kill(t.tid, SIGUSR1), 0);
	ck_assert_int_eq(go(t.tid, PTRACE_CONT, 0) >> 8, SIGUSR1);
	same_bytes(t.tid, NONE);
	ck_assert_int_eq(ptrace(PTRACE_INTERRUPT, t.tid, 0, 0), 0);
	ck_assert_int_eq(go(t.tid, PTRACE_CONT, SIGUSR1) >> 16, PTRACE_EVENT_STOP);
	same_bytes(t.tid, NONE);
	finish(t.tid);
}
END_TEST

START_TEST(same_bytes_at_group_stop)
{
	struct target t;
	int wstatus;

	start(&t, ENTRY, (const char *const[]){ "interrupted", "pause", "0", "-4", "1", NULL });
	ck_assert_int_eq(kill(t.tid, SIGSTOP), 0);
	ck_assert_int_eq(go(t.tid, PTRACE_CONT, 0) >> 8, SIGSTOP);
	same_bytes(t.tid, NONE);
	wstatus = go(t.tid, PTRACE_CONT, SIGSTOP);
	ck_assert_int_eq(wstatus >> 8, SIGSTOP | PTRACE_EVENT_STOP << 8);
	same_bytes(t.tid, NONE);
	ck_assert_int_eq(kill(t.tid, SIGCONT), 0);
	ck_assert_int_eq(kill(t.tid, SIGUSR1), 0);
	while ((wstatus = go(t.tid, PTRACE_CONT, 0)) >> 8 != SIGUSR1)
		ck_assert(WIFSTOPPED(wstatus));
	go(t.tid, PTRACE_SYSCALL, SIGUSR1);
	finish(t.tid);
}
END_TEST

/* events in the midst of a call */
START_TEST(same_bytes_at_event)
{
	const char *what = _i ? "exec" : "fork";
	struct ptsi_syscall_info info;
	struct target t;

	start(&t, ENTRY, (const char *const[]){ what, "0", NULL });
	ck_assert_int_eq(option_set(t.tid, _i ? PTRACE_O_TRACEEXEC : PTRACE_O_TRACEFORK), 0);
	raw_get(t.tid, &info);
	if (_i) {
		info.entry.args[0] = t.q;
		ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	}
	ck_assert_int_eq(go(t.tid, PTRACE_CONT, 0) >> 8,
			 SIGTRAP | (_i ? PTRACE_EVENT_EXEC : PTRACE_EVENT_FORK) << 8);
	same_bytes(t.tid, NONE);
}
END_TEST

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(offset))
#define LOAD_ARG(i)                                                                                \
	LOAD(offsetof(struct seccomp_data, args[i]) + (BYTE_ORDER == BIG_ENDIAN ? 4 : 0))

/*
 * From now on this thread is refused the requests with a size up to 88, the library's; those
 * of raw_get are longer.
 */
static void refuse_by_filter(bool no_get, bool no_set, int err)
{
	struct sock_filter code[] = {
		LOAD(offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 6),
		LOAD_ARG(2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, sizeof(struct ptsi_syscall_info), 4, 0),
		LOAD_ARG(0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, no_get ? RAW_GET : 0xffff, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, no_set ? RAW_SET : 0xffff, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { .len = sizeof code / sizeof code[0], .filter = code };

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0), 0);
}

/* All but EINVAL to SET alone. */
static bool is_refusal_by_filter(int i)
{
	return refusals[i % N_REFUSALS] != EINVAL || (1 + i / N_REFUSALS % 3) & 1;
}

START_TEST(filter_around_tracer)
{
	int err = refusals[_i % N_REFUSALS], which = 1 + _i / N_REFUSALS % 3, expected;
	int kind = _i / N_REFUSALS / 3 ? SECCOMP : ENTRY;
	bool no_get = which & 1, no_set = which & 2,
	     by_kernel = !no_set && live_has_set && live_way != PTSI_REGISTERS,
	     unknown = (no_get || !live_has_get) &&
		       (!registers_tell() || (kind == ENTRY && !marks_stops()));
	int mask = by_kernel ? 63 : args_by_registers();
	struct target t = start_rounds(kind, "args", mask);
	struct ptsi_syscall_info info = right_args(&t, mask, true), raw, got;
	int size = raw_get(t.tid, &raw);

	refuse_by_filter(no_get, no_set, err);
	memset(&got, 0, sizeof got);
	if (unknown) {
		ck_assert_int_eq(ptsi_get_syscall_info(t.tid, sizeof got, &got), -1);
		ck_assert_int_eq(errno, EOPNOTSUPP);
	} else {
		ck_assert_int_eq(ptsi_get_syscall_info(t.tid, sizeof got, &got), size);
		ck_assert_mem_eq(&got, &raw, (size_t)size);
	}
	expected = by_kernel ? 0 : args_refused();
	if (unknown && (!by_kernel || (SETS_LOOK && no_get)))
		expected = EOPNOTSUPP;
	set_and_finish(&t, &info, expected);
}
END_TEST

Suite *fallback_suite(void)
{
	Suite *s = suite_create("fallback");
	TCase *tc = tcase_create("requests refused");

	tcase_set_timeout(tc, 20);
	add_loop(tc, set_refused, 0, 4 * N_SET_REFUSALS);
	add_loop(tc, set_refused_at_exit, 0, N_SET_REFUSALS);
	add_loop(tc, both_refused_at_seccomp, 0, 2 * N_REFUSALS);
	tcase_add_test(tc, both_refused_nr_at_seccomp);
	add_loop(tc, both_refused_skip_at_seccomp, 0, 2);
	if (marks_stops())
		tcase_add_test(tc, same_bytes_at_syscall_stops);
	else
		add_loop(tc, get_refused_at_syscall_stops, 0, N_REFUSALS);
	add_loop(tc, get_refused_plain_set, 0, N_REFUSALS);
	if (registers_tell()) {
		tcase_add_test(tc, eio_is_cached);
		add_loop(tc, eperm_is_not_cached, 0, N_REFUSALS - 1);
		tcase_add_test(tc, same_bytes_at_seccomp);
	}
	add_loop(tc, answers_never_fall_back, 0, 18);
	if (!result_is_first() && keeps_result()) /* else it is told for the first argument */
		tcase_add_test(tc, same_bytes_of_skipped_call);
	tcase_add_test(tc, same_bytes_at_signal);
	tcase_add_test(tc, same_bytes_at_group_stop);
	add_loop(tc, same_bytes_at_event, 0, settable_args() & 1 ? 2 : 1); /* exec's path */
	if (has_filters())
		add_loop_of(tc, filter_around_tracer, 0, 6 * N_REFUSALS, is_refusal_by_filter);
	suite_add_tcase(s, tc);
	return s;
}
