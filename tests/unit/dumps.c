// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The tables of every architecture against register dumps of booted kernels.
 *
 *	dumps FILE...
 *
 * A file of dumps/ says what was in the registers at a stop, what the kernel said that means,
 * and which words of them have to change, and how, when the library is told to change
 * something.  Every word that isn't named must stay as it is.  dumps/README tells the form.
 */
#include <check.h>
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

/* FAMILIES is X(name) for each file of src/arch/, from meson.build. */
#define X(name) extern const struct ptsi_family ptsi_family_##name;
FAMILIES
#undef X
#define X(name) &ptsi_family_##name,
static const struct ptsi_family *const families[] = { FAMILIES };
#undef X

enum {
	ABIS_MAX = 16,
	STOPS_MAX = 64,
	SETS_MAX = 96,
	CHANGES_MAX = 24,
	RANDOM_ROUNDS = 200,
};

#define RANDOM_SEED UINT64_C(0x5054534931)

/* One line "set" or "repeat". */
struct set {
	int line;
	unsigned ops; /* 1 << PTSI_SYSCALL_INFO_*: the stops that it is about */
	bool repeat;
	int fields; /* PTSI_CAN_* of what is given in val */
	struct ptsi_syscall_info val;
	int answer; /* what the call returns; -1: errno is err */
	int err;
	int n;
	struct {
		int word;
		bool from_ip; /* val is added to the stop's ip */
		uint64_t val;
	} change[CHANGES_MAX];
};

/* One ABI: what its dumps have in common. */
struct abi {
	const struct ptsi_family *family;
	char name[16];
	uint32_t arch;
	unsigned value, pointer; /* bytes of an argument, of a pointer */
	int can[4];              /* by PTSI_SYSCALL_INFO_* */
	int n_sets;
	struct set set[SETS_MAX];
};

/* One stop. */
struct dump {
	const char *file;
	int line;
	const struct abi *abi;
	char kernel[64];
	bool unreadable; /* without GET it can't be told what the call is */
	bool own_abi;    /* without GET the family picks what the library is built for */
	bool stack; /* the code is the memory at sp instead */
	int keep; /* 1 + a word that tells how the others are to be taken; 0: none */
	bool own_build;  /* the library's own build decides, whatever GET says */
	unsigned tracer; /* bytes of the tracer's long that pick needs; 0: any */
	struct sim sim;  /* as it is before each call */
	struct ptsi_syscall_info info;
	struct ptsi_syscall_info told; /* what GET says of it */
};

static struct abi abis[ABIS_MAX];
static int n_abis;
static struct dump dumps[STOPS_MAX];
static int n_dumps;

/* ---- reading the files ---- */

static const char *file;
static int line;

static void __attribute__((noreturn)) bad(const char *what)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	exit(2);
}

static uint64_t number(const char *s)
{
	char *end;
	uint64_t v;

	if (!s)
		bad("number missing");
	errno = 0;
	v = strtoull(s, &end, 0);
	if (errno || end == s || *end)
		bad("not a number");
	return v;
}

static char *word(void)
{
	return strtok(NULL, " \t\n");
}

static const struct ptsi_family *family_named(const char *name)
{
	for (size_t i = 0; name && i < sizeof families / sizeof families[0]; i++)
		if (!strcmp(families[i]->name, name))
			return families[i];
	bad("no such family");
}

/* PTSI_CAN_* by its name in the files. */
static int can_named(const char *s)
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
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (!strcmp(names[i].name, s))
			return names[i].can;
	bad("no such field");
}

/* user STEP [USER=WORD...] */
static void read_user(struct dump *d)
{
	char *s;
	bool identity = true;

	d->sim.user_step = (unsigned)number(word());
	if (d->sim.word > 4) /* PEEKUSR gives a long of the tracer's */
		d->tracer = d->sim.word;
	for (int i = 0; i < SIM_WORDS_MAX; i++)
		d->sim.user[i] = -1;
	while ((s = word())) {
		unsigned from, to;

		if (sscanf(s, "%u=%u", &from, &to) != 2 || from >= SIM_WORDS_MAX)
			bad("user: USER=WORD");
		d->sim.user[from] = (int)to;
		identity = false;
	}
	for (int i = 0; identity && i < PTSI_IMAGE_MAX / (int)d->sim.word; i++)
		d->sim.user[i] = i;
}

