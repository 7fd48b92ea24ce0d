// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The reader of the language that dump.h describes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"

/* FAMILIES is X(name) for each file of src/arch/, from meson.build. */
#define X(name) extern const struct ptsi_family ptsi_family_##name;
FAMILIES
#undef X
#define X(name) &ptsi_family_##name,
static const struct ptsi_family *const families[] = { FAMILIES };
#undef X

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { ABIS_MAX = 16, DUMPS_MAX = 64 };

struct dump dumps[DUMPS_MAX];
int n_dumps;
static struct dump_abi abis[ABIS_MAX];
static int n_abis;

/* Where the reader is, and what the lines up to here said that the next one may be about. */
static const char *file;
static int line;
static const char *key; /* the line's first word */
static const struct ptsi_family *family;
static struct dump_abi *abi;
static unsigned ops;       /* of the last "at" */
static struct dump kernel; /* what the stops of the last "kernel" have in common */
static struct dump *dump;  /* kernel, or its last "stop" */

void dump_bad(const char *what)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	exit(2);
}

/* ---- what a line is made of ---- */

static char *word(void)
{
	return strtok(NULL, " \t\n");
}

static uint64_t to_number(const char *s)
{
	char *end;
	uint64_t v;

	if (!s)
		dump_bad("number missing");
	errno = 0;
	v = strtoull(s, &end, 0);
	if (errno || end == s || *end)
		dump_bad("not a number");
	return v;
}

static uint64_t number(void)
{
	return to_number(word());
}

static uint8_t to_op(const char *s)
{
	static const char *const names[] = { "none", "entry", "exit", "seccomp" };

	for (uint8_t i = 0; s && i < COUNT(names); i++)
		if (!strcmp(names[i], s))
			return i;
	dump_bad("none, entry, exit or seccomp");
}

/* PTSI_CAN_* by its name in the files. */
static int to_can(const char *s)
{
	static const struct {
		const char *name;
		int can;
	} names[] = {
		{ "nr", PTSI_CAN_NR },         { "args", PTSI_CAN_ARGS },
		{ "rval", PTSI_CAN_RESULT },   { "error", PTSI_CAN_RESULT },
		{ "skip", PTSI_CAN_SKIP },     { "done", PTSI_CAN_DONE },
		{ "ip", PTSI_CAN_IP },         { "sp", PTSI_CAN_SP },
		{ "repeat", PTSI_CAN_REPEAT },
	};

	if (!strncmp(s, "arg", 3) && s[3] >= '0' && s[3] <= '5' && !s[4])
		return PTSI_CAN_ARG(s[3] - '0');
	for (size_t i = 0; i < COUNT(names); i++)
		if (!strcmp(names[i].name, s))
			return names[i].can;
	dump_bad("no such field");
}

uint64_t *dump_member(struct ptsi_syscall_info *info, int can)
{
	for (int i = 0; i < 6; i++)
		if (can == PTSI_CAN_ARG(i))
			return &info->entry.args[i];
	switch (can) {
	case PTSI_CAN_NR:
		return &info->entry.nr;
	case PTSI_CAN_IP:
		return &info->instruction_pointer;
	case PTSI_CAN_SP:
		return &info->stack_pointer;
	case PTSI_CAN_RESULT:
	case PTSI_CAN_SKIP:
		return (uint64_t *)&info->exit.rval;
	default:
		return NULL;
	}
}

/* ---- lines about an ABI ---- */

static void read_family(void)
{
	const char *name = word();

	for (size_t i = 0; name && i < COUNT(families); i++) {
		if (strcmp(families[i]->name, name))
			continue;
		family = families[i];
		return;
	}
	dump_bad("no such family");
}

static void read_abi(void)
{
	abi = &abis[n_abis++];
	if (n_abis == ABIS_MAX || !family)
		dump_bad(family ? "too many ABIs" : "no line \"family\" before it");
	abi->family = family;
	snprintf(abi->name, sizeof abi->name, "%s", word());
	abi->arch = (uint32_t)number();
	abi->value = (unsigned)number();
	abi->pointer = (unsigned)number();
}

static void read_at(void)
{
	const char *s;

	for (ops = 0; (s = word());)
		ops |= 1U << to_op(s);
}

static void read_can(void)
{
	const char *s;

	while ((s = word()))
		for (int op = 0; op < 4; op++)
			if (ops & 1U << op)
				abi->can[op] |= to_can(s);
}

