#!/bin/sh
# Every C file is as clang-format with our .clang-format leaves it. Usage: format.sh ROOT
set -eu
. "$(dirname "$0")/lib.sh"
root=$1
files=$(project_files "$root" '\.[ch]$')
require_some "$files"
cd "$root"
printf '%s\n' "$files" | tr '\n' '\0' | xargs -0 clang-format --dry-run -Werror --style=file
