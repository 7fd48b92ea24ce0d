/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What tracer and tracee agree on.  The tracee tells the tracer by close(-1, MARK, right nr,
 * wrong nr, p, q), of which the kernel looks at the first argument only; the call after that
 * is the target.  The tracer tells the tracee by a long long at p.
 */
#ifndef MARKER_H
#define MARKER_H

enum {
	MARK = 0x5054,
	FILTER_DATA = 0x5a5a, /* SECCOMP_RET_DATA of the tracee's filter */
	WRONG = 0x100,        /* by so much is a wrong argument too high */
	TOLD_CHANGED = 1,     /* the target call was changed */
	TOLD_LAST = 2,        /* end after this round */
	TOLD_SAME_STACK = 4,  /* round `jump`: sp was left alone */
	CALLED_ANOTHER = 64,  /* round `args`: called by the wrong number */
};

/* The result of round `repeat` is this instead of 1. */
#define TOLD_RESULT(r) ((long)(r) << 8)

/* What a seccomp filter sees of the number -1, of which s390's kernel keeps 16 bits. */
#ifdef __s390__
#define FILTERED_MINUS_ONE 0xffff
#else
#define FILTERED_MINUS_ONE 0xffffffff
#endif

#endif
