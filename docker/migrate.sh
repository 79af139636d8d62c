#!/bin/bash
# Makes database, schema and roles, and a login with a random password for each program and person.
set -euo pipefail
umask 077
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
socket=/run/certwire/socket
logins=/run/certwire/logins

sql() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$socket" -U postgres "$@"
}

# Standard input of `sql`: the login with its password, and nothing of it in a log.
say_login() {
	cat <<-SQL
		SET log_min_error_statement = panic;
		SELECT 'CREATE ROLE $1 LOGIN IN ROLE $2'
		WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$1') \gexec
		ALTER ROLE $1 PASSWORD '$3';
	SQL
}

# give FOLDER LOGIN:GROUP...: password file and the server's certificate. A cluster has its own
# certificate, so a folder that holds it already has the passwords of this cluster too.
give() {
	local folder=$logins/$1 pair password
	shift
	if [ "$(sql -d certwire -c "SELECT pg_read_file('server.crt')")" = \
		"$(cat "$folder/database.crt" 2>/dev/null)" ]; then
		return
	fi
	for pair in "$@"; do
		password=$(head -c 24 /dev/urandom | base64 | tr '+/' '-_')
		say_login "${pair%:*}" "${pair#*:}" "$password" | sql -d certwire
		echo "database:5432:certwire:${pair%:*}:$password"
	done | put "$folder/pgpass"
	sql -d certwire -c "SELECT pg_read_file('server.crt')" | put "$folder/database.crt"
	echo "logins for $folder: $*"
}

wait_for 300 "PostgreSQL" pg_isready -q -h "$socket" -U postgres
if [ -z "$(sql -d postgres -c "SELECT 1 FROM pg_database WHERE datname = 'certwire'")" ]; then
	sql -d postgres -c 'CREATE DATABASE certwire'
fi
certwire-db migrate --dsn "host=$socket user=postgres dbname=certwire"
give office admin_li:certwire_admin registrar_zhao:certwire_registrar \
	editor_wang:certwire_editor editor_chen:certwire_editor
for letter in a b; do
	give "broker-$letter" "broker_$letter:certwire_broker"
	give "dispatcher-$letter" "dispatch_$letter:certwire_dispatcher"
done
