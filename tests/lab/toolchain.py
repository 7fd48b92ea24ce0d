# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""Compilers: one on the machine, Debian's, unpacked, or one that the lab makes complete."""

import glob
import os
import subprocess

import musl
import uclibc
from common import Skip, cache, folder
from debian import Apt, host_arch, loader


def _on_path(compiler):
    """TRIPLET-gcc, or as Debian names the ones that don't conflict with gcc-multilib."""
    for d in os.environ['PATH'].split(':'):
        for name in [compiler.triplet + '-gcc'] + \
                ['%s-gcc-%d' % (compiler.triplet, v) for v in range(20, 9, -1)]:
            if os.access(os.path.join(d, name), os.X_OK):
                return os.path.join(d, name)
    return None


def _wrapper(path, tree, program, *arguments):
    """A script that starts a program of an unpacked tree with that tree's C library."""
    with open(path, 'w') as f:
        f.write('#!/bin/sh\nexec %s --library-path %s %s %s "$@"\n'
                % (loader(tree), ':'.join(glob.glob(tree + '/usr/lib/*-linux-gnu') +
                                          glob.glob(tree + '/lib/*-linux-gnu')),
                   program, ' '.join(arguments)))
    os.chmod(path, 0o755)


def _one(pattern):
    found = sorted(glob.glob(pattern))
    if not found:
        raise Skip('no %s in the unpacked packages' % os.path.basename(pattern))
    return found[-1]


def _unpacked(compiler):
    """Debian's packages in a folder, and scripts so that gcc finds its parts there."""
    if not compiler.packages:
        raise Skip('no compiler %s-gcc: Debian has none' % compiler.triplet)
    tree = cache('trees', compiler.triplet)
    if not os.path.isdir(tree):
        folder(cache('trees'))
        Apt(compiler.suite, host_arch()).tree(list(compiler.packages), tree)
    parts = folder(cache('trees', compiler.triplet + '.bin'))
    t = compiler.triplet
    for name in ('cc1', 'collect2', 'lto1', 'lto-wrapper'):
        for libdir in ('usr/lib', 'usr/libexec'):
            for program in glob.glob('%s/%s/gcc-cross/%s/*/%s' % (tree, libdir, t, name)):
                _wrapper('%s/%s' % (parts, name), tree, program)
    for program in glob.glob('%s/usr/bin/%s-*' % (tree, t)):
        name = os.path.basename(program)[len(t) + 1:]
        if not name.startswith(('gcc', 'cpp')):
            _wrapper('%s/%s-%s' % (parts, t, name), tree, program)
    for name in ('as', 'ld'):
        _wrapper('%s/%s' % (parts, name), tree, _one('%s/usr/bin/%s-%s' % (tree, t, name)))
    gcc = '%s/%s-gcc' % (parts, t)
    _wrapper(gcc, tree, _one('%s/usr/bin/%s-gcc-[0-9]*' % (tree, t)), '-B' + parts,
             '--sysroot=' + tree, '-isystem', '%s/usr/%s/include' % (tree, t))
    return gcc


def _commands(compiler):
    """What there is, the nearest first: the machine's may lack a library that the flags ask for."""
    if not compiler.only and _on_path(compiler):
        yield _on_path(compiler)
    for library in musl, uclibc:
        if compiler.triplet in library.TARGETS:
            yield library.build(compiler.triplet)
            return
    yield _unpacked(compiler)


def _links(command):
    work = folder(cache('try'))
    with open(work + '/try.c', 'w') as f:
        f.write('#include <stdio.h>\nint main(void) { return puts("") < 0; }\n')
    return subprocess.run(command + ['-static', work + '/try.c', '-o', work + '/try'],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def find(compiler):
    """The compiler's command; Skip if it links no program."""
    for gcc in _commands(compiler):
        command = [gcc] + list(compiler.flags)
        if _links(command):
            return command
    raise Skip('%s links no program' % ' '.join(command))


def freestanding(compiler):
    """The command that compiles a kernel."""
    for library in musl, uclibc:
        if compiler.triplet in library.TARGETS:
            return _on_path(compiler) or library.compiler(compiler.triplet)
    return next(_commands(compiler))
