# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""musl, of Debian's source, for compilers that Debian has for bare metal only."""

import glob
import os
import shutil
import subprocess
from collections import namedtuple

import wrapper
from common import Skip, cache, folder, prebuilt, run
from debian import install, linux_source, source

# The compiler TRIPLET-gcc is to be made of what.
#   bare              Debian's compiler, without -gcc, and gcc-BARE is the package
#   flags             what it is told, so that it is for this architecture
#   arch              the kernel's name of it
#   suite             of musl's source
#   start             where programs begin; None: where the linker has them begin anyway
Bare = namedtuple('Bare', 'bare flags arch suite start')

TARGETS = {
    # its linker begins at address 0, which the kernel doesn't map, without ELF headers
    'or1k-linux-musl': Bare('or1k-elf', '', 'openrisc', 'bookworm', '0x2000'),
    # musl has riscv32 since 1.2.5
    'riscv32-linux-musl': Bare('riscv64-unknown-elf', '-march=rv32imac -mabi=ilp32', 'riscv',
                               'trixie', None),
}


def compiler(triplet):
    """The one that knows no library."""
    bare = TARGETS[triplet].bare
    install('gcc-' + bare)
    return bare + '-gcc'


def _options(target):
    """The bare-metal compiler doesn't say that it is for Linux."""
    return (target.flags + ' -D__linux__').strip()


def _linker_script(target, path):
    """The default one, but for where programs begin."""
    text = subprocess.run([target.bare + '-ld', '--verbose'], check=True, stdout=subprocess.PIPE,
                          universal_newlines=True).stdout
    text = text.split('=' * 50)[1]
    start = 'SEGMENT_START("text-segment", 0x0000)'
    if start + ';' not in text:
        raise Skip("%s-ld's script isn't as expected" % target.bare)
    text = text.replace('. = ' + start + ';', '. = ' + start + ' + SIZEOF_HEADERS;')
    with open(path, 'w') as f:
        f.write(text.replace('"text-segment", 0x0000', '"text-segment", ' + target.start))


def _musl(triplet, prefix):
    target = TARGETS[triplet]
    build = folder(prefix + '.build')
    env = dict(os.environ, CC='%s-gcc %s' % (target.bare, _options(target)),
               CROSS_COMPILE=target.bare + '-')
    run([source('musl', target.suite) + '/configure', '--target=' + triplet, '--disable-shared',
         '--prefix=' + prefix], cwd=build, env=env)
    run(['make', '-j%d' % os.cpu_count(), 'install'], cwd=build, env=env)
    shutil.rmtree(build)


def _wrapper(triplet, path, here, script):
    target = TARGETS[triplet]
    link = '-Wl,-e,_start -Wl,-z,noexecstack' + (' -Wl,-T,' + script if script else '')
    return wrapper.write(path, target.bare + '-gcc', here, _options(target), link)


def _of_prebuilt(triplet, musl):
    """For musl and kernel headers of PTSI_LAB_TOOLCHAINS: lib, include, uapi and a linker script."""
    found = glob.glob(musl + '/**/libc.a', recursive=True)
    here = os.path.dirname(os.path.dirname(found[0])) if found else musl
    scripts = glob.glob(here + '/*.x')
    if not found or (TARGETS[triplet].start and not scripts):
        raise Skip('no libc.a and linker script in ' + os.path.basename(musl))
    return _wrapper(triplet, cache('toolchains', triplet + '.bin', triplet + '-gcc'), here,
                    scripts[0] if scripts else None)


def build(triplet):
    """The command, built if it isn't in the cache."""
    target = TARGETS[triplet]
    where = cache('toolchains', triplet + '.built')
    gcc = '%s/bin/%s-gcc' % (where, triplet)
    if os.path.exists(gcc):
        return gcc
    compiler(triplet)
    if prebuilt(triplet):
        return _of_prebuilt(triplet, prebuilt(triplet))
    install('make', 'rsync')
    shutil.rmtree(where, ignore_errors=True)
    folder(where + '/bin')
    script = where + '/linux.x' if target.start else None
    try:
        run(['make', '-C', linux_source('bookworm'), 'O=' + folder(where + '.headers'),
             'ARCH=' + target.arch, 'INSTALL_HDR_PATH=' + where, 'headers_install'])
        _musl(triplet, where)
        if script:
            _linker_script(target, script)
    except subprocess.CalledProcessError:
        raise Skip('musl could not be built for ' + triplet)
    return _wrapper(triplet, gcc, where, script)
