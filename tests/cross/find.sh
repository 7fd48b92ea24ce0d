# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# Compilers: Debian has TRIPLET-gcc, TRIPLET-gcc-12...; PTSI_LAB_TOOLCHAINS is a folder of TRIPLET/
# or TRIPLET.tar.xz, unpacked where the lab does it too and has those that it builds.

toolchains=${PTSI_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ptsi-lab}/toolchains

# unpacked TRIPLET: its folder
unpacked() {
	if [ -d "${PTSI_LAB_TOOLCHAINS:-/nonexistent}/$1" ]; then
		echo "$PTSI_LAB_TOOLCHAINS/$1"
		return
	fi
	tar=${PTSI_LAB_TOOLCHAINS:-/nonexistent}/$1.tar.xz
	if [ ! -d "$toolchains/$1" ]; then
		[ -f "$tar" ] || return
		mkdir -p "$toolchains/$1.$$" && tar -xf "$tar" -C "$toolchains/$1.$$" &&
			mv "$toolchains/$1.$$" "$toolchains/$1" || return
	fi
	echo "$toolchains/$1"
}

# find_compiler NAME, as TRIPLET-gcc or clang: its path
find_compiler() {
	for dir in $(echo "$PATH" | tr : ' '); do
		for cc in "$dir/$1" "$dir/$1"-[0-9]*; do
			[ -x "$cc" ] && echo "$cc" && return
		done
	done
	dir=$(unpacked "${1%-gcc}")
	[ -z "$dir" ] || find "$dir" -name "$1" \( -type f -o -type l \) | head -n 1
}
