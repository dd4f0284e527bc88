#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs the lab's tests: those whose name contains one of the words given, or all.

Prints a line for each test, the reasons of those that failed, and at the end
how many passed, failed and were skipped.
"""

import signal
import sys
import time
import unittest
from pathlib import Path

from lab import Lab

HERE = Path(__file__).resolve().parent


class Ended(KeyboardInterrupt):
    """By a signal. unittest takes any other exception for the failure of one test and goes on."""

    def __init__(self, number):
        super().__init__()
        self.status = 128 + number


def end(number, _):
    raise Ended(number)


class Lines(unittest.TestResult):
    """One line a test, as it ends."""

    def __init__(self):
        super().__init__()
        self.passed = 0
        self._started = time.monotonic()

    def startTest(self, test):
        super().startTest(test)
        self._started = time.monotonic()

    def _line(self, word, test, rest=""):
        print(f"{word:<7} {_name(test)}{rest}", flush=True)

    def addSuccess(self, test):
        self.passed += 1
        self._line("ok", test, f" ({time.monotonic() - self._started:.1f} s)")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._line("SKIPPED", test, f": {reason}")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._line("FAILED", test, "\n" + self.failures[-1][1])

    def addError(self, test, error):
        super().addError(test, error)
        self._line("FAILED", test, "\n" + self.errors[-1][1])


def _name(test):
    return getattr(test, "id", lambda: str(test))().removeprefix("test_")


def _tests(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from _tests(item)
        else:
            yield item


def main(words, folder=HERE):
    sys.dont_write_bytecode = True
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    found = unittest.defaultTestLoader.discover(str(folder), pattern="test_*.py", top_level_dir=str(folder))
    chosen = [test for test in _tests(found) if not words or any(word in _name(test) for word in words)]
    result = Lines()
    try:
        unittest.TestSuite(chosen).run(result)
    except Ended as ended:
        print("ended by a signal")
        return ended.status
    finally:
        Lab.take_all_down()
    failed = len(result.failures) + len(result.errors)
    print(f"{result.passed} passed, {failed} failed, {len(result.skipped)} skipped")
    return 1 if failed or not result.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
