# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""What the lab's modules share."""

import contextlib
import fcntl
import os
import subprocess
import sys
import tarfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))


class Skip(Exception):
    """The machine or the project lacks something: why a target can't be run."""


class Broken(Exception):
    """What should have worked didn't: the target has failed."""


def say(text):
    print(text, flush=True)


def cache(*parts):
    """A path in the lab's cache."""
    root = os.environ.get('PTSI_LAB_CACHE') or os.path.join(
        os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'ptsi-lab')
    return os.path.join(root, *parts)


def folder(path):
    os.makedirs(path, exist_ok=True)
    return path


def run(command, **kwargs):
    """A command whose output is shown only if it fails."""
    p = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, errors='replace', **kwargs)
    if p.returncode:
        sys.stderr.write('%s\n%s\n' % (' '.join(command), '\n'.join(p.stdout.splitlines()[-60:])))
        raise subprocess.CalledProcessError(p.returncode, command)
    return p.stdout


def prebuilt(name):
    """PTSI_LAB_TOOLCHAINS' NAME/ or NAME.tar.xz, which is unpacked in the cache; or what is there."""
    where = os.path.join(os.environ.get('PTSI_LAB_TOOLCHAINS') or '/nonexistent', name)
    if os.path.isdir(where):
        return where
    unpacked = cache('toolchains', name)
    if os.path.exists(where + '.tar.xz') and not os.path.isdir(unpacked):
        with tarfile.open(where + '.tar.xz') as tar:
            tar.extractall(folder(unpacked + '.new'))
        os.rename(unpacked + '.new', unpacked)
    return unpacked if os.path.isdir(unpacked) else None


@contextlib.contextmanager
def alone():
    """What changes the cache is done by one lab at a time; boots need not be."""
    with open(os.path.join(folder(cache()), 'lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
