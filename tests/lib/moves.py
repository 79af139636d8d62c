"""Every way in which a unit comes to have no right to a channel, and comes to have it again.

Each unit of a `Cast` is there for one `Move`, and for nothing else; bystanders are there to notice nothing.
Everybody's right is to CHANNEL, by a grant of their own unless the move says otherwise.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from admission import PAPERS
from office import ADMIN
from waiting import wait_for

CHANNEL = "monthly"
SOON = "clock_timestamp() + interval '1500 ms'"
LAPSE_AT_TERM = "本届期满"


@dataclass(frozen=True)
class Move:
    """`lose` and `regain` are SQL with psql's variables unit and reason. `standing`: what it is afterwards, when
    that is what changed. `by_clock`: the right is still there when the act is done, and goes by itself."""

    unit: str
    lose: str
    regain: str | None
    standing: str | None = None
    by_clock: bool = False
    region: str = "310000"
    level: str = "provincial"
    enter: str = f"SELECT certwire.grant_channel(:'unit', '{CHANNEL}');"

    @property
    def reason(self):
        return LAPSE_AT_TERM if self.unit == "term" else f"测试 {self.unit} <2026-10>"


    @property
    def told(self):
        """What its people read of it: the reason where the act has one that lasts."""
        return {"granted": "授予已到期", "grouped": "已不在分组“项目组”中"}.get(self.unit, self.reason)


def policy(levels, regions):
    return (f"SELECT certwire.set_policy('{CHANNEL}', :'reason', levels => '{{{levels}}}', "
            f"regions => '{{{regions}}}');")


BY_POLICY = policy("national,provincial", "110000,320000,440000")
ACT = "SELECT certwire.{}_unit(:'unit', :'reason');".format
DENY = f"SELECT certwire.deny_channel(:'unit', '{CHANNEL}', :'reason'%s);"
GRANT = f"SELECT certwire.grant_channel(:'unit', '{CHANNEL}'%s);"

MOVES = [
    Move("suspended", ACT("suspend"), ACT("reinstate"), "suspended"),
    Move("lapsed", ACT("lapse"), ACT("admit"), "lapsed"),
    # Its term ends and the next begins, for which everybody but this one was selected: see Cast.end_term.
    Move("term", "", "SELECT certwire.select_unit(:'unit', :next, 'provincial', '310000', :'reason');" + ACT("admit"),
         "lapsed", by_clock=True),
    Move("denied", DENY % "", f"SELECT certwire.withdraw_denial(:'unit', '{CHANNEL}', :'reason');"),
    Move("pardoned", DENY % "", DENY % f", until => {SOON}"),
    Move("granted", GRANT % f", until => {SOON}", GRANT % f", since => {SOON}", by_clock=True),
    Move("withdrawn", f"SELECT certwire.withdraw_grant(:'unit', '{CHANNEL}', :'reason');", GRANT % ""),
    Move("grouped", "SELECT certwire.take_from_group('project', :'unit', :'reason');",
         "SELECT certwire.put_in_group('project', :'unit', :'reason');",
         enter="SELECT certwire.put_in_group('project', :'unit', :'reason');"),
    Move("levelled", policy("provincial", "110000,320000,440000"), BY_POLICY, level="national", region="320000",
         enter=""),
    Move("located", policy("provincial", "110000,320000"), BY_POLICY, region="440000", enter=""),
]
# A unit whose rights were revoked does not come back in this term nor the next: one for each time.
REVOCATIONS = [Move(f"revoked-{when}", ACT("revoke"), None, "revoked") for when in ("near", "away", "midway")]
BYSTANDERS = [Move("steady", "", None), Move("policed", "", None, region="110000", enter="")]


class Cast:
    """All those units in a world: who has the right now, and what became of it."""

    def __init__(self, world, brokers_of):
        self.world = world
        self.brokers_of = brokers_of
        self.moves = {move.unit: move for move in (*MOVES, *REVOCATIONS, *BYSTANDERS)}
        self.entitled = set()
        self.units = {}
        self.term = 4

    def enter(self):
        self.sql("SELECT certwire.make_group('project', '项目组'); "
                 f"SELECT certwire.grant_channel('@project', '{CHANNEL}');" + BY_POLICY, reason="测试")
        for move in self.moves.values():
            self.sql("SELECT certwire.propose_unit(:'unit', :'unit', 4, :'level', :'region', '入选');" + PAPERS
                     + "SELECT certwire.admit_unit(:'unit', '准入');" + move.enter, move,
                     level=move.level, region=move.region)
        with ThreadPoolExecutor(2) as two:
            made = two.map(lambda unit: self.world.add_device(
                unit, unit, "d1", brokers=self.brokers_of(unit)), self.moves)
            self.units = {unit.id: unit for unit in made}
        self.entitled = set(self.moves)

    def sql(self, text, move=None, **variables):
        if move:
            variables.update(unit=move.unit, reason=move.reason)
        return self.world.cluster.sql(text, ADMIN, **variables)

    def lose(self, moves):
        """All those acts; what goes by the clock is said first, and waited for last."""
        if any(move.unit == "term" for move in moves):
            self.end_term()
        for move in sorted(moves, key=lambda move: not move.by_clock):
            self.sql(move.lose or "SELECT 1", move)
        self.await_rights({move.unit for move in moves}, False)

    def end_term(self):
        """The term ends in a moment and the next begins without a break; all are selected for it but one."""
        self.term += 1
        gone = {"term", *(unit for unit, move in self.moves.items()
                          if move.regain is None and unit not in self.entitled)}
        selected = "".join(
            f"SELECT certwire.select_unit('{unit}', {self.term}, '{move.level}', '{move.region}', '连任');"
            for unit, move in self.moves.items() if unit not in gone)
        self.sql(f"BEGIN; SELECT {SOON} AS at \\gset\n"
                 f"SELECT certwire.set_term({self.term - 1}, ends => :'at');"
                 f"SELECT certwire.set_term({self.term}, begins => :'at'); {selected} COMMIT;")

    def regain(self, moves):
        back = [move for move in moves if move.regain]
        for move in back:
            self.sql(move.regain, move, next=self.term)
        self.await_rights({move.unit for move in back}, True)

    def await_rights(self, units, there):
        """By the truth in PostgreSQL, not by what the broker's copy or a unit knows of it."""
        def having():
            return {row["unit"] for row in self.world.cluster.rows(
                f"SELECT unit FROM certwire.rights_at(clock_timestamp()) WHERE channel = '{CHANNEL}'")}

        wait_for(lambda: units <= having() if there else not units & having(),
                 lambda: f"{units} to {'have' if there else 'lose'} the right: {having()}")
        self.entitled = self.entitled | units if there else self.entitled - units
        assert having() == self.entitled, "somebody else's right changed"
