#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""droverd as a whole beside DPDK's dpdk-testpmd, which only writes the MAC addresses.

usage: sudo bench/whole_program.py [--build FOLDER] [--flows NUMBER]... [--rounds NUMBER] [--seconds NUMBER]
                                   [--core NUMBER] [--json FILE]

    net_pcap, which replays a file for ever ---> droverd, or testpmd --forward-mode=mac ---> net_pcap, which drops

Both have the same kind of port with the same file: one packet of each flow, in a random order. Both are
started once, on the same core, and each goes on in turn while the other is stopped (SIGSTOP). A rate is
the packets that have been forwarded over the processor time of the thread that did it, so that what else
the machine does takes nothing away; the median of the rounds' ratios counts. Each has a network namespace
of its own. Needs root, dpdk-testpmd (Debian: dpdk-dev), and hugepages: scripts/hugepages run 512 ...
Without testpmd it says so, and ends well.
"""

import argparse
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGETS = {1_000: 0.55, 64_000: 0.45}
PORT_MAC = bytes.fromhex("027063617000")  # net_pcap's own, of its first port
CLIENT_MAC = bytes.fromhex("020000000064")
VIP = bytes([198, 18, 0, 1])
FRAMES_BESIDE = 8192  # that a program needs besides those of the file
WARM_UP = 0.2  # seconds
START, END = 60, 10  # seconds


def checksum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def frame(flow):
    """TCP in mid-stream, which droverd adopts."""
    client = struct.pack("!I", 0x0A000000 + flow // 16)
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64, 6, 0) + client + VIP
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    tcp = struct.pack("!HHIIBBHHH", 1024 + flow % 16, 80, 0, 0, 0x50, 0x10, 1024, 0, 0)
    return (PORT_MAC + CLIENT_MAC + b"\x08\x00" + ip + tcp).ljust(60, b"\0")


def write_pcap(path, flows):
    order = list(range(flows))
    random.Random(1).shuffle(order)
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for flow in order:
            data = frame(flow)
            file.write(struct.pack("<IIII", 0, 0, len(data), len(data)) + data)


def device(pcap):
    return f"net_pcap0,rx_pcap={pcap},infinite_rx=1"


class Program:
    """Started, and stopped at once; measure() lets it go on for a while."""

    def __init__(self, command, log, **pipes):
        self._log = log
        with open(log, "w", encoding="utf-8") as file:
            self.process = subprocess.Popen(["unshare", "--net", *map(str, command)], stderr=subprocess.STDOUT,
                                            **{"stdout": file, **pipes})

    def forwarded(self):
        raise NotImplementedError

    def is_up(self):
        raise NotImplementedError

    def wait_until_up(self):
        deadline = time.monotonic() + START
        while not self.is_up():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{self.process.args} does not start:\n{self._log.read_text()}")
            time.sleep(0.02)
        self._worker = self._find_worker()
        self.process.send_signal(signal.SIGSTOP)

    def _find_worker(self):
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            if re.match(r"(rte|dpdk)-worker", (thread / "comm").read_text()):
                return thread
        sys.exit(f"{self.process.args} has no thread that is called a worker")

    def _now(self):
        """The packets until now, and the processor's seconds that they took."""
        return self.forwarded(), int((self._worker / "schedstat").read_text().split()[0]) / 1e9

    def measure(self, seconds):
        """Packets a second."""
        self.process.send_signal(signal.SIGCONT)
        time.sleep(WARM_UP)
        packets, used = self._now()
        time.sleep(seconds)
        packets_after, used_after = self._now()
        self.process.send_signal(signal.SIGSTOP)
        return (packets_after - packets) / (used_after - used)

    def ask_to_end(self):
        self.process.terminate()

    def end(self):
        self.process.send_signal(signal.SIGCONT)
        self.ask_to_end()
        try:
            self.process.wait(END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Droverd(Program):
    def __init__(self, build, directory, pcap, flows, core):
        servers = "".join(f"      - {{address: 198.19.0.{i}, mac: \"02:00:00:00:01:0{i}\"}}\n" for i in (1, 2, 3))
        self._socket = directory / "drover.sock"
        file = directory / "drover.yaml"
        file.write_text(f"""\
nodes:
  bench: {{address: 198.19.0.254/16}}
workers: {{cores: [{core}]}}
idle: busy
connections: {max(2 * flows, 4096)}
ports:
  - {{name: front, driver: vdev, device: "{device(pcap)}", frames: {flows + FRAMES_BESIDE}}}
services:
  - name: web
    address: 198.18.0.1
    ports: [80]
    servers:
{servers}api: {{socket: {self._socket}}}
""")
        super().__init__([build / "apps/droverd/droverd", "--config", file, "--node", "bench"],
                         directory / "droverd.log")

    def is_up(self):
        return "is ready" in self._log.read_text()

    def forwarded(self):
        connection = http.client.HTTPConnection("drover")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self._socket))
        connection.request("GET", "/v1/status")
        verdicts = json.loads(connection.getresponse().read())["verdicts"]
        connection.close()
        return sum(count for verdict, count in verdicts.items() if verdict.startswith("forwarded"))


