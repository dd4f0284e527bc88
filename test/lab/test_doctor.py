# SPDX-License-Identifier: BSD-3-Clause
"""`drover doctor` on broken set-ups (the picture: network.py)."""

import unittest

from balancer import configuration
from network import VIP
from scenario import Scenario, for_each_driver
from wait import wait_until


@for_each_driver
class Doctor(Scenario):
    def examine(self, *arguments):
        done = self.balancer.drover("doctor", *arguments, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.returncode, done.stdout

    def assertFinds(self, what, remedy, *arguments):
        status, text = self.examine(*arguments)
        self.assertEqual(status, 1, text)
        self.assertRegex(text, rf"PROBLEM +\S+ +.*{what}.*\n +-> {remedy}")

    def test_a_sound_set_up_has_no_problem(self):
        self.restart(self.file())  # which forgets what other tests have broken
        wait_until(lambda: "PROBLEM" not in self.examine()[1], "every server's MAC address")
        status, text = self.examine()
        self.assertEqual(status, 0, text)
        self.assertNotIn("PROBLEM", text)
        self.assertNotIn("skipped", text)

    def test_a_server_that_answers_arp_for_the_vip(self):
        host = self.lab.real_servers[0]
        host.set(net__ipv4__conf__all__arp_ignore=0)
        self.addCleanup(host.set, net__ipv4__conf__all__arp_ignore=1)
        wait_until(lambda: "answers ARP for the VIP" in self.examine()[1], "the finding")
        self.assertFinds(f"the real server {host.address} .* answers ARP for the VIP {VIP}",
                         f"on {host.address}: realserver {VIP}")

    def test_a_server_that_lacks_the_vip(self):
        host = self.lab.real_servers[0]
        check = "    checks: [{tcp: {}, interval: 200ms, timeout: 150ms, rise: 1, fall: 1}]\n"
        self.restart(self.file().replace("services:\n", f"{check}services:\n"))
        self.addCleanup(self.restart, self.file())
        host.ip("address", "del", f"{VIP}/32", "dev", "lo")
        self.addCleanup(host.ip, "address", "replace", f"{VIP}/32", "dev", "lo")
        wait_until(lambda: "lacks the VIP" in self.examine()[1], "the finding")
        self.assertFinds(rf"the real server rs1 \({host.address}\) lacks the VIP {VIP} on its loopback",
                         f"on {host.address}: realserver {VIP}")

    def test_rp_filter_where_the_way_to_the_vip_is_another(self):
        host = self.balancer.host
        port = "eth0" if self.driver == "af_xdp" else "drover-front"
        host.ip("link add other type veth peer name elsewhere\nlink set other up\nlink set elsewhere up\n"
                f"route add {VIP}/32 dev other\n")
        self.addCleanup(host.ip, "link", "delete", "other")
        before = self.examine()[1]
        self.assertNotIn("rp_filter", before)
        host.set(**{f"net__ipv4__conf__{port}__rp_filter": 1})
        self.addCleanup(lambda: host.set(**{f"net__ipv4__conf__{port}__rp_filter": 0}))
        self.assertFinds(f"{port}: rp_filter=1 drops", f"sysctl -w net.ipv4.conf.{port}.rp_filter=2")


class DoctorWithoutDaemon(Scenario, unittest.TestCase):
    started = False

    def examine(self, more=""):
        file = self.lab.directory / "examined.yaml"
        file.write_text(configuration(self.lab, "af_xdp") + more)
        return self.balancer.drover("doctor", "--config", file, "--node", "lb1", check=False).stdout

    def test_what_needs_a_daemon_is_skipped(self):
        self.assertRegex(self.examine(), r"skipped +arp-of-servers +needs a running droverd\n")

    def test_a_vip_on_the_host(self):
        host = self.balancer.host
        host.ip("address", "add", f"{VIP}/32", "dev", "lo")
        self.addCleanup(host.ip, "address", "del", f"{VIP}/32", "dev", "lo")
        self.assertRegex(self.examine(), rf"PROBLEM +vip-on-host .*\n +-> ip address del {VIP}/32 dev lo\n")

    def test_an_mtu_beyond_the_drivers(self):
        host = self.balancer.host
        host.ip("link", "set", "eth0", "mtu", "9000")
        self.addCleanup(host.ip, "link", "set", "eth0", "mtu", "1500")
        self.assertRegex(self.examine(), r"PROBLEM +mtu .*9000.*\n +-> ip link set dev eth0 mtu \d+\n")

    def test_multicast_off(self):
        host = self.balancer.host
        host.ip("link", "set", "eth0", "multicast", "off")
        self.addCleanup(host.ip, "link", "set", "eth0", "multicast", "on")
        vrrp = "failover: {vrrp: [{id: 51}]}\n"
        self.assertRegex(self.examine(vrrp), r"PROBLEM +multicast .*eth0")
        self.assertRegex(self.examine(), r"ok +multicast ")

    def test_neither_a_file_nor_a_daemon(self):
        done = self.balancer.drover("doctor", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("name one with --config", done.stderr)


if __name__ == "__main__":
    unittest.main()
