#!/bin/sh
# Every program has a manual page, which tells of each command and option that its --help tells of; every
# page is made, and neither mandoc nor man has anything against it. Usage: man.sh ROOT BUILD
set -eu
. "$(dirname "$0")/lib.sh"
root=$1
build=$2
pages=$(project_files "$root" '^docs/man/')
require_some "$pages"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# found FILE RULE: findings come on stdin.
found() {
	report "$1" "$2" | tee -a "$work/findings"
}

for page in $pages; do
	made=$build/man/${page##*/}
	if [ ! -s "$made" ]; then
		echo "0:not made" | found "$page" "a page is listed in packaging/CMakeLists.txt"
		continue
	fi
	mandoc -T lint -W warning "$made" | sed 's/^mandoc: [^:]*://' | found "$page" "mandoc -T lint"
	LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 "$made" 2>&1 >/dev/null |
		sed 's/^[a-z]*: *<[^>]*>://' | found "$page" "man --warnings"
done

# What --help says of PROGRAM and of each of its commands, one word or option a line.
told() {
	LC_ALL=C "$1" --help >"$work/help"
	sed -n '/^Commands:$/,/^$/s/^  \([a-z][a-z ]*[a-z]\).*/\1/p' "$work/help" | sed 's/  .*//' >"$work/verbs"
	cat "$work/verbs"
	{
		cat "$work/help"
		while IFS= read -r verb; do
			# shellcheck disable=SC2086 # the words of a command
			LC_ALL=C "$1" $verb --help
		done <"$work/verbs"
	} | grep -oE '^  --[a-z-]+' | tr -d ' ' | sort -u
}

for program in "$build"/bin/*; do
	[ -x "$program" ] || continue
	name=${program##*/}
	page=$(printf '%s\n' "$pages" | grep -E "/$name\.[18]\$" || true)
	if [ -z "$page" ]; then
		echo "0:no page" | found "docs/man/$name" "a program has a page"
		continue
	fi
	mandoc -T ascii "$build/man/${page##*/}" 2>/dev/null | col -bx >"$work/text" || true
	told "$program" >"$work/told"
	while IFS= read -r word; do
		grep -qE -e "(^|[^a-z-])$word([^a-z-]|\$)" "$work/text" || echo "0:$word"
	done <"$work/told" | found "$page" "a page tells what --help tells"
done
[ ! -s "$work/findings" ]
