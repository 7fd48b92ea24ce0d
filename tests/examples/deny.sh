# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# deny: every call that changes files, named in every way, outside and inside of the allowed
# directory, by code of each ABI; then what commands make of it.

# Thousands of files are made and removed: in memory, if files there have all that is tried.
shm=$(mktemp -d /dev/shm/ptsi-deny.XXXXXX 2>/dev/null) && {
	! "$LOADS/paths-native" xattrs "$shm" || TMPDIR=/dev/shm
	rmdir "$shm"
}
. "$TESTS/tap.sh"
[ -x "$deny" ] || skip_all "deny isn't built: it takes libseccomp and a 64-bit tracer"
cd "$tmp" || exit 1

# run COMMAND...: by the way $way, with $tmp/allowed to write in
run() {
	case $way in
	auto) got "$deny" -w "$tmp/allowed" -- "$@" ;;
	*) got "$deny" "$way" -w "$tmp/allowed" -- "$@" ;;
	esac
}

# All that a change would show in: the change time above all.
snapshot() {
	find "$1" -printf '%P %y %m %U %G %s %n %T@ %C@ %l\n' | sort
}

# fresh DIR: nothing but the files that paths makes, and where it has second names
fresh() {
	rm -rf allowed "$1"
	mkdir -p allowed/other "$1/dir"
	"$paths" setup "$tmp/$1/dir" "$tmp/allowed/other"
}

# What goes untraced has to go inside, and to fail with EACCES outside.  Calls that this
# libseccomp doesn't know, whose names are in $new, may always fail with ENOSYS.
new='^(setxattrat|removexattrat)/'
inside='$2 != $4 && !($1 ~ new && $4 == -38) { print $1 ": " $4 }'
outside='$2 == 0 && $4 != -13 && !($1 ~ new && $4 == -38) { print $1 ": " $4 }'

