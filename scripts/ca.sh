#!/bin/bash
# A small private certificate authority, to try Certwire out with TLS. For service: docs/tls.md.
# Usage: scripts/ca.sh DIR root [NAME]           DIR/ca.crt, which everybody is given, and DIR/ca.key
#        scripts/ca.sh DIR server NAME HOST...   DIR/NAME.crt and .key, for a broker or PostgreSQL under those
#                                                names or addresses; made anew with the same key if it is there
#        scripts/ca.sh DIR client NAME           DIR/NAME.crt and .key, for a device; prints its fingerprint
# Nothing but a server's certificate is ever replaced. Keys have mode 0600 and no passphrase.
set -euo pipefail
umask 077

fail() {
	echo "ca.sh: $2" >&2
	exit "$1"
}
usage() {
	fail 2 "usage: ca.sh DIR root [NAME] | server NAME HOST... | client NAME"
}
[ $# -ge 2 ] || usage
dir=$1 verb=$2
shift 2
work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT

# make_key FILE: a new key, unless it is there.
make_key() {
	[ -e "$1" ] || {
		openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/key" 2>/dev/null
		mv "$work/key" "$1"
	}
}

# A name that is a file's and a certificate's at once.
check_name() {
	[[ $1 =~ ^[a-z0-9][a-z0-9.-]{0,63}$ && $1 != ca ]] ||
		fail 2 "'$1' is no name: small letters, digits, '-' and '.', and not 'ca'"
}

# sign NAME DAYS PURPOSE [SAN]: NAME.crt of NAME.key by this authority.
sign() {
	[ -e "$dir/ca.key" ] || fail 1 "there is no authority in '$dir': begin with 'ca.sh $dir root'"
	make_key "$dir/$1.key"
	printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=%s\n%s' \
		"$3" "${4:+subjectAltName=$4$'\n'}" >"$work/extensions"
	openssl req -new -utf8 -key "$dir/$1.key" -subj "/CN=$1" -out "$work/request"
	openssl x509 -req -in "$work/request" -days "$2" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" \
		-set_serial "0x$(openssl rand -hex 16)" -extfile "$work/extensions" -out "$work/certificate" 2>/dev/null
	chmod 644 "$work/certificate"
	mv "$work/certificate" "$dir/$1.crt"
}

# "DNS:a,IP:b" of the names and addresses by which clients reach a server.
alternatives() {
	local list='' host
	for host; do
		if [[ $host =~ ^[0-9.]+$ || $host =~ ^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$ ]]; then
			list+=,IP:$host
		elif [[ $host =~ ^[A-Za-z0-9.-]+$ ]]; then
			list+=,DNS:$host
		else
			fail 2 "'$host' is no host: give the name or address that clients connect to, without a port"
		fi
	done
	printf '%s' "${list#,}"
}

begin() {
	mkdir -p "$dir"
	work=$(mktemp -d "$dir/.new.XXXXXX")
}

case $verb in
	root)
		[ $# -le 1 ] || usage
		[ ! -e "$dir/ca.crt" ] || fail 3 "there is an authority in '$dir' already, and it is not replaced"
		begin
		make_key "$dir/ca.key"
		openssl req -new -x509 -utf8 -key "$dir/ca.key" -days 3650 -subj "/CN=${1:-Certwire trial authority}" \
			-addext basicConstraints=critical,CA:TRUE,pathlen:0 \
			-addext keyUsage=critical,keyCertSign,cRLSign -out "$work/certificate"
		chmod 644 "$work/certificate"
		mv "$work/certificate" "$dir/ca.crt"
		echo "$dir/ca.crt"
		;;
	server)
		[ $# -ge 2 ] || usage
		name=$1
		shift
		check_name "$name"
		hosts=$(alternatives "$@")
		begin
		sign "$name" 397 serverAuth "$hosts"
		echo "$dir/$name.crt"
		;;
	client)
		[ $# -eq 1 ] || usage
		check_name "$1"
		[ ! -e "$dir/$1.crt" ] || fail 3 "'$dir/$1.crt' is there already, and it is not replaced"
		begin
		sign "$1" 397 clientAuth
		openssl x509 -in "$dir/$1.crt" -noout -fingerprint -sha256 | sed 's/^.*=//'
		;;
	*) usage ;;
esac
