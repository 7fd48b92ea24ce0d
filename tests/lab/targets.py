# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""What can be booted: compilers, emulated machines, and targets made of them."""

from collections import namedtuple

# How programs are built.
#   triplet, flags    the compiler TRIPLET-gcc and what is always given to it
#   cpu, endian       Meson's host_machine.cpu_family and endian
#   packages          its Debian packages...
#   suite             ...in this release
#   only              these packages only, whatever the machine has itself
Compiler = namedtuple('Compiler', 'triplet cpu endian packages suite flags only',
                      defaults=['bookworm', (), False])


def _debian(triplet, cpu, endian, arch, **more):
    return Compiler(triplet, cpu, endian, ('gcc-12-' + triplet.replace('_', '-'),
                                           'libc6-dev-%s-cross' % arch), **more)


COMPILERS = {
    'amd64': _debian('x86_64-linux-gnu', 'x86_64', 'little', 'amd64'),
    'i386': _debian('i686-linux-gnu', 'x86', 'little', 'i386'),
    'arm64': _debian('aarch64-linux-gnu', 'aarch64', 'little', 'arm64'),
    'armhf': _debian('arm-linux-gnueabihf', 'arm', 'little', 'armhf'),
    'armel': _debian('arm-linux-gnueabi', 'arm', 'little', 'armel', flags=('-marm',)),
    'riscv64': _debian('riscv64-linux-gnu', 'riscv64', 'little', 'riscv64'),
    'loong64': Compiler('loongarch64-linux-gnu', 'loongarch64', 'little',
                        ('gcc-loongarch64-linux-gnu', 'libc6-dev-loong64-cross'), 'sid'),
    's390x': _debian('s390x-linux-gnu', 's390x', 'big', 's390x'),
    's390': Compiler('s390x-linux-gnu', 's390', 'big',
                     ('gcc-12-multilib-s390x-linux-gnu',), flags=('-m31',)),
    'ppc64el': _debian('powerpc64le-linux-gnu', 'ppc64', 'little', 'ppc64el'),
    'ppc64': _debian('powerpc64-linux-gnu', 'ppc64', 'big', 'ppc64'),
    'powerpc': _debian('powerpc-linux-gnu', 'ppc', 'big', 'powerpc'),
    'mips64': _debian('mips64-linux-gnuabi64', 'mips64', 'big', 'mips64'),
    'mipsn32': Compiler('mips64-linux-gnuabi64', 'mips64', 'big',
                        ('gcc-12-multilib-mips64-linux-gnuabi64',), flags=('-mabi=n32',)),
    'mipsel': _debian('mipsel-linux-gnu', 'mips', 'little', 'mipsel'),
    'mips': _debian('mips-linux-gnu', 'mips', 'big', 'mips'),
    'mips64el': _debian('mips64el-linux-gnuabi64', 'mips64', 'little', 'mips64el'),
    'mipsn32el': Compiler('mips64el-linux-gnuabi64', 'mips64', 'little',
                          ('gcc-12-multilib-mips64el-linux-gnuabi64',), flags=('-mabi=n32',)),
    'hppa': _debian('hppa-linux-gnu', 'parisc', 'big', 'hppa'),
    # kernels only: there is no libc
    'hppa64': Compiler('hppa64-linux-gnu', 'parisc64', 'big', ('gcc-12-hppa64-linux-gnu',)),
    'm68k': _debian('m68k-linux-gnu', 'm68k', 'big', 'm68k'),
    'sparc64': _debian('sparc64-linux-gnu', 'sparc64', 'big', 'sparc64'),
    'sparc': Compiler('sparc64-linux-gnu', 'sparc', 'big',
                      ('gcc-12-multilib-sparc64-linux-gnu',), flags=('-m32', '-mv8plus')),
    # gcc 12's own sh_treg_combine2 pass deletes tests: programs hang, libc's too
    'sh4': Compiler('sh4-linux-gnu', 'sh4', 'little',
                    ('gcc-14-sh4-linux-gnu', 'libc6-dev-sh4-cross'), 'sid', only=True),
    # made by musl.py and uclibc.py
    'or1k': Compiler('or1k-linux-musl', 'or1k', 'big', ()),
    'riscv32': Compiler('riscv32-linux-musl', 'riscv32', 'little', ()),
    'nios2': Compiler('nios2-linux-gnu', 'nios2', 'little', ()),
    'xtensa': Compiler('xtensa-linux-gnu', 'xtensa', 'little', ()),
}

