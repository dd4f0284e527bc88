# SPDX-License-Identifier: BSD-3-Clause
"""droverd in the emulated machine, as its package and systemd run it."""

import json
import re
import shlex

from network import VIP
from wait import wait_until

ADDRESS = "192.0.2.13"
FILE = "/etc/drover/drover.yaml"

CHECKS = """\
    checks:
      - {http: {path: /}, via: vip, interval: 500ms, timeout: 400ms, rise: 1, fall: 2}
"""


def configuration(lab, card, workers=1, checks=CHECKS, extra="", port=""):
    """The file: the VIP's port 80 over the lab's real servers, by this card; lb2 is the other balancer."""
    listed = "\n".join(f"      - {{name: {host.name}, address: {host.address}}}" for host in lab.real_servers)
    return f"""\
nodes:
  vm: {{address: {ADDRESS}/24, priority: 200}}
  lb2: {{address: {lab.lb2.address}/24, priority: 100}}
workers: {workers}
connections: 100000
ports:
  - {{name: front, driver: pci, device: "{card.address}"{port}}}
pools:
  nginx:
    servers:
{listed}
{checks}services:
  - {{name: web, address: {VIP}, ports: [80], scheduler: rr, pool: nginx}}
{extra}"""


class VmBalancer:
    def __init__(self, machine):
        self.machine = machine
        self.guest = machine.guest

    def start(self, text):
        """Starts it with this file; systemd waits until droverd says that it is ready."""
        self.guest.write(FILE, text)
        self.guest.run("systemctl reset-failed droverd 2>/dev/null; systemctl restart droverd", check=False, timeout=150)
        if self.property("ActiveState") != "active":
            raise AssertionError(f"droverd is not active:\n{self.log()}")

    def stop(self):
        self.guest.run("systemctl stop droverd", check=False)

    def property(self, name):
        return self.guest.output(f"systemctl show --value --property={name} droverd").strip()

    def pid(self):
        return int(self.property("MainPID"))

    def log(self):
        """Since it was started last."""
        return self.guest.output("journalctl --unit=droverd --boot --since=@$(($(date -d \"$(systemctl show --value "
                                 "--property=InactiveExitTimestamp droverd)\" +%s) - 1)) --output=cat --no-pager --lines=200")

    def drover(self, *arguments, check=True):
        return self.guest.run("drover " + shlex.join(arguments), check=check)

    def json(self, command):
        return json.loads(self.drover(command, "--json").output)

    def role(self, instance=51):
        told = re.findall(rf"vrrp {instance}: is (\w+):", self.log())
        return told[-1] if told else None

    def servers_up(self):
        return sum(server["state"] == "up" for service in self.json("list")["services"]
                   for server in service["servers"])

    def wait_until_servers_are_up(self, count=3, deadline=30):
        wait_until(lambda: self.servers_up() == count, f"{count} servers are up", deadline, interval=0.5)
