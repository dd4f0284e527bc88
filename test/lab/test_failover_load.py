# SPDX-License-Identifier: BSD-3-Clause
"""Nobody takes over from a living master while all processors are busy (the picture: network.py; lb2 runs droverd,
too). At 100 ms advertisements; how often it happens at 10 ms is told.

DROVER_LOADED_SECONDS says how long; scripts/test failover takes 10 minutes.
"""

import os
import time
import unittest

from busy_processors import busy_processors
from lab import Lab
from pair import Pair
from wait import wait_until

SECONDS = float(os.environ.get("DROVER_LOADED_SECONDS", "10"))
FAST_VIP = "192.0.2.9"


class FalseTakeovers(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.lab.__enter__()
        self.addCleanup(self.lab.down)
        self.pair = Pair(self.lab, vrrp="{id: 51, interval: 100ms}, {id: 52, interval: 10ms, services: [fast]}")
        servers = ", ".join(f"{{address: {host.address}}}" for host in self.lab.real_servers)
        text = self.pair.file
        self.pair.file = lambda balancer: text(balancer).replace(
            "services:\n", f"services:\n  - {{name: fast, address: {FAST_VIP}, ports: [80], servers: [{servers}]}}\n")

    def changes(self, instance):
        """How often an instance has become master, on either balancer."""
        return sum(balancer.log().count(f"vrrp {instance}: is master") for balancer in
                   (self.pair.first, self.pair.second))

    def test_none_with_all_processors_busy(self):
        self.pair.start()
        self.pair.wait_for_master(self.pair.first, 52)
        for balancer in (self.pair.first, self.pair.second):
            wait_until(lambda b=balancer: self.pair.role(b) is not None, "each has its role")
        before = {instance: self.changes(instance) for instance in (51, 52)}
        with busy_processors(SECONDS + 60) as burners:
            time.sleep(SECONDS)  # what is measured is that nothing happens
            self.assertEqual([burner.poll() for burner in burners], [None] * len(burners), "the load lasted")
        false = {instance: self.changes(instance) - before[instance] for instance in (51, 52)}
        print(f"false takeovers in {SECONDS:.0f} s with {len(burners)} processors busy: {false[51]} at 100 ms, "
              f"{false[52]} at 10 ms", flush=True)
        self.assertEqual(false[51], 0)
        self.assertEqual(self.pair.masters(), [self.pair.first])


if __name__ == "__main__":
    unittest.main()
