# SPDX-License-Identifier: BSD-3-Clause
"""keepalived as the other balancer: each takes over from the other (the picture: network.py).

     lb1 droverd --- VRRP ---> lb2 keepalived, both for the VIP
"""

import shutil
import signal
import unittest

from keepalived import Keepalived
from lab import Lab
from pair import Pair
from wait import wait_until


@unittest.skipUnless(shutil.which("keepalived"), "keepalived is not installed")
class KeepalivedPeer(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.lab.__enter__()
        self.addCleanup(self.lab.down)

    def pair_with(self, vrrp, priority, **keepalived):
        self.pair = Pair(self.lab, vrrp=vrrp, priorities=(150, 100))
        self.drover = self.pair.first
        self.peer = Keepalived(self.lab, self.lab.lb2, priority, **keepalived)

    def wait_for(self, drover, keepalived, deadline=15):
        wait_until(lambda: (self.pair.role(self.drover), self.peer.is_master()) == (drover, keepalived),
                   f"droverd is {drover} and keepalived {'master' if keepalived else 'backup'}:\n"
                   + self.pair.logs() + self.peer.log(), deadline)

    def each_takes_over(self):
        """droverd's priority is the higher one, and both preempt."""
        self.peer.start()
        self.wait_for(None, True)
        self.pair.start(self.drover)
        self.wait_for("master", False)  # preempted
        self.drover.stop(signal.SIGKILL)
        self.wait_for(None, True)  # by silence
        self.pair.start(self.drover)
        self.wait_for("master", False)
        self.drover.stop()
        self.wait_for(None, True)  # by priority 0
        self.pair.start(self.drover)
        self.wait_for("master", False)

    def test_version_3(self):
        self.pair_with("{id: 51, interval: 100ms, preempt: true}", 100)
        self.each_takes_over()

    def test_version_2(self):
        self.pair_with("{id: 51, version: 2, interval: 1s, preempt: true}", 100, version=2, interval="1")
        self.each_takes_over()

    def test_a_keepalived_of_higher_priority_preempts_and_leaves(self):
        self.pair_with("{id: 51, interval: 100ms}", 200)
        self.pair.start(self.drover)
        self.wait_for("master", False)
        self.peer.start()
        self.wait_for("backup", True)
        self.assertIn("a master of higher priority", self.drover.log())
        self.peer.stop()
        self.wait_for("master", False)
        self.assertIn("the master left", self.drover.log())

    def test_of_equal_priority_the_higher_address_wins(self):
        self.pair_with("{id: 51, interval: 100ms}", 150)
        self.peer.start()
        self.wait_for(None, True)
        self.pair.start(self.drover)
        wait_until(lambda: "192.0.2.12 is there" in self.drover.log(), "droverd hears keepalived")
        self.wait_for("backup", True)


if __name__ == "__main__":
    unittest.main()
