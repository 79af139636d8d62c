#!/bin/sh
# The generator $1 writes exactly the vectors that lie in $2.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" "$work"
for file in "$work"/*; do
	cmp "$file" "$2/$(basename "$file")"
done
for file in "$2"/*.json "$2"/*.bin; do
	[ -f "$work/$(basename "$file")" ] || { echo "$file is made by nothing" >&2; exit 1; }
done
