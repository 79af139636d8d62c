#!/bin/bash
# Runs pgTAP files on a private cluster, each in a database of its own, freshly migrated.
# Usage: run.sh CERTWIRE_DB FILE...
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib/pg.sh
. "$here/../lib/pg.sh"

certwire_db=$1
shift
dir=$(mktemp -d /tmp/certwire-sql.XXXXXX)
chmod 755 "$dir"
trap 'pg_stop "$dir" immediate || true; rm -rf "$dir"' EXIT
pg_start "$dir"
conninfo=$(pg_conninfo "$dir")
psql=(psql -X -q -A -t -v ON_ERROR_STOP=1)

"${psql[@]}" "$conninfo" -c "CREATE DATABASE schema_only"
"$certwire_db" migrate --dsn "$conninfo dbname=schema_only" >/dev/null
"${psql[@]}" "$conninfo" -f "$here/cluster.sql"

failed=0
for file in "$@"; do
	name=$(basename "$file" .sql)
	"${psql[@]}" "$conninfo" -c "CREATE DATABASE test_$name TEMPLATE schema_only"
	out="$dir/$name.tap"
	if "${psql[@]}" "$conninfo dbname=test_$name" -v conninfo="$conninfo dbname=test_$name" -v here="$here" -f "$file" >"$out" 2>&1 &&
		! grep -q -e '^not ok' -e '^# Looks like' "$out" && grep -q '^ok ' "$out"; then
		echo "ok $name ($(grep -c '^ok ' "$out") assertions)"
	else
		cat "$out"
		echo "not ok $name"
		failed=1
	fi
done
exit "$failed"