# judge RULE: what breaks the rule; without untraced calls that went nothing has been shown
judge() {
	paste -d ' ' untraced traced | awk -v new="$new" "\$1 != \$3 { print \"not the same calls\" }
		\$2 == 0 { n++ } $1 END { if (n < 200) print \"only \" n \" calls\" }"
}

# What each call does untraced; those that fail are no test of anything.
untraced() {
	fresh allowed/scratch
	"$paths" run "$tmp/allowed/scratch/dir" "$tmp/allowed/other" >untraced
	for failed in $(awk '$2 != 0 { print $1 $2 }' untraced); do
		skip "$abi: ${failed%-*}" "untraced it fails with errno ${failed##*-}"
	done
}

# each_call HOW: HOW is "thread" or nothing
each_call() {
	fresh allowed/scratch
	run "$paths" run "$tmp/allowed/scratch/dir" "$tmp/allowed/other" "$@" >traced
	is "$abi $way: inside ${1-}" "$(tail -n 1 traced)$(sed -i '$d' traced; judge "$inside")" "status 0"
	fresh outside
	snapshot outside >before
	run "$paths" run "$tmp/outside/dir" "$tmp/allowed/other" "$@" >traced
	is "$abi $way: outside ${1-}" "$(tail -n 1 traced)$(sed -i '$d' traced; judge "$outside")" \
		"status 0"
	is "$abi $way: outside is as it was ${1-}" "$(snapshot outside | diff before -)" ""
}

other_root() {
	mkdir -p "outside/dir$tmp/allowed/other"
	: >"outside/dir$tmp/allowed/other/in-root" >allowed/other/in-root
	result=$("$paths" in-root "$tmp/outside/dir" "$tmp/allowed/other")
	if [ "$result" != "openat2-in-root 0" ]; then
		skip "$abi $way: another root" "untraced: $result"
	else
		is "$abi $way: another root" \
			"$(run "$paths" in-root "$tmp/outside/dir" "$tmp/allowed/other")" \
			"openat2-in-root -13
status 0"
	fi
}

# $1 in the sandbox: its status, and whether it was for lack of permission
try() {
	run sh -c "$1" | sed -n 's/.*Permission denied.*/EACCES/p; /^status/p' | uniq | tr '\n' ' '
}

denied() {
	is "$way: denied: $1" "$(try "$1" | sed 's/status [1-9][0-9]* $/failed/')" "EACCES failed"
}

allowed() {
	is "$way: allowed: $1" "$(try "$1")" "status 0 "
}

commands() {
	rm -rf allowed outside
	mkdir allowed outside outside/d
	echo text | tee allowed/f >outside/f
	snapshot outside >before
	denied 'echo new >outside/f'
	denied 'echo new >>outside/f'
	denied 'echo new >outside/new'
	denied 'cp allowed/f outside/new'
	denied 'cp allowed/f outside/f'
	denied 'mv allowed/f outside/f'
	denied 'mv outside/f allowed/new'
	denied 'rm -f outside/f'
	denied 'rmdir outside/d'
	denied 'mkdir -p outside/d/e'
	denied 'touch outside/f'
	denied 'chmod 600 outside/f'
	denied 'truncate -s 0 outside/f'
	denied 'ln outside/f allowed/g'
	denied 'ln -s x outside/l'
	denied 'cd allowed && echo new >../outside/f'
	denied 'ln -s ../outside allowed/l && echo new >allowed/l/f'
	denied 'ln -s nowhere allowed/m && echo new >allowed/m/../../outside/f; echo new >outside/f'
	denied 'dd if=/dev/zero of=outside/f count=1'
	denied 'sh -c "cp allowed/f outside/f & wait \$!"'
	denied 'rmdir allowed'
	denied 'mv allowed allowed2'
	denied 'ln /dev/null allowed/null'
	denied 'chmod 666 /dev/null'
	is "$way: outside is as it was" "$(snapshot outside | diff before -)" ""
	allowed 'cat outside/f >/dev/null'
	allowed 'cp outside/f allowed/f && cmp outside/f allowed/f'
	allowed 'cp -a outside allowed/copy && diff -r outside allowed/copy'
	allowed 'mkdir -p "$PWD/allowed/a/b/c" && rm -r allowed/a'
	allowed 'mkdir allowed/x && mv allowed/x allowed/y && chmod 700 allowed/y && rm -r allowed/y'
	allowed 'chmod 700 allowed && chmod 755 allowed && touch allowed'
	allowed 'echo text | sed p | tee allowed/two | cat >/dev/null && head -n 1 allowed/two'
	allowed 'dd if=/dev/zero of=allowed/z count=4 status=none; test -s allowed/z'
	allowed 'tar -cf allowed/t.tar outside && tar -xf allowed/t.tar -C allowed'
	allowed 'install -m 600 -D outside/f allowed/i/f && touch -r outside/f allowed/i/f'
	allowed 'ln allowed/f allowed/hard && ln -sf /nowhere allowed/soft && rm allowed/*t allowed/h*'
	allowed 'exec 3>allowed/three && echo text >&3 && echo more >/proc/self/fd/3'
	if command -v python3 >/dev/null; then
		is "$way: python3" "$(try 'python3 -c "
import os, shutil
os.makedirs(os.getcwd() + \"/allowed/p/q\", exist_ok=True)
open(\"allowed/p/q/r\", \"w\").write(\"text\")
shutil.copytree(\"allowed/p\", \"allowed/s\")
shutil.rmtree(\"allowed/p\")
for call in (lambda: open(\"outside/f\", \"a\"), lambda: os.remove(\"outside/f\"),
             lambda: os.utime(\"outside/f\"), lambda: os.mkdir(\"outside/p\")):
    try:
        call()
        os._exit(1)
    except PermissionError:
        pass
"')" "status 0 "
	else
		skip "$way: python3" "no python3"
	fi
	is "$way: outside is still as it was" "$(snapshot outside | diff before -)" ""
}

tracees() {
	for n in 1 2 64; do
		mkdir -p allowed/files
		is "$way: $n threads that make files" "$(run "$load" files $n allowed/files)" "status 0"
		is "$way: $n threads may not make files" \
			"$(run "$load" files $n outside | sed 's/^outside.*: 13$/EACCES/' | sort -u)" \
			"EACCES
status 1"
		is "$way: $n processes" "$(run "$load" processes $n 20)" "status 0"
		rm -r allowed/files
	done
	is "$way: a signal every millisecond" "$(run "$load" timer)" "status 0"
	is "$way: 200 forks" "$(run sh -c 'i=0
		while [ $i -lt 200 ]; do (echo $i >>allowed/n); i=$((i+1)); done; wc -l <allowed/n')" "200
status 0"
	rm allowed/n
	is "$way: an exit status" "$(run sh -c 'exit 42')" "status 42"
	is "$way: a signal" "$(run sh -c 'kill -TERM $$')" "status 143"
	is "$way: a command that isn't there" "$(run ./missing | tail -n 1)" "status 127"
}

for abi in native i386 int80; do
	paths=$LOADS/paths-$abi
	lacking=$(missing $abi paths)
	[ -z "$lacking" ] || paths=true
	untraced
	for way in $(ways); do
		each_call
		other_root
		is "$abi $way: calls that are never allowed" \
			"$(run "$paths" never | sed 's/^.* -1$/EPERM/' | uniq)" "EPERM
status 0"
	done
	way=auto
	each_call thread
done
lacking=
for way in $(ways); do
	commands
	tracees
done
[ -z "$missing_kernel" ] || skip "--kernel" "$missing_kernel"

is "-w with a directory that isn't there" "$(got "$deny" -w missing -- true | tail -n 1)" "status 125"
is "no command" "$(got "$deny" -w "$tmp" | tail -n 1)" "status 125"
is "-w /" "$(got "$deny" -w / -- sh -c 'mkdir allowed/r; echo text >allowed/r/f; rm -r allowed/r')" \
	"status 0"
finish
