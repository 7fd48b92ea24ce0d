/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A stop of every architecture, made up: things are where its kernel has them, and elsewhere is a
 * pattern.  What the words mean the dumps prove.
 */
#ifndef PTSI_TEST_MACHINES_H
#define PTSI_TEST_MACHINES_H

#include "sim.h"

/* FAMILIES is X(name) for each file of src/arch/, from meson.build. */
#define X(name) extern const struct ptsi_family ptsi_family_##name;
FAMILIES
#undef X

struct machine {
	const struct ptsi_family *family;
	const char *name;
	unsigned tracer; /* bytes of the tracer's long that it needs; 0: any */
	bool preset;     /* the row named so is what the library is built for */
	bool told;       /* without GET nothing tells that it is this one */
	bool no_get, no_set, no_seccomp;
	unsigned word, words;
	bool big;
	unsigned user_step;
	long getregs, setregs;
	size_t other_regset;
	unsigned long nr_regset;
	long nr_request;
	struct sim_layout at;
	int nr, other_nr;   /* a number, and one that may be set */
	int nr_min, nr_max; /* the first and the last that may be; 0, 0: any */
	struct {
		int word;
		uint64_t val;
	} put[5];
	unsigned char code[12]; /* in front of ip */
	unsigned code_len;
	bool stack_args; /* the last two arguments are in memory at sp + 16, too */
	uint64_t bsp;    /* all of them are in memory below this */

	int getpid, enosys;
	int native[4]; /* by kind of stop: PTSI_CAN_* of what the kernel's request is used for */
	bool whole;    /* a SETREGSET has to be of the whole regset */
	int size;      /* bytes of the regset that may be written; 0: all, -1: none */
	bool presets;  /* the result's word is -ENOSYS before the call */
};

extern const struct machine machines[];
extern const int n_machines;

/* Only this family's machines are run. */
void machine_choose(const char *family);
bool machine_family_chosen(const struct ptsi_family *family);

/* The machine of this number, if it is chosen and a tracer like this one can have it; or NULL. */
const struct machine *machine(int i);

/* The kernel: has both requests, GET alone, or none. */
enum { HAS_SET, HAS_GET, HAS_NONE, KERNELS };

/* Whether it can be stopped so on such a kernel, and told what it is. */
bool machine_has(const struct machine *m, int kernel, uint8_t op);

/* The stop in sim: of a call with the arguments 0xa1 to 0xa6, or with the result 0x42. */
void machine_stop(const struct machine *m, int kernel, uint8_t op);

/* Have the library read it; without GET it is told what kind of stop it is. */
int machine_read(const struct machine *m, struct ptsi_stop *st, int kernel);

/* All that, on a kernel without SET. */
struct ptsi_stop machine_stop_of(const struct machine *m, uint8_t op);

#endif
