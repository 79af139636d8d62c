"""What the checker judges: PostgreSQL's rows, read in one statement, and what lies on the units' disks, read just before.

The order matters: what a unit says that it has forgotten, or holds, must be in the ledger that is read after it, since the
ledger only grows. Bytes of receipts and entries are read once, later histories hold the earlier ones' too.
"""

import base64
import hashlib
import json
import sqlite3
from dataclasses import dataclass, field as default

import forge
from plan import UNITS
from proof import held_keysets

QUERY = """SELECT json_build_object(
 'publications', (SELECT coalesce(json_agg(q), '[]') FROM (SELECT id, kind, channel, state, manifest_digest,
    extract(epoch FROM issued_at)::float8 AS issued_at, expires_at <= clock_timestamp() AS expired FROM certwire.publication) q),
 'deliveries', (SELECT coalesce(json_agg(q), '[]') FROM (SELECT publication, unit, epoch, number, state, stored_at, offers,
    ended_reason FROM certwire.delivery) q),
 'grants', (SELECT coalesce(json_agg(q), '[]') FROM (SELECT publication, unit, device, kid,
    extract(epoch FROM sealed_at)::float8 AS sealed_at FROM certwire.delivery_grant) q),
 'items', (SELECT coalesce(json_agg(q), '[]') FROM (SELECT publication, unit, device, state, receipt
    FROM certwire.receipt_item) q),
 'receipts', (SELECT coalesce(json_agg(q), '[]') FROM (SELECT id, unit, device, number, verdict, authentic, is_reply,
    encode(sha256, 'hex') AS sha256 FROM certwire.receipt) q),
 'raws', (SELECT coalesce(json_agg(q), '[]') FROM (SELECT id, encode(raw, 'base64') AS raw FROM certwire.receipt
    WHERE id > :receipt) q),
 'entries', (SELECT coalesce(json_agg(q), '[]') FROM (SELECT e.unit, e.epoch, e.number, e.kind, e.publication,
    extract(epoch FROM e.issued_at)::float8 AS issued_at, encode(e.digest, 'hex') AS digest FROM certwire.entry e ORDER BY e.unit, e.epoch, e.number) q),
 'signed', (SELECT coalesce(json_agg(q), '[]') FROM (SELECT s.unit, s.epoch, s.number, s.kid, s.jws
    FROM certwire.entry_signature s WHERE s.signed_at > :'signed'::timestamptz - interval '1 minute') q),
 'devices', (SELECT coalesce(json_agg(q), '[]') FROM (SELECT unit, device, kid, certificate, settled, receipts_reported,
    revoked_at IS NULL AS live FROM certwire.device WHERE certificate IS NOT NULL) q),
 'entitled', (SELECT coalesce(json_agg(q), '[]') FROM (SELECT unit, channel FROM certwire.rights_at(clock_timestamp())) q),
 'good', (SELECT coalesce(json_agg(unit), '[]') FROM certwire.standing_at(clock_timestamp()) WHERE standing = 'good'),
 'recalls', (SELECT coalesce(json_agg(q), '[]') FROM (SELECT p.id, r.target, r.relation, extract(epoch FROM p.issued_at)::float8 AS issued_at
    FROM certwire.publication p JOIN certwire.publication_reference r ON r.publication = p.id
    WHERE p.state = 'issued') q),
 'confirmations', (SELECT coalesce(json_agg(q), '[]') FROM (SELECT c.by AS publication, c.unit, c.target, c.waits_for,
    c.confirmed_at IS NOT NULL AS confirmed
    FROM certwire.publication p CROSS JOIN LATERAL certwire.recall_confirmations(p.id) c
    WHERE c.by = p.id AND p.state = 'issued') q),
 'issues', (SELECT coalesce(json_agg(q), '[]') FROM (SELECT l.sequence, a.act, (a.detail ->> 'fence')::bigint AS fence
    FROM certwire.audit a JOIN certwire.audit_link l ON l.audit = a.id
    WHERE a.act IN ('lease_take', 'issue_due') ORDER BY l.sequence) q),
 'witness', (SELECT coalesce(json_agg(q), '[]') FROM chaos.witness q),
 'epoch', (SELECT epoch FROM certwire.ledger),
 'now', clock_timestamp())"""


@dataclass
class Disk:
    """What one device holds."""

    unit: str
    device: str
    settled: int = 0
    receipts: dict = default(default_factory=dict)  # number -> SHA-256 of the JWS
    items: list = default(default_factory=list)  # (publication, state, code, receipt's number)
    folders: list = default(default_factory=list)  # (short id, channel, digests of the files)
    quarantined: list = default(default_factory=list)  # (name, digests of the files)
    replies: list = default(default_factory=list)  # (publication, answer, note)
    epoch: int = 1
    restored: bool = False  # its state came from an old copy: numbers were given away by an earlier life


