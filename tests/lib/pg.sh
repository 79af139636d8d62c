# shellcheck shell=sh
# A private PostgreSQL for tests and demonstrations; to be sourced.
#
#   . tests/lib/pg.sh
#   pg_start DIR [PORT]     a new cluster in DIR (made if missing): unix socket in DIR, superuser
#                           postgres, trust; no TCP unless PORT is given, then 127.0.0.1:PORT too.
#                           A cluster that lies in DIR already is started again.
#   pg_conninfo DIR [USER]  prints how to connect
#   pg_stop DIR [MODE]      fast unless MODE is immediate or smart; fine when it is not running
#
# As root it runs the server as the user postgres, which then owns DIR; DIR must lie where that user
# may go. PG_FSYNC=on for tests of durability. Errors go to stderr and DIR/server.log.

pg_bin() {
	for pg_bin_dir in "${PG_BIN:-}" /usr/lib/postgresql/*/bin; do
		if [ -x "$pg_bin_dir/initdb" ]; then
			printf '%s\n' "$pg_bin_dir"
			return 0
		fi
	done
	echo "pg.sh: no PostgreSQL server here: install postgresql, or name its folder in PG_BIN" >&2
	return 1
}

pg_as_server() {
	if [ "$(id -u)" -eq 0 ]; then
		runuser -u postgres -- "$@"
	else
		"$@"
	fi
}

pg_start() (
	dir=$1 port=${2:-}
	bin=$(pg_bin) || return 1
	mkdir -p "$dir" || return 1
	dir=$(cd "$dir" && pwd -P) || return 1
	if [ "${#dir}" -gt 90 ]; then
		echo "pg.sh: '$dir' is too long a path for a socket" >&2
		return 1
	fi
	cd "$dir" || return 1
	if [ "$(id -u)" -eq 0 ]; then
		chown postgres: "$dir" || return 1
	fi
	if [ ! -e "$dir/data/PG_VERSION" ]; then
		pg_as_server "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
			--no-sync >"$dir/initdb.log" 2>&1 || {
			cat "$dir/initdb.log" >&2
			return 1
		}
	fi
	options="-c unix_socket_directories='$dir' -c fsync=${PG_FSYNC:-off} -c shared_buffers=64MB"
	options="$options -c max_connections=60 -c timezone=UTC -c log_min_messages=warning"
	if [ -n "$port" ]; then
		options="$options -c listen_addresses=127.0.0.1 -c port=$port"
	else
		options="$options -c listen_addresses='' -c port=5432"
	fi
	printf '%s\n' "${port:-5432}" >"$dir/port"
	pg_as_server "$bin/pg_ctl" -D "$dir/data" -w -t 60 -s -l "$dir/server.log" -o "$options" start || {
		tail -20 "$dir/server.log" >&2
		return 1
	}
)

pg_conninfo() (
	dir=$(cd "$1" && pwd -P) || return 1
	printf "host=%s port=%s user=%s dbname=postgres\n" "$dir" "$(cat "$dir/port")" "${2:-postgres}"
)

pg_stop() (
	bin=$(pg_bin) || return 1
	dir=$(cd "$1" && pwd -P) || return 1
	cd "$dir" || return 1
	if [ -e "$dir/data/postmaster.pid" ]; then
		pg_as_server "$bin/pg_ctl" -D "$dir/data" -w -t 60 -s -m "${2:-fast}" stop
	fi
)
