#!/bin/sh
# Nothing is found by shellcheck in any shell script. Usage: shell.sh ROOT
set -eu
. "$(dirname "$0")/lib.sh"
root=$1
cd "$root"
scripts=$(project_files "$root" '.' | while IFS= read -r path; do
	case $path in
	*.sh) echo "$path" ;;
	*) if head -c 64 "$path" | head -n 1 | grep -aqE '^#!.*\b(ba)?sh\b'; then echo "$path"; fi ;;
	esac
done)
require_some "$scripts"
printf '%s\n' "$scripts" | tr '\n' '\0' |
	xargs -0 shellcheck --external-sources --source-path=SCRIPTDIR
