# SPDX-License-Identifier: BSD-3-Clause
"""scripts/realserver on one host of the network (the picture: network.py)."""

import unittest

import ownership
from network import VIP, VIP6, Network, remove_network
from webserver import SCRIPTS


class RealServer(unittest.TestCase):
    def setUp(self):
        # only the network: no web server has set its host up
        claim = ownership.Claim()
        self.addCleanup(claim.release)
        self.addCleanup(remove_network, f"drover-{claim.name}")
        network = Network(f"drover-{claim.name}")
        network.create()
        self.host = network.real_servers[0]

    def realserver(self, *arguments):
        return self.host.run(SCRIPTS / "realserver", *arguments, check=False)

    def test_set_up_verify_and_undo(self):
        self.assertEqual(self.realserver("--verify", VIP).returncode, 1)
        self.assertEqual(self.realserver(VIP, VIP6).returncode, 0)
        verified = self.realserver("--verify", VIP, VIP6)
        self.assertEqual((verified.returncode, verified.stdout.count("right")), (0, 4), verified.stdout)
        self.assertEqual(self.realserver(VIP, VIP6).returncode, 0, "twice is as good as once")
        self.assertEqual(self.realserver("--undo", VIP, VIP6).returncode, 0)
        undone = self.realserver("--verify", VIP, VIP6)
        self.assertEqual((undone.returncode, undone.stdout.count("WRONG")), (1, 4), undone.stdout)

    def test_verify_says_what_is_wrong_and_what_mends_it(self):
        self.realserver(VIP)
        for spoil, mend in (
            (("ip", "address", "del", f"{VIP}/32", "dev", "lo"), f"sudo scripts/realserver {VIP}"),
            (("ip", "address", "add", f"{VIP}/24", "dev", "lo"), f"sudo ip address del {VIP}/24 dev lo"),
            (("ip", "address", "add", f"{VIP}/24", "dev", "eth0"), f"sudo ip address del {VIP} dev eth0"),
            (("sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=0"), "sudo sysctl -w net.ipv4.conf.all.arp_ignore=1"),
        ):
            self.host.run(*spoil)
            verified = self.realserver("--verify", VIP)
            self.assertEqual(verified.returncode, 1)
            self.assertIn(mend, verified.stdout)

    def test_undo_of_one_address_keeps_the_other(self):
        self.realserver(VIP, VIP6)
        self.realserver("--undo", VIP6)
        self.assertEqual(self.realserver("--verify", VIP).returncode, 0)

    def test_wrong_use(self):
        for arguments, status, complaint in (
            ((), 2, "usage"),
            (("--bogus", VIP), 2, "--bogus"),
            (("192.0.2.300",), 1, "192.0.2.300"),
            (("1.2",), 1, "1.2"),
            (("web.example",), 1, "web.example"),
            ((f"{VIP}/32",), 1, "address alone"),
        ):
            done = self.realserver(*arguments)
            self.assertEqual(done.returncode, status, arguments)
            self.assertIn(complaint, done.stderr)
            self.assertEqual(self.realserver("--verify", VIP).returncode, 1, "nothing was set up")


if __name__ == "__main__":
    unittest.main()
