# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""A compiler for OpenRISC, of Debian's gcc-or1k-elf, which is for bare metal, and musl's source."""

import glob
import os
import shutil
import subprocess

import wrapper
from common import Skip, cache, folder, prebuilt, run
from debian import install, linux_source, source

def _linker_script(path):
    """The default script begins at address 0, which the kernel doesn't map, without ELF headers."""
    text = subprocess.run(['or1k-elf-ld', '--verbose'], check=True, stdout=subprocess.PIPE,
                          universal_newlines=True).stdout
    text = text.split('=' * 50)[1]
    start = 'SEGMENT_START("text-segment", 0x0000)'
    if start + ';' not in text:
        raise Skip("or1k-elf-ld's script isn't as expected")
    text = text.replace('. = ' + start + ';', '. = ' + start + ' + SIZEOF_HEADERS;')
    with open(path, 'w') as f:
        f.write(text.replace('"text-segment", 0x0000', '"text-segment", 0x2000'))


def _musl(prefix):
    build = folder(prefix + '.build')
    env = dict(os.environ, CC='or1k-elf-gcc -D__linux__', CROSS_COMPILE='or1k-elf-')
    run([source('musl') + '/configure', '--target=or1k-linux-musl', '--disable-shared',
         '--prefix=' + prefix], cwd=build, env=env)
    run(['make', '-j%d' % os.cpu_count(), 'install'], cwd=build, env=env)
    shutil.rmtree(build)


def _wrapper(path, here, script):
    """Pages that the kernel maps; the bare-metal compiler doesn't say that it is for Linux."""
    return wrapper.write(path, 'or1k-elf-gcc', here, '-D__linux__',
                         '-Wl,-e,_start -Wl,-T,%s -Wl,-z,noexecstack' % script)


def _of_prebuilt(musl):
    """For musl and kernel headers of PTSI_LAB_TOOLCHAINS: lib, include, uapi and a linker script."""
    found = glob.glob(musl + '/**/libc.a', recursive=True)
    here = os.path.dirname(os.path.dirname(found[0])) if found else musl
    scripts = glob.glob(here + '/*.x')
    if not scripts:
        raise Skip('no libc.a and linker script in ' + os.path.basename(musl))
    return _wrapper(cache('toolchains', 'or1k-linux-musl.bin', 'or1k-linux-musl-gcc'), here,
                    scripts[0])


def build():
    """The command, built if it isn't in the cache."""
    where = cache('toolchains', 'or1k-linux-musl.built')
    gcc = where + '/bin/or1k-linux-musl-gcc'
    if os.path.exists(gcc):
        return gcc
    install('gcc-or1k-elf')
    if prebuilt('or1k-linux-musl'):
        return _of_prebuilt(prebuilt('or1k-linux-musl'))
    install('make', 'rsync')
    shutil.rmtree(where, ignore_errors=True)
    folder(where + '/bin')
    try:
        run(['make', '-C', linux_source('bookworm'), 'O=' + folder(where + '.headers'),
             'ARCH=openrisc', 'INSTALL_HDR_PATH=' + where, 'headers_install'])
        _musl(where)
        _linker_script(where + '/linux.x')
    except subprocess.CalledProcessError:
        raise Skip('musl could not be built for or1k')
    return _wrapper(gcc, where, where + '/linux.x')
