/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * In place of src/host.h, included first: a library whose architecture is picked at run time, so
 * that the public calls are fuzzed for all of them on one machine.
 */
#ifndef PTSI_HOST_H
#define PTSI_HOST_H

#include "abi.h"

#define PTSI_HOST_FAMILY (*fuzz_family)

extern const struct ptsi_family *fuzz_family;

#endif
