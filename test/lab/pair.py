# SPDX-License-Identifier: BSD-3-Clause
"""Two balancers that share the VIPs by VRRP, from one file."""

import re
import signal

from balancer import PORTS, Balancer
from network import VIP
from wait import wait_until

PROBE_PORT = 7777


def pair_configuration(lab, driver, vrrp, priorities=(200, 100), extra=""):
    """The file of both: the VIP's port 80, and a UDP port for probes, over the lab's real servers."""
    listed = "\n".join(f"      - {{name: {host.name}, address: {host.address}}}" for host in lab.real_servers)
    return f"""\
nodes:
  lb1: {{address: {lab.lb1.address}/24, priority: {priorities[0]}}}
  lb2: {{address: {lab.lb2.address}/24, priority: {priorities[1]}}}
workers: 1
connections: 100000
ports:
  - {PORTS[driver]}}}
pools:
  nginx:
    servers:
{listed}
services:
  - {{name: web, address: {VIP}, ports: [80], scheduler: maglev, pool: nginx}}
  - {{name: probe, address: {VIP}, ports: [{PROBE_PORT}], protocol: udp, scheduler: maglev, pool: nginx}}
failover:
  vrrp: [{vrrp}]
{extra}"""


class Pair:
    """lb1 and lb2, each with its droverd; `vrrp` is what stands between the brackets of the file's list."""

    def __init__(self, lab, driver="af_xdp", vrrp="{id: 51, interval: 100ms}", **options):
        self.lab = lab
        self.vrrp = vrrp
        self.options = options
        self.driver = driver
        self.first = Balancer(lab, driver, lab.lb1)
        self.second = Balancer(lab, driver, lab.lb2)

    def file(self, balancer):
        text = pair_configuration(self.lab, self.driver, self.vrrp, **self.options)
        return text + f"api: {{socket: {balancer.socket}}}\n"

    def start(self, *balancers):
        """Both, or those given; the first becomes master before the second is started."""
        for balancer in balancers or (self.first, self.second):
            balancer.start(self.file(balancer))
            if balancer is self.first and not balancers:
                self.wait_for_master(self.first)

    def stop(self):
        for balancer in (self.first, self.second):
            if balancer.process and not balancer.died():
                balancer.process.send_signal(signal.SIGCONT)
                balancer.stop(signal.SIGKILL)

    def role(self, balancer, instance=51):
        """"master", "backup" or "stopped", as its log tells; None before it has one, or without a process."""
        if balancer.process is None or balancer.died():
            return None
        told = re.findall(rf"vrrp {instance}: is (\w+):", balancer.log())
        return told[-1] if told else None

    def masters(self, instance=51):
        return [balancer for balancer in (self.first, self.second) if self.role(balancer, instance) == "master"]

    def wait_for_master(self, balancer, instance=51, deadline=10):
        """Until this one alone is master."""
        wait_until(lambda: self.masters(instance) == [balancer], f"{balancer.host.name} alone is master", deadline)

    def logs(self):
        return "\n".join(f"--- {balancer.host.name}\n{balancer.log()}" for balancer in (self.first, self.second)
                         if balancer.process)
