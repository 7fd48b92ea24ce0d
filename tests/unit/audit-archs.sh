#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# Print AUDIT_ARCHS, { value, name } of every AUDIT_ARCH_* in this compiler's <linux/audit.h>;
# nothing if there is no such header.
#
#	audit-archs.sh COMPILER...
echo '#include <linux/audit.h>' | "$@" -E -dM -x c - 2>/dev/null | awk '
	$2 ~ /^AUDIT_ARCH_/ && $2 !~ /_(64BIT|LE|CONVENTION_.*)$/ {
		rows = rows " \\\n\t{ " $2 ", \"" substr($2, 12) "\" },"
	}
	END {
		if (rows)
			print "#include <linux/audit.h>\n#define AUDIT_ARCHS" rows
	}'
