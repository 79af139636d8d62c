"""Waiting for a condition with a deadline: no test ever sleeps for a guessed time."""

import time


class DeadlinePassed(AssertionError):
    """The condition did not come true in time."""


def wait_for(condition, what, deadline=60.0):
    """Call `condition` until it returns something true, and return that.

    `what` says in words what is waited for; it may be a function, called when the deadline (in
    seconds) has passed, so that the failure shows the state that was found instead.
    """
    end = time.monotonic() + deadline
    pause = 0.01
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise DeadlinePassed(f"not within {deadline:g} s: {what() if callable(what) else what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
