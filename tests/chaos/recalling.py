"""Recalls what was issued: the newest publication, at any phase of it, or one of some time ago."""

from waiting import DeadlinePassed, wait_for

PATIENCE_S = 8  # as for a phase
IS_ISSUED = "SELECT state = 'issued' FROM certwire.publication WHERE id = :'p'"


class Recaller:
    def __init__(self, breaker):
        self.breaker = breaker
        self.field = breaker.field
        self.asked = []  # publications that were asked to be issued, in order, but recalls and what they take back

    def issued(self, publication):
        if not self.field.published[publication].recalls:
            self.asked.append(publication)

    def recall(self, step):
        """The recall is drafted and signed, and the next that is issued."""
        if not self.asked:
            return
        target = self.asked[max(len(self.asked) - 1 - step["back"], 0)]
        try:
            wait_for(lambda: self._is_issued(target), "what is to be recalled to be issued", PATIENCE_S)
        except DeadlinePassed:
            self.breaker.late += 1
            return
        self.asked.remove(target)
        self.breaker.waiting.insert(0, self.field.recall(target))
        self.breaker.faults["recalled"] += 1

    def _is_issued(self, publication):
        done = self.field.cluster.psql(IS_ISSUED, p=publication)
        return done.returncode == 0 and done.stdout.strip() == "t"
