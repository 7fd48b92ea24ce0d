// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The tracee: a puppet that makes the calls that it is ordered to make. */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "live_shared.h"

#define AT(member, offset)                                                                         \
	_Static_assert(offsetof(struct live_shared, member) == (offset), "offsets below")
AT(nr, 0);
AT(args, 8);
AT(rval, 56);
AT(got, 64);
AT(sp, 112);
AT(pad, 120);
AT(reports, 128);
AT(saved_sp, 136);

void tracee_call(struct live_shared *shared);
void tracee_sync(void);
extern const char tracee_after[], tracee_after_sync[];
extern const char tracee_pad1[], tracee_pad2[], tracee_pad3[];

#ifdef __x86_64__
void tracee_vsyscall(struct live_shared *shared);
void tracee_int80(struct live_shared *shared);
extern const char tracee_after_int80[];

/*
 * Whatever registers a call comes back with, r12 is the only one that the report needs: the
 * fuzzer changes no other than those of a call, and a stack pointer that it has changed isn't used.
 * The pads are other places to come back to, each behind what looks like a call.
 */
__asm__(".text\n"
	".macro enter\n"
	"	push %rbx\n	push %rbp\n	push %r12\n	push %r13\n	push %r14\n	"
	"push %r15\n"
	"	mov %rdi, %r12\n	mov %rsp, 136(%r12)\n"
	"	mov 0(%r12), %rax\n"
	".endm\n"
	".globl tracee_call, tracee_after, tracee_pad1, tracee_pad2, tracee_pad3\n"
	"tracee_call:\n"
	"	enter\n"
	"	mov 8(%r12), %rdi\n	mov 16(%r12), %rsi\n	mov 24(%r12), %rdx\n"
	"	mov 32(%r12), %r10\n	mov 40(%r12), %r8\n	mov 48(%r12), %r9\n"
	"	syscall\n"
	"tracee_after:\n"
	"	movq $0, 120(%r12)\n"
	"report:\n"
	"	mov %rax, 56(%r12)\n"
	"	mov %rdi, 64(%r12)\n	mov %rsi, 72(%r12)\n	mov %rdx, 80(%r12)\n"
	"	mov %r10, 88(%r12)\n	mov %r8, 96(%r12)\n	mov %r9, 104(%r12)\n"
	"back:\n"
	"	mov %rsp, 112(%r12)\n	mov 136(%r12), %rsp\n"
	"	incq 128(%r12)\n"
	"	pop %r15\n	pop %r14\n	pop %r13\n	pop %r12\n	pop %rbp\n	"
	"pop %rbx\n"
	"	ret\n"
	"	syscall\n"
	"tracee_pad1:\n	movq $1, 120(%r12)\n	jmp report\n"
	"	syscall\n"
	"tracee_pad2:\n	movq $2, 120(%r12)\n	jmp report\n"
	"	nop\n	nop\n"
	"tracee_pad3:\n	movq $3, 120(%r12)\n	jmp report\n"
	".globl tracee_vsyscall\n"
	"tracee_vsyscall:\n"
	"	enter\n"
	"	mov 8(%r12), %rdi\n	mov 16(%r12), %rsi\n	mov 24(%r12), %rdx\n"
	"	mov 32(%r12), %r10\n	mov 40(%r12), %r8\n	mov 48(%r12), %r9\n"
	"	mov $0xffffffffff600400, %rax\n	call *%rax\n"
	"	jmp tracee_after\n"
	".globl tracee_int80, tracee_after_int80\n"
	"tracee_int80:\n"
	"	enter\n"
	"	mov 8(%r12), %rbx\n	mov 16(%r12), %rcx\n	mov 24(%r12), %rdx\n"
	"	mov 32(%r12), %rsi\n	mov 40(%r12), %rdi\n	mov 48(%r12), %rbp\n"
	"	int $0x80\n"
	"tracee_after_int80:\n"
	"	movq $0, 120(%r12)\n	mov %rax, 56(%r12)\n"
	"	mov %rbx, 64(%r12)\n	mov %rcx, 72(%r12)\n	mov %rdx, 80(%r12)\n"
	"	mov %rsi, 88(%r12)\n	mov %rdi, 96(%r12)\n	mov %rbp, 104(%r12)\n"
	"	jmp back\n"
	".globl tracee_sync, tracee_after_sync\n"
	"tracee_sync:\n"
	"	mov $0x3a53, %eax\n	syscall\n"
	"tracee_after_sync:\n"
	"	ret\n");
