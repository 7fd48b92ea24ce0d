# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
# A real build under deny: configure, make -j4 and make install of a small C project give the
# same bytes as untraced.
. "$TESTS/tap.sh"
[ -x "$deny" ] || skip_all "deny isn't built: it takes libseccomp and a 64-bit tracer"
for tool in cc ar make; do
	which $tool >/dev/null 2>&1 || skip_all "no $tool"
done
cd "$tmp" || exit 1

project() {
	mkdir project project/src
	for n in 1 2 3 4 5 6 7 8 9; do
		cat >project/src/part$n.c <<-C
		#include "config.h"
		#include "table.h"
		int part$n(void);
		int part$n(void)
		{
			return table[$n] + HAVE_STRDUP + (int)sizeof(PREFIX);
		}
		C
	done
	cat >project/src/main.c <<-'C'
	#include <stdio.h>
	#include "config.h"
	#include "table.h"
	int part1(void), part2(void), part9(void);
	int main(void)
	{
		printf("%d %d %d %d\n", part1(), part2(), part9(), (int)SIZEOF_INT);
		return 0;
	}
	C
	cat >project/configure <<-'SH'
	#!/bin/sh
	# usage: configure --prefix=DIR
	set -e
	prefix=${1#--prefix=}
	tmp=conftest$$
	trap 'rm -rf $tmp*' EXIT
	try() { echo "$1" >$tmp.c; ${CC-cc} $tmp.c -o $tmp >>config.log 2>&1; }
	echo "checking for a compiler"
	try 'int main(void) { return 0; }' && ./$tmp
	for f in strdup nosuchfunction; do
		echo "checking for $f"
		u=$(echo $f | tr a-z A-Z)
		if try "char $f(); int main(void) { return $f() != 0; }"; then
			echo "#define HAVE_$u 1"
		else
			echo "#define HAVE_$u 0"
		fi >>$tmp.h
	done
	n=1
	while ! try "char a[sizeof(int) == $n ? 1 : -1]; int main(void) { return 0; }"; do
		n=$((n + 1))
	done
	echo "#define SIZEOF_INT $n" >>$tmp.h
	echo "#define PREFIX \"$prefix\"" >>$tmp.h
	mv -f $tmp.h config.h
	sed "s|@prefix@|$prefix|" Makefile.in >Makefile
	SH
	chmod +x project/configure
	cat >project/Makefile.in <<'MAKE'
CC = cc
CFLAGS = -O1 -g -I.
PARTS = src/part1.o src/part2.o src/part3.o src/part4.o src/part5.o src/part6.o \
	src/part7.o src/part8.o src/part9.o
all: program
program: src/main.o libparts.a
	$(CC) -o $@ src/main.o -L. -lparts
libparts.a: $(PARTS)
	rm -f $@
	ar Dcr $@ $(PARTS)
$(PARTS) src/main.o: table.h config.h
table.h:
	(echo 'static const int table[10] = {'; \
	i=0; while [ $$i -lt 10 ]; do echo "$$((i * i)),"; i=$$((i + 1)); done; echo '};') >$@.tmp
	mv $@.tmp $@
install: all
	mkdir -p @prefix@/bin @prefix@/lib @prefix@/include
	install -m 755 program @prefix@/bin
	install -m 644 libparts.a @prefix@/lib
	cp -p table.h @prefix@/include
	ln -sf program @prefix@/bin/alias
MAKE
}

# Always in the same place, since its name gets into what is built.
build='cd work/project && ./configure --prefix='$tmp/work/prefix' && make -j4 -s && make -s install'
fresh() {
	rm -rf work
	mkdir -p work/tmp
	cp -R project work/project
}

# All but the compiler's temporary directory and the log, which has process ids in it.
same() {
	rm -rf work/tmp work/project/config.log untraced/tmp untraced/project/config.log
	diff -r untraced work
	(cd untraced && find . -printf '%P %M %l\n' | sort) >untraced.list
	(cd work && find . -printf '%P %M %l\n' | sort) | diff untraced.list -
}

SOURCE_DATE_EPOCH=1 TMPDIR=$tmp/work/tmp
export SOURCE_DATE_EPOCH TMPDIR
project
fresh
output=$(got sh -c "$build")
echo "$output" | sed 's/^/# /'
is "untraced" "$(echo "$output" | tail -n 1)" "status 0"
is "what it built" "$(work/prefix/bin/alias)" "$(p=$tmp/work/prefix; n=$((${#p} + 2));
	echo $((1 + n)) $((4 + n)) $((81 + n)) 4)"
mv work untraced
for way in $(ways); do
	[ "$way" = auto ] && set -- || set -- "$way"
	fresh
	is "$way: the same output" "$(got "$deny" "$@" -w "$tmp/work" -- sh -c "$build")" "$output"
	is "$way: the same files" "$(same)" ""
	fresh
	mkdir -p elsewhere
	is "$way: it may not install elsewhere" \
		"$(got "$deny" "$@" -w "$tmp/work" -- sh -c "cd work/project &&
		./configure --prefix=$tmp/elsewhere >/dev/null && make -j4 -s && make -s install" |
		sed -n 's/.*Permission denied/EACCES/p; /^status/p' | uniq; ls elsewhere)" "EACCES
status 2"
done
[ -z "$missing_kernel" ] || skip "--kernel" "$missing_kernel"
finish
