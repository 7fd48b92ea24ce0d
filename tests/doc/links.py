#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""links.py TOP: what the texts link to is there, and doc/architectures.md has a section for each
file of src/arch/."""

import glob
import os
import re
import sys


def text(path):
    """Without the code in it."""
    with open(path) as f:
        return re.sub(r'^```.*?^```|`[^`\n]*`', '', f.read(), flags=re.M | re.S)


def anchors(path):
    """As GitHub makes them of the headings."""
    with open(path) as f:
        headings = re.findall(r'^#+ (.*)$', f.read(), re.M)
    return {re.sub(r'[^\w\- ]', '', h.lower()).replace(' ', '-') for h in headings}


def broken(path):
    """The links of one text that lead nowhere."""
    for link in re.findall(r'\]\(([^)\s]+)\)', text(path)):
        to, _, anchor = link.partition('#')
        target = os.path.join(os.path.dirname(path), to) if to else path
        if '://' not in link and (not os.path.exists(target) or
                                  (anchor and anchor not in anchors(target))):
            yield '%s: no such place: %s' % (path, link)


def sections_missing(top):
    page = os.path.join(top, 'doc/architectures.md')
    for source in sorted(glob.glob(os.path.join(top, 'src/arch/*.c'))):
        name = os.path.basename(source)[:-len('.c')]
        if name not in anchors(page):
            yield '%s: no section about %s' % (page, name)


def main(top):
    pages = [p for where in ('', 'doc', 'tests/lab')
             for p in sorted(glob.glob(os.path.join(top, where, '*.md')))]
    faults = [fault for page in pages for fault in broken(page)] + list(sections_missing(top))
    print('\n'.join(faults) or '%d texts' % len(pages))
    return 1 if faults or not pages else 0


sys.exit(main(sys.argv[1]))
