# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""libcheck, the library and the live tests, static, for one compiler."""

import glob
import hashlib
import json
import os
import shutil
import subprocess

import toolchain
from common import TOP, Broken, Skip, cache, folder, run
from debian import source
from targets import COMPILERS

WARNINGS = ['-std=c11', '-D_GNU_SOURCE', '-Os', '-static', '-Wall', '-Wextra', '-Werror']


def _libcheck(name, command):
    """The folder of libcheck's pkg-config file."""
    prefix = cache('libcheck', name)
    if os.path.isdir(prefix):
        return prefix + '/lib/pkgconfig'
    for tool in ('cmake', 'pkg-config'):
        if not shutil.which(tool):
            raise Skip('no ' + tool)
    build = prefix + '.build'
    shutil.rmtree(build, ignore_errors=True)
    try:
        run(['cmake', '-S', source('check'), '-B', build, '-DBUILD_TESTING=OFF',
             '-DHAVE_SUBUNIT=OFF', '-DCMAKE_SYSTEM_NAME=Linux',
             '-DCMAKE_C_COMPILER=' + command[0], '-DCMAKE_C_FLAGS=' + ' '.join(command[1:]),
             '-DCMAKE_EXE_LINKER_FLAGS=-static', '-DCMAKE_AR=/usr/bin/ar',
             '-DCMAKE_RANLIB=/usr/bin/ranlib', '-DCMAKE_INSTALL_LIBDIR=lib',
             '-DCMAKE_INSTALL_PREFIX=' + prefix + '.new'])
        run(['cmake', '--build', build, '--target', 'check'])
    except subprocess.CalledProcessError:
        raise Skip('libcheck could not be built for ' + name)
    _install_libcheck(build, prefix)
    shutil.rmtree(build)
    return prefix + '/lib/pkgconfig'


def _install_libcheck(build, prefix):
    """By hand: cmake would also build and install a shared library, which needs one of libc."""
    new = prefix + '.new'
    folder(new + '/include')
    folder(new + '/lib/pkgconfig')
    for header in ('check.h', 'check_stdint.h'):
        shutil.copy(_one(build, header), new + '/include')
    shutil.copy(_one(build, 'libcheck.a'), new + '/lib')
    with open(new + '/lib/pkgconfig/check.pc', 'w') as f:
        f.write('Name: check\nDescription: unit tests\nVersion: 0.15.2\n'
                'Cflags: -I%s/include\nLibs: -L%s/lib -lcheck -lrt -lm -lpthread\n'
                % (prefix, prefix))
    os.rename(new, prefix)


def _one(build, name):
    found = glob.glob('%s/**/%s' % (build, name), recursive=True)
    if not found:
        raise Broken('libcheck has no ' + name)
    return found[0]


def _cross_file(path, compiler, command, pkgconfig):
    """Whether it is another one than there was."""
    text = '''[binaries]
c = {command}
ar = 'ar'
strip = 'strip'
pkgconfig = 'pkg-config'

[built-in options]
c_link_args = ['-static']
default_library = 'static'
buildtype = 'debugoptimized'

[properties]
pkg_config_libdir = '{pkgconfig}'
needs_exe_wrapper = true

[host_machine]
system = 'linux'
cpu_family = '{cpu}'
cpu = '{cpu}'
endian = '{endian}'
'''.format(command=command, pkgconfig=pkgconfig, cpu=compiler.cpu, endian=compiler.endian)
    if os.path.exists(path) and open(path).read() == text:
        return False
    with open(path, 'w') as f:
        f.write(text)
    return True


def _meson(build, cross_file):
    if os.path.exists(build + '/build.ninja'):
        run(['ninja', '-C', build, 'build.ninja'])  # other programs may be told of since then
        return
    shutil.rmtree(build, ignore_errors=True)
    try:
        run(['meson', 'setup', build, TOP, '--cross-file', cross_file, '-Dtests=enabled',
             '-Dexamples=false', '-Ddocs=false', '-Dwerror=true'])
    except subprocess.CalledProcessError:
        log = build + '/meson-logs/meson-log.txt'
        text = open(log, errors='replace').read() if os.path.exists(log) else ''
        if 'libptsi has no table for' in text:
            raise Skip('no table in src/arch')
        raise Broken('meson setup failed')


def _programs(build):
    """What the folders of tests of a booted kernel build."""
    targets = json.loads(subprocess.run(['meson', 'introspect', '--targets', build], check=True,
                                        stdout=subprocess.PIPE).stdout)
    return [os.path.relpath(t['filename'][0], build) for t in targets
            if t['type'] == 'executable' and
            os.path.basename(os.path.dirname(t['defined_in'])) in ('live', 'tracee')]


def _root():
    """Where this checkout is built; what was built for checkouts that are gone is removed."""
    for mark in glob.glob(cache('build', '*', 'checkout')):
        if not os.path.isdir(open(mark).read()):
            shutil.rmtree(os.path.dirname(mark))
    root = folder(cache('build', hashlib.sha256(TOP.encode()).hexdigest()[:8]))
    with open(os.path.join(root, 'checkout'), 'w') as f:
        f.write(TOP)
    return root


def compiled(name):
    """The programs for one of COMPILERS: {'init': path, 'live': path, 'tracee-ABI': path...}."""
    compiler = COMPILERS[name]
    command = toolchain.find(compiler)
    root = _root()
    cross_file = os.path.join(root, name + '.ini')
    build = os.path.join(root, name)
    if _cross_file(cross_file, compiler, command, _libcheck(name, command)):
        shutil.rmtree(build, ignore_errors=True)  # meson keeps the compiler that it was set up with
    _meson(build, cross_file)
    programs = _programs(build)
    if not any(os.path.basename(p) == 'live' for p in programs):
        raise Broken('no live tests were configured for ' + name)
    try:
        run(['ninja', '-C', build] + programs)
    except subprocess.CalledProcessError:
        raise Broken('the live tests do not compile for ' + name)
    found = {os.path.basename(p): os.path.join(build, p) for p in programs}
    found['init'] = small(name, 'init.c')
    return found


def small(name, source):
    """init.c or probe.c, compiled."""
    program = os.path.join(folder(cache('build', 'init')), '%s-%s' % (name, source[:-2]))
    try:
        run(toolchain.find(COMPILERS[name]) + WARNINGS +
            [os.path.join(TOP, 'tests/lab', source), '-o', program])
    except subprocess.CalledProcessError:
        raise Broken('%s does not compile for %s' % (source, name))
    return program
