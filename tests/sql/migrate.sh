#!/bin/bash
# certwire-db migrate: once, in order, alone; refuses a schema that is not its own. Run by with-pg.sh.
# Usage: migrate.sh CERTWIRE_DB
set -euo pipefail
certwire_db=$1
psql=(psql -X -q -A -t -v ON_ERROR_STOP=1)
count=0

ok() {
	count=$((count + 1))
	echo "ok $count - $1"
}
die() {
	echo "not ok - $1"
	exit 1
}
# refused STATUS TEXT COMMAND...: fails with that exit status, says TEXT in one line on stderr.
refused() {
	local status=$1 text=$2 out got=0
	shift 2
	out=$("$@" 2>&1 >/dev/null) || got=$?
	if [ "$got" -ne "$status" ] || [[ $out != *"$text"* ]] || [ "$(wc -l <<<"$out")" -ne 1 ]; then
		die "'$*' gave $got: $out"
	fi
}
fingerprint() {
	pg_dump --schema=certwire --schema-only "$1" | grep -v '^\\\(un\)\?restrict' | sha256sum
}

"${psql[@]}" -c "CREATE DATABASE one"
[[ $("$certwire_db" status --dsn dbname=one) == "schema version 0 of "* ]] || die "status of an empty database"
ok "an empty database is at version 0"
[[ $("$certwire_db" migrate --dsn dbname=one) == "applied 0001 base"$'\n'"applied 0002 "* ]] || die "first run"
[[ $("$certwire_db" status --dsn dbname=one) == *", up to date" ]] || die "status"
ok "migrations are applied in order"
before=$(fingerprint one)
[ "$("$certwire_db" migrate --dsn dbname=one | grep -c '^applied')" -eq 0 ] || die "second run"
[ "$(fingerprint one)" = "$before" ] || die "the second run changed the schema"
ok "each of them once"

"${psql[@]}" -c "CREATE DATABASE two"
PGDATABASE=two "$certwire_db" migrate >two.a & a=$!
PGDATABASE=two "$certwire_db" migrate >two.b & b=$!
wait "$a" || die "two at once"
wait "$b" || die "two at once"
[ "$(cat two.a two.b | grep -c '^applied')" -eq "$("${psql[@]}" -d two -c 'SELECT count(*) FROM certwire.schema_migration')" ] ||
	die "two at once applied something twice"
ok "two at once apply each of them once, and the environment says where"

"${psql[@]}" -d one -c "INSERT INTO certwire.schema_migration VALUES (9999, 'later', 'x')"
refused 3 "use the newer program" "$certwire_db" migrate --dsn dbname=one
refused 3 "use the newer program" "$certwire_db" status --dsn dbname=one
"${psql[@]}" -d one -c "DELETE FROM certwire.schema_migration WHERE version = 9999"
ok "a newer schema is refused"
"${psql[@]}" -d one -c "UPDATE certwire.schema_migration SET digest = repeat('0', 64) WHERE version = 2"
refused 3 "migration 2 'audit' is not the one" "$certwire_db" migrate --dsn dbname=one
ok "a migration whose text differs is refused"

"${psql[@]}" -c "CREATE DATABASE three" -c "CREATE ROLE plain LOGIN"
refused 3 "migration 1 'base' was not applied" "$certwire_db" migrate --dsn "dbname=three user=plain"
[ -z "$("${psql[@]}" -d three -c "SELECT to_regnamespace('certwire')")" ] || die "a refused run left something"
ok "who has no right to changes nothing"
"${psql[@]}" -c "CREATE ROLE keeper LOGIN CREATEROLE" -c "GRANT CREATE ON DATABASE three TO keeper"
"$certwire_db" migrate --dsn "dbname=three user=keeper" >/dev/null || die "a keeper without superuser"
ok "CREATEROLE and CREATE on the database are enough"

refused 1 "cannot connect to the database" "$certwire_db" status --dsn "host=/nowhere"
refused 2 "malformed connection string" "$certwire_db" status --dsn "nonsense"
refused 2 "" "$certwire_db" frobnicate
ok "what cannot work is said in one line"