# What QEMU is told.
#   program, package  qemu-system-PROGRAM, and Debian's package of it
#   console           the kernel's console=
#   options           machine, CPU, memory
#   append            more for the kernel's command line
#   restart           can't switch itself off: ends by a restart
#   suite             of the package; the machine's own release, if empty
#   opensbi           firmware of so many bits is built for it
Machine = namedtuple('Machine', 'program package console options append restart suite opensbi',
                     defaults=['', False, '', 0])

_PSERIES = '-M pseries,x-vof=on,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off'

MACHINES = {
    'pc': Machine('x86_64', 'qemu-system-x86', 'ttyS0', '-m 512'),
    'pc32': Machine('i386', 'qemu-system-x86', 'ttyS0', '-m 512'),
    'arm64': Machine('aarch64', 'qemu-system-arm', 'ttyAMA0', '-M virt -cpu cortex-a57 -m 512'),
    'arm': Machine('arm', 'qemu-system-arm', 'ttyAMA0', '-M virt -cpu cortex-a15 -m 512'),
    'raspi0': Machine('arm', 'qemu-system-arm', 'ttyAMA0', '-M raspi0', restart=True),
    'riscv64': Machine('riscv64', 'qemu-system-misc', 'ttyS0', '-M virt -m 512'),
    'riscv32': Machine('riscv32', 'qemu-system-misc', 'ttyS0', '-M virt -m 512', opensbi=32),
    # bookworm's QEMU can't start its EFI images; the keyboard controller's driver oopses
    'loong64': Machine('loongarch64', 'qemu-system-misc', 'ttyS0',
                       '-M virt -cpu la464 -m 1G', 'initcall_blacklist=i8042_init', suite='sid'),
    's390x': Machine('s390x', 'qemu-system-misc', 'ttysclp0', '-M s390-ccw-virtio -m 512'),
    # x-vof: no firmware, which takes longer than the kernel; -nodefaults would take the console
    'pseries': Machine('ppc64', 'qemu-system-ppc', 'hvc0', _PSERIES + ' -m 512 -vga none'),
    # without -nographic OpenBIOS has no output
    'g3beige': Machine('ppc', 'qemu-system-ppc', 'ttyPZ0', '-M g3beige -m 256 -nographic'),
    'maltabe': Machine('mips', 'qemu-system-mips', 'ttyS0', '-M malta -m 256'),
    'malta64be': Machine('mips64', 'qemu-system-mips', 'ttyS0', '-M malta -cpu 5KEf -m 512'),
    'malta': Machine('mipsel', 'qemu-system-mips', 'ttyS0', '-M malta -m 256'),
    'malta64': Machine('mips64el', 'qemu-system-mips', 'ttyS0', '-M malta -cpu 5KEf -m 512'),
    'hppa': Machine('hppa', 'qemu-system-misc', 'ttyS0', '-m 256 -vga none'),
    # under bookworm's QEMU 7.2 a kernel of 7.2 dies in kmem_cache_init...
    'hppa-new': Machine('hppa', 'qemu-system-misc', 'ttyS0', '-m 256 -vga none', suite='sid'),
    # ...and it has no 64-bit CPU
    'c3700': Machine('hppa', 'qemu-system-misc', 'ttyS0', '-M C3700 -m 512 -vga none',
                     suite='sid'),
    'm68k': Machine('m68k', 'qemu-system-misc', 'ttyGF0', '-M virt -m 256'),
    # the console is the second serial port
    'r2d': Machine('sh4', 'qemu-system-misc', 'ttySC1,115200', '-M r2d -m 64 -serial null',
                   'noiotrap'),
    'sun4u': Machine('sparc64', 'qemu-system-sparc', 'ttyS0', '-M sun4u -m 256 -vga none'),
    'or1k': Machine('or1k', 'qemu-system-misc', 'ttyS0', '-M virt -m 128'),
    'nios2': Machine('nios2', 'qemu-system-misc', 'ttyS0,115200', '-M 10m50-ghrd -nographic'),
    'lx60': Machine('xtensa', 'qemu-system-xtensa', 'ttyS0,115200n8',
                    '-M lx60 -cpu dc233c -m 96 -nographic'),
}

