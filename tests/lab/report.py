# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""What a boot's console says, and how it is told."""

import datetime
import os
import re

from common import TOP

DOC = os.path.join(TOP, 'doc/architectures.md')
BEGIN, END = '<!-- lab -->', '<!-- /lab -->'


class Result:
    def __init__(self, name, every=1, case=''):
        self.name = name
        self.case = case          # libcheck's case that alone was asked for
        self.every = every        # of the tests that are run for a range, every Nth only
        self.release = ''
        self.skipped = ''         # why the target wasn't run
        self.broken = ''          # why its boot is worth nothing
        self.left_out = []        # programs that weren't built, and why
        self.runs_skipped = []
        self.runs_failed = []
        self.runs_passed = 0
        self.checks = self.failures = 0
        self.untested = {}         # checks that had nothing to test: how many, by reason
        self.seconds = 0
        self._reason = ''
        self._counted = 0         # checks of this run
        self._cases = {}          # its failed cases: how often

    def read(self, line):
        """Take in a line of the console; what is worth showing of it."""
        m = re.match(r'lab: begin (\S+)', line)
        if m:
            self.release = m.group(1)
            return line
        if line.startswith('lab: run '):
            self._reason, self._counted, self._cases = '', 0, {}
            return ''
        m = re.match(r'\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)', line)
        if m:
            checks, failures, errors = map(int, m.groups())
            self.checks += checks
            self._counted += checks
            self.failures += failures + errors
            return ''
        m = re.match(r'untested: (\d+): (.*)', line)
        if m:
            self._untested(int(m.group(1)), m.group(2))
            return ''
        if line.startswith('skipped: '):
            self._reason = line[len('skipped: '):]
            return ''
        m = re.match(r'lab: done (\S+) (\S+) (\d+) (\d+)', line)
        if m:
            self._done(m.group(1), ' '.join(m.groups()[1:3]))
            return line + ''.join('\n        %s: %d' % c for c in self._cases.items() if c[1] > 1)
        m = re.match(r'not ok \d+ - (?:\S*/)?(tests/\S+?):(.*?): (.*)', line)
        if m:
            return self._case(*m.groups())
        return line if re.search(r'Kernel panic|Oops|BUG:', line) else ''

    def _case(self, path, case, why):
        """A failed test; only the first of a loop's is shown."""
        case = '%s:%s' % (path, case)
        self._cases[case] = self._cases.get(case, 0) + 1
        return 'failed: %s: %s' % (case, why) if self._cases[case] == 1 else ''

    def _untested(self, n, why):
        """Checks of a run that had nothing to test: libcheck has counted them as passed."""
        self.untested[why] = self.untested.get(why, 0) + n
        self.checks -= n
        self._counted -= n

    def _done(self, label, status):
        if status == 'exit 0' and self._counted:
            self.runs_passed += 1
        elif status == 'exit 0' and self.case:
            self.runs_skipped.append('%s: no test of that case' % label)
        elif status == 'exit 77':
            self.runs_skipped.append('%s: %s' % (label, self._reason or 'no reason given'))
        else:
            self.runs_failed.append('%s: %s' % (label, status if status != 'exit 0'
                                                else 'ran no test'))

    def failed(self):
        return bool(self.broken or self.runs_failed or
                    not (self.skipped or self.runs_passed or self.runs_skipped))

    def line(self):
        if self.skipped:
            return 'skipped: %s: %s' % (self.name, self.skipped)
        text = '%s: Linux %s: %d passed, %d failed in %d runs, %d runs skipped, %d s' % (
            self.name, self.release or '?', self.checks - self.failures, self.failures,
            self.runs_passed + len(self.runs_failed), len(self.runs_skipped), self.seconds)
        if self.broken:
            text += '; FAILED: ' + self.broken
        for what, reasons in (('skipped', self.left_out + self.runs_skipped),
                              ('untested', ['%s: %d' % r for r in self.untested.items()]),
                              ('failed', self.runs_failed)):
            for reason in reasons:
                text += '\n    %s: %s' % (what, reason)
        return text


def status(results):
    """The exit status."""
    for r in results:
        if r.failed():
            return 1
    return 77 if all(r.skipped for r in results) else 0


def _row(r, day):
    if r.skipped:
        return '| %s | | | | | | | not run: %s | %s |' % (r.name, r.skipped, day)
    notes = []
    if r.broken:
        notes.append('FAILED: ' + r.broken)
    notes += ['FAILED ' + f for f in r.runs_failed]
    notes += r.left_out + r.runs_skipped
    return '| %s | %s | %d | %s | %d | %d | %d | %s | %s |' % (
        r.name, r.release, r.runs_passed + len(r.runs_failed),
        'all' if r.every == 1 else '1 of %d' % r.every, r.checks - r.failures, r.failures,
        sum(r.untested.values()), _together(notes), day)


def _together(notes):
    """Notes, those of the same reason in one."""
    reasons = {}
    for note in notes:
        what, _, why = note.partition(': ')
        reasons.setdefault(why, []).append(what)
    return '; '.join('%s: %s' % (', '.join(what), why) for why, what in reasons.items())


def update(result):
    """Put the result's row into the table of doc/architectures.md; other rows stay."""
    text = open(DOC).read()
    if BEGIN not in text:
        text += '\n## Booted by the lab\n\n%s\n%s\n' % (BEGIN, END)
    before, rest = text.split(BEGIN, 1)
    table, after = rest.split(END, 1)
    rows = {m.group(1): m.group(0) for m in re.finditer(r'^\| (\S+-[0-9.]+\S*) \|.*$', table, re.M)}
    day = datetime.date.today().isoformat()
    rows[result.name] = _row(result, day)
    head = ['| target | kernel | runs | of a range | passed | failed | untested | '
            'skipped and failed runs | day |',
            '|---|---|---|---|---|---|---|---|---|']
    with open(DOC, 'w') as f:
        f.write('\n'.join([before + BEGIN] + head + sorted(rows.values()) + [END + after]))
