# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""OpenSBI for machines of 32 bits: what comes with Debian's QEMU is for those of 64."""

import os
import re
import shutil
import subprocess

import toolchain
from common import Skip, cache, folder, run, say
from debian import install, source
from targets import COMPILERS

SUITE = 'trixie'


def opensbi(xlen):
    """What QEMU's -bios takes, built if it isn't in the cache."""
    where = cache('firmware', 'opensbi%d.bin' % xlen)
    if os.path.exists(where):
        return where
    install('make')
    gcc = toolchain.freestanding(COMPILERS['riscv64'])
    build = folder(cache('firmware', 'opensbi%d.build' % xlen))
    say('building OpenSBI of %d bits' % xlen)
    try:
        run(['make', '-C', source('opensbi', SUITE), '-j%d' % os.cpu_count(), 'O=' + build,
             'PLATFORM=generic', 'PLATFORM_RISCV_XLEN=%d' % xlen, 'CC=' + gcc,
             'CROSS_COMPILE=' + re.sub(r'gcc(-\d+)?$', '', gcc), 'FW_PAYLOAD=n', 'FW_JUMP=n'])
    except subprocess.CalledProcessError:
        raise Skip('OpenSBI could not be built')
    os.rename(build + '/platform/generic/firmware/fw_dynamic.bin', where)
    shutil.rmtree(build)
    return where
