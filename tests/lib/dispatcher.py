"""certwire-dispatch in a world."""

from process import Process
from programs import write_conf


class Dispatcher:
    def __init__(self, world, login, **settings):
        self.world = world
        self.login = login
        self.name = login.replace("_", "-")
        self.settings = settings
        self.conf = world.folder / f"{self.name}.conf"
        self.process = Process(self.name,
                               [world.programs["certwire-dispatch"], "--config", self.conf],
                               world.logs, persistent=world.persistent)

    def start(self, **env):
        world = self.world
        write_conf(self.conf, {
            "dsn": world.cluster.dsn(self.login), "name": self.name,
            "key": world.office.holders[self.login].key,
            "root_fingerprint": world.office.root, "broker": world.broker.address,
            "poll_interval": "1s", "lease": "3s", "offer_retry": "2s", **self.settings})
        self.process.start(**env)
        return self
