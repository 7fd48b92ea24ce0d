// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Signals between entry and exit, and calls that the kernel restarts. */
#include "live.h"

static const struct {
	const char *name;
	int code; /* that the kernel gives at the exit stop of the interrupted call */
} calls[] = {
	{ "nanosleep", -516 }, /* ERESTART_RESTARTBLOCK */
	{ "ppoll", -514 },     /* ERESTARTNOHAND */
	{ "pause", -514 },
	{ "read", -512 }, /* ERESTARTSYS */
};

enum { N_CALLS = sizeof calls / sizeof calls[0] };
enum { NANOSLEEP, PPOLL, PAUSE, READ };

static struct target start_interrupted(int kind, int call, bool restart, const char *ret,
				       const char *handled)
{
	struct target t;

	start(&t, kind,
	      (const char *const[]){ "interrupted", calls[call].name, restart ? "1" : "0", ret,
				     handled, NULL });
	ck_assert_int_eq(kill(t.tid, SIGUSR1), 0);
	return t;
}

static void to_signal(pid_t tid)
{
	int wstatus = go(tid, PTRACE_SYSCALL, 0);

	ck_assert_int_eq(wstatus >> 8, SIGUSR1);
	identity(tid);
}

/* At the exit stop of the call, which has been interrupted. */
static struct target interrupt(int call, bool restart, const char *ret, const char *handled)
{
	struct target t = start_interrupted(ENTRY, call, restart, ret, handled);

	go_to(t.tid, EXIT);
	result_is(t.tid, calls[call].code);
	return t;
}

static void finish_with_handler(pid_t tid)
{
	to_signal(tid);
	go(tid, PTRACE_SYSCALL, SIGUSR1);
	finish(tid);
}

START_TEST(untouched)
{
	int call = _i / 2;
	bool restart = _i % 2;
	struct target t = interrupt(call, restart, call == READ && restart ? "1" : "-4", "1");

	identity(t.tid);
	finish_with_handler(t.tid);
}
END_TEST

/* A new result at the exit stop cancels the restart that the kernel had in mind. */
START_TEST(result_cancels_restart)
{
	int call = _i / 4;
	bool restart = _i & 1, handler = _i & 2;
	struct target t = interrupt(call, restart, "0x1234", handler ? "1" : "0");

	ck_assert_int_eq(set_result(t.tid, EXIT, 0x1234, false), PTSI_DONE);
	result_is(t.tid, 0x1234);
	if (handler) {
		finish_with_handler(t.tid);
		return;
	}
	to_signal(t.tid);
	finish(t.tid);
}
END_TEST

START_TEST(error_cancels_restart)
{
	struct target t = interrupt(_i, true, "-11", "0");

	ck_assert_int_eq(set_result(t.tid, EXIT, -EAGAIN, true), PTSI_DONE);
	to_signal(t.tid);
	finish(t.tid);
}
END_TEST

/* At the entry stop of the call that the kernel has restarted, since no handler ran. */
static struct target restarted(int call, const char *ret)
{
	struct target t = interrupt(call, true, ret, "0");
	struct ptsi_syscall_info info;

	to_signal(t.tid);
	go_to(t.tid, ENTRY);
	raw_get(t.tid, &info);
	if ((call == NANOSLEEP && TELLS_RESTART_SYSCALL) || RESTARTS_ARE_RESTART_SYSCALL)
		ck_assert_uint_ne(info.entry.nr, t.right); /* restart_syscall */
	else
		ck_assert_uint_eq(info.entry.nr, t.right);
	identity(t.tid);
	return t;
}

START_TEST(restarted_call_runs)
{
	struct target t = restarted(NANOSLEEP, "0");

	finish(t.tid);
}
END_TEST

START_TEST(restarted_call_skipped)
{
	struct target t = restarted(_i, "0x1234");

	ck_assert_int_eq(set_result(t.tid, SKIP, 0x1234, false), PTSI_AT_EXIT);
	go_to(t.tid, EXIT);
	ck_assert_int_eq(set_result(t.tid, EXIT, 0x1234, false), PTSI_DONE);
	finish(t.tid);
}
END_TEST

START_TEST(restarted_call_made_another)
{
	char parent[16];
	struct ptsi_syscall_info info;
	struct target t;

	snprintf(parent, sizeof parent, "%d", getpid());
	t = restarted(_i, parent);
	ck_assert_int_eq(get(t.tid, &info), 80);
	info.entry.nr = t.wrong;
	ck_assert_int_eq(set(t.tid, &info), PTSI_DONE);
	finish(t.tid);
}
END_TEST

START_TEST(restarted_call_result)
{
	struct target t = restarted(NANOSLEEP, "0x4321");

	go_to(t.tid, EXIT);
	result_is(t.tid, 0);
	ck_assert_int_eq(set_result(t.tid, EXIT, 0x4321, false), PTSI_DONE);
	finish(t.tid);
}
END_TEST

