"""What scenarios share: the harness on the path, the world of a file's `Stage`, and logs when one fails."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "peer")]
from golden import pytest_sessionfinish  # noqa: E402,F401


@pytest.fixture(scope="module")
def stage(request):
    """The file's own `Stage` (tests/lib/stage.py), set up on a world that lasts as long as the file."""
    from world import World  # on the path by now

    stage = request.module.Stage(World())
    with stage.world:
        stage.set()
        yield stage


@pytest.fixture(scope="module")
def world(stage):
    return stage.world


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    used = getattr(item, "funcargs", {})
    world = used["stage"].world if "stage" in used else used.get("world")
    if report.failed and world is not None and report.when == "call":
        world.show_logs()
