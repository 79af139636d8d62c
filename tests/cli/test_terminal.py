"""What is asked at a terminal, and what is not shown there."""

import pytest

from desk import BIN, peer
from terminal import Terminal

SECRET = "正确的 horse battery"


def keygen(desk, out):
    return Terminal(desk, [BIN / "certwire", "keygen", "--role", "editor", "--name", "王芳", "--out",
                           out])


def by(login, *args):
    return [BIN / "certwire", *args, "--dsn", f"user={login}", "--key", f"{login}.key"]


def test_a_new_passphrase_is_asked_twice_and_never_shown(desk):
    with keygen(desk, "typed.key") as terminal:
        terminal.expect("新密钥口令: ")
        terminal.send(SECRET + "\r")
        terminal.expect("再输入一次: ")
        # A slip is mended character by character, whatever its bytes; Ctrl-U forgets the line.
        terminal.send("wrong\x15" + SECRET + "错\x7f\r")
        terminal.expect("fingerprint")
        assert terminal.end() == 0
        assert "horse" not in terminal.said and "正" not in terminal.said
    key = peer.read_key_file((desk.folder / "typed.key").read_bytes(), SECRET.encode())
    assert key[1] == "王芳"


@pytest.mark.parametrize("first, second, says", [
    (SECRET, SECRET + "!", "differ"), ("1234567", None, "at least 8"), ("", None, "empty"),
    ("\x03", None, "given up"), ("\x04", None, "given up"), ("x" * 1025, None, "at most")])
def test_what_was_typed_wrongly_makes_no_key(desk, first, second, says):
    with keygen(desk, "untyped.key") as terminal:
        terminal.expect("新密钥口令: ")
        terminal.send(first + "\r")
        if second:
            terminal.expect("再输入一次: ")
            terminal.send(second + "\r")
        terminal.expect(says)
        assert terminal.end() == 2
    assert not (desk.folder / "untyped.key").exists()


def test_an_existing_key_is_noticed_before_anything_is_typed(desk):
    with keygen(desk, "editor_wang.key") as terminal:
        terminal.expect("exists")
        assert terminal.end() == 3
        assert "口令" not in terminal.said


@pytest.fixture(scope="module")
def draft(desk):
    file = desk.write("周报.txt", b"x")
    return desk.certwire("editor_wang", "draft", "weekly", "--submit", "--number", "2026-47", "--title",
                         "周报（第47期）", file).stdout.strip()


def approve(desk, draft, answer):
    root = desk.keys["root"]["fingerprint"]
    with Terminal(desk, by("editor_chen", "approve", draft, "--root", root)) as terminal:
        terminal.expect("editor 陈磊")
        terminal.send("口令 of editor_chen\r")
        terminal.expect("周报（第47期）")
        terminal.expect("将收到 will receive: 2")
        terminal.expect("将收到的单位数")
        terminal.send(answer)
        return terminal.end()


def signatures(desk, draft):
    return desk.sql("SELECT count(*) FROM certwire.signature WHERE publication = :'id'", id=draft)


def test_only_the_number_of_units_approves(desk, draft):
    for answer, status in (("\n", 3), ("yes\n", 2), ("3\n", 3)):
        assert approve(desk, draft, answer) == status
    line = desk.refused("editor_chen", "approve", draft, "--yes", "3", status=3)
    assert "it concerns 2 units, not 3; nothing was signed" in line
    assert signatures(desk, draft) == "1"
    assert approve(desk, draft, "2\n") == 0
    assert signatures(desk, draft) == "2"


@pytest.mark.parametrize("answer, status", [("\n", 3), ("y\n", 2), ("9" * 300 + "\n", 2), ("1\n", 3), ("2\n", 0)])
def test_only_the_number_of_units_issues(desk, draft, answer, status):
    with Terminal(desk, by("editor_wang", "issue", draft)[:-2]) as terminal:
        terminal.expect("将收到的单位数")
        terminal.send(answer)
        assert terminal.end() == status
    asked = desk.sql("SELECT issue_requested_at IS NOT NULL FROM certwire.publication "
                     "WHERE id = :'id'", id=draft)
    assert asked == ("t" if status == 0 else "f")


