"""Takes back what was issued, by a recall or by what replaces it: the newest publication, at any phase of it, or one of some time ago.

What is replaced may still be recalled, and so may what replaced it, or be replaced in turn."""

from waiting import DeadlinePassed, wait_for

PATIENCE_S = 8  # as for a phase
IS_ISSUED = "SELECT state = 'issued' FROM certwire.publication WHERE id = :'p'"


class Recaller:
    def __init__(self, breaker):
        self.breaker = breaker
        self.field = breaker.field
        self.asked = []  # publications that were asked to be issued, in order, but recalls and what they take back
        self.superseded = set()

    def issued(self, publication):
        if not self.field.published[publication].recalls:
            self.asked.append(publication)

    def recall(self, step):
        """The recall is drafted and signed, and the next that is issued."""
        if target := self._target(step, self.asked):
            self.asked.remove(target)
            self._take_back(self.field.recall(target), "recalled")

    def supersede(self, step):
        if target := self._target(step, [made for made in self.asked if made not in self.superseded]):
            self.superseded.add(target)
            self._take_back(self.field.supersede(target, step["newer_size"]), "superseded")

    def _take_back(self, made, how):
        self.breaker.waiting.insert(0, made)
        self.breaker.faults[how] += 1

    def _target(self, step, among):
        """Issued by now; None when there is none."""
        if not among:
            return None
        target = among[max(len(among) - 1 - step["back"], 0)]
        try:
            wait_for(lambda: self._is_issued(target), "what is to be taken back to be issued", PATIENCE_S)
        except DeadlinePassed:
            self.breaker.late += 1
            return None
        return target

    def _is_issued(self, publication):
        done = self.field.cluster.psql(IS_ISSUED, p=publication)
        return done.returncode == 0 and done.stdout.strip() == "t"
