"""CNCERT's side: who holds which key, the keyset, and the acts of editors and registrar."""

import os
import re
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from programs import write_conf, write_private

FINGERPRINT = re.compile(r"\b\d{5}(?: \d{5}){7}\b")
PUBLICATION_ID = re.compile(r"\b[0-9a-f]{32}\b")
ADMIN = "admin_li"
LOGINS = {
    "admin_li": "certwire_admin",
    "registrar_zhao": "certwire_registrar",
    "editor_wang": "certwire_editor",
    "editor_chen": "certwire_editor",
    "dispatch_a": "certwire_dispatcher",
    "dispatch_b": "certwire_dispatcher",
    "broker": "certwire_broker",
    "auditor_sun": "certwire_auditor",
}
HOLDERS = {
    "root": ("root", "根密钥"),
    "recovery": ("recovery", "恢复密钥"),
    "registrar_zhao": ("registrar", "赵敏"),
    "editor_wang": ("editor", "王芳"),
    "editor_chen": ("editor", "陈磊"),
    "dispatch_a": ("dispatcher", "dispatch-a"),
    "dispatch_b": ("dispatcher", "dispatch-b"),
}


RECEIVERS = """SELECT count(*) AS n FROM certwire.publication p, LATERAL (
    SELECT receives FROM certwire.audience(p.channel, p.audience) WHERE p.kind <> 'recall' UNION ALL
    SELECT receives FROM certwire.recall_audience((SELECT min(target) FROM certwire.publication_reference r
        WHERE r.publication = p.id AND r.relation = 'recalls')) WHERE p.kind = 'recall') a WHERE p.id = :'p' AND a.receives"""


@dataclass
class Holder:
    login: str
    role: str
    name: str
    key: Path
    passphrase: Path | None
    kid: str = ""
    fingerprint: str = ""


FORMS = {
    "opportunity": ("opportunity=research", "sponsor=国家互联网应急中心", "how-to-declare=回复意向",
                    "deadline=2098-12-20T18:00:00+08:00"),
    "seminar": ("starts=2098-12-10T09:00:00+08:00", "ends=2098-12-10T17:00:00+08:00", "place=北京"),
}


def form(channel, number):
    """Options that fill in the channel's form, where a test does not care how."""
    if channel in FORMS:
        return [f"--field={field}" for field in FORMS[channel]]
    year, _, issue = number.partition("-")
    regular = year.isdigit() and issue.isdigit() and int(issue) <= (12 if channel == "monthly" else 52)
    return [] if regular else ["--special"]


