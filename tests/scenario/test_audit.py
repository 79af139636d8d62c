"""The audit is proven from outside its database: whatever its superuser changes is found."""

import pytest

import forge
import json_fields
from stage import AuditStage
from waiting import wait_for

# The chain made anew over what is there, as one would who knows how it is made.
REWRITE = """
DO $$
DECLARE
	act record;
	last bytea := decode(repeat('00', 32), 'hex');
	n bigint := 0;
BEGIN
	CREATE TEMP TABLE kept AS
		SELECT l.sequence AS was, a.* FROM certwire.audit_link l JOIN certwire.audit a ON a.id = l.audit;
	DELETE FROM certwire.audit_link;
	FOR act IN SELECT * FROM kept ORDER BY was LOOP
		n := n + 1;
		last := sha256(last || certwire.audit_bytes(n, act.at, act.login, act.act, act.subject, act.detail));
		INSERT INTO certwire.audit_link (sequence, audit, digest) VALUES (n, act.id, last);
	END LOOP;
END
$$;
"""
CHANGE = ("UPDATE certwire.audit SET login = 'editor_wang' "
          "WHERE id = (SELECT audit FROM certwire.audit_link WHERE sequence = 5);\n")
DELETE = ("WITH l AS (DELETE FROM certwire.audit_link WHERE sequence = 5 RETURNING audit) "
          "DELETE FROM certwire.audit WHERE id IN (SELECT audit FROM l);\n")
INSERT = "INSERT INTO certwire.audit (login, act, subject) VALUES ('admin_li', 'suspend_unit', 'huaan');\n"
SWAP = ("UPDATE certwire.audit_link SET audit = -audit WHERE sequence IN (5, 6);\n"
        "UPDATE certwire.audit_link l SET audit = -o.audit FROM certwire.audit_link o "
        "WHERE l.sequence + o.sequence = 11 AND l.sequence IN (5, 6);\n")
CUT = ("DELETE FROM certwire.audit_link WHERE sequence > 9; DELETE FROM certwire.audit a "
       "WHERE NOT EXISTS (SELECT FROM certwire.audit_link l WHERE l.audit = a.id);\n")
BELOW = ("ALTER TABLE certwire.audit_link DROP CONSTRAINT audit_link_sequence_check;\nWITH a AS (" + INSERT.rstrip(";\n") + " RETURNING id) "
         "INSERT INTO certwire.audit_link (sequence, audit, digest) SELECT 0, id, sha256('') FROM a;\n")
NOWHERE = ("ALTER TABLE certwire.audit_link DROP CONSTRAINT audit_link_sequence_check;\nINSERT INTO certwire.audit_link (sequence, audit, digest) "
           "VALUES (0, -1, sha256(''));\n")
NO_ANCHORS = "DELETE FROM certwire.audit_anchor;\n"


class Stage(AuditStage):
    """A world whose unit holds an anchor, ended but for PostgreSQL; each test breaks a copy of it."""

    def set(self):
        world = self.world
        self.anchor = world.folder / "anchor.txt"
        unit = world.admit("huaan", "华安网络").start().connected()
        world.office.admin("suspend_unit", "huaan", "核查")
        world.office.admin("reinstate_unit", "huaan", "核查完毕")
        before = self.length()
        wait_for(lambda: self.anchored_by(unit) >= before, "the unit to hold an anchor of all that")
        # Its first head after a start is kept at once, later ones at most once a minute.
        world.dispatcher.process.stop()
        world.dispatcher.start()
        wait_for(lambda: self.anchored() >= before, "PostgreSQL to keep an anchor of all that")
        world.dispatcher.process.stop()
        unit.tool("anchor", self.anchor)
        unit.process.stop()
        world.broker.process.stop()
        world.office.admin("suspend_unit", "huaan", "此后未锚定")

    def length(self):
        return self.world.cluster.value("SELECT max(sequence) FROM certwire.audit_link")

    def anchored(self):
        return self.world.cluster.value("SELECT coalesce(max(sequence), 0) FROM certwire.audit_anchor")

    def anchored_by(self, unit):
        return unit.status()["audit"]

    def verify(self, sql="", *files, json=False):
        """`certwire audit verify` as an auditor, on a copy of the database that `sql` was done to."""
        given = [word for file in files for word in ("--anchor", file)] + ["--json"] * json
        return self.on_copy(sql, "audit", "verify", *given)

    def found(self, sql, what, *files):
        done = self.verify(sql, *files)
        assert done.returncode == 3 and what in done.stderr, (done.returncode, done.stdout, done.stderr)
        assert done.stdout == ""


