#!/bin/sh
# Every header compiles alone, so that including it needs nothing before it.
# Usage: headers.sh ROOT [BUILD], where BUILD holds generated headers.
set -eu
. "$(dirname "$0")/lib.sh"
root=$1
build=${2:-$root/build/dev}
files=$(project_files "$root" '\.h$')
require_some "$files"
cd "$root"
cflags=$(pkg-config --cflags libsodium jansson libpq 2>/dev/null || true)
status=0
for header in $files; do
	# shellcheck disable=SC2086 # the flags are words
	if ! gcc -std=c11 -D_GNU_SOURCE -I. -I"$build/generated" $cflags -Wall -Wextra -Werror \
		-fsyntax-only -x c "$header"; then
		echo "$header: does not compile alone" >&2
		status=1
	fi
done
exit $status
