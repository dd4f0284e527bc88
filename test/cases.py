#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks that every test that docs/cases.md names is there."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def tests_there():
    names = {path.parent.name for path in ROOT.glob("test/golden/*/frames.txt")}
    for source in ROOT.glob("test/**/*.cc"):
        found = re.findall(r'TEST_CASE(?:_METHOD)?\(\s*(?:\w+,\s*)?("[^"]*"(?:\s*"[^"]*")*)',
                           source.read_text(encoding="utf-8"))
        names |= {"".join(re.findall(r'"([^"]*)"', name)) for name in found}
    for module in ROOT.glob("test/lab/test_*.py"):
        names |= {f"{module.stem.removeprefix('test_')}.{name}" for name in
                  re.findall(r"^class (\w+)", module.read_text(encoding="utf-8"), re.M)}
    return names


def tests_named():
    for line in (ROOT / "docs/cases.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| ") and not line.startswith("| case"):
            for code, quoted in re.findall(r'`([^`]+)`|"([^"]+)"', line.rsplit("|", 2)[1]):
                yield code or quoted


def main():
    there = tests_there()
    named = list(tests_named())
    missing = [name for name in named if name not in there]
    for name in missing:
        print(f"docs/cases.md names the test {name!r}, which is not there")
    return 1 if missing or not named else 0


if __name__ == "__main__":
    sys.exit(main())
