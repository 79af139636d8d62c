# shellcheck shell=bash
# Sourced by test.sh and check.sh: steps that talk only when they fail, and tests that are counted.

# Runs a command; prints what it said only if it failed, and ends the script then.
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

passed=0 failed=0 skipped=0

# run_tests BUILD [CTEST OPTION...]: runs tests of that build folder and adds to the counts. They come from
# ctest's own report, not from what it prints; a run without a test, or without a report, is a failure.
run_tests() {
	local build=$1 results=$1/test-results.xml status=0 all=0 bad=0 left=0
	shift
	rm -f "$results"
	ctest --test-dir "$build" --output-on-failure --no-tests=error --output-junit "$PWD/$results" "$@" ||
		status=$?
	if [ -s "$results" ]; then
		all=$(count_in "$results" tests)
		bad=$(count_in "$results" failures)
		left=$(($(count_in "$results" skipped) + $(count_in "$results" disabled)))
	fi
	if [ "$all" -eq 0 ] || { [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
		bad=$((bad + 1)) all=$((all + 1))
	fi
	passed=$((passed + all - bad - left)) failed=$((failed + bad)) skipped=$((skipped + left))
}

count_in() {
	sed -n "1,8s/^[[:space:]]*$2=\"\([0-9]*\)\"\$/\1/p" "$1"
}

# The last line, and whether all is well.
tell_tests() {
	echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
	[ "$failed" -eq 0 ]
}
