#!/bin/sh
# systemd has nothing against our units, and each is exposed less than 3.0 of 10. Usage: systemd.sh ROOT
set -eu
. "$(dirname "$0")/lib.sh"
root=$1
units=$(project_files "$root" '^packaging/systemd/.*\.service$')
require_some "$units"
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
for unit in $units; do
	# Programs that need not be installed here are left out of the question.
	sed -E 's,^(ExecStart|ExecStartPre)=/[^ ]*,\1=/bin/true,' "$unit" >"$work/${unit##*/}"
	systemd-analyze verify --man=no "$work/${unit##*/}" >"$work/said" 2>&1 || status=1
	grep -F "${unit##*/}" "$work/said" >"$work/ours" || true
	if [ -s "$work/ours" ]; then
		sed 's/^/0:/' "$work/ours" | report "$unit" "systemd-analyze verify"
		status=1
	fi
	if ! systemd-analyze security --offline=true --threshold=29 --no-pager "$work/${unit##*/}" \
		>"$work/said" 2>&1; then
		tail -n 1 "$work/said" | sed 's/^/0:/' | report "$unit" "systemd-analyze security: under 3.0"
		status=1
	fi
done
exit $status