def test_an_untouched_audit_holds_and_says_how_far_it_is_proven(stage):
    for files in ((), (stage.anchor,)):
        done = stage.verify("", *files)
        assert done.returncode == 0, done.stderr
        (line,) = done.stdout.splitlines()
        json_fields.check("audit verify", stage.verify("", *files, json=True).stdout)
        assert f"{stage.length()} records, proven up to {stage.length() - 1} " in line
        assert "; 1 newer not anchored yet" in line


@pytest.mark.parametrize("sql, what", [
    (CHANGE, "record 5 is not what the chain says"),
    (DELETE, "record 5 is missing"),
    (INSERT, "an act is in no link of the chain"),
    (SWAP, "record 5 is not what the chain says"),
    ("DELETE FROM certwire.audit WHERE id = (SELECT audit FROM certwire.audit_link WHERE sequence = 5)",
     "record 5 is missing: its link is there"),
    ("ALTER DOMAIN certwire.digest DROP CONSTRAINT digest_check; UPDATE certwire.audit_link SET digest = 'x' WHERE sequence = 5;",
     "the digest of record 5 has not 32 bytes"),
    (CUT, "the records 10 to"),
    (BELOW, "there are more rows than the chain has records"),
    (NOWHERE, "links, and the last has number"),
    ("ALTER TABLE certwire.audit_link DROP CONSTRAINT audit_link_pkey CASCADE; "
     "INSERT INTO certwire.audit_link (sequence, audit, digest) SELECT sequence, -1, digest "
     "FROM certwire.audit_link WHERE sequence = 5", "record 5"),
])
def test_what_was_changed_deleted_inserted_or_swapped_is_named(stage, sql, what):
    stage.found(sql, what)


@pytest.mark.parametrize("sql", [CHANGE, DELETE, INSERT + "UPDATE certwire.audit_link SET sequence = sequence + 1000 "
                                 "WHERE sequence > 5; INSERT INTO certwire.audit_link (sequence, audit, digest) "
                                 "SELECT 6, max(id), sha256('') FROM certwire.audit;\n", SWAP])
def test_a_chain_that_was_rewritten_consistently_contradicts_its_anchors(stage, sql):
    stage.found(sql + REWRITE, "the chain was rewritten")
    stage.found(sql + REWRITE + NO_ANCHORS, "the chain was rewritten", stage.anchor)


def test_without_any_anchor_nothing_is_called_proven(stage):
    for sql in (NO_ANCHORS, CHANGE + REWRITE + NO_ANCHORS):
        done = stage.verify(sql)
        assert done.returncode == 1 and "nothing proves the audit" in done.stderr
        assert done.stdout == ""


def test_forged_anchors_and_foreign_files_are_refused(stage):
    stage.found("UPDATE certwire.audit_anchor SET jws = left(jws, -8) || 'AAAAAAAA'", "anchor 1 in PostgreSQL")
    stage.found("UPDATE certwire.audit_anchor SET jws = 'a.b.c'", "anchor 1 in PostgreSQL")
    stage.found("DELETE FROM certwire.keyset", "keysets are withheld", stage.anchor)
    text = stage.anchor.read_text(encoding="ascii")
    forged = stage.world.folder / "forged.txt"
    forged.write_text(text[:-9] + "AAAAAAAA\n", encoding="ascii")
    stage.found("", "is wrong", forged)
    forged.write_text("", encoding="ascii")
    stage.found("", "no anchor that can be believed", forged)
    head = forge.head(stage.key_of("dispatch_a"), "huaan", "d1", forge.b64(bytes(16)))
    forged.write_text(head + "\n", encoding="ascii")
    done = stage.verify("", forged)
    assert done.returncode == 1 and "has no checkpoint" in done.stderr


def test_a_superuser_without_the_dispatchers_key_makes_no_anchor_that_is_believed(stage):
    done = stage.verify(CHANGE + REWRITE + "UPDATE certwire.audit_anchor SET digest = (SELECT l.digest "
                        "FROM certwire.audit_link l WHERE l.sequence = audit_anchor.sequence);")
    assert done.returncode == 3 and "the chain was rewritten" in done.stderr


def test_only_an_auditor_or_administrator_can_verify(stage):
    done = stage.on_copy("", "audit", "verify", login="editor_wang")
    assert done.returncode == 3 and "an auditor or administrator" in done.stderr


def test_the_unit_tells_when_the_audit_went_back(stage):
    world = stage.world
    unit = world.units["huaan.d1"]
    world.cluster.sql(stage.UNBOUND + CUT + NO_ANCHORS)
    world.office.admin("reinstate_unit", "huaan", "恢复")
    world.broker.start()
    world.dispatcher.start()
    unit.start()
    wait_for(lambda: world.cluster.rows("SELECT 1 FROM certwire.incident WHERE code = 505 AND unit = 'huaan'"),
             lambda: f"the unit to tell:\n{unit.log()}\n{world.dispatcher.process.log_tail()}")
