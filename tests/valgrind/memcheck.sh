#!/bin/sh
# Runs PROGRAM under memcheck: exit status 99 when it reads what was never written, reads or writes what is not
# its own, or loses memory; else the program's own. Usage: memcheck.sh PROGRAM [ARG...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
	--child-silent-after-fork=yes --num-callers=30 --suppressions="$here/memcheck.supp" "$@"
