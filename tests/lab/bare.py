# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""Compilers that Debian doesn't have, built of its gcc and binutils sources: C, and no libc.

They compile the library's files (tests/cross/objects), kernels, and what uclibc.py makes of them.
"""

import os
import shutil
import subprocess

from common import Broken, cache, folder, run, say
from debian import install, packaged_source

TRIPLETS = ('csky-linux-gnuabiv2', 'nios2-linux-gnu', 'xtensa-linux-gnu')
GCC = 'gcc-12'

BINUTILS_OPTIONS = ['--disable-nls', '--disable-werror', '--disable-gprofng']
GCC_OPTIONS = ['--enable-languages=c', '--without-headers', '--with-newlib', '--disable-bootstrap',
               '--disable-multilib', '--disable-nls'] + \
    ['--disable-' + part for part in ('shared', 'threads', 'libssp', 'libgomp', 'libquadmath',
                                      'libatomic', 'libcc1', 'lto', 'plugin')]


def _steps(build, prefix, source, triplet, options, steps):
    """configure and make, in a folder of their own."""
    shutil.rmtree(build, ignore_errors=True)  # of a build that was interrupted
    folder(build)
    env = dict(os.environ, PATH=prefix + '/bin:' + os.environ['PATH'])
    run([source + '/configure', '--target=' + triplet, '--prefix=' + prefix] + options,
        cwd=build, env=env)
    for step in steps:
        run(['make', '-j%d' % os.cpu_count(), 'MAKEINFO=true'] + step.split(), cwd=build, env=env)
    shutil.rmtree(build)


def gcc_source():
    return packaged_source(GCC + '-source', GCC + '/gcc-*.tar.xz')


def build(triplet):
    """Into the cache, where a compiler of PTSI_LAB_TOOLCHAINS would be unpacked; its folder."""
    where = cache('toolchains', triplet)
    if os.path.isdir(where):
        return where
    install('g++', 'make', 'flex', 'bison', 'xz-utils', 'libgmp-dev', 'libmpfr-dev', 'libmpc-dev')
    binutils = packaged_source('binutils-source', 'binutils/binutils-*.tar.xz')
    gcc = gcc_source()
    new = where + '.new'
    shutil.rmtree(new, ignore_errors=True)
    say('%s: building binutils and gcc, which takes a quarter of an hour' % triplet)
    try:
        _steps(new + '.build', new, binutils, triplet, BINUTILS_OPTIONS, ['all', 'install'])
        _steps(new + '.build', new, gcc, triplet, GCC_OPTIONS,
               ['all-gcc', 'install-gcc', 'all-target-libgcc', 'install-target-libgcc'])
    except subprocess.CalledProcessError:
        raise Broken('%s-gcc could not be built' % triplet)
    os.rename(new, where)  # gcc finds its parts relative to itself
    return where
