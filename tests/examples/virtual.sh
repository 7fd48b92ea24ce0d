# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# virtual: a program that looks at the file in every way, in code of each ABI and in many
# threads, and real commands.
. "$TESTS/tap.sh"
[ -x "$virtual" ] || skip_all "virtual isn't built: it takes libseccomp and a 64-bit tracer"
[ ! -e /virtual ] || skip_all "there is a /virtual here"
cd "$tmp" || exit 1
text='Hello from the tracer'

# run COMMAND...: by the way $way
run() {
	case $way in
	auto) got "$virtual" "$@" ;;
	*) got "$virtual" "$way" "$@" ;;
	esac
}

# command OUTPUT SCRIPT
command() {
	is "$way: $2" "$(run sh -c "$2")" "$1
status 0"
}

commands() {
	command "$text" 'cat /virtual/hello'
	command "$text" 'cat </virtual/hello'
	command "$text" 'cd / && cat virtual/../virtual/hello'
	command "$text" 'cat /virtual/hello | cat'
	command "$text" 'cp /virtual/hello copy && cat copy && rm copy'
	command "$text" 'cp -p /virtual/hello copy && cat copy && rm -f copy'
	command "$text" 'dd if=/virtual/hello bs=1 status=none'
	command "from" 'dd if=/virtual/hello bs=1 skip=6 count=4 status=none && echo'
	command "Hello" 'head -c 5 /virtual/hello && echo'
	command "tracer" 'tail -c 7 /virtual/hello'
	command "$text" 'tail -n 1 /virtual/hello'
	command "$text" 'sort /virtual/hello'
	command "22" 'wc -c </virtual/hello'
	command "tracer" 'sed "s/.* //" /virtual/hello'
	command "Hello, from" 'read a b c </virtual/hello; echo "$a, $b"'
	command "$text" 'exec 3</virtual/hello; sh -c "cat <&3"; cat <&3'
	command "22 -r--r--r--" 'stat -c "%s %A" /virtual/hello'
	command "/virtual/hello" 'ls /virtual/hello'
	command "yes" 'cd /virtual/.. && test -r virtual/hello && test ! -w virtual/hello && echo yes'
	command "no" 'echo x 2>/dev/null >/virtual/hello || echo no'
	command "no" 'rm -f /virtual/hello 2>/dev/null || echo no'
	command "no" 'cat /virtual/hello2 2>/dev/null || echo no'
	command "$text" 'printf "f: /virtual/hello\n\tcp \$< \$@\n" >Makefile; make -s; cat f; rm f'
	command "$text" 'env -i bash -c "cat /virtual/hello | head -n 1 | tail -n 1"'
	command "200" 'i=0; while [ $i -lt 200 ]; do (cat); i=$((i+1)); done </virtual/hello | cat >o
		for j in 1 2; do i=0; while [ $i -lt 100 ]; do
			{ read a; echo $a; } </virtual/hello; i=$((i+1)); done; done | grep -c tracer'
	if [ -n "$python" ]; then
		is "$way: python3" "$(run python3 -c '
import os
with open("/virtual/hello") as f:
    print(f.read(), end="")
    print(f.seek(6), f.read(4), os.pread(f.fileno(), 6, 15).decode())
print(os.path.getsize("/virtual/hello"), os.path.exists("/virtual/hello2"))
')" "$text
6 from tracer
22 False
status 0"
	else
		skip "$way: python3" "no python3"
	fi
	is "$way: an exit status" "$(run sh -c 'exit 42')" "status 42"
	is "$way: a signal" "$(run sh -c 'kill -TERM $$')" "status 143"
	is "$way: a command that isn't there" "$(run ./missing | tail -n 1)" "status 127"
}

other_abis() {
	for abi in native i386; do
		lacking=$(missing $abi reader)
		for n in 1 2 64; do
			is "$way: $abi, $n threads" \
				"$(run "$LOADS/reader-$abi" path $n | grep -v "openat2 is not here")" "status 0"
		done
		is "$way: $abi, a signal every millisecond" "$(run "$LOADS/load-$abi" timer)" "status 0"
		is "$way: $abi, 64 processes" "$(run "$LOADS/load-$abi" processes 64 20)" "status 0"
		mkdir files
		is "$way: $abi, 64 threads that make files" "$(run "$LOADS/load-$abi" files 64 files)" \
			"status 0"
		rm -r files
	done
	for abi in native i386 int80; do
		lacking=$(missing $abi reader)
		is "$way: $abi, opened by another" \
			"$(run sh -c "exec '$LOADS/reader-$abi' fd </virtual/hello")" "status 0"
	done
	lacking=$(missing int80 load)
	is "$way: int80 finds no such file, and lives" \
		"$(run "$LOADS/load-int80" open /virtual/hello)" "-2
status 0"
	lacking=
}

python=$(which python3 2>/dev/null)
is "untraced there is no such file" "$(got cat /virtual/hello | tail -n 1)" "status 1"
for way in $(ways); do
	commands
	other_abis
done
[ -z "$missing_kernel" ] || skip "--kernel" "$missing_kernel"
is "no command" "$(got "$virtual" | tail -n 1)" "status 125"
finish
