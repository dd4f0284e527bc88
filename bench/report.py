#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Draws what scripts/bench has measured.

usage: bench/report.py flows FIGURES.json PICTURE.svg    nanoseconds a packet over the number of flows
       bench/report.py growth GROWTH.json PICTURE.svg    milliseconds over the number of servers
       bench/report.py table FIGURES.json DOCUMENT       puts the table of figures into docs/performance.md

The pictures need gnuplot. The figures are those of `bench_datapath --json` and of `bench_growth --json`.
"""

import json
import subprocess
import sys
from pathlib import Path

HEAD = """
set terminal svg size 720,420 font 'sans,13' background 'white' noenhanced
set output '{picture}'
set logscale x
set format x '%.0s%c'
set key top left
set grid
"""

FLOWS = HEAD + """
set xlabel 'flows'
set ylabel 'ns a packet'
set yrange [0:*]
plot '-' using 1:2 with linespoints title 'drover, uniform', \\
     '-' using 1:2 with linespoints title 'drover, Zipf', \\
     '-' using 1:2 with linespoints title 'floor: MAC addresses only', \\
     '-' using 1:2 with linespoints title 'rte_hash, bulk', \\
     '-' using 1:2 with linespoints title 'chained table'
"""

GROWTH = HEAD + """
set logscale y
set xlabel 'servers of all services'
set ylabel 'ms, MB'
plot '-' using 1:2 with linespoints title 'reading the file', \\
     '-' using 1:2 with linespoints title 'a reload', \\
     '-' using 1:2 with linespoints title 'a scrape', \\
     '-' using 1:2 with linespoints title 'memory, MB', \\
     '-' using 1:2 with points title 'a reload, ten servers a service', \\
     x / 100 with lines dashtype 2 title 'linear'
"""


def series(rows, x, y):
    return "".join(f"{x(row)} {y(row):.3f}\n" for row in rows) + "e\n"


def flows(figures):
    def one(against, column, zipf=False):
        rows = [row for row in figures["rows"] if row["against"] == against and row["zipf"] == zipf
                and ("established" in row["group"] or "stand-ins" in row["group"])]
        return series(rows, lambda row: row["flows"], lambda row: row[column])

    return (one("floor", "nanoseconds") + one("floor", "nanoseconds", zipf=True) + one("floor", "other_nanoseconds")
            + one("rte_hash", "other_nanoseconds") + one("chained table", "other_nanoseconds"))


def growth(rows):
    def servers(row):
        return row["services"] * row["servers"]

    one_service = [row for row in rows if row["services"] == 1]
    several = [row for row in rows if row["services"] > 1]
    return ("".join(series(one_service, servers, lambda row, key=key: row[key])
                    for key in ("read_ms", "reload_ms", "scrape_ms", "megabytes"))
            + series(several, servers, lambda row: row["reload_ms"]))


def table(figures):
    lines = ["| | drover, ns | other, ns | against | ratio | least - most | target |", "|---|---|---|---|---|---|---|"]
    group = ""
    for row in figures["rows"]:
        if row["group"] != group:
            group = row["group"]
            lines.append(f"| **{group}** | | | | | | |")
        target = ""
        if row["target"]:
            target = f"{row['target']:.2f}: {'met' if row['ratio'] >= row['target'] else 'missed'}"
        lines.append(f"| {row['name']} | {row['nanoseconds']:.1f} | {row['other_nanoseconds']:.1f} | {row['against']} |"
                     f" {row['ratio']:.2f} | {row['ratio_least']:.2f} - {row['ratio_most']:.2f} | {target} |")
    return "\n".join(lines) + "\n"


def put_table(figures, document):
    """In the place of the one that is there."""
    text = document.read_text(encoding="utf-8")
    begin = text.index("| | drover, ns |")
    end = text.index("\n\n", begin) + 1
    document.write_text(text[:begin] + table(figures) + text[end:], encoding="utf-8")


def main(kind, figures, target):
    figures = json.loads(Path(figures).read_text(encoding="utf-8"))
    if kind == "table":
        put_table(figures, Path(target))
        return
    script, data = {"flows": (FLOWS, flows), "growth": (GROWTH, growth)}[kind]
    subprocess.run(["gnuplot"], input=script.format(picture=target) + data(figures), text=True, check=True)


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("flows", "growth", "table"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