class Testpmd(Program):
    def __init__(self, directory, pcap, flows, core):
        cores = f"{next(each for each in sorted(os.sched_getaffinity(0)) if each != core)},{core}"
        first = cores.split(",", 1)[0]
        super().__init__(["stdbuf", "--output=L", "dpdk-testpmd", "-l", cores, "--main-lcore", first, "--no-pci", "--in-memory",
                          "--no-telemetry", "--vdev", device(pcap), "--", "--interactive", "--auto-start",
                          "--forward-mode=mac", f"--total-num-mbufs={flows + FRAMES_BESIDE}"],
                         directory / "testpmd.log", stdin=subprocess.PIPE)

    def is_up(self):
        return "testpmd> " in self._log.read_text()

    def _say(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    # It does not always end at a signal.
    def ask_to_end(self):
        self._say("quit")

    def forwarded(self):
        read = len(self._log.read_text())
        self._say("show port stats 0")
        deadline = time.monotonic() + START
        while time.monotonic() < deadline:
            if found := re.search(r"TX-packets: (\d+).*Tx-bps", self._log.read_text()[read:], re.DOTALL):
                return int(found[1])
            time.sleep(0.0005)
        sys.exit(f"testpmd does not answer:\n{self._log.read_text()}")


def compare(flows, options, directory):
    pcap = directory / "frames.pcap"
    write_pcap(pcap, flows)
    programs = []
    try:
        for make in (lambda: Droverd(options.build, directory, pcap, flows, options.core),
                     lambda: Testpmd(directory, pcap, flows, options.core)):
            programs.append(make())
            programs[-1].wait_until_up()
        rows = []
        for number in range(options.rounds):
            turn = programs if number % 2 == 0 else programs[::-1]
            rates = {program: program.measure(options.seconds) for program in turn}
            rows.append([rates[program] for program in programs])
    finally:
        for program in programs:
            program.end()
    ratios = sorted(drover / testpmd for drover, testpmd in rows)
    drover, testpmd = (statistics.median(column) for column in zip(*rows))
    return {"flows": flows, "droverd": drover, "testpmd": testpmd, "ratio": statistics.median(ratios),
            "ratio_least": ratios[0], "ratio_most": ratios[-1], "target": TARGETS.get(flows, 0)}


def show(row):
    target = ""
    if row["target"]:
        target = f"  target {row['target']:.2f}: {'met' if row['ratio'] >= row['target'] else 'missed'}"
    print(f"{row['flows']:>8} flows: droverd {row['droverd'] / 1e6:6.2f}, testpmd {row['testpmd'] / 1e6:6.2f} million packets "
          f"a second, ratio {row['ratio']:.2f} ({row['ratio_least']:.2f} - {row['ratio_most']:.2f}){target}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build-bench")
    parser.add_argument("--flows", type=int, action="append")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not shutil.which("dpdk-testpmd"):
        print("SKIPPED: droverd beside testpmd: there is no dpdk-testpmd (Debian: dpdk-dev)")
        return
    if os.geteuid() != 0:
        sys.exit("whole_program.py: droverd needs root")
    rows = []
    for flows in options.flows or list(TARGETS):
        with tempfile.TemporaryDirectory() as directory:
            rows.append(compare(flows, options, Path(directory)))
        show(rows[-1])
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
