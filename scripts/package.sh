#!/bin/bash
# Builds certwire-broker, certwire-db, certwire-publisher and certwire-unit as Debian packages, into
# build/packages; of what was there before, nothing stays.
# Usage: scripts/package.sh [--unit-only]
#        --unit-only makes certwire-unit alone, on a machine that need not have libpq
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/testing.sh
preset=release
options=()
case ${1-} in
	"") ;;
	--unit-only)
		preset=release-unit
		options=(-B "build/$preset" -DCERTWIRE_BUILD_SUBSCRIBER_ONLY=ON)
		;;
	*) echo "package.sh: usage: package.sh [--unit-only]" >&2 && exit 2 ;;
esac

rm -rf build/packages
quietly cmake --preset release "${options[@]}"
quietly cmake --build "build/$preset" -- -j"${CERTWIRE_JOBS:-2}"
quietly cpack --config "build/$preset/CPackConfig.cmake" -B "$PWD/build/packages"
rm -rf build/packages/_CPack_Packages
ls build/packages/*.deb
