#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Records how ipvsadm writes numbers that no test's traffic reaches: its own code with made-up counters.

usage: record_large_numbers.py SOURCE FILE     (apt-get source ipvsadm; apt-get install libpopt-dev)

Writes a recording as record_listings.py does; kernel/made_up_counters.c is what ipvsadm is linked with.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
WRAPPED = ("ipvs_init", "ipvs_get_services", "ipvs_get_dests")
LISTINGS = ("-Ln", "-Ln --stats", "-Ln --stats --exact", "-Ln --rate", "-Ln --rate --exact", "-Ln --thresholds", "-Ln --persistent-conn",
            "-Ln --thresholds --exact", "-Sn")

# Where print_largenum() changes its unit, and one less.
NUMBERS = sorted({number - less for number in (10**power for power in (0, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18))
                  for less in (0, 1)} | {2**32, 2**63, 2**64 - 1})
RATES = [number for number in NUMBERS if number <= 10**15]
WEIGHTS = (0, 1, 9, 1000, 65535)
COUNTS = (0, 1, 999_999_999, 2**31, 2**32 - 1)
THRESHOLDS = (0, 1, 9, 999_999_999, 10**9)  # drover takes no larger ones
VIP = "192.0.2.10"


def table():
    """(service or server, address, port, [its numbers]) with each of NUMBERS in every column."""
    def counted(at):
        return [NUMBERS[(at + step) % len(NUMBERS)] for step in range(3)] + [RATES[(at + step) % len(RATES)] for step in range(3)]
    for number in range(len(NUMBERS)):
        port = 1000 + number
        yield "service", VIP, port, counted(number)
        for server in range(2):
            at = number + server
            thresholds = THRESHOLDS[(at + 1) % 5], THRESHOLDS[at % 5]
            rest = [WEIGHTS[at % 5], max(thresholds), min(thresholds), *(COUNTS[(at + step) % 5] for step in range(3))]
            yield "server", f"192.0.2.{21 + server}", port, counted(at + 6) + rest


def build(source, program):
    subprocess.run(["cc", "-w", "-O1", f"-I{source}", '-DVERSION="1.31"', '-DSCHEDULERS=""', '-DPE_LIST=""', "-DHAVE_POPT", "-o", program,
                    *(source / name for name in ("ipvsadm.c", "config_stream.c", "dynamic_array.c", "libipvs/libipvs.c")),
                    HERE / "kernel/made_up_counters.c", *(f"-Wl,--wrap={name}" for name in WRAPPED), "-lpopt"], check=True)


def counters():
    for kind, address, port, numbers in table():
        entry = {"kind": "TCP" if kind == "service" else "->", "address": f"{address}:{port}", "stats": numbers[:3], "rate": numbers[3:6]}
        if kind == "server":
            entry |= dict(zip(("active", "inactive", "persistent"), numbers[9:]))
        yield entry


def rules():
    for kind, address, port, numbers in table():
        if kind == "service":
            yield f"-A -t {address}:{port} -s rr"
        else:
            yield f"-a -t {VIP}:{port} -r {address}:{port} -g -w {numbers[6]} -x {numbers[7]} -y {numbers[8]}"


def main(source, file):
    with tempfile.TemporaryDirectory() as folder:
        program, made_up = Path(folder, "ipvsadm"), Path(folder, "table")
        build(Path(source), program)
        made_up.write_text("".join(f"{kind} {address} {port} {' '.join(map(str, numbers))}\n"
                                   for kind, address, port, numbers in table()), encoding="ascii")
        listings = []
        for arguments in LISTINGS:
            done = subprocess.run([program, *shlex.split(arguments)], env={**os.environ, "MADE_UP_COUNTERS": str(made_up)},
                                  capture_output=True, text=True, check=False)
            listings.append({"arguments": arguments, "services": 0, "status": done.returncode, "output": done.stdout, "complaint": done.stderr})
        recorded = {"of": {"ipvsadm": Path(source).name, "counters": "made up"}, "rules": list(rules()), "hosts": {},
                    "ports": [], "states": [list(counters())], "listings": listings}
        Path(file).write_text(json.dumps(recorded, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
