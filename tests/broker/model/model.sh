#!/bin/bash
# Runs the model test in the database that the environment names.
# Usage: with-pg.sh model.sh CERTWIRE_DB TEST_MODEL [SEED [ACTS]]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

"$1" migrate --dsn "" >/dev/null
psql -X -q -o /dev/null -f "$here/model.sql"
shift
exec "$@"
