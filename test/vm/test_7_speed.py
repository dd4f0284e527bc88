# SPDX-License-Identifier: BSD-3-Clause
"""Packets a second through IPVS and through drover: same machine, card and generator. Emulated, the ratio counts."""

import socket
import time

import packets
from director import INSIDE, Director
from machine import CARDS
from network import VIP
from vm_balancer import configuration
from vm_scenario import VmScenario, number_of
from wait import wait_until

CARD = CARDS["vm-e1000e"]
SECONDS = 8
PORT = 7777
CLIENTS = 200


class Speed(VmScenario):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest.run("drover-hugepages persist 256")
        cls.guest.run(f"drover-bind-nic --undo {CARD.address}")

    def test_side_by_side(self):
        director = Director(self.guest, CARD, self.lab.real_servers)
        self.addCleanup(director.remove)
        self.guest.run(f"{INSIDE} ip address add {VIP}/32 dev lo; {INSIDE} ipvsadm -A -u {VIP}:{PORT} -s rr; " +
                       "; ".join(f"{INSIDE} ipvsadm -a -u {VIP}:{PORT} -r {server.address}:{PORT} -g; "
                                 f"{INSIDE} ping -c 1 -W 2 {server.address} >/dev/null" for server in self.lab.real_servers),
                       check=False)
        through_ipvs = self.measure()
        director.remove()
        self.guest.run(f"drover-bind-nic {CARD.address}")
        self.balancer.start(configuration(self.lab, CARD, checks="").replace(
            "services:\n", f"services:\n  - {{name: udp, address: {VIP}, ports: [{PORT}], protocol: udp, scheduler: rr, "
                           "pool: nginx}\n"))
        wait_until(lambda: self.balancer.drover("status").output.count("kernel\n") >= 3, "the servers are known", 20, 0.3)
        through_drover = self.measure()
        print(f"        IPVS {through_ipvs:,.0f} packets a second, drover {through_drover:,.0f}: "
              f"{through_drover / through_ipvs:.2f} times as many", flush=True)
        self.assertGreater(through_ipvs, 100)
        self.assertGreater(through_drover, through_ipvs)

    def measure(self):
        """Packets a second that come out at the servers, while more come in than can be dealt with."""
        frames = [packets.udp(number_of(self.client.address), 10000 + each, number_of(VIP), PORT, b"x" * 18)
                  for each in range(CLIENTS)]
        frames = [bytes.fromhex(CARD.mac.replace(":", "")) + packets.CLIENT_MAC + b"\x08\x00" + frame for frame in frames]
        with self.client.inside():
            wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            wire.bind(("eth0", 0))
        with wire:
            for frame in frames:  # connections and neighbours are there before it counts
                wire.send(frame)
            before, began = self.received(), time.monotonic()
            while time.monotonic() < began + SECONDS:
                for frame in frames:
                    wire.send(frame)
            return (self.received() - before) / (time.monotonic() - began)

    def received(self):
        """By the real servers, from the switch's side of their wires."""
        return sum(int(self.lab.network.switch.run("cat", f"/sys/class/net/{server.name}/statistics/tx_packets").stdout)
                   for server in self.lab.real_servers)
