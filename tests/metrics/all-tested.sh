#!/bin/sh
# Every alert has a test in which it fires, and a paragraph that says what to do.
# Usage: all-tested.sh RULES TESTS DOCS
set -eu
status=0
alerts=$(sed -n 's/^ *- alert: //p' "$1")
[ -n "$alerts" ] || { echo "$1: no alert" && exit 1; }
for alert in $alerts; do
	for file in "$2" "$3"; do
		if ! grep -qw "$alert" "$file"; then
			echo "$file: nothing on $alert"
			status=1
		fi
	done
done
exit $status
