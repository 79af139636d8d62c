#!/usr/bin/python3 -B
"""Memory under what is large and many: one publication of 64 MiB, then 500 owed to one unit that was away.

    scripts/large.py [COUNT]        programs from CERTWIRE_BUILD or build/release (cmake --preset release &&
                                    cmake --build --preset release): not from build/dev, whose sanitizers
                                    take many times as much; some minutes

Prints the highest resident memory of dispatcher, broker and unit after each, and fails when a program
passes its bound: the figures stand in docs/database.md.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("CERTWIRE_BUILD", str(ROOT / "build/release"))
if not (Path(os.environ["CERTWIRE_BUILD"]) / "bin/certwire-dispatch").exists():
    sys.exit(f"large.py: no programs in {os.environ['CERTWIRE_BUILD']}: cmake --preset release && cmake --build --preset release")
sys.path[:0] = [str(ROOT / "tests/lib"), str(ROOT / "tests/peer")]

import certwire_peer as peer  # noqa: E402
import forge  # noqa: E402
from waiting import wait_for  # noqa: E402
from world import World  # noqa: E402

BOUND_MIB = {"dispatcher": 64, "broker": 96, "unit": 64}
RULE = b'{"v":1,"rule":"entitled"}'


def hexed(data):
    return f"'\\x{data.hex()}'::bytea"


def peak_mib(process):
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines()
                if line.startswith("VmHWM")) / 1024


def tell(world, unit, what):
    peaks = {"dispatcher": peak_mib(world.dispatcher.process),
             "broker": peak_mib(world.broker.process), "unit": peak_mib(unit.process)}
    print(what + ": " + ", ".join(f"{name} {mib:.1f} MiB" for name, mib in peaks.items()), flush=True)
    # A sanitizer's own memory is no measure of ours.
    return [name for name, mib in peaks.items() if mib > BOUND_MIB[name]]


def draft(world, number, editor, sealed_to):
    """As `certwire draft` and `issue` do it, without a second of Argon2 for each."""
    publication = forge.new_id()
    content = {f"{number}.bin": os.urandom(40_000)}
    manifest = forge.manifest(publication, content, "monthly", number, audience=peer.digest(RULE).hex())
    body = forge.seal_body(manifest, list(content.values()))
    keyset = world.cluster.value("SELECT max(version) FROM certwire.keyset")
    lines = ["BEGIN", f"SELECT certwire.draft_begin('{publication}', 'publish', 'monthly', '{number}', "
             f"{hexed(peer.digest(manifest))}, {hexed(body.digest)}, {hexed(body.stream)}, "
             f"{len(body.parts)}, {hexed(RULE)}, {hexed(peer.digest(RULE))}, NULL, NULL, {keyset}, 1)"]
    lines += [f"SELECT certwire.draft_part('{publication}', {index}, {hexed(part)})"
              for index, part in enumerate(body.parts)]
    lines += [f"SELECT certwire.put_content_key('{publication}', '{key.kid}', "
              f"{hexed(peer.seal_grant(publication, body.content_key, key.public))})"
              for key in sealed_to]
    lines += [f"SELECT certwire.draft_finish('{publication}', '{editor.kid}', "
              f"'{forge.approval(editor, manifest)}')", "COMMIT",
              f"SELECT certwire.request_issue('{publication}')"]
    world.cluster.sql(";\n".join(lines) + ";", "editor_wang")


def key_of(world, login):
    holder = world.office.holders[login]
    return forge.load_key(holder.key, holder.passphrase)


def stored(world):
    return world.cluster.value("SELECT count(*) FROM certwire.delivery WHERE stored_at IS NOT NULL")


def main(count):
    with World() as world:
        unit = world.admit("huaan", "华安网络", channels=["monthly"]).start().connected()
        large = world.office.publish("monthly", "2026-large", "大文件",
                                     [world.file("large.bin", os.urandom(64 * 1024 * 1024 - 1))], 1)
        unit.has(large, deadline=900)
        over = tell(world, unit, "64 MiB")
        unit.process.stop()
        editor, sealed_to = key_of(world, "editor_wang"), [key_of(world, "dispatch_a")]
        sealed_to.append(editor)
        for n in range(count):
            draft(world, f"2026-{n:04}", editor, sealed_to)
        wait_for(lambda: world.cluster.value("SELECT count(*) FROM certwire.delivery") == count + 1,
                 lambda: "all to be issued: " + world.dispatcher.process.log_tail(), 900)
        unit.start()
        wait_for(lambda: stored(world) == count + 1,
                 lambda: f"all to be stored, now {stored(world)}: " + unit.process.log_tail(), 1800)
        over += tell(world, unit, f"{count} owed to one unit")
        if over:
            sys.exit(f"over its bound: {', '.join(sorted(set(over)))}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
