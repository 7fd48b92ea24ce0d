// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What PTRACE_GET_SYSCALL_INFO would tell, on kernels that lack it or where it is refused: how the
 * tests find their way there, with nothing of the library's.
 *
 * Which stop it is, waitpid(2) tells, but for the two of a call, which are counted.
 * /proc/TID/syscall has the number, the arguments, ip and sp by the very functions that
 * PTRACE_GET_SYSCALL_INFO takes them from, unless the number is negative; the rest is in the
 * registers.
 */
#include <fcntl.h>

#include "live.h"

#define SIZE(member)                                                                               \
	((int)(offsetof(struct ptsi_syscall_info, member) +                                        \
	       sizeof(((struct ptsi_syscall_info *)0)->member)))

/* Where NT_PRSTATUS has what /proc doesn't tell: words of so many bytes, by their index. */
struct words {
	const char *live; /* the ABI, as live_abi */
	uint32_t arch;
	int word;
	int arg[6], rval;
	int flag, trap; /* powerpc: of ccr, and of which instruction was used; 0: none */
};

enum { SO = 0x10000000, TRAP_SCV = 0x3000 };

#define ARM_WORDS    .arch = 0x40000028, .word = 4, .arg = { 17, 1, 2, 3, 4, 5 }, .rval = 0
#define I386_WORDS   .arch = 0x40000003, .word = 4, .arg = { 0, 1, 2, 3, 4, 5 }, .rval = 6
#define S390_WORDS   .arch = 0x16, .word = 4, .arg = { 34, 5, 6, 7, 8, 9 }, .rval = 4
#define PPC_WORDS    .arg = { 34, 4, 5, 6, 7, 8 }, .rval = 3, .flag = 38, .trap = 40
#define X86_64_WORDS .arch = 0xc000003e, .word = 8, .arg = { 14, 13, 12, 7, 9, 8 }, .rval = 10

static const struct words all[] = {
#if defined __x86_64__ || defined __i386__
	{ .live = "x86_64", X86_64_WORDS },
	{ .live = "x32", X86_64_WORDS },
	{ .live = "i386", I386_WORDS },
	{ .live = "int80",
	  .arch = 0x40000003,
	  .word = 8,
	  .arg = { 5, 11, 12, 13, 14, 4 },
	  .rval = 10 },
#elif defined __aarch64__
	{ .live = "native", .arch = 0xc00000b7, .word = 8, .arg = { 0, 1, 2, 3, 4, 5 }, .rval = 0 },
	{ .live = "armhf", ARM_WORDS },
	{ .live = "armel", ARM_WORDS },
#elif defined __arm__
	{ .live = "native", ARM_WORDS },
	{ .live = "armhf", ARM_WORDS },
	{ .live = "armel", ARM_WORDS },
#elif defined __s390x__
	{ .live = "native",
	  .arch = 0x80000016,
	  .word = 8,
	  .arg = { 26, 5, 6, 7, 8, 9 },
	  .rval = 4 },
	{ .live = "s390", S390_WORDS },
#elif defined __s390__
	{ .live = "native", S390_WORDS },
#elif defined __powerpc64__
#ifdef __LITTLE_ENDIAN__
	{ .live = "native", .arch = 0xc0000015, .word = 8, PPC_WORDS },
#else
	{ .live = "native", .arch = 0x80000015, .word = 8, PPC_WORDS },
#endif
	{ .live = "powerpc", .arch = 20, .word = 4, PPC_WORDS },
#elif defined __powerpc__
	{ .live = "native", .arch = 20, .word = 4, PPC_WORDS },
#endif
	{ .live = NULL },
};

static const struct words *words(void)
{
	for (const struct words *w = all; w->live; w++)
		if (strcmp(w->live, live_abi) == 0)
			return w;
	return NULL;
}

bool way_is_known(void)
{
	return words() && access("/proc/self/syscall", F_OK) == 0;
}

/* The tracees of this thread: what their last stop was. */
enum { MAX_TRACEES = 4 };

static _Thread_local struct seen {
	pid_t tid;
	int op;
	bool inside; /* of a call, whose exit stop comes next if it is resumed for that */
} seen[MAX_TRACEES];

static struct seen *seen_of(pid_t tid)
{
	static _Thread_local int next;

	for (int i = 0; i < MAX_TRACEES; i++)
		if (seen[i].tid == tid)
			return &seen[i];
	next = (next + 1) % MAX_TRACEES;
	seen[next] = (struct seen){ .tid = tid, .op = NONE };
	return &seen[next];
}

void way_resumed(pid_t tid, int request)
{
	if (request != PTRACE_SYSCALL)
		seen_of(tid)->inside = false;
}

