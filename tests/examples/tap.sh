# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# Sourced by the end-to-end tests of the examples: TAP, and what can be tested here.
#
# The environment says where things are: EXAMPLES, TOOLS and LOADS are build directories, RUNS is
# the program of tests/runs.c.  Each script works in a directory of its own, $tmp, which is removed
# at the end.
set -u
LC_ALL=C
export LC_ALL
umask 022
inject=$EXAMPLES/inject getinfo=$EXAMPLES/getinfo
deny=$EXAMPLES/deny virtual=$EXAMPLES/virtual
load=$LOADS/load-native

tests=0
lacking= # why what follows can't be tested: each test is skipped by its name, and got runs nothing
tmp=$(mktemp -d "${TMPDIR:-/tmp}/ptsi-examples.XXXXXX") || exit 1
tmp=$(cd "$tmp" && pwd -P)
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT

line() {
	printf '%s' "$1" | tr '\n\t' '  '
}

# is DESCRIPTION GOT WANTED
is() {
	[ -z "$lacking" ] || { skip "$1" "$lacking"; return; }
	tests=$((tests + 1))
	description=$(line "$1")
	if [ "$2" = "$3" ]; then
		printf 'ok %d - %s\n' $tests "$description"
		return
	fi
	printf 'not ok %d - %s\n' $tests "$description"
	printf 'got:\n%s\nwanted:\n%s\n' "$2" "$3" | sed 's/^/# /'
}

skip() {
	tests=$((tests + 1))
	printf 'ok %d - %s # SKIP %s\n' $tests "$(line "$1")" "${lacking:-$2}"
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

finish() {
	echo "1..$tests"
	exit 0
}

# got COMMAND...: what it wrote, in the order stdout, stderr, and its exit status
got() {
	[ -z "$lacking" ] || return
	timeout 60 "$@" >"$tmp/.out" 2>"$tmp/.err"
	set -- $?
	cat "$tmp/.out" "$tmp/.err"
	echo "status $1"
}

# The ways of making changes that this kernel has: "auto" is for no option.
ways() {
	if "$TOOLS/features" 2>&1 | grep -q 'its own request to change'; then
		echo auto --kernel --registers
	else
		echo auto --registers
	fi
}

# An ELF file's word size: 32 or 64.
bits() {
	case $(od -An -tx1 -j4 -N1 "$1" | tr -d ' ') in
	01) echo 32 ;;
	02) echo 64 ;;
	esac
}

# missing ABI NAME: why there are no tests of the program NAME of that ABI; empty if it runs.  One
# that crashes is not missing.
missing() {
	if [ ! -x "$LOADS/$2-$1" ]; then
		echo "this compiler links no $1 programs"
		return
	fi
	reason=$("$RUNS" "$1" "$LOADS/load-$1" number getppid 2>/dev/null)
	[ $? != 77 ] || echo "${reason#skipped: }"
}

# Why this tracer can't do its job on that program; empty if it can.
unseen() {
	if [ "$(bits "$getinfo")" = 32 ] && [ "$(bits "$1")" = 64 ]; then
		echo "a 32-bit tracer doesn't see 64-bit commands whole"
	fi
}

for program in "$getinfo" "$inject" "$load" "$TOOLS/features" "$RUNS"; do
	[ -x "$program" ] || { echo "Bail out! $program isn't there"; exit 1; }
done
[ -n "$("$getinfo" "$load" number getppid 2>/dev/null)" ] ||
	skip_all "ptrace is forbidden here"
missing_kernel=
case $(ways) in
*--kernel*) ;;
*) missing_kernel="this kernel has no PTRACE_SET_SYSCALL_INFO" ;;
esac
