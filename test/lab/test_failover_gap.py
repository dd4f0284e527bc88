# SPDX-License-Identifier: BSD-3-Clause
"""How long nothing is forwarded when the master is killed, at 10 ms advertisements (the picture: network.py).

     client --- a probe a millisecond ---> VIP at lb1 or lb2 (one of them is killed) ---> rs1, rs2, rs3

DROVER_KILLS says how often; scripts/test failover does it 20 times.
"""

import os
import signal
import statistics
import unittest

from lab import Lab
from network import VIP
from pair import Pair
from probe import Probe
from wait import wait_until

KILLS = int(os.environ.get("DROVER_KILLS", "3"))
LONGEST_MEDIAN = 0.050
LONGEST = 0.100


class FailoverGap(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.lab.__enter__()
        self.addCleanup(self.lab.down)
        self.pair = Pair(self.lab, vrrp="{id: 51, interval: 10ms}")

    def gap(self, master, backup):
        """The longest silence at the servers while this master is killed, in seconds, and how late we were."""
        with Probe(self.lab, VIP) as probe:
            wait_until(lambda: probe.arrived() > 300, "probes arrive")
            master.stop(signal.SIGKILL)
            self.pair.wait_for_master(backup)
            arrived = probe.arrived()
            wait_until(lambda: probe.arrived() > arrived + 300, "probes arrive again")
        return probe.longest_silence(), probe.latest()

    def test_kill_after_kill(self):
        self.pair.start()
        master, backup = self.pair.first, self.pair.second
        measured = []
        for _ in range(KILLS):
            wait_until(lambda b=backup: self.pair.role(b) == "backup"
                       and b.json("status")["failover"]["instances"][0]["heard"] > 10, "the backup hears the master")
            measured.append(self.gap(master, backup))
            self.pair.start(master)
            master, backup = backup, master
        gaps = [gap for gap, _ in measured]
        text = (f"forwarding gap of {KILLS} kills, ms: " + " ".join(f"{1000 * gap:.1f}" for gap in gaps)
                + f"; median {1000 * statistics.median(gaps):.1f}, worst {1000 * max(gaps):.1f}")
        print(text, flush=True)
        # A short form runs beside other things: what kept the probe from its processor kept the balancers, too.
        excused = [gap - (late if KILLS < 20 else 0) for gap, late in measured]
        self.assertLessEqual(statistics.median(excused), LONGEST_MEDIAN, text)
        self.assertLessEqual(max(excused), LONGEST, text)


if __name__ == "__main__":
    unittest.main()
