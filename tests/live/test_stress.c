// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Many threads, each with a tracee of its own, all at once. */
#include <pthread.h>

#include "live.h"

enum { MAX_THREADS = 64, N_CALLS = 400 };

/* What scenario `stress` expects of its call i. */
enum { ARGUMENT, NUMBER, SKIPPED, RESULT };

static int asked_for(const char *name, int otherwise)
{
	const char *env = getenv(name);

	return env ? atoi(env) : otherwise;
}

static void change(const struct target *t, struct ptsi_syscall_info *info, int i)
{
	int64_t rval = -1 - i % 500;
	int r = PTSI_AT_EXIT;

	switch (i % 4) {
	case ARGUMENT:
		info->entry.args[1] = put_right(info->entry.args[1]);
		MUST(set(t->tid, info) == PTSI_DONE);
		return;
	case NUMBER:
		info->entry.nr = t->right;
		MUST(set(t->tid, info) == PTSI_DONE);
		return;
	case SKIPPED:
		r = set_result(t->tid, SKIP, rval, true);
		MUST(r >= 0);
	}
	if (r == PTSI_AT_EXIT) {
		go_to(t->tid, EXIT);
		MUST(set_result(t->tid, EXIT, rval, true) == PTSI_DONE);
	}
}

/* The tracee's own look at the offset has the same registers but for whence. */
static bool is_target(const struct ptsi_syscall_info *info, int kind)
{
	return info->op == kind && info->entry.args[3] == MARK && info->entry.args[2] == SEEK_SET;
}

/* Of the stops that there are, those that can be known. */
static int kind_of(uintptr_t thread)
{
	if (!has_filters())
		return ENTRY;
	return knows_exits() ? kinds[thread % N_KINDS] : SECCOMP;
}

static void *trace(void *arg)
{
	int kind = kind_of((uintptr_t)arg), i = 0, wstatus;
	int n = asked_for("PTSI_STRESS", N_CALLS); /* for slow machines, and valgrind */
	int request = kind == SECCOMP ? PTRACE_CONT : PTRACE_SYSCALL;
	struct ptsi_syscall_info info;
	struct target t;
	char number[16];

	snprintf(number, sizeof number, "%d", n);
	start(&t, kind, (const char *const[]){ "stress", number, NULL });
	do {
		MUST(get(t.tid, &info) > 0);
		if (is_target(&info, kind)) {
			MUST(info.entry.args[5] == (uint64_t)i);
			change(&t, &info, i++);
		}
		wstatus = go(t.tid, request, 0);
	} while (WIFSTOPPED(wstatus));
	MUST(wstatus == 0);
	MUST(i == n);
	return NULL;
}

START_TEST(many)
{
	pthread_t threads[MAX_THREADS];
	int n = asked_for("PTSI_THREADS", MAX_THREADS); /* for small ones */

	if (!has_futex())
		untested(NO_FUTEX);
	if (!FORKING_THREADS_WORK)
		untested("threads that fork at the same time crash, traced or not");
	ck_assert(n > 1 && n <= MAX_THREADS);
	for (int i = 0; i < n; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, trace, (void *)(intptr_t)i), 0);
	for (int i = 0; i < n; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}
END_TEST

Suite *stress_suite(void)
{
	Suite *s = suite_create("stress");
	TCase *tc = tcase_create("64 threads, 64 tracees");

	tcase_set_timeout(tc, 100);
	tcase_add_test(tc, many);
	suite_add_tcase(s, tc);
	return s;
}
