// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * rounds WHAT PARAM: a call again and again.  What became of it the tracer tells by told,
 * TOLD_* or nothing, and the tracee finds exactly that.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "tracee.h"

/*
 * What a 32-bit call made by 64-bit code has in the upper halves of its argument registers.
 * Nobody looks at them, but they are the program's.
 */
#ifdef INT80
#define UPPER 0x5a5a5a5a00000000
#else
#define UPPER 0L
#endif

static volatile long long told;

static bool changed(void)
{
	return told & TOLD_CHANGED;
}

/*
 * Six arguments, of which those in the mask are passed wrong; CALLED_ANOTHER in the mask: by
 * a wrong number too.
 */
static void round_args(long mask)
{
	enum { SIZE = 0x400, LEN = 0x40, IN = 0x10, IN_2 = 0x21, OUT = 0x30, OUT_2 = 0x50 };
	static uint64_t in[0x21], out[0x21];
	static char from[SIZE], to[SIZE];
	static int fd_in, fd_out;
	long wrong, r, len;
	bool in_2, out_2;

	if (!fd_in) {
		fd_in = (int)syscall(SYS_memfd_create, "in", 0);
		fd_out = (int)syscall(SYS_memfd_create, "out", 0);
		for (int i = 0; i < SIZE; i++)
			from[i] = (char)(i * 7 + i / 256);
		NEED(write(fd_in, from, SIZE) == SIZE);
	}
	NEED(ftruncate(fd_out, 0) == 0);
	in[0] = IN;
	in[0x20] = IN_2;
	out[0] = OUT;
	out[0x20] = OUT_2;
	mark(N_copy_file_range, N_getppid, &told, NULL);
	r = raw(mask & CALLED_ANOTHER ? N_getppid : N_copy_file_range,
		UPPER | (fd_in + (mask & 1 ? WRONG : 0)),
		UPPER | ((long)in + (mask & 2 ? WRONG : 0)),
		UPPER | (fd_out + (mask & 4 ? WRONG : 0)),
		UPPER | ((long)out + (mask & 8 ? WRONG : 0)),
		UPPER | (LEN + (mask & 16 ? WRONG : 0)), UPPER | (mask & 32 ? WRONG : 0));
	wrong = changed() ? 0 : mask;
	in_2 = wrong & 2;
	out_2 = wrong & 8;
	len = LEN + (wrong & 16 ? WRONG : 0);
	if (wrong & (CALLED_ANOTHER | 37)) {
		if (wrong & CALLED_ANOTHER)
			NEED(r == getppid());
		else
			NEED(r == -EBADF || (r == -EINVAL && (wrong & 32)));
		len = 0;
		in_2 = out_2 = false;
	} else {
		NEED(r == len);
	}
	NEED(in[0] == (uint64_t)(IN + (in_2 ? 0 : len)));
	NEED(in[0x20] == (uint64_t)(IN_2 + (in_2 ? len : 0)));
	NEED(out[0] == (uint64_t)(OUT + (out_2 ? 0 : len)));
	NEED(out[0x20] == (uint64_t)(OUT_2 + (out_2 ? len : 0)));
	NEED(pread(fd_out, to, SIZE, out_2 ? OUT_2 : OUT) == len);
	NEED(memcmp(to, from + (in_2 ? IN_2 : IN), (size_t)len) == 0);
}

/* Called as getppid, it becomes lseek to offset. */
static void round_nr(long offset)
{
	static int fd;
	long r;

	if (!fd)
		fd = (int)syscall(SYS_memfd_create, "", 0);
	mark(N_lseek, N_getppid, &told, NULL);
	r = raw(N_getppid, UPPER | fd, UPPER | offset, UPPER | SEEK_SET, UPPER, UPPER, UPPER);
	NEED(r == (changed() ? offset : getppid()));
}

/* A seek to 0x10 becomes one to the value, of which the kernel looks at every bit. */
static void round_seek(long value)
{
	static unsigned long long at;
	static int fd;
	long r;

	if (!fd)
		fd = (int)syscall(SYS_memfd_create, "", 0);
	at = 0;
	if (sizeof(word_t) == 4 && N__llseek != N_lseek) { /* n32 has lseek alone */
		mark(N__llseek, N_getppid, &told, (void *)2);
		r = raw(N__llseek, fd, 0, 0x10, (long)&at, SEEK_SET, 0);
		NEED(r == 0);
		NEED(at == (changed() ? (uint32_t)value : 0x10));
	} else {
		mark(N_lseek, N_getppid, &told, (void *)1);
		r = raw(N_lseek, fd, 0x10, SEEK_SET, 0, 0, 0);
		NEED(r == (changed() ? value : 0x10));
	}
}

