# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# inject: each of its options on programs that check what they get, and on real commands.
. "$TESTS/tap.sh"
cd "$tmp" || exit 1
ppid=$("$load" number getppid)
execve=$("$load" number execve)

named=
"$inject" -e getppid:retval=7 -- true 2>/dev/null && named=1

# run INJECTION COMMAND...: by the way $way; $also are more options
also=
run() {
	injection=$1
	shift
	# shellcheck disable=SC2086 # a list
	case $way in
	auto) got "$inject" -e "$injection" $also -- "$@" ;;
	*) got "$inject" -e "$injection" $also "$way" -- "$@" ;;
	esac
}

each_result() {
	is "$way: error=" "$(run "$ppid:error=13" "$load" getppid)" "-13
status 0"
	is "$way: retval=" "$(run "$ppid:retval=77" "$load" getppid)" "77
status 0"
	is "$way: retval=0" "$(run "$ppid:retval=0" "$load" getppid)" "0
status 0"
	is "$way: the last errno" "$(run "$ppid:error=4095" "$load" getppid)" "-4095
status 0"
	is "$way: below the errnos" "$(run "$ppid:retval=-4096" "$load" getppid)" "-4096
status 0"
	if [ "$(bits "$load")" = 64 ]; then
		is "$way: 64 bits" "$(run "$ppid:retval=0x123456789abcdef" "$load" getppid)" \
			"81985529216486895
status 0"
	else
		skip "$way: 64 bits" "32-bit programs"
	fi
}

tracees() {
	for n in 1 2 64; do
		is "$way: $n threads" "$(run "$ppid:retval=77" "$load" threads $n 20 77)" "status 0"
		is "$way: $n processes" "$(run "$ppid:retval=77" "$load" processes $n 20 77)" "status 0"
	done
	is "$way: 64 threads that make files" \
		"$(mkdir files; run "$ppid:retval=77" "$load" files 64 files; rm -r files)" "status 0"
	is "$way: a signal every millisecond" "$(run "$ppid:retval=77" "$load" timer 77)" "status 0"
}

# Other calls don't stop, so there are no requests for them.
stops() {
	got "$inject" -e "$ppid:retval=77" "$@" --stats -- "$load" processes 2 1000 77 |
		sed -n 's/^inject: \([0-9]*\) calls injected with \([0-9]*\) ptrace requests$/\1 \2/p'
}

# 2 processes of getppid once by the C library and 1000 times, among as many of getpid.
count_stops() {
	case $way in
	auto) set -- ;;
	*) set -- "$way" ;;
	esac
	# shellcheck disable=SC2046 # two numbers
	set -- $(stops "$@")
	is "$way: each wanted call is injected" "${1-none}" 2002
	# four from a 32-bit tracer; and one to ask once whether there is the kernel's own
	[ "$(bits "$inject")" = 32 ] && limit=8009 || limit=6007
	is "$way: few requests for each, none for other calls" \
		"$([ "${2-9999}" -le $limit ] || echo "${2-none}")" ""
}

execs() {
	is "$way: execve fails with ENOENT" "$(run "$execve:error=2" "$load" getppid)" \
		"$load: No such file or directory
status 127"
	is "$way: execve fails with EACCES" "$(run "$execve:error=13" "$load" getppid)" \
		"$load: Permission denied
status 126"
	is "$way: a command that isn't there" "$(run "$ppid:error=1" "$tmp/missing")" \
		"$tmp/missing: No such file or directory
status 127"
	: >not-executable
	is "$way: a file that isn't executable" "$(run "$ppid:error=1" ./not-executable)" \
		"./not-executable: Permission denied
status 126"
}

when() {
	if ! mkdir=$("$load" number mkdir); then
		skip "$way: when=" "no mkdir call on this architecture"
		return
	fi
	command='for d in 1 2 3 4; do mkdir $d 2>/dev/null && echo $d; done; rm -rf [1-4]'
	for when in '1:2 3 4' '2:1 3 4' '4:1 2 3' '5:1 2 3 4' '1+:' '2+:1' '4+:1 2 3' '5+:1 2 3 4'; do
		is "$way: when=${when%%:*}" "$(run "$mkdir:error=30:when=${when%%:*}" \
			sh -c "$command" | tr '\n' ' ')" "$(echo "${when#*:} status 0 " | sed 's/^ //')"
	done
	also="-e $ppid:retval=77"
	is "$way: two injections" "$(run "$mkdir:error=30:when=1" \
		sh -c "mkdir a 2>/dev/null; mkdir b; rmdir b; '$load' getppid")" "77
status 0"
	also=
}

commands() {
	write=$("$load" number write)
	echo text >file
	is "$way: cat, write: ENOSPC" "$(run "$write:error=28:when=1" sh -c 'cat file | wc -c' |
		tr -d ' ' | sed 's/^cat:.*Nospace/Nospace/')" "0
Nospaceleftondevice
status0"
	is "$way: dd, write: EIO" "$(run "$write:error=5:when=1" dd if=file of=out status=none |
		sed 's/^dd:.*: //')" "Input/output error
