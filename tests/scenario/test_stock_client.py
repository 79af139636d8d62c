"""A stock mosquitto_sub with a one-time token reads what its unit may read, and nothing else."""

import subprocess

import pytest

from process import Process
from waiting import wait_for
from world import World

REFUSED = "All subscription requests were denied"


@pytest.fixture(scope="module")
def world():
    with World() as world:
        world.admit("huaan", "华安网络")
        world.add_device("huaan", "华安网络", "d2").start().connected()
        world.admit("beichen", "北辰科技").start().connected()
        yield world


def options_folder(world, tmp_path, program="mosquitto_sub"):
    """A fresh token of huaan.d1 (its own daemon does not run) as the program's own options file,
    $XDG_CONFIG_HOME/mosquitto_sub."""
    world.units["huaan.d1"].tool("token", "--out", tmp_path / program)
    assert (tmp_path / program).stat().st_mode & 0o777 == 0o600
    return {"XDG_CONFIG_HOME": str(tmp_path)}


def start_sub(world, tmp_path, *topics):
    name = f"sub-{len(world.others)}"
    argv = ["stdbuf", "-oL", "mosquitto_sub", "-d", "-q", "1", "-F", "got %t %l"]
    for topic in topics:
        argv += ["-t", topic]
    process = Process(name, argv, world.logs, env=options_folder(world, tmp_path))
    world.others.append(process)
    return process.start()


def publish(world, number, channel="weekly"):
    file = world.file(f"{number}.txt", b"z" * 100_000)
    publication = world.office.publish(channel, number, f"周报 {number}", [file], 2)
    world.issued(publication)
    return publication


def test_it_reads_its_units_topics_and_its_channel(world, tmp_path):
    mine = "certwire/v1/unit/huaan/+"
    sub = start_sub(world, tmp_path, mine, "certwire/v1/channel/weekly")
    wait_for(lambda: sub.log().count("Subscribed (mid") == 1,
             lambda: "the subscription:\n" + sub.log_tail())
    publish(world, "2026-45")
    for topic in ("certwire/v1/unit/huaan/offer ", "certwire/v1/channel/weekly 32793"):
        wait_for(lambda: f"got {topic}" in sub.log(), lambda: f"{topic}:\n{sub.log_tail()}")
    sub.kill()
    got = {line.split()[1] for line in sub.log().splitlines() if line.startswith("got ")}
    assert got <= {"certwire/v1/channel/weekly", *(f"certwire/v1/unit/huaan/{leaf}" for leaf in
                                                   ("offer", "part", "head", "keyset"))}


@pytest.mark.parametrize("topic", [
    "certwire/v1/unit/beichen/+",
    "certwire/v1/unit/beichen/offer",
    "certwire/v1/channel/monthly",
    "certwire/v1/channel/+",
    "certwire/v1/unit/+/offer",
    "certwire/v1/unit/huaan/receipt/#",
    "certwire/v1/#",
    "#",
    "+/+/+/+/+",
    "$SYS/#",
    "$share/g/certwire/v1/channel/weekly",
    "certwire/v1/unit/dispatcher/+",
])
def test_it_may_not_subscribe_to_anything_else(world, tmp_path, topic):
    sub = start_sub(world, tmp_path, topic)
    sub.ended()
    assert REFUSED in sub.log(), sub.log_tail()
    if topic == "certwire/v1/channel/monthly":
        return  # who does not know its rights asks for each channel: refused, and no alarm
    wait_for(lambda: world.cluster.rows(
        "SELECT 1 FROM certwire.denial WHERE code = 121 AND topic = :'t'", t=topic),
        f"the denial of {topic} to be recorded")


@pytest.mark.parametrize("topic", [
    "certwire/v1/channel/weekly",
    "certwire/v1/unit/huaan/offer",
    "certwire/v1/unit/beichen/receipt",
    "certwire/v1/unit/beichen/head",
    "elsewhere",
])
def test_it_may_not_publish_anything_but_its_own_receipts_and_syncs(world, tmp_path, topic):
    done = subprocess.run(["mosquitto_pub", "-d", "-q", "1", "-t", topic, "-m", "x"],
                          env=options_folder(world, tmp_path, "mosquitto_pub"), text=True,
                          capture_output=True, check=False)
    assert "Not authorized" in done.stdout + done.stderr, done.stdout + done.stderr
    wait_for(lambda: world.cluster.rows(
        "SELECT 1 FROM certwire.denial WHERE code = 122 AND topic = :'t'", t=topic),
        f"the denial of {topic} to be recorded")


def test_a_token_is_good_for_one_connect(world, tmp_path):
    env = options_folder(world, tmp_path, "mosquitto_pub")
    argv = ["mosquitto_pub", "-d", "-q", "1", "-t", "certwire/v1/unit/huaan/receipt", "-m", "x"]
    first = subprocess.run(argv, env=env, text=True, capture_output=True, check=False)
    assert "CONNACK (0)" in first.stdout, first.stdout + first.stderr
    second = subprocess.run(argv, env=env, text=True, capture_output=True, check=False)
    assert "CONNACK (135)" in second.stdout, second.stdout + second.stderr
    wait_for(lambda: world.denials(105, "huaan.d1"), "the replay to be recorded")
