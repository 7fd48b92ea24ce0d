# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""Start a kernel under QEMU and follow its console."""

import glob
import os
import re
import selectors
import shutil
import signal
import subprocess
import time

import debian
import firmware
from common import Broken, Skip, cache, folder
from targets import MACHINES


def _newer(suite, package, program):
    """An emulator of another release, unpacked with its libraries."""
    tree = cache('trees', package)
    if not os.path.isdir(tree):
        folder(cache('trees'))
        debian.Apt(suite, debian.host_arch()).tree([package], tree)
    libraries = glob.glob(tree + '/usr/lib/*-linux-gnu')[0]
    os.environ['QEMU_MODULE_DIR'] = libraries + '/qemu'
    return [debian.loader(tree), '--library-path', libraries, '%s/usr/bin/%s' % (tree, program),
            '-L', tree + '/usr/share/qemu']


def _program(machine):
    program = 'qemu-system-' + machine.program
    if machine.suite:
        return _newer(machine.suite, machine.package, program)
    if not shutil.which(program):
        debian.install(machine.package)
    if not shutil.which(program):
        raise Skip('no %s, not even in %s' % (program, machine.package))
    return [program]


def qemu(machine):
    """The command of the machine's emulator."""
    cmd = _program(machine)
    return cmd + ['-bios', firmware.opensbi(machine.opensbi)] if machine.opensbi else cmd


def command(target, image, initrd):
    machine = MACHINES[target.machine]
    cmd = qemu(machine) + ['-accel', 'tcg'] + machine.options.split()
    if '-nographic' not in cmd:
        cmd += ['-display', 'none']
    cmd += ['-monitor', 'none', '-no-reboot', '-net', 'none', '-serial', 'stdio',
            '-kernel', image, '-initrd', initrd]
    for dtb in glob.glob(os.path.dirname(image) + '/*.dtb'):
        cmd += ['-dtb', dtb]
    append = ['console=' + machine.console, 'quiet', 'panic=-1', machine.append, target.append,
              'lab_restart=1' if machine.restart else '']
    return cmd + ['-append', ' '.join(a for a in append if a)]


def _lines(p, deadline):
    """The console's lines as they come, until QEMU ends or it is too late."""
    sel = selectors.DefaultSelector()
    sel.register(p.stdout, selectors.EVENT_READ)
    rest = b''
    while True:
        if not sel.select(max(0, deadline - time.monotonic())):
            return
        data = os.read(p.stdout.fileno(), 65536)
        if not data:
            if rest:
                yield rest.decode(errors='replace')
            return
        *lines, rest = (rest + data).split(b'\n')
        for line in lines:
            # a line may begin with what firmware does to a terminal
            yield re.sub(r'\x1b\[[0-9;?]*[A-Za-z]|\x1bc|\r', '', line.decode(errors='replace'))


def console(name, target, image, initrd, seconds, last):
    """Boot; yield lines up to one that starts with last.  Broken without it."""
    log = open(cache('logs', name.replace('/', '.') + '.log'), 'w')
    cmd = command(target, image, initrd)
    log.write(' '.join(cmd) + '\n')
    p = subprocess.Popen(['nice'] + cmd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, start_new_session=True)
    start = time.monotonic()
    ended = False
    try:
        for line in _lines(p, start + seconds):
            log.write(line + '\n')
            log.flush()
            yield line
            if line.startswith(last):
                ended = True
                break
    finally:
        log.close()
        _stop(p)
    if not ended:
        late = time.monotonic() - start >= seconds
        raise Broken('not done after %d s' % seconds if late else 'ended before its tests did')


def _stop(p):
    """It has a few seconds to switch itself off: not every machine can."""
    try:
        p.wait(2)
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        p.wait()
    p.stdout.close()
