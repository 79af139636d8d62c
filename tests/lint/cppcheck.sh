#!/bin/sh
# cppcheck finds nothing in what ships.
# Usage: cppcheck.sh ROOT BUILD
set -eu
cd "$1"
# What it does not understand: `cleanup` attributes (so it sees leaks; LeakSanitizer and clang's analyser look for those), the lists of sys/queue.h, and a compound literal in ?:.
cppcheck -q -j2 --std=c11 --language=c --enable=warning,performance,portability --inline-suppr --max-configs=1 --error-exitcode=1 \
	-D_GNU_SOURCE -D'TAILQ_FOREACH(a,b,c)=while ((a = (void *)(b)))' -D'TAILQ_FOREACH_SAFE(a,b,c,d)=while ((a = (void *)(b)))' -I. -I"$2/generated" \
	--suppress=memleak --suppress=resourceLeak --suppress=internalAstError --suppress=missingIncludeSystem \
	common db publisher subscriber broker-plugins 2>&1
