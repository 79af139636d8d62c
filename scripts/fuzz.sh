#!/bin/bash
# Fuzzes every parser of foreign bytes for as long as you like, one after the other, again and again: each starts from its corpus in tests/fuzz/corpus and what earlier runs found.
# Usage: scripts/fuzz.sh [--minutes N] [FUZZER...]    60 minutes and all of them unless said otherwise; --list names them
# What is found stays in build/fuzz/corpus (new inputs) and build/fuzz/found (crashes, each with the line that repeats it). Exit status 1 when something was found.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/testing.sh
minutes=60 fuzzers=() list=false
while [ $# -gt 0 ]; do
	case $1 in
	--minutes)
		minutes=${2-}
		[[ $minutes =~ ^[1-9][0-9]{0,4}$ ]] || { echo "fuzz.sh: --minutes '$minutes' is no whole number of minutes" >&2 && exit 2; }
		shift
		;;
	--list) list=true ;;
	-*) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
	*) fuzzers+=("$1") ;;
	esac
	shift
done
$list || scripts/install-deps.sh
known=()
for corpus in tests/fuzz/corpus/*/; do
	known+=("$(basename "$corpus")")
done
if $list; then
	printf '%s\n' "${known[@]}"
	exit
fi
[ ${#fuzzers[@]} -gt 0 ] || fuzzers=("${known[@]}")
for name in "${fuzzers[@]}"; do
	[ -d "tests/fuzz/corpus/$name" ] || { echo "fuzz.sh: there is no fuzzer '$name': --list names them" >&2 && exit 2; }
done
quietly cmake --preset fuzz
quietly cmake --build --preset fuzz --target certwire_fuzzers
mkdir -p build/fuzz/found
share=$((minutes * 60 / ${#fuzzers[@]}))
[ "$share" -ge 1 ] || share=1
found=0
for name in "${fuzzers[@]}"; do
	kept=build/fuzz/corpus/$name log=build/fuzz/$name.log words=tests/fuzz/dict/$name.dict
	[ -e "$words" ] || words=tests/fuzz/dict/objects.dict
	mkdir -p "$kept"
	status=0
	build/fuzz/tests/"$name" -max_total_time="$share" -timeout=25 -rss_limit_mb=2048 -print_final_stats=1 \
		-dict="$words" -artifact_prefix="build/fuzz/found/$name-" "$kept" "tests/fuzz/corpus/$name" >"$log" 2>&1 || status=$?
	if [ "$status" -eq 0 ]; then
		echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $share s, $(find "$kept" -type f | wc -l) kept"
	else
		found=1
		input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
		echo "$name: FOUND (see $log); repeat: build/fuzz/tests/$name $input"
	fi
done
exit "$found"
