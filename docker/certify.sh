#!/bin/bash
# The registrar's part in enrolling: takes the demonstration unit's request and certifies its device.
# The fingerprint that a person reads over the phone comes in a file here.
set -euo pipefail
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
enrolment=/run/certwire/enrolment

as_admin() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" "$(dsn_of admin_li)"
}

state() {
	as_admin <<<"SELECT state FROM certwire.device_overview WHERE unit = 'demo' AND device = 'd1'"
}

wait_for_file /run/certwire/public/root_fingerprint setup
wait_for_file "$enrolment/fingerprint" "the unit"
wait_for 300 PostgreSQL pg_isready -q -h database
if [ -z "$(state)" ]; then
	as_admin -v request="$(cat "$enrolment/request.jws")" >/dev/null \
		<<<"SELECT certwire.request_device('demo', 'd1', :'request')"
fi
if [ "$(state)" = requested ]; then
	certwire device certify demo d1 --fingerprint "$(cat "$enrolment/fingerprint")" \
		--config /var/lib/certwire/registrar_zhao.conf
fi
echo "demo.d1: $(state)"
