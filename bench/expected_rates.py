#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What to expect of network cards, computed from what was measured without any.

usage: bench/expected_rates.py FIGURES.json

FIGURES.json is what scripts/bench writes. Of the nanoseconds a packet at a million flows that part
is drover's which is beyond the floor's; the floor's own, the generator's share with it, is replaced
by an allowance for a card's receive and transmit path. Prints a Markdown table of millions of
packets a second, for frames of 64 bytes (with their checksum) and of 512.
"""

import json
import sys
from pathlib import Path

CARD_NANOSECONDS = 12  # assumed: taking a frame from a card's queue, changing it, and sending it
GAP_BYTES = 20         # preamble and gap between frames (IEEE 802.3)
SPEEDS = (1, 10, 25, 100)  # Gb/s
CORES = (1, 2, 4)


def line_rate(gigabits, frame):
    return gigabits * 1e3 / (8 * (frame + GAP_BYTES))  # millions a second


def nanoseconds(rows):
    row = next(row for row in rows if row["name"] == "1M flows" and "uniform" in row["group"])
    return row["nanoseconds"] - row["other_nanoseconds"] + CARD_NANOSECONDS


def main(path):
    each = nanoseconds(json.loads(Path(path).read_text(encoding="utf-8"))["rows"])
    print(f"Computed: {each:.0f} ns a packet, {1e3 / each:.0f} million a second and core.\n")
    print("| card | frames | line rate |" + "".join(f" {cores} core{'s' * (cores > 1)} |" for cores in CORES))
    print("|---" * (3 + len(CORES)) + "|")
    for gigabits in SPEEDS:
        for frame in (64, 512):
            limit = line_rate(gigabits, frame)
            rates = "".join(f" {min(limit, cores * 1e3 / each):.1f} |" for cores in CORES)
            print(f"| {gigabits} Gb/s | {frame} bytes | {limit:.1f} |{rates}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