status 1"
	is "$way: sh, getppid" "$(run "$ppid:retval=77" sh -c 'echo $PPID')" "77
status 0"
	is "$way: env, bash, a pipeline" \
		"$(run "$ppid:retval=77" env -i bash -c 'echo $PPID | cat | head -n 1 | tail -n 1')" "77
status 0"
	is "$way: 200 forks" "$(run "$ppid:retval=77" sh -c \
		'i=0 n=0; while [ $i -lt 200 ]; do (exit 3) || n=$((n+1)); i=$((i+1)); done; echo $n')" \
		"200
status 0"
	is "$way: a shell whose command can't be executed" "$(run "$execve:error=13:when=2+" \
		/bin/sh -c '/bin/cat /dev/null 2>/dev/null; echo $?')" "126
status 0"
	printf 'all: %s\nd:\n\t@echo $$PPID\n\t@exit 3\n' d >Makefile
	is "$way: make" "$(run "$ppid:retval=77" make -s | sed 's/^make: .*d. /make: /')" "77
make: Error 3
status 2"
	if command -v python3 >/dev/null; then
		is "$way: python3" \
			"$(run "$ppid:retval=77" python3 -c 'import os; print(os.getppid())')" "77
status 0"
	else
		skip "$way: python3" "no python3"
	fi
}

signals() {
	for sig in HUP INT QUIT TERM; do
		is "$way: SIG$sig is passed on" "$(run "$ppid:error=1:when=2+" \
			sh -c "trap 'echo caught; exit 3' $sig; kill -$sig \$PPID
			i=0; while [ \$i -lt 100 ]; do sleep 0.05; i=\$((i+1)); done")" "caught
status 3"
	done
	is "$way: SIGTERM that isn't caught" "$(run "$ppid:error=1:when=2+" \
		sh -c 'kill -TERM $PPID; exec sleep 5')" "status 143"
	is "$way: a command that kills itself" "$(run "$ppid:error=1" sh -c 'kill -SEGV $$')" \
		"status 139"
	is "$way: a tracer that is killed takes the command along" "$( (run "$ppid:error=1:when=2+" \
		sh -c 'kill -KILL $PPID; sleep 0.2; echo alive >alive'; sleep 0.4; ls alive 2>/dev/null) |
		grep -v Killed)" "status 137"
}

# What has 32-bit calls knows them by name only.
other_abis() {
	for abi in i386 int80; do
		other=$LOADS/load-$abi
		lacking=$(missing $abi load)
		[ -n "$lacking$named" ] || lacking="built without libseccomp"
		is "$way: $abi, error=" "$(run getppid:error=13 "$other" getppid)" "-13
status 0"
		is "$way: $abi, retval=" "$(run getppid:retval=77 "$other" getppid)" "77
status 0"
		is "$way: $abi, 64 threads" "$(run getppid:retval=77 "$other" threads 64 20 77)" \
			"status 0"
		is "$way: $abi, a signal every millisecond" \
			"$(run getppid:retval=77 "$other" timer 77)" "status 0"
		is "$way: $abi, from 64-bit code and back" "$(run getppid:retval=77 \
			sh -c "'$other' getppid; '$load' getppid")" "77
77
status 0"
	done
	lacking=
}

for way in $(ways); do
	each_result
	tracees
	count_stops
	execs
	if [ -n "$(unseen /bin/sh)" ]; then
		skip "$way: commands" "$(unseen /bin/sh)"
	else
		when
		commands
		signals
		other_abis
	fi
	if [ -n "$named" ]; then
		is "$way: names" "$(run getppid:error=EXDEV "$load" getppid)" "-18
status 0"
	else
		skip "$way: names" "built without libseccomp"
	fi
done
[ -z "$missing_kernel" ] || skip "--kernel" "$missing_kernel"

way=auto
for bad in getppid getppid:error=0 getppid:error=4096 getppid:error=1:retval=2 getppid:when=1 \
	getppid:error=1:when=0 getppid:error=1:when=x getppid:error=1:foo -1:error=1 nosuchcall:error=1; do
	is "refused: $bad" "$(run "$(echo "$bad" | sed "s/^getppid/$ppid/")" true | tail -n 1)" \
		"status 125"
done
finish