# A kernel.
#   suite, arch       of Debian
#   package           its name, as a regular expression; empty: built from the release's
#                     linux-source with kernels/ARCH.frag, as it is if a mirror lacks the package
#   dtb               the machine's device tree in the package...
#   fdtput            ...and what is changed in it: arguments of fdtput
#   lacks             requests that a built one is to lack: PTRACE_X
Kernel = namedtuple('Kernel', 'suite arch package dtb fdtput lacks', defaults=['', (), ()])


def _stock(suite, arch, version, flavour):
    """Before trixie and from then on, packages of images are named differently."""
    if suite == 'sid':
        return Kernel(suite, arch, r'linux-binary-%s\.\d+\+[^-]*-%s' % (version, flavour))
    unsigned = '-unsigned' if arch in ('amd64', 'arm64') or flavour == '686-pae' else ''
    return Kernel(suite, arch, r'linux-image-%s\.\d+[-+][^-]*-%s' % (version, flavour + unsigned))


# How a kernel is built.
#   arch, image       make ARCH=arch image
#   compiler          of COMPILERS; the one of the kernel's arch, if empty
#   make              more for make
#   needs             a line that the configuration of a prebuilt one has to have
#   dtb               the machine's device tree, where it isn't made with the image
#   vdso              the compiler of the vdso of 32-bit programs, CROSS32CC
Build = namedtuple('Build', 'arch image compiler make needs dtb vdso',
                   defaults=['', (), '', '', ''])

# uClibc (1.0.35) knows no other calls
_TIME = 'CONFIG_COMPAT_32BIT_TIME=y'

BUILDS = {
    'amd64': Build('x86', 'bzImage'),
    'arm64': Build('arm64', 'Image'),
    'riscv64': Build('riscv', 'Image'),
    'riscv32': Build('riscv', 'Image', 'riscv64'),
    'hppa': Build('parisc', 'vmlinux', vdso='hppa'),
    'hppa64': Build('parisc', 'vmlinux', vdso='hppa'),
    'loong64': Build('loongarch', 'vmlinuz.efi'),
    'm68k': Build('m68k', 'vmlinux'),
    'mips': Build('mips', 'vmlinux'),
    'mips64': Build('mips', 'vmlinux'),
    'mips64el': Build('mips', 'vmlinux'),
    'sh4': Build('sh', 'zImage'),
    'sparc64': Build('sparc', 'vmlinux'),
    'powerpc': Build('powerpc', 'vmlinux'),
    'ppc64': Build('powerpc', 'vmlinux'),
    'or1k': Build('openrisc', 'vmlinux'),
    'nios2': Build('nios2', 'vmlinux', needs=_TIME, dtb='10m50_devboard.dtb'),
    # the core has no atomic operation of its own
    'xtensa': Build('xtensa', 'uImage', make=('KAFLAGS=-Datomctl=scompare1',), dtb='lx60.dtb',
                    needs=_TIME),
}

_PM = '/soc/watchdog@7e100000'
_RPI = _stock('bookworm', 'armel', r'6\.1', 'rpi')._replace(
    dtb='bcm2835-rpi-zero.dtb',
    # only the watchdog of the power manager is emulated: bcm2835_power_probe would oops
    fdtput=('-t s %s compatible brcm,bcm2835-pm-wdt' % _PM, '-t s %s reg-names pm' % _PM,
            '-t x %s reg 7e100000 28' % _PM))

# A target.
#   kernel, machine
#   compilers         the first is the kernel's native one; the others' programs are run too,
#                     and are tracees of the first's
#   append            more for the kernel's command line
#   env               for the tests: NAME=VALUE
Target = namedtuple('Target', 'kernel machine compilers append env', defaults=['', ()])

_NO_GET = ('PTRACE_GET_SYSCALL_INFO',)