/* +OFFSET: WORD... */
static void read_image(struct dump *d, const char *offset)
{
	char *s;

	if (strtoul(offset + 1, NULL, 16) != d->sim.len)
		bad("image: not the next offset");
	while ((s = word())) {
		if (d->sim.len + d->sim.word > sizeof d->sim.image)
			bad("image: too long");
		sim.word = d->sim.word;
		sim.big = d->sim.big;
		sim_put(0, strtoull(s, NULL, 16));
		memcpy(d->sim.image + d->sim.len, sim.image, d->sim.word);
		d->sim.len += d->sim.word;
	}
}

/* code BYTE... */
static void read_code(struct dump *d)
{
	char *s;

	d->sim.code_len = 0;
	while ((s = word()) && d->sim.code_len < sizeof d->sim.code)
		d->sim.code[d->sim.code_len++] = (unsigned char)strtoul(s, NULL, 16);
}

static void put_field(struct set *set, const char *name, uint64_t v)
{
	int can = can_named(name);

	set->fields |= can;
	if (can & PTSI_CAN_ARGS)
		set->val.entry.args[name[3] - '0'] = v;
	else if (can == PTSI_CAN_NR)
		set->val.entry.nr = v;
	else if (can == PTSI_CAN_IP)
		set->val.instruction_pointer = v;
	else if (can == PTSI_CAN_SP)
		set->val.stack_pointer = v;
	else if (!strcmp(name, "error"))
		set->val.exit.is_error = (uint8_t)v;
	else
		set->val.exit.rval = (int64_t)v;
}

static bool put_answer(struct set *set, const char *s)
{
	static const struct {
		const char *name;
		int answer, err;
	} answers[] = {
		{ "done", PTSI_DONE, 0 },     { "at-exit", PTSI_AT_EXIT, 0 },
		{ "EINVAL", -1, EINVAL },     { "ERANGE", -1, ERANGE },
		{ "EOPNOTSUPP", -1, EOPNOTSUPP },
	};

	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		if (strcmp(answers[i].name, s))
			continue;
		set->answer = answers[i].answer;
		set->err = answers[i].err;
		return true;
	}
	return false;
}

/* WORD=VALUE, or WORD=ip-VALUE */
static void put_change(struct set *set, const char *w, const char *v)
{
	if (set->n == CHANGES_MAX)
		bad("too many changes");
	set->change[set->n].word = strcmp(w, "nr") ? (int)number(w) : PTSI_NR_CALL;
	set->change[set->n].from_ip = !strncmp(v, "ip-", 3);
	set->change[set->n].val = number(set->change[set->n].from_ip ? v + 2 : v);
	set->n++;
}

/* set FIELD=VALUE... -> [WORD=VALUE...] [ANSWER] */
static void read_set(struct abi *abi, unsigned ops, bool repeat)
{
	struct set *set = &abi->set[abi->n_sets++];
	bool right = false;
	char *s;

	if (abi->n_sets == SETS_MAX || !ops)
		bad(ops ? "too many sets" : "no line \"at\" before it");
	set->line = line;
	set->ops = ops;
	set->repeat = repeat;
	while ((s = word())) {
		char *eq = strchr(s, '=');

		if (!strcmp(s, "->")) {
			right = true;
		} else if (eq) {
			*eq = 0;
			if (right)
				put_change(set, s, eq + 1);
			else
				put_field(set, s, number(eq + 1));
		} else if (!right || !put_answer(set, s)) {
			bad("FIELD=VALUE, ->, WORD=VALUE or an answer");
		}
	}
	if (!right)
		bad("no ->");
}

