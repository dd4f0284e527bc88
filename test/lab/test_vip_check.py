# SPDX-License-Identifier: BSD-3-Clause
"""A health check at the VIP finds out whether a server takes what clients send (picture: network.py).

     lb1 --- to the VIP, at rs2's MAC address ---> rs2, with or without the VIP on lo
"""

import unittest

from balancer import binary
from network import VIP, VIP6
from scenario import Scenario, for_each_driver

# What the way of checks puts into the kernel.
PARTS = ("rule show pref 213", "-6 rule show pref 213", "route show table 213", "-6 route show table 213",
         "neighbour show nud permanent")


@for_each_driver
class VipCheck(Scenario):
    def setUp(self):
        self.server = self.lab.real_servers[1]
        self.interface = "eth0" if self.driver == "af_xdp" else "drover-front"

    def check(self, vip=VIP, count=1, *more):
        server = self.server.address if vip == VIP else self.server.address6
        return self.lab.lb1.run(binary("vip_check"), self.interface, server, self.server.mac, vip, 80, count,
                                *more, timeout=120).stdout.splitlines()[0]

    def left(self):
        host = self.lab.lb1
        text = "".join(host.run("ip", *part.split(), check=False).stdout for part in PARTS)
        return text + host.run("tc", "filter", "show", "dev", self.interface, "egress", check=False).stdout

    def take_vip_away(self):
        self.server.ip("address", "del", f"{VIP}/32", "dev", "lo")
        self.addCleanup(self.server.ip, "address", "add", f"{VIP}/32", "dev", "lo")

    def own_source(self):
        return self.balancer.json("status")["verdicts"]["own_source"]

    def test_a_server_with_the_vip_answers_and_nothing_is_left(self):
        self.assertEqual(self.check(), "connected")
        self.assertEqual(self.left(), "")

    def test_a_server_with_the_ipv6_vip_answers(self):
        self.assertEqual(self.check(VIP6), "connected")

    def test_a_server_without_the_vip_does_not(self):
        self.take_vip_away()
        self.assertEqual(self.check(), "no answer")

    def test_a_server_without_the_vip_that_forwards_does_not(self):
        self.take_vip_away()
        self.server.set(net__ipv4__ip_forward=1, net__ipv4__conf__all__send_redirects=0,
                        net__ipv4__conf__eth0__send_redirects=0)
        self.addCleanup(self.server.set, net__ipv4__ip_forward=0)
        before = self.own_source()
        self.assertEqual(self.check(), "no answer")
        self.assertGreater(self.own_source(), before, "the check came back, and was not scheduled")

    def test_another_server_answers_meanwhile(self):
        self.take_vip_away()
        self.server = self.lab.real_servers[0]
        self.assertEqual(self.check(), "connected")

    def test_ports_do_not_run_out(self):
        host = self.lab.lb1
        host.set(net__ipv4__ip_local_port_range="40000 40009")
        self.addCleanup(host.set, net__ipv4__ip_local_port_range="1024 65535")
        self.assertEqual(self.check(VIP, 1000), "connected")

    def test_what_a_killed_one_left_is_cleared(self):
        self.assertEqual(self.check(VIP, 1, "leave"), "connected")
        self.assertIn("drover_mark", self.left())
        self.assertEqual(self.check(), "connected")
        self.assertEqual(self.left(), "")


if __name__ == "__main__":
    unittest.main()
