#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# examples.sh INCLUDE_DIR FILE COMPILER...: FILE's example compiles on its own.
# The example is EXAMPLES' literal block of a manual page, or the first C block of a text.
include=$1 file=$2
shift 2
source=$(mktemp "${TMPDIR:-/tmp}/ptsi-example.XXXXXX") || exit 1
trap 'rm -f "$source"' EXIT
case $file in
*.md) sed -n '/^```c$/,/^```$/p' "$file" | sed '/^```$/q' | sed '/^```/d' ;;
*) sed -n '/^\.Sh EXAMPLES/,/^\.Ed/p' "$file" | sed '1,/^\.Bd -literal/d; /^\.Ed/d; s/\\e/\\/g' ;;
esac >"$source"
if ! [ -s "$source" ]; then
	echo "$file has no example"
	exit 1
fi
"$@" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -I"$include" -c -x c -o /dev/null "$source"