/* A signal is pending while the call is skipped; its handler runs, the result stays. */
START_TEST(skipped_with_signal_pending)
{
	int kind = _i % 2 ? SECCOMP : ENTRY, call = _i / 2;
	struct target t = start_interrupted(kind, call, true, "-30", "1");
	int r = set_result(t.tid, SKIP, -EROFS, true);

	ck_assert_int_eq(r, kind == SECCOMP && keeps_result() ? PTSI_DONE : PTSI_AT_EXIT);
	if (r == PTSI_AT_EXIT) {
		go_to(t.tid, EXIT);
		ck_assert_int_eq(set_result(t.tid, EXIT, -EROFS, true), PTSI_DONE);
		to_signal(t.tid);
	} else {
		ck_assert_int_eq(go(t.tid, PTRACE_CONT, 0) >> 8, SIGUSR1);
	}
	go(t.tid, PTRACE_SYSCALL, SIGUSR1);
	finish(t.tid);
}
END_TEST

/*
 * A restart code is no result of a call that isn't made.  At the exit stop one may take the place
 * of another, and the kernel acts on the one that is there in the end.
 */
START_TEST(restart_codes)
{
	static const int codes[] = { -512, -513, -514, -516 };
	struct target t = start_interrupted(ENTRY, READ, true, "1", "1");

	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(set_result(t.tid, SKIP, codes[i], true), -1);
		ck_assert_int_eq(errno, EINVAL);
	}
	go_to(t.tid, EXIT);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(set_result(t.tid, EXIT, codes[i], true), PTSI_DONE);
		result_is(t.tid, codes[i]);
	}
	ck_assert_int_eq(set_result(t.tid, EXIT, calls[READ].code, true), PTSI_DONE);
	finish_with_handler(t.tid);
}
END_TEST

/* ptsi_repeat_syscall makes the very call again, not restart_syscall; also after a handler. */
START_TEST(interrupted_call_repeated)
{
	bool handler = _i % 2;
	int call = _i / 2;
	struct target t = start_interrupted(ENTRY, call, false, "0", handler ? "1" : "0");
	struct ptsi_syscall_info entry, info;

	ck_assert_int_eq(get(t.tid, &entry), 80);
	go_to(t.tid, EXIT);
	result_is(t.tid, calls[call].code);
	ck_assert_int_eq(repeat_syscall(t.tid, &entry), 0);
	to_signal(t.tid);
	go(t.tid, PTRACE_SYSCALL, handler ? SIGUSR1 : 0);
	raw_get(t.tid, &info);
	while (info.op != ENTRY || info.instruction_pointer != entry.instruction_pointer ||
	       info.stack_pointer != entry.stack_pointer) {
		go_to(t.tid, ENTRY);
		raw_get(t.tid, &info);
	}
	ck_assert_uint_eq(info.entry.nr, entry.entry.nr);
	ck_assert_mem_eq(info.entry.args, entry.entry.args, sizeof info.entry.args);
	finish(t.tid);
}
END_TEST

START_TEST(running)
{
	struct target t = interrupt(PAUSE, false, "-4", "1");

	to_signal(t.tid);    /* which isn't delivered: it pauses anew */
	go_to(t.tid, ENTRY); /* from here on no signal comes too early */
	resume(t.tid, PTRACE_CONT, 0);
	no_tracee(t.tid);
	ck_assert_int_eq(kill(t.tid, SIGUSR1), 0);
	await(t.tid);
	go(t.tid, PTRACE_SYSCALL, SIGUSR1);
	finish(t.tid);
}
END_TEST

Suite *signals_suite(void)
{
	Suite *s = suite_create("signals");
	TCase *tc = tcase_create("interrupted calls");

	tcase_set_timeout(tc, 20);
	add_loop(tc, untouched, 0, 2 * N_CALLS);
	add_loop(tc, result_cancels_restart, 0, 4 * N_CALLS);
	add_loop(tc, error_cancels_restart, 0, N_CALLS);
	tcase_add_test(tc, restarted_call_runs);
	add_loop(tc, restarted_call_skipped, 0, N_CALLS);
	add_loop(tc, restarted_call_made_another, 0, N_CALLS);
	tcase_add_test(tc, restarted_call_result);
	add_loop(tc, skipped_with_signal_pending, 0, 2 * N_CALLS);
	tcase_add_test(tc, restart_codes);
	if (repeats())
		add_loop(tc, interrupted_call_repeated, 0, 4);
	if (!RESTARTS_ARE_RESTART_SYSCALL)
		tcase_add_test(tc, running);
	suite_add_tcase(s, tc);
	return s;
}
