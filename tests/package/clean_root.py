"""A root folder with Debian 12 and nothing more, made once by debootstrap and kept beside the builds."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build/debootstrap/bookworm.tar"
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
DEBIAN = "http://deb.debian.org/debian"


def run(*args, **options):
    done = subprocess.run([str(a) for a in args], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{' '.join(map(str, args))}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout


def mirror():
    """The one that this machine's apt uses, whatever stands before it."""
    sites = run("apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages").split()
    return next((site for site in sites if site.rstrip("/").endswith("/debian")), DEBIAN)


def make_tar():
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    folder = KEPT.with_suffix(".making")
    shutil.rmtree(folder, ignore_errors=True)
    run("debootstrap", "--variant=minbase", "bookworm", folder, mirror())
    if SOURCES.exists():
        shutil.copy(SOURCES, folder / "etc/apt/sources.list.d")
        (folder / "etc/apt/sources.list").write_text("")
    run("tar", "-C", folder, "-cf", f"{KEPT}.new", ".")
    shutil.rmtree(folder)
    os.rename(f"{KEPT}.new", KEPT)


class CleanRoot:
    """Unpacked into FOLDER; what runs in it sees its own /proc and processes."""

    def __init__(self, folder):
        if not KEPT.exists():
            make_tar()
        self.folder = Path(folder)
        run("tar", "-C", folder, "-xf", KEPT)
        # Nothing that is installed starts here.
        policy = self / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        shutil.copy("/etc/resolv.conf", self / "etc/resolv.conf")
        self.run("apt-get", "update", "-qq")

    def __truediv__(self, path):
        return self.folder / path

    def call(self, *args):
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", f"--mount-proc={self.folder}/proc", "chroot",
             str(self.folder), "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
             "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", *map(str, args)],
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    def run(self, *args):
        done = self.call(*args)
        assert done.returncode == 0, f"{' '.join(map(str, args))}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        return done.stdout + done.stderr

    def apt(self, verb, *packages):
        return self.run("apt-get", verb, "-y", "-qq", "--no-install-recommends", "--allow-downgrades",
                        "-o", "Dpkg::Options::=--force-confold", *packages)

    def state(self, package):
        """As dpkg has it: 'installed', 'config-files', or '' when it knows nothing of it."""
        done = self.call("dpkg-query", "-W", "-f", "${db:Status-Status}", package)
        return done.stdout if done.returncode == 0 else ""
