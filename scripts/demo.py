"""The story that scripts/demo.sh tells. Every line is read back from PostgreSQL or from an inbox."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/lib"))

from make_pdf import make_pdf  # noqa: E402
from process import end_kept  # noqa: E402
from programs import Programs  # noqa: E402
from waiting import wait_for  # noqa: E402
from world import World  # noqa: E402

TITLE = "网络安全信息与动态周报 2026年第47期"
FILE = "网络安全信息与动态周报（2026年第47期）.pdf"
REASON = "超过期限未报送半年工作总结，暂停接收资格"
UNITS = {"huaan": "华安网络", "beichen": "北辰科技", "tiangong": "天工安全", "luoxing": "络星信息"}
AWAY, SUSPENDED = "tiangong", "luoxing"


def say(text=""):
    print(text, flush=True)


def heading(text):
    say()
    say(text)


def tell(world):
    units = {unit: world.admit(unit, name) for unit, name in UNITS.items()}
    for unit, made in units.items():
        if unit != AWAY:
            made.start()
    for unit, made in units.items():
        if unit != AWAY:
            made.connected()
            wait_for(lambda: made.status()["state"] in ("ok", "idle"), f"{unit} to be in order")
    world.office.admin("suspend_unit", SUSPENDED, REASON)
    wait_for(lambda: units[SUSPENDED].status()["state"] == "suspended",
             lambda: f"{SUSPENDED} to learn that it is suspended: {units[SUSPENDED].status()}")
    wait_for(lambda: world.denials(108, f"{SUSPENDED}.d1"), "the lobby to be recorded")
    tell_standing(world)
    publication, original = tell_publishing(world)
    for unit in ("huaan", "beichen"):
        units[unit].has(publication)
        tell_received(units[unit], publication, original)
    tell_refused(world, units[SUSPENDED], publication)
    heading(f"四 · 离线的单位回来 | {AWAY} was away and returns")
    units[AWAY].start().has(publication)
    tell_received(units[AWAY], publication, original)
    tell_board(world, publication)


def tell_standing(world):
    say("Certwire · 一期周报，从编辑到回执 | one Weekly, from the editor to its receipts")
    heading("一 · 谁有权接收 | who may receive, says PostgreSQL")
    for row in world.cluster.rows(
            "SELECT u.unit AS id, u.name, u.standing, u.reason, coalesce(p.present, false) AS here, "
            "EXISTS (SELECT FROM certwire.denial d WHERE d.who = u.unit AND d.code = 108) AS lobby "
            "FROM certwire.unit_overview u LEFT JOIN certwire.presence p USING (unit) "
            "ORDER BY u.standing, u.unit", "auditor_sun"):
        here = ("只进门厅 in the lobby" if row["lobby"] else "在线 connected" if row["here"]
                else "离线 away")
        reason = f" · {row['reason']}" if row["standing"] != "good" else ""
        say(f"  {row['id']:9} {row['name']}  {row['standing']:10} {here}{reason}")


def tell_publishing(world):
    heading("二 · 谁发布、谁收到 | who publishes, who receives")
    original = make_pdf(TITLE)
    publication = world.office.publish("weekly", "2026-47", TITLE, [world.file(FILE, original)], 3)
    world.issued(publication)
    row, = world.cluster.rows(
        "SELECT channel, number, parts, size_bytes, (SELECT string_agg(h.login, ' + ' ORDER BY "
        "s.signed_at) FROM certwire.signature s JOIN certwire.key_holder h USING (kid) "
        "WHERE s.publication = p.id) AS signers FROM certwire.publication p "
        "WHERE id = :'p'", "auditor_sun", p=publication)
    say(f"  《{TITLE}》 {row['channel']} {row['number']} · {publication[:8]}")
    say(f"  签名 signed by {row['signers']} · 密封 sealed into {row['parts']} parts, "
        f"{row['size_bytes']} bytes")
    return publication, original


def tell_received(unit, publication, original):
    (path,) = unit.documents()
    assert unit.documents()[path] == original, f"{path} differs from what was published"
    unit.tool("inbox", "verify", publication[:8])
    say(f"  {unit.id:9} {unit.inbox.name}/{path}")
    say(f"  {'':9} 与原件逐字节相同，离线验证通过 | same bytes as the editor's, verified off line")


def tell_refused(world, unit, publication):
    heading(f"三 · 谁被拒、为什么 | who is refused and why: {unit.id}'s own `certwire-unit status`")
    for line in unit.try_tool("status").stdout.splitlines():
        say(f"  │ {line}")
    grants = world.cluster.value("SELECT count(*) FROM certwire.delivery_grant WHERE unit = :'u' "
                                 "AND publication = :'p'", u=unit.id, p=publication)
    say(f"  收件箱 {len(unit.documents())} 个文件，密封给它的密钥 {grants} 份 | "
        f"files in its inbox: {len(unit.documents())}, keys sealed to it: {grants}")


def tell_board(world, publication):
    heading("五 · 回执 | the receipt board, `certwire status`")
    for line in world.office.certwire("editor_wang", "status", publication).splitlines():
        say(f"  │ {line}")
    counts, = world.cluster.rows(
        "SELECT (SELECT count(*) FROM certwire.receipt WHERE verdict = 0) AS receipts, "
        "(SELECT count(*) FROM certwire.receipt_item WHERE settled_at IS NOT NULL) AS settled, "
        "(SELECT count(*) FROM certwire.delivery WHERE state = 'owed') AS owed", "auditor_sun")
    say(f"  PostgreSQL: {counts['receipts']} 份签名回执已核验 signed receipts believed, "
        f"{counts['settled']} 项已结清 settled, {counts['owed']} 项未收 still owed")


def write_env(world, programs):
    """A shell file to source: how to go on with what is left running."""
    settings = {
        "CERTWIRE_DSN": world.cluster.dsn("admin_li"),
        "CERTWIRE_BROKER": world.broker.address,
        "CERTWIRE_ROOT": world.office.root,
        "CERTWIRE_UNITS": " ".join(UNITS),
        "CERTWIRE_REGISTRAR_CONFIG": world.office.conf("registrar_zhao"),
        "CERTWIRE_EDITOR_CONFIG_wang": world.office.conf("editor_wang"),
        "CERTWIRE_EDITOR_CONFIG_chen": world.office.conf("editor_chen"),
    }
    for unit in world.units.values():
        settings[f"CERTWIRE_UNIT_CONFIG_{unit.id}"] = unit.conf
    lines = [f"export {name}='{value}'\n" for name, value in settings.items()]
    lines.append(f"export PATH='{programs.build / 'bin'}':\"$PATH\"\n")
    (world.folder / "env").write_text("".join(lines), encoding="utf-8")


def next_commands(folder):
    heading("接下来可以试 | what to try next")
    say(f"  . {folder}/env")
    say("  certwire list --config $CERTWIRE_EDITOR_CONFIG_wang")
    say(f"  certwire draft weekly --submit --number 2026-48 --title 周报 {folder}/documents/*.pdf "
        "--config $CERTWIRE_EDITOR_CONFIG_wang")
    say("  certwire approve ID --config $CERTWIRE_EDITOR_CONFIG_chen    # then issue ID, status ID")
    say("  certwire-unit status --config $CERTWIRE_UNIT_CONFIG_luoxing    # also inbox list, show, open")
    say("  psql \"$CERTWIRE_DSN\" -c \"SELECT * FROM certwire.reinstate_unit('luoxing', '已补报')\"")
    say(f"  {ROOT}/scripts/demo.sh --stop {folder}")


def keep(programs, folder):
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        sys.exit(f"demo.sh: {folder} exists and is not an empty folder; name another")
    folder.mkdir(parents=True, exist_ok=True)
    world = World(programs, folder, persistent=True, by_policy=True)
    try:
        tell(world.open())
        write_env(world, programs)
        next_commands(folder)
    except BaseException as error:
        if isinstance(error, Exception):
            world.show_logs()
        end_kept(folder / "run")
        raise


def stop(folder):
    if not (folder / "run").is_dir():
        sys.exit(f"demo.sh: {folder} was not made by --keep")
    ended = end_kept(folder / "run")
    say(f"ended: {' '.join(ended) or 'nothing, it had all ended before'}")


def main():
    programs = Programs(sys.argv[1]) if sys.argv[2:3] != ["--stop"] else None
    if len(sys.argv) == 2:
        with World(programs, by_policy=True) as world:
            tell(world)
    elif sys.argv[2] == "--keep":
        keep(programs, Path(sys.argv[3]).resolve())
    else:
        stop(Path(sys.argv[3]).resolve())


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
