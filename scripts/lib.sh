# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# shellcheck shell=sh
# What scripts/demo and scripts/test share.  Sourced, from the top of the tree.

say() {
	printf '\n==> %s\n' "$*"
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# install PACKAGE...: those that are missing, with apt-get, where that is possible.
install() {
	missing=
	for p in "$@"; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	if ! have apt-get; then
		echo "not a Debian or Ubuntu system: please install what corresponds to:$missing"
		return 1
	fi
	sudo=
	if [ "$(id -u)" != 0 ]; then
		have sudo || { echo "not root and no sudo: please install:$missing"; return 1; }
		sudo=sudo
	fi
	say "installing:$missing"
	if [ -z "${apt_updated-}" ]; then
		$sudo apt-get update -q || return 1
		apt_updated=1
	fi
	# shellcheck disable=SC2086 # a list
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing
}

# available PACKAGE: says its name if it is to be had
available() {
	apt-cache show "$1" 2>/dev/null | sed -n 's/^Package: //p;q'
}

# Whether this system lets a process trace its child at all.
can_ptrace() {
	"$1" true >/dev/null 2>&1
}
