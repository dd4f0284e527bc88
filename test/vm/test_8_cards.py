# SPDX-License-Identifier: BSD-3-Clause
"""What a bound card of each model takes besides ordinary frames (the picture: vm_scenario.py)."""

import re
import sys

import packets
from frames import Recorder, mac, send
from machine import CARDS
from network import VIP
from vm_balancer import configuration
from vm_scenario import VmScenario, number_of
from wait import wait_until
from webserver import get

VIRTUAL_MAC = "00:00:5e:00:01:33"  # of VRRP's instance 51
VRRP = """\
failover:
  vrrp: [{id: 51, interval: 300ms, use_vmac: true}]
"""
JUMBO = 9000


class Card:
    """For one card, which a subclass names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = CARDS[cls.card_name]
        cls.guest.run("drover-hugepages persist 256")
        cls.guest.run(f"drover-bind-nic {cls.card.address}")

    def start(self, **options):
        self.balancer.start(configuration(self.lab, self.card, **options))
        self.client.ip("neigh flush all")
        self.balancer.wait_until_servers_are_up()

    def test_1_the_virtual_mac_address_is_taken(self):
        """By the card's filter or, where that has no room, by taking all frames, which the log says."""
        self.start(extra=VRRP)
        wait_until(lambda: self.balancer.role() == "master", "it is master", 20, 0.3)
        self.assertEqual({"This is" in get(self.client, VIP) for _ in range(3)}, {True})
        self.assertIn(VIRTUAL_MAC, self.client.ip("neigh", "show", VIP))
        promiscuous = re.findall(r"takes all frames \(promiscuous\)", self.balancer.log())
        print(f"        {self.card.model}: {'all frames' if promiscuous else 'by its filter'}", flush=True)

    def test_2_a_jumbo_frame_does_no_harm(self):
        """The card has the MTU 1500, as the log says: what is longer is dropped, and what follows is served."""
        self.start()
        self.assertIn("MTU 1500", self.balancer.log())
        wires = [(self.client, "eth0"), (self.lab.network.switch, "client"), (self.lab.network.switch, self.card.name)]
        for host, interface in wires:
            host.ip("link", "set", interface, "mtu", str(JUMBO))
            self.addCleanup(host.ip, "link", "set", interface, "mtu", "1500")
        recorders = [Recorder(host) for host in self.lab.real_servers]
        for recorder in recorders:
            self.addCleanup(recorder.close)
        syn = packets.tcp(number_of(self.client.address), 40001, number_of(VIP), 80, packets.TCP_FLAGS["S"], b"x" * 4000)
        send(self.client, mac(self.card.mac) + mac(self.client.mac) + b"\x08\x00" + syn)
        pages = {get(self.client, VIP) for _ in range(6)}
        self.assertEqual(len(pages), 3, pages)
        longest = max(len(frame) for recorder in recorders for frame in recorder.received())
        self.assertLessEqual(longest, 1514)
        print(f"        {self.card.model}: {re.search('frames: .*', self.balancer.drover('status').output)[0]}", flush=True)


def for_each_card(names):
    for name in names:
        title = "Card" + re.sub(r"\W", "", name.removeprefix("vm-").title())
        setattr(sys.modules[__name__], title, type(title, (Card, VmScenario), {"card_name": name, "__module__": __name__}))


for_each_card(CARDS)
