# SPDX-License-Identifier: BSD-3-Clause
"""`drover ipvsadm`: what a script of ipvsadm's would read (the picture: network.py). The texts as such are tested
in test/unit/drover/test_recorded_listings.cc; here is what fills them."""

import re
import unittest

from network import VIP
from scenario import Scenario
from webserver import get

SERVERS = ("192.0.2.21", "192.0.2.22", "192.0.2.23")


class Ipvsadm(Scenario, unittest.TestCase):
    def ipvsadm(self, *arguments):
        return self.balancer.drover("ipvsadm", *arguments).stdout

    def test_list(self):
        lines = self.ipvsadm("-Ln").splitlines()
        self.assertEqual(lines[:4], [
            "IP Virtual Server version 1.2.1 (size=4096)",
            "Prot LocalAddress:Port Scheduler Flags",
            "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn",
            f"TCP  {VIP}:80 rr",
        ])
        for line, address in zip(lines[4:], SERVERS, strict=True):
            self.assertRegex(line, rf"^  -> {re.escape(address)}:80 {{16}}Route   1      \d+ +\d+ +$")
            self.assertEqual(len(line), 70)

    def test_one_service(self):
        lines = self.ipvsadm("-L", "-n", "-t", f"{VIP}:80").splitlines()
        self.assertEqual(lines[0], "Prot LocalAddress:Port Scheduler Flags")
        self.assertEqual(len(lines), 6)
        done = self.balancer.drover("ipvsadm", "-Ln", "-u", f"{VIP}:80", check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "", "drover: No such service\n"))

    def test_stats_count_what_came(self):
        def connections():
            return int(re.search(rf"^TCP  {VIP}:80 +(\d+)", self.ipvsadm("-ln", "--stats", "--exact"), re.MULTILINE)[1])

        before = connections()
        get(self.client, VIP)
        self.assertEqual(connections(), before + 1)

    def test_rate(self):
        self.assertIn(" CPS    InPPS   OutPPS    InBPS   OutBPS\n", self.ipvsadm("-Ln", "--rate"))

    def test_connections(self):
        get(self.client, VIP, source_port=45679)
        listed = self.ipvsadm("-Lnc")
        self.assertTrue(listed.startswith("IPVS connection entries\npro expire state "), listed)
        self.assertRegex(listed, rf"TCP \d\d:\d\d  [A-Z_]+ +{self.client.address}:45679 +{VIP}:80 +192\.0\.2\.2[123]:80\n")

    def test_timeouts(self):
        self.assertEqual(self.ipvsadm("-L", "--timeout"), "Timeout (tcp tcpfin udp): 900 120 300\n")

    def test_names_instead_of_numbers(self):
        self.assertIn(f"TCP  {VIP}:http rr\n", self.ipvsadm("-L"))

    def test_wrong_use(self):
        for arguments in (["-A"], ["-L", "--timeout", "--rate"], ["-Lc", "--stats"], ["-L", "-t"]):
            self.assertEqual(self.balancer.drover("ipvsadm", *arguments, check=False).returncode, 2, arguments)


if __name__ == "__main__":
    unittest.main()
