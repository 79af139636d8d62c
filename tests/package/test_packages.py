"""The .deb files: what Debian's lintian says; and in a root with nothing else, each installed with its
dependencies, upgraded, removed and purged."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from clean_root import ROOT, CleanRoot, run

VERSION = re.search(r"^project\(certwire VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.M).group(1)
ARCHITECTURE = run("dpkg", "--print-architecture").strip()
SERVICES = {"certwire-unit": "certwire-unit", "certwire-broker": "certwire-broker",
            "certwire-publisher": "certwire-dispatch"}
CONF = {"certwire-unit": "unit.conf", "certwire-broker": "mosquitto.conf", "certwire-publisher": "dispatch.conf"}
USERS = {"certwire-unit": "certwire", "certwire-broker": "certwire-broker", "certwire-publisher": "certwire-dispatch"}
KEPT = {"certwire-unit": "var/lib/certwire", "certwire-broker": "etc/certwire/broker",
        "certwire-publisher": "etc/certwire/dispatch"}
PROGRAMS = {"certwire-unit": ["certwire-unit"], "certwire-broker": ["certwire-broker-check"],
            "certwire-publisher": ["certwire", "certwire-dispatch"], "certwire-db": ["certwire-db"]}


def older(packages, folder):
    """The same packages as an earlier version, of which a conffile said something else."""
    made = {}
    for name, path in packages.items():
        tree = Path(folder) / name
        run("dpkg-deb", "-R", path, tree)
        control = tree / "DEBIAN/control"
        control.write_text(re.sub("^Version: .*$", "Version: 0.0.1", control.read_text(), flags=re.M))
        if name in CONF:
            conf = tree / "etc/certwire" / CONF[name]
            conf.write_text("# of the earlier version\n" + conf.read_text())
        made[name] = run("dpkg-deb", "--root-owner-group", "-b", tree, folder) and next(
            Path(folder).glob(f"{name}_0.0.1_*.deb"))
        shutil.rmtree(tree)
    return made


@pytest.fixture(scope="module")
def root(packages):
    with tempfile.TemporaryDirectory(prefix="certwire-root-") as folder:
        os.chmod(folder, 0o755)
        made = CleanRoot(folder)
        for version, debs in (("old", older(packages, folder)), ("new", packages)):
            (made / version).mkdir()
            for name, path in debs.items():
                shutil.copy(path, made / version / f"{name}.deb")
        yield made


def test_lintian_finds_no_error(packages):
    assert set(packages) == set(PROGRAMS)
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", *map(str, packages.values())],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_units_package_comes_with_what_it_needs_and_without_libpq(root):
    root.apt("install", "/old/certwire-unit.deb")
    assert "certwire-unit " in root.run("certwire-unit", "--version")
    assert root.state("libpq5") == ""
    said = root.call("certwire-unit", "status", "--config", "/etc/certwire/unit.conf")
    assert said.returncode == 2 and "unit" in said.stderr, "the example begs to be filled in"


def test_the_unit_speaks_chinese_in_a_root_that_has_no_chinese_locale(root):
    said = root.call("env", "-i", "LANG=zh_CN.UTF-8", "/usr/bin/certwire-unit", "frob").stderr
    assert said == "certwire-unit: 没有命令“frob”；请试“certwire-unit --help”\n"


def test_all_of_them_together_run_and_find_their_libraries(root):
    root.apt("install", *(f"/old/{name}.deb" for name in PROGRAMS))
    for program in (program for programs in PROGRAMS.values() for program in programs):
        root.run(program, "--version")
        assert list((root / "usr/share/man").glob(f"man[18]/{program}.[18].gz"))
        assert (root / f"usr/share/bash-completion/completions/{program}").stat().st_size > 100
    for plugin in ("certwire_entitlement", "certwire_receipts"):
        assert "not found" not in root.run("ldd", f"/usr/lib/certwire/{plugin}.so")
    said = root.call("certwire-broker-check", "/etc/certwire/mosquitto.conf")
    assert said.returncode == 1 and "root_fingerprint" in said.stdout, said.stdout + said.stderr
    # The stock broker loads the plugin from where the package put it, and it refuses what is not filled in.
    said = root.call("mosquitto", "-c", "/etc/certwire/mosquitto.conf")
    assert said.returncode != 0


def test_users_and_folders_are_made_and_no_secret(root):
    names = {user: int(uid) for user, _, uid, _ in
             (line.split(":", 3) for line in (root / "etc/passwd").read_text().splitlines())}
    for package, user in USERS.items():
        made = (root / KEPT[package]).stat()
        assert made.st_mode & 0o777 == 0o700 and made.st_uid == names[user]
        assert not list((root / KEPT[package]).iterdir()), "a package put something there"
    owned = [path for path in (root / "etc/certwire").rglob("*") if path.is_file()]
    assert {path.name for path in owned} == set(CONF.values())
    for service in SERVICES.values():
        unit = (root / f"usr/lib/systemd/system/{service}.service").read_text()
        program = re.search(r"^ExecStart=(\S+)", unit, re.M).group(1)
        assert (root / program.lstrip("/")).exists() and "/usr/local" not in unit
        assert not (root / f"etc/systemd/system/multi-user.target.wants/{service}.service").is_symlink()


def test_an_upgrade_keeps_what_was_edited_and_renews_what_was_not(root):
    edited = root / "etc/certwire/unit.conf"
    edited.write_text(edited.read_text() + "log_level = debug\n")
    (root / "var/lib/certwire/device.key").write_text("a key")
    root.apt("install", *(f"/new/{name}.deb" for name in PROGRAMS))
    assert edited.read_text().startswith("# of the earlier") and edited.read_text().endswith("= debug\n")
    assert not (root / "etc/certwire/dispatch.conf").read_text().startswith("# of the earlier")
    assert (root / "var/lib/certwire/device.key").read_text() == "a key"
    for package in USERS:
        for _ in range(2):
            root.run(f"/var/lib/dpkg/info/{package}.postinst", "configure", "0.0.1")


def test_removing_keeps_settings_keys_and_documents(root):
    root.apt("remove", *PROGRAMS)
    assert not (root / "usr/bin/certwire-unit").exists()
    for package in CONF:
        assert root.state(package) == "config-files"
        assert (root / "etc/certwire" / CONF[package]).exists() and (root / KEPT[package]).exists()


def test_purging_takes_what_packages_made_and_tells_what_it_leaves(root):
    (root / "etc/certwire/dispatch/dispatch.key").write_text("a key")
    said = root.run("dpkg", "--purge", *CONF)
    for package, conf in CONF.items():
        assert not (root / "etc/certwire" / conf).exists()
        assert root.state(package) in ("", "not-installed")
    for kept in ("var/lib/certwire", "etc/certwire/dispatch"):
        assert f"'/{kept}' is kept" in said, said
    assert (root / "var/lib/certwire/device.key").read_text() == "a key"
    assert not (root / "etc/certwire/broker").exists(), "an empty folder stays"
    assert not [path for path in (root / "usr").rglob("*certwire*") if "python" not in str(path)]


def test_what_was_purged_can_be_installed_again(root):
    root.apt("install", "/new/certwire-unit.deb")
    assert (root / "var/lib/certwire/device.key").read_text() == "a key"
    root.run("certwire-unit", "--version")


def test_the_unit_alone_is_built_and_packaged_where_there_is_no_libpq(root):
    """From the sources, with the packages that install-deps.sh --unit-only names and no other."""
    for path in run("git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if not path.startswith("tests/") and (ROOT / path).is_file():
            (root / "source" / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, root / "source" / path)
    root.apt("autoremove", "--purge")
    root.run("/source/scripts/install-deps.sh", "--unit-only")
    assert root.state("libpq-dev") == "" and root.state("libpq5") == ""
    assert root.run("/source/scripts/package.sh", "--unit-only").split() == [
        f"build/packages/certwire-unit_{VERSION}_{ARCHITECTURE}.deb"]
    root.apt("install", f"/source/build/packages/certwire-unit_{VERSION}_{ARCHITECTURE}.deb")
    root.run("certwire-unit", "--version")
