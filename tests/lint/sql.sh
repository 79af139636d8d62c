#!/bin/sh
# SQL for PostgreSQL lies in db/ alone. A unit's own SQLite is its own matter: in subscriber/, the
# files that include sqlite3.h or "subscriber/db.h" may hold statements for it. Usage: sql.sh ROOT
set -eu
. "$(dirname "$0")/lib.sh"
root=$1
files=$(project_files "$root" '^(common|publisher|subscriber|broker-plugins)/.*\.[ch]$')
require_some "$files"
cd "$root"
words='SELECT|INSERT INTO|UPDATE .* SET|DELETE FROM|CREATE (TABLE|FUNCTION|INDEX)|PERFORM'
status=0
for file in $files; do
	case $file in
	subscriber/*)
		if grep -qE '#include (<sqlite3\.h>|"subscriber/db\.h")' "$file"; then
			continue
		fi
		;;
	esac
	# Without the lines of comments, which may speak of SQL.
	found=$(grep -nE "\"[^\"]*\\b($words)\\b" "$file" |
		grep -vE '^[0-9]+:[[:space:]]*(/?\*|//)' || true)
	if [ -n "$found" ]; then
		printf '%s\n' "$found" | report "$file" "SQL outside db/"
		status=1
	fi
done
exit $status
