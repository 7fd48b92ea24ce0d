// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * inject: run a command and have some of its system calls fail or return what you like.
 *
 *	inject -e SYSCALL:error=ERRNO|retval=N[:when=N[+]] [--registers|--kernel] [--stats]
 *	       -- COMMAND [ARG]...
 *
 * The tracees stop at the wanted calls only: a seccomp filter asks for a SECCOMP stop there, and on
 * most architectures the result is in place without another stop.  If this is built with
 * libseccomp, calls have names, and those of 32-bit programs are found by their own numbers.
 * Otherwise SYSCALL is a number, and stands for the calls of every ABI that have this number.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef HAVE_SECCOMP
#include <seccomp.h>
#endif

#include "follow.h"

enum { MAX_INJECTIONS = 32, MAX_ARCHS = 2, NO_NR = -1 };

static uint32_t archs[MAX_ARCHS]; /* 0: none */

static struct injection {
	int nr[MAX_ARCHS];
	int64_t rval;
	bool is_error;
	long first, last; /* which of these calls get the result, counted from 1 */
	long seen;
} injections[MAX_INJECTIONS];

static int n_injections;
static long injected, requests;

static long counting_ptrace(long request, pid_t tid, void *addr, void *data)
{
	if (request != PTRACE_CONT && request != PTRACE_SYSCALL)
		requests++;
	return syscall(SYS_ptrace, request, (long)tid, addr, data);
}

static void find_archs(void)
{
#ifdef HAVE_SECCOMP
	archs[0] = seccomp_arch_native();
	if (archs[0] == SCMP_ARCH_X86_64)
		archs[1] = SCMP_ARCH_X86;
	else if (archs[0] == SCMP_ARCH_AARCH64)
		archs[1] = SCMP_ARCH_ARM;
#endif
}

static bool parse_number(const char *s, long long *n)
{
	char *end;

	errno = 0;
	*n = strtoll(s, &end, 0);
	return *s && !*end && !errno;
}

/* The call's number in each architecture, NO_NR where it has none. */
static bool parse_syscall(struct injection *in, const char *name)
{
	long long n;

	in->nr[0] = in->nr[1] = NO_NR;
	if (parse_number(name, &n)) {
		in->nr[0] = (int)n;
		return n >= 0 && n <= INT_MAX;
	}
#ifdef HAVE_SECCOMP
	for (int i = 0; i < MAX_ARCHS && archs[i]; i++) {
		int nr = seccomp_syscall_resolve_name_arch(archs[i], name);

		in->nr[i] = nr >= 0 ? nr : NO_NR;
	}
#endif
	return in->nr[0] != NO_NR || in->nr[1] != NO_NR;
}

static bool parse_errno(struct injection *in, const char *name)
{
	long long n = 0;

	if (!parse_number(name, &n)) {
#ifdef HAVE_STRERRORNAME
		for (int e = 1; e <= 4095 && !n; e++)
			if (strerrorname_np(e) && strcmp(strerrorname_np(e), name) == 0)
				n = e;
#endif
	}
	in->rval = -n;
	in->is_error = true;
	return n >= 1 && n <= 4095;
}

static bool parse_when(struct injection *in, char *s)
{
	size_t len = strlen(s);
	bool plus = len && s[len - 1] == '+';
	long long n;

	if (plus)
		s[len - 1] = '\0';
	if (!parse_number(s, &n) || n < 1 || n > LONG_MAX)
		return false;
	in->first = (long)n;
	in->last = plus ? LONG_MAX : (long)n;
	return true;
}

