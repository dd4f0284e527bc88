# SPDX-License-Identifier: BSD-3-Clause
"""A real server that answers ARP for the VIP, the classic mistake (the picture: network.py).

     client: who has the VIP?  --->  lb1 and rs2 both say "I"
"""

import json
import signal
import socket
import unittest

from frames import Recorder, mac, send
from lab import Lab
from network import VIP
from pair import Pair
from scenario import Scenario, for_each_driver
from test_vip import is_arp_reply
from wait import wait_until


def conflicts(balancer):
    """The events about who claims a VIP."""
    lines = balancer.drover("events", "--json").stdout.splitlines()
    return [event for event in map(json.loads, lines) if event["kind"] == "address-conflict"]


def announce(host, claimant):
    """The host sends a gratuitous ARP request in which this MAC address has the VIP."""
    address, ip = mac(claimant), socket.inet_aton(VIP)
    send(host, b"\xff" * 6 + address + bytes.fromhex("0806 0001 0800 06 04 0001") + address + ip + bytes(6) + ip)


@for_each_driver
class AddressConflict(Scenario):
    def conflict(self, claimant):
        return [event for event in conflicts(self.balancer) if claimant in event["text"]]

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
        announce(self.client, "02:00:00:00:00:99")
        wait_until(lambda: self.conflict("02:00:00:00:00:99"), "an event about the stranger")
        self.assertEqual(self.conflict("02:00:00:00:00:99")[0]["text"],
                         "another machine claims it: 02:00:00:00:00:99")


class OtherBalancer(unittest.TestCase):
    """Two balancers, of which the master has the VIP: that is no conflict, a third machine's claim is one.

         lb1 (master): I have the VIP      lb2 (backup): who has it?      client: 02:00:00:00:00:99 has it
    """

    stranger = "02:00:00:00:00:99"

    def setUp(self):
        self.lab = Lab()
        self.lab.__enter__()
        self.addCleanup(self.lab.down)

    def start(self, vrrp):
        self.pair = Pair(self.lab, vrrp=vrrp)
        self.addCleanup(self.pair.stop)
        self.pair.start()

    def has_heard_the_vip(self, backup):
        """The kernel's side of the backup gets the master's answers to its own requests."""
        recorder = Recorder(backup.host)
        self.addCleanup(recorder.close)
        for _ in range(2):
            recorder.received().clear()
            self.assertTrue(recorder.wait_for(lambda frame: is_arp_reply(frame, VIP)), "the master has answered")

    def assertNoConflict(self):
        for balancer in (self.pair.first, self.pair.second):
            self.assertEqual(conflicts(balancer), [], balancer.host.name)

    def assertStrangerIsNamed(self):
        announce(self.lab.client, self.stranger)
        for balancer in (self.pair.first, self.pair.second):
            event, = wait_until(lambda each=balancer: conflicts(each), f"an event on {balancer.host.name}")
            self.assertEqual(event["text"], f"another machine claims it: {self.stranger}")

    def test_the_master_is_no_stranger_to_the_backup(self):
        self.start("{id: 51, interval: 100ms}")
        for _ in range(3):  # from its first moment on
            self.has_heard_the_vip(self.pair.second)
            self.assertNoConflict()
            self.pair.second.stop()
            self.pair.start(self.pair.second)
        self.pair.first.drover("failover")
        self.pair.wait_for_master(self.pair.second)
        self.has_heard_the_vip(self.pair.first)
        self.assertNoConflict()
        self.assertStrangerIsNamed()

    def test_nor_is_one_with_the_virtual_mac(self):
        self.start("{id: 51, interval: 100ms, use_vmac: true}")
        self.has_heard_the_vip(self.pair.second)
        self.pair.first.stop(signal.SIGKILL)
        self.pair.wait_for_master(self.pair.second)
        self.pair.start(self.pair.first)
        self.has_heard_the_vip(self.pair.first)
        self.assertNoConflict()
        self.assertStrangerIsNamed()


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
