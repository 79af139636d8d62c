#!/bin/sh
# A local that releases itself is initialised where it is declared: whatever returns before it was made
# would release what happens to lie there. Usage: cleanups.sh ROOT
set -eu
. "$(dirname "$0")/lib.sh"
root=$1
files=$(project_files "$root" '^(common|db|publisher|subscriber|broker-plugins)/.*\.[ch]$')
require_some "$files"
cd "$root"
status=0
for file in $files; do
	found=$(grep -nE '^[[:space:]]+auto_[a-z_]+ [^=(]*;$' "$file" || true)
	if [ -n "$found" ]; then
		printf '%s\n' "$found" | report "$file" "not initialised where it is declared"
		status=1
	fi
done
exit $status
