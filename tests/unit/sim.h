/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A simulated tracee: what ptrace(2) answers about one stopped thread, of any architecture,
 * in that architecture's own byte order and word size.
 *
 * A test fills sim, calls the library and looks at sim again.  sim.image is the only truth
 * about the registers; everything that writes them writes there.
 */
#ifndef PTSI_TEST_SIM_H
#define PTSI_TEST_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stop.h"

enum {
	SIM_LOG_MAX = 64,
	SIM_WORDS_MAX = 256,
	SIM_ASK_SET = -1, /* how a SET of nothing is logged: it asks whether there is one */
};

/* Where a kernel without quirks takes nr, args and so on from: words of the image. */
struct sim_layout {
	int nr, arg[6], rval, ip, sp;
	uint32_t arch;
};

struct sim {
	/*
	 * The regset NT_PRSTATUS; len 0: GETREGSET is EIO.  So it is if these two requests read
	 * and write the image instead (PTRACE_GETREGS and PTRACE_SETREGS; the buffer is data or,
	 * as sparc's, addr), unless there is a regset in another order, of so many bytes.
	 */
	long getregs, setregs;
	size_t other_regset;
	unsigned word; /* bytes */
	bool big;
	size_t len;
	unsigned char image[PTSI_IMAGE_MAX];

	/*
	 * PEEKUSR and POKEUSR: address user_step * i is word user[i] of the image, -1 (EIO) for
	 * none.  user_step 0: the requests are EIO.
	 */
	unsigned user_step;
	int user[SIM_WORDS_MAX];

	/*
	 * The number where it is no word of the regset: an int, that is a regset of its own
	 * (arm64's NT_ARM_SYSTEM_CALL) or is set by a request (arm's PTRACE_SET_SYSCALL).
	 */
	unsigned long nr_regset;
	long nr_request;
	int nr;

	/* PEEKDATA and POKEDATA: code_len bytes end where ip is; EIO elsewhere. */
	uint64_t code_end;
	size_t code_len;
	unsigned char code[64];

	/*
	 * The stop: PTSI_SYSCALL_INFO_*.  A NONE stop is one with signal si_signo, or, if that
	 * is 0, a group-stop.
	 */
	uint8_t op;
	int si_signo;
	unsigned long message;

	struct ptsi_syscall_info wanted; /* what SET_SYSCALL_INFO was given last */
	/*
	 * GET_SYSCALL_INFO and SET_SYSCALL_INFO: the errno they are refused with; else GET
	 * answers info if info_size isn't 0, and what layout says if it is; SET writes by layout.
	 */
	int get_errno, set_errno;
	long info_size;
	struct ptsi_syscall_info info;
	struct sim_layout layout;

	/* Any other request. NULL: EIO. */
	ptsi_ptrace_fn *other;

	/*
	 * The fail_at-th request from sim_watch() on is refused with fail_errno, and, if killed is
	 * set after that, all that follow; 0: none.
	 */
	unsigned fail_at;
	int fail_errno;
	bool killed;

	/* The requests since sim_watch(); the bytes that the last GET- or SETREGSET asked for. */
	unsigned requests;
	long log[SIM_LOG_MAX];
	size_t asked;
};

extern struct sim sim;

/* Also makes every request of the library go here, with nothing learnt. */
void sim_reset(void);
ptsi_ptrace_fn sim_ptrace;

/* PEEKUSR's addresses are byte offsets into the image. */
void sim_user_is_image(void);
uint64_t sim_word(int word);
void sim_put(int word, uint64_t val);

/* Count requests from here on, and let the fail_at-th fail. */
void sim_watch(unsigned fail_at, int fail_errno);
unsigned sim_count(long request);
/* Requests that change something; SIM_ASK_SET is none. */
unsigned sim_writes(void);

#endif
