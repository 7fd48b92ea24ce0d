# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""A compiler that knows no C library, made to link static programs with one."""

import os

# Like gcc for Linux, with the library's own start files.  Its threads are part of it.
_SCRIPT = '''#!/bin/sh
here={here}
libgcc=$({gcc} {options} -print-libgcc-file-name)
own=$({gcc} -print-file-name=include)
link=1
for a do
	shift
	case $a in
	-pthread) continue ;;
	-c|-E|-S|-fsyntax-only|-M|-MM) link= ;;
	esac
	set -- "$@" "$a"
done
set -- {options} -nostdinc -isystem "$here/include" -isystem "$own" \\
	-isystem "$own-fixed" -isystem "$here/uapi" "$@"
[ -n "$link" ] || exec {gcc} "$@"
exec {gcc} -nostdlib -static {link_options} \\
	-L"$here/lib" "$here/lib/crt1.o" "$here/lib/crti.o" "$@" -x none \\
	-Wl,--start-group -lc "$libgcc" -Wl,--end-group "$here/lib/crtn.o"
'''


def write(path, gcc, here, options='', link_options=''):
    """The script that is the command; here: where the library's include and lib are."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as f:
        f.write(_SCRIPT.format(gcc=gcc, here=here, options=options, link_options=link_options))
    os.chmod(path, 0o755)
    return path
