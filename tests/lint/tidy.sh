#!/bin/sh
# clang-tidy with our .clang-tidy finds nothing in what ships. Tests are left out for speed: they
# run, under sanitizers. So are the second compilations of libraries that plugins link.
# Usage: tidy.sh ROOT BUILD, where BUILD has compile_commands.json
set -eu
root=$1
build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 - "$root" "$build" "$work" <<'END'
import json, os, sys
root, build, work = sys.argv[1:]
with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
    commands = json.load(file)
shipped = ("common/", "db/", "publisher/", "subscriber/", "broker-plugins/")
chosen = [c for c in commands
          if os.path.relpath(c["file"], root).startswith(shipped) and "_plain.dir" not in c["command"]]
if not chosen:
    sys.exit("no file to look at")
with open(os.path.join(work, "compile_commands.json"), "w", encoding="utf-8") as file:
    json.dump(chosen, file)
END
cd "$root"
if ! run-clang-tidy -quiet -j2 -p "$work" >"$work/out" 2>&1; then
	grep -E -A4 '(warning|error):' "$work/out" || cat "$work/out"
	exit 1
fi
