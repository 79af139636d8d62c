"""Completion in a real bash: of each verb its options, the values of those that have a fixed set, files and folders."""

import re
import shlex
import subprocess

import pytest

from desk import BIN

ASK = """ask() { COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _certwire; echo "${COMPREPLY[*]}"; }"""
CHANNELS = {"weekly", "monthly", "opportunity", "seminar"}
ROLES = {"root", "registrar", "editor", "dispatcher", "recovery"}


def run(*words):
    return subprocess.run([BIN / "certwire", *words], capture_output=True, text=True, check=True).stdout


def verbs():
    return re.findall(r"^  ([a-z]+(?: [a-z]+)?)(?= )", run("--help").split("Commands:\n")[1].split("\n\n")[0], re.M)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """What bash offers after these words, in a folder that holds a file and a folder."""
    folder = tmp_path_factory.mktemp("completion")
    (folder / "周报.pdf").write_bytes(b"x")
    (folder / "out").mkdir()

    def ask(*commands):
        lines = "\n".join("ask " + " ".join(shlex.quote(word) for word in words) for words in commands)
        done = subprocess.run(["bash", "-c", f"{run('completion', 'bash')}\n{ASK}\n{lines}"], cwd=folder, capture_output=True,
                              text=True, check=True)
        assert not done.stderr
        return [set(line.split()) for line in done.stdout.splitlines()]
    return ask


@pytest.fixture(scope="module")
def told():
    """{verb: {option: what its value is called, or ""}}, as --help tells."""
    return {verb: dict(re.findall(r"^  --([a-z-]+) ?([A-Z=]*)", run(*verb.split(), "--help"), re.M)) for verb in verbs()}


def test_each_verb_offers_its_options(asked, told):
    found = asked(*(["certwire", *verb.split(), "--"] for verb in told))
    for (verb, options), offered in zip(told.items(), found):
        assert offered == {"--help", *("--" + option for option in options)}, verb
    assert "verify" in asked(["certwire", "audit", ""])[0]


def test_verbs_are_offered_word_by_word(asked, told):
    first, device, keyset, one = asked(["certwire", ""], ["certwire", "device", ""], ["certwire", "keyset", ""], ["certwire", "sup"])
    assert {verb.split()[0] for verb in told} <= first and one == {"supersede"}
    assert device == {"--help", "list", "certify"} and keyset == {"--help", "make", "import", "show"}


def test_each_options_value_is_offered_where_it_is_a_file_or_one_of_a_few(asked, told):
    cases = [(verb, option, arg) for verb, options in told.items() for option, arg in options.items() if arg]
    found = asked(*(["certwire", *verb.split(), "--" + option, ""] for verb, option, arg in cases))
    wanted = {"FILE": {"周报.pdf", "out"}, "KEY": {"周报.pdf", "out"}, "FOLDER": {"out"}, "ROLE": ROLES, "TAG": {"zh-CN", "en"}}
    for (verb, option, arg), offered in zip(cases, found):
        if arg == "NAME=VALUE":
            assert {"place=", "opportunity=research", "opportunity=service"} <= offered
        else:
            assert offered == wanted.get(arg, set()), (verb, option)


def test_arguments_are_channels_and_files(asked):
    channel, some, file, other, after = asked(
        ["certwire", "draft", ""], ["certwire", "--config", "x", "draft", "--number", "2026-47", "mo"],
        ["certwire", "draft", "weekly", ""], ["certwire", "lint", "周"], ["certwire", "supersede", "3f9a1c22", "--title", "=", "题", "周"])
    assert CHANNELS <= channel and some == {"monthly"}
    assert file == {"周报.pdf", "out"} and other == after == {"周报.pdf"}


def test_a_value_after_an_equals_sign_is_offered_too(asked):
    role, begun, file = asked(["certwire", "keygen", "--role", "="], ["certwire", "keygen", "--role", "=", "reg"],
                              ["certwire", "show", "3f9a1c22", "--out", "=", "o"])
    assert role == ROLES and begun == {"registrar"} and file == {"out"}
