#!/bin/sh
# A page and its Chinese twin, X.md and X.zh-CN.md, stay beside each other: as many headings of each level in
# the same order, the same blocks of code, the same commands, and each names the other. README and the guides
# for editor, administrator and unit have a twin. Usage: guides.sh ROOT
# shellcheck disable=SC2016 # the backquotes are those of the pages
set -eu
. "$(dirname "$0")/lib.sh"
root=$1
twins=$(project_files "$root" '\.zh-CN\.md$')
require_some "$twins"
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The level of each heading.
headings() {
	awk '/^```/ { fenced = !fenced } !fenced && /^#+ / { print length($1) }' "$1"
}

# Fenced blocks as they stand; of indented ones what stands before two blanks, since what follows explains.
blocks() {
	awk '/^```/ { fenced = !fenced; print "|" $0; next }
		fenced { print "|" $0; next }
		/^    [^ ]/ { sub(/^    /, ""); sub(/  +.*/, ""); if ($0 !~ /[^ -~]/) print }' "$1"
}

# Commands within the text: program, verbs and options; what stands for something of the reader is left out.
commands() {
	awk '/^```/ { fenced = !fenced } !fenced' "$1" | grep -oE '`(sudo |certwire|scripts/|systemctl|docker|SELECT )[^`]*`' |
		tr -d '`' | while IFS= read -r line; do
		printf '%s\n' "$line" | tr ' ' '\n' | grep -xE -e '--?[a-z][a-z-]*|[a-z][a-z0-9/_.-]*' | tr '\n' ' '
		echo
	done | sort
}

# same WHAT TWIN PAGE RULE
same() {
	"$1" "$3" >"$work/here"
	"$1" "$2" >"$work/there"
	diff -U0 "$work/here" "$work/there" | sed '/^---\|^+++\|^@@/d; s/^/0:/' | report "$2" "$4" | tee -a "$work/findings"
}

for page in README.md docs/editors.md docs/admin.md docs/units.md; do
	if [ -e "$page" ] && [ ! -e "${page%.md}.zh-CN.md" ]; then
		echo "0:no such page" | report "${page%.md}.zh-CN.md" "this page is kept in Chinese too" | tee -a "$work/findings"
	fi
done
for twin in $twins; do
	page=${twin%.zh-CN.md}.md
	if [ ! -e "$page" ]; then
		echo "0:there is no $page" | report "$twin" "a Chinese page stands beside an English one" | tee -a "$work/findings"
		continue
	fi
	same headings "$twin" "$page" "headings as in $page"
	same blocks "$twin" "$page" "code as in $page"
	same commands "$twin" "$page" "commands as in $page"
	grep -q "(${page##*/})" "$twin" || echo "0:no link to ${page##*/}" | report "$twin" "the two name each other" | tee -a "$work/findings"
	grep -q "(${twin##*/})" "$page" || echo "0:no link to ${twin##*/}" | report "$page" "the two name each other" | tee -a "$work/findings"
done
[ ! -s "$work/findings" ]
