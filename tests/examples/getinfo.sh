# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# getinfo: what it prints of calls whose numbers and arguments are known, and what it passes on.
. "$TESTS/tap.sh"
cd "$tmp" || exit 1

# A call that doesn't exist, with arguments that are known; where the program can't tell the
# sixth, it may be anything.
unknown() {
	for abi in native i386 int80; do
		lacking=$(missing $abi load)
		case $abi-$(uname -m) in
		native-x86_64) [ "$(bits "$LOADS/load-$abi")" = 64 ] && arch=X86_64 last=0x66 ||
			arch=I386 last='0x[0-9a-f]*' ;;
		native-i?86) arch=I386 last='0x[0-9a-f]*' ;;
		native-*) arch='[A-Z0-9_]*' last=0x66 ;;
		*) arch=I386 last='0x[0-9a-f]*' ;;
		esac
		got "$getinfo" "$LOADS/load-$abi" unknown >calls
		is "$abi: its exit status" "$(tail -n 1 calls)" "status 7"
		sed -i '$d' calls
		is "$abi: a call and its result" "$(grep -c "^$arch 9999(0x11, 0x22, 0x33, 0x44, 0x55, \
$last) = -38 (error)\$" calls)" 1
		result='\( = -\?[0-9]*\( (error)\)\?\)\?'
		is "$abi: nothing but calls" "$(grep -v "^[A-Z0-9_]* [0-9]*(0[^()]*)$result\$" calls)" ""
		is "$abi: the last one doesn't return" "$(sed '/^$/d' calls | tail -n 1 | grep -c ' = ')" 0
	done
	lacking=
}

unknown
is "the command's output" "$(got "$getinfo" "$load" number getppid | head -n 1)" \
	"$("$load" number getppid)"
is "a signal" "$("$getinfo" "$load" timer >out 2>/dev/null; cat out; echo $?)" 0
is "a command that isn't there" "$(got "$getinfo" ./missing | tail -n 1)" "status 127"
is "no command" "$(got "$getinfo" | tail -n 1)" "status 125"
if [ -n "$(unseen /bin/sh)" ]; then
	skip "commands" "$(unseen /bin/sh)"
else
	echo text >file
	is "cat" "$("$getinfo" cat file 2>/dev/null)" text
	is "sh" "$("$getinfo" sh -c 'cat file | cat' 2>/dev/null)" text
	is "a command that kills itself" "$(got "$getinfo" sh -c 'kill -TERM $$' | tail -n 1)" \
		"status 143"
fi
finish
