"""Every way to lose a right and to have it again (tests/lib/moves.py), on real servers: while connected, while
away, and in the middle of the fan-out of a large publication. Each time all of them at once, one unit for each
way, beside bystanders who are to notice nothing."""

import random

import pytest

import recorded
from moves import BYSTANDERS, CHANNEL, MOVES, REVOCATIONS, Cast
from proof import opened
from proxy import Proxy
from waiting import wait_for
from world import World

CUT = 125
MOVED = {when: [*MOVES, REVOCATIONS[nth]] for nth, when in enumerate(("near", "away", "midway"))}
LARGE = random.Random(3).randbytes(1_500_000)
SOME_PARTS = 150_000  # bytes: a few parts of a publication of which 8 are under way at most


class Told:
    """What happened, and in which order; the tests below look at what came of it for whom."""

    def __init__(self, world):
        self.world = world
        self.near, self.other = Proxy(world.broker.port), Proxy(world.broker.port)
        world.broker.extra_names += [self.near.address, self.other.address]
        world.dispatcher.settings["broker"] = self.other.address
        self.quiet = {move.unit for move in BYSTANDERS}
        self.cast = Cast(world, lambda unit: [(self.other if unit in self.quiet else self.near).address])
        self.published = {}
        self.seen = 0

    def unit(self, name):
        return self.cast.units[name]

    def crossed(self):
        """All that was sent so far, to whomever."""
        return self.near.published() + self.other.published()

    def publish(self, name, content=None):
        file = self.world.file(f"{name}.bin", content or name.encode() * 99)
        self.published[name] = self.world.office.publish(CHANNEL, name, name, [file],
                                                         len(self.cast.entitled))
        self.world.issued(self.published[name])

    def all_have(self, name):
        for unit in sorted(self.cast.entitled):
            self.unit(unit).has(self.published[name])

    def denials(self, code, since):
        """Who was refused with that code since, told by counts: what is repeated adds to a row that is there."""
        return {who for (said, who), n in self.last_denial().items() if said == code and n > since.get((said, who), 0)}

    def last_denial(self):
        return {(row["code"], row["who"]): row["n"] for row in self.world.cluster.rows(
            "SELECT code, who, sum(count)::int AS n FROM certwire.denial GROUP BY code, who")}

    def cut(self, moves, since):
        """Wait until the broker's record says that each of them was cut."""
        names = {move.unit for move in moves}
        wait_for(lambda: names <= self.denials(CUT, since),
                 lambda: f"{names - self.denials(CUT, since)} to be cut\n{self.world.broker.process.log_tail()}")
        assert self.denials(CUT, since) == names

    def told(self, moves, otherwise="ok"):
        """Wait until each of them knows the standing it lost, or is connected again with the right it has left."""
        for move in moves:
            self.is_in(move, "suspended" if move.standing else otherwise)
            self.knows(move, False)

    def knows(self, move, receives):
        """Wait until its head says whether it may receive the channel."""
        unit = self.unit(move.unit)
        wait_for(lambda: (unit.status()["channels"][CHANNEL] is None) == receives,
                 lambda: f"{move.unit} to know that {CHANNEL} is {'its' if receives else 'not its'}: {unit.status()}")

    def is_in(self, move, state):
        unit = self.unit(move.unit)
        wait_for(lambda: unit.status()["state"] == state,
                 lambda: f"{move.unit} to be in state {state}: {unit.status()}\n{unit.log()[-3000:]}")

    def documents(self, unit):
        """How often it has what."""
        names = [path.rpartition("/")[2].removesuffix(".bin") for path in self.unit(unit).documents()]
        return sorted(names)


@pytest.fixture(scope="module")
def world():
    made = World()
    made.told = Told(made)
    with made:
        made.told.cast.enter()
        for unit in made.told.cast.units.values():
            unit.start()
        for unit in made.told.cast.units.values():
            unit.connected()
        yield made


@pytest.fixture(scope="module")
def near(world):
    """Lost and regained while connected; of the gap nobody gets anything, as the policy says at first."""
    told, moves = world.told, MOVED["near"]
    told.publish("before")
    told.all_have("before")
    since = told.last_denial()
    told.cast.lose(moves)
    told.cut(moves, since)
    told.told(moves)
    told.status = {move.unit: told.unit(move.unit).try_tool("status").stdout for move in moves}
    told.publish("lost-near")
    told.all_have("lost-near")
    told.near_crossed = told.crossed()
    told.cast.regain(moves)
    for move in moves:
        told.knows(move, bool(move.regain))
    told.publish("after-near")
    told.all_have("after-near")
    return told


@pytest.fixture(scope="module")
def away(near):
    """Lost and regained while away; of the gap everything is entered afterwards."""
    told, moves = near, MOVED["away"]
    told.cast.sql(f"SELECT certwire.set_policy('{CHANNEL}', '补发', gap => 'all')")
    for move in moves:
        told.unit(move.unit).process.stop()
    told.publish("owed-away")
    told.cast.lose(moves)
    told.publish("lost-away")
    told.all_have("lost-away")
    for move in moves:
        told.unit(move.unit).start()
    told.told(moves)
    told.away_crossed = told.crossed()
    told.away_status = {move.unit: told.unit(move.unit).try_tool("status").stdout for move in moves}
    told.cast.regain(moves)
    told.publish("after-away")
    told.all_have("after-away")
    return told