def test_a_registrar_types_what_was_read_over_the_phone(desk):
    desk.admit("unit-p", "Company P")
    fingerprint = desk.request("unit-p", "d1")
    root = desk.keys["root"]["fingerprint"]
    with Terminal(desk, by("registrar_zhao", "device", "certify", "unit-p", "d1", "--root",
                           root)) as terminal:
        terminal.expect("电话核对的指纹: ")
        assert fingerprint[:5] not in terminal.said
        # Full-width digits, as an input method writes them.
        terminal.send(fingerprint.translate({ord("0") + n: 0xff10 + n for n in range(10)}) + "\n")
        terminal.expect("registrar 赵敏")
        terminal.send("口令 of registrar_zhao\r")
        terminal.expect("certified")
        assert terminal.end() == 0


@pytest.fixture(scope="module")
def out(desk):
    """A weekly that two units have been sent; unit-d is entitled to it since."""
    made = desk.certwire("editor_wang", "draft", "weekly", "--submit", "--number", "2026-40", "--title", "周报",
                         desk.write("40.txt", b"x")).stdout.strip()
    desk.certwire("editor_chen", "approve", made, "--yes", "2")
    desk.certwire("editor_wang", "issue", made, "--yes", "2")
    desk.dispatch(made)
    desk.admit("unit-d", "丁公司", "weekly")
    return made


@pytest.fixture(scope="module")
def ready(desk, out):
    """An approved weekly for three units."""
    made = desk.certwire("editor_wang", "draft", "weekly", "--submit", "--number", "2026-41", "--title", "周报",
                         desk.write("41.txt", b"x")).stdout.strip()
    desk.certwire("editor_chen", "approve", made, "--yes", "3")
    return made


LEDGER = ("SELECT string_agg(concat_ws(' ', id, state, scheduled_at, issue_requested_at), ';' ORDER BY id), "
          "(SELECT count(*) FROM certwire.entry) FROM certwire.publication")
# What is asked about, its words, what is shown with the number, and the number.
ASKED = [
    ("ready", ["schedule", "--at", "2098-01-01"], "将收到 will receive: 3", 3),
    ("ready", ["issue"], "将收到 will receive: 3", 3),
    ("ready", ["withdraw", "--reason", "误"], "撤回后 3 个单位不会收到", 3),
    ("out", ["send", "--to", "unit-d"], "补发给 1 个单位 to 1 unit: unit-d", 1),
    ("out", ["supersede", "41.txt", "--title", "更正"], "新版将发给 3 个单位", 3),
    ("out", ["recall", "--reason", "误"], "将从 2 个单位召回", 2),
]
# What is typed, and the exit status: a signal's is negative.
NO = [("\n", 3), ("n\n", 2), ("y\n", 2), ("9\n", 3), ("\x04", 2), ("\x03", -2)]


@pytest.mark.parametrize("which, words, shows, units", ASKED, ids=[words[0] for _, words, _, _ in ASKED])
def test_what_cannot_be_taken_back_wants_its_number_of_units_and_nothing_else(desk, request, which, words, shows, units):
    verb, *rest = words
    command = [verb, request.getfixturevalue(which), *rest]
    before = desk.sql(LEDGER, "postgres")
    for typed, status in NO:
        with Terminal(desk, [BIN / "certwire", *command, "--config", "editor_wang.conf"]) as terminal:
            terminal.expect(shows)
            terminal.expect("请输入")
            terminal.send(typed)
            assert terminal.end() == status, terminal.said
    line = desk.refused("editor_wang", *command, "--yes", "9", status=3)
    assert f"it concerns {units} unit" in line and "not 9" in line
    assert desk.sql(LEDGER, "postgres") == before, "nothing was done"
    with Terminal(desk, [BIN / "certwire", *command, "--config", "editor_wang.conf"]) as terminal:
        terminal.expect("请输入")
        terminal.send(f"{units}\n")
        assert terminal.end() == 0
    assert desk.sql(LEDGER, "postgres") != before
