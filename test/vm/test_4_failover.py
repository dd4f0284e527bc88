# SPDX-License-Identifier: BSD-3-Clause
"""The machine and a second balancer in a namespace as a pair (the picture: vm_scenario.py)."""

import re

from balancer import Balancer
from frames import Recorder, mac
from machine import CARDS
from network import VIP
from siege import Siege
from vm_balancer import configuration
from vm_scenario import VmScenario
from wait import wait_until
from webserver import get

CARD = CARDS["vm-vmxnet3"]
VRRP = """\
failover:
  vrrp: [{id: 51, interval: 300ms, preempt: true}]
"""


def is_announcement(frame, sender):
    return frame[12:14] == b"\x08\x06" and frame[22:28] == mac(sender) and frame[28:32] == frame[38:42]


class Failover(VmScenario):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest.run("drover-hugepages persist 256")
        cls.guest.run(f"drover-bind-nic {CARD.address}")
        text = configuration(cls.lab, CARD, extra=VRRP)
        cls.balancer.start(text)
        cls.second = Balancer(cls.lab, "af_xdp", cls.lab.lb2)
        cls.addClassCleanup(cls.second.stop)
        of_second = re.sub(r'driver: pci, device: "[^"]*"', "driver: af_xdp, device: eth0", text)
        cls.second.start(of_second + f"api: {{socket: {cls.second.socket}}}\n")

    def role_of_second(self):
        told = re.findall(r"vrrp 51: is (\w+):", self.second.log())
        return told[-1] if told else None

    def wait_for(self, first, second):
        wait_until(lambda: (self.balancer.role(), self.role_of_second()) == (first, second),
                   f"the machine is {first} and lb2 is {second}", 40, 0.3)

    def assertServed(self):
        pages = [get(self.client, VIP) for _ in range(6)]
        self.assertEqual(len(set(pages)), 3, pages)

    def test_1_the_machine_is_master_and_lb2_hears_it(self):
        self.wait_for("master", "backup")
        self.balancer.wait_until_servers_are_up()
        self.assertServed()

    def test_2_when_it_stops_lb2_takes_over_and_back(self):
        recorder = Recorder(self.client)
        self.addCleanup(recorder.close)
        self.balancer.stop()
        wait_until(lambda: self.role_of_second() == "master", "lb2 is master", 20)
        recorder.wait_for(lambda frame: is_announcement(frame, self.lab.lb2.mac), deadline=10)
        self.assertServed()
        self.guest.run("systemctl start droverd", timeout=150)
        self.wait_for("master", "backup")
        recorder.wait_for(lambda frame: is_announcement(frame, CARD.mac), deadline=10)
        self.balancer.wait_until_servers_are_up()
        self.assertServed()

    def test_3_when_it_is_killed_under_load_no_more_fails_than_what_was_under_way(self):
        siege = Siege(self.client, f"http://{VIP}/", self.lab.directory, 5, seconds=15, pause=0.2)
        self.guest.run(f"kill -9 {self.balancer.pid()}")
        wait_until(lambda: self.role_of_second() == "master", "lb2 is master", 20)
        result = siege.result()
        self.assertGreater(result["transactions"], 50)
        self.assertLessEqual(result["failed_transactions"], 5, result)
        self.wait_for("master", "backup")

    def test_4_a_link_that_goes_makes_lb2_master(self):
        self.addCleanup(self.machine.set_link, CARD, True)
        self.machine.set_link(CARD, False)
        wait_until(lambda: self.role_of_second() == "master", "lb2 is master", 20)
        wait_until(lambda: self.balancer.role() != "master", "the machine is master no more", 20, 0.3)
        self.assertServed()
        self.machine.set_link(CARD, True)
        self.wait_for("master", "backup")
        self.balancer.wait_until_servers_are_up()
        self.assertServed()
