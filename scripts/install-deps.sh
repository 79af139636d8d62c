#!/bin/bash
# Installs the Debian 12 packages that building, testing and running Certwire needs: the one list of
# them. Does nothing when all are there. Starts no server: neither a broker nor a database cluster.
# Usage: scripts/install-deps.sh [--build-only | --unit-only] (as root, unless nothing is missing)
#        --build-only leaves out what lint and tests alone need
#        --unit-only installs what builds certwire-unit alone, for a support unit
set -euo pipefail

unit=(
	cmake ninja-build gcc libc6-dev pkg-config dpkg-dev file
	libsodium-dev nettle-dev libjansson-dev libunistring-dev libmosquitto-dev libsqlite3-dev libssl-dev
	gettext libzip-dev libqrencode-dev libmicrohttpd-dev libseccomp-dev libsystemd-dev
)
build=(
	"${unit[@]}" ccache git mosquitto-dev libpq-dev
	libmagic-dev libarchive-dev libqpdf-dev libkeyutils-dev
)
lint=(
	clang libclang-rt-14-dev clang-format clang-tidy clang-tools cppcheck shellcheck
	mandoc man-db bsdextrautils systemd lintian
)
tests=(
	libcmocka-dev postgresql-15 postgresql-15-pgtap libtap-parser-sourcehandler-pgtap-perl
	mosquitto mosquitto-clients sqlite3 openssl iproute2
	python3 python3-nacl python3-jsonschema python3-paho-mqtt python3-pytest procps keyutils
	libfaketime curl valgrind chromium chromium-driver fonts-noto-cjk debootstrap prometheus
)
case ${1-} in
	"") packages=("${build[@]}" "${lint[@]}" "${tests[@]}") ;;
	--build-only) packages=("${build[@]}") ;;
	--unit-only) packages=("${unit[@]}") ;;
	*) echo "install-deps.sh: usage: install-deps.sh [--build-only | --unit-only]" >&2 && exit 2 ;;
esac

missing=()
for package in "${packages[@]}"; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
	echo "all ${#packages[@]} packages are installed"
	exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
	echo "missing: ${missing[*]}; run this as root" >&2
	exit 1
fi

# While packages are configured, nothing of them may start. What was there before is put back.
policy=/usr/sbin/policy-rc.d
cluster_conf=/etc/postgresql-common/createcluster.conf
saved=$(mktemp -d)
had_conf=no
restore() {
	if [ -e "$saved/policy-rc.d" ]; then
		mv "$saved/policy-rc.d" "$policy"
	else
		rm -f "$policy"
	fi
	if [ "$had_conf" = yes ]; then
		mv "$saved/createcluster.conf" "$cluster_conf"
	elif [ -e "$cluster_conf" ]; then
		sed -i '/^create_main_cluster = false$/d' "$cluster_conf"
	fi
	rm -rf "$saved"
}
trap restore EXIT
[ ! -e "$policy" ] || mv "$policy" "$saved/policy-rc.d"
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"
if [ -e "$cluster_conf" ]; then
	cp -p "$cluster_conf" "$saved/createcluster.conf"
	had_conf=yes
fi
mkdir -p "$(dirname "$cluster_conf")"
echo 'create_main_cluster = false' >>"$cluster_conf"

export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
echo "installing: ${missing[*]}"
apt-get update -qq
apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}"
