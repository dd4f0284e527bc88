# SPDX-License-Identifier: BSD-3-Clause
"""Two ports, with clients on one network and real servers on another.

     client .100 ---+--- front 192.0.2.0/24 ---+--- rs1 .21, rs2 .22, rs3 .23  (their answers)
                    |                          |
                 eth0 .11                      |
                   lb1        VIP .10          |
                 eth1 .11                      |
                    |                          |
                    +--- back 198.18.0.0/24 ---+--- rs1 .21, rs2 .22, rs3 .23  (requests)
"""

import unittest

from balancer import configuration
from frames import Recorder, is_tcp_to, mac, send
from network import VIP
from scenario import Scenario
from test_neighbours import tcp_syn
from test_vip import arp_request, is_arp_reply
from webserver import get

BACK = "198.18.0"
BACK_MAC = "02:00:00:00:01:{:02x}"
ROUTED_VIP = "203.0.113.10"
VLAN_10, VLAN_20 = bytes.fromhex("8100000a"), bytes.fromhex("81000014")


def tagged(frame, tag):
    return frame[:12] + tag + frame[12:]


class TwoPorts(Scenario, unittest.TestCase):
    """The VIP answers on its network's port; servers get their frames by the other one."""

    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        switch = cls.lab.network.switch
        switch.ip("link add back type bridge stp_state 0 forward_delay 0 mcast_snooping 0\nlink set back up\n")
        for number, host in [(11, cls.lab.lb1)] + list(zip((21, 22, 23), cls.lab.real_servers)):
            switch.ip(f"link add {host.name}b type veth peer name eth1 address {BACK_MAC.format(number)} "
                      f"netns {host.namespace}\n"
                      f"link set {host.name}b master back up\n")
            # A request comes in by the one network, its answer leaves by the other.
            host.set(net__ipv4__conf__all__rp_filter=0, net__ipv4__conf__eth1__rp_filter=0)
            host.ip(f"link set eth1 up\naddress add {BACK}.{number}/24 dev eth1\n")
            host.run("ethtool", "-K", "eth1", "tx", "off", "gro", "off", "gso", "off")
            switch.run("ethtool", "-K", f"{host.name}b", "txvlan", "off", "tx-vlan-stag-hw-insert", "off")
        cls.balancer.start(cls.two_ports())

    @classmethod
    def two_ports(cls):
        text = configuration(cls.lab, "af_xdp", servers=[])
        text = text.replace("device: eth0, source_mac: own}",
                            f"device: eth0}}\n  - {{name: back, driver: af_xdp, device: eth1, address: {BACK}.11/24}}")
        servers = "".join(f"\n      - {{name: rs{i}, address: {BACK}.2{i}}}" for i in (1, 2, 3))
        text = text.replace("    servers:\n", f"    servers:{servers}\n")
        return text.replace("api:", f"  - {{name: routed, address: {ROUTED_VIP}, ports: [80], pool: nginx, on: [front]}}\napi:")

    def test_requests_are_answered_and_reach_the_servers_by_the_back_network(self):
        recorders = {host: Recorder(host, "eth1") for host in self.lab.real_servers}
        self.assertServed(6)
        for host, recorder in recorders.items():
            frames = [frame for frame in recorder.received() if is_tcp_to(frame, VIP)]
            recorder.close()
            self.assertTrue(frames, host.name)
            self.assertEqual({frame[6:12] for frame in frames}, {mac(BACK_MAC.format(11))})

    def test_a_vip_that_is_routed_to_us_is_served(self):
        self.client.ip("route", "add", ROUTED_VIP, "via", VIP, "onlink", "dev", "eth0")
        for host in self.lab.real_servers:
            host.ip("address", "add", f"{ROUTED_VIP}/32", "dev", "lo")
        self.assertGreater(len({get(self.client, ROUTED_VIP) for _ in range(6)}), 1)

    def test_arp_for_the_vip_is_answered_on_the_front_port_alone(self):
        for host, interface, sender, number, answers in (
                (self.client, "eth0", self.client.address, self.client.mac, True),
                (self.lab.real_servers[0], "eth1", f"{BACK}.21", BACK_MAC.format(21), False)):
            recorder = Recorder(host, interface)
            self.addCleanup(recorder.close)
            send(host, arp_request(number, sender, VIP), interface=interface)
            reply = recorder.wait_for(lambda frame: is_arp_reply(frame, VIP), deadline=1)
            self.assertEqual(reply is not None, answers, interface)


class Vlans(Scenario, unittest.TestCase):
    """A port in VLAN 10 and servers in VLAN 20, by frames: no kernel here has a VLAN interface."""

    @classmethod
    def file(cls):
        server = cls.lab.real_servers[0]
        text = configuration(cls.lab, "af_xdp", servers=[server])
        text = text.replace("source_mac: own", "vlan: 10")
        return text.replace(f"address: {server.address}}}",
                            f'address: {server.address}, mac: "{server.mac}"}}\n    vlan: 20')

    def test_the_tag_is_rewritten_on_the_way(self):
        server = self.lab.real_servers[0]
        recorder = Recorder(server)
        self.addCleanup(recorder.close)
        before = self.wrong_vlan()
        syn = tcp_syn(self.client, self.lab.lb1.mac, source_port=40124)
        send(self.client, syn, tagged(syn, VLAN_20), tagged(syn, VLAN_10))
        arrived = recorder.wait_for(lambda frame: frame[12:14] == b"\x81\0" and frame[0:6] == mac(server.mac))
        self.assertIsNotNone(arrived, "nothing reached the server")
        self.assertEqual(arrived[12:].rstrip(b"\0"), tagged(syn, VLAN_20)[12:].rstrip(b"\0"))
        self.assertEqual(self.wrong_vlan() - before, 2)

    def wrong_vlan(self):
        return self.balancer.json("status")["verdicts"]["wrong_vlan"]

    def test_arp_is_answered_in_the_vlan_with_its_tag(self):
        recorder = Recorder(self.client)
        self.addCleanup(recorder.close)
        request = arp_request(self.client.mac, self.client.address, VIP)
        send(self.client, request, tagged(request, VLAN_20), tagged(request, VLAN_10))
        reply = recorder.wait_for(lambda frame: frame[12:18] == VLAN_10 + b"\x08\x06")
        self.assertIsNotNone(reply)
        self.assertEqual(reply[26:32], mac(self.lab.lb1.mac))
        self.assertFalse([frame for frame in recorder.received() if is_arp_reply(frame, VIP)])


if __name__ == "__main__":
    unittest.main()
