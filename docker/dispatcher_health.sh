#!/bin/bash
# Healthy: its loop turns, and it reaches PostgreSQL, whether it leads or stands by.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/9464
printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
awk -v now="$(date +%s)" '
	$1 == "certwire_dispatcher_postgresql_connected" { connected = $2 }
	$1 == "certwire_dispatcher_last_turn_timestamp_seconds" { turned = $2 }
	END { exit !(connected && now - turned < 90) }
' <&3
