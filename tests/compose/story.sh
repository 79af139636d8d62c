#!/bin/bash
# docker-compose.yml for real, in a project of its own: the demonstration's Weekly reaches its unit; then the
# broker that the unit is connected to and the dispatcher that leads are killed, and the next one arrives as well.
# Usage: story.sh, as `scripts/test.sh --compose` does. Needs docker with compose, or in CERTWIRE_COMPOSE another
# command that takes the same arguments.
set -euo pipefail
cd "$(dirname "$0")/../.."
export COMPOSE_PROFILES=demo
read -r -a command <<<"${CERTWIRE_COMPOSE:-docker compose}"
log=$(mktemp)

compose() {
	"${command[@]}" -p certwire-story "$@"
}

# Ends everything, whatever came of it; what the services said is shown when it failed.
finish() {
	local status=$?
	if [ "$status" -ne 0 ]; then
		echo "compose: failed" >&2
		tail -n 60 "$log" >&2
		for service in migrate office database broker-a broker-b dispatcher-a dispatcher-b unit certify editor; do
			echo "-- $service" >&2
			compose logs "$service" 2>&1 | tail -n 12 >&2 || true
		done
	fi
	compose down -v >>"$log" 2>&1 || status=1
	rm -f "$log"
	exit "$status"
}
trap finish EXIT

# await SECONDS WHAT COMMAND...: until the command succeeds.
await() {
	local deadline=$((SECONDS + $1)) what=$2
	shift 2
	until "$@"; do
		if ((SECONDS >= deadline)); then
			echo "compose: gave up waiting for $what" >&2
			return 1
		fi
		sleep 1
	done
	echo "compose: $what"
}

# What PostgreSQL answers, a value; nothing while it does not. Marked, because some engines talk in between.
sql() {
	compose exec -T database psql -X -q -A -t -h /run/certwire/socket -U postgres -d certwire \
		-c "SELECT 'says ' || ($1)" 2>>"$log" </dev/null | tr -d '\r' | sed -n 's/^says //p' || true
}

is() {
	[ "$(sql "$1")" = "$2" ]
}

settled="SELECT count(*) FROM certwire.delivery WHERE state = 'settled'"
stored="SELECT count(*) FROM certwire.receipt_item WHERE state = 'stored' AND settled_at IS NOT NULL"
holder="SELECT holder FROM certwire.lease WHERE expires_at > now()"
place="SELECT broker FROM certwire.presence WHERE unit = 'demo' AND present"

in_the_inbox() {
	[ "$(compose exec -T unit find /var/lib/certwire/inbox -name '*.pdf' 2>>"$log" </dev/null |
		grep -c '^/var/lib/certwire/inbox/.*pdf')" = "$1" ]
}

compose down -v >>"$log" 2>&1 || true
echo "compose: building and starting"
compose up -d --build >>"$log" 2>&1
await 600 "the Weekly is settled" is "$settled" 1
await 60 "by one receipt" is "$stored" 1
await 60 "it is in the inbox" in_the_inbox 1

broker=$(sql "$place")
leader=$(sql "$holder")
case $broker:$leader in
	broker-[ab]:8883:dispatch-[ab]) ;;
	*) echo "compose: nobody leads ('$leader'), or the unit is nowhere ('$broker')" >&2 && exit 1 ;;
esac
compose stop -t 0 "${broker%:*}" >>"$log" 2>&1
compose stop -t 0 "dispatcher-${leader#dispatch-}" >>"$log" 2>&1
echo "compose: killed $broker and $leader"
compose exec -T editor publish.sh "$(date -d "7 days ago" +%G-%V)" >>"$log" 2>&1 </dev/null
await 60 "the next one is settled" is "$settled" 2
await 60 "by one more receipt" is "$stored" 2
await 60 "it is in the inbox too" in_the_inbox 2
[ "$(sql "$holder")" != "$leader" ]
[ "$(sql "$place")" != "$broker" ]
echo "compose: done"
