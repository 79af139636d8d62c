#!/bin/bash
# CNCERT's side, once: keys, the keyset, the brokers' TLS certificates, and a unit in good standing.
# What exists is kept, so it may be run again.
set -euo pipefail
umask 077
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
own=/var/lib/certwire
letters=(a b) # of the brokers and of the dispatchers
public=/run/certwire/public

as_admin() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" "$(dsn_of admin_li)"
}

random() {
	head -c 24 /dev/urandom | base64
}

# make_key FILE ROLE NAME: with a passphrase file beside it, but for a daemon's.
make_key() {
	local given=()
	[ ! -e "$1.key" ] || return 0
	if [ "$2" != dispatcher ]; then
		random | put "$1.pass"
		given=(--passphrase-file "$1.pass")
	fi
	certwire keygen --role "$2" --name "$3" --out "$1.key" "${given[@]}" >/dev/null
	echo "key: $3 ($2)"
}

# of_key FILE WHAT: its kid or fingerprint.
of_key() {
	certwire key show "$1.key" | sed -n "s/^$2  *//p"
}

# bind FILE LOGIN ROLE: one person, one role, one key.
bind() {
	as_admin -v kid="$(of_key "$1" kid)" -v login="$2" -v role="$3" >/dev/null \
		<<<"SELECT certwire.bind_key(:'kid', :'login', :'role')"
}

# write_conf LOGIN: the settings of `certwire` for this person.
write_conf() {
	put "$own/$1.conf" <<-CONF
		dsn = $(dsn_of "$1")
		root_fingerprint = $(of_key "$own/root" fingerprint)
		key = $own/$1.key
		passphrase_file = $own/$1.pass
	CONF
}

# Where the key of dispatcher LETTER is, without its suffix.
key_of_dispatcher() {
	echo "/run/certwire/dispatcher-$1/dispatch_$1"
}

make_keyset() {
	local keys=() letter
	for letter in "${letters[@]}"; do
		keys+=(--key "$(key_of_dispatcher "$letter").key")
	done
	if [ ! -e "$own/keyset-1.jws" ]; then
		certwire keyset make --root-key "$own/root.key" --passphrase-file "$own/root.pass" \
			--out "$own/keyset-1.jws" --expires 2099-12-31 --approvals weekly=2 \
			--approvals monthly=2 --approvals opportunity=2 --approvals seminar=2 \
			--key "$own/registrar_zhao.key" --key "$own/editor_wang.key" \
			--key "$own/editor_chen.key" --key "$own/recovery.key" "${keys[@]}" >/dev/null
	fi
	if [ -z "$(as_admin <<<'SELECT 1 FROM certwire.current_keysets()')" ]; then
		certwire keyset import "$own/keyset-1.jws" --config "$own/registrar_zhao.conf"
	fi
}

# A small authority of our own, because services talk over a network that is not loopback.
make_tls() {
	local new=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes) letter broker
	if [ ! -e "$own/ca.crt" ]; then
		openssl req -x509 "${new[@]}" -days 3650 -subj '/CN=Certwire demonstration' \
			-keyout "$own/ca.key" -out "$own/ca.crt.new" 2>/dev/null
		mv "$own/ca.crt.new" "$own/ca.crt"
	fi
	for letter in "${letters[@]}"; do
		broker=/run/certwire/broker-$letter
		[ ! -e "$broker/broker.crt" ] || continue
		openssl req "${new[@]}" -subj "/CN=broker-$letter" \
			-addext "subjectAltName=DNS:broker-$letter" \
			-keyout "$broker/broker.key" -out "$own/broker.csr" 2>/dev/null
		openssl x509 -req -in "$own/broker.csr" -copy_extensions copy -days 825 \
			-CA "$own/ca.crt" -CAkey "$own/ca.key" -CAcreateserial 2>/dev/null |
			put "$broker/broker.crt"
	done
}

admit_unit() {
	local unit=$1 name=$2
	if [ -n "$(as_admin -v unit="$unit" \
		<<<"SELECT 1 FROM certwire.unit_overview WHERE unit = :'unit'")" ]; then
		return
	fi
	{
		echo "BEGIN;"
		echo "SELECT certwire.set_term(4, begins => '2011-06-01 00:00+08');"
		echo "SELECT certwire.propose_unit(:'unit', :'name', 4, 'national', NULL, '演示');"
		echo "SELECT certwire.set_paper(:'unit', 'agreement', '演示协议', current_date - 1);"
		echo "SELECT certwire.set_paper(:'unit', 'confidentiality', '演示保密承诺书', current_date - 1);"
		echo "SELECT certwire.set_contact(:'unit', '演示联系人', '010-82990000');"
		echo "SELECT certwire.admit_unit(:'unit', '材料齐全');"
		echo "COMMIT;"
	} | as_admin -v unit="$unit" -v name="$name" >/dev/null
	echo "unit: $unit $name, in good standing"
}

wait_for_file /run/certwire/login/database.crt migrate
wait_for 300 PostgreSQL pg_isready -q -h database
make_key "$own/root" root 根密钥
make_key "$own/recovery" recovery 恢复密钥
make_key "$own/registrar_zhao" registrar 赵敏
make_key "$own/editor_wang" editor 王芳
make_key "$own/editor_chen" editor 陈磊
for letter in "${letters[@]}"; do
	make_key "$(key_of_dispatcher "$letter")" dispatcher "dispatch-$letter"
done
bind "$own/registrar_zhao" registrar_zhao registrar
bind "$own/editor_wang" editor_wang editor
bind "$own/editor_chen" editor_chen editor
for letter in "${letters[@]}"; do
	bind "$(key_of_dispatcher "$letter")" "dispatch_$letter" dispatcher
done
for login in registrar_zhao editor_wang editor_chen; do
	write_conf "$login"
done
make_keyset
make_tls
admit_unit demo 演示单位
# Last, because broker, dispatcher and unit wait for it.
put "$public/ca.crt" <"$own/ca.crt"
of_key "$own/root" fingerprint | put "$public/root_fingerprint"
echo "set up; root fingerprint $(cat "$public/root_fingerprint")"
