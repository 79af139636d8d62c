#!/bin/sh
# Proves that a lint can fail: on a small tree with nothing wrong it passes, and each single wrong
# thing put into that tree makes it fail and name the file. Usage: self-check.sh LINT ROOT
# shellcheck disable=SC2016 # the samples are written as they stand
set -eu
here=$(cd "$(dirname "$0")" && pwd)
lint=$1
root=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree

# A sound tree, made anew for each check.
make_tree() {
	rm -rf "$tree"
	mkdir -p "$tree/common" "$tree/broker-plugins" "$tree/db" "$tree/publisher" "$tree/subscriber" "$tree/build" \
		"$tree/docker" "$tree/docs/man" "$tree/tests/cli/golden" "$tree/tests/lint" "$tree/publisher/cli" \
		"$tree/db/queries" "$tree/db/migrations" "$tree/build/bin" "$tree/build/man" "$tree/packaging/systemd"
	cp "$root/.clang-format" "$root/.clang-tidy" "$tree/"
	printf '#include <stddef.h>\n\nsize_t sound(size_t n);\n' >"$tree/common/sound.h"
	printf '#include "common/sound.h"\n\nsize_t sound(size_t n)\n{\n\treturn n;\n}\n' >"$tree/common/sound.c"
	printf '#!/bin/sh\necho "$1"\n' >"$tree/sound.sh"
	printf '#include "common/sound.h"\n#include <sqlite3.h>\nstatic const char q[] = "SELECT 1";\n' \
		>"$tree/subscriber/own.c"
	clang-format -i "$tree/subscriber/own.c"
	printf 'services:\n  sound:\n    <<: *hardened\n    image: x\nvolumes:\n  v:\n' >"$tree/docker-compose.yml"
	printf 'FROM x AS build\nCOPY common common\nFROM x AS sound\nUSER nobody\n' >"$tree/docker/Dockerfile"
	printf '*\n!common\n' >"$tree/.dockerignore"
	printf 'def test_sound():\n\tpass\n' >"$tree/tests/sound.py"
	printf '`test_sound` shows `common/sound.h`.\n' >"$tree/docs/sound.md"
	printf '.Dd May 1, 2026\n.Dt SOUND 1\n.Os X\n.Sh NAME\n.Nm sound\n.Nd it\n.Sh OPTIONS\n.Fl -loud\n' |
		tee "$tree/docs/man/sound.1" >"$tree/build/man/sound.1"
	printf '#!/bin/sh\necho "  --loud  so"\n' >"$tree/build/bin/sound"
	chmod +x "$tree/build/bin/sound"
	cp "$root/packaging/systemd/certwire-dispatch.service" "$tree/packaging/systemd/sound.service"
	[ "$lint" != refusals ] || printf 'bool f(struct err *err)\n{\n\treturn err_set(err, ERR_USAGE, "%%s is sound", "x");\n}\n' >"$tree/publisher/cli/sound.c"
	printf '$ certwire\n2 certwire: it is sound\n' >"$tree/tests/cli/golden/sound.txt"
	printf '[{"directory": "%s", "command": "cc -std=c11 -I. -c common/sound.c", "file": "%s"}]' \
		"$tree" "$tree/common/sound.c" >"$tree/build/compile_commands.json"
}

# Where every message is in Chinese: two of the sources, one of a program's help.
make_catalogue() {
	mkdir -p "$tree/po"
	cp "$root/po/extract.sh" "$tree/po/"
	printf '#!/bin/sh\nprintf "#. sound\\nmsgid \\"be sound\\"\\nmsgstr \\"\\"\\n\\n"\n' >"$tree/build/bin/certwire-sound"
	chmod +x "$tree/build/bin/certwire-sound"
	printf 'void f(void)\n{\n\terr_set(err, ERR_DATA, "no %%s", "x");\n\terr_context(err, "it");\n}\n' >"$tree/common/said.c"
	{
		printf 'msgid ""\nmsgstr ""\n"Project-Id-Version: x\\n"\n"PO-Revision-Date: 2026-01-01 00:00+0800\\n"\n'
		printf '"Last-Translator: x\\n"\n"Language-Team: x\\n"\n"Language: zh_CN\\n"\n"MIME-Version: 1.0\\n"\n'
		printf '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
		printf '#: common/said.c\n#, c-format\nmsgid "no %%s"\nmsgstr "没有 %%s"\n\n#: common/said.c\nmsgid "it"\nmsgstr "它"\n\n'
		printf '#. sound\nmsgid "be sound"\nmsgstr "健全"\n'
	} >"$tree/po/zh_CN.po"
}

make_guides() {
	printf '# A\n\n[中文](sound.zh-CN.md)\n\n## B\n\n    run this\n\nAnd `certwire list --limit N`.\n' >"$tree/docs/sound.md"
	printf '# 甲\n\n[English](sound.md)\n\n## 乙\n\n    run this\n\n再 `certwire list --limit 数`。\n' >"$tree/docs/sound.zh-CN.md"
}

