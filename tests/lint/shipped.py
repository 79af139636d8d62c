"""The commands that compile what ships: shipped.py ROOT BUILD prints them as a compilation database. Tests are left out for speed:
they run, under sanitizers. So are the second compilations of libraries that plugins link.
"""

import json
import os
import sys


def shipped(root, build):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    folders = ("common/", "db/", "publisher/", "subscriber/", "broker-plugins/")
    chosen = [c for c in commands
              if os.path.relpath(c["file"], root).startswith(folders) and "_plain.dir" not in c["command"]]
    if not chosen:
        sys.exit("no file to look at")
    return chosen


if __name__ == "__main__":
    json.dump(shipped(*sys.argv[1:]), sys.stdout)