@dataclass
class History:
    rows: dict  # as in QUERY, by name
    disks: list
    published: dict  # publication -> field.Published: what the editors meant
    losses: list = default(default_factory=list)
    forbidden: list = default(default_factory=list)
    acts: list = default(default_factory=list)  # field.Act, in order
    members: dict = default(default_factory=dict)  # unit -> channels granted from the start
    raws: dict = default(default_factory=dict)  # receipt's id -> bytes
    signed: dict = default(default_factory=dict)  # (unit, epoch, number, kid) -> JWS
    keysets: list = default(default_factory=list)  # as the peer accepted them
    taken: dict = default(default_factory=lambda: {"receipts": set(), "deliveries": set(), "recalls": set()})  # by a restore: field.taken
    done: list = default(default_factory=list)  # field.Done: by people at units
    undone: set = default(default_factory=set)  # of them, what went with a state that was put back from an old copy
    readers: list = default(default_factory=list)  # keys of those who may read replies
    audit: str = ""  # what `certwire audit verify` found wrong

    def __getattr__(self, name):
        rows = self.__dict__.get("rows", {})
        if name not in rows:
            raise AttributeError(name)
        return rows[name]

    def is_entitled(self, unit, publication):
        """A recall goes to whoever is in good standing."""
        about = self.published[publication]
        return unit in self.good if about.recalls else {"unit": unit, "channel": about.channel} in self.entitled

    def recalled(self):
        """What was issued and then taken back, by a recall or by what replaces it."""
        return {recall["target"] for recall in self.recalls}


class Historian:
    """Reads histories of a field, one after the other."""

    def __init__(self, field):
        self.field = field
        self.raws, self.signed, self.digests = {}, {}, {}
        self.since = "-infinity"
        self.readers = []

    def read(self):
        field = self.field
        disks = [self._disk(device) for device in list(field.world.units.values())]
        rows = json.loads(field.cluster.sql(QUERY, receipt=max(self.raws, default=0), signed=self.since))
        self.raws |= {row["id"]: base64.b64decode(row["raw"]) for row in rows.pop("raws")}
        self.signed |= {(s["unit"], s["epoch"], s["number"], s["kid"]): s["jws"] for s in rows.pop("signed")}
        self.since = rows["now"]
        if not self.readers:
            holders = field.world.office.holders.values()
            self.readers = [forge.load_key(h.key, h.passphrase) for h in holders if h.role in ("editor", "recovery")]
        return History(rows, disks, field.published, field.losses, field.forbidden, field.acts, UNITS, self.raws,
                       self.signed, held_keysets(field.world), field.taken,
                       list(field.done), set(field.undone), self.readers, self._audit())

    def _audit(self):
        """What `certwire audit verify` says against it; empty when the audit holds."""
        world = self.field.world
        done = world.programs.call("certwire", "audit", "verify", "--config", world.folder / "auditor.conf")
        return "" if done.returncode == 0 else done.stderr.strip() or f"exit {done.returncode}"

    def _disk(self, device):
        disk = Disk(device.id, device.device, restored=device.client_id in self.field.restored)
        database = device.state / "unit.db"
        if database.exists():
            self._outbox(database, disk)
        while True:  # until nothing is moved meanwhile: a recall puts folders away
            try:
                disk.folders, disk.quarantined = self._inbox(device.inbox)
                return disk
            except FileNotFoundError:
                pass

    def _inbox(self, inbox):
        folders, quarantined = [], []
        for folder in sorted(inbox.glob("*/*")):
            if folder.parent.name == ".quarantine":
                quarantined.append((folder.name, self._files(folder)))
            elif not folder.parent.name.startswith("."):
                folders.append((folder.name[-8:], folder.parent.name, self._files(folder)))
        return folders, quarantined

    @staticmethod
    def _outbox(database, disk):
        """Read while the daemon may write: SQLite's own lock gives one moment of it."""
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30) as connection:
            connection.execute("BEGIN")
            (disk.settled, disk.epoch), = connection.execute("SELECT settled, epoch FROM self").fetchall() or [(0, 0)]
            disk.receipts = {number: sha256(jws) for number, jws in
                             connection.execute("SELECT number, jws FROM receipt")}
            disk.items = connection.execute(
                "SELECT publication, state, code, receipt FROM item").fetchall()
            disk.replies = connection.execute("SELECT publication, answer, note FROM reply").fetchall()
        connection.close()

    def _files(self, folder):
        return [self._digest(file) for file in sorted(folder.iterdir()) if file.is_file()]

    def _digest(self, file):
        stat = file.stat()
        key = (str(file), stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if key not in self.digests:
            self.digests[key] = forge.digest(file.read_bytes()).hex()
        return self.digests[key]


def name(row):
    return f"{row['publication'][:8]} for {row['unit']}" + (f".{row['device']}" if "device" in row else "")


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()
