"""A root folder that systemd has booted: PID 1 of namespaces of its own, as on a machine, over this one's kernel."""

import os
import re
import subprocess
import uuid
from pathlib import Path

from waiting import wait_for

# In its namespaces, from outside the root: what a container's manager prepares for systemd. A user namespace, which
# PrivateUsers= makes, is refused to who was only chrooted: hence pivot_root. Settings of the kernel are the machine's:
# it can read them, and has no power over its clock and modules.
PREPARE = """set -e
cd "$1"
mount --make-rprivate /
mount --bind . .
cd "$1"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
    touch "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm run/ledger
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount --bind "$2" run/ledger
ip link set lo up
pivot_root . mnt
exec chroot . sh -c 'umount -l /mnt && exec setpriv --bounding-set=-sys_time,-sys_module,-sys_boot,-syslog \\
    env -i container=other /lib/systemd/systemd --unit=basic.target'
"""


def unified():
    """Where this machine has its cgroups of version 2."""
    found = re.search(r"^\S+ \S+ \S+ / (\S+) .* - cgroup2 ", Path("/proc/self/mountinfo").read_text(), re.M)
    assert found, "no cgroup2 file system is mounted here"
    return Path(found.group(1))


class Booted:
    """`ledger` is a folder of this machine's that is seen as /run/ledger in there."""

    def __init__(self, root, ledger, log):
        self.root = Path(root.folder)
        self.cgroup = unified() / f"certwire-{uuid.uuid4().hex[:8]}"
        self.cgroup.mkdir()
        self.log_file = log
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup", "--fork", "--kill-child", "sh",
                 "-c", PREPARE, "sh", self.root, ledger], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                preexec_fn=lambda: (self.cgroup / "cgroup.procs").write_text(str(os.getpid())))
        wait_for(self.answers, self.log)

    def log(self):
        return f"systemd to have booted: {self.log_file.read_text(errors='replace')[-2000:]}"

    def pid(self):
        """Of its PID 1, as it is seen out here."""
        assert self.process.poll() is None, self.log()
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return children[0] if children else None

    def call(self, *args, **options):
        return subprocess.run(
            ["nsenter", "--target", self.pid(), "--all", "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
             "LC_ALL=C.UTF-8", *map(str, args)], capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL, **options)

    def run(self, *args):
        done = self.call(*args)
        assert done.returncode == 0, f"{' '.join(map(str, args))}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        return done.stdout

    def answers(self):
        return self.pid() and self.call("systemctl", "is-active", "basic.target").returncode == 0

    def show(self, service, name):
        return self.run("systemctl", "show", service, "--value", "-p", name).strip()

    def journal(self, service):
        return self.call("journalctl", "--no-pager", "-o", "cat", "-u", service).stdout[-3000:]

    def end(self):
        """All of it, at once."""
        self.process.kill()
        self.process.wait()
        wait_for(lambda: "populated 0" in (self.cgroup / "cgroup.events").read_text(), "everything in there to be gone")
        for folder, _, _ in os.walk(self.cgroup, topdown=False):
            os.rmdir(folder)
