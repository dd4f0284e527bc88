#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Draws what bench_datapath has measured: nanoseconds a packet over the number of flows.

usage: bench/report.py FIGURES.json PICTURE.svg

Needs gnuplot. The figures are those of `bench_datapath --json`.
"""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = """
set terminal svg size 720,420 font 'sans,13' background 'white' noenhanced
set output '{picture}'
set logscale x
set format x '%.0s%c'
set xlabel 'flows'
set ylabel 'ns a packet'
set yrange [0:*]
set key top left
set grid
plot '-' using 1:2 with linespoints title 'drover, uniform', \\
     '-' using 1:2 with linespoints title 'drover, Zipf', \\
     '-' using 1:2 with linespoints title 'floor: MAC addresses only', \\
     '-' using 1:2 with linespoints title 'rte_hash, bulk', \\
     '-' using 1:2 with linespoints title 'chained table'
"""


def series(rows, against, column, zipf=False):
    chosen = [row for row in rows if row["against"] == against and row["zipf"] == zipf
              and ("established" in row["group"] or "stand-ins" in row["group"])]
    return "".join(f"{row['flows']} {row[column]:.2f}\n" for row in chosen) + "e\n"


def main(figures, picture):
    rows = json.loads(Path(figures).read_text(encoding="utf-8"))["rows"]
    data = (series(rows, "floor", "nanoseconds") + series(rows, "floor", "nanoseconds", zipf=True)
            + series(rows, "floor", "other_nanoseconds") + series(rows, "rte_hash", "other_nanoseconds")
            + series(rows, "chained table", "other_nanoseconds"))
    subprocess.run(["gnuplot"], input=SCRIPT.format(picture=picture) + data, text=True, check=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
