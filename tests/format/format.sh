#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# format.sh DIR: every C file below DIR is as clang-format would have it.
#
# Versions of clang-format differ in what they make of the same style, so it is one of them that
# is asked: Debian 12's, 14.
version=14
for format in "clang-format-$version" clang-format; do
	case $("$format" --version 2>/dev/null) in
	*"version $version."*)
		cd "$1" || exit 1
		find include src tests examples tools -name '*.[ch]' -exec \
			"$format" --dry-run -Werror {} +
		exit
		;;
	esac
done
echo "skipped: no clang-format of version $version"
exit 77