static uint8_t op_named(const char *s)
{
	static const char *const ops[] = { "none", "entry", "exit", "seccomp" };

	for (uint8_t i = 0; s && i < 4; i++)
		if (!strcmp(ops[i], s))
			return i;
	bad("none, entry, exit or seccomp");
}

static void read_can(struct abi *abi, unsigned ops)
{
	const char *s;

	while ((s = word()))
		for (int op = 0; op < 4; op++)
			if (ops & 1U << op)
				abi->can[op] |= can_named(s);
}

static struct abi *read_abi(const struct ptsi_family *family)
{
	struct abi *abi = &abis[n_abis++];

	if (n_abis == ABIS_MAX || !family)
		bad(family ? "too many ABIs" : "no line \"family\" before it");
	abi->family = family;
	snprintf(abi->name, sizeof abi->name, "%s", word());
	abi->arch = (uint32_t)number(word());
	abi->value = (unsigned)number(word());
	abi->pointer = (unsigned)number(word());
	return abi;
}

static struct dump *read_stop(const struct dump *common)
{
	struct dump *d = &dumps[n_dumps++];

	if (n_dumps == STOPS_MAX || !common->abi)
		bad(common->abi ? "too many stops" : "no line \"abi\" before it");
	*d = *common;
	d->line = line;
	d->info.arch = d->told.arch = d->abi->arch;
	d->sim.op = d->info.op = d->told.op = op_named(word());
	return d;
}

static void read_kernel(struct dump *common, const struct abi *abi)
{
	const char *rest = strtok(NULL, "\n");

	memset(common, 0, sizeof *common);
	common->file = file;
	common->abi = abi;
	snprintf(common->kernel, sizeof common->kernel, "%s", rest ? rest : "");
}

/* Lines about what a stop is. */
static void read_info_line(struct ptsi_syscall_info *info, const char *key)
{
	if (key && !strcmp(key, "ip")) {
		info->instruction_pointer = number(word());
	} else if (key && !strcmp(key, "sp")) {
		info->stack_pointer = number(word());
	} else if (key && !strcmp(key, "nr")) {
		info->entry.nr = number(word());
	} else if (key && !strcmp(key, "args")) {
		for (int i = 0; i < 6; i++)
			info->entry.args[i] = number(word());
	} else if (key && !strcmp(key, "rval")) {
		info->exit.rval = (int64_t)number(word());
	} else if (key && !strcmp(key, "error")) {
		info->exit.is_error = (uint8_t)number(word());
	} else if (key && !strcmp(key, "ret_data")) {
		info->seccomp.ret_data = (uint32_t)number(word());
	} else {
		bad("unknown line");
	}
}

/* Lines about a kernel or a stop of it. */
static void read_dump_line(struct dump *d, const char *key)
{
	const char *s;

	if (!strcmp(key, "word")) {
		d->sim.word = (unsigned)number(word());
		d->sim.big = !strcmp(word(), "big");
	} else if (!strcmp(key, "user")) {
		read_user(d);
	} else if (!strcmp(key, "nr-regset")) {
		d->sim.nr_regset = (unsigned long)number(word());
	} else if (!strcmp(key, "regs-requests")) {
		d->sim.getregs = (long)number(word());
		d->sim.setregs = (long)number(word());
		if ((s = word()))
			d->sim.other_regset = (size_t)number(s);
	} else if (!strcmp(key, "nr-request")) {
		d->sim.nr_request = (long)number(word());
	} else if (!strcmp(key, "unreadable")) {
		d->unreadable = true;
	} else if (!strcmp(key, "own-abi")) {
		d->own_abi = true;
	} else if (!strcmp(key, "keep")) {
		d->keep = 1 + (int)number(word());
	} else if (!strcmp(key, "own-build")) {
		d->own_build = true;
	} else if (!strcmp(key, "tracer")) {
		d->tracer = (unsigned)number(word());
	} else if (!strcmp(key, "code") || !strcmp(key, "stack")) {
		d->stack = key[0] == 's';
		read_code(d);
	} else if (key[0] == '+') {
		read_image(d, key);
	} else if (!strcmp(key, "told")) {
		read_info_line(&d->told, word());
	} else {
		read_info_line(&d->info, key);
		d->told = d->info;
		d->sim.code_end = d->stack ? d->info.stack_pointer + d->sim.code_len :
					     d->info.instruction_pointer;
		d->sim.message = d->info.seccomp.ret_data;
		if (ptsi_before_call(d->info.op))
			d->sim.nr = (int)d->info.entry.nr;
	}
}

