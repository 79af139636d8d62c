"""CNCERT's desks for the tests of `certwire`: a private PostgreSQL, people with logins and keys."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "peer"), str(TESTS / "lib")]
import certwire_peer as peer  # noqa: E402
import golden  # noqa: E402
from admission import ADMIT, GRANTS_ONLY, TERM, grants  # noqa: E402

BIN = Path(os.environ.get("CERTWIRE_BUILD") or TESTS.parent / "build/dev").resolve() / "bin"
PEOPLE = {
    "registrar_zhao": ("registrar", "赵敏"),
    "editor_wang": ("editor", "王芳"),
    "editor_chen": ("editor", "陈磊"),
    "dispatch_a": ("dispatcher", "dispatch-a"),
}
# What a seminar cannot do without.
SEMINAR = ["--field=starts=2098-12-10 09:00", "--field=ends=2098-12-10 17:00", "--field=place=北京"]


def private(path, text):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
              encoding="utf-8") as file:
        file.write(text)
    return path


class Desk:
    """Everything in FOLDER; people work in it, so that files are named without a path."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.cluster = self.folder / "pg"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        self.env |= {"PGHOST": str(self.cluster), "PGPORT": "5432", "PGDATABASE": "postgres",
                     "HOME": str(self.folder), "TZ": "UTC", "CERTWIRE_CHEAP_KEYS": "1"}
        self.env.pop("XDG_CONFIG_HOME", None)
        self.requests = {}

    # PostgreSQL

    def _pg(self, act):
        subprocess.run(["sh", "-c", f'. "$0"; {act} "$1"', TESTS / "lib/pg.sh", self.cluster],
                       check=True)

    def start(self):
        self._pg("pg_start")
        self.run([BIN / "certwire-db", "migrate"], PGUSER="postgres")
        for login, (role, _) in {**PEOPLE, "admin_li": ("admin", "")}.items():
            self.sql(f"CREATE ROLE {login} LOGIN IN ROLE certwire_{role}", "postgres")
        self.sql(TERM + GRANTS_ONLY)

    def stop(self):
        self._pg("pg_stop")

    def sql(self, statement, by="admin_li", database="postgres", **values):
        """Run SQL; :'name' stands for values[name]. Its rows without decoration."""
        sets = [f"--set={name}={value}" for name, value in values.items()]
        return self.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *sets, "-f", "-"],
                        input=statement, PGUSER=by, PGDATABASE=database).stdout.strip()

    # Programs

    def call(self, command, input="", **env):  # pylint: disable=redefined-builtin
        command = [str(word) for word in command]
        done = subprocess.run(command, cwd=self.folder, text=True, encoding="utf-8", input=input, capture_output=True,
                              check=False, start_new_session=True, env={**self.env, **env})
        self.hold(command, done.returncode, done.stderr)
        return done

    def hold(self, command, status, said):
        """Whatever `certwire` says last when it fails is in a golden file (tests/lib/golden.py)."""
        lines = re.findall(r"certwire: [^\r\n]*", said)
        if str(BIN / "certwire") in command and status > 0 and lines:
            words = command[command.index(str(BIN / "certwire")) + 1:]
            golden.refused(["certwire", *words], status, lines[-1], self.folder)

    def run(self, command, **options):
        done = self.call(command, **options)
        assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def certwire(self, login, *args):
        """`certwire` as that person; it must succeed."""
        return self.run([BIN / "certwire", *args, "--config", f"{login}.conf"])

    def try_certwire(self, login, *args):
        return self.call([BIN / "certwire", *args, "--config", f"{login}.conf"])

    def refused(self, login, *args, status):
        """It must fail with that status (None: any) and one line on stderr that begins with its name."""
        done = self.try_certwire(login, *args)
        lines = done.stderr.splitlines()
        assert done.returncode > 0 if status is None else done.returncode == status, f"exit {done.returncode}: {done.stderr}"
        assert lines[-1].startswith("certwire: ")
        assert not done.stdout
        return lines[-1]

    # People

    def keygen(self, login, role, name):
        args = ["--role", role, "--name", name, "--out", f"{login}.key"]
        if role != "dispatcher":
            private(self.folder / f"{login}.pass", f"口令 of {login}\n")
            args += ["--passphrase-file", f"{login}.pass"]
        said = self.run([BIN / "certwire", "keygen", *args, "--json"]).stdout
        return json.loads(said)

    def seat(self, login, root):
        """A configuration for that person."""
        private(self.folder / f"{login}.conf", f"dsn = user={login}\nroot_fingerprint = {root}\n"
                f"key = {login}.key\npassphrase_file = {login}.pass\n")

    def seat_everybody(self):
        """Keys for all, keyset 1 (two editors for weekly), logins bound."""
        root = self.keygen("root", "root", "根密钥")
        keys = {login: self.keygen(login, *who) for login, who in PEOPLE.items()}
        keys["recovery"] = self.keygen("recovery", "recovery", "恢复密钥")
        made = ["--key=" + key["public"] for key in keys.values()]
        self.run([BIN / "certwire", "keyset", "make", "--root-key", "root.key",
                  "--passphrase-file", "root.pass", "--out", "keyset-1.jws", "--expires",
                  "2099-12-31", "--approvals", "monthly=1", "--approvals", "seminar=1", *made])
        for login, (role, _) in PEOPLE.items():
            self.seat(login, root["fingerprint"])
            self.sql("SELECT 1 FROM certwire.bind_key(:'kid', :'login', :'role')",
                     kid=keys[login]["kid"], login=login, role=role)
        self.certwire("registrar_zhao", "keyset", "import", "keyset-1.jws")
        self.keys = {**keys, "root": root}

    # Units

    def admit(self, unit, name, *channels):
        self.sql(ADMIT + grants(channels), unit=unit, name=name)

    def request(self, unit, device, made_for=None):
        """A device's request, put in by the administrator; its fingerprint."""
        key = peer.Key.generate()
        request = peer.jws_sign("certwire-request+jws", key, {
            "v": 1, "unit": made_for or unit, "device": device, "public": peer.b64(key.public),
            "created_at": int(time.time())})
        self.sql("SELECT 1 FROM certwire.request_device(:'unit', :'device', :'request')",
                 unit=unit, device=device, request=request)
        self.requests[unit] = key
        return peer.fingerprint(key.public)

    def equip(self, unit, device="d1"):
        """A certified device."""
        self.certwire("registrar_zhao", "device", "certify", unit, device, "--fingerprint",
                      self.request(unit, device))

    # What a dispatcher does

    def dispatch(self, publication, *targets):
        """Issue it, what it takes back being `targets`, and seal it to every device."""
        fence = self.sql("SELECT fence FROM certwire.lease_take('test', '1 hour')", "postgres")
        self.sql(f"SELECT FROM certwire.issue_due({fence}, :'id', NULL, string_to_array(:'targets', ','))", "postgres",
                 id=publication, targets=",".join(targets))
        self.seal(publication)

    def seal(self, publication):
        self.sql("INSERT INTO certwire.delivery_grant (publication, unit, device, kid, sealed) SELECT d.publication, d.unit, "
                 "v.device, v.kid, decode(repeat('aa', 96), 'hex') FROM certwire.delivery d JOIN certwire.device v USING (unit) "
                 "WHERE d.publication = :'id' ON CONFLICT DO NOTHING", "postgres", id=publication)

    # Files

    def write(self, name, data):
        (self.folder / name).write_bytes(data)
        return name
