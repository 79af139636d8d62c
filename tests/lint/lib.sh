# shellcheck shell=sh
# Sourced by the lints: which files there are, and how a finding is told.

# The project's files below the folder $1 whose path matches the extended expression $2, one a line.
# What git would commit; in a folder that is no repository, every file outside build/.
project_files() {
	if [ -e "$1/.git" ]; then
		git -C "$1" ls-files --cached --others --exclude-standard
	else
		(cd "$1" && find . -type f -not -path './build/*' | sed 's|^\./||')
	fi | grep -E "$2" | while IFS= read -r path; do
		[ ! -f "$1/$path" ] || printf '%s\n' "$path"
	done
}

# A lint that looked at nothing has found nothing out: it fails.
require_some() {
	if [ -z "$1" ]; then
		echo "no file to look at" >&2
		exit 1
	fi
}

# Prints each "line:text" of stdin as a finding about file $1, with the rule $2.
report() {
	while IFS= read -r finding; do
		printf '%s:%s  <- %s\n' "$1" "$finding" "$2"
	done
}
