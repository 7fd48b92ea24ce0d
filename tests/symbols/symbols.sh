#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# What is in the libraries: "nothing hidden" as far as it can be seen from outside.
#
#	symbols.sh archive LIBPTSI.A
#	symbols.sh shared LIBPTSI.SO PTSI.MAP PTSI.H
#	symbols.sh layers LIBPTSI.A
set -u
LC_ALL=C
export LC_ALL
nm=${NM:-nm}
objdump=${OBJDUMP:-objdump}
failed=0

# expect_none WHAT FOUND: FOUND has to be empty
expect_none()
{
	[ -z "$2" ] && return
	printf '%s:\n%s\n' "$1" "$2"
	failed=1
}

# expect_same WHAT ONE OTHER: lists of symbols
expect_same()
{
	[ "$2" = "$3" ] && return
	printf '%s:\n%s\n--- is not\n%s\n' "$1" "$2" "$3"
	failed=1
}

# The whole of what the library may need: the system call, memory functions of libc (clang
# makes a memcmp a bcmp), errno (glibc's and musl's name, then bionic's), and what the compiler
# puts in by itself.
allowed='
syscall
memcpy
memset
memcmp
bcmp
memmove
__errno_location
__errno
__stack_chk_fail
__stack_chk_fail_local
_GLOBAL_OFFSET_TABLE_
'

# All the writable data that there is (src/kernel.c).
writable='ptsi_kernel_learnt
ptsi_kernel_ptrace
ptsi_kernel_way'

not_in()
{
	while read -r s; do
		case $1 in
		*"
$s
"*) ;;
		*) echo "$s" ;;
		esac
	done
}

# "SECTION SIZE SYMBOL" for each object in a section of writable data
data_objects()
{
	"$objdump" -t "$1" | awk -F '\t' '
		NF == 2 {
			section = left[split($1, left, " ")]
			name = right[split($2, right, " ")] # behind .hidden
			if (section ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ &&
			    section !~ /^\.data\.rel\.ro/ && right[1] !~ /^0+$/)
				print section, right[1], name
		}'
}

# "MEMBER SECTION" for each section that isn't empty and whose name matches
sections()
{
	"$objdump" -h "$1" | awk -v wanted="$2" '
		/file format/ { member = $1 }
		$1 ~ /^[0-9]+$/ && $2 ~ wanted && $2 !~ /^\.data\.rel\.ro/ && $3 !~ /^0+$/ {
			print member, $2
		}'
}

archive()
{
	defined="
$("$nm" "$1" | awk 'NF == 3 { print $3 }')
"
	objects=$(data_objects "$1" | awk '{ print $3 }' | sort)

	expect_none 'undefined symbols beyond the list' \
		"$("$nm" -u "$1" | awk 'NF == 2 { print $2 }' | sort -u | not_in "$defined" |
			not_in "$allowed")"
	expect_none 'constructors or destructors' \
		"$(sections "$1" '^\.(preinit_array|init_array|fini_array|ctors|dtors|init|fini)')"
	expect_none 'writable data outside of kernel.c' \
		"$(sections "$1" '^\.(data|bss|tdata|tbss)' | grep -v '^[^ ]*kernel\.c[^ ]* ')"
	# all three, or else this test has lost sight of the data
	expect_same 'writable data' "$objects" "$writable"
}

shared()
{
	exported=$("$nm" -D --defined-only "$1" |
		awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort)
	mapped=$(awk '/global:/ { g = 1; next } /local:/ { g = 0 }
		g { sub(/;.*/, ""); gsub(/[ \t]/, ""); if ($0 != "") print }' "$2" | sort)
	public=$(awk '/^[a-z].*ptsi_[a-z_]*\(/ && !/^typedef/ {
		sub(/\(.*/, ""); sub(/.*[ *]/, ""); print }' "$3" | sort)

	expect_same 'exported and ptsi.map' "$exported" "$mapped"
	expect_same 'ptsi.h and ptsi.map' "$public" "$mapped"
	expect_none 'without the prefix' "$(echo "$exported" | grep -v '^ptsi_')"
}

# "USER DEFINER" for each pair of the archive's members of which one needs a symbol of the other
needs()
{
	"$nm" -A "$1" | awk '
		{ split($1, at, ":"); member = at[2] }
		$(NF - 1) == "U" { needed[member, $NF] = 1; next }
		$(NF - 1) ~ /^[A-Z]$/ { definer[$NF] = member }
		END {
			for (pair in needed) {
				split(pair, p, SUBSEP)
				if (p[2] in definer)
					print p[1], definer[p[2]]
			}
		}' | sort -u
}

# The files are layers: no two need each other, directly or through others.
layers()
{
	pairs=$(needs "$1")
	order=$(echo "$pairs" | tsort 2>&1) || failed=1
	[ "$(echo "$pairs" | wc -l)" -gt 20 ] || { echo "too few calls were found"; failed=1; }
	echo "$order"
}

kind=$1
shift
case $kind in
layers) layers "$@" ;;
archive) archive "$@" ;;
shared) shared "$@" ;;
esac
exit "$failed"