static void read_lines(FILE *f)
{
	const struct ptsi_family *family = NULL;
	struct abi *abi = NULL;
	struct dump common = { .abi = NULL }, *stop = &common;
	unsigned ops = 0;
	char buf[512];

	for (line = 1; fgets(buf, sizeof buf, f); line++) {
		const char *key, *s;

		buf[strcspn(buf, "#")] = 0;
		key = strtok(buf, " \t\n");
		if (!key)
			continue;
		if (!strcmp(key, "family")) {
			family = family_named(word());
		} else if (!strcmp(key, "abi")) {
			abi = read_abi(family);
		} else if (!strcmp(key, "at")) {
			for (ops = 0; (s = word()); )
				ops |= 1U << op_named(s);
		} else if (!strcmp(key, "can")) {
			read_can(abi, ops);
		} else if (!strcmp(key, "set") || !strcmp(key, "repeat")) {
			read_set(abi, ops, key[0] == 'r');
		} else if (!strcmp(key, "kernel")) {
			stop = &common;
			read_kernel(stop, abi);
		} else if (!strcmp(key, "stop")) {
			stop = read_stop(&common);
		} else {
			read_dump_line(stop, key);
		}
	}
}

static void read_file(const char *name)
{
	FILE *f = fopen(name, "r");

	file = name;
	line = 0;
	if (!f)
		bad("can't be opened");
	read_lines(f);
	fclose(f);
}

/* ---- the rows of the tables that a dump proves ---- */

static const char *where(const struct dump *d, const struct ptsi_abi *row, bool told, int at)
{
	static char buf[256];

	snprintf(buf, sizeof buf, "%s:%d (%s, %s, %s)", d->file, at ? at : d->line, d->kernel,
		 row ? row->name : "picked", told ? "GET" : "no GET");
	return buf;
}

/* Whether this row is one for the dump's registers, and for a tracer like the dump's. */
static bool serves(const struct ptsi_abi *row, const struct dump *d)
{
	if (strcmp(row->name, d->abi->name) || row->arch != d->abi->arch || row->big != d->sim.big ||
	    (row->poke && row->poke != d->sim.user_step) ||
	    (row->poke && row->word > sizeof(long)))
		return false;
	if (row->size && d->abi->family->read_max && d->abi->family->read_max < d->sim.len)
		return row->size == d->abi->family->read_max;
	return row->size ? row->size == d->sim.len : row->poke;
}

static void each_way(const struct dump *d, const struct ptsi_abi *row,
		     void (*fn)(const struct dump *d, const struct ptsi_abi *row, bool told))
{
	if (!d->unreadable)
		fn(d, row, false);
	fn(d, row, true);
}

/* Run fn for each row that serves, and for what the family picks, with GET and without. */
static void each_row(const struct dump *d,
		     void (*fn)(const struct dump *d, const struct ptsi_abi *row, bool told))
{
	bool pick = !d->own_build && (!d->tracer || d->tracer == sizeof(long));
	int n = pick;

	for (const struct ptsi_abi *const *row = d->abi->family->abis; *row; row++) {
		if (!serves(*row, d))
			continue;
		each_way(d, *row, fn);
		n++;
	}
	if (pick && d->own_abi)
		fn(d, NULL, true);
	else if (pick)
		each_way(d, NULL, fn);
	ck_assert_msg(n || d->tracer, "%s: no row is for this dump", where(d, NULL, false, 0));
	if (!n)
		printf("%s:%d: skipped: only for a tracer whose long has %u bytes\n", d->file,
		       d->line, d->tracer);
}

