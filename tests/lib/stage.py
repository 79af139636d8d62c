"""What a whole file of forgeries shares: a world that is set up once, and keys to forge with.

Each such file says in its own `Stage` what is set up; the fixture `stage` of tests/scenario makes it.
"""

import forge
from evil import EvilBroker
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


class BrokerStage(WorldStage):
    """Units that `admit` makes go to their broker through a proxy, which a test may lead to the attacker's."""

    def __init__(self, world):
        super().__init__(world)
        self.proxy = Proxy(world.broker.port)
        world.broker.extra_names.append(self.proxy.address)

    def set(self):
        self.dispatcher = self.key_of("dispatch_a")
        self.evil = EvilBroker(self.world)

    def admit(self, unit, name):
        return self.world.admit(unit, name, brokers=[self.proxy.address]).start().connected()

    def lure(self, unit):
        self.evil.lure(self.proxy, unit)
