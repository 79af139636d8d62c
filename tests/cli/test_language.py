"""The programs in Chinese, on a machine that has no Chinese locale. CERTWIRE_UPDATE_GOLDEN=1 writes what they say anew."""

import re
import subprocess

from desk import BIN
from test_golden import held_against

PROGRAMS = ["certwire", "certwire-unit", "certwire-dispatch", "certwire-db", "certwire-broker-check"]
GROUPS = [("certwire", "keyset"), ("certwire-unit", "inbox"), ("certwire-unit", "device"), ("certwire-unit", "config")]
REFUSED = [["certwire", "frobnicate"], ["certwire", "draft"], ["certwire", "draft", "weekly", "--number"], ["certwire", "list", "--limit", "0"],
           ["certwire", "keygen", "--role", "king"], ["certwire", "keyset", "show", "/nowhere"], ["certwire", "device"],
           ["certwire-unit", "inbox"], ["certwire-unit", "inbox", "show"], ["certwire-unit", "status", "--config", "/nowhere"],
           ["certwire-dispatch", "--config", "/nowhere"], ["certwire-db", "restored"], ["certwire-broker-check", "/nowhere"]]


def call(*words, **env):
    """With nothing else in the environment, and nothing to find in it."""
    return subprocess.run([BIN / words[0], *words[1:]], env={"HOME": "/nowhere", **env}, capture_output=True, text=True, encoding="utf-8",
                          check=False)


def chinese(text):
    return re.search("[\u4e00-\u9fff]", text)


def test_help_and_refusals_are_in_chinese_on_a_bare_machine():
    said = ""
    for words in [*((program,) for program in PROGRAMS), *GROUPS]:
        done = call(*words, "--help", LANG="zh_CN.UTF-8")
        assert done.returncode == 0 and not done.stderr
        said += f"$ {' '.join(words)} --help\n{done.stdout}\n"
    for words in REFUSED:
        done = call(*words, LANG="zh_CN.UTF-8")
        assert done.returncode in (1, 2, 3) and not done.stdout and len(done.stderr.splitlines()) == 1
        said += f"$ {' '.join(words)}\n{done.returncode} {done.stderr}"
    held_against("chinese", said)


def test_every_line_of_help_is_in_chinese_and_each_column_begins_in_the_same_place():
    for words in (["certwire"], ["certwire", "draft"], ["certwire", "keyset", "make"], *GROUPS, ["certwire-unit"], ["certwire-unit", "enroll"],
                  ["certwire-dispatch"], ["certwire-db"], ["certwire-broker-check"]):
        for line in call(*words, "--help", LANG="zh_CN.UTF-8").stdout.splitlines():
            assert not line or chinese(line), f"{words}: {line}"
            if line.startswith("  "):
                assert line[30] == " " and line[31] != " ", f"{words}: {line}"


def test_the_environment_chooses_the_language_as_it_does_elsewhere():
    for env in ({}, {"LANG": "C"}, {"LANG": "C.UTF-8"}, {"LANG": "en_US.UTF-8"}, {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"},
                {"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "C.UTF-8"}, {"LANG": "zh_CN.UTF-8", "LANGUAGE": "en"}, {"LANGUAGE": "zh_CN"}):
        assert "unknown command" in call("certwire-db", "frob", **env).stderr, env
    for env in ({"LANG": "zh_CN.UTF-8"}, {"LANG": "zh_CN"}, {"LANG": "zh"}, {"LC_ALL": "zh_CN.utf8", "LANG": "C"},
                {"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, {"LANG": "C.UTF-8", "LANGUAGE": "zh_CN"},
                {"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, {"LANG": "zh_CN.UTF-8", "LANGUAGE": ""}):
        assert "没有命令" in call("certwire-db", "frob", **env).stderr, env


def test_what_programs_read_is_the_same_in_every_language():
    for words in (["certwire", "manual"], ["certwire", "manual", "settings"], ["certwire", "completion", "bash"], ["certwire", "--version"],
                  ["certwire-unit", "manual"]):
        assert call(*words, LANG="zh_CN.UTF-8").stdout == call(*words).stdout
    assert call("certwire", "doctor", "--json", "--dsn", "host=/nowhere", LANG="zh_CN.UTF-8").stdout == \
        call("certwire", "doctor", "--json", "--dsn", "host=/nowhere").stdout
    assert chinese(call("certwire", "doctor", "--dsn", "host=/nowhere", LANG="zh_CN.UTF-8").stdout.partition("→")[2])
