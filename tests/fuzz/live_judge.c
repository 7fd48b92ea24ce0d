// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Whether what came is what was expected; and how often what came. */
#include "live.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 3, ERRNOS = 134 };

uint64_t live_ops, live_stops, live_the_seed;
const char *live_mode;
int live_verbose;

static uint64_t counts[OPS][ERRNOS], by_way[WAYS], failed_requests;
static const char *const names[OPS] = { "get",      "set",         "repeat",      "features",
					"abi_info", "tracee_init", "tracee_stop", "tracee_resume" };
static const char *const ways[WAYS] = { "AUTO", "KERNEL", "REGISTERS" };
static const struct live_done *now; /* what is being done */

void live_print_info(const char *what, const struct ptsi_syscall_info *i)
{
	printf("  %s: op %d flags %#x reserved %#x arch %#x ip %#llx sp %#llx\n", what, i->op,
	       i->flags, i->reserved, i->arch, (unsigned long long)i->instruction_pointer,
	       (unsigned long long)i->stack_pointer);
	if (i->op == ENTRY || i->op == SECCOMP)
		printf("    nr %#llx args %#llx %#llx %#llx %#llx %#llx %#llx ret_data %#x\n",
		       (unsigned long long)i->entry.nr, (unsigned long long)i->entry.args[0],
		       (unsigned long long)i->entry.args[1], (unsigned long long)i->entry.args[2],
		       (unsigned long long)i->entry.args[3], (unsigned long long)i->entry.args[4],
		       (unsigned long long)i->entry.args[5], i->seccomp.ret_data);
	else
		printf("    rval %#llx is_error %d\n", (unsigned long long)i->exit.rval,
		       i->exit.is_error);
}

static void print_faults(void)
{
	const struct live_faults *f = &live_faults;

	printf("  GET: %s, SET: %s%s%s; failed requests: %d, of them writes: %d, errno %d\n",
	       f->get_err ? strerror(f->get_err) : "there",
	       f->set_err ? strerror(f->set_err) : "there", f->get_absent ? ", GET absent" : "",
	       f->set_absent ? ", SET absent" : "", f->hits, f->writes, f->err);
}

void live_fail(const struct live_puppet *p, const char *format, ...)
{
	va_list args;

	printf("MISMATCH: seed %llu, operation %llu, tracee of %s, filter %d: ",
	       (unsigned long long)live_the_seed, (unsigned long long)live_ops,
	       p->program            ? "i386"
	       : p->kind == BY_INT80 ? "int80"
				     : "x86_64",
	       p->filter);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	live_print_info("stop", &p->st.info);
	if (now) {
		printf("  operation: %s, way %s\n", names[now->op], ways[now->env.way]);
		if (now->want)
			live_print_info("want", now->want);
		print_faults();
	}
	printf("again: live --mode %s --seed %llu --ops %llu\n", live_mode,
	       (unsigned long long)live_the_seed, (unsigned long long)live_ops + 1);
	fflush(stdout);
	_Exit(EXIT_FAILURE);
}

void live_begin(struct live_puppet *p, const struct live_done *done)
{
	now = done;
	live_ops++;
	ptsi_use(done->env.way);
	if (live_verbose) {
		printf("%llu: pid %d %s way %s\n", (unsigned long long)live_ops, (int)p->tid,
		       names[done->op], ways[done->env.way]);
		live_print_info("stop", &p->st.info);
		if (done->want)
			live_print_info("want", done->want);
		fflush(stdout);
	}
}

static const char *word_name(const struct oracle_abi *abi, int word)
{
	static const char *const args[] = { "arg 1", "arg 2", "arg 3", "arg 4", "arg 5", "arg 6" };

	for (int i = 0; i < ARGS; i++)
		if (word == abi->arg[i])
			return args[i];
	if (word == abi->nr)
		return "nr";
	if (word == abi->rval)
		return "rval";
	return word == abi->ip ? "ip" : word == abi->sp ? "sp" : "other";
}