void way_stopped(pid_t tid, int wstatus)
{
	struct seen *s = seen_of(tid);
	int event = WIFSTOPPED(wstatus) ? wstatus >> 16 : 0;

	s->op = NONE;
	if (WIFSTOPPED(wstatus) && WSTOPSIG(wstatus) == (SIGTRAP | 0x80))
		s->op = s->inside ? EXIT : ENTRY;
	else if (event == PTRACE_EVENT_SECCOMP)
		s->op = SECCOMP;
	s->inside = s->op == ENTRY || (event && event != PTRACE_EVENT_STOP);
}

void way_without_exit(pid_t tid)
{
	seen_of(tid)->inside = false;
}

bool knows_exits(void)
{
	return live_has_get || marks_stops();
}

bool knows_moved(void)
{
	return live_has_get || !IS_X86 || strcmp(live_abi, "i386") == 0;
}

bool knows_stop(pid_t tid)
{
	int op = seen_of(tid)->op;

	return knows_exits() || (op != ENTRY && op != EXIT);
}

static uint64_t word(const struct words *w, const unsigned char *regs, int i)
{
	uint32_t narrow;
	uint64_t wide;

	if (w->word == 4) {
		memcpy(&narrow, regs + 4 * i, sizeof narrow);
		return narrow;
	}
	memcpy(&wide, regs + 8 * i, sizeof wide);
	return wide;
}

/* "NR 0xARG... 0xSP 0xIP", or without the arguments if the number is negative. */
static bool read_proc(pid_t tid, struct ptsi_syscall_info *info)
{
	char path[48], line[256] = "";
	unsigned long long v[8];
	int fd, nr, n;

	snprintf(path, sizeof path, "/proc/%d/syscall", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	MUST(fd >= 0);
	n = (int)read(fd, line, sizeof line - 1);
	close(fd);
	if (n <= 0 || strncmp(line, "running", 7) == 0) /* it isn't off its CPU yet */
		return false;
	n = sscanf(line, "%d %llx %llx %llx %llx %llx %llx %llx %llx", &nr, &v[0], &v[1], &v[2],
		   &v[3], &v[4], &v[5], &v[6], &v[7]);
	MUST(n == 9 || (n == 3 && nr < 0));
	info->stack_pointer = v[n - 3];
	info->instruction_pointer = v[n - 2];
	info->entry.nr = (uint64_t)(int64_t)nr;
	for (int i = 0; i < 6; i++)
		info->entry.args[i] = n == 9 ? v[i] : 0;
	return true;
}

static void read_args(const struct words *w, const unsigned char *regs,
		      struct ptsi_syscall_info *info)
{
	for (int i = 0; i < 6; i++)
		info->entry.args[i] = word(w, regs, w->arg[i]);
}

static void read_result(const struct words *w, const unsigned char *regs,
			struct ptsi_syscall_info *info)
{
	int64_t rval = (int64_t)word(w, regs, w->rval);
	bool flagged = w->flag && (word(w, regs, w->trap) & 0xfff0) != TRAP_SCV;

	if (w->word == 4)
		rval = (int32_t)rval;
	else if (word_size() == 4 && (int32_t)rval < 0 && (int32_t)rval >= -4095)
		rval = (int32_t)rval; /* int $0x80 */
	memset(&info->entry, 0, sizeof info->entry);
	if (flagged && (word(w, regs, w->flag) & SO)) {
		info->exit.rval = -rval;
		info->exit.is_error = 1;
	} else {
		info->exit.rval = rval;
		info->exit.is_error = !flagged && rval < 0 && rval >= -4095;
	}
}

int way_get(pid_t tid, struct ptsi_syscall_info *info)
{
	const struct words *w = words();
	unsigned char regs[512];
	unsigned long message = 0;

	memset(info, 0, sizeof *info);
	info->op = (uint8_t)seen_of(tid)->op;
	info->arch = w->arch;
	raw_regs(tid, regs);
	for (int i = 0; !read_proc(tid, info); i++) {
		MUST(i < 1000);
		sleep_ms(1);
	}
	switch (info->op) {
	case EXIT:
		read_result(w, regs, info);
		return SIZE(exit.is_error);
	case SECCOMP:
		MUST(ptrace(PTRACE_GETEVENTMSG, tid, 0, &message) == 0);
		info->seccomp.ret_data = (uint32_t)message;
		/* fallthrough */
	case ENTRY:
		if ((int64_t)info->entry.nr < 0)
			read_args(w, regs, info);
		return info->op == ENTRY ? SIZE(entry) : SIZE(seccomp.ret_data);
	default:
		if (int80()) /* outside a call the ABI is that of the code */
			info->arch = 0xc000003e;
		memset(&info->entry, 0, sizeof info->entry);
		return (int)offsetof(struct ptsi_syscall_info, entry);
	}
}
