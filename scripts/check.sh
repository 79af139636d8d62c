#!/bin/bash
# What takes too long for scripts/test.sh: the builds with clang and for release, warnings being errors; the tests labelled "long" (static analysis, thousands of random acts,
# kills at every fault point, 40 MiB over a slow line, ...), unit tests and a whole world under valgrind, and each parser of foreign bytes
# and the plugins' callbacks under libFuzzer for 20,000 inputs.
# Usage: scripts/check.sh
# Ends with a line "N passed, N failed" and exit status 0 only when nothing failed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/testing.sh
jobs=${CERTWIRE_JOBS:-2}

echo "== packages"
scripts/install-deps.sh
for preset in dev clang release; do
	echo "== build $preset"
	quietly cmake --preset "$preset"
	quietly cmake --build --preset "$preset" -- -j"$jobs"
done
echo "== build fuzz"
quietly cmake --preset fuzz
quietly cmake --build --preset fuzz --target certwire_fuzzers -- -j"$jobs"

echo "== long tests"
run_tests build/dev -j"$((jobs + 1))" -L long
echo "== valgrind"
run_tests build/clang -j"$((jobs + 1))" -L valgrind
echo "== fuzzers"
run_tests build/fuzz -j"$jobs" -L fuzz
tell_tests
