#!/bin/bash
# Makes the cluster at the first start, with a certificate of its own, and runs PostgreSQL.
set -euo pipefail
umask 077
bin=/usr/lib/postgresql/15/bin
cluster=/var/lib/certwire/cluster

# Made aside and renamed: what a killed first start left behind is thrown away.
if [ ! -d "$cluster" ]; then
	rm -rf "$cluster.new"
	"$bin/initdb" -D "$cluster.new" -U postgres -A reject -E UTF8 --locale=C.UTF-8 >/dev/null
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
		-subj /CN=database -addext subjectAltName=DNS:database \
		-keyout "$cluster.new/server.key" -out "$cluster.new/server.crt" 2>/dev/null
	mv "$cluster.new" "$cluster"
fi
exec "$bin/postgres" -D "$cluster" \
	-c hba_file=/opt/certwire/pg_hba.conf \
	-c unix_socket_directories=/run/certwire/socket \
	-c listen_addresses='*' \
	-c ssl=on
