# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""Packages of any Debian release and architecture, unpacked and never installed.

Every release and architecture has an apt directory of its own in the cache.  Mirrors and keys are
those of this machine's own sources lists.
"""

import functools
import glob
import os
import re
import shutil
import subprocess

from common import HERE, Skip, cache, folder, run


def _stanzas(text):
    for stanza in re.split(r'\n\s*\n', text):
        fields = {}
        for line in stanza.splitlines():
            if not line.startswith('#') and ':' in line:
                key, value = line.split(':', 1)
                fields[key.lower()] = value.strip()
        if fields:
            yield fields


def _machine_sources():
    """(options, URI, suites) of this machine's sources of packages."""
    for path in glob.glob('/etc/apt/sources.list.d/*.sources'):
        for f in _stanzas(open(path).read()):
            key = f.get('signed-by', '')
            signed = '[signed-by=%s]' % key if key.startswith('/') else ''
            for uri in f.get('uris', '').split():
                yield signed, uri, f.get('suites', '').split()
    for path in ['/etc/apt/sources.list'] + glob.glob('/etc/apt/sources.list.d/*.list'):
        if not os.path.exists(path):
            continue
        for line in open(path):
            m = re.match(r'deb\s+(\[.*?\])?\s*(\S+)\s+(\S+)', line)
            if m:
                yield m.group(1) or '', m.group(2), [m.group(3)]


def _sources(suite):
    """Lines for a release: this machine's Debian mirror, and that of security updates."""
    releases = ('stable', 'oldstable', 'testing', 'sid', 'bullseye', 'bookworm', 'trixie', 'forky')
    found = {}
    for options, uri, suites in _machine_sources():
        if any(s in releases for s in suites):
            found.setdefault(suite, '%s %s %s main' % (options, uri, suite))
        if suite != 'sid' and any(s.endswith('-security') for s in suites):
            found.setdefault('security', '%s %s %s-security main' % (options, uri, suite))
    if suite not in found:
        raise Skip("this machine's sources lists name no Debian mirror")
    return ['%s %s\n' % (kind, line) for line in found.values() for kind in ('deb', 'deb-src')]


