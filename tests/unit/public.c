// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The stops and the requests of the tests of the public calls, which are in public_*.c. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "public.h"

enum { LEN = WORDS * WORD };

static const struct sim_layout layout = {
	.nr = W_NR,
	.arg = { W_ARG0, W_ARG1, W_ARG2, W_ARG3, W_ARG4, W_ARG5 },
	.rval = W_RVAL,
	.ip = W_IP,
	.sp = W_SP,
	.arch = ARCH,
};

#ifdef __x86_64__
static const unsigned char code[] = { 0x0f, 0x05 }; /* syscall */
#else
static const unsigned char code[] = { 0xcd, 0x80 }; /* int $0x80 */
#endif

static const struct {
	const char *name;
	int get_errno, set_errno;
	int way;
} envs[] = {
	[NATIVE] = { "native", 0, 0, PTSI_AUTO },
	[FORCED_KERNEL] = { "PTSI_KERNEL", 0, 0, PTSI_KERNEL },
	[FORCED_REGS] = { "PTSI_REGISTERS", 0, 0, PTSI_REGISTERS },
	[NO_SET] = { "no SET", 0, EIO, PTSI_AUTO },
	[FILTERED] = { "filtered", 0, EPERM, PTSI_AUTO },
	[OLD] = { "old", EIO, EIO, PTSI_AUTO },
};

static unsigned char before[LEN];

enum env envs_at(uint8_t op)
{
	return op == SECCOMP ? ENVS_AND_OLD : ENVS;
}

const char *env_name(enum env env)
{
	return envs[env].name;
}

void stop_at(enum env env, uint8_t op)
{
	sim_reset();
	sim.word = WORD;
	sim.len = LEN;
	sim_user_is_image();
	for (int i = 0; i < WORDS; i++)
		sim_put(i, 0x1000U + (unsigned)i);
	sim_put(W_NR, NR);
	sim_put(W_IP, CALL_IP);
	sim_put(W_RVAL, op == EXIT ? RVAL : (uint64_t)-38);
	sim.layout = layout;
	sim.op = op;
	sim.si_signo = SIGSTOP;
	sim.message = RET_DATA;
	sim.code_end = CALL_IP;
	sim.code_len = sizeof code;
	memcpy(sim.code, code, sizeof code);
	sim.get_errno = envs[env].get_errno;
	sim.set_errno = envs[env].set_errno;
	ptsi_use(envs[env].way);
	memcpy(before, sim.image, LEN);
}

void stop_has(int word, uint64_t val)
{
	sim_put(word, val);
	memcpy(before, sim.image, LEN);
}

struct ptsi_syscall_info info_here(bool plain)
{
	struct ptsi_syscall_info info;
	int get_errno = sim.get_errno;

	memset(&info, 0, sizeof info);
	sim.get_errno = 0;
	sim_ptrace(PTSI_GET_SYSCALL_INFO, TID, (void *)sizeof info, &info);
	sim.get_errno = get_errno;
	if (plain) {
		info.arch = 0;
		info.instruction_pointer = info.stack_pointer = 0;
	}
	sim_watch(0, 0);
	return info;
}

struct ptsi_syscall_info edited(const struct edit *edit, bool plain)
{
	struct ptsi_syscall_info want = info_here(plain);

	if (edit->op)
		want.op = edit->op;
	if (edit->fields & PTSI_CAN_RESULT)
		want.exit.rval = edit->val.exit.rval, want.exit.is_error = edit->val.exit.is_error;
	if (edit->fields & PTSI_CAN_NR)
		want.entry.nr = edit->val.entry.nr;
	for (int i = 0; i < 6; i++)
		if (edit->fields & PTSI_CAN_ARG(i))
			want.entry.args[i] = edit->val.entry.args[i];
	if (edit->fields & PTSI_CAN_IP)
		want.instruction_pointer = edit->val.instruction_pointer;
	if (edit->fields & PTSI_CAN_SP)
		want.stack_pointer = edit->val.stack_pointer;
	return want;
}

bool only_changed(const struct word *words, int n)
{
	unsigned char after[LEN];
	bool same;

	memcpy(after, sim.image, LEN);
	memcpy(sim.image, before, LEN);
	for (int i = 0; i < n; i++)
		sim_put(words[i].word, words[i].val);
	same = !memcmp(after, sim.image, LEN);
	memcpy(sim.image, after, LEN);
	return same;
}

void assert_unchanged(const char *name)
{
	ck_assert_msg(!memcmp(sim.image, before, LEN), "%s: the tracee has changed", name);
}

unsigned pokes(void)
{
	return sim_count(PTSI_POKEUSR) + sim_count(PTSI_SETREGSET);
}

int main(void)
{
	Suite *suite = suite_create("public");
	SRunner *sr = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, public_ways()); /* first: its first test is of how it all begins */
	suite_add_tcase(suite, public_get());
	suite_add_tcase(suite, public_set());
	suite_add_tcase(suite, public_refused());
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
