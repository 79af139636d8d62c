# shellcheck shell=bash
# Sourced by the entry scripts. Services start in any order, so each waits for what it needs itself,
# and gives up with one clear line.

# wait_for SECONDS WHAT COMMAND...: until the command succeeds.
wait_for() {
	local deadline=$((SECONDS + $1)) what=$2
	shift 2
	until "$@"; do
		if ((SECONDS >= deadline)); then
			echo "${0##*/}: gave up waiting for $what" >&2
			exit 1
		fi
		sleep 1
	done
}

# wait_for_file FILE WHO: until WHO has written it.
wait_for_file() {
	wait_for 300 "$2 to write '$1'" test -s "$1"
}

# put FILE: stdin becomes FILE, whole or not at all.
put() {
	cat >"$1.new"
	mv "$1.new" "$1"
}

# How LOGIN reaches PostgreSQL; the password is in the file that `migrate` wrote.
dsn_of() {
	local login=/run/certwire/login
	echo "host=database dbname=certwire user=$1 passfile=$login/pgpass" \
		"sslmode=verify-full sslrootcert=$login/database.crt"
}
