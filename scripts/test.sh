#!/bin/bash
# Installs what is missing, builds with gcc and clang, warnings being errors, and runs every test.
# Usage: scripts/test.sh [CTEST OPTION...], such as -L unit or -R conf
# Ends with a line "N passed, N failed" and exit status 0 only when nothing failed.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${CERTWIRE_JOBS:-2}

# Prints a step's talk only if it fails.
quietly() {
	local log
	log=$(mktemp)
	if ! "$@" >"$log" 2>&1; then
		cat "$log"
		rm -f "$log"
		echo "failed: $*"
		exit 1
	fi
	rm -f "$log"
}

echo "== packages"
scripts/install-deps.sh
for preset in dev clang; do
	echo "== build $preset"
	quietly cmake --preset "$preset"
	quietly cmake --build --preset "$preset" -- -j"$jobs"
done

# What runs in several threads, under the thread sanitizer. It cannot live with every layout that the
# kernel's randomization of addresses makes, so that is off.
echo "== threads"
threaded="test_ring test_tray test_denials"
quietly cmake --preset tsan
# shellcheck disable=SC2086 # a list of words
quietly cmake --build --preset tsan --target $threaded -- -j"$jobs"
quietly setarch -R ctest --test-dir build/tsan --output-on-failure --no-tests=error \
	-R "^unit\\.(${threaded// /|})\$"

echo "== tests"
results=build/dev/test-results.xml
rm -f "$results"
status=0
# Most tests wait more than they compute, the one on the slow line always: one more than processors.
ctest --test-dir build/dev -j"$((jobs + 1))" --output-on-failure --no-tests=error \
	--output-junit "$PWD/$results" "$@" || status=$?

# Counted from ctest's own report, not from what it prints.
count() {
	sed -n "1,8s/^[[:space:]]*$1=\"\([0-9]*\)\"\$/\1/p" "$results"
}
if [ ! -s "$results" ]; then
	echo "0 passed, 0 failed: no test ran"
	exit 1
fi
tests=$(count tests)
failed=$(count failures)
skipped=$(($(count skipped) + $(count disabled)))
echo "$((tests - failed - skipped)) passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$status" -eq 0 ] || exit 1
