#!/bin/bash
# Fills in the shipped configuration, has it checked, and runs the broker.
# Usage: broker.sh NAME, which is its host name and has a login of that name with _ for -
set -euo pipefail
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
name=$1
shipped=/usr/local/share/certwire/mosquitto.conf
conf=/tmp/mosquitto.conf
own=/run/certwire/broker
root=/run/certwire/public/root_fingerprint

wait_for_file /run/certwire/login/database.crt migrate
wait_for_file "$own/broker.crt" setup
wait_for_file "$root" setup
# The log goes to stderr, where the container's engine reads it.
sed -e "s|^plugin_opt_dsn .*|plugin_opt_dsn $(dsn_of "${name//-/_}")|" \
	-e "s|^plugin_opt_broker_name .*|plugin_opt_broker_name $name:8883|" \
	-e "s|^plugin_opt_root_fingerprint .*|plugin_opt_root_fingerprint $(cat "$root")|" \
	-e "s|^certfile .*|certfile $own/broker.crt|" \
	-e "s|^keyfile .*|keyfile $own/broker.key|" \
	-e "s|^log_dest .*|log_dest stderr|" "$shipped" >"$conf"
certwire-broker-check "$conf"
exec mosquitto -c "$conf"
