#!/bin/sh
# Every error message of the editors' tool is in a golden file of tests/, and every refusal that an administrator can
# meet in psql is there or in tests/sql; or it is one of the few that no test can reach (tests/lint/refusals.txt, with
# the reason). Usage: refusals.sh ROOT
set -eu
exec /usr/bin/python3 -B "$(dirname "$0")/refusals.py" "$1"
