# SPDX-License-Identifier: BSD-3-Clause
"""A real server that answers ARP for the VIP, the classic mistake (the picture: network.py).

     client: who has the VIP?  --->  lb1 and rs2 both say "I"
"""

import json
import socket
import unittest

from frames import mac, send
from network import VIP
from scenario import Scenario, for_each_driver
from wait import wait_until


@for_each_driver
class AddressConflict(Scenario):
    def events(self):
        lines = self.balancer.drover("events", "--json").stdout.splitlines()
        return [event for event in map(json.loads, lines) if event["kind"] == "address-conflict"]

    def conflict(self, claimant):
        return [event for event in self.events() if claimant in event["text"]]

    def test_a_server_that_answers_for_the_vip_is_named_once(self):
        for server in self.lab.real_servers:
            self.assertEqual(self.conflict(server.mac), [], "a server that is silent is no conflict")
        host = self.lab.real_servers[1]
        host.set(net__ipv4__conf__all__arp_ignore=0)
        self.addCleanup(host.set, net__ipv4__conf__all__arp_ignore=1)
        wait_until(lambda: self.conflict(host.mac), "an event about rs2")
        event = self.conflict(host.mac)[0]
        self.assertEqual(event["subject"], f"VIP {VIP}")
        self.assertEqual(event["text"], f"the real server {host.address} at {host.mac} answers for it; "
                                        f"run 'realserver {VIP}' there")

        def frames():
            return [each["frames"] for each in self.balancer.json("status")["address_conflicts"]
                    if each["mac"] == host.mac and each["server"] == host.address]

        before = frames()
        wait_until(lambda: frames() > before, "more of its answers")
        self.assertEqual(len(self.conflict(host.mac)), 1, "told once")
        self.assertIn("address-conflict", self.balancer.drover("events").stdout)

    def test_a_machine_that_announces_the_vip_is_named(self):
        address, ip = mac("02:00:00:00:00:99"), socket.inet_aton(VIP)
        send(self.client, b"\xff" * 6 + address + bytes.fromhex("0806 0001 0800 06 04 0001") +
             address + ip + bytes(6) + ip)
        wait_until(lambda: self.conflict("02:00:00:00:00:99"), "an event about the stranger")
        self.assertEqual(self.conflict("02:00:00:00:00:99")[0]["text"],
                         "another machine claims it: 02:00:00:00:00:99")


class Events(Scenario, unittest.TestCase):
    """What `drover events` shows of a port and of the servers."""

    def test_links_and_neighbours_are_events(self):
        follow = self.balancer.host.spawn(self.balancer.client, "--socket", self.balancer.socket,
                                          "events", "--follow", stdout=open(self.lab.directory / "events", "w"))
        self.addCleanup(follow.kill)

        def text():
            return (self.lab.directory / "events").read_text()

        wait_until(lambda: "droverd: has started" in text(), "the first event")
        for host in self.lab.real_servers:
            wait_until(lambda: f"real server {host.address}: its MAC address is {host.mac}" in text(),
                       f"an event about {host.name}")
        self.lab.network.switch.ip("link", "set", "lb1", "down")
        wait_until(lambda: "port front: the link is down" in text(), "an event about the link")
        self.lab.network.switch.ip("link", "set", "lb1", "up")
        wait_until(lambda: "port front: the link is up" in text(), "another about the link")


if __name__ == "__main__":
    unittest.main()
