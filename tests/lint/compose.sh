#!/bin/sh
# Every service of docker-compose.yml is hardened, has a healthcheck where it stays, and carries nothing in its environment, where a
# secret would be; every image runs as somebody other than root. Usage: compose.sh ROOT
set -eu
. "$(dirname "$0")/lib.sh"
root=$1
cd "$root"
status=0

# Prints "line:text" for each service that lacks the line "    <<: *hardened".
unhardened() {
	awk '
		function judge() { if (name != "" && !hardened) print line ":" name }
		/^[a-z]/ { judge(); name = ""; inside = /^services:/ }
		inside && /^  [a-z]/ { judge(); name = $1; line = NR; hardened = 0; services++ }
		/^    <<: \*hardened$/ { hardened = 1 }
		END { judge(); if (!services) print "1:no service" }
	' "$1"
}

# Prints "line:text" for each service that stays and that nobody asks whether it is well.
unwatched() {
	awk '
		function judge() { if (stays && !watched) print line ":" name }
		/^[a-z]/ { judge(); stays = 0; inside = /^services:/ }
		inside && /^  [a-z]/ { judge(); name = $1; line = NR; stays = watched = 0 }
		inside && /^    restart: unless-stopped$/ { stays = 1 }
		inside && /^    healthcheck:$/ { watched = 1 }
		END { judge() }
	' "$1"
}

# Prints the last line of each stage from which an image is made and that ends as root. Stages that
# others are made from (build, runtime) are none.
rooted() {
	awk '
		function judge() {
			if (stage != "" && stage !~ /^(build|runtime)$/ && (user == "" || user == "root"))
				print line ":" stage
		}
		/^FROM / { judge(); stage = $4; line = NR; user = "" }
		/^USER / { user = $2 }
		END { judge(); if (stage == "") print "1:no stage" }
	' "$1"
}

# Prints "line:path" for each path that is copied from the project and held back: .dockerignore names all that is not, by
# itself or by its first folder.
held_back() {
	awk '
		{ while (sub(/\\$/, "")) { if ((getline more) <= 0) break; $0 = $0 more } }
		/^COPY / && !/--from=/ { for (i = 2; i < NF; i++) print NR ":" $i }
	' "$1" | while IFS=: read -r line path; do
		path=${path%/}
		grep -qxF -e "!$path" -e "!${path%%/*}" .dockerignore || echo "$line:$path"
	done
}

# check FILE RULE: findings come on stdin.
check() {
	found=$(cat)
	if [ -n "$found" ]; then
		printf '%s\n' "$found" | report "$1" "$2"
		status=1
	fi
}

check docker-compose.yml "a service is hardened" <<FOUND
$(unhardened docker-compose.yml)
FOUND
check docker-compose.yml "a service that stays has a healthcheck" <<FOUND
$(unwatched docker-compose.yml)
FOUND
check docker-compose.yml "nothing in the environment, no capability, no privilege" <<FOUND
$(grep -nE '^ *(environment|env_file|cap_add|privileged):' docker-compose.yml || true)
FOUND
check docker/Dockerfile "an image's program is not root" <<FOUND
$(rooted docker/Dockerfile)
FOUND
check docker/Dockerfile "what an image copies is not held back by .dockerignore" <<FOUND
$(held_back docker/Dockerfile)
FOUND
exit $status
