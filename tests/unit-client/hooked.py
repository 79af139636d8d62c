"""A unit whose programs keep a log of what they were run with."""

import os
import subprocess

from world import Case

HOOK = """#!/bin/sh
{ env | grep ^CERTWIRE_ | sort; for file; do printf 'file %s\\n' "$file"; done; echo; } >>"$(dirname "$0")/$(basename "$0").log"
echo "said by $(basename "$0")"
"""


class HookedCase(Case):
    def program(self, world_folder, name, text=HOOK):
        path = os.path.join(world_folder, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o755)
        return path

    def world_with(self, programs, config=""):
        folder = os.path.realpath(subprocess.run(["mktemp", "-d"], capture_output=True, text=True,
                                                 check=True).stdout.strip())
        self.addCleanup(lambda: subprocess.run(["rm", "-rf", folder], check=False))
        lines = "".join(f"{key} = {self.program(folder, key, text)}\n"
                        for key, text in programs.items())
        return self.world(config=lines + config), folder

    def runs(self, folder, name):
        path = os.path.join(folder, name + ".log")
        if not os.path.exists(path):
            return []
        with open(path) as file:
            return [dict(line.split("=", 1) if "=" in line else line.split(" ", 1)
                         for line in block.splitlines())
                    for block in file.read().split("\n\n") if block]

    def owed(self, world, state):
        return int(world.sql(f"SELECT count(*) FROM hook WHERE state = '{state}'"))
