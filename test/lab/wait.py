# SPDX-License-Identifier: BSD-3-Clause
"""Waiting for an event, never for a length of time."""

import time


class TimedOut(AssertionError):
    """What was waited for did not happen before the deadline."""


def wait_until(condition, what, deadline=10.0, interval=0.02):
    """Polls until condition() is true and returns its value; complains of `what` after `deadline` seconds."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimedOut(f"not within {deadline:g} s: {what}")
        time.sleep(interval)