static long info_size(uint8_t op)
{
	static const long size[] = { 24, 80, 33, 84 };

	return size[op];
}

static void load(const struct dump *d, bool told)
{
	sim_reset();
	sim = d->sim;
	sim.get_errno = told ? 0 : EIO;
	sim.set_errno = EIO;
	sim.si_signo = SIGSTOP;
	sim.info = d->told;
	sim.info_size = info_size(d->info.op);
}

/* The dump's stop in the simulation, and what the library knows when it begins. */
static struct ptsi_stop begin(const struct dump *d, const struct ptsi_abi *row, bool told)
{
	struct ptsi_stop st;

	load(d, told);
	ptsi_core_begin(&st, 1);
	st.way = PTSI_REGISTERS;
	st.family = d->abi->family;
	st.abi = row;
	return st;
}

/* Have the stop read.  Without GET the kind of a syscall-stop is told: registers seldom do. */
static void read_info(struct ptsi_stop *st, const struct dump *d, const char *at)
{
	bool syscall_stop = d->info.op == PTSI_SYSCALL_INFO_ENTRY ||
			    d->info.op == PTSI_SYSCALL_INFO_EXIT;
	int r = ptsi_decode_native(st);

	if (r == PTSI_LACKING)
		r = ptsi_decode_registers(st, syscall_stop ? d->info.op : -1);
	ck_assert_msg(r >= 0, "%s: %s", at, strerror(errno));
}

/* ---- the tests ---- */

#define CHECK_FIELD(d, got, member, at)                                                          \
	ck_assert_msg((got)->member == (d)->info.member,                                         \
		      "%s: " #member " is 0x%llx, not 0x%llx", at,                               \
		      (unsigned long long)(got)->member, (unsigned long long)(d)->info.member)

static void check_info(const struct dump *d, const struct ptsi_syscall_info *got, const char *at)
{
	CHECK_FIELD(d, got, op, at);
	CHECK_FIELD(d, got, arch, at);
	CHECK_FIELD(d, got, instruction_pointer, at);
	CHECK_FIELD(d, got, stack_pointer, at);
	if (d->info.op == PTSI_SYSCALL_INFO_EXIT) {
		CHECK_FIELD(d, got, exit.rval, at);
		CHECK_FIELD(d, got, exit.is_error, at);
		return;
	}
	if (d->info.op == PTSI_SYSCALL_INFO_NONE)
		return;
	CHECK_FIELD(d, got, entry.nr, at);
	for (int i = 0; i < 6; i++)
		CHECK_FIELD(d, got, entry.args[i], at);
	if (d->info.op == PTSI_SYSCALL_INFO_SECCOMP)
		CHECK_FIELD(d, got, seccomp.ret_data, at);
}

static void decode_row(const struct dump *d, const struct ptsi_abi *row, bool told)
{
	struct ptsi_stop st = begin(d, row, told);
	const char *at = where(d, row, told, 0);
	const struct ptsi_abi *abi;

	read_info(&st, d, at);
	ck_assert_msg(ptsi_decode_abi(&st) == 0, "%s: %s", at, strerror(errno));
	ck_assert_msg(st.info_size == info_size(d->info.op), "%s: size %d", at, st.info_size);
	check_info(d, &st.info, at);
	ck_assert_msg(row || ptsi_decode_refined(&st) == 0, "%s: %s", at, strerror(errno));
	abi = st.abi;
	ck_assert_msg(!strcmp(abi->name, d->abi->name), "%s: not %s", at, d->abi->name);
	ck_assert_msg(abi->arch == d->info.arch && abi->pointer == d->abi->pointer &&
			      abi->value == d->abi->value,
		      "%s: arch, pointer or value", at);
	ck_assert_msg(!sim_writes(), "%s: something was written", at);
}

START_TEST(each_field_is_read)
{
	each_row(&dumps[_i], decode_row);
}
END_TEST

