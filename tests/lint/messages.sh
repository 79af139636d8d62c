#!/bin/sh
# Whatever a program says to a person is in the Chinese catalogue: nothing is missing, fuzzy, untranslated or
# left over, the formats agree, and no format hides from the extraction. Usage: messages.sh ROOT BUILD
set -eu
. "$(dirname "$0")/lib.sh"
root=$1
build=$2
po=po/zh_CN.po
rule="run scripts/messages.sh, then translate in $po"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sh "$root/po/extract.sh" "$root" "$build" >"$work/all.pot"
cd "$root"

# found FILE RULE: findings come on stdin.
found() {
	report "$1" "$2" | tee -a "$work/findings"
}

# Entries on stdin, each as "its first place: its text", told with a rule.
entries() {
	sed '1,/^$/d' | awk -v rule="$1" '
		/^#[:.] / && !place { place = substr($0, 4) }
		/^(#~ )?msgid / { text = $0; sub(/^(#~ )?msgid /, "", text) }
		/^$/ { if (text) printf "%s: %s  <- %s\n", place ? place : "'"$po"'", text, rule; place = text = "" }
		END { if (text) printf "%s: %s  <- %s\n", place ? place : "'"$po"'", text, rule }' |
		tee -a "$work/findings"
}

# Formats that do not agree, a header that says too little.
msgfmt --check -o /dev/null "$po" 2>"$work/said" || sed "s|^$po:||" "$work/said" | found "$po" "msgfmt --check"
msgattrib --only-fuzzy --no-obsolete --no-wrap "$po" | entries "fuzzy: $rule"
msgattrib --only-obsolete --no-wrap "$po" | entries "nobody says this any more: run scripts/messages.sh"

msgmerge --quiet --no-wrap --no-fuzzy-matching -o "$work/merged.po" "$po" "$work/all.pot"
msgattrib --untranslated --no-obsolete --no-wrap "$work/merged.po" | entries "not in Chinese: $rule"
# What was there before and is no more is now obsolete.
msgattrib --only-obsolete --no-wrap "$work/merged.po" >"$work/gone.po"
entries "nobody says this any more: run scripts/messages.sh" <"$work/gone.po"

# One call, one literal: of two in `a ? "x" : "y"` the extraction sees one, of one glued to a macro a part.
call='\berr_(set|code|errno|context)\('
project_files "$root" '^(common|db|publisher|subscriber|broker-plugins)/.*\.c$' | while IFS= read -r file; do
	grep -Pzo "${call}[^;\"]*\\?\\s*\"[^;]*;" "$file" | tr '\0\n' '\n ' |
		sed 's/[[:space:]]\+/ /g; s/^/0:/' | found "$file" "two formats in one call: write two calls"
	grep -Pzo "${call}[^;]*\"\\s+(?!PRI)[A-Z][A-Z_]+\\b\\s*[,)\"][^;]*;" "$file" | tr '\0\n' '\n ' |
		sed 's/[[:space:]]\+/ /g; s/^/0:/' | found "$file" "a macro in a format: give it as %s"
done
[ ! -s "$work/findings" ]
