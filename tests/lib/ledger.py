"""What the ledger must look like when all is well again."""

from waiting import wait_for


def assert_once(world, publication, units, content):
    """One document in each inbox, one settled row for it, and nothing owed by anybody."""
    for unit in units:
        unit.has(publication)
    wait_for(lambda: all_acknowledged(world, units),
             lambda: f"every receipt to be acknowledged: {receipts(world)}")
    assert [(r["unit"], r["state"]) for r in world.receipt_items(publication)] == sorted(
        (unit.id, "stored") for unit in units)
    for unit in units:
        held = {path: data for path, data in unit.documents().items() if publication[:8] in path}
        assert list(held.values()) == [content], f"{unit.id} holds {list(held)}"
        unit.tool("inbox", "verify", publication[:8])
    assert world.owed() == []


def receipts(world):
    return world.cluster.rows("SELECT unit, device, settled, receipts_reported "
                              "FROM certwire.device WHERE certificate IS NOT NULL")


def all_acknowledged(world, units):
    ids = {unit.id for unit in units}
    return all(r["settled"] == r["receipts_reported"] > 0 for r in receipts(world)
               if r["unit"] in ids)
