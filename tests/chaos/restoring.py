"""PostgreSQL is lost and put back from an online copy that was made before some issues and some receipts.

Nobody acts between copy and loss but the system: what people did after a backup they must do again, and `certwire-db restored`
says so. What the restore takes is noted, so that the checker allows exactly that, and demands the receipts back.
"""

import shutil

from field import persist
from process import start_time
from waiting import wait_for

CHILDREN_S = 30

COMMITTED = """SELECT json_build_object(
 'receipts', (SELECT coalesce(json_agg(json_build_array(unit, device, number, encode(sha256, 'hex'))), '[]') FROM certwire.receipt),
 'deliveries', (SELECT coalesce(json_agg(json_build_array(publication, unit)), '[]') FROM certwire.delivery),
 'recalls', (SELECT coalesce(json_agg(json_build_array(r.publication, r.target)), '[]') FROM certwire.publication_reference r
    JOIN certwire.publication p ON p.id = r.publication AND p.state = 'issued')) AS committed"""


class Restorer:
    def __init__(self, field):
        self.field = field
        self.cluster = field.cluster
        self.copy = self.cluster.folder / "copy"

    def back_up(self):
        shutil.rmtree(self.copy, ignore_errors=True)
        persist(lambda: self.cluster.back_up(self.copy))

    def lose(self):
        """Kill the postmaster, and wait for its children: they write on for a moment."""
        before = persist(self._committed)
        children = [(row["pid"], start_time(row["pid"])) for row in persist(lambda: self.cluster.rows(
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"))]
        self.cluster.process.kill()
        wait_for(lambda: all(start_time(pid) != began for pid, began in children),
                 "the children of the killed postmaster to end", CHILDREN_S)
        shutil.rmtree(self.cluster.data)
        return before

    def put_back(self, before):
        """The copy, a new epoch, and again the editor's word for what had been asked for since."""
        world = self.field.world
        self.copy.rename(self.cluster.data)
        self.field.start_postgres()
        after = persist(self._committed)
        for what, taken in self.field.taken.items():
            taken |= before[what] - after[what]
        if self.field.restores_are_told:
            persist(lambda: world.programs.run("certwire-db", "restored", "--dsn", self.cluster.dsn("postgres"),
                                               "--reason", "演练：恢复备份"))

    def _committed(self):
        found = self.cluster.value(COMMITTED)
        return {what: {tuple(row) for row in rows} for what, rows in found.items()}
