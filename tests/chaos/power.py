"""Power that is cut, simulated: what powercut/ saw synced survives, of anything else any part of it may, by the dice.

A folder is either as it was last synced or as it is now; a file has the bytes that were last synced, those of now, or of each
page either. So a name may be there without its content, content without a name, a rename without what was renamed: all that
file systems are known to do where nobody asked for more.
"""

import ctypes
import os
import shutil
import stat
from pathlib import Path

AT_FDCWD, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, STATX_BTIME = -100, 0x100, 0x7FF, 0x800
LIBC = ctypes.CDLL(None, use_errno=True)
PAGE = 4096


def key(path):
    """Names an inode as powercut.c does."""
    found = ctypes.create_string_buffer(256)
    if LIBC.statx(AT_FDCWD, os.fsencode(path), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, found) != 0:
        raise OSError(ctypes.get_errno(), path)
    at = lambda offset, size: int.from_bytes(found.raw[offset:offset + size], "little")
    return f"{at(32, 8)}-{at(80, 8)}.{at(88, 4):09}"


class Power:
    """Of one device: `root` is all that it writes, `mirror` what of it is durable."""

    def __init__(self, library, root, ignore=None):
        self.library, self.root, self.ignore = library, Path(root), ignore
        self.mirror = self.root.with_name(self.root.name + ".durable")

    def environment(self):
        # A sanitized program is content to come behind another library when it is told so.
        sanitizer = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": str(self.library), "POWERCUT_ROOT": str(self.root), "POWERCUT_MIRROR": str(self.mirror),
                "POWERCUT_IGNORE": self.ignore or "", "ASAN_OPTIONS": f"{sanitizer}:verify_asan_link_order=0"}

    def all_is_durable(self):
        """After what people did with the disk, and after a boot."""
        shutil.rmtree(self.mirror, ignore_errors=True)
        self.mirror.mkdir(mode=0o700)
        for folder, folders, files in os.walk(self.root):
            with open(self.mirror / key(folder), "w", encoding="utf-8") as out:
                out.writelines(line(Path(folder) / name) for name in folders + files)
            for name in files:
                shutil.copyfile(Path(folder) / name, self.mirror / key(Path(folder) / name))

    def cut(self, rng):
        """The device must have been killed. `rng`: None: nothing survives but what was synced."""
        now = {key(path): path for path in (self.root, *self.root.rglob("*"))}
        after = self.root.with_name(self.root.name + ".after")
        self._folder(key(self.root), stat.S_IMODE(self.root.stat().st_mode), after, now, rng)
        shutil.rmtree(self.root)
        after.rename(self.root)
        self.all_is_durable()

    def _folder(self, name, mode, target, now, rng):
        durable = self.mirror / name
        lines = durable.read_text(encoding="utf-8").splitlines(keepends=True) if durable.exists() else []
        if rng and name in now and rng.random() < 0.5:
            lines = [line(path) for path in sorted(now[name].iterdir())]
        target.mkdir()
        for inode, child_mode, child in (text.rstrip("\n").split(" ", 2) for text in lines):
            make = self._folder if stat.S_ISDIR(int(child_mode, 8)) else self._file
            make(inode, stat.S_IMODE(int(child_mode, 8)), target / child, now, rng)
        target.chmod(mode)

    def _file(self, name, mode, target, now, rng):
        durable = self.mirror / name
        kept = durable.read_bytes() if durable.exists() else b""
        if rng and name in now:
            kept = rng.choice((lambda old, new: old, lambda old, new: new, lambda old, new: torn(rng, old, new)))(
                kept, now[name].read_bytes())
        target.write_bytes(kept)
        target.chmod(mode)


def line(path):
    return f"{key(path)} {path.lstat().st_mode:o} {path.name}\n"


def torn(rng, old, new):
    """Of each page the old bytes or the new ones; what was never written reads as zeros."""
    size = rng.choice((len(old), len(new)))
    pages = [rng.choice((old, new))[at:at + PAGE].ljust(PAGE, b"\0") for at in range(0, size, PAGE)]
    return b"".join(pages)[:size]
