# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# What isn't touched stays as it is: commands write the same and end alike under each of the
# tracers as without.
. "$TESTS/tap.sh"
[ -z "$(unseen /bin/sh)" ] || skip_all "$(unseen /bin/sh)"
cd "$tmp" || exit 1
ppid=$("$load" number getppid)
python=$(which python3 2>/dev/null)

# traced COMMAND...: by $tracer, the way $way
traced() {
	[ "$way" = auto ] && set -- -- "$@" || set -- "$way" -- "$@"
	case $tracer in
	inject) set -- "$inject" -e "$ppid:error=1:when=1000000" "$@" ;;
	deny) set -- "$deny" -w "$tmp" "$@" ;;
	virtual) [ "$1" = -- ] && shift || { way=$1; shift 2; set -- "$way" "$@"; }
		set -- "$virtual" "$@" ;;
	esac
	got "$@"
}

while read -r script; do
	case $script in
	python3*) [ -n "$python" ] || { skip "$script" "no python3"; continue; } ;;
	esac
	rm -rf work
	mkdir work
	wanted=$(cd work && got sh -c "$script")
	for tracer in inject deny virtual; do
		if [ ! -x "$EXAMPLES/$tracer" ]; then
			skip "$tracer: $script" "$tracer isn't built"
			continue
		fi
		for way in $(ways); do
			rm -rf work
			mkdir work
			is "$tracer $way: $script" "$(cd work && traced sh -c "$script")" "$wanted"
		done
	done
done <<'SCRIPTS'
echo text >a; cat a; cp a b; cmp a b; rm a b; ls
seq 1 20000 | sort -r | head -n 3 | tail -n 1
dd if=/dev/zero bs=1000 count=100 status=none | wc -c
env -i A=b sh -c 'echo $A'; echo $?
bash -c 'for i in 1 2 3; do echo $i & done; wait; cat < <(echo sub) | tee f; cat f' | sort
trap 'echo usr1' USR1; kill -USR1 $$; sh -c 'kill -KILL $$' 2>/dev/null; echo $?; exit 9
sh -c 'kill -STOP $$; echo continued >f' & until test -s f; do kill -CONT $!; sleep 0.02; done; wait $!; echo $?
sleep 5 & kill $!; wait $! 2>/dev/null; echo $?
timeout 0.05 sleep 5; echo $?
ulimit -t 100; cat /nonexistent; exec 3<&1; exec sh -c 'exec true'
printf 'a: b\n\tcat b\nb:\n\techo text >b\n' >Makefile; make; make -q && echo made
python3 -c 'import subprocess, threading; print(subprocess.check_output(["echo", "text"])); t = threading.Thread(target=lambda: print("thread")); t.start(); t.join()'
python3 -c 'import os, signal; signal.signal(signal.SIGALRM, lambda *a: None); signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001); print(sum(len(os.listdir("/")) > 0 for i in range(200)))'
SCRIPTS
[ -z "$missing_kernel" ] || skip "--kernel" "$missing_kernel"
finish
