# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""Kernel images: Debian's, prebuilt ones of PTSI_LAB_KERNELS, or built from linux-source."""

import glob
import os
import re
import shutil
import subprocess

import toolchain
from common import HERE, Skip, cache, folder, run, say
from debian import Apt, install, linux_source
from targets import BUILDS, COMPILERS

IMAGES = ('vmlinuz*', 'zImage', 'uImage', 'vmlinux')


def _unpack(deb, new, pattern, name):
    """The one file of a package whose name is like that."""
    with subprocess.Popen(['dpkg-deb', '--fsys-tarfile', deb], stdout=subprocess.PIPE) as tar:
        subprocess.run(['tar', '-x', '-C', new, '--wildcards', '--no-anchored', pattern],
                       stdin=tar.stdout, stderr=subprocess.DEVNULL)
    found = [p for p in glob.glob('%s/**/%s' % (new, pattern), recursive=True) if os.path.isfile(p)]
    if len(found) != 1:
        raise Skip('%s holds %d files %s' % (os.path.basename(deb), len(found), pattern))
    os.rename(found[0], os.path.join(new, name))


def _stock(name, kernel):
    """The image of Debian's package."""
    where = cache('kernels', name)
    if not os.path.isdir(where):
        deb = Apt(kernel.suite, kernel.arch).download(kernel.package)
        new = where + '.new'
        shutil.rmtree(new, ignore_errors=True)
        folder(new)
        # before trixie in /boot, from then on among the modules
        _unpack(deb, new, 'vmlinu[xz]*', 'image')
        if kernel.dtb:
            install('device-tree-compiler')
            _unpack(deb, new, kernel.dtb, 'machine.dtb')
            for arguments in kernel.fdtput:
                option, kind, *rest = arguments.split()
                run(['fdtput', option, kind, new + '/machine.dtb'] + rest)
        os.remove(deb)
        os.rename(new, where)
    return where + '/image'


def _prebuilt(name, kernel):
    """One of PTSI_LAB_KERNELS, if the target's programs can run on it."""
    where = os.path.join(os.environ.get('PTSI_LAB_KERNELS') or '/nonexistent', name)
    needs = BUILDS[kernel.arch].needs
    if needs and (not os.path.exists(where + '/config') or
                  needs not in open(where + '/config').read().splitlines()):
        return None
    for pattern in IMAGES:
        for image in glob.glob(os.path.join(where, pattern)):
            return image
    return None


def _config(build, arch):
    with open(os.path.join(build, 'all.config'), 'w') as f:
        for name in ('common', arch):
            f.write(open(os.path.join(HERE, 'kernels', name + '.frag')).read())


def _source(kernel, build):
    """The release's source; if requests are to be taken out, a copy of it, of hard links."""
    source = linux_source(kernel.suite)
    if not kernel.lacks:
        return source
    copy = build + '.source'
    shutil.rmtree(copy, ignore_errors=True)
    run(['cp', '-al', source, copy])
    path = os.path.join(copy, 'kernel/ptrace.c')
    with open(path) as f:
        text = f.read()
    for request in kernel.lacks:
        # it stays there for a number that nobody asks for
        text, n = re.subn(r'\bcase %s:' % request, 'case ~%s:' % request, text)
        if n != 1:
            raise Skip('kernel/ptrace.c has %d times case %s' % (n, request))
    os.remove(path)  # the link, not the release's file
    with open(path, 'w') as f:
        f.write(text)
    return copy


def _make(kernel, build):
    """The command that all steps of a build begin with."""
    b = BUILDS[kernel.arch]
    gcc = toolchain.freestanding(COMPILERS[b.compiler or kernel.arch])
    make = ['make', '-C', _source(kernel, build), 'O=' + build, 'ARCH=' + b.arch,
            'KCONFIG_ALLCONFIG=%s/all.config' % build] + list(b.make) + \
        ['CROSS_COMPILE=' + re.sub(r'gcc(-\d+)?$', '', gcc), 'CC=' + gcc]
    if b.vdso:
        make.append('CROSS32CC=' + toolchain.freestanding(COMPILERS[b.vdso]))
    return make


def _build(name, kernel):
    """An image built from Debian's source package, which takes minutes."""
    where = cache('kernels', name)
    if not os.path.isdir(where):
        install('make', 'flex', 'bison', 'bc', 'libssl-dev', 'libelf-dev', 'u-boot-tools')
        build = folder(where + '.build')
        say('%s: building a kernel' % name)
        _config(build, kernel.arch)
        b, make = BUILDS[kernel.arch], _make(kernel, build)
        try:
            run(make + ['allnoconfig'])
            run(make + ['-j%d' % os.cpu_count(), b.image] + ([b.dtb] if b.dtb else []))
        except subprocess.CalledProcessError:
            raise Skip('its kernel could not be built')
        new = folder(where + '.new')
        found = glob.glob('%s/%s' % (build, b.image)) or \
            glob.glob('%s/arch/*/boot/%s' % (build, b.image))
        shutil.copy(found[0], new + '/image')
        shutil.copy(build + '/.config', new + '/config')
        for dtb in glob.glob(build + '/arch/*/boot/dts/*.dtb'):
            shutil.copy(dtb, new + '/machine.dtb')
        os.rename(new, where)
        shutil.rmtree(build)
        shutil.rmtree(build + '.source', ignore_errors=True)
    return where + '/image'


def image(name, kernel, may_build=True):
    """The path of a target's kernel; may_build: also one of which there is no package."""
    lacking = 'its kernel would have to be built, and there is none in PTSI_LAB_KERNELS'
    if kernel.package:
        try:
            return _stock(name, kernel)
        except Skip as e:
            lacking = str(e)
    if kernel.arch not in BUILDS:
        raise Skip(lacking)
    found = _prebuilt(name, kernel)
    if not (found or may_build or kernel.package or os.path.isdir(cache('kernels', name))):
        raise Skip(lacking)
    return found or _build(name, kernel)
