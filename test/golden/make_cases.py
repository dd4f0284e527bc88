#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes the golden cases anew, or checks that this would change nothing.

usage: test/golden/make_cases.py [--check] [CASE...]

counters.txt of a case is not written here but by `golden_runner --update-counters`.
"""

import importlib
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
GROUPS = ("arp", "icmp", "tcp_life", "scheduling", "refusals", "ethernet", "damaged", "strays",
          "adoption", "held", "capacity", "udp", "quoted", "fragments", "access",
          "persistence", "ipv6", "networks", "tags")


def differences(written, committed):
    """The files of two folders that are not the same, by name."""
    names = {path.relative_to(written) for path in written.rglob("*") if path.is_file()}
    for name in sorted(names):
        there = committed / name
        if not there.exists() or there.read_bytes() != (written / name).read_bytes():
            yield str(name)
    for path in sorted(committed.glob("*/*")):
        name = path.relative_to(committed)
        generated = path.suffix == ".yaml" or path.name.startswith("frames")
        if generated and name not in names:
            yield f"{name} (no case writes it)"


def main(arguments):
    try:
        from generator.case import CASES, write
    except ImportError as error:
        print(f"scapy is not here: {error}")
        return 77  # meson: skipped
    for group in GROUPS:
        importlib.import_module(f"generator.{group}")
    if arguments[:1] == ["--check"]:
        with tempfile.TemporaryDirectory() as folder:
            for name in CASES:
                write(name, Path(folder, name))
            differ = list(differences(Path(folder), HERE))
        for name in differ:
            print(f"test/golden/{name} is not what make_cases.py writes")
        return 1 if differ else 0
    for name in arguments or CASES:
        write(name, HERE / name)
    print(f"{len(arguments or CASES)} cases written")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    sys.dont_write_bytecode = True
    sys.exit(main(sys.argv[1:]))
