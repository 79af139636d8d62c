#!/bin/bash
# Runs a program with a private PostgreSQL in its environment (PGHOST, PGPORT, PGUSER, PGDATABASE).
# Usage: with-pg.sh PROGRAM [ARGUMENT...]
set -euo pipefail
# shellcheck source=tests/lib/pg.sh
. "$(dirname "$0")/pg.sh"
dir=$(mktemp -d /tmp/certwire-pg.XXXXXX)
chmod 755 "$dir"
trap 'pg_stop "$dir" immediate || true; rm -rf "$dir"' EXIT
pg_start "$dir"
PGHOST=$dir PGPORT=$(cat "$dir/port") PGUSER=postgres PGDATABASE=postgres "$@"
