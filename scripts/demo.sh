#!/bin/bash
# One Weekly, from the editor to the receipts in PostgreSQL, on private servers in a temporary folder.
#
#   scripts/demo.sh              tell the story, leave nothing running
#   scripts/demo.sh --keep DIR   tell it in DIR and leave everything running; source DIR/env to go on
#   scripts/demo.sh --stop DIR   end exactly what --keep DIR started
#
# Installs what is missing (as root) and builds build/release first.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8

case ${1-} in
	"") [ $# = 0 ] ;;
	--keep | --stop) [ $# = 2 ] && [ -n "$2" ] ;;
	-h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0" && exit ;;
	*) false ;;
esac || { echo "demo.sh: usage: demo.sh [--keep DIR | --stop DIR]" >&2 && exit 2; }

if [ "${1-}" != --stop ]; then
	mkdir -p build
	scripts/install-deps.sh >build/demo-deps.log
	log=build/demo-build.log
	if ! { cmake --preset release && cmake --build --preset release --target certwire_programs; } >"$log" 2>&1; then
		echo "demo.sh: the build failed; the end of $log:" >&2
		tail -n 30 "$log" >&2
		exit 1
	fi
fi
exec /usr/bin/python3 -B scripts/demo.py build/release "$@"
