// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The hooks of every architecture, each by itself: one returns 0, or 1 where it answers a question,
 * and when a request that it makes fails -1 with that errno.
 *
 *	arch_hooks FAMILY
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "machines.h"

enum {
	NONE = PTSI_SYSCALL_INFO_NONE,
	ENTRY = PTSI_SYSCALL_INFO_ENTRY,
	EXIT = PTSI_SYSCALL_INFO_EXIT,
	SECCOMP = PTSI_SYSCALL_INFO_SECCOMP,
};

static int mend_words(const struct machine *m, struct ptsi_stop *st)
{
	(void)m;
	return st->abi->mend_words ? st->abi->mend_words(st) : 0;
}

static int mend_native(const struct machine *m, struct ptsi_stop *st)
{
	return m->family->mend_native && !m->no_get ? m->family->mend_native(st) : 0;
}

static int read_regs(const struct machine *m, struct ptsi_stop *st)
{
	return m->family->read ? m->family->read(st) : 0;
}

static int write_regs(const struct machine *m, struct ptsi_stop *st)
{
	struct ptsi_image image = { .len = sim.len };

	memcpy(image.bytes, sim.image, sim.len);
	return m->family->write ? m->family->write(st, &image, sim.len) : 0;
}

static int edit_ip(const struct machine *m, struct ptsi_stop *st)
{
	struct ptsi_edits ed = { .n = 0 };

	(void)m;
	return st->abi->edit_ip ? st->abi->edit_ip(st, &ed, 0x20000) : 0;
}

static int edit_result(const struct machine *m, struct ptsi_stop *st)
{
	struct ptsi_edits ed = { .n = 0 };

	(void)m;
	if (ptsi_decode_refined(st) < 0)
		return -1;
	return st->abi->edit_result ? st->abi->edit_result(st, &ed, 512, false) : 0;
}

static int nr_refused(const struct machine *m, struct ptsi_stop *st)
{
	return st->abi->nr_refused ? st->abi->nr_refused(st, m->other_nr) : 0;
}

static int can_repeat(const struct machine *m, struct ptsi_stop *st)
{
	(void)m;
	return st->abi->repeats ? st->abi->repeats(st, NULL) : 1;
}

static int can_repeat_this(const struct machine *m, struct ptsi_stop *st)
{
	struct ptsi_syscall_info entry = st->info;

	entry.op = ENTRY;
	entry.entry.nr = (uint64_t)m->other_nr;
	for (unsigned i = 0; i < 6; i++)
		entry.entry.args[i] = 0xa1 + i;
	return st->abi->repeats ? st->abi->repeats(st, &entry) : 1;
}

static int insn_address(const struct machine *m, struct ptsi_stop *st)
{
	uint64_t addr;

	(void)m;
	if (!st->abi->insn_address)
		return 0;
	return st->abi->insn_address(st, st->info.instruction_pointer, &addr);
}

static int exchange_args(const struct machine *m, struct ptsi_stop *st)
{
	uint64_t args[6] = { 0 };

	(void)m;
	return st->abi->exchange_args ? st->abi->exchange_args(st, args) : 0;
}

static int try_skip(const struct machine *m, struct ptsi_stop *st)
{
	(void)m;
	return st->abi->try_skip ? st->abi->try_skip(st) : 1;
}

static int write_nr(const struct machine *m, struct ptsi_stop *st)
{
	return st->abi->write_nr ? st->abi->write_nr(st, m->other_nr) : 0;
}

static int write_minus_one(const struct machine *m, struct ptsi_stop *st)
{
	(void)m;
	return st->abi->write_nr ? st->abi->write_nr(st, -1) : 0;
}

enum { ALL = 1 << NONE | 1 << ENTRY | 1 << EXIT | 1 << SECCOMP };

static const struct hook {
	const char *name;
	int (*fn)(const struct machine *m, struct ptsi_stop *st);
	unsigned ops;
	int answer;
} hooks[] = {
	{ "mend_words", mend_words, ALL, 0 },
	{ "mend_native", mend_native, ALL, 0 },
	{ "read", read_regs, ALL, 0 },
	{ "write", write_regs, ALL, 0 },
	{ "edit_ip", edit_ip, 1 << ENTRY | 1 << EXIT | 1 << SECCOMP, 0 },
	{ "edit_result", edit_result, 1 << EXIT, 0 },
	{ "nr_refused", nr_refused, 1 << ENTRY, 0 },
	{ "repeats", can_repeat, 1 << EXIT, 1 },
	{ "repeats", can_repeat_this, 1 << EXIT, 1 },
	{ "insn_address", insn_address, 1 << EXIT, 0 },
	{ "exchange_args", exchange_args, 1 << EXIT, 0 },
	{ "try_skip", try_skip, 1 << ENTRY | 1 << SECCOMP, 1 },
	{ "write_nr", write_nr, 1 << ENTRY | 1 << SECCOMP, 0 },
	{ "write_nr", write_minus_one, 1 << ENTRY | 1 << EXIT | 1 << SECCOMP, 0 },
};

enum { HOOKS = sizeof hooks / sizeof hooks[0] };

/* Words are read anew, whatever was read before.  False: the hook makes less than n requests. */
static bool hook_fails(const struct machine *m, const struct hook *h, uint8_t op, unsigned n)
{
	struct ptsi_stop st = machine_stop_of(m, op);
	int r;

	st.image.len = 0;
	sim_watch(n, ESRCH);
	errno = 0;
	r = h->fn(m, &st);
	if (sim.requests < n) {
		ck_assert_msg(r == h->answer, "%s, stop %d: %s returned %d", m->name, op, h->name,
			      r);
		return false;
	}
	if (h->fn == try_skip && n > 1 && m->nr_request && sim.log[n - 1] == m->nr_request)
		ck_assert_int_eq(r, 1); /* the number is put back at the second attempt */
	else
		ck_assert_msg(r == -1 && errno == ESRCH, "%s, stop %d: %s returned %d, %s", m->name,
			      op, h->name, r, strerror(errno));
	return true;
}

START_TEST(hooks_return_what_they_may)
{
	const struct machine *m = machine(_i);

	for (uint8_t op = NONE; m && op <= SECCOMP; op++)
		for (const struct hook *h = hooks; h < hooks + HOOKS; h++)
			for (unsigned n = 1;
			     (h->ops & 1U << op) && (op != SECCOMP || !m->no_seccomp); n++)
				if (!hook_fails(m, h, op, n))
					break;
}
END_TEST

int main(int argc, char **argv)
{
	Suite *s = suite_create("hooks");
	TCase *tc = tcase_create("hooks");
	SRunner *runner = srunner_create(s);
	int failed;

	if (argc > 1)
		machine_choose(argv[1]);
	tcase_add_loop_test(tc, hooks_return_what_they_may, 0, n_machines);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
