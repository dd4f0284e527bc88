#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes the golden cases anew, or checks that this would change nothing.

usage: test/golden/make_cases.py [--check] [CASE...]

counters.txt of a case is not written here but by `golden_runner --update-counters`.
"""

import importlib
import importlib.util
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


def load(package, groups):
    """The cases by name, each with what writes it. The package generator_v6 is generator once more."""
    spec = importlib.util.spec_from_file_location(
        package, HERE / "generator/__init__.py", submodule_search_locations=[str(HERE / "generator")])
    sys.modules[package] = importlib.util.module_from_spec(spec)
    for group in groups:
        importlib.import_module(f"{package}.{group}")
    case = importlib.import_module(f"{package}.case")
    return dict.fromkeys(case.CASES, case.write)


def main(arguments):
    try:
        writers = load("generator", GROUPS)
    except ImportError as error:
        print(f"scapy is not here: {error}")
        return 77  # meson: skipped
    writers |= load("generator_v6", importlib.import_module("generator.case").FOR_BOTH)
    if arguments[:1] == ["--check"]:
        with tempfile.TemporaryDirectory() as folder:
            for name, write in writers.items():
                write(name, Path(folder, name))
            differ = list(differences(Path(folder), HERE))
        for name in differ:
            print(f"test/golden/{name} is not what make_cases.py writes")
        return 1 if differ else 0
    for name in arguments or writers:
        writers[name](name, HERE / name)
    print(f"{len(arguments or writers)} cases written")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    sys.dont_write_bytecode = True
    sys.exit(main(sys.argv[1:]))