#else
/* ebp is an argument's register, so the report's place stands in memory. */
__asm__(".text\n"
	".lcomm place, 4\n"
	".globl tracee_call, tracee_after, tracee_pad1, tracee_pad2, tracee_pad3\n"
	"tracee_call:\n"
	"	mov 4(%esp), %eax\n"
	"	push %ebx\n	push %esi\n	push %edi\n	push %ebp\n"
	"	mov %eax, place\n	mov %esp, 136(%eax)\n"
	"	mov 8(%eax), %ebx\n	mov 16(%eax), %ecx\n	mov 24(%eax), %edx\n"
	"	mov 32(%eax), %esi\n	mov 40(%eax), %edi\n	mov 48(%eax), %ebp\n"
	"	mov 0(%eax), %eax\n"
	"	int $0x80\n"
	"tracee_after:\n"
	"	mov %esp, sp\n	mov place, %esp\n	movl $0, 120(%esp)\n"
	"report:\n"
	"	mov %eax, 56(%esp)\n	mov %ebx, 64(%esp)\n	mov %ecx, 72(%esp)\n"
	"	mov %edx, 80(%esp)\n	mov %esi, 88(%esp)\n	mov %edi, 96(%esp)\n"
	"	mov %ebp, 104(%esp)\n"
	"	mov %esp, %eax\n	mov sp, %ecx\n	mov %ecx, 112(%eax)\n"
	"	mov 136(%eax), %esp\n	incl 128(%eax)\n"
	"	pop %ebp\n	pop %edi\n	pop %esi\n	pop %ebx\n"
	"	ret\n"
	".lcomm sp, 4\n"
	"	int $0x80\n"
	"tracee_pad1:\n	mov %esp, sp\n	mov place, %esp\n	movl $1, 120(%esp)\n	jmp "
	"report\n"
	"	int $0x80\n"
	"tracee_pad2:\n	mov %esp, sp\n	mov place, %esp\n	movl $2, 120(%esp)\n	jmp "
	"report\n"
	"	nop\n	nop\n"
	"tracee_pad3:\n	mov %esp, sp\n	mov place, %esp\n	movl $3, 120(%esp)\n	jmp "
	"report\n"
	".globl tracee_sync, tracee_after_sync\n"
	"tracee_sync:\n"
	"	mov $0x3a53, %eax\n	int $0x80\n"
	"tracee_after_sync:\n"
	"	ret\n");
#endif

struct program {
	unsigned short n;
	struct sock_filter insn[192];
};

static void add(struct program *p, unsigned code, uint32_t k, int jt, int jf)
{
	p->insn[p->n++] = (struct sock_filter){ (unsigned short)code, (unsigned char)jt,
						(unsigned char)jf, k };
}

