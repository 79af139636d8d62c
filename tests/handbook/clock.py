"""A clock for a world of its own: every program that is started afterwards reads it.

libfaketime adds the seconds in a file to the time of day; what measures spans (CLOCK_MONOTONIC) goes
on as it is. Hence days in a page can be real days, and half a year can pass in an instant.

The days must be past ones: within a signal's handler programs see the real time, and PostgreSQL
judges there which of its timeouts are over. A time ahead of the real one would keep them from ever
being so.
"""

import glob
import os
import time
from datetime import datetime

LIBRARY = "/usr/lib/*/faketime/libfaketimeMT.so.1"


class Clock:
    def __init__(self, folder, now):
        found = glob.glob(LIBRARY)
        assert found, "no libfaketime: run scripts/install-deps.sh"
        self.file = folder / "clock"
        self.set(now)
        asan = os.environ.get("ASAN_OPTIONS", "")
        os.environ.update(
            LD_PRELOAD=found[0], FAKETIME_TIMESTAMP_FILE=str(self.file),
            FAKETIME_DONT_FAKE_MONOTONIC="1", FAKETIME_NO_CACHE="1",
            # The sanitizer would rather come first; it need not.
            ASAN_OPTIONS=":".join(filter(None, [asan, "verify_asan_link_order=0"])))

    def set(self, now):
        """It is that time now, such as 2026-01-05T09:00+08:00."""
        ahead = datetime.fromisoformat(now).timestamp() - time.time()
        assert ahead < 0, f"{now} is yet to come"
        new = self.file.with_suffix(".new")
        new.write_text(f"{ahead:+.0f}\n", encoding="ascii")
        new.chmod(0o644)
        new.replace(self.file)
