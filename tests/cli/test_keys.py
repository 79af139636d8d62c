"""Keys, keysets and devices: who may do what."""

import json

from desk import BIN, peer, private


def keyset(desk, *args):
    return desk.call([BIN / "certwire", "keyset", "make", "--root-key", "root.key",
                      "--passphrase-file", "root.pass", *args])


def test_a_key_file_is_private_and_another_reader_opens_it(desk):
    path = desk.folder / "editor_wang.key"
    assert path.stat().st_mode & 0o777 == 0o600
    role, name, key = peer.read_key_file(path.read_bytes(), "口令 of editor_wang".encode())
    assert (role, name) == ("editor", "王芳")
    assert (key.kid, peer.fingerprint(key.public)) == (
        desk.keys["editor_wang"]["kid"], desk.keys["editor_wang"]["fingerprint"])


def test_a_key_is_never_written_over(desk):
    before = (desk.folder / "editor_wang.key").read_bytes()
    done = desk.call([BIN / "certwire", "keygen", "--role", "editor", "--name", "x", "--out",
                      "editor_wang.key", "--passphrase-file", "editor_wang.pass"])
    assert done.returncode == 3 and "exists" in done.stderr
    assert (desk.folder / "editor_wang.key").read_bytes() == before


def test_a_short_passphrase_or_one_that_others_can_read_makes_no_key(desk):
    base = [BIN / "certwire", "keygen", "--role", "editor", "--name", "x", "--out", "new.key",
            "--passphrase-file"]
    private(desk.folder / "short.pass", "1234567\n")
    assert "at least 8" in desk.call([*base, "short.pass"]).stderr
    desk.write("open.pass", b"long enough\n")
    (desk.folder / "open.pass").chmod(0o644)
    assert desk.call([*base, "open.pass"]).returncode == 3
    assert desk.call([*base, "absent.pass"]).returncode == 1
    assert not (desk.folder / "new.key").exists()


def test_only_a_dispatchers_key_goes_without_a_passphrase(desk):
    assert b"protection: none\n" in (desk.folder / "dispatch_a.key").read_bytes()
    for login in ("root", "recovery", "registrar_zhao", "editor_wang"):
        assert b"protection: argon2id " in (desk.folder / f"{login}.key").read_bytes()
    done = desk.call([BIN / "certwire", "keygen", "--role", "device", "--name", "unit-a.d1", "--out",
                      "new.key"])
    assert done.returncode == 2 and "enroll" in done.stderr


def test_a_passphrase_is_as_costly_as_is_said_unless_a_test_asks_for_less(desk):
    desk.run([BIN / "certwire", "keygen", "--role", "editor", "--name", "x", "--out", "costly.key",
              "--passphrase-file", "editor_wang.pass"], CERTWIRE_CHEAP_KEYS="")
    assert b"protection: argon2id 3 268435456 " in (desk.folder / "costly.key").read_bytes()


def test_showing_a_key_needs_no_passphrase_and_tells_no_secret(desk):
    done = desk.run([BIN / "certwire", "key", "show", "editor_wang.key"])
    secret = (desk.folder / "editor_wang.key").read_text().split("secret: ")[1].strip()
    assert desk.keys["editor_wang"]["public"] in done.stdout and secret not in done.stdout


def test_another_reader_accepts_the_keyset(desk):
    held = peer.Keyset.accept((desk.folder / "keyset-1.jws").read_bytes().strip(),
                              pinned=desk.keys["root"]["fingerprint"])
    assert held.fields["channels"]["weekly"] == {"approvals": 2}
    assert {k["name"] for k in held.fields["keys"]} == {"赵敏", "王芳", "陈磊", "dispatch-a",
                                                        "恢复密钥"}


def test_the_next_keyset_keeps_the_keys_and_retires_one(desk):
    new = desk.keygen("editor_liu", "editor", "刘洋")
    done = keyset(desk, "--previous", "keyset-1.jws", "--out", "keyset-2.jws", "--expires",
                  "2099-12-31", "--key", "editor_liu.key", "--key", "editor_wang.key", "--retire",
                  desk.keys["editor_chen"]["kid"])
    assert done.returncode == 0, done.stderr
    desk.certwire("registrar_zhao", "keyset", "import", "keyset-2.jws")
    keys = {k["name"]: k for k in json.loads(
        desk.certwire("editor_wang", "keyset", "show", "--json").stdout)["keys"]}
    assert keys["陈磊"]["status"] == "retired" and keys["王芳"]["status"] == "active"
    assert keys["刘洋"]["public"] == new["public"].rpartition(":")[2]
    desk.write("a.txt", b"x")
    assert "retired" in desk.refused("editor_chen", "draft", "weekly", "--number", "2026-1", "--title",
                                     "题", "a.txt", status=3)


def test_a_keyset_is_imported_once_and_never_backwards(desk):
    again = desk.certwire("registrar_zhao", "keyset", "import", "keyset-1.jws")
    assert "imported before" in again.stdout
    done = keyset(desk, "--previous", "keyset-1.jws", "--out", "keyset-2b.jws", "--expires",
                  "2099-12-31")
    assert done.returncode == 0
    desk.refused("registrar_zhao", "keyset", "import", "keyset-2b.jws", status=1)


