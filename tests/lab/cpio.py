# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""An initramfs: cpio's "newc" form (Documentation/driver-api/early-userspace/buffer-format.rst),
written here because device nodes need no root this way."""

import gzip
import os


class Archive:
    def __init__(self):
        self.data = bytearray()
        self.ino = 0
        self.folders = set()

    def _pad(self):
        self.data += b'\0' * (-len(self.data) % 4)

    def _entry(self, name, mode, content=b'', rdev=(0, 0)):
        self.ino += 1
        encoded = name.encode() + b'\0'
        fields = (self.ino, mode, 0, 0, 1, 0, len(content), 0, 0, rdev[0], rdev[1], len(encoded), 0)
        self.data += b'070701' + b''.join(b'%08x' % f for f in fields) + encoded
        self._pad()
        self.data += content
        self._pad()

    def folder(self, name):
        if name and name not in self.folders:
            self.folder(os.path.dirname(name))
            self.folders.add(name)
            self._entry(name, 0o040755)

    def device(self, name, major, minor):
        self.folder(os.path.dirname(name))
        self._entry(name, 0o020600, rdev=(major, minor))

    def file(self, name, content, mode=0o755):
        self.folder(os.path.dirname(name))
        self._entry(name, 0o100000 | mode, content)

    def write(self, path):
        self._entry('TRAILER!!!', 0)
        packed = gzip.compress(bytes(self.data), 6)
        # nios2's QEMU puts the device tree behind it, at an address that the kernel has to like
        with open(path, 'wb') as f:
            f.write(packed + bytes(-len(packed) % 8))
