#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# cppcheck.sh DIR: src/ of DIR is clean of what cppcheck looks for, but for
#
# variableScope: declarations stand at the beginning of their function.
# shadowFunction: a variable has the name of what it holds, "mark", as a hook has elsewhere.
# ctuuninitvar, arm64.c: a buffer that PTRACE_GETREGSET fills is handed on before that.
#
# Versions of cppcheck differ in what they find, so it is one of them that is asked: Debian 12's.
version=2.10
case $(cppcheck --version 2>/dev/null) in
"Cppcheck $version"*) ;;
*)
	echo "skipped: no cppcheck of version $version"
	exit 77
	;;
esac
cd "$1" || exit 1
# the macros of a host, as without any there is no architecture that src/host.h could pick
exec cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr -Iinclude -Isrc \
	--enable=warning,style,performance,portability \
	--suppress=missingIncludeSystem --suppress=variableScope --suppress=shadowFunction \
	--suppress=ctuuninitvar:src/arch/arm64.c -D_GNU_SOURCE -D__x86_64__ -D__LP64__ src