static void add_word(struct program *p, size_t offset)
{
	add(p, BPF_ALU | BPF_MUL | BPF_K, 31, 0, 0);
	add(p, BPF_MISC | BPF_TAX, 0, 0, 0);
	add(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
	add(p, BPF_ALU | BPF_ADD | BPF_X, 0, 0, 0);
}

/* A call nr is answered by action, with as much of live_hash as mask leaves. */
static void add_hash(struct program *p, uint32_t nr, uint32_t action, uint32_t mask)
{
	unsigned jump = p->n;

	add(p, BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 0);
	add(p, BPF_LD | BPF_IMM, 7, 0, 0);
	for (size_t i = 0; i < 2 * ARGS; i++)
		add_word(p, offsetof(struct seccomp_data, args) + 4 * i);
	add_word(p, offsetof(struct seccomp_data, instruction_pointer));
	add_word(p, offsetof(struct seccomp_data, instruction_pointer) + 4);
	add(p, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
	add(p, BPF_ALU | BPF_OR | BPF_K, action, 0, 0);
	add(p, BPF_RET | BPF_A, 0, 0, 0);
	p->insn[jump].jf = (unsigned char)(p->n - jump - 1);
}

static void add_answer(struct program *p, uint32_t nr, uint32_t answer)
{
	add(p, BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1);
	add(p, BPF_RET | BPF_K, answer, 0, 0);
}

static void install_filter(const struct live_shared *shared)
{
	struct program *p = calloc(1, sizeof *p);
	struct sock_fprog prog;

	add(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	for (int i = 0; i < 4; i++)
		add_answer(p, (uint32_t)shared->traced[i], SECCOMP_RET_TRACE | DATA_PLAIN);
	add_answer(p, NR_SYNC, SECCOMP_RET_TRACE | DATA_SYNC);
	if (shared->filter == SKIP_FAILS)
		add_answer(p, UINT32_MAX, SECCOMP_RET_ERRNO | ERRNO_OF_SKIPPED);
	if (shared->filter == SKIP_TRACED)
		add_answer(p, UINT32_MAX, SECCOMP_RET_TRACE | DATA_PLAIN);
	add_hash(p, NR_HASH, SECCOMP_RET_ERRNO, 0xfff);
	add_hash(p, NR_TRACE, SECCOMP_RET_TRACE, 0xffff);
	add(p, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	prog = (struct sock_fprog){ p->n, p->insn };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		_exit(8);
}

/* Makes a call of its own; a changed stack pointer isn't used for it. */
static void handler(int sig)
{
	(void)sig;
	syscall(SYS_getppid);
}

static void install_handlers(void)
{
	static char stack[64 << 10];
	stack_t ss = { .ss_sp = stack, .ss_size = sizeof stack };
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_ONSTACK };

	sigaltstack(&ss, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	sa.sa_flags |= SA_RESTART;
	sigaction(SIGUSR2, &sa, NULL);
}

static void tell(struct live_shared *shared)
{
	const char *pads[PADS] = { tracee_after, tracee_pad1, tracee_pad2, tracee_pad3 };

	for (int i = 0; i < PADS; i++)
		shared->pads[i] = (uintptr_t)pads[i];
	shared->after = (uintptr_t)tracee_after;
#ifdef __x86_64__
	if (shared->kind == BY_INT80) { /* which has one such place */
		shared->after = (uintptr_t)tracee_after_int80;
		for (int i = 0; i < PADS; i++)
			shared->pads[i] = shared->after;
	}
#endif
	shared->sleep_at = (uintptr_t)shared->sleep;
	shared->after_sync = (uintptr_t)tracee_after_sync;
	shared->pid = (uint64_t)getpid();
	shared->ppid = (uint64_t)getppid();
	shared->uid = getuid();
	shared->euid = geteuid();
	shared->gid = getgid();
	shared->egid = getegid();
}

static void call(struct live_shared *shared)
{
#ifdef __x86_64__
	if (shared->kind == BY_VSYSCALL)
		tracee_vsyscall(shared);
	else if (shared->kind == BY_INT80)
		tracee_int80(shared);
	else
#endif
		tracee_call(shared);
}

void tracee_run(struct live_shared *shared)
{
	install_handlers();
	tell(shared);
	if (shared->filter != NO_FILTER)
		install_filter(shared);
	while (!*(volatile uint64_t *)&shared->go) /* not before it is traced */
		sched_yield();
	tracee_sync();
	for (;;) {
		call(shared);
		if (shared->sync)
			tracee_sync();
	}
}