class Office:
    """Keys in FOLDER, one for each holder; configurations of `certwire` beside them."""

    def __init__(self, folder, cluster, programs):
        self.folder = Path(folder)
        self.cluster = cluster
        self.programs = programs
        self.holders = {}
        self.registrar = "registrar_zhao"  # who certifies and imports
        self.keyset = None

    def make_keys(self):
        """Generate every holder's key, side by side; a test build makes their passphrases cheap to use."""
        self.folder.mkdir(mode=0o700)
        running = []
        for login, (role, name) in HOLDERS.items():
            holder = Holder(login, role, name, self.folder / f"{login}.key", None)
            args = ["keygen", "--role", role, "--name", name, "--out", holder.key]
            if role != "dispatcher":
                holder.passphrase = write_private(self.folder / f"{login}.pass",
                                                  secrets.token_urlsafe(18) + "\n")
                args += ["--passphrase-file", holder.passphrase]
            running.append((holder, subprocess.Popen(
                [str(a) for a in (self.programs["certwire"], *args)], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                env={**os.environ, "CERTWIRE_CHEAP_KEYS": "1"})))
        for holder, child in running:
            said = child.communicate()[0]
            assert child.returncode == 0, f"keygen for {holder.login}:\n{said}"
            holder.fingerprint = FINGERPRINT.search(said).group()
            holder.kid = PUBLICATION_ID.search(said).group()
            self.holders[holder.login] = holder

    def new_key(self, login, role, name):
        """A key with its holder, which no keyset names yet."""
        holder = Holder(login, role, name, self.folder / f"{login}.key",
                        write_private(self.folder / f"{login}.pass", secrets.token_urlsafe(18) + "\n"))
        said = self.programs.call("certwire", "keygen", "--role", role, "--name", name, "--out", holder.key,
                                  "--passphrase-file", holder.passphrase)
        assert said.returncode == 0, said.stderr
        text = said.stdout + said.stderr
        holder.kid, holder.fingerprint = PUBLICATION_ID.search(text).group(), FINGERPRINT.search(text).group()
        return holder

    def take_in(self, login, role, name):
        """Somebody new, with a key and a login that are bound to each other; the next keyset is to name the key."""
        self.holders[login] = holder = self.new_key(login, role, name)
        self.cluster.sql(f"CREATE ROLE {login} LOGIN IN ROLE certwire_{role}")
        self.admin("bind_key", holder.kid, login, role)
        self.write_confs()
        return holder

    @property
    def root(self):
        return self.holders["root"].fingerprint

    def write_confs(self):
        for login, holder in self.holders.items():
            if holder.role in ("editor", "registrar"):
                write_conf(self.conf(login), {
                    "dsn": self.cluster.dsn(login), "root_fingerprint": self.root,
                    "key": holder.key, "passphrase_file": holder.passphrase})

    def conf(self, login):
        return self.folder / f"{login}.conf"

    def certwire(self, login, *args, **options):
        """`certwire` as this person; its stdout."""
        return self.programs.run("certwire", *args, "--config", self.conf(login), **options)

    def try_certwire(self, login, *args, **options):
        return self.programs.call("certwire", *args, "--config", self.conf(login), **options)

    def bind_keys(self):
        for holder in self.holders.values():
            if holder.login in LOGINS:
                self.admin("bind_key", holder.kid, holder.login, holder.role)

    def make_keyset(self, *extra, expires="2099-12-31", approvals=("weekly=2", "monthly=1")):
        """Sign the next version of the keyset and have the registrar put it into PostgreSQL."""
        root = self.holders["root"]
        number = int(self.keyset.stem.partition("-")[2]) + 1 if self.keyset else 1
        out = self.folder / f"keyset-{number}.jws"
        args = ["keyset", "make", "--root-key", root.key, "--passphrase-file", root.passphrase,
                "--out", out, "--expires", expires]
        args += [a for demand in approvals for a in ("--approvals", demand)]
        if self.keyset:
            args += ["--previous", self.keyset]
        else:
            args += [a for holder in self.holders.values() if holder.role != "root"
                     for a in ("--key", holder.key)]
        self.programs.run("certwire", *args, *extra)
        self.certwire(self.registrar, "keyset", "import", out)
        self.keyset = out

    def admin(self, act, *args):
        """Call certwire.ACT(args) as the administrator, as one would in psql."""
        names = {f"a{n}": a for n, a in enumerate(args)}
        holes = ", ".join(f":'{name}'" for name in names)
        return self.cluster.sql(f"SELECT * FROM certwire.{act}({holes})", ADMIN, **names)

    def certify(self, unit, device, fingerprint):
        return self.certwire(self.registrar, "device", "certify", unit, device,
                             "--fingerprint", fingerprint)

    def draft(self, channel, number, title, files, *extra, by="editor_wang"):
        said = self.certwire(by, "draft", channel, "--number", number, "--title", title,
                             "--submit", *form(channel, number), *extra, *files)
        return PUBLICATION_ID.search(said).group()

    def approve(self, publication, by="editor_chen"):
        return self.certwire(by, "approve", publication, "--yes", str(self.receivers(publication)))

    def receivers(self, publication):
        """How many units would receive it now."""
        return self.cluster.value(RECEIVERS, p=publication)

    def issue(self, publication, receivers, by="editor_wang"):
        return self.certwire(by, "issue", publication, "--yes", str(receivers))

    def publish(self, channel, number, title, files, receivers, *extra):
        """Draft, approve where the channel demands a second editor, issue; the id."""
        publication = self.draft(channel, number, title, files, *extra)
        if channel == "weekly":
            self.approve(publication)
        self.issue(publication, receivers)
        return publication