/*
 * Each word is as in one of the three.  The upper half of the number's register is nobody's: the
 * kernel tells an int, and that is what is put back.
 */
static void compare(const struct live_puppet *p, const struct oracle_regs *regs,
		    const struct oracle_regs *alt, const struct oracle_regs *other,
		    const char *what)
{
	for (int i = 0; i < p->st.regs.n; i++) {
		uint64_t is = p->st.regs.w[i], mask = i == p->st.abi->nr ? UINT32_MAX : UINT64_MAX;

		if (((is ^ regs->w[i]) & mask) && ((is ^ alt->w[i]) & mask) &&
		    ((is ^ other->w[i]) & mask))
			live_fail(p, "%s: word %d (%s) is %#llx, expected %#llx", what, i,
				  word_name(p->st.abi, i), (unsigned long long)is,
				  (unsigned long long)regs->w[i]);
	}
}

/* The errnos that failed requests may have led to. */
static uint64_t from_faults(void)
{
	const struct live_faults *f = &live_faults;
	uint64_t may = f->errnos;

	/* another way was to be taken, and there may be none; a place without memory is EIO */
	if (f->native || (f->errnos & oracle_errno(EIO)))
		may |= oracle_errno(EOPNOTSUPP);
	return may;
}

static void judge_failure(const struct live_puppet *p, const struct live_done *done,
			  const struct oracle_expect *e, int err, const struct oracle_regs *was)
{
	const struct live_faults *f = &live_faults;

	if (!((e->must | e->may | from_faults()) & oracle_errno(err)))
		live_fail(p, "failed: %s, expected %s", strerror(err),
			  e->must ? "another errno" : "success");
	if (!f->again && !done->in_parts)
		compare(p, was, was, was, "failed, but");
	else /* an undo that failed, too */
		compare(p, was, &e->regs, &e->alt, "an undo that failed, but");
}

void live_judge(struct live_puppet *p, const struct live_done *done, long r,
		const struct oracle_expect *e)
{
	int err = r < 0 ? errno : 0;
	struct oracle_regs was = p->st.regs;

	if (live_verbose)
		printf("  = %ld %s, %d requests failed\n", r, err ? strerror(err) : "",
		       live_faults.hits);
	counts[done->op][err < ERRNOS ? err : ERRNOS - 1]++;
	by_way[done->env.way]++;
	failed_requests += (unsigned)live_faults.hits;
	if (!live_look(p)) { /* it was killed, which the fuzzer alone does */
		p->dead = true;
		now = NULL;
		if (!live_faults.kills)
			live_fail(p, "the tracee is no more");
		if (r < 0 && err != ESRCH && !(e->must & oracle_errno(err)))
			live_fail(p, "killed: %s", strerror(err));
		return;
	}
	if (r < 0)
		judge_failure(p, done, e, err, &was);
	else if (e->must)
		live_fail(p, "returned %ld, expected a failure", r);
	else if (e->unknown && r == PTSI_STOP_UNKNOWN)
		return;
	else if (r != e->ret)
		live_fail(p, "returned %#lx, expected %#x", r, e->ret);
	else
		compare(p, &e->regs, &e->alt, &e->alt, "done");
	now = NULL;
}

static void print_row(int op)
{
	printf("%-14s", names[op]);
	for (int err = 0; err < ERRNOS; err++)
		if (counts[op][err])
			printf("  %s: %llu", err ? strerror(err) : "ok",
			       (unsigned long long)counts[op][err]);
	printf("\n");
}

void live_print_counts(void)
{
	for (int op = 0; op < OPS; op++)
		print_row(op);
	for (int way = 0; way < WAYS; way++)
		printf("%-14s %llu\n", ways[way], (unsigned long long)by_way[way]);
	printf("%llu operations at %llu stops, %llu requests made to fail\n",
	       (unsigned long long)live_ops, (unsigned long long)live_stops,
	       (unsigned long long)failed_requests);
}
