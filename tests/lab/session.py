# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""One target from compilers and kernel to a result."""

import os
import time

import boot
import build
import kernels
import targets
from common import Broken, Skip, alone, cache, folder, say
from cpio import Archive
from report import Result
from targets import MACHINES

WAYS = ('kernel', 'registers', 'auto')
BRIEF_WAYS = ('kernel', 'registers')
RUN_SECONDS = 900
BOOT_SECONDS = 3600
DUMP_SECONDS = 300


def _read(path):
    with open(path, 'rb') as f:
        return f.read()


def _initramfs(name, init, files, runs):
    """files: {path in the initramfs: path here}; runs: lines of init.c's /list.  Its path."""
    a = Archive()
    for d in ('proc', 'sys', 'tmp'):
        a.folder(d)
    a.device('dev/console', 5, 1)
    a.file('init', _read(init))
    for inside, path in files.items():
        a.file(inside, _read(path))
    a.file('list', ''.join(line + '\n' for line in runs).encode(), 0o644)
    path = os.path.join(folder(cache('initramfs')), name.replace('/', '.'))
    a.write(path)
    return path


def _built(target, how):
    """{compiler: how(compiler)} of those that can be, and why the others can't."""
    built, left_out = {}, []
    for compiler in target.compilers:
        try:
            built[compiler] = how(compiler)
        except Skip as e:
            if not built:  # the kernel's own
                raise
            left_out.append('%s programs: %s' % (compiler, e))
    return built, left_out


def _is_tracee(program):
    return program.startswith('tracee-') and program != 'tracee-tests'


def _runs(compiler, abi, brief):
    """Lines of init's list: this compiler's tracer, and tracees of an ABI."""
    for way in BRIEF_WAYS if brief else WAYS:
        yield '%d %s/%s/%s /%s/live %s %s' % (RUN_SECONDS, compiler, abi, way, compiler, abi, way)


def _live_runs(compiler, programs, brief):
    """For the programs of one compiler, in its folder of the initramfs."""
    for tracee in sorted(programs):
        if _is_tracee(tracee):
            yield from _runs(compiler, tracee[len('tracee-'):], brief)
    if 'tracee-tests' in programs:
        yield '%d %s/followed /%s/tracee-tests' % (RUN_SECONDS, compiler, compiler)


def _prepare_test(name, target, brief):
    built, left_out = _built(target, build.compiled)
    first = target.compilers[0]
    files, runs = {}, list(target.env)
    for compiler, programs in built.items():
        files.update({'%s/%s' % (compiler, p): path for p, path in programs.items() if p != 'init'})
        runs += _live_runs(compiler, programs, brief)
        if compiler != first and 'tracee-native' in programs:
            files['%s/tracee-%s' % (first, compiler)] = programs['tracee-native']
            runs += _runs(first, compiler, brief)
        if not any(_is_tracee(p) for p in programs):
            left_out.append('%s/live: tests/live builds no tracee program' % compiler)
    return _initramfs(name, built[first]['init'], files, runs), left_out


def _asked(name, every, brief, case):
    """The target, with what is wanted of it."""
    target = targets.target(name)
    # targets take different ones, so that together they take all
    first = list(targets.TARGETS).index(name.partition('/')[0]) % every
    env = target.env + ('PTSI_EVERY=%d' % every, 'PTSI_FIRST=%d' % first)
    if case:
        env += ('CK_RUN_CASE=' + case,)
    return target._replace(compilers=target.compilers[:1] if brief else target.compilers, env=env)


def test(name, every=1, brief=False, case='', verbose=False):
    target = _asked(name, every, brief, case)
    result = Result(name, every, case)
    start = time.monotonic()
    try:
        with alone():
            boot.qemu(MACHINES[target.machine])
            image = kernels.image(name.partition('/')[0], target.kernel, not brief)
            initramfs, result.left_out = _prepare_test(name, target, brief)
        say('%s: booting' % name)
        for line in boot.console(name, target, image, initramfs, BOOT_SECONDS, 'lab: end'):
            shown = result.read(line)
            if verbose or shown:
                say('    ' + (line if verbose else shown))
    except Skip as e:
        result.skipped = str(e)
    except Broken as e:
        result.broken = str(e)
    result.seconds = time.monotonic() - start
    say(result.line())
    return result


def _prepare_dump(name, target):
    built, _ = _built(target, lambda compiler: build.small(compiler, 'probe.c'))
    first = target.compilers[0]
    runs = ['%d %s /%s/probe /%s/probe' % (DUMP_SECONDS, c, c, c) for c in built]
    runs += ['%d %s/%s /%s/probe /%s/probe' % (DUMP_SECONDS, first, c, first, c)
             for c in built if c != first]
    return _initramfs(name + '.dump', build.small(first, 'init.c'),
                      {c + '/probe': path for c, path in built.items()}, runs)


def dump(name):
    """Prints what the probe sees; the exit status."""
    target = targets.target(name)
    try:
        with alone():
            boot.qemu(MACHINES[target.machine])
            initramfs = _prepare_dump(name, target)
            image = kernels.image(name.partition('/')[0], target.kernel)
        shown = False
        for line in boot.console(name + '.dump', target, image, initramfs, DUMP_SECONDS,
                                 'lab: end'):
            if line.startswith('lab: '):
                shown = line.startswith('lab: run ')
            elif shown:
                say(line)
    except Skip as e:
        say('skipped: %s: %s' % (name, e))
        return 77
    except Broken as e:
        say('FAILED: %s: %s' % (name, e))
        return 1
    return 0
