#!/bin/sh
# Who may include whom:
#
#	publisher -> db -> common <- subscriber;  broker-plugins -> db, common;  tests -> all
#
# Siblings never include each other. Headers of ours are included in quotes by their full path;
# libpq stays behind db/. Usage: includes.sh ROOT
set -eu
. "$(dirname "$0")/lib.sh"
root=$1
parts='common|db|publisher|subscriber|broker-plugins|tests'
files=$(project_files "$root" "^($parts)/.*\.[ch]\$")
require_some "$files"
cd "$root"

# What a file of this part may include, as an expression.
allowed() {
	case $1 in
	common) echo 'common' ;;
	db) echo 'db|common' ;;
	publisher) echo 'publisher|db|common' ;;
	subscriber) echo 'subscriber|common' ;;
	broker-plugins) echo 'broker-plugins|db|common' ;;
	tests) echo "$parts" ;;
	esac
}

# Prints the lines of file $2 that match $3, with what is wrong about them; true when there are any.
find_wrong() {
	matches=$(grep -nE "$3" "$2" | grep -vE "${4:-^\$}" || true)
	[ -n "$matches" ] || return 1
	printf '%s\n' "$matches" | report "$2" "$1"
}

status=0
for file in $files; do
	part=${file%%/*}
	may=$(allowed "$part")
	find_wrong "$part/ may include ($may)/ alone" "$file" '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' \
		"include[[:space:]]*\"($may)/" && status=1
	find_wrong "our headers are included in quotes" "$file" \
		"^[[:space:]]*#[[:space:]]*include[[:space:]]*<($parts)/" && status=1
	case $part in
	db | tests) ;;
	*)
		find_wrong "libpq stays behind db/" "$file" \
			'^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"](libpq|postgres|pg_config|libpq-fe)' && status=1
		;;
	esac
done
exit $status
