# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""uClibc for architectures of which Debian has neither a compiler nor a C library."""

import glob
import os
import re
import shutil
import subprocess

import bare
import wrapper
from common import Skip, cache, folder, prebuilt, run, say
from debian import install, linux_source, packaged_source

TARGETS = {'nios2-linux-gnu': 'nios2', 'xtensa-linux-gnu': 'xtensa'}

# What the defaults lack, or what would be built for nothing.
CONFIG = '''TARGET_{arch}=y
TARGET_ARCH="{arch}"
ARCH_WANTS_LITTLE_ENDIAN=y
KERNEL_HEADERS="{prefix}/include"
RUNTIME_PREFIX="/"
DEVEL_PREFIX="/"
HAVE_SHARED=n
UCLIBC_HAS_THREADS_NATIVE=y
UCLIBC_LINUX_SPECIFIC=y
UCLIBC_HAS_REALTIME=y
UCLIBC_HAS_ADVANCED_REALTIME=y
UCLIBC_HAS_WCHAR=y
UCLIBC_HAS_REGEX=y
DO_C99_MATH=y
UCLIBC_SUSV3_LEGACY=y
'''

# What its headers don't know.
LACKING = '-DPTRACE_O_EXITKILL=0x100000 -DPTRACE_EVENT_STOP=128'


def _with_libdl(makefile):
    """Static programs need _dl_pagesize too, which 1.0.35 then leaves out."""
    with open(makefile) as f:
        text = f.read()
    with open(makefile, 'w') as f:
        f.write(text.replace('libc-a-$(HAVE_SHARED) +=', 'libc-a-y +='))


def _build(arch, gcc, prefix):
    tree = prefix + '.build'
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(packaged_source('uclibc-source', 'uClibc-ng-*.tar.xz'), tree, symlinks=True)
    with open(tree + '/.config', 'w') as f:
        f.write(CONFIG.format(arch=arch, prefix=prefix))
    _with_libdl(tree + '/libc/Makefile.in')
    make = ['make', '-C', tree, '-s', '-j%d' % os.cpu_count(), 'ARCH=' + arch,
            'CROSS_COMPILE=' + gcc[:-len('gcc')], 'PREFIX=' + prefix]
    run(make + ['olddefconfig'])
    run(make + ['install_dev'])
    run([gcc[:-len('gcc')] + 'ar', 'rc', prefix + '/lib/libm.a'])  # empty, for -lm
    shutil.rmtree(tree)


def _add_soft_float(gcc, libc):
    """For nios2 gcc leaves double and float to glibc (libgcc/config/nios2/t-linux)."""
    libgcc = bare.gcc_source() + '/libgcc'
    work = folder(libc + '.objects')
    run([gcc, '-O2', '-c', '-I%s/config/nios2' % libgcc, '-I%s/soft-fp' % libgcc, '-I' + libgcc,
         '-I%s/../include' % libgcc] +
        [f for f in glob.glob(libgcc + '/soft-fp/*[sd]f*.c')
         if not re.search('tf|hf|ti', os.path.basename(f))], cwd=work)
    run([gcc[:-len('gcc')] + 'ar', 'rs', libc] + glob.glob(work + '/*.o'))
    shutil.rmtree(work)


def compiler(triplet):
    """The one that knows no library."""
    where = prebuilt(triplet) or bare.build(triplet)
    found = glob.glob('%s/**/bin/%s-gcc' % (where, triplet), recursive=True)
    if not found:
        raise Skip('no %s-gcc in %s' % (triplet, os.path.basename(where)))
    return found[0]


def build(triplet):
    """The command, built if it isn't in the cache."""
    arch = TARGETS[triplet]
    prefix = cache('toolchains', triplet + '.uclibc')
    command = '%s/bin/%s-gcc' % (prefix, triplet)
    if os.path.exists(command):
        return command
    gcc = compiler(triplet)
    install('gcc', 'make', 'rsync', 'xz-utils')
    say('%s: building a C library' % arch)
    shutil.rmtree(prefix, ignore_errors=True)
    try:
        run(['make', '-C', linux_source('bookworm'), 'O=' + folder(prefix + '.headers'),
             'ARCH=' + arch, 'INSTALL_HDR_PATH=' + prefix, 'headers_install'])
        shutil.rmtree(prefix + '.headers')
        _build(arch, gcc, prefix)
        if arch == 'nios2':
            _add_soft_float(gcc, prefix + '/lib/libc.a')
    except subprocess.CalledProcessError:
        raise Skip('uClibc could not be built for ' + arch)
    return wrapper.write(command, gcc, prefix, '-D_REENTRANT ' + LACKING, '-Wl,-z,noexecstack')
