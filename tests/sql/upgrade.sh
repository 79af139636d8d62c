#!/bin/bash
# A database of every earlier version of the schema, with data in it, is brought to the newest: nothing is lost, every constraint holds, and what is counted agrees. Run by with-pg.sh.
# Usage: upgrade.sh CERTWIRE_DB
set -euo pipefail
certwire_db=$1
here=$(cd "$(dirname "$0")" && pwd)
migrations=("$here"/../../db/migrations/0*.sql)
first=11 # the first that has all tables of the ledger
psql=(psql -X -q -A -t -v ON_ERROR_STOP=1)
count=0

die() {
	echo "not ok - $1"
	exit 1
}
ask() {
	"${psql[@]}" -d "$1" -c "$2"
}
# The next migration, as certwire-db applies and records it.
apply() {
	local database=$1 version=$2 file=${migrations[$2 - 1]} name
	name=$(basename "$file" .sql)
	"${psql[@]}" -d "$database" --single-transaction -f "$file" -c "RESET ROLE" \
		-c "INSERT INTO certwire.schema_migration (version, name, digest) VALUES ($version, '${name#*_}', '$(b2sum -l 256 <"$file" | cut -d' ' -f1)')" >/dev/null
}
# What must be the same before and after: how many, and the bytes that prove something.
kept() {
	ask "$1" "SELECT 'units', count(*) FROM certwire.unit UNION ALL SELECT 'standings', count(*) FROM certwire.standing
		UNION ALL SELECT 'devices', count(*) FROM certwire.device UNION ALL SELECT 'rights', count(*) FROM certwire.entitlement
		UNION ALL SELECT 'parts', count(*) FROM certwire.publication_part UNION ALL SELECT 'grants', count(*) FROM certwire.delivery_grant
		UNION ALL SELECT 'publications ' || state, count(*) FROM certwire.publication GROUP BY state
		UNION ALL SELECT 'deliveries ' || state, count(*) FROM certwire.delivery GROUP BY state
		UNION ALL SELECT 'entries ' || md5(string_agg(convert_from(payload, 'UTF8') || encode(digest, 'hex'), ',' ORDER BY unit, number)), count(*) FROM certwire.entry
		UNION ALL SELECT 'signatures ' || md5(string_agg(jws, ',' ORDER BY unit, number)), count(*) FROM certwire.entry_signature
		UNION ALL SELECT 'receipts ' || md5(string_agg(encode(raw, 'hex'), ',' ORDER BY id)), count(*) FROM certwire.receipt
		UNION ALL SELECT 'items ' || md5(string_agg(publication || unit || state, ',' ORDER BY publication, unit, state)), count(*) FROM certwire.receipt_item
		ORDER BY 1"
}

"${psql[@]}" -c "CREATE DATABASE bare"
for ((version = 1; version < ${#migrations[@]}; version++)); do
	apply bare "$version"
	[ "$version" -ge "$first" ] || continue
	name=at_$version
	"${psql[@]}" -c "CREATE DATABASE $name TEMPLATE bare"
	"${psql[@]}" -d "$name" -f "$here/upgrade_seed.sql"
	# Rows that came past the triggers are not counted yet, where anything counts.
	[ -z "$(ask "$name" "SELECT to_regprocedure('certwire.recount()')")" ] || ask "$name" "SELECT certwire.recount()" >/dev/null
	before=$(kept "$name")
	"$certwire_db" migrate --dsn "dbname=$name" >/dev/null || die "from version $version"
	[ "$(kept "$name")" = "$before" ] || die "from version $version: before"$'\n'"$before"$'\n'"after"$'\n'"$(kept "$name")"
	[ "$(ask "$name" "SELECT sum(many) FROM (SELECT many FROM certwire.delivery_count WHERE what = 'settled' UNION ALL
		SELECT many FROM certwire.delivery_count_change WHERE what = 'settled') c")" = 6 ] || die "from version $version: what is settled is not counted"
	"${psql[@]}" -c "CREATE DATABASE restored"
	pg_dump -Fc "$name" | pg_restore -d restored --exit-on-error || die "from version $version: a constraint does not hold"
	"${psql[@]}" -c "DROP DATABASE restored" -c "DROP DATABASE $name"
	count=$((count + 1))
	echo "ok $count - from version $version"
done