TARGETS = {
    'amd64-5.10': Target(_stock('bullseye', 'amd64', r'5\.10', 'cloud-amd64'),
                         'pc', ('amd64', 'i386')),
    'amd64-6.1': Target(_stock('bookworm', 'amd64', r'6\.1', 'cloud-amd64'),
                        'pc', ('amd64', 'i386')),
    'amd64-7.2': Target(_stock('sid', 'amd64', r'7\.2', 'cloud-amd64'), 'pc', ('amd64', 'i386')),
    # x32 programs are run by the full kernel only, and on demand
    'x32-6.1': Target(_stock('bookworm', 'amd64', r'6\.1', 'amd64'),
                      'pc', ('amd64',), 'syscall.x32=y'),
    'x32-7.2': Target(_stock('sid', 'amd64', r'7\.2', 'amd64'), 'pc', ('amd64',),
                      'syscall.x32=y'),
    'i386-5.10': Target(_stock('bullseye', 'i386', r'5\.10', '686-pae'), 'pc32', ('i386',)),
    'i386-6.1': Target(_stock('bookworm', 'i386', r'6\.1', '686-pae'), 'pc32', ('i386',)),
    'arm64-5.10': Target(_stock('bullseye', 'arm64', r'5\.10', 'cloud-arm64'),
                         'arm64', ('arm64', 'armhf', 'armel')),
    'arm64-6.1': Target(_stock('bookworm', 'arm64', r'6\.1', 'cloud-arm64'),
                        'arm64', ('arm64', 'armhf', 'armel')),
    'arm64-7.2': Target(_stock('sid', 'arm64', r'7\.2', 'cloud-arm64'),
                        'arm64', ('arm64', 'armhf', 'armel')),
    # as before 5.3, where the programs of today's compilers can be run
    'amd64-noget': Target(Kernel('bookworm', 'amd64', '', lacks=_NO_GET), 'pc',
                          ('amd64', 'i386')),
    'arm64-noget': Target(Kernel('bookworm', 'arm64', '', lacks=_NO_GET), 'arm64',
                          ('arm64', 'armhf', 'armel')),
    'armhf-5.10': Target(_stock('bullseye', 'armhf', r'5\.10', 'armmp-lpae'),
                         'arm', ('armhf', 'armel')),
    'armhf-6.1': Target(_stock('bookworm', 'armhf', r'6\.1', 'armmp-lpae'),
                        'arm', ('armhf', 'armel')),
    'armhf-7.2': Target(_stock('sid', 'armhf', r'7\.2', 'armmp-lpae'), 'arm', ('armhf', 'armel')),
    'armel-6.1': Target(_RPI, 'raspi0', ('armel',)),
    'riscv64-6.12': Target(_stock('trixie', 'riscv64', r'6\.12', 'riscv64'),
                           'riscv64', ('riscv64',)),
    'riscv64-7.2': Target(_stock('sid', 'riscv64', r'7\.2', 'riscv64'), 'riscv64', ('riscv64',)),
    # Debian's kernels don't run 32-bit programs
    'riscv64c-6.1': Target(Kernel('bookworm', 'riscv64', ''), 'riscv64', ('riscv64', 'riscv32')),
    'riscv64c-7.2': Target(Kernel('sid', 'riscv64', ''), 'riscv64', ('riscv64', 'riscv32')),
    'riscv32-6.1': Target(Kernel('bookworm', 'riscv32', ''), 'riscv32', ('riscv32',)),
    'riscv32-7.2': Target(Kernel('sid', 'riscv32', ''), 'riscv32', ('riscv32',)),
    'loong64-6.12': Target(Kernel('trixie', 'loong64', ''), 'loong64', ('loong64',)),
    'loong64-7.2': Target(_stock('sid', 'loong64', r'7\.2', 'loong64'), 'loong64', ('loong64',)),
    's390x-6.1': Target(_stock('bookworm', 's390x', r'6\.1', 's390x'), 's390x', ('s390x', 's390')),
    's390x-7.2': Target(_stock('sid', 's390x', r'7\.2', 's390x'), 's390x', ('s390x',)),
    'ppc64el-6.1': Target(_stock('bookworm', 'ppc64el', r'6\.1', 'powerpc64le'),
                          'pseries', ('ppc64el',)),
    'ppc64el-7.2': Target(_stock('sid', 'ppc64el', r'7\.2', 'powerpc64le'),
                          'pseries', ('ppc64el',)),
    'mipsel-6.1': Target(_stock('bookworm', 'mipsel', r'6\.1', '4kc-malta'), 'malta', ('mipsel',)),
    'mips64el-6.1': Target(_stock('bookworm', 'mips64el', r'6\.1', '5kc-malta'), 'malta64',
                           ('mips64el', 'mipsn32el', 'mipsel')),
    'mips64el-7.2': Target(Kernel('sid', 'mips64el', ''), 'malta64',
                           ('mips64el', 'mipsn32el', 'mipsel')),
    'mips64-6.1': Target(Kernel('bookworm', 'mips64', ''), 'malta64be',
                         ('mips64', 'mipsn32', 'mips')),
    'mips64-7.2': Target(Kernel('sid', 'mips64', ''), 'malta64be', ('mips64', 'mipsn32', 'mips')),
    'mips-6.1': Target(Kernel('bookworm', 'mips', ''), 'maltabe', ('mips',)),
    'mips-7.2': Target(Kernel('sid', 'mips', ''), 'maltabe', ('mips',)),
    'hppa-6.1': Target(Kernel('bookworm', 'hppa', ''), 'hppa', ('hppa',)),
    'hppa-7.2': Target(Kernel('sid', 'hppa', ''), 'hppa-new', ('hppa',)),
    'hppa64-6.1': Target(Kernel('bookworm', 'hppa64', ''), 'c3700', ('hppa',)),
    'hppa64-7.2': Target(Kernel('sid', 'hppa64', ''), 'c3700', ('hppa',)),
    'm68k-6.1': Target(Kernel('bookworm', 'm68k', ''), 'm68k', ('m68k',)),
    'm68k-7.2': Target(Kernel('sid', 'm68k', ''), 'm68k', ('m68k',)),
    'sh4-6.1': Target(Kernel('bookworm', 'sh4', ''), 'r2d', ('sh4',)),
    # this kernel can't fork while many threads do: ENOMEM, for whatever reason
    'sh4-7.2': Target(Kernel('sid', 'sh4', ''), 'r2d', ('sh4',),
                      env=('PTSI_THREADS=3',)),
    'sparc64-6.1': Target(Kernel('bookworm', 'sparc64', ''), 'sun4u', ('sparc64', 'sparc')),
    'sparc64-7.2': Target(Kernel('sid', 'sparc64', ''), 'sun4u', ('sparc64', 'sparc')),
    'powerpc-6.1': Target(Kernel('bookworm', 'powerpc', ''), 'g3beige', ('powerpc',)),
    'powerpc-7.2': Target(Kernel('sid', 'powerpc', ''), 'g3beige', ('powerpc',)),
    'ppc64-6.1': Target(Kernel('bookworm', 'ppc64', ''), 'pseries', ('ppc64', 'powerpc')),
    'ppc64-7.2': Target(Kernel('sid', 'ppc64', ''), 'pseries', ('ppc64', 'powerpc')),
    # musl's timer_settime takes the call of 64-bit time for a long time limit only, and prebuilt
    # kernels may lack the other one
    'or1k-6.1': Target(Kernel('bookworm', 'or1k', ''), 'or1k', ('or1k',),
                       env=('CK_TIMEOUT_MULTIPLIER=1000000000',)),
    'or1k-7.2': Target(Kernel('sid', 'or1k', ''), 'or1k', ('or1k',),
                       env=('CK_TIMEOUT_MULTIPLIER=1000000000',)),
    'nios2-6.1': Target(Kernel('bookworm', 'nios2', ''), 'nios2', ('nios2',)),
    'nios2-7.2': Target(Kernel('sid', 'nios2', ''), 'nios2', ('nios2',)),
    'xtensa-6.1': Target(Kernel('bookworm', 'xtensa', ''), 'lx60', ('xtensa',)),
    'xtensa-7.2': Target(Kernel('sid', 'xtensa', ''), 'lx60', ('xtensa',)),
}


def target(name):
    """NAME, or NAME/COMPILER: with that compiler's programs only.  KeyError: there is none."""
    name, _, compiler = name.partition('/')
    t = TARGETS[name]
    if not compiler:
        return t
    if compiler not in t.compilers:
        raise KeyError(compiler)
    return t._replace(compilers=(compiler,))
