#!/bin/sh
# What the pages in docs/ cite is there: each `test_…` is defined in tests/, each sentence in words_like_this (a
# test in C, but for what metrics and Mosquitto's options are called) stands in what we build, and each `folder/…` of ours exists.
# Usage: claims.sh ROOT
# shellcheck disable=SC2016 # the backquotes are those of the pages
set -eu
. "$(dirname "$0")/lib.sh"
root=$1
files=$(project_files "$root" '^docs/[^/]*\.md$')
require_some "$files"
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Whatever is called so, a function of Python, a program of C or a file.
find tests -type f -name '*.py' -exec grep -ohE '\bdef test_[a-z0-9_]+' {} + | sed 's/^def //' >"$work/tests"
find tests -type f -name 'test_*' | sed 's|.*/||; s|\.[a-z]*$||' >>"$work/tests"
find . -type f \( -name '*.c' -o -name '*.h' -o -name '*.sql' \) -not -path './build/*' -exec cat {} + |
	grep -oE '\b[a-z0-9]+(_[a-z0-9]+){3,}\b' | sort -u >"$work/words" || true
ours='tests|docs|db|common|publisher|subscriber|broker-plugins|scripts|docker|cmake'
status=0
for file in $files; do
	grep -ohE '`test_[a-z0-9_]+(\.py)?`' "$file" | tr -d '`' | sed 's/\.py$//' | sort -u >"$work/cited" || true
	while IFS= read -r name; do
		if ! grep -qx "$name" "$work/tests"; then
			echo "$file: '$name'  <- no such test"
			status=1
		fi
	done <"$work/cited"
	grep -ohE '`[a-z0-9]+(_[a-z0-9]+){3,}`' "$file" | tr -d '`' | grep -vE '^(test|certwire|plugin_opt)_' | sort -u >"$work/cited" || true
	while IFS= read -r name; do
		if ! grep -qx "$name" "$work/words"; then
			echo "$file: '$name'  <- no such test"
			status=1
		fi
	done <"$work/cited"
	grep -ohE "\`($ours)/[A-Za-z0-9_./-]*\`" "$file" | tr -d '`' | sort -u >"$work/cited" || true
	while IFS= read -r path; do
		if [ ! -e "$path" ]; then
			echo "$file: '$path'  <- no such file or folder"
			status=1
		fi
	done <"$work/cited"
done
exit $status
