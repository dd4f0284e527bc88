#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""How long the control thread is held up by what is large: 1,000 services of 10 servers each.

    lb1: droverd <--- a small request a millisecond, over the Unix socket; beside it a reload, a
                      listing, a scrape ...

Needs root and a build. Whatever else is due on the control thread waits as long as these small
requests: their longest round trip tells. Heartbeats have a thread of their own, and workers wait
for nobody: the packets' longest gap is shown, too, by echo requests to a VIP from the client.
"""

import http.client
import socket
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "test" / "lab"))

from balancer import PORTS, Balancer  # noqa: E402
from idle import round_trip  # noqa: E402
from lab import Lab  # noqa: E402

SERVICES, SERVERS = 1000, 10
VIPS = [f"192.0.2.{200 + number}" for number in range(10)]
ROUNDS = 5


def large_file(lab, socket_path, weight):
    servers = ", ".join(f"{{address: 192.0.2.{120 + number}, mac: '02:00:00:00:01:{number:02x}', weight: {weight}}}"
                        for number in range(SERVERS))
    services = "".join(f"  - {{name: s{number}, address: {VIPS[number % 10]}, ports: [{1000 + number}], "
                       f"scheduler: wrr, servers: [{servers}]}}\n" for number in range(SERVICES))
    return (f"nodes: {{lb1: {{address: {lab.lb1.address}/24}}}}\nports:\n  - {PORTS['af_xdp']}}}\n"
            f"services:\n{services}api: {{socket: {socket_path}}}\nmetrics: {{}}\n")


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("drover", timeout=60)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self._path)

    def ask(self, method, path, body=None):
        self.request(method, path, body)
        return self.getresponse().read()


class Watch:
    """Calls again and again from a thread, and keeps the longest time that one has taken."""

    def __init__(self, call):
        self._call, self._longest, self._ends = call, 0.0, False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._ends:
            begin = time.perf_counter()
            self._call()
            self._longest = max(self._longest, time.perf_counter() - begin)
            time.sleep(0.001)

    def longest(self):
        """Since the last question."""
        longest, self._longest = self._longest, 0.0
        return longest

    def end(self):
        self._ends = True
        self._thread.join()


def scrape(host):
    with host.inside():
        connection = http.client.HTTPConnection("127.0.0.1", 9641, timeout=60)
        connection.connect()
    connection.request("GET", "/metrics")
    size = len(connection.getresponse().read())
    connection.close()
    return size


def measure(prepare, act, control, packets):
    """Seconds that act() takes, and the longest waits meanwhile."""
    prepare()
    time.sleep(0.05)
    control.longest(), packets.longest()
    begin = time.perf_counter()
    act()
    took = time.perf_counter() - begin
    time.sleep(0.05)
    return took, control.longest(), packets.longest()


def main():
    with Lab() as lab:
        balancer = Balancer(lab, "af_xdp")
        balancer.start(large_file(lab, balancer.socket, 1))
        asking, api = Unix(balancer.socket), Unix(balancer.socket)
        with lab.client.inside():
            raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        raw.settimeout(5)
        numbers = iter(range(1, 1 << 30))
        round_trip(raw, VIPS[0], 0)
        control = Watch(lambda: asking.ask("GET", "/v1/nothing"))
        packets = Watch(lambda: round_trip(raw, VIPS[0], next(numbers) & 0xFFFF))
        weights = iter(range(2, 1 << 10))

        def change_each_weight():
            balancer.file.write_text(large_file(lab, balancer.socket, next(weights)))

        def one_weight():
            api.ask("PUT", "/v1/services/s1/servers/192.0.2.120/weight", f'{{"weight": {next(weights)}}}')

        def nothing():
            pass

        for name, prepare, act in (
            ("nothing", nothing, lambda: time.sleep(1)),
            ("reload, no difference", nothing, lambda: api.ask("POST", "/v1/reload")),
            ("reload, every weight", change_each_weight, lambda: api.ask("POST", "/v1/reload")),
            ("one server's weight", nothing, one_weight),
            ("list", nothing, lambda: api.ask("GET", "/v1/services")),
            ("save", nothing, lambda: api.ask("GET", "/v1/configuration")),
            ("scrape", nothing, lambda: scrape(lab.lb1)),
        ):
            measured = [measure(prepare, act, control, packets) for _ in range(ROUNDS)]
            took, held, gap = (sorted(column)[ROUNDS // 2] * 1e3 for column in zip(*measured))
            print(f"{name:22} takes {took:8.1f} ms, holds the control thread for {held:7.1f} ms, "
                  f"a packet for {gap:6.2f} ms", flush=True)
        control.end()
        packets.end()
        raw.close()


if __name__ == "__main__":
    main()
