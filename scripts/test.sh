#!/bin/bash
# Installs what is missing, builds, warnings being errors, and runs every test but those that take longest,
# which scripts/check.sh runs.
# Usage: scripts/test.sh [CTEST OPTION...], such as -L unit or -R conf
#        scripts/test.sh --compose: docker-compose.yml for real, and nothing else. Needs docker with compose; or in
#        the environment variable CERTWIRE_COMPOSE another command that takes the same arguments
# Ends with a line "N passed, N failed" and exit status 0 only when nothing failed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/testing.sh
jobs=${CERTWIRE_JOBS:-2}

if [ "${1-}" = --compose ]; then
	if [ -z "${CERTWIRE_COMPOSE-}" ] && ! docker compose version >/dev/null 2>&1; then
		echo "test.sh: --compose needs docker with compose, or CERTWIRE_COMPOSE" >&2
		exit 2
	fi
	tests/compose/story.sh || failed=1
	passed=$((1 - failed))
	tell_tests
	exit
fi

echo "== packages"
scripts/install-deps.sh
echo "== build dev"
quietly cmake --preset dev
quietly cmake --build --preset dev -- -j"$jobs"

# What runs in several threads, under the thread sanitizer. It cannot live with every layout that the
# kernel's randomization of addresses makes, so that is off.
echo "== threads"
threaded="test_ring test_tray test_denials"
quietly cmake --preset tsan
# shellcheck disable=SC2086 # a list of words
quietly cmake --build --preset tsan --target $threaded sanitizer_wrong -- -j"$jobs"
quietly setarch -R ctest --test-dir build/tsan --output-on-failure --no-tests=error \
	-R "^(unit\\.(${threaded// /|})|sanitizer\\..*)\$"

# What the operations at the heart of it cost, in instructions: noise-proof, as no clock is.
if [ $# -eq 0 ]; then
	echo "== instructions"
	quietly cmake --preset release
	quietly cmake --build --preset release --target bench_guard -- -j"$jobs"
	run_tests build/release -R '^bench\.guard$'
fi

echo "== tests"
# Most tests wait more than they compute: one more than processors.
run_tests build/dev -j"$((jobs + 1))" -LE long "$@"
tell_tests
