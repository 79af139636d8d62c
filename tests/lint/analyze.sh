#!/bin/sh
# gcc's static analyser finds nothing in what ships (shipped.py).
# Usage: analyze.sh ROOT BUILD, where BUILD has compile_commands.json
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec /usr/bin/python3 -B - "$here" "$1" "$2" <<'END'
import shlex, subprocess, sys
from concurrent.futures import ThreadPoolExecutor
here, root, build = sys.argv[1:]
sys.path.insert(0, here)
from shipped import shipped

# What only costs time here. What gcc 12's analyser does not follow: `cleanup` attributes, so it sees leaks (LeakSanitizer and clang's do follow), and small structs that
# are returned by value, so it sees <unknown> uninitialised (clang's analyser and the compilers' own warnings look for that).
SKIPPED = ("-fsanitize", "-fno-sanitize", "-MD", "-Werror")
OPTIONS = ["-fanalyzer", "-Wno-analyzer-malloc-leak", "-Wno-analyzer-file-leak", "-Wno-analyzer-use-of-uninitialized-value", "-o", "/dev/null"]


def analyze(command):
    words, kept = shlex.split(command["command"]), []
    while words:
        word = words.pop(0)
        if word in ("-o", "-MF", "-MT"):
            words.pop(0)
        elif not word.startswith(SKIPPED) and not word.endswith("ccache"):
            kept.append(word)
    done = subprocess.run(["gcc", *kept[1:], *OPTIONS], cwd=command["directory"], capture_output=True, text=True, check=False)
    return done.returncode != 0 or "warning:" in done.stderr, done.stderr


with ThreadPoolExecutor(2) as pool:
    found = [text for bad, text in pool.map(analyze, shipped(root, build)) if bad]
print("".join(found), end="")
sys.exit(bool(found))
END
