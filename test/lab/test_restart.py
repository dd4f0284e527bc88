# SPDX-License-Identifier: BSD-3-Clause
"""The end of droverd, wanted or not, and the next start (the picture: network.py)."""

import json
import signal
import unittest

from network import VIP
from scenario import Scenario, for_each_driver
from siege import Siege
from wait import wait_until
from webserver import get


@for_each_driver
class Restart(Scenario):
    def setUp(self):
        if self.balancer.died():
            self.balancer.start(self.file())

    def interfaces(self):
        return {link["ifname"]: link for link in json.loads(self.lab.lb1.ip("-json", "link"))}

    def assertNothingLeft(self):
        links = self.interfaces()
        self.assertEqual(set(links), {"lo", "eth0"}, "no host interface is left")
        self.assertNotIn("xdp", links["eth0"], "no XDP program is left")
        self.assertFalse(self.balancer.socket.exists(), "no socket is left")

    def test_the_lab_sees_an_attached_program(self):
        # or assertNothingLeft would look in the wrong place
        self.assertIn("xdp", self.interfaces()["eth0"])

    def test_sigterm_leaves_nothing(self):
        self.assertServed()
        self.assertEqual(self.balancer.stop(signal.SIGTERM), 0)
        self.assertNothingLeft()

    def test_sigint_leaves_nothing(self):
        self.assertEqual(self.balancer.stop(signal.SIGINT), 0)
        self.assertNothingLeft()

    def test_sigterm_under_load(self):
        siege = Siege(self.client, f"http://{VIP}/", self.lab.directory, 20, seconds=40)
        self.addCleanup(siege.end)
        wait_until(lambda: len(self.lab.web_servers[0].requests()) > 20, "load", deadline=30)
        self.assertEqual(self.balancer.stop(signal.SIGTERM, deadline=5), 0)
        self.assertNothingLeft()

    def test_start_after_kill(self):
        for _ in range(3):
            self.assertEqual(self.balancer.stop(signal.SIGKILL), -signal.SIGKILL)
            self.balancer.start(self.file())
            self.assertServed()
        self.assertEqual(self.balancer.stop(signal.SIGTERM), 0)
        self.assertNothingLeft()

    def test_start_after_kill_under_load(self):
        siege = Siege(self.client, f"http://{VIP}/", self.lab.directory, 20, seconds=40)
        self.addCleanup(siege.end)
        wait_until(lambda: len(self.lab.web_servers[0].requests()) > 20, "load", deadline=30)
        self.balancer.stop(signal.SIGKILL)
        self.balancer.start(self.file())
        siege.end()
        self.assertServed()

    def test_the_balancer_itself_works_after_kill(self):
        if self.driver == "vdev":
            self.skipTest("with vdev the balancer's address goes with droverd's host interface")
        self.balancer.stop(signal.SIGKILL)
        self.client.run("ping", "-c", "2", "-i", "0.2", "-W", "2", self.lab.lb1.address)


if __name__ == "__main__":
    unittest.main()
