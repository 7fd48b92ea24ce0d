// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What is being done, for messages and counts. */
#include <errno.h>
#include <stdio.h>

#include "sim_fuzz.h"

struct fuzz fz;
bool fuzz_shows;
struct counts counts[128];
const struct ptsi_family *fuzz_family; /* sim_family.h */
struct doing doing;

static struct counts *count(void)
{
	return &counts[fz.m - machines];
}

void fuzz_where(char *buf, size_t size)
{
	static const char *const ops[] = { "none", "entry", "exit", "seccomp" };
	static const char *const names[OPS] = { "get",     "set",      "set of what was read",
						"repeat",  "features", "abi_info",
						"followed" };
	const struct ptsi_syscall_info *w = &doing.want;
	int n = snprintf(buf, size,
			 "%s (%s, word %u, %s), %s stop, way %d, GET %d, SET %d%s; %s"
			 "; fault %d: request %u or %#lx, errno %d; %u requests, %u failed: %#lx\n",
			 fz.m->name, fz.m->family->name, fz.m->word, fz.m->big ? "big" : "little",
			 ops[fz.op], fz.way, fz.get_errno, fz.set_errno, fz.told ? ", told" : "",
			 names[doing.op], fz.fault, fz.fault_at, (unsigned long)fz.fault_request,
			 fz.fault_errno, fz.requests, fz.failed, (unsigned long)fz.failed_request);

	if (doing.op != OP_SET && doing.op != OP_REPEAT && doing.op != OP_SET_READ &&
	    !(doing.op == OP_FOLLOWED && w->op))
		return;
	snprintf(buf + n, size - (size_t)n,
		 "  op %#x arch %#x ip %#llx sp %#llx nr/rval %#llx args/error %#llx %#llx %#llx "
		 "%#llx %#llx %#llx\n",
		 w->op, w->arch, (unsigned long long)w->instruction_pointer,
		 (unsigned long long)w->stack_pointer, (unsigned long long)w->entry.nr,
		 (unsigned long long)w->entry.args[0], (unsigned long long)w->entry.args[1],
		 (unsigned long long)w->entry.args[2], (unsigned long long)w->entry.args[3],
		 (unsigned long long)w->entry.args[4], (unsigned long long)w->entry.args[5]);
}

static void show(void)
{
	char where[1024];

	fuzz_where(where, sizeof where);
	fputs(where, stdout);
}

void fuzz_says(int op, const struct ptsi_syscall_info *want)
{
	doing.op = op;
	doing.want = want ? *want : (struct ptsi_syscall_info){ 0 };
	if (fuzz_shows)
		show();
}

void fuzz_counts(int r)
{
	struct counts *c = count();

	c->ops[doing.op]++;
	if (r >= 0)
		c->answers[doing.op]++;
	else if (errno > 0 && errno < (int)COUNT(c->errnos))
		c->errnos[errno]++;
}
