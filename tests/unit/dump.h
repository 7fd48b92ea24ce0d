/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Register dumps of booted kernels, and the language that the files of dumps/ have them in.
 *
 * A dump is one stop that a probe saw on a booted kernel: what was in the registers, and what
 * PTRACE_GET_SYSCALL_INFO said of them.  Beside it stands what has to come of each change that
 * the library is asked for at such a stop: which words change, and to what.  A word that is not
 * named stays as it was.  Nothing here comes from the library itself.
 *
 * A file has one ABI, or a few of one architecture.  It says first what is true of the ABI, then
 * names kernels, and under each kernel its stops:
 *
 *	family arm64
 *	abi arm64 0xc00000b7 8 8
 *	at entry seccomp
 *	can nr args skip ip sp
 *	set nr=56 -> nr=56
 *	set arg0=0xb1 ip=0x10000 -> 0=0xb1 32=0x10000
 *	set nr=0x80000000 -> ERANGE
 *
 *	kernel 6.1.0-50-cloud-arm64
 *	word 8 little
 *	nr-regset 0x404
 *
 *	stop entry
 *	    +000: 00000000000000a1 00000000000000a2 00000000000000a3 00000000000000a4
 *	    ...
 *	ip 0x41d668
 *	sp 0xffffc76823d0
 *	nr 0xac
 *	args 0xa1 0xa2 0xa3 0xa4 0xa5 0xa6
 *
 * One thing is said in a line, and # begins a comment.  Numbers are C's; those of images and
 * code are hexadecimal without 0x.  The lines about an ABI may come again, from "abi" on, for
 * another one, or where what has to come of a change is not the same on the kernels or with the
 * tracers that follow.
 *
 * About the ABI:
 *
 *	family NAME
 *		The struct ptsi_family: the name of a file of src/arch/.
 *	abi NAME ARCH VALUE POINTER
 *		The struct ptsi_abi: its name, AUDIT_ARCH_*, bytes of an argument, bytes of a
 *		pointer.
 *	at OP...
 *		The lines up to the next "at" are about stops of these kinds: none, entry, exit,
 *		seccomp.
 *	can FEATURE...
 *		What ptsi_features promises on a kernel without PTRACE_SET_SYSCALL_INFO: nr, args
 *		(all six) or arg0 to arg5, rval, skip, done, ip, sp, repeat.
 *	set FIELD=VALUE... -> [WORD=VALUE...] [ANSWER]
 *		Set these fields, and the others to what was read.  Then these words of the
 *		regset hold these values, cut to the word's size, and no other word has changed.
 *		FIELD is nr, arg0 to arg5, rval and error, ip, sp, or skip (and error): don't run
 *		the call, give it this result.
 *		WORD is an index, or nr: the kernel's number where no word holds it.
 *		VALUE of a word may be ip-N.
 *		ANSWER is done, which is meant where nothing is said, at-exit, or the errno that
 *		the call fails with.
 *	repeat FIELD=VALUE... -> [WORD=VALUE...] [ANSWER]
 *		The same for ptsi_repeat_syscall; nr and arguments that are not named are 0.
 *
 * About a kernel:
 *
 *	kernel TEXT
 *		Which one, in words.
 *	word BYTES little|big
 *		The size and the byte order of the regset's words.
 *	user STEP [USER=WORD...]
 *		Address STEP * USER of PEEKUSR is word WORD of the image; without pairs, address
 *		STEP * n is word n.  Without this line PEEKUSR is refused.
 *	regs-requests GET SET [BYTES]
 *		These requests read and write the image.  There is no GETREGSET, or there is one
 *		of BYTES bytes in another order.
 *	nr-regset TYPE
 *		The number is a regset of its own, an int.
 *	nr-request REQUEST
 *		The number is in no regset; this request sets it.
 *	tracer BYTES
 *		What the family picks depends on the tracer's long: only builds with such a long
 *		can be asked.  So it is, without this line, where PEEKUSR gives words of 8 bytes.
 *
 * About a stop on that kernel; the lines from "code" to "keep" may as well come before the first
 * "stop", and are then about all of them:
 *
 *	stop OP
 *	+OFFSET: WORD...
 *		The regset NT_PRSTATUS, as GETREGSET gave it.
 *	code BYTE...
 *		The tracee's memory just before ip.
 *	stack BYTE...
 *		The tracee's memory from sp on, in its stead.
 *	unreadable
 *		Without PTRACE_GET_SYSCALL_INFO the registers don't tell what the call is, and
 *		reading it is EOPNOTSUPP.
 *	own-abi
 *		Without PTRACE_GET_SYSCALL_INFO the family picks the ABI that the library is
 *		built for, which needn't be this one.
 *	own-build
 *		The family picks what the library is built for in any case.
 *	keep WORD
 *		This word tells how the others are to be taken: it stays where they are random.
 *	ip, sp, nr, args, rval, error, ret_data VALUE...
 *		What PTRACE_GET_SYSCALL_INFO said, and is true; args has six values.
 *	told FIELD VALUE...
 *		What it said instead of what is true; after the lines that say that.
 */
#ifndef PTSI_TEST_DUMP_H
#define PTSI_TEST_DUMP_H

#include "sim.h"

enum {
	DUMP_SETS_MAX = 96,
	DUMP_WORDS_MAX = 24,
};

/* A line "set" or "repeat". */
struct dump_set {
	int line;
	unsigned ops; /* 1 << PTSI_SYSCALL_INFO_*: the stops that it is about */
	bool repeat;
	int fields; /* PTSI_CAN_* of what is given in val */
	struct ptsi_syscall_info val;
	int answer; /* what the call returns; -1: errno is err */
	int err;
	int n;
	struct {
		int word;     /* or PTSI_NR_CALL */
		bool from_ip; /* val is added to the stop's ip */
		uint64_t val;
	} change[DUMP_WORDS_MAX];
};

/* An ABI: what its dumps have in common. */
struct dump_abi {
	const struct ptsi_family *family;
	char name[16];
	uint32_t arch;
	unsigned value, pointer; /* bytes */
	int can[4];              /* by PTSI_SYSCALL_INFO_* */
	int n_sets;
	struct dump_set set[DUMP_SETS_MAX];
};

/* A stop. */
struct dump {
	const char *file;
	int line;
	const struct dump_abi *abi;
	char kernel[64];
	bool unreadable;
	bool own_abi;
	bool own_build;
	bool stack;      /* sim.code is the memory at sp */
	int keep;        /* 1 + the word; 0: none */
	unsigned tracer; /* bytes; 0: any */
	struct sim sim;  /* as it is before each call */
	struct ptsi_syscall_info info;
	struct ptsi_syscall_info told; /* what the kernel's request says of it */
};

/* All stops of all files that have been read. */
extern struct dump dumps[];
extern int n_dumps;

/* Add the stops of a file.  What is wrong with it ends the program, and is printed. */
void dump_read_file(const char *name);
void __attribute__((noreturn)) dump_bad(const char *what);

/* The member of info that one of PTSI_CAN_* is about; of several or of none, NULL. */
uint64_t *dump_member(struct ptsi_syscall_info *info, int can);

#endif
