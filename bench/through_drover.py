#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the way through drover adds, as a client sees it.

usage: sudo bench/through_drover.py [--turns NUMBER] [--seconds NUMBER] [--json FILE]

     client ---> lb1 (droverd, af_xdp) ---> rs1 (nginx)     by the VIP
        |                                    ^
        '------------------------------------'              straight

The client asks the same server by both ways, turn by turn, in the lab's network namespaces: wrk with kept
connections and siege with a connection for each request, as fast as they can; then h2load with kept
connections at half of the rate that wrk has reached by the VIP, at a fixed pace whatever the answers do.
Prints the medians of the turns. All of it shares this machine's processors, so that the difference of
the two ways says more than either. Needs root, a build (DROVER_BUILD names its folder), wrk, siege and
h2load (Debian: nghttp2-client); without one of them it says so, and ends well.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "test" / "lab"))

from balancer import Balancer, configuration  # noqa: E402
from lab import Lab  # noqa: E402
from network import VIP  # noqa: E402
from siege import Siege  # noqa: E402

CONNECTIONS = 16
HUGEPAGES = 64
WAYS = ("straight", "by the VIP")
PERCENTILES = (50, 99, 99.9)
TOOLS = {"wrk": "wrk", "siege": "siege", "h2load": "nghttp2-client"}

WRK_SCRIPT = """\
function done(summary, latency, requests)
  local failed = summary.errors
  io.write(string.format("RESULT %d %d %d", summary.requests, summary.duration,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout))
  for _, share in ipairs({PERCENTILES}) do io.write(string.format(" %d", latency:percentile(share))) end
end
""".replace("PERCENTILES", ", ".join(map(str, PERCENTILES)))


def with_names(latencies):
    return {f"p{share}": latency for share, latency in zip(PERCENTILES, latencies)}


def output_of(lab, *command):
    process = lab.client.spawn(*command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return process.communicate(timeout=120)[0]


def wrk(lab, address, seconds):
    """Requests a second, and microseconds."""
    script = lab.directory / "report.lua"
    script.write_text(WRK_SCRIPT)
    output = output_of(lab, "wrk", "--threads=1", f"--connections={CONNECTIONS}", f"--duration={seconds}s",
                       f"--script={script}", f"http://{address}/")
    found = re.search(r"RESULT ([\d ]+)", output)
    if not found:
        sys.exit(f"wrk said:\n{output}")
    requests, microseconds, failed, *latencies = map(int, found[1].split())
    if failed:
        sys.exit(f"{failed} requests of wrk failed")
    return {"rate": requests * 1e6 / microseconds, **with_names(latencies)}


def siege(lab, address, seconds):
    result = Siege(lab.client, f"http://{address}/", lab.directory, CONNECTIONS, seconds=seconds).result()
    if result["failed_transactions"]:
        sys.exit(f"{result['failed_transactions']} requests of siege failed")
    return {"rate": result["transaction_rate"]}


def paced(lab, address, seconds, rate):
    """The same at this rate, of all connections together."""
    log = lab.directory / "h2load.log"
    log.unlink(missing_ok=True)
    output = output_of(lab, "h2load", "--h1", f"--clients={CONNECTIONS}", f"--duration={seconds}",
                       f"--rps={rate / CONNECTIONS:.1f}", f"--log-file={log}", f"http://{address}/")
    rows = [line.split("\t") for line in log.read_text().splitlines()] if log.exists() else []
    if not rows or any(row[1] != "200" for row in rows):
        sys.exit(f"h2load said:\n{output}")
    begin = min(int(row[0]) for row in rows)
    end = max(int(row[0]) for row in rows)
    latencies = sorted(int(row[2]) for row in rows)
    return {"rate": len(rows) * 1e6 / (end - begin),
            **with_names(latencies[min(len(latencies) - 1, int(len(latencies) * share / 100))]
                         for share in PERCENTILES)}


def by_turns(turns, measure):
    """The median of each figure, by way."""
    rows = {way: [] for way in WAYS}
    for turn in range(turns):
        for way in WAYS if turn % 2 == 0 else reversed(WAYS):
            rows[way].append(measure(way))
    return {way: {key: statistics.median(row[key] for row in rows[way]) for key in rows[way][0]} for way in WAYS}


def show(name, result):
    straight, balanced = (result[way] for way in WAYS)
    print(f"{name}\n  {'':<10}{WAYS[0]:>12}{WAYS[1]:>12}")
    for key, value in straight.items():
        if key == "rate":
            print(f"  {'requests/s':<10}{value:>12.0f}{balanced[key]:>12.0f}   {balanced[key] / value:.2f} of it")
        else:
            print(f"  {key + ', us':<10}{value:>12.0f}{balanced[key]:>12.0f}   {balanced[key] - value:+.0f}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if missing := [package for tool, package in TOOLS.items() if not shutil.which(tool)]:
        print(f"SKIPPED: the way through drover: not installed: {', '.join(missing)}")
        return
    results = {}
    with Lab(hugepages=HUGEPAGES) as lab:
        server = lab.real_servers[0]
        balancer = Balancer(lab, "af_xdp")
        balancer.start(configuration(lab, "af_xdp", servers=[server]))
        addresses = dict(zip(WAYS, (server.address, VIP)))

        def measure(name, tool, *arguments):
            results[name] = by_turns(options.turns,
                                     lambda way: tool(lab, addresses[way], options.seconds, *arguments))
            show(name, results[name])

        print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
        measure("as fast as wrk can, kept connections", wrk)
        measure("as fast as siege can, a connection each", siege)
        measure("at half load, kept connections (h2load)", paced,
                results["as fast as wrk can, kept connections"][WAYS[1]]["rate"] / 2)
        balancer.stop()
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
