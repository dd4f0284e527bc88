#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What an idle balancer costs, and how soon it answers the first frame after a pause.

    client --- echo request, 200 ms after the last frame ---> VIP on lb1 (droverd)

Needs root and a build. Prints the worker's share of a core while nothing comes, and the round
trip of 200 echo requests, each after 200 ms of silence: the median and the 99th percentile. Beside
them, as the floor, those of the balancer's own address, which the kernel answers, and how long a
sleep of the worker's longest takes on this machine as it is loaded now. Exit status 1: over 3 % of
a core or 1.5 ms.
"""

import ctypes
import os
import socket
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "test" / "lab"))

from balancer import Balancer, configuration  # noqa: E402
from lab import Lab  # noqa: E402
from network import VIP  # noqa: E402

REQUESTS = 200
PAUSE = 0.2  # seconds
IDLE_FOR = 10  # seconds
LONGEST_SLEEP = 0.001  # seconds; AdaptiveIdle::longest
SHARE_LIMIT, LATE_LIMIT = 0.03, 0.0015
PR_SET_TIMERSLACK = 29


def echo_request(sequence):
    body = struct.pack("!BBHHH", 8, 0, 0, 0x64, sequence)
    words = struct.unpack(f"!{len(body) // 2}H", body)
    total = sum(words)
    checksum = ~(total + (total >> 16)) & 0xFFFF
    return struct.pack("!BBHHH", 8, 0, checksum, 0x64, sequence)


def round_trip(raw, address, sequence):
    """Seconds from an echo request to its reply."""
    sent = time.perf_counter()
    raw.sendto(echo_request(sequence), (address, 0))
    while True:
        packet, (source, _) = raw.recvfrom(256)
        if source == address and packet[20] == 0 and packet[26:28] == struct.pack("!H", sequence):
            return time.perf_counter() - sent


def round_trips(host, address):
    with host.inside(), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        raw.settimeout(2)
        round_trip(raw, address, 0)  # resolves the neighbour
        times = []
        for sequence in range(1, REQUESTS + 1):
            time.sleep(PAUSE)
            times.append(round_trip(raw, address, sequence))
        return sorted(times)


def worker_share(balancer):
    before = balancer.worker_seconds()
    time.sleep(IDLE_FOR)
    return (balancer.worker_seconds() - before) / IDLE_FOR


def sleeps():
    ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)
    times = []
    for _ in range(1000):
        begin = time.perf_counter()
        time.sleep(LONGEST_SLEEP)
        times.append(time.perf_counter() - begin)
    return sorted(times)


def report(name, times):
    """Prints the median and the 99th percentile, and returns this."""
    middle, late = times[len(times) // 2], times[len(times) * 99 // 100]
    print(f"{name:<28} median {middle * 1e3:.3f} ms   p99 {late * 1e3:.3f} ms", flush=True)
    return late


def main():
    with Lab() as lab:
        balancer = Balancer(lab, "af_xdp")
        balancer.start(configuration(lab, "af_xdp"))
        share = worker_share(balancer)
        print(f"idle worker                  {share * 100:.2f} % of a core   load {os.getloadavg()[0]:.1f}")
        report("a sleep of 1 ms", sleeps())
        report("first frame, by the kernel", round_trips(lab.client, lab.lb1.address))
        late = report("first frame, by a worker", round_trips(lab.client, VIP))
        balancer.stop()
    return 0 if share < SHARE_LIMIT and late < LATE_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
