"""Our programs in a build folder, and how one is run to its end."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Programs:
    def __init__(self, build=None):
        self.build = Path(build or os.environ.get("CERTWIRE_BUILD") or ROOT / "build/dev").resolve()
        assert (self.build / "bin").is_dir(), f"{self.build} is not built"

    def __getitem__(self, name):
        return self.build / "bin" / name

    def plugin(self, name):
        return self.build / "lib" / f"{name}.so"

    def call(self, name, *args, **options):
        """Run to the end, whatever the exit status; stdin is empty unless `input` is given."""
        options.setdefault("input", "")
        return subprocess.run([str(self[name]), *map(str, args)], capture_output=True, text=True,
                              encoding="utf-8", check=False, cwd="/", start_new_session=True,
                              **options)

    def run(self, name, *args, **options):
        """Run to the end; its stdout. Any exit status but 0 fails."""
        done = self.call(name, *args, **options)
        if done.returncode != 0:
            raise AssertionError(f"{name} {' '.join(map(str, args))}: exit {done.returncode}\n"
                                 f"{done.stdout}{done.stderr}")
        return done.stdout


def write_private(path, text):
    """A file of mode 0600, as keys, passphrases and configurations are kept."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
              encoding="utf-8") as file:
        file.write(text)
    return Path(path)


def write_conf(path, settings):
    """A configuration of ours: `key = value` lines; a list gives its key several times."""
    lines = []
    for key, value in settings.items():
        for one in value if isinstance(value, list) else [value]:
            lines.append(f"{key} = {one}\n")
    return write_private(path, "".join(lines))
