// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* One case: some operations at one stop, or calls of a followed tracee. */
#include <string.h>

#include "sim_fuzz.h"

/* Something else for a few fields of what was read. */
static void mutate(struct ptsi_syscall_info *want)
{
	bool is_error;

	if (draw_one_in(3))
		want->arch = 0, want->instruction_pointer = want->stack_pointer = 0;
	if (draw_one_in(16))
		want->op = (uint8_t)draw_below(6);
	if (before_call(fz.op) && draw_one_in(4)) {
		want->op = draw_one_in(2) ? SKIP : EXIT;
		memset(&want->entry, 0, sizeof want->entry);
	}
	for (int i = 1 + (int)draw_below(4); i; i--) {
		switch (draw_below(before_call(want->op) ? 20 : 5)) {
		case 0:
			want->instruction_pointer = draw_value() & ~(draw_one_in(4) ? 0 : 3ULL);
			break;
		case 1:
			want->stack_pointer = draw_value();
			break;
		case 2:
			if (draw_one_in(8))
				want->flags = (uint16_t)draw_below(2);
			else if (draw_one_in(8))
				want->arch = (uint32_t)draw();
			break;
		case 3:
		case 4:
			if (before_call(want->op)) {
				want->entry.nr = draw_nr();
				break;
			}
			want->exit.rval = draw_result(&is_error);
			want->exit.is_error = is_error;
			break;
		case 5:
			want->entry.nr = draw_nr();
			break;
		default:
			want->entry.args[draw_below(6)] = draw_value();
		}
	}
}

/* o32: the stack's n-th word */
static uint32_t stack_word(const struct state *s, unsigned n)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < 4; i++)
		v = v << 8 | s->code[4 * n + (fz.m->big ? i : 3 - i)];
	return v;
}

static void entry_to_repeat(struct ptsi_syscall_info *entry)
{
	struct state s;

	entry->op = draw_one_in(16) ? (uint8_t)draw_below(6) : draw_one_in(2) ? ENTRY : SECCOMP;
	memset(&entry->entry, 0, sizeof entry->entry);
	state_now(&s);
	if (fz.m->bsp && !draw_one_in(4)) { /* whose arguments have to be these */
		struct ptsi_syscall_info now;
		uint8_t op = fz.op;

		fz.op = ENTRY;
		oracle_info(&s, &now);
		fz.op = op;
		entry->entry = now.entry;
	} else {
		for (int i = 0; i < 6; i++)
			entry->entry.args[i] = draw_value();
	}
	for (unsigned i = 4; i < 6 && fz.m->stack_args && !draw_one_in(4); i++)
		entry->entry.args[i] = stack_word(&s, i);
	entry->entry.nr = draw_nr();
	if (draw_one_in(8))
		entry->instruction_pointer ^= 4;
	if (draw_one_in(8))
		entry->arch = draw_one_in(2) ? 0 : (uint32_t)draw();
}

/* One operation of OPERATIONS, at a stop of which info tells. */
void case_operation(unsigned which, const struct ptsi_syscall_info *info)
{
	struct ptsi_syscall_info want = *info;

	switch (which) {
	case 0:
		check_get(&want);
		break;
	case 1:
		check_features();
		break;
	case 2:
		check_abi();
		break;
	case 3:
		check_set(info, OP_SET_READ);
		break;
	case 4:
	case 5:
		entry_to_repeat(&want);
		check_repeat(&want);
		break;
	default:
		mutate(&want);
		check_set(&want, OP_SET);
	}
}

/* Operations until nobody knows any more what the stop is about. */
static unsigned stop_case(void)
{
	unsigned n = 1 + draw_below(5), done = 0, which;
	struct ptsi_syscall_info info;
	struct state s;
	uint64_t ip;

	counts[fz.m - machines].cases++;
	state_now(&s);
	oracle_info(&s, &info);
	ip = info.instruction_pointer;
	while (done < n) {
		done++;
		which = draw_below(OPERATIONS);
		case_operation(which, &info);
		if (fz.failed && (fz.failed_writes > 1 || fz.fault == FAULT_KILLED))
			break;
		if ((which == 4 || which == 5) && fz.op == EXIT)
			break;
		state_now(&s);
		if (!oracle_info(&s, &info) || info.instruction_pointer != ip)
			break;
	}
	return done;
}

unsigned fuzz_one(void)
{
	state_draw();
	return draw_one_in(8) ? follow_case() : stop_case();
}