START_TEST(what_registers_do_not_tell_is_refused)
{
	const struct dump *d = &dumps[_i];
	struct ptsi_stop st = begin(d, NULL, false);

	if (!d->unreadable)
		return;
	ck_assert_int_eq(ptsi_decode_registers(&st, d->info.op), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

/* Entry and exit are told apart by what the registers say, or not at all. */
START_TEST(entry_and_exit_are_not_guessed)
{
	const struct dump *d = &dumps[_i];
	struct ptsi_stop st = begin(d, NULL, false);
	int r;

	st.family = d->abi->family;
	if (d->own_abi || d->own_build || (d->tracer && d->tracer != sizeof(long)))
		return;
	r = ptsi_decode_info(&st);
	if (!d->unreadable && (d->info.op == PTSI_SYSCALL_INFO_NONE ||
			       d->info.op == PTSI_SYSCALL_INFO_SECCOMP || d->abi->family->mark)) {
		ck_assert_int_eq(r, 0);
		ck_assert_int_eq(st.info.op, d->info.op);
		return;
	}
	ck_assert_int_eq(r, -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
}
END_TEST

static void can_row(const struct dump *d, const struct ptsi_abi *row, bool told)
{
	struct ptsi_stop st = begin(d, row, told);
	const char *at = where(d, row, told, 0);
	int can, want = d->abi->can[d->info.op] | (told ? PTSI_NATIVE_GET : 0);

	read_info(&st, d, at);
	can = ptsi_core_features(&st);
	ck_assert_msg(can == want, "%s: features are %#x, not %#x", at, (unsigned)can,
		      (unsigned)want);
}

START_TEST(features_are_as_told)
{
	each_row(&dumps[_i], can_row);
}
END_TEST

/* The next line for the dump's kind of stop; NULL begins. */
static const struct set *next_set(const struct dump *d, const struct set *set)
{
	const struct abi *abi = d->abi;

	for (set = set ? set + 1 : abi->set; set < abi->set + abi->n_sets; set++)
		if (set->ops & 1U << d->info.op)
			return set;
	return NULL;
}

/* What the features promise has a line that shows it. */
START_TEST(each_feature_is_shown)
{
	const struct dump *d = &dumps[_i];
	int shown = 0, can = d->abi->can[d->info.op];

	for (const struct set *set = NULL; (set = next_set(d, set));) {
		if (set->answer < 0)
			continue;
		shown |= set->repeat ? PTSI_CAN_REPEAT : set->fields;
		if ((set->fields & PTSI_CAN_SKIP) && set->answer == PTSI_DONE)
			shown |= PTSI_CAN_DONE;
	}
	ck_assert_msg(!(can & ~shown), "%s: nothing shows %#x", where(d, NULL, false, 0),
		      (unsigned)(can & ~shown));
}
END_TEST

/* The stop's info with the fields of set in it. */
static struct ptsi_syscall_info wanted(const struct dump *d, const struct set *set)
{
	struct ptsi_syscall_info want = d->info;

	if (set->repeat) {
		want.op = PTSI_SYSCALL_INFO_ENTRY;
		memset(&want.entry, 0, sizeof want.entry);
	} else if (set->fields & PTSI_CAN_SKIP) {
		want.op = PTSI_SYSCALL_INFO_SKIP;
		want.exit = set->val.exit;
	} else if (set->fields & PTSI_CAN_RESULT) {
		want.exit = set->val.exit;
	}
	if (set->fields & PTSI_CAN_NR)
		want.entry.nr = set->val.entry.nr;
	for (int i = 0; i < 6; i++)
		if (set->fields & PTSI_CAN_ARG(i))
			want.entry.args[i] = set->val.entry.args[i];
	if (set->fields & PTSI_CAN_IP)
		want.instruction_pointer = set->val.instruction_pointer;
	if (set->fields & PTSI_CAN_SP)
		want.stack_pointer = set->val.stack_pointer;
	return want;
}

/* Every word of the image: changed as told, or as it was. */
static void check_image(const struct dump *d, const struct set *set, const char *at)
{
	struct sim after = sim;
	int nr = d->sim.nr;

	memcpy(sim.image, d->sim.image, sizeof sim.image);
	for (int i = 0; i < set->n; i++) {
		uint64_t val = set->change[i].val;

		if (set->change[i].word == PTSI_NR_CALL) {
			nr = (int)val;
			continue;
		}
		sim_put(set->change[i].word,
			set->change[i].from_ip ? d->info.instruction_pointer + val : val);
	}
	ck_assert_msg(after.nr == nr, "%s: the kernel's nr is %d, not %d", at, after.nr, nr);
	for (size_t off = 0; off < sim.len; off += sim.word) {
		int w = (int)(off / sim.word);
		uint64_t want = sim_word(w), got;

		memcpy(sim.image + off, after.image + off, sim.word);
		got = sim_word(w);
		ck_assert_msg(got == want, "%s: word %d is 0x%llx, not 0x%llx", at, w,
			      (unsigned long long)got, (unsigned long long)want);
	}
}

static void set_row(const struct dump *d, const struct ptsi_abi *row, bool told)
{
	for (const struct set *set = NULL; (set = next_set(d, set));) {
		struct ptsi_syscall_info want = wanted(d, set);
		const char *at = where(d, row, told, set->line);
		struct ptsi_stop st = begin(d, row, told);
		int r;

		read_info(&st, d, at);
		r = set->repeat ? ptsi_core_repeat(&st, &want) : ptsi_core_set(&st, &want);
		ck_assert_msg(r == set->answer, "%s: returned %d (%s)", at, r,
			      r < 0 ? strerror(errno) : "");
		ck_assert_msg(r >= 0 || errno == set->err, "%s: errno: %s", at, strerror(errno));
		check_image(d, set, at);
	}
}

START_TEST(each_change_is_made_and_no_other)
{
	each_row(&dumps[_i], set_row);
}
END_TEST

static void identity_row(const struct dump *d, const struct ptsi_abi *row, bool told)
{
	struct ptsi_stop st = begin(d, row, told);
	struct ptsi_syscall_info want = d->info;
	const char *at = where(d, row, told, 0);

	if (d->info.op == PTSI_SYSCALL_INFO_NONE)
		return;
	read_info(&st, d, at);
	ck_assert_msg(ptsi_core_set(&st, &want) == 0, "%s: %s", at, strerror(errno));
	ck_assert_msg(!sim_writes(), "%s: something was written", at);
}

START_TEST(what_was_read_can_be_set)
{
	each_row(&dumps[_i], identity_row);
}
END_TEST

/* ---- random registers and values ---- */

static uint64_t random_state;

/* xorshift64 */
static uint64_t random64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* A value that is no error, no errno, and fits. */
static uint64_t random_value(const struct dump *d)
{
	return random64() & (d->abi->value == 8 ? INT64_MAX : INT32_MAX);
}

/* The line that sets this field alone: its words are those that may change. */
static const struct set *set_of(const struct dump *d, int field)
{
	for (const struct set *set = NULL; (set = next_set(d, set));)
		if (set->fields == field && set->answer == 0 && !set->repeat && set->n &&
		    !(field == PTSI_CAN_NR && set->val.entry.nr == UINT64_MAX))
			return set;
	return NULL;
}

static uint64_t *member(struct ptsi_syscall_info *info, int field)
{
	for (int i = 0; i < 6; i++)
		if (field == PTSI_CAN_ARG(i))
			return &info->entry.args[i];
	switch (field) {
	case PTSI_CAN_NR:
		return &info->entry.nr;
	case PTSI_CAN_IP:
		return &info->instruction_pointer;
	case PTSI_CAN_SP:
		return &info->stack_pointer;
	default:
		return (uint64_t *)&info->exit.rval;
	}
}

static void random_field(const struct dump *d, const struct ptsi_abi *row, int field)
{
	const struct set *set = set_of(d, field);
	struct ptsi_stop st = begin(d, row, false), after = st;
	struct ptsi_syscall_info want;
	uint64_t v = random_value(d), kept;
	unsigned char before[PTSI_IMAGE_MAX];
	const char *at;

	if (!set)
		return;
	at = where(d, row, false, set->line);
	kept = d->keep ? sim_word(d->keep - 1) : 0;
	for (size_t i = 0; i < sim.len; i++)
		sim.image[i] = (unsigned char)random64();
	if (d->keep)
		sim_put(d->keep - 1, kept);
	if (field == PTSI_CAN_NR)
		v = set->val.entry.nr - v % 32; /* another one of the ABI's */
	else if (field & (PTSI_CAN_IP | PTSI_CAN_SP))
		v = (v | 16) & ~(uint64_t)15;
	read_info(&st, d, at);
	want = st.info;
	*member(&want, field) = v;
	if (field == PTSI_CAN_RESULT)
		want.exit.is_error = 0;
	memcpy(before, sim.image, sizeof before);
	ck_assert_msg(ptsi_core_set(&st, &want) == 0, "%s: %s", at, strerror(errno));
	for (int i = 0; i < set->n; i++) {
		size_t at_word = (size_t)set->change[i].word * sim.word;

		if (set->change[i].word == PTSI_NR_CALL)
			ck_assert_msg(sim.nr == (int)v, "%s: the kernel's nr is %d", at, sim.nr);
		else
			memcpy(before + at_word, sim.image + at_word, sim.word);
	}
	ck_assert_msg(!memcmp(before, sim.image, sim.len), "%s: another word changed", at);
	if (field == PTSI_CAN_NR && sim.nr_request) /* which no register tells */
		return;
	read_info(&after, d, at);
	ck_assert_msg(!memcmp(&after.info, &want, sizeof want),
		      "%s: set and get of 0x%llx gives 0x%llx", at, (unsigned long long)v,
		      (unsigned long long)*member(&after.info, field));
}

static void random_row(const struct dump *d, const struct ptsi_abi *row, bool told)
{
	static const int fields[] = {
		PTSI_CAN_NR,     PTSI_CAN_ARG(0), PTSI_CAN_ARG(1), PTSI_CAN_ARG(2), PTSI_CAN_ARG(3),
		PTSI_CAN_ARG(4), PTSI_CAN_ARG(5), PTSI_CAN_RESULT, PTSI_CAN_IP,     PTSI_CAN_SP,
	};

	/* random registers don't tell the ABI, nor where memory is, nor does GET read them */
	if (!row || told || d->unreadable)
		return;
	for (int n = 0; n < RANDOM_ROUNDS; n++)
		for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
			random_field(d, row, fields[i]);
}

START_TEST(set_then_get_of_random_values)
{
	random_state = RANDOM_SEED + (uint64_t)_i;
	printf("%s: random seed %#llx\n", where(&dumps[_i], NULL, false, 0),
	       (unsigned long long)random_state);
	fflush(stdout);
	each_row(&dumps[_i], random_row);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dumps");
	TCase *tc = tcase_create("registers");
	SRunner *sr = srunner_create(suite);
	int failed;

	for (int i = 1; i < argc; i++)
		read_file(argv[i]);
	if (!n_dumps)
		bad("no stop in any file");
	tcase_add_loop_test(tc, each_field_is_read, 0, n_dumps);
	tcase_add_loop_test(tc, what_registers_do_not_tell_is_refused, 0, n_dumps);
	tcase_add_loop_test(tc, entry_and_exit_are_not_guessed, 0, n_dumps);
	tcase_add_loop_test(tc, features_are_as_told, 0, n_dumps);
	tcase_add_loop_test(tc, each_feature_is_shown, 0, n_dumps);
	tcase_add_loop_test(tc, each_change_is_made_and_no_other, 0, n_dumps);
	tcase_add_loop_test(tc, what_was_read_can_be_set, 0, n_dumps);
	tcase_add_loop_test(tc, set_then_get_of_random_values, 0, n_dumps);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
