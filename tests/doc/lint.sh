#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# lint.sh PAGE...: no warning of mandoc
if ! command -v mandoc >/dev/null 2>&1; then
	echo 'skipped: no mandoc'
	exit 77
fi
status=0
for page in "$@"; do
	mandoc -Tlint -Wwarning "$page" || status=1
done
exit $status
