#!/bin/bash
# Writes the dispatcher's settings and runs it. Usage: dispatcher.sh LETTER, its own of dispatch-LETTER
set -euo pipefail
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
letter=$1
conf=/tmp/dispatch.conf
public=/run/certwire/public

wait_for_file /run/certwire/login/database.crt migrate
wait_for_file "$public/root_fingerprint" setup
cat >"$conf" <<CONF
dsn = $(dsn_of "dispatch_$letter")
name = dispatch-$letter
key = /run/certwire/dispatcher/dispatch_$letter.key
root_fingerprint = $(cat "$public/root_fingerprint")
broker = mqtts://broker-a:8883, mqtts://broker-b:8883
broker_ca = $public/ca.crt
metrics = 127.0.0.1:9464
CONF
exec certwire-dispatch --config "$conf"