static void put_field(struct dump_set *set, const char *name, const char *value)
{
	int can = to_can(name);
	uint64_t *member = dump_member(&set->val, can);

	if (!member)
		dump_bad("not a field that can be set");
	set->fields |= can;
	if (!strcmp(name, "error"))
		set->val.exit.is_error = (uint8_t)to_number(value);
	else
		*member = to_number(value);
}

static void put_change(struct dump_set *set, const char *name, const char *value)
{
	bool from_ip = !strncmp(value, "ip-", 3);

	if (set->n == DUMP_WORDS_MAX)
		dump_bad("too many changes");
	set->change[set->n].word = strcmp(name, "nr") ? (int)to_number(name) : PTSI_NR_CALL;
	set->change[set->n].from_ip = from_ip;
	set->change[set->n].val = to_number(from_ip ? value + 2 : value);
	set->n++;
}

static bool put_answer(struct dump_set *set, const char *s)
{
	static const struct {
		const char *name;
		int answer, err;
	} answers[] = {
		{ "done", PTSI_DONE, 0 },         { "at-exit", PTSI_AT_EXIT, 0 },
		{ "EINVAL", -1, EINVAL },         { "ERANGE", -1, ERANGE },
		{ "EOPNOTSUPP", -1, EOPNOTSUPP },
	};

	for (size_t i = 0; i < COUNT(answers); i++) {
		if (strcmp(answers[i].name, s))
			continue;
		set->answer = answers[i].answer;
		set->err = answers[i].err;
		return true;
	}
	return false;
}

/* set and repeat */
static void read_set(void)
{
	struct dump_set *set = &abi->set[abi->n_sets++];
	bool right = false; /* of the arrow */
	char *s;

	if (abi->n_sets == DUMP_SETS_MAX || !ops)
		dump_bad(ops ? "too many sets" : "no line \"at\" before it");
	set->line = line;
	set->ops = ops;
	set->repeat = !strcmp(key, "repeat");
	while ((s = word())) {
		char *eq = strchr(s, '=');

		if (!strcmp(s, "->")) {
			right = true;
		} else if (eq) {
			*eq = 0;
			(right ? put_change : put_field)(set, s, eq + 1);
		} else if (!right || !put_answer(set, s)) {
			dump_bad("FIELD=VALUE, ->, WORD=VALUE or an answer");
		}
	}
	if (!right)
		dump_bad("no ->");
}

/* ---- lines about a kernel ---- */

static void read_kernel(void)
{
	const char *rest = strtok(NULL, "\n");

	memset(&kernel, 0, sizeof kernel);
	kernel.file = file;
	kernel.abi = abi;
	snprintf(kernel.kernel, sizeof kernel.kernel, "%s", rest ? rest : "");
	dump = &kernel;
}

static void read_word(void)
{
	dump->sim.word = (unsigned)number();
	dump->sim.big = !strcmp(word(), "big");
}

static void read_user(void)
{
	struct sim *s = &dump->sim;
	const char *pair;
	bool identity = true;

	s->user_step = (unsigned)number();
	if (s->word > 4) /* PEEKUSR gives a long of the tracer's */
		dump->tracer = s->word;
	for (int i = 0; i < SIM_WORDS_MAX; i++)
		s->user[i] = -1;
	while ((pair = word())) {
		unsigned from, to;

		if (sscanf(pair, "%u=%u", &from, &to) != 2 || from >= SIM_WORDS_MAX)
			dump_bad("user: USER=WORD");
		s->user[from] = (int)to;
		identity = false;
	}
	for (int i = 0; identity && i < PTSI_IMAGE_MAX / (int)s->word; i++)
		s->user[i] = i;
}

static void read_regs_requests(void)
{
	const char *s;

	dump->sim.getregs = (long)number();
	dump->sim.setregs = (long)number();
	if ((s = word()))
		dump->sim.other_regset = (size_t)to_number(s);
}

static void read_nr_regset(void)
{
	dump->sim.nr_regset = (unsigned long)number();
}

static void read_nr_request(void)
{
	dump->sim.nr_request = (long)number();
}

static void read_tracer(void)
{
	dump->tracer = (unsigned)number();
}

/* ---- lines about a stop ---- */

static void read_stop(void)
{
	dump = &dumps[n_dumps++];
	if (n_dumps == DUMPS_MAX || !kernel.abi)
		dump_bad(kernel.abi ? "too many stops" : "no line \"abi\" before it");
	*dump = kernel;
	dump->line = line;
	dump->info.arch = dump->told.arch = dump->abi->arch;
	dump->sim.op = dump->info.op = dump->told.op = to_op(word());
}