static bool parse_injection(char *spec)
{
	struct injection *in = &injections[n_injections];
	char *word = strtok(spec, ":");
	bool result = false;
	long long n;

	if (n_injections == MAX_INJECTIONS || !word || !parse_syscall(in, word))
		return false;
	in->first = 1;
	in->last = LONG_MAX;
	while ((word = strtok(NULL, ":"))) {
		if (strncmp(word, "when=", 5) == 0) {
			if (!parse_when(in, word + 5))
				return false;
		} else if (result) {
			return false;
		} else if (strncmp(word, "error=", 6) == 0) {
			result = parse_errno(in, word + 6);
		} else if (strncmp(word, "retval=", 7) == 0) {
			result = parse_number(word + 7, &n);
			in->rval = n;
		} else {
			return false;
		}
	}
	n_injections++;
	return result;
}

static int arch_index(uint32_t arch)
{
	return archs[1] && arch == archs[1] ? 1 : 0;
}

static int stop(struct ptsi_tracee *t, int kind, struct ptsi_syscall_info *info, void *arg)
{
	struct ptsi_syscall_info skip = { .op = PTSI_SYSCALL_INFO_SKIP };
	int i, arch = arch_index(info->arch);

	(void)arg;
	if (kind != PTSI_STOP_SECCOMP)
		return PTRACE_CONT;
	for (i = 0; i < n_injections; i++) {
		struct injection *in = &injections[i];

		if (in->nr[arch] != (int)info->seccomp.nr)
			continue;
		in->seen++;
		if (in->seen < in->first || in->seen > in->last)
			continue;
		skip.exit.rval = in->rval;
		skip.exit.is_error = in->is_error;
		if (ptsi_tracee_set(t, &skip) < 0) {
			perror("inject: ptsi_tracee_set");
			return -1;
		}
		injected++;
		break;
	}
	return PTRACE_CONT;
}

#define LOAD(member)                                                                               \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, member))

/* Install a filter that, for each architecture, compares the number with those of its calls. */
static int prepare(void *arg)
{
	static struct sock_filter code[MAX_ARCHS * (MAX_INJECTIONS * 2 + 4)];
	struct sock_fprog prog = { 0, code };

	(void)arg;
	for (int a = 0; a < MAX_ARCHS && (a == 0 || archs[a]); a++) {
		unsigned short numbers = (unsigned short)(2 * n_injections + 2);

		if (archs[a]) {
			code[prog.len++] = (struct sock_filter)LOAD(arch);
			code[prog.len++] = (struct sock_filter)BPF_JUMP(
				BPF_JMP | BPF_JEQ | BPF_K, archs[a], 0, (unsigned char)numbers);
		}
		code[prog.len++] = (struct sock_filter)LOAD(nr);
		for (int i = 0; i < n_injections; i++) {
			code[prog.len++] = (struct sock_filter)BPF_JUMP(
				BPF_JMP | BPF_JEQ | BPF_K, (unsigned)injections[i].nr[a], 0, 1);
			code[prog.len++] =
				(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
		}
		code[prog.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	code[prog.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}

static int usage(void)
{
	fprintf(stderr, "usage: inject -e SYSCALL:error=ERRNO|retval=N[:when=N[+]]... "
			"[--registers|--kernel] [--stats] -- COMMAND [ARG]...\n");
	return 125;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "registers", no_argument, NULL, 'r' },
		{ "kernel", no_argument, NULL, 'k' },
		{ "stats", no_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	const struct follower how = { .prepare = prepare, .stop = stop };
	bool stats = false;
	int opt, status;

	find_archs();
	while ((opt = getopt_long(argc, argv, "+e:", options, NULL)) != -1) {
		if (opt == 'e' && !parse_injection(optarg))
			return usage();
		if (opt == '?')
			return usage();
		if (opt == 'r' || opt == 'k')
			ptsi_use(opt == 'r' ? PTSI_REGISTERS : PTSI_KERNEL);
		stats |= opt == 's';
	}
	if (optind == argc || !n_injections)
		return usage();
	ptsi_set_ptrace(counting_ptrace);
	status = follow(argv + optind, &how);
	if (stats)
		fprintf(stderr, "inject: %ld calls injected with %ld ptrace requests\n", injected,
			requests);
	return status;
}
