/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcheck knows passed and failed only.  A test that finds nothing to be tested here says so by
 * this; the run tells at its end how many did, and why, and the lab doesn't count them as passed.
 */
#ifndef UNTESTED_H
#define UNTESTED_H

#define NO_FILTERS   "this kernel has no seccomp filters"
#define NO_FUTEX     "threads need futex, which this kernel was built without"
#define NOT_KNOWN    "without PTRACE_GET_SYSCALL_INFO it can't be known what stop this is"
#define NOT_THIS_WAY "not a thing that is done this way"
#define TOO_WIDE     "the value is wider than a word"

void untested_begin(void); /* before tests are run, which are processes of their own */
void untested_end(void);   /* tells of them */

/* In a test; why: a string literal.  The test's process ends. */
_Noreturn void untested(const char *why);

#endif