run_lint() {
	sh "$here/$lint.sh" "$tree" "$tree/build" >"$work/out" 2>&1
}

make_sound() {
	make_tree
	case $lint in
	messages) make_catalogue ;;
	guides) make_guides ;;
	esac
}

make_sound
if ! run_lint; then
	echo "$lint fails on a sound tree:" >&2
	cat "$work/out" >&2
	exit 1
fi

# Expects the lint to fail on the tree as it is, and to name file $1.
must_fail() {
	if run_lint; then
		echo "$lint did not find what is wrong with $1:" >&2
		cat "$tree/$1" >&2
		exit 1
	fi
	if ! grep -q "$1" "$work/out"; then
		echo "$lint failed without naming $1:" >&2
		cat "$work/out" >&2
		exit 1
	fi
	make_sound
}

# Puts stdin into file $1 of a sound tree, and expects as much.
must_find() {
	make_sound
	cat >"$tree/$1"
	must_fail "$1"
}

case $lint in
format)
	printf 'int  x;\n' | must_find common/bad.c
	printf 'void f(void)\n{\n    f();\n}\n' | must_find common/bad.h
	;;
headers)
	printf 'size_t alone(void);\n' | must_find common/bad.h
	;;
includes)
	printf '#include "db/db.h"\n' | must_find common/bad.c
	printf '#include "publisher/x.h"\n' | must_find subscriber/bad.c
	printf '#include "db/x.h"\n' | must_find subscriber/bad.h
	printf '#include "subscriber/x.h"\n' | must_find publisher/bad.c
	printf '#include "publisher/x.h"\n' | must_find db/bad.c
	printf '#include "sound.h"\n' | must_find common/bad.c
	printf '#  include "../db/sound.h"\n' | must_find common/bad.c
	printf '#include <common/sound.h>\n' | must_find publisher/bad.c
	printf '#include <libpq-fe.h>\n' | must_find publisher/bad.c
	;;
sql)
	printf 'const char *q = "SELECT 1";\n' | must_find publisher/bad.c
	printf 'const char *q = "UPDATE t SET a = 1";\n' | must_find publisher/bad.c
	printf 'const char *q = "DELETE FROM t";\n' | must_find common/bad.c
	printf 'f(a, "x", "CREATE TABLE t");\n' | must_find publisher/bad.c
	printf 'const char *q = "INSERT INTO t";\n' | must_find subscriber/bad.c
	;;
shell)
	printf '#!/bin/sh\necho $1\n' | must_find bad.sh
	printf '#!/bin/bash\nrm -rf $x/\n' | must_find bad
	;;
refusals)
	printf 'bool f(struct err *err)\n{\n\treturn err_set(err, ERR_USAGE, "never seen");\n}\n' | must_find publisher/cli/bad.c
	printf '# it cannot happen\na message that is not there\n' | must_find tests/lint/refusals.txt
	make_tree
	echo 'SELECT certwire.f();' >"$tree/db/queries/editor_f.sql"
	printf "CREATE FUNCTION certwire.f() AS \$\$ PERFORM fail('CW002', 'never seen', 'x'); \$\$;\n" >"$tree/db/migrations/bad.sql"
	must_fail db/migrations/bad.sql
	printf "CREATE FUNCTION certwire.f() AS \$\$ PERFORM fail('CW002', 'seen by no administrator', 'x'); \$\$;\nGRANT EXECUTE ON FUNCTION certwire.e,\n\tcertwire.f TO certwire_admin;\n" \
		>"$tree/db/migrations/bad.sql"
	must_fail db/migrations/bad.sql
	mkdir -p "$tree/tests/sql"
	printf "SELECT is(t.refusal('f()'), 'CW002: no hint');\n" >"$tree/tests/sql/bad.sql"
	printf "CREATE FUNCTION certwire.f() AS \$\$ PERFORM fail('CW002', 'no hint', ''); \$\$;\nGRANT EXECUTE ON FUNCTION certwire.f TO certwire_admin;\n" \
		>"$tree/db/migrations/bad.sql"
	must_fail db/migrations/bad.sql
	;;
tidy)
	printf 'int f(int *p);\nint f(int *p)\n{\n\tif (p == 0)\n\t\treturn *p;\n\treturn 0;\n}\n' |
		must_find common/sound.c
	;;
analyze)
	printf '#include <stdlib.h>\n\nvoid f(void);\nvoid f(void)\n{\n\tchar *p = malloc(1);\n\n\tfree(p);\n\tfree(p);\n}\n' |
		must_find common/sound.c
	;;
cppcheck)
	printf 'int f(void)\n{\n\tint a[2] = {0, 1};\n\n\treturn a[2];\n}\n' | must_find common/bad.c
	;;