@pytest.fixture(scope="module")
def midway(away):
    """Lost with a few parts of a large publication received; of the gap what was issued since a time."""
    told, moves = away, MOVED["midway"]
    told.near.hold_each_after(SOME_PARTS)
    told.publish("large", LARGE)
    held = [connection for move in moves for connection in recorded.connections(
        told.near, f"{move.unit}.d1")[-1:]]
    wait_for(lambda: all(not connection.open.is_set() for connection in held), "everybody to be in the middle of it")
    since = told.last_denial()
    told.cast.lose(moves)
    told.cut(moves, since)
    told.publish("lost-midway")
    told.cast.sql(f"SELECT certwire.set_policy('{CHANNEL}', '补发', gap => 'since', "
                  "gap_since => clock_timestamp())")
    told.publish("lost-later")
    told.near.release()
    told.told(moves, otherwise="late")
    told.midway_documents = {move.unit: told.documents(move.unit) for move in moves}
    told.midway_crossed = told.crossed()
    told.cast.regain(moves)
    told.publish("after-midway")
    told.all_have("after-midway")
    told.all_have("large")
    return told


def everybody(when):
    return pytest.mark.parametrize("move", MOVED[when], ids=lambda move: move.unit)


def opened_by(told, unit, crossed):
    names = {publication: name for name, publication in told.published.items()}
    return {names[publication] for publication in opened(told.world, crossed, told.unit(unit).key)}


@everybody("near")
def test_nothing_issued_after_the_loss_is_opened_by_its_key(near, move):
    assert near.world.delivery(near.published["lost-near"], move.unit) is None
    assert opened_by(near, move.unit, near.near_crossed) == {"before"}


@everybody("near")
def test_who_lost_its_standing_or_a_channel_alone_is_told_why_in_plain_words(near, move):
    state, said = near.status[move.unit].split("\n", 1)
    assert move.told in said and "自 " in said
    if not move.standing:
        assert state == "ok" and f"不再接收频道 {CHANNEL}" in said


@everybody("near")
def test_with_the_right_again_it_receives_and_nothing_of_the_gap(near, move):
    assert near.documents(move.unit) == (["after-near", "before"] if move.regain else ["before"])


@everybody("away")
def test_who_lost_it_while_away_gets_nothing_of_what_it_was_owed(away, move):
    known = {"before", "after-near", *([] if move.regain else ["lost-near"])}
    assert opened_by(away, move.unit, away.away_crossed) == known
    if move.standing:
        assert move.reason in away.away_status[move.unit]


@everybody("away")
def test_with_the_right_again_however_it_came_back_it_gets_what_it_was_owed_and_the_whole_gap(away, move):
    if not move.regain:
        assert "owed-away" not in away.documents(move.unit)
        return
    got = ["owed-away", "after-away", "lost-away"]
    for name in got:
        away.unit(move.unit).has(away.published[name])
    assert away.documents(move.unit) == sorted(["before", "after-near", *got])


@everybody("midway")
def test_who_lost_it_in_the_middle_does_not_get_the_rest(midway, move):
    assert "large" not in midway.midway_documents[move.unit]
    assert not {"lost-midway", "lost-later"} & opened_by(midway, move.unit, midway.midway_crossed)


@everybody("midway")
def test_with_the_right_again_the_rest_comes_and_each_document_once(midway, move):
    documents = midway.documents(move.unit)
    if not move.regain:
        assert not {"large", "lost-later", "after-midway"} & set(documents)
        return
    midway.unit(move.unit).has(midway.published["lost-later"])
    documents = midway.documents(move.unit)
    assert {"large", "lost-later", "after-midway"} <= set(documents) and "lost-midway" not in documents
    assert len(documents) == len(set(documents))


@pytest.mark.parametrize("name", [move.unit for move in BYSTANDERS])
def test_bystanders_notice_nothing(midway, name):
    (connection,) = recorded.connections(midway.other, f"{name}.d1")
    assert not recorded.cut_by_broker(connection)
    midway.all_have("after-midway")
    assert midway.documents(name) == sorted(midway.published)


def test_in_the_end_everything_is_settled_and_each_receipt_is_one(midway):
    def unsettled():
        return [row for row in midway.world.owed() if row["unit"] in midway.cast.entitled]

    wait_for(lambda: not unsettled(), lambda: f"{unsettled()} to be settled")
    for name, publication in midway.published.items():
        stored = [row["unit"] for row in midway.world.receipt_items(publication) if row["state"] == "stored"]
        assert len(stored) == len(set(stored)), name
    for unit in sorted(midway.cast.entitled):
        wait_for(lambda: midway.unit(unit).status()["state"] == "ok",
                 lambda: f"{unit} to be well: {midway.unit(unit).status()}")


def test_only_those_who_have_no_right_are_still_owed_anything(midway):
    assert {row["unit"] for row in midway.world.owed()} <= {move.unit for move in REVOCATIONS}
