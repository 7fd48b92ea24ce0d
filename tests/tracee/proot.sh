#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# proot.sh COMMAND [ARG...]: under PRoot, a tracer that emulates ptrace for those that it traces.
if ! command -v proot >/dev/null 2>&1; then
	echo 'skipped: no proot'
	exit 77
fi
if ! proot true >/dev/null 2>&1; then
	echo "skipped: proot doesn't run here"
	exit 77
fi
exec proot "$@"
