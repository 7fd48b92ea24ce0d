#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""porting.py TOP: doc/porting.md is whole.

The tables have each member of struct ptsi_abi and struct ptsi_family, in the order of src/abi.h, and
each function that it declares for hooks; the C code is that of src/arch; each file that knows an
architecture by name is told of, and each file that is told of is there."""

import fnmatch
import glob
import os
import re
import sys

SEARCHED = ['*.md', 'meson.build', 'include/*', 'src/*', 'doc/*', 'examples/*', 'scripts/*', 'tools/*',
            'tests/*', 'tests/*/*']
# Names that are no words of their own, and architectures as the compiler has them.
NAMES = r'\b(hexagon|m68k|nios2|openrisc|or1k|xtensa)\b'
MACRO = r'\b__\w+'


def read(*path):
    with open(os.path.join(*path), encoding='utf-8') as f:
        return f.read()


def without_comments(c):
    return re.sub(r'/\*.*?\*/|//[^\n]*', '', c, flags=re.S)


def members(header, struct):
    """In the order of the declarations."""
    body = re.search(r'^struct %s \{\n(.*?)^\};' % struct, header, re.M | re.S).group(1)
    for declaration in body.split(';'):
        hook = re.search(r'\(\*(\w+)\)', declaration)
        if hook:
            yield hook.group(1)
        elif declaration.strip():
            for declarator in declaration.split(','):
                yield re.search(r'(\w+)(\[\d+\])?\s*$', declarator).group(1)


def functions(header):
    """What is declared or defined after struct ptsi_stop."""
    rest = header[header.index('struct ptsi_stop {'):]
    return set(re.findall(r'^(?:static inline )?\w[\w ]*\b(ptsi_\w+)\(', rest, re.M))


def section(page, heading):
    return re.search(r'^## %s\n(.*?)(?=^## |\Z)' % re.escape(heading), page, re.M | re.S).group(1)


def first_cells(text):
    """The names in the first cell of each row, in order."""
    for row in re.findall(r'^\| (`.*)$', text, re.M):
        yield from re.findall(r'`([^`]+)`', row.split(' | ')[0])


def wrong_members(page, header):
    for struct in ('ptsi_abi', 'ptsi_family'):
        have = list(first_cells(section(page, 'struct ' + struct)))
        want = list(members(header, struct))
        if have != want:
            yield 'struct %s: missing: %s; unknown: %s; or another order' % (
                struct, sorted(set(want) - set(have)), sorted(set(have) - set(want)))


def wrong_functions(page, header):
    have = set(re.findall(r'`(ptsi_\w+)`', section(page, 'What a hook may call')))
    for name in sorted(functions(header) ^ have):
        yield 'hooks and %s: in src/abi.h or in the page alone' % name


def wrong_code(page, top):
    """The first block is a whole file, the others are parts of files."""
    blocks = re.findall(r'^```c\n(.*?)^```$', page, re.M | re.S)
    files = [read(f) for f in sorted(glob.glob(os.path.join(top, 'src/arch/*')))]
    if not blocks or blocks[0] not in files:
        yield 'the first example is no file of src/arch'
    for block in blocks[1:]:
        if not any(block in text for text in files):
            yield 'not in src/arch any more: ' + block.splitlines()[0]


def told_of(page):
    """Paths, of which capitals stand for any name."""
    for path in re.findall(r'`((?:[\w.*-]+/)*[\w*-]+\.[\w.*-]+|(?:[\w-]+/)+[\w-]+)`', page):
        yield re.sub(r'(?<![A-Za-z])(NAME|ABI)(?![A-Za-z])', '*', path)


def knows_names(path, macros):
    """C outside comments by the compiler's macros, too."""
    try:
        text = read(path)
    except UnicodeDecodeError:
        return False
    if path.endswith(('.c', '.h')):
        text = without_comments(text)
        if macros & set(re.findall(MACRO, text)):
            return True
    return bool(re.search(NAMES, text))


def absent(page, top):
    for pattern in sorted(set(told_of(page))):
        if '/' in pattern and not glob.glob(os.path.join(top, pattern)):
            yield 'no such file: ' + pattern


def left_out(page, top):
    patterns = set(told_of(page)) | {'doc/porting.md', 'tests/doc/porting.py'}
    macros = set(re.findall(MACRO, read(top, 'src/host.h')))
    for path in sorted(p for s in SEARCHED for p in glob.glob(os.path.join(top, s))):
        name = os.path.relpath(path, top)
        if os.path.isfile(path) and knows_names(path, macros) and \
                not any(fnmatch.fnmatch(name, p) for p in patterns):
            yield 'not told of, though it knows architectures by name: ' + name


def main(top):
    page = read(top, 'doc/porting.md')
    header = without_comments(read(top, 'src/abi.h'))
    faults = [*wrong_members(page, header), *wrong_functions(page, header), *wrong_code(page, top),
              *absent(page, top), *left_out(page, top)]
    print('\n'.join(faults) or '%d members' % sum(len(list(members(header, s)))
                                                 for s in ('ptsi_abi', 'ptsi_family')))
    return 1 if faults else 0


sys.exit(main(sys.argv[1]))
