#!/bin/sh
# Prints the template (.pot) of all that the programs say to persons: every format of err_set and its like
# and every text that is marked, from the sources; every text of help, from the programs of a build folder.
# Usage: po/extract.sh ROOT BUILD
set -eu
root=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for program in "$build"/bin/certwire*; do
	LC_ALL=C "$program" manual messages >>"$work/help"
done
# A text that stands in several tables is one entry.
{
	printf 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
	cat "$work/help"
} >"$work/tables.po"
msguniq --no-wrap --use-first -o "$work/tables.pot" "$work/tables.po"

cd "$root"
find po common db publisher subscriber broker-plugins -name '*.c' -o -name '*.h' | LC_ALL=C sort >"$work/sources"
# NAME:N is a function whose Nth argument becomes a text for persons; Nt: that has N arguments.
extract() {
	out=$1
	shift
	xgettext --language=C --from-code=UTF-8 --no-wrap --add-location=file --package-name=certwire \
		--files-from="$work/sources" --output="$work/$out" --keyword "$@" 2>"$work/said" || {
		cat "$work/said" >&2
		exit 1
	}
}
extract sources.pot \
	--keyword=language_text:1 --keyword=LANGUAGE_TEXT:1 \
	--keyword=err_set:3 --keyword=err_code:3 --keyword=err_errno:2 --keyword=err_context:2 \
	--keyword=err_advice:2 --keyword=story_refused:1 \
	--keyword=refuse:1,2t --keyword=refuse:3,4t --keyword=field_refuse:3 --keyword=field_write_failed:1 \
	--keyword=json_parse_strict:4 --keyword=json_item_object:4 \
	--keyword=ledger_text:4 --keyword=ledger_bytes:4 --keyword=ledger_digest:4 \
	--keyword=pg_describe_trouble:2 --keyword=pg_error_connection:2 --keyword=confirm_units:4 \
	--keyword=course_check:3 --keyword=course_look:4 \
	--keyword=findings_add:3 --keyword=findings_add_missing:3 --keyword=findings_warn:3 \
	--keyword=note:4 --keyword=warn_unless_set:4 \
	--keyword=link_lose:2 --keyword=link_drop:2 \
	--flag=err_set:3:c-format --flag=err_code:3:c-format --flag=err_errno:2:c-format \
	--flag=err_context:2:c-format --flag=err_advice:2:c-format --flag=findings_add:3:c-format \
	--flag=findings_add_missing:3:c-format --flag=findings_warn:3:c-format
# Of two arguments of one call xgettext takes the first alone: the second has a run of its own.
extract second.pot --keyword=course_check:4 --keyword=course_look:5 --keyword=note:5 --flag=note:5:c-format
# One that found nothing wrote no file.
set -- "$work/tables.pot"
for found in second sources; do
	[ ! -e "$work/$found.pot" ] || set -- "$work/$found.pot" "$@"
done
msgcat --no-wrap --use-first "$@" |
	sed '/^"POT-Creation-Date:/d; /^"PO-Revision-Date:/d'
