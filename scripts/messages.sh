#!/bin/bash
# Brings po/zh_CN.po up to date with what the programs say now: new messages come in untranslated, those that
# nobody says any more go. Then lists what is to be translated. Run it after a build.
# Usage: scripts/messages.sh [BUILD] (default: build/dev)
# Ends with exit status 0 only when nothing is left to translate.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/dev}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

po/extract.sh . "$build" >"$work/certwire.pot"
msgmerge --quiet --no-wrap --no-fuzzy-matching --add-location=file -o "$work/merged.po" po/zh_CN.po "$work/certwire.pot"
msgattrib --no-obsolete --no-wrap -o po/zh_CN.po "$work/merged.po"
msgfmt --check --statistics -o /dev/null po/zh_CN.po
msgattrib --untranslated --no-wrap po/zh_CN.po | sed '1,/^$/d' >"$work/missing"
cat "$work/missing"
[ ! -s "$work/missing" ]
