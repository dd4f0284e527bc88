# SPDX-License-Identifier: BSD-3-Clause
"""Health checks by way of the VIP, their default: a server that lacks the VIP is found down (picture: network.py).

     lb1 (droverd) --- to the VIP, at each server's MAC address ---> rs1, rs2, rs3: nginx, the VIP on lo
"""

import signal
import time

from balancer import configuration, with_ipv6
from frames import mac, send
from network import VIP, VIP6
from scenario import Scenario, for_each_driver
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from wait import wait_until
from webserver import get

CHECK = "{http: {path: /health}, interval: 200ms, timeout: 150ms, rise: 1, fall: 2}"
SETTLED = 5.0  # seconds

# What the way of checks puts into the kernel.
PARTS = ("rule show pref 213", "-6 rule show pref 213", "route show table 213", "-6 route show table 213",
         "neighbour show nud permanent")


@for_each_driver
class HealthAtVip(Scenario):
    family = 4

    @classmethod
    def file(cls, servers=3):
        for server in cls.lab.web_servers:
            server.write("health", "well\n")
        hold = "    hold_down: {first: 0s}\n"
        text = with_ipv6(cls.lab, configuration(cls.lab, cls.driver, servers=cls.lab.real_servers[:servers]))
        text = text.replace("  - name: web6\n", f"  - name: web6\n{hold}    checks: [{CHECK}]\n")
        text = text.replace("    pool: nginx\n", f"    pool: nginx\n{hold}")
        pools, services = text.split("services:\n")
        return f"{pools}    checks: [{CHECK}]\nservices:\n{services}"

    def setUp(self):
        self.interface = "eth0" if self.driver == "af_xdp" else "drover-front"
        self.reload(self.file())
        self.wait_for("web", "up", "up", "up")
        self.wait_for("web6", "up", "up", "up")

    def reload(self, text):
        self.balancer.file.write_text(text)
        self.balancer.drover("reload")

    def servers(self, service):
        services = {each["name"]: each for each in self.balancer.json("list")["services"]}
        return services[service]["servers"]

    def wait_for(self, service, *states):
        wait_until(lambda: [server["state"] for server in self.servers(service)] == list(states),
                   f"the servers of {service} are {states}", SETTLED)

    def take_away(self, vip):
        server = self.lab.real_servers[1]
        prefix = "32" if vip == VIP else "128"
        server.ip("address", "del", f"{vip}/{prefix}", "dev", "lo")
        self.addCleanup(server.ip, "address", "replace", f"{vip}/{prefix}", "dev", "lo")
        return server

    def assertLacksTheVip(self, service, vip, own):
        self.wait_for(service, "up", "down", "up")
        reason = (f"connect: timed out after 150 ms; it answers at {own} itself, so it lacks the VIP on its "
                  f"loopback: run 'realserver {vip}' there")
        self.assertEqual(self.servers(service)[1]["reason"], reason)
        wait_until(lambda: f"{service}/rs2: is down: {reason}" in self.balancer.log(), "the log tells why")

    def test_a_server_that_lacks_the_vip_is_down_for_that_reason(self):
        server = self.take_away(VIP)
        self.assertLacksTheVip("web", VIP, server.address)
        self.assertEqual({get(self.client, VIP) for _ in range(8)}, {"This is rs1.\n", "This is rs3.\n"})
        self.wait_for("web6", "up", "up", "up")  # whose VIP it has

    def test_a_server_that_lacks_the_ipv6_vip_is_down_for_that_reason(self):
        server = self.take_away(VIP6)
        self.assertLacksTheVip("web6", VIP6, server.address6)
        self.wait_for("web", "up", "up", "up")

    def own_source(self):
        return self.balancer.json("status")["verdicts"]["own_source"]

    def test_a_server_that_would_send_the_check_back_to_us_is_down_too(self):
        server = self.take_away(VIP)
        self.take_away(VIP6)
        for family in (4, 6):
            before = self.own_source()
            switch = "net__ipv4__ip_forward" if family == 4 else "net__ipv6__conf__all__forwarding"
            server.set(**{switch: 1})
            self.addCleanup(server.set, **{switch: 0})
            wait_until(lambda: self.own_source() > before, f"a check comes back, IPv{family}")
        self.assertLacksTheVip("web", VIP, server.address)
        self.assertLacksTheVip("web6", VIP6, server.address6)
        end = time.monotonic() + 1  # five checks of each
        while time.monotonic() < end:
            self.assertEqual([self.servers(service)[1]["state"] for service in ("web", "web6")], ["down", "down"])

    def test_frames_that_bear_our_own_address_are_dropped(self):
        balancer = self.lab.lb1
        tcp = TCP(sport=40000, dport=80, flags="S")
        for packet in (IP(src=balancer.address, dst=VIP), IPv6(src=balancer.address6, dst=VIP6)):
            before = self.own_source()
            send(self.client, bytes(Ether(src=self.client.mac, dst=balancer.mac) / packet / tcp))
            wait_until(lambda: self.own_source() > before, "the frame was dropped and counted")

    def test_a_server_added_live_is_checked_at_the_vip(self):
        self.reload(self.file(servers=1))
        self.wait_for("web", "up")
        server = self.take_away(VIP)
        self.reload(self.file(servers=3))
        self.assertLacksTheVip("web", VIP, server.address)
        server.ip("address", "replace", f"{VIP}/32", "dev", "lo")
        self.wait_for("web", "up", "up", "up")

    def test_a_server_whose_mac_address_changes_is_followed(self):
        server = self.lab.real_servers[1]
        log = len(self.balancer.log())
        server.ip(f"link set eth0 address 02:00:00:00:00:99\naddress replace {server.address6}/64 dev eth0 nodad\n")
        self.addCleanup(server.ip, f"link set eth0 address {server.mac}\n"
                                   f"address replace {server.address6}/64 dev eth0 nodad\n")
        wait_until(lambda: f"{server.address}: its MAC address is 02:00:00:00:00:99" in self.balancer.log()[log:],
                   "the new MAC address is known", 10)
        self.wait_for("web", "up", "up", "up")
        self.take_away(VIP)
        self.assertLacksTheVip("web", VIP, server.address)

    def left(self):
        host = self.lab.lb1
        text = "".join(host.run("ip", *part.split(), check=False).stdout for part in PARTS)
        return text + host.run("tc", "filter", "show", "dev", self.interface, "egress", check=False).stdout

    def test_nothing_is_left_after_the_end_nor_after_a_kill_and_a_start(self):
        self.assertIn("drover_mark", self.left())
        self.balancer.stop(signal.SIGKILL)
        if self.driver == "af_xdp":
            self.assertIn("drover_mark", self.left())
        self.assertIn("lookup 213", self.left())
        self.balancer.start(self.file())
        self.wait_for("web", "up", "up", "up")
        self.wait_for("web6", "up", "up", "up")
        self.assertEqual(self.left().count("direct-action"), 1)
        self.assertEqual(self.lab.lb1.run("ip", "rule", "show", "pref", "213").stdout.count("lookup 213"), 1)
        self.balancer.stop()
        self.assertEqual(self.left(), "")
        self.assertNotIn("clsact", self.lab.lb1.run("tc", "qdisc", "show").stdout)
        self.balancer.start(self.file())

    def test_what_another_removes_is_put_back(self):
        host = self.lab.lb1
        host.run("ip", "rule", "del", "pref", "213")
        host.run("tc", "qdisc", "del", "dev", self.interface, "clsact")
        wait_until(lambda: "drover_mark" in self.left() and "lookup 213" in self.left(), "it is put back")
        self.wait_for("web", "up", "up", "up")

    def test_ports_do_not_run_out(self):
        host = self.lab.lb1
        host.set(net__ipv4__ip_local_port_range="40000 40009")
        self.addCleanup(host.set, net__ipv4__ip_local_port_range="1024 65535")
        runs = lambda: sum(len(server.requests()) for server in self.lab.web_servers)
        before = runs()
        wait_until(lambda: runs() > before + 100, "ten times as many checks as ports", 20)
        self.wait_for("web", "up", "up", "up")
        self.assertNotIn("TIME-WAIT", host.run("ss", "-tan").stdout)


if __name__ == "__main__":
    import unittest
    unittest.main()