def test_a_keyset_of_another_root_or_for_another_role_is_refused(desk):
    desk.keygen("thief", "root", "根密钥")
    done = desk.call([BIN / "certwire", "keyset", "make", "--root-key", "thief.key",
                      "--passphrase-file", "thief.pass", "--out", "thief.jws", "--expires",
                      "2099-12-31", "--key", desk.keys["editor_wang"]["public"]])
    assert done.returncode == 0, done.stderr
    desk.refused("registrar_zhao", "keyset", "import", "thief.jws", status=1)
    desk.refused("editor_wang", "keyset", "import", "keyset-2b.jws", status=1)
    assert "another root" in desk.certwire("editor_wang", "keyset", "show", "thief.jws").stderr


def test_a_keyset_is_signed_by_a_root_key_only_and_its_warnings_are_heard(desk):
    done = desk.call([BIN / "certwire", "keyset", "make", "--root-key", "editor_wang.key",
                      "--passphrase-file", "editor_wang.pass", "--out", "no.jws", "--expires",
                      "2099-12-31"])
    assert done.returncode == 3 and "role editor" in done.stderr
    done = keyset(desk, "--out", "lone.jws", "--expires", "2099-12-31", "--key",
                  desk.keys["editor_wang"]["public"], "--approvals", "monthly=1")
    for warning in ("weekly demands 2 editors", "monthly one editor alone", "no active dispatcher",
                    "no recovery key"):
        assert warning in done.stderr


def test_a_root_hands_over_to_its_announced_successor(desk):
    desk.keygen("root2", "root", "新根密钥")
    done = keyset(desk, "--previous", "keyset-2.jws", "--out", "keyset-3.jws", "--expires",
                  "2099-12-31", "--next-root", "root2.key")
    assert done.returncode == 0, done.stderr
    done = desk.call([BIN / "certwire", "keyset", "make", "--root-key", "root2.key",
                      "--passphrase-file", "root2.pass", "--previous", "keyset-3.jws", "--out",
                      "keyset-4.jws", "--expires", "2099-12-31"])
    assert done.returncode == 0, done.stderr
    for version in (3, 4):
        desk.certwire("registrar_zhao", "keyset", "import", f"keyset-{version}.jws")
    assert "version 4" in desk.certwire("editor_wang", "keyset", "show").stdout


def test_a_device_is_certified_only_with_the_fingerprint_that_was_read(desk):
    desk.admit("unit-e", "Company E")
    right = desk.request("unit-e", "d1")
    certify = ("device", "certify", "unit-e", "d1", "--fingerprint")
    wrong = f"{(int(right[0]) + 1) % 10}{right[1:]}"
    assert "do not certify" in desk.refused("registrar_zhao", *certify, wrong, status=3)
    desk.refused("registrar_zhao", *certify, "12345", status=2)
    assert "role editor" in desk.refused("registrar_zhao", *certify, right, "--key",
                                         "editor_wang.key", status=3)
    assert right in desk.certwire("registrar_zhao", "device", "list").stdout
    desk.certwire("registrar_zhao", *certify, right.replace(" ", "-"))
    listed = json.loads(desk.certwire("registrar_zhao", "device", "list", "--json").stdout)
    row = [d for d in listed["devices"] if d["unit"] == "unit-e"][0]
    assert row["state"] == "certified" and row["kid"] == desk.requests["unit-e"].kid
    assert not [p for p in listed["pending"] if p["unit"] == "unit-e"]


def test_another_reader_believes_the_certificate(desk):
    certificate = desk.sql("SELECT certificate FROM certwire.device WHERE unit = 'unit-a'")
    keys = peer.Keyset.accept((desk.folder / "keyset-1.jws").read_bytes().strip(),
                              pinned=desk.keys["root"]["fingerprint"])
    fields = peer.read_certificate(certificate, keys)
    assert (fields["unit"], fields["device"]) == ("unit-a", "d1")


def test_a_request_made_for_another_unit_is_not_worth_a_call(desk):
    desk.admit("unit-f", "Company F")
    fingerprint = desk.request("unit-f", "d1", made_for="unit-a")
    assert "made for unit-a.d1" in desk.certwire("registrar_zhao", "device", "list").stdout
    assert "made for unit-a.d1" in desk.refused(
        "registrar_zhao", "device", "certify", "unit-f", "d1", "--fingerprint", fingerprint, status=1)


def test_a_wrong_passphrase_says_so(desk):
    private(desk.folder / "wrong.pass", "not this one\n")
    fingerprint = desk.request("unit-e", "d2")
    line = desk.refused("registrar_zhao", "device", "certify", "unit-e", "d2", "--fingerprint",
                        fingerprint, "--passphrase-file", "wrong.pass", status=1)
    assert "passphrase" in line


def test_a_recovery_key_reads_and_does_nothing_else(desk):
    file = desk.write("恢复.txt", b"what all editors lose")
    made = desk.certwire("editor_wang", "draft", "monthly", "--number", "2026-12", "--title", "月报", file).stdout.strip()
    own = ("--key", "recovery.key", "--passphrase-file", "recovery.pass")
    desk.certwire("editor_wang", "show", made, *own, "--out", "opened")
    assert (desk.folder / "opened/恢复.txt").read_bytes() == b"what all editors lose"
    for verb, *more in (("edit", "--title", "别的"), ("preview",), ("approve", "--yes", "1"), ("return", "--comment", "不可")):
        assert "role recovery" in desk.refused("editor_wang", verb, made, *more, *own, status=3)
