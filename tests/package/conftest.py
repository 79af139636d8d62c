"""What both files here share: the packages, and the libraries of other tests on the path."""

import os
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "lib")]


@pytest.fixture(scope="session")
def packages():
    """Path by name, from CERTWIRE_PACKAGES or made now."""
    from clean_root import ROOT, run

    folder = os.environ.get("CERTWIRE_PACKAGES")
    if not folder:
        run(ROOT / "scripts/package.sh")
    return {path.name.partition("_")[0]: path for path in Path(folder or ROOT / "build/packages").glob("*.deb")}
