"""A unit suspended while it is connected, and reinstated again."""

import recorded
from proof import opened
from stage import ProxyStage
from waiting import wait_for

REASON = "未履行每月应急服务义务 <2026-10>"


class Stage(ProxyStage):
    def set(self):
        for unit, name in (("huaan", "华安网络"), ("luoxing", "络星信息")):
            self.admit(unit, name)


def units(world):
    return world.units["huaan.d1"], world.units["luoxing.d1"]


def publish(world, number, receivers):
    file = world.file(f"周报 {number}.txt", f"第 {number} 期".encode() * 9000)
    return world.office.publish("weekly", number, f"周报 {number}", [file], receivers)


def grants_for(world, publication, unit):
    return world.cluster.value("SELECT count(*) FROM certwire.delivery_grant WHERE unit = :'u' "
                               "AND publication = :'p'", p=publication, u=unit)


def suspend(world):
    _, luoxing = units(world)
    world.office.admin("suspend_unit", "luoxing", REASON)
    wait_for(lambda: luoxing.status()["state"] == "suspended",
             lambda: f"luoxing to be told: {luoxing.status()}\n{luoxing.log()}")


def reinstate(world):
    _, luoxing = units(world)
    world.office.admin("reinstate_unit", "luoxing", "已补报，恢复资格")
    wait_for(lambda: luoxing.status()["state"] in ("ok", "idle"),
             lambda: f"luoxing to be let in again: {luoxing.status()}\n{luoxing.log()}")


def test_a_suspension_cuts_the_live_connection(world):
    huaan, luoxing = units(world)
    first = publish(world, "2026-40", 2)
    huaan.has(first)
    luoxing.has(first)
    (bystander,) = recorded.connections(world.proxy, "huaan.d1")
    (connection,) = recorded.connections(world.proxy, "luoxing.d1")
    world.office.admin("suspend_unit", "luoxing", REASON)
    wait_for(lambda: recorded.cut_by_broker(connection), "the broker to cut luoxing")
    wait_for(lambda: luoxing.status()["state"] == "suspended",
             lambda: f"luoxing to be told: {luoxing.status()}\n{luoxing.log()}")
    assert not recorded.cut_by_broker(bystander)
    assert world.cluster.rows("SELECT 1 FROM certwire.denial WHERE code = 125 "
                              "AND client_id = 'luoxing.d1'"), "the cut is not recorded"
    reinstate(world)


def test_the_lobby_tells_the_reason_in_plain_words(world):
    """A head may be faster than the cut: then the reason is known before the lobby, and never forgotten on the way there."""
    _, luoxing = units(world)
    with world.cluster.holding("broker"):  # the plugins do not hear of it yet
        suspend(world)
        assert luoxing.status()["connected"]
    said = []

    def in_the_lobby():
        said.append(luoxing.try_tool("status").stdout)
        return luoxing.log().count("connected to") > connections and said[-1].startswith("suspended")

    connections = luoxing.log().count("connected to")
    wait_for(in_the_lobby, lambda: f"luoxing to be in the lobby: {said}\n{luoxing.log()}")
    assert [text for text in said if REASON not in text] == []
    reinstate(world)


def test_who_was_suspended_before_it_ever_connected_is_told_too(world):
    late = world.admit("houlai", "后来科技", brokers=[world.proxy.address])
    world.office.admin("suspend_unit", "houlai", REASON)
    late.start()
    wait_for(lambda: late.process.log().count("connected to") and
             late.status()["state"] == "suspended", lambda: f"houlai to be told:\n{late.log()}")
    assert REASON in late.try_tool("status").stdout
    walked = late.try_tool("doctor")
    assert "it breaks at: subscription" in walked.stderr and REASON in walked.stdout
    seen = {message.topic.rpartition("/")[2] for message in recorded.read_by(world.proxy, "houlai.d1")}
    assert seen <= {"head", "keyset"}


def test_what_is_issued_right_after_the_commit_is_not_for_it(world):
    huaan, luoxing = units(world)
    file = world.file("紧邻.txt", b"x" * 1000)
    draft = world.office.draft("weekly", "2026-41", "紧邻的一期", [file])
    world.office.approve(draft)
    world.office.admin("suspend_unit", "luoxing", REASON)
    world.office.issue(draft, 1)
    huaan.has(draft)
    assert world.delivery(draft, "luoxing") is None
    assert grants_for(world, draft, "luoxing") == 0
    assert draft not in opened(world, world.proxy.published(), luoxing.key)
    assert draft in opened(world, world.proxy.published(), huaan.key)
    assert not any("2026-41" in path for path in luoxing.documents())
    reinstate(world)


def test_what_was_owed_before_is_held_and_never_sealed_until_it_is_reinstated(world):
    huaan, luoxing = units(world)
    luoxing.process.stop()
    file = world.file("搁置.txt", b"y" * 1000)
    draft = world.office.draft("weekly", "2026-42", "搁置的一期", [file])
    world.office.approve(draft)
    world.dispatcher.process.stop()  # issued to both below, but sealed only after the suspension
    world.office.issue(draft, 2)
    luoxing_key = luoxing.key
    fence = world.cluster.value("SELECT fence FROM certwire.lease_take('by-hand', '60s')",
                                "dispatch_b")
    world.cluster.sql("SELECT certwire.issue_due(:'f'); SELECT certwire.lease_release(:'f')",
                      "dispatch_b", f=fence)
    assert world.delivery(draft, "luoxing")["state"] == "owed"
    world.office.admin("suspend_unit", "luoxing", REASON)
    world.dispatcher.start()
    huaan.has(draft)
    luoxing.start()
    wait_for(lambda: luoxing.status()["state"] == "suspended", "luoxing to be told")
    assert grants_for(world, draft, "luoxing") == 0
    assert draft not in opened(world, world.proxy.published(), luoxing_key)
    reinstate(world)
    luoxing.has(draft)
    assert draft in opened(world, world.proxy.published(), luoxing_key)


def test_reinstated_it_receives_again_and_what_it_missed_stays_missed(world):
    huaan, luoxing = units(world)
    suspend(world)
    missed = publish(world, "2026-43", 1)
    huaan.has(missed)
    reinstate(world)
    after = publish(world, "2026-44", 2)
    luoxing.has(after)
    assert world.delivery(missed, "luoxing") is None
    assert not any("2026-43" in path for path in luoxing.documents())
    wait_for(lambda: world.owed() == [], lambda: f"nothing to be owed: {world.owed()}")
