#!/bin/bash
# The demonstration unit: enrolls its device at the first start, and runs it. Configuration, key,
# state and inbox are below HOME, a volume.
set -euo pipefail
umask 077
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
public=/run/certwire/public
enrolment=/run/certwire/enrolment
said=$HOME/enrolled

wait_for_file "$public/root_fingerprint" setup
if [ ! -s "$enrolment/fingerprint" ]; then
	if [ ! -s "$said" ]; then
		# A request whose fingerprint was never told is made again, for the same key.
		rm -f "$HOME/.local/state/certwire/request.jws"
		certwire-unit enroll --unit demo --device d1 --broker mqtts://broker-a:8883 \
			--broker mqtts://broker-b:8883 \
			--broker-ca "$public/ca.crt" --inbox "$HOME/inbox" \
			--root "$(cat "$public/root_fingerprint")" | put "$said"
	fi
	head -n 1 "$said" | put "$enrolment/request.jws"
	sed -n 's/^fingerprint: //p' "$said" | put "$enrolment/fingerprint"
fi
exec certwire-unit run