static void read_image(void)
{
	struct sim *s = &dump->sim;
	const char *hex;

	if (strtoul(key + 1, NULL, 16) != s->len)
		dump_bad("image: not the next offset");
	while ((hex = word())) {
		if (s->len + s->word > sizeof s->image)
			dump_bad("image: too long");
		sim.word = s->word;
		sim.big = s->big;
		sim_put(0, strtoull(hex, NULL, 16));
		memcpy(s->image + s->len, sim.image, s->word);
		s->len += s->word;
	}
}

/* code and stack */
static void read_bytes(void)
{
	struct sim *s = &dump->sim;
	const char *hex;

	dump->stack = !strcmp(key, "stack");
	s->code_len = 0;
	while ((hex = word()) && s->code_len < sizeof s->code)
		s->code[s->code_len++] = (unsigned char)strtoul(hex, NULL, 16);
}

static void read_flag(void)
{
	dump->unreadable |= !strcmp(key, "unreadable");
	dump->own_abi |= !strcmp(key, "own-abi");
	dump->own_build |= !strcmp(key, "own-build");
}

static void read_keep(void)
{
	dump->keep = 1 + (int)number();
}

static void read_member(struct ptsi_syscall_info *info, const char *name)
{
	if (name && !strcmp(name, "ip")) {
		info->instruction_pointer = number();
	} else if (name && !strcmp(name, "sp")) {
		info->stack_pointer = number();
	} else if (name && !strcmp(name, "nr")) {
		info->entry.nr = number();
	} else if (name && !strcmp(name, "args")) {
		for (int i = 0; i < 6; i++)
			info->entry.args[i] = number();
	} else if (name && !strcmp(name, "rval")) {
		info->exit.rval = (int64_t)number();
	} else if (name && !strcmp(name, "error")) {
		info->exit.is_error = (uint8_t)number();
	} else if (name && !strcmp(name, "ret_data")) {
		info->seccomp.ret_data = (uint32_t)number();
	} else {
		dump_bad("unknown line");
	}
}

/* A line about what is true of the stop, from which some of the simulation follows. */
static void read_info(void)
{
	read_member(&dump->info, key);
	dump->told = dump->info;
	dump->sim.code_end = dump->stack ? dump->info.stack_pointer + dump->sim.code_len
					 : dump->info.instruction_pointer;
	dump->sim.message = dump->info.seccomp.ret_data;
	if (ptsi_before_call(dump->info.op))
		dump->sim.nr = (int)dump->info.entry.nr;
}

static void read_told(void)
{
	read_member(&dump->told, word());
}

/* ---- files ---- */

static void read_line(void)
{
	static const struct {
		const char *key;
		void (*read)(void);
	} lines[] = {
		{ "family", read_family },
		{ "abi", read_abi },
		{ "at", read_at },
		{ "can", read_can },
		{ "set", read_set },
		{ "repeat", read_set },
		{ "kernel", read_kernel },
		{ "word", read_word },
		{ "user", read_user },
		{ "regs-requests", read_regs_requests },
		{ "nr-regset", read_nr_regset },
		{ "nr-request", read_nr_request },
		{ "tracer", read_tracer },
		{ "stop", read_stop },
		{ "code", read_bytes },
		{ "stack", read_bytes },
		{ "unreadable", read_flag },
		{ "own-abi", read_flag },
		{ "own-build", read_flag },
		{ "keep", read_keep },
		{ "told", read_told },
	};

	for (size_t i = 0; i < COUNT(lines); i++) {
		if (strcmp(lines[i].key, key))
			continue;
		lines[i].read();
		return;
	}
	if (key[0] == '+')
		read_image();
	else
		read_info();
}

void dump_read_file(const char *name)
{
	FILE *f = fopen(name, "r");
	char buf[512];

	file = name;
	line = 0;
	if (!f)
		dump_bad("can't be opened");
	family = NULL;
	abi = NULL;
	ops = 0;
	memset(&kernel, 0, sizeof kernel);
	dump = &kernel;
	for (line = 1; fgets(buf, sizeof buf, f); line++) {
		buf[strcspn(buf, "#")] = 0;
		key = strtok(buf, " \t\n");
		if (key)
			read_line();
	}
	fclose(f);
}
