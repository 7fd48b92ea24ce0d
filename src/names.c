// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Names and versions: nothing here depends on what the library is built for. */
#include "ptsi.h"

#define STRING(x)        #x
#define VERSION(a, b, c) STRING(a) "." STRING(b) "." STRING(c)

/* AUDIT_ARCH_* of include/uapi/linux/audit.h, 7.2 */
static const struct {
	uint32_t arch;
	const char *name;
} archs[] = {
	{ 0xc00000b7, "AARCH64" },     { 0xc0009026, "ALPHA" },     { 0x4000005d, "ARCOMPACT" },
	{ 0x0000005d, "ARCOMPACTBE" }, { 0x400000c3, "ARCV2" },     { 0x000000c3, "ARCV2BE" },
	{ 0x40000028, "ARM" },         { 0x00000028, "ARMEB" },     { 0x4000008c, "C6X" },
	{ 0x0000008c, "C6XBE" },       { 0x4000004c, "CRIS" },      { 0x400000fc, "CSKY" },
	{ 0x00005441, "FRV" },         { 0x0000002e, "H8300" },     { 0x000000a4, "HEXAGON" },
	{ 0x40000003, "I386" },        { 0xc0000032, "IA64" },      { 0x40000102, "LOONGARCH32" },
	{ 0xc0000102, "LOONGARCH64" }, { 0x00000058, "M32R" },      { 0x00000004, "M68K" },
	{ 0x000000bd, "MICROBLAZE" },  { 0x00000008, "MIPS" },      { 0x40000008, "MIPSEL" },
	{ 0x80000008, "MIPS64" },      { 0xa0000008, "MIPS64N32" }, { 0xc0000008, "MIPSEL64" },
	{ 0xe0000008, "MIPSEL64N32" }, { 0x400000a7, "NDS32" },     { 0x000000a7, "NDS32BE" },
	{ 0x40000071, "NIOS2" },       { 0x0000005c, "OPENRISC" },  { 0x0000000f, "PARISC" },
	{ 0x8000000f, "PARISC64" },    { 0x00000014, "PPC" },       { 0x80000015, "PPC64" },
	{ 0xc0000015, "PPC64LE" },     { 0x400000f3, "RISCV32" },   { 0xc00000f3, "RISCV64" },
	{ 0x00000016, "S390" },        { 0x80000016, "S390X" },     { 0x0000002a, "SH" },
	{ 0x4000002a, "SHEL" },        { 0x8000002a, "SH64" },      { 0xc000002a, "SHEL64" },
	{ 0x00000002, "SPARC" },       { 0x8000002b, "SPARC64" },   { 0x400000bf, "TILEGX32" },
	{ 0xc00000bf, "TILEGX" },      { 0x400000bc, "TILEPRO" },   { 0x4000006e, "UNICORE" },
	{ 0xc000003e, "X86_64" },      { 0x0000005e, "XTENSA" },
};

const char *ptsi_arch_name(uint32_t arch)
{
	for (unsigned i = 0; i < sizeof archs / sizeof archs[0]; i++)
		if (archs[i].arch == arch)
			return archs[i].name;
	return NULL;
}

const char *ptsi_version(void)
{
	return VERSION(PTSI_VERSION_MAJOR, PTSI_VERSION_MINOR, PTSI_VERSION_PATCH);
}
