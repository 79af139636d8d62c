#!/bin/sh
# clang-tidy with our .clang-tidy finds nothing in what ships (shipped.py).
# Usage: tidy.sh ROOT BUILD, where BUILD has compile_commands.json
set -eu
root=$1
build=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 -B "$here/shipped.py" "$root" "$build" >"$work/compile_commands.json"
cd "$root"
if ! run-clang-tidy -quiet -j2 -p "$work" >"$work/out" 2>&1; then
	grep -E -A4 '(warning|error):' "$work/out" || cat "$work/out"
	exit 1
fi
