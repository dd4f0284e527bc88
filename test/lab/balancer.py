# SPDX-License-Identifier: BSD-3-Clause
"""droverd on a balancer of the lab, and the drover client beside it."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

from network import VIP, VIP6
from wait import wait_until

ROOT = Path(__file__).resolve().parents[2]

PORTS = {
    "af_xdp": "{name: front, driver: af_xdp, device: eth0",
    "vdev": '{name: front, driver: vdev, device: "net_af_xdp0,iface=eth0"',
}


class DaemonDied(AssertionError):
    pass


def binary(name):
    """Where the build put a program; DROVER_BUILD names another build folder than `build`."""
    build = ROOT / os.environ.get("DROVER_BUILD", "build")
    for path in sorted(build.rglob(name)):
        if path.is_file() and os.access(path, os.X_OK):
            return path
    raise FileNotFoundError(f"there is no {name} under {build}: run scripts/build")


def with_ipv6(lab, text):
    """The file, and the same service on the IPv6 VIP."""
    listed = "\n".join(f"      - {{name: {host.name}, address: {host.address6}}}" for host in lab.real_servers)
    addresses = f"[{lab.lb1.address}/24, {lab.lb1.address6}/64]"
    return text.replace(f"address: {lab.lb1.address}/24", f"address: {addresses}").replace(
        "services:\n", f"""\
services:
  - name: web6
    address: {VIP6}
    ports: [80]
    scheduler: rr
    servers:
{listed}
""")


def configuration(lab, driver, source_mac="own", servers=None, vip=VIP, socket=None):
    """The file for lb1: the VIP's port 80 over the lab's real servers, or those given."""
    servers = lab.real_servers if servers is None else servers
    listed = "\n".join(f"      - {{name: {host.name}, address: {host.address}}}" for host in servers)
    return f"""\
nodes:
  lb1: {{address: {lab.lb1.address}/24, priority: 200}}
workers: 1
connections: 100000
ports:
  - {PORTS[driver]}, source_mac: {source_mac}}}
pools:
  nginx:
    servers:
{listed}
services:
  - name: web
    address: {vip}
    ports: [80]
    protocol: tcp
    scheduler: rr
    pool: nginx
api: {{socket: {socket or lab.directory / 'drover.sock'}}}
"""


class Balancer:
    """One droverd, on lb1 or another host. `driver` decides whether the host keeps its address or droverd's host
    interface gets it."""

    def __init__(self, lab, driver, host=None):
        self.host = host or lab.lb1
        self.driver = driver
        self.process = None
        self.client = binary("drover")
        directory = lab.directory if self.host is lab.lb1 else lab.directory / self.host.name
        directory.mkdir(exist_ok=True)
        self.socket = directory / "drover.sock"
        self.file = directory / "drover.yaml"
        self._log = directory / "droverd.log"
        if driver == "vdev":
            # The port's program takes every frame: the kernel speaks through the host interface instead.
            self.host.set(net__ipv6__conf__eth0__disable_ipv6=1)
            self.host.ip("address flush dev eth0")

    def start(self, text, *options, node=None, before=()):
        """Starts droverd with this file, by the command `before` if there is one, and waits until it forwards."""
        self.launch(text, *options, node=node, before=before)
        self.wait_until_ready()

    def launch(self, text, *options, node=None, before=()):
        """As start(), without waiting. It dies with the thread that called this."""
        self.file.write_text(text)
        with open(self._log, "w", encoding="utf-8") as log:
            self.process = self.host.spawn(*before, binary("droverd"), "--config", self.file, "--node",
                                           node or self.host.name, *options, stdout=log, stderr=subprocess.STDOUT)

    def wait_until_ready(self):
        wait_until(lambda: self.died() or "is ready" in self.log(), "droverd is ready", deadline=60)
        if self.died():
            raise DaemonDied(f"droverd ended with {self.process.returncode}:\n{self.log()}")

    def died(self):
        return self.process.poll() is not None

    def worker_seconds(self):
        """Seconds of a processor that all workers have used."""
        return self.thread_seconds("rte-worker")

    def thread_seconds(self, name):
        """Seconds of a processor that all threads with this in their name have used."""
        total = 0.0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            _, thread, rest = re.split(r"[()]", (task / "stat").read_text(), maxsplit=2)
            if name in thread:
                user, system = rest.split()[11:13]
                total += (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
        return total

    def log(self):
        return self._log.read_text(errors="replace")

    def stop(self, how=signal.SIGTERM, deadline=10):
        """Ends droverd and returns its exit status (negative: the signal that ended it)."""
        if not self.died():
            self.process.send_signal(how)
        wait_until(self.died, "droverd has ended", deadline)
        return self.process.returncode

    def drover(self, *arguments, check=True, timeout=10):
        """Runs `drover ARGUMENTS` against this daemon."""
        return self.host.run(self.client, "--socket", self.socket, *arguments, check=check, timeout=timeout)

    def listing(self):
        return self.drover("list").stdout

    def status(self):
        return self.drover("status").stdout

    def json(self, command):
        return json.loads(self.drover(command, "--json").stdout)
