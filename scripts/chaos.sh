#!/bin/bash
# Breaks Certwire on purpose and checks what must hold: tests/chaos, docs/reliability.md.
# Usage: scripts/chaos.sh --seed S (--minutes N | --rounds N) [--only FAULT,...] [--able]
#        scripts/chaos.sh --needed [MECHANISM...]     without each mechanism the checks must fail
# Network namespaces and a small disk need root: what cannot be done is said, with --able refused.
# Builds what it needs in build/chaos (and build/without-*). Prints rounds, kills by kind, deliveries, receipts,
# redeliveries and the verdict; exit status 0 when nothing was found wrong. Nothing is left running.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${CERTWIRE_JOBS:-2}

# build FOLDER [CMAKE OPTION...]: optimised, with fault points.
build() {
	local folder=$1
	shift
	if ! { cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
		-DCERTWIRE_FAULT_POINTS=ON "$@" && ninja -C "$folder" -j"$jobs" certwire_programs; } \
		>"$folder.log" 2>&1; then
		cat "$folder.log"
		exit 1
	fi
}

case ${1:-} in
--needed)
	shift
	mkdir -p build
	build build/chaos
	for mechanism in outbox sync idempotence; do
		build "build/without-$mechanism" -DCERTWIRE_WITHOUT="$mechanism"
	done
	exec /usr/bin/python3 -B tests/chaos/needed.py --builds build "$@"
	;;
--seed | --minutes | --rounds | --only)
	mkdir -p build
	build build/chaos
	exec /usr/bin/python3 -B tests/chaos/run.py --build build/chaos "$@"
	;;
*)
	sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
