import shutil
import tempfile

import pytest

from desk import Desk
from golden import pytest_sessionfinish  # noqa: F401


@pytest.fixture(scope="module")
def desk():
    """People at their desks, three units: two equipped, one suspended."""
    # Not pytest's own folder: the server's user must be able to go there, and sockets have short names.
    folder = tempfile.mkdtemp(prefix="certwire-cli-")
    shutil.os.chmod(folder, 0o711)
    made = Desk(folder)
    try:
        made.start()
        made.seat_everybody()
        made.admit("unit-a", "安天科技（哈尔滨）", "weekly", "seminar")
        made.admit("unit-b", "启明星辰", "weekly")
        made.admit("unit-c", "绿盟科技", "weekly")
        made.sql("SELECT 1 FROM certwire.suspend_unit('unit-c', '未续签协议')")
        made.equip("unit-a")
        made.equip("unit-b")
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)
