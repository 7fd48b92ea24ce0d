/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* The one place that picks the family of the architecture that the library is built for. */
#ifndef PTSI_HOST_H
#define PTSI_HOST_H

#include "abi.h"

#if defined __x86_64__ || defined __i386__
#define PTSI_HOST_FAMILY ptsi_family_x86
#elif defined __arm__ && !defined __ARMEB__
#define PTSI_HOST_FAMILY ptsi_family_arm
#elif defined __aarch64__ && defined __LP64__ && !defined __AARCH64EB__
#define PTSI_HOST_FAMILY ptsi_family_arm64
#elif defined __riscv
#define PTSI_HOST_FAMILY ptsi_family_riscv
#elif defined __loongarch_lp64
#define PTSI_HOST_FAMILY ptsi_family_loongarch
#elif defined __or1k__
#define PTSI_HOST_FAMILY ptsi_family_openrisc
#elif defined __sh__
#define PTSI_HOST_FAMILY ptsi_family_sh
#elif defined __m68k__
#define PTSI_HOST_FAMILY ptsi_family_m68k
#elif defined __s390__
#define PTSI_HOST_FAMILY ptsi_family_s390
#elif defined __nios2__
#define PTSI_HOST_FAMILY ptsi_family_nios2
#elif defined __xtensa__
#define PTSI_HOST_FAMILY ptsi_family_xtensa
#elif defined __arc__
#define PTSI_HOST_FAMILY ptsi_family_arc
#elif defined __csky__
#define PTSI_HOST_FAMILY ptsi_family_csky
#elif defined __hexagon__
#define PTSI_HOST_FAMILY ptsi_family_hexagon
#elif defined __nds32__
#define PTSI_HOST_FAMILY ptsi_family_nds32
#elif defined __ia64__
#define PTSI_HOST_FAMILY ptsi_family_ia64
#elif defined __sparc__
#define PTSI_HOST_FAMILY ptsi_family_sparc
#elif defined __hppa__
#define PTSI_HOST_FAMILY ptsi_family_parisc
#elif defined __powerpc__
#define PTSI_HOST_FAMILY ptsi_family_powerpc
#elif defined __mips__
#define PTSI_HOST_FAMILY ptsi_family_mips
#else
#error "libptsi has no table for this architecture yet; see doc/porting.md"
#endif

extern const struct ptsi_family PTSI_HOST_FAMILY;

#endif