/* Close of an open descriptor: what it returned, and whether it ran; no argument has changed. */
static void close_returns(long ret, bool ran)
{
	int fd = dup(2);
	long arg[6] = { UPPER | fd,   UPPER | 0x11, UPPER | 0x22,
			UPPER | 0x33, UPPER | 0x44, UPPER | 0x55 };
	long passed[6], r;

	memcpy(passed, arg, sizeof passed);
	mark(N_close, N_getpid, &told, NULL);
	r = raw6(N_close, arg);
	NEED((word_t)r == (changed() ? (word_t)ret : 0));
	NEED((fcntl(fd, F_GETFD) < 0) == (ran || !changed()));
	NEED(memcmp(passed, arg, sizeof passed) == 0);
	if (!ran && changed())
		close(fd);
}

static void round_skip(long ret)
{
	close_returns(ret, false);
}

static void round_result(long ret)
{
	close_returns(ret, true);
}

/* Write of a byte, repeated until there are so many. */
static void round_repeat(long bytes)
{
	static int fd[2];
	static char x[] = "xxxx", got[64];
	long r;

	if (!fd[1])
		NEED(pipe(fd) == 0);
	mark(N_write, N_getppid, &told, NULL);
	r = raw(N_write, fd[1], (long)x, 1, 0, 0, 0);
	NEED(r == (changed() && told >> 8 ? told >> 8 : 1));
	NEED(read(fd[0], got, sizeof got) == (changed() ? bytes : 1));
}

static long long other_stack[512] __attribute__((aligned(64)));

/* A stack pointer as it is when a function has been called, with room on either side. */
static long other_sp(void)
{
	long middle = (long)(other_stack + 256);

#if defined __x86_64__ || defined __i386__ /* less a return address */
	return middle - (long)sizeof(long);
#elif defined __sparc__ && defined __arch64__
	return middle - 2047;
#else
	return middle;
#endif
}

/* Where ip is set to, and sp perhaps.  The round is over with this, and the program. */
static __attribute__((used)) void landed(void)
{
	char here;
	bool other = (uintptr_t)&here >= (uintptr_t)other_stack &&
		     (uintptr_t)&here < (uintptr_t)(other_stack + 512);

	NEED(changed());
	NEED(other == !(told & TOLD_SAME_STACK));
	_exit(0);
}

#ifdef __mips__ /* whose functions take their own address from $25 */
void landing(void);
__asm__(".text\n\t.balign 8\n"
	".globl landing\nlanding:\n\t.set push\n\t.set noreorder\n\t"
	"bal 1f\n\tnop\n"
#if _MIPS_SZPTR == 64
	"1:\tld $25, 16($31)\n\tjr $25\n\tnop\n\tnop\n\t.dword landed\n\t"
#else
	"1:\tlw $25, 16($31)\n\tjr $25\n\tnop\n\tnop\n\t.word landed\n\t"
#endif
	".set pop");
#elif defined __powerpc64__ &&                                                                     \
	_CALL_ELF != 2 /* where a function's address is that of its descriptor */
#define landing *(long *)(uintptr_t)landed
#else
#define landing landed
#endif

/* The call is to end there. */
static void round_jump(long unused)
{
	(void)unused;
	mark(N_close, N_getpid, &told, NULL);
	raw(N_close, -1, 0, (long)landing, other_sp(), 0, 0);
	NEED(!changed());
}

static __attribute__((noinline)) uintptr_t stack_here(void)
{
	volatile char here = 0;

	return (uintptr_t)&here + (uintptr_t)here;
}

/* The call is to end with sp further by that much, and a copy of the stack there. */
static void round_sp(long further)
{
	volatile uintptr_t before = stack_here(), here;

	mark(N_close, N_getpid, &told, NULL);
	raw(N_close, -1, 0, 0, 0, 0, 0);
	here = stack_here();
	NEED((STACK_GROWS_UP ? here - before : before - here) ==
	     (changed() ? (uintptr_t)further : 0));
	if (changed())
		_exit(0);
}

static void rounds(char **params)
{
	static const struct {
		const char *name;
		void (*round)(long param);
	} whats[] = {
		{ "args", round_args }, { "nr", round_nr },         { "seek", round_seek },
		{ "skip", round_skip }, { "result", round_result }, { "repeat", round_repeat },
		{ "jump", round_jump }, { "sp", round_sp },
	};
	void (*round)(long) = NULL;

	for (size_t i = 0; i < sizeof whats / sizeof whats[0]; i++)
		if (strcmp(params[0], whats[i].name) == 0)
			round = whats[i].round;
	NEED(round);
	do {
		told = 0;
		round((long)strtoll(params[1], NULL, 0));
	} while (!(told & TOLD_LAST));
}

const struct scenario round_scenarios[] = {
	{ "rounds", rounds },
	{ NULL, NULL },
};
