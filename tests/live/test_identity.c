// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* At every stop of a program: what is read is the kernel's, and to set it changes nothing. */
#include "live.h"

struct seen {
	int stops[SECCOMP + 1]; /* by op */
	int restarts, errors, odd_numbers, top_bits;
};

static void count(const struct ptsi_syscall_info *info, struct seen *seen)
{
	seen->stops[info->op]++;
	if (info->op == EXIT) {
		seen->errors += info->exit.is_error;
		seen->restarts += info->exit.rval == -514 || info->exit.rval == -516;
		seen->top_bits += !info->exit.is_error && (info->exit.rval & 0x80000000);
	} else if (info->op != NONE) {
		seen->odd_numbers += (int64_t)info->entry.nr < 0;
	}
}

/*
 * What way.c finds without PTRACE_GET_SYSCALL_INFO is what that tells.  Of a negative number the
 * arguments are in the registers, where a kernel may have put the result already; results of 4
 * bytes are extended either way.
 */
static void same_way(pid_t tid, const struct ptsi_syscall_info *told)
{
	struct ptsi_syscall_info raw = *told, found;

	/* int80's programs make 64-bit calls, too, of which only the kernel tells which they are */
	if (!live_has_get || !way_is_known() || int80())
		return;
	live_has_get = false;
	raw_get(tid, &found);
	live_has_get = true;
	if (raw.op == EXIT && word_size() == 4) {
		raw.exit.rval = (int32_t)raw.exit.rval;
		found.exit.rval = (int32_t)found.exit.rval;
	}
	if (raw.op != EXIT && (int64_t)raw.entry.nr < 0)
		memcpy(found.entry.args, raw.entry.args, sizeof raw.entry.args);
	if (raw.op == NONE && int80()) /* only the kernel knows of a call before */
		found.arch = raw.arch;
	ck_assert_mem_eq(&found, &raw, sizeof raw);
}

/* Look at every stop from the target on to the end. */
static struct seen look_at_all(const struct target *t)
{
	struct seen seen = { .restarts = 0 };
	int wstatus, sig = 0;

	do {
		struct ptsi_syscall_info info;

		raw_get(t->tid, &info);
		count(&info, &seen);
		same_way(t->tid, &info);
		identity(t->tid);
		wstatus = go(t->tid, PTRACE_SYSCALL, sig);
		sig = WIFSTOPPED(wstatus) && wstatus >> 8 == SIGALRM ? SIGALRM : 0;
	} while (WIFSTOPPED(wstatus));
	ck_assert_msg(wstatus == 0, "tracee: wstatus %#x", wstatus);
	return seen;
}

START_TEST(busy)
{
	struct target t;
	struct seen seen;

	start(&t, kinds[_i], (const char *const[]){ "busy", NULL });
	seen = look_at_all(&t);
	ck_assert_int_ge(seen.stops[EXIT], 19);
	ck_assert_int_eq(seen.stops[ENTRY] + (kinds[_i] == SECCOMP), seen.stops[EXIT] + 1);
	if (kinds[_i] == SECCOMP)
		ck_assert_int_eq(seen.stops[SECCOMP], seen.stops[EXIT] + 1);
	ck_assert_int_ge(seen.errors, 4);
}
END_TEST

START_TEST(odd)
{
	struct target t;
	struct seen seen;

	start(&t, kinds[_i], (const char *const[]){ "odd", NULL });
	seen = look_at_all(&t);
	ck_assert_int_ge(seen.restarts, 2);
#if defined __s390__ /* of which the kernel keeps 16 bits */
	ck_assert_int_ge(seen.odd_numbers, 1);
#elif !defined __arm__ && !defined __nios2__ /* where they are signals; and without a stop */
	if (!abi() || strcmp(abi()->name, "arm") != 0)
		ck_assert_int_ge(seen.odd_numbers, 2);
#endif
	ck_assert_int_ge(seen.stops[NONE], 2);                /* the signal */
#if defined __i386__ || defined __x86_64__ || defined __arm__ /* memory above 2 GiB */
	if (word_size() == 4)
		ck_assert_int_ge(seen.top_bits, 1);
#endif
}
END_TEST

Suite *identity_suite(void)
{
	Suite *s = suite_create("identity");
	TCase *tc = tcase_create("set as read");

	tcase_set_timeout(tc, 20);
	add_loop(tc, busy, 0, N_KINDS);
	add_loop(tc, odd, 0, N_KINDS);
	suite_add_tcase(s, tc);
	return s;
}
