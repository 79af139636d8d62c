#!/bin/bash
# Measures Certwire beside the alternatives: tests/bench, docs/performance.md.
# Usage: scripts/bench.sh [ROW...] [--rounds N] [--json FILE]    (scripts/bench.sh --help lists the rows)
#        scripts/bench.sh --guard    instructions alone, against the bounds of tests/bench/guard.txt
# Builds preset release. Nothing is left running. On a busy machine look at the ratios, not at the seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-deps.sh
mkdir -p build
if ! { cmake --preset release && cmake --build --preset release; } >build/release.log 2>&1; then
	cat build/release.log
	exit 1
fi
if [ "${1-}" = --guard ]; then
	exec /usr/bin/python3 -B tests/bench/guard.py build/release/tests/bench_guard
fi
CERTWIRE_BUILD=$PWD/build/release exec /usr/bin/python3 -B tests/bench/bench.py "$@"
