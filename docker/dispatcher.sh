#!/bin/bash
# Writes the dispatcher's settings and runs it.
set -euo pipefail
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
conf=/tmp/dispatch.conf
public=/run/certwire/public

wait_for_file /run/certwire/login/database.crt migrate
wait_for_file "$public/root_fingerprint" setup
cat >"$conf" <<CONF
dsn = $(dsn_of dispatch_a)
name = dispatch-a
key = /run/certwire/dispatcher/dispatch_a.key
root_fingerprint = $(cat "$public/root_fingerprint")
broker = mqtts://broker:8883
broker_ca = $public/ca.crt
CONF
exec certwire-dispatch --config "$conf"
