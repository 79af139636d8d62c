"""What a whole file of tests shares: a world that is set up once, and what the file does with it.

Each such file says in its own `Stage` what is set up; the fixture `stage` of tests/scenario makes it.
"""

import forge
import golden
from evil import EvilBroker
from programs import write_conf
from proxy import Proxy


class WorldStage:
    """`set` is called once the world is open; what must be known before belongs into __init__."""

    def __init__(self, world):
        self.world = world
        self.stranger = forge.Key.generate()

    def set(self):
        raise NotImplementedError

    def key_of(self, login):
        """The signing key of one of CNCERT's people or programs: stolen."""
        holder = self.world.office.holders[login]
        return forge.load_key(holder.key, holder.passphrase)


class ProxyStage(WorldStage):
    """Units that `admit` makes go to their broker through a proxy that records what passes: `world.proxy`."""

    def __init__(self, world):
        super().__init__(world)
        self.proxy = world.proxy = Proxy(world.broker.port)
        world.broker.extra_names.append(self.proxy.address)

    def admit(self, unit, name, **settings):
        return self.world.admit(unit, name, brokers=[self.proxy.address], **settings).start().connected()


class BrokerStage(ProxyStage):
    """The proxy may be led to the attacker's broker."""

    def set(self):
        self.dispatcher = self.key_of("dispatch_a")
        self.evil = EvilBroker(self.world)

    def lure(self, unit):
        self.evil.lure(self.proxy, unit)


class AuditStage(WorldStage):
    """What an auditor finds in copies of the database, each of them changed by its superuser."""

    UNBOUND = "SET session_replication_role = replica;\n"  # bound by no trigger and no key
    # How many receipts a device signed, and how many acts and anchors there are, depends on the run.
    MASKS = [(r"\b(receipt|records?|only|to) \d+", r"\1 <n>"), (r"\b\d+ (records|links)", r"<n> \1"), (r"(?<=has number )\d+", "<n>")]

    def __init__(self, world):
        super().__init__(world)
        self.conf = world.folder / "auditor.conf"
        self.copies = 0

    def on_copy(self, sql, *args, login="auditor_sun", **values):
        """`certwire` with these arguments on a copy of the database that `sql` was done to."""
        cluster = self.world.cluster
        self.copies += 1
        name = f"copy_{self.copies}"
        cluster.sql(f"CREATE DATABASE {name} TEMPLATE certwire", database="postgres")
        cluster.sql(self.UNBOUND + sql, database=name, **values)
        write_conf(self.conf, {"dsn": cluster.dsn(login, name), "root_fingerprint": self.world.office.root})
        done = self.certwire(*args, config=self.conf)
        cluster.sql(f"DROP DATABASE {name}", database="postgres")
        return done

    def certwire(self, *args, config):
        """`certwire`; what it refuses is held word for word (golden.py)."""
        done = self.world.programs.call("certwire", *args, "--config", config)
        if done.returncode != 0:
            words = [str(word).replace(str(self.world.folder), "<folder>") for word in args]
            golden.refused(["certwire", *words], done.returncode, done.stderr.splitlines()[-1], self.world.folder, self.MASKS)
        return done