@functools.lru_cache(maxsize=None)
class Apt:
    """apt for one release and architecture.  What is in the cache already needs none."""

    def __init__(self, suite, arch):
        if not shutil.which('apt-get') or not shutil.which('dpkg-deb'):
            raise Skip('no apt-get and dpkg-deb here')
        self.suite, self.arch = suite, arch
        self.root = cache('apt', '%s-%s' % (suite, arch))
        for d in ('lists/partial', 'cache/archives/partial', 'state', 'log'):
            os.makedirs(os.path.join(self.root, d), exist_ok=True)
        self._write('status', '')
        self._write('sources', ''.join(_sources(suite)))
        self._write('apt.conf', '''
            Dir::Etc::sourcelist "{0}/sources";
            Dir::Etc::sourceparts "/dev/null";
            Dir::State "{0}/state";
            Dir::State::lists "{0}/lists";
            Dir::State::status "{0}/status";
            Dir::Cache "{0}/cache";
            Dir::Log "{0}/log";
            APT::Architecture "{1}";
            APT::Architectures {{ "{1}"; }};
            APT::Install-Recommends "false";
            APT::Sandbox::User "root";
            Acquire::Languages "none";
            Acquire::Check-Valid-Until "false";
            '''.format(self.root, arch))
        self.env = dict(os.environ, APT_CONFIG=os.path.join(self.root, 'apt.conf'), LC_ALL='C')
        # what one mirror fails to give, another or an earlier update may have given
        self.updated = subprocess.run(['apt-get', '-q', 'update'], env=self.env,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL).returncode == 0

    def _write(self, name, text):
        with open(os.path.join(self.root, name), 'w') as f:
            f.write(text)

    def matches(self, pattern):
        """The packages whose whole names the regular expression matches, newest first."""
        names = subprocess.run(['apt-cache', 'pkgnames'], env=self.env, check=True,
                               stdout=subprocess.PIPE, universal_newlines=True).stdout.split()
        names = [n for n in names if re.fullmatch(pattern, n)]
        if not names:
            raise Skip('%s has no package %s for %s%s' % (
                self.suite, pattern, self.arch,
                '' if self.updated else ' (apt-get update failed)'))
        return sorted(names, reverse=True, key=lambda n: [int(x) if x.isdigit() else x
                                                          for x in re.split(r'(\d+)', n)])

    def download(self, pattern):
        """The newest such package that a mirror still has; its .deb, which the caller removes."""
        where = os.path.join(self.root, 'cache')
        for old in glob.glob(where + '/*.deb'):
            os.remove(old)
        packages = self.matches(pattern)
        for package in packages:
            p = subprocess.run(['apt-get', '-q', 'download', package], env=self.env, cwd=where,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
            found = glob.glob(where + '/*.deb')
            if p.returncode == 0 and found:
                return found[0]
        raise Skip('%s for %s could not be downloaded' % (packages[0], self.arch))

    def source(self, package, where):
        """The files of a source package but for Debian's own."""
        run(['apt-get', '-q', 'source', '--download-only', '--tar-only', package], env=self.env,
            cwd=where)

    def tree(self, packages, where):
        """Packages and all that they depend on, unpacked to a folder."""
        archives = os.path.join(self.root, 'cache', 'archives')
        try:
            run(['apt-get', '-qy', 'install', '--download-only'] + packages, env=self.env)
        except subprocess.CalledProcessError:
            raise Skip('%s has no %s for %s' % (self.suite, ' '.join(packages), self.arch))
        fresh = where + '.new'
        shutil.rmtree(fresh, ignore_errors=True)
        os.makedirs(fresh)
        for deb in sorted(glob.glob(archives + '/*.deb')):
            run(['dpkg-deb', '-x', deb, fresh])
            os.remove(deb)
        os.rename(fresh, where)


@functools.lru_cache(maxsize=None)
def host_arch():
    return subprocess.run(['dpkg', '--print-architecture'], check=True, stdout=subprocess.PIPE,
                          universal_newlines=True).stdout.strip()


def source(package, suite='bookworm'):
    """A source package of a release, unpacked but not patched."""
    where = cache('src', package if suite == 'bookworm' else '%s-%s' % (package, suite))
    if not os.path.isdir(where):
        new = folder(where + '.new')
        Apt(suite, host_arch()).source(package, new)
        run(['tar', '-xf', glob.glob(new + '/*.orig.tar.*[!c]')[0], '-C', new])
        os.rename([d for d in glob.glob(new + '/*') if os.path.isdir(d)][0], where)
        shutil.rmtree(new)
    return where


def packaged_source(package, tar, suite='bookworm', name=None):
    """The source in one of the *-source packages, unpacked; tar: below /usr/src."""
    where = cache('src', name or package)
    if not os.path.isdir(where):
        new = where + '.new'
        shutil.rmtree(new, ignore_errors=True)
        deb = Apt(suite, host_arch()).download(package)
        run(['dpkg-deb', '-x', deb, folder(new)])
        os.remove(deb)
        run(['tar', '-xf', glob.glob('%s/usr/src/%s' % (new, tar))[0], '-C', new])
        os.rename(glob.glob(new + '/*[0-9]*')[0], where)
        shutil.rmtree(new)
    return where


# Among its security updates a release may have a newer kernel than its own.
LINUX = {'bookworm': '6.1', 'trixie': '6.12'}


def linux_source(suite):
    """The kernel source of a release."""
    version = re.escape(LINUX[suite]) if suite in LINUX else '[0-9.]+'
    return packaged_source('linux-source-' + version, 'linux-source-*.tar.xz', suite,
                           'linux-' + LINUX.get(suite, suite))


def loader(tree):
    """The dynamic linker of a tree of this machine's architecture."""
    for folder_ in ('lib64', 'usr/lib64', 'lib', 'usr/lib'):
        for path in glob.glob('%s/%s/ld-linux-*.so.*' % (tree, folder_)):
            return path
    raise Skip('no dynamic linker in ' + tree)


def install(*packages):
    """Packages of this machine's own release, installed as scripts/test does it."""
    lib = os.path.join(HERE, '..', '..', 'scripts', 'lib.sh')
    try:
        run(['sh', '-c', '. "$0" && install "$@"', lib] + list(packages))
    except subprocess.CalledProcessError:
        raise Skip('%s could not be installed' % ' '.join(packages))