cleanups)
	printf 'void f(void)\n{\n\tauto_buf struct buf out;\n}\n' | must_find common/bad.c
	;;
claims)
	printf 'as `test_nothing` shows\n' | must_find docs/bad.md
	printf 'as `what_nobody_has_ever_shown` says\n' | must_find docs/bad.md
	printf '# test_told_of\n' >"$tree/tests/told.py"
	printf 'as `test_told_of` shows\n' >"$tree/docs/bad.md"
	must_fail docs/bad.md
	printf 'in `common/nothing.c`\n' | must_find docs/bad.md
	;;
man)
	printf '.Dd May 1, 2026\n' | must_find docs/man/bad.1
	make_tree
	printf '.Dd May 1, 2026\n.Dt BAD 5\n.Os X\n.Sh NAME\n.Nm bad\n.Nd it\n.Xx y\n' >"$tree/docs/man/bad.5"
	cp "$tree/docs/man/bad.5" "$tree/build/man/"
	must_fail docs/man/bad.5
	printf '#!/bin/sh\necho "  --loud  so"\necho "  --quiet  so"\n' >"$tree/build/bin/sound"
	must_fail docs/man/sound.1
	printf '#!/bin/sh\n' >"$tree/build/bin/other"
	chmod +x "$tree/build/bin/other"
	must_fail docs/man/other
	;;
messages)
	printf 'void f(void)\n{\n\terr_set(err, ERR_DATA, "new");\n}\n' | must_find common/bad.c
	printf 'void f(void)\n{\n\terr_set(err, ERR_DATA, b ? "no %%s" : "it", x);\n}\n' | must_find common/bad.c
	printf 'void f(void)\n{\n\terr_context(err, "it" NAME);\n}\n' | must_find common/bad.c
	printf '#!/bin/sh\nprintf "#. sound --new\\nmsgid \\"be new\\"\\nmsgstr \\"\\"\\n\\n"\n' >"$tree/build/bin/certwire-other"
	chmod +x "$tree/build/bin/certwire-other"
	must_fail "sound --new"
	sed -i 's/"没有 %s"/"没有"/' "$tree/po/zh_CN.po"
	must_fail po/zh_CN.po
	sed -i 's/"它"/""/' "$tree/po/zh_CN.po"
	must_fail common/said.c
	sed -i 's/^#, c-format/#, fuzzy, c-format/' "$tree/po/zh_CN.po"
	must_fail common/said.c
	printf '\nmsgid "gone"\nmsgstr "去"\n' >>"$tree/po/zh_CN.po"
	must_fail po/zh_CN.po
	;;
guides)
	printf '# 甲\n\n[English](sound.md)\n\n    run this\n\n再 `certwire list --limit 数`。\n' | must_find docs/sound.zh-CN.md
	printf '# 甲\n\n[English](sound.md)\n\n## 乙\n\n    run that\n\n再 `certwire list --limit 数`。\n' |
		must_find docs/sound.zh-CN.md
	printf '# 甲\n\n[English](sound.md)\n\n## 乙\n\n    run this\n\n再 `certwire list`。\n' | must_find docs/sound.zh-CN.md
	printf '# 甲\n\n## 乙\n\n    run this\n\n再 `certwire list --limit 数`。\n' | must_find docs/sound.zh-CN.md
	printf '# 甲\n' | must_find docs/bad.zh-CN.md
	printf '# A\n' >"$tree/docs/units.md"
	must_fail docs/units.zh-CN.md
	;;
systemd)
	printf '[Service]\nExecStart=/bin/true\n' | must_find packaging/systemd/bad.service
	printf '[Service]\nExecStart=/bin/true\nNoSuch=yes\n' | must_find packaging/systemd/bad.service
	;;
compose)
	printf 'services:\n  bad:\n    image: x\n' | must_find docker-compose.yml
	printf 'services:\n  a:\n    <<: *hardened\n  bad:\n    image: x\n' | must_find docker-compose.yml
	printf 'services:\n  bad:\n    <<: *hardened\n    environment:\n      A: b\n' |
		must_find docker-compose.yml
	printf 'volumes:\n  v:\n' | must_find docker-compose.yml
	printf 'services:\n  bad:\n    <<: *hardened\n    restart: unless-stopped\n  a:\n    <<: *hardened\n' |
		must_find docker-compose.yml
	printf 'FROM x AS bad\nFROM x AS sound\nUSER nobody\n' | must_find docker/Dockerfile
	printf 'FROM x AS bad\nUSER nobody\nUSER root\n' | must_find docker/Dockerfile
	printf 'FROM x AS build\nCOPY common \\\n\tdb ./\nFROM x AS sound\nUSER nobody\n' | must_find docker/Dockerfile
	;;
*)
	echo "$lint has no samples" >&2
	exit 1
	;;
esac
