"""What every file here shares: the libraries on the path, and one broker for all tests of a file."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "broker"), str(TESTS / "lib"), str(TESTS / "peer")]


@pytest.fixture(scope="module")
def gate():
    from gate import Gate
    with Gate() as world:
        yield world


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    world = getattr(item, "funcargs", {}).get("gate")
    if report.failed and world is not None:
        world.show_logs()
