# SPDX-License-Identifier: BSD-3-Clause
"""Long downloads and a siege outlive their balancer, whatever becomes of it (the picture: network.py; lb2 runs
droverd, too, and each tells the other of its connections).

     client --- 200 downloads, siege, a probe a millisecond ---> VIP at lb1 or lb2 ---> rs1, rs2, rs3
"""

import signal
import threading
import unittest

from network import VIP
from probe import Probe
from siege import Siege
from steady_downloads import SteadyDownloads
from test_failover import FailoverScenario
from test_sync import SyncedPair
from wait import wait_until

FEW, MANY = 60, 200


class Survival(FailoverScenario, unittest.TestCase):
    vrrp = "{id: 51, interval: 10ms}"

    def setUp(self):
        super().setUp()
        self.pair = SyncedPair(self.lab, self.driver, vrrp=self.vrrp)
        self.first, self.second = self.pair.first, self.pair.second

    def survive(self, act, count=FEW, siege_seconds=8, lasts=40):
        """Downloads, a siege and a probe go on while act() runs; none of them breaks."""
        with SteadyDownloads(self.lab, count, lasts) as downloads, Probe(self.lab, VIP) as probe:
            siege = Siege(self.lab.client, f"http://{VIP}/", self.lab.directory, 10, seconds=siege_seconds,
                          pause=0.1)
            self.addCleanup(siege.end)
            wait_until(lambda: downloads.begun() == count and probe.arrived() > 300, "all have begun", deadline=30)
            act()
            arrived = probe.arrived()
            wait_until(lambda: probe.arrived() > arrived + 300, "probes arrive again")
            self.assertEqual([each for each in downloads.all if each.ended], [], "all are still under way")
            broken = downloads.finish()
            result = siege.result()
        print(f"{self.id().rpartition('.')[2]}: broken {len(broken)} of {len(downloads.all)}, "
              f"forwarding gap {1000 * probe.longest_silence():.1f} ms, "
              f"longest stall of a download {1000 * downloads.longest_stall():.0f} ms; "
              f"siege: {result['transactions']} transactions, {result['failed_transactions']} failed", flush=True)
        self.assertEqual([each.trouble for each in broken], [])
        self.assertEqual(result["failed_transactions"], 0, result)
        self.assertGreater(result["transactions"], 100)
        self.assertEqual(probe.duplicates(), 0)
        return probe

    def change_hands(self, act, successor):
        act()
        self.pair.wait_for_master(successor)

    def test_kill(self):
        self.pair.start()
        self.survive(lambda: self.change_hands(lambda: self.first.stop(signal.SIGKILL), self.second), MANY)

    def test_sigterm(self):
        self.pair.start()
        self.survive(lambda: self.change_hands(self.first.stop, self.second))

    def test_link_down(self):
        self.pair.start()
        switch = self.lab.network.switch
        self.survive(lambda: self.change_hands(lambda: switch.ip("link set lb1 down\n"), self.second))

    def test_sigstop(self):
        self.pair.start()

        def stop_and_go_on():
            self.first.process.send_signal(signal.SIGSTOP)
            wait_until(lambda: self.pair.role(self.second) == "master", "lb2 is master")
            self.first.process.send_signal(signal.SIGCONT)
            self.pair.wait_for_master(self.second)

        self.survive(stop_and_go_on)

    def test_by_hand(self):
        self.pair.start()
        self.survive(lambda: self.change_hands(lambda: self.first.drover("failover"), self.second))

    def test_the_old_master_returns_by_preemption(self):
        self.pair.vrrp = "{id: 51, interval: 10ms, preempt: true}"
        self.pair.start()

        def die_and_return():
            self.change_hands(lambda: self.first.stop(signal.SIGKILL), self.second)
            self.pair.start(self.first)
            self.pair.wait_for_master(self.first)

        self.survive(die_and_return, siege_seconds=12)

    def test_all_at_once(self):
        """Killed and started again, in turn, while servers come and go under the same streams."""
        self.pair.start()
        over = threading.Event()

        def come_and_go():
            """Each server but the last in its turn; it keeps the connections that it has."""
            while not over.is_set():
                for server in self.lab.real_servers[:2]:
                    for words in (("drain", "web", server.name), ("enable", "web", server.name)):
                        for balancer in (self.first, self.second):
                            balancer.drover(*words, check=False)  # one of them may be dead just now
                        over.wait(0.3)

        def thrice():
            changes = threading.Thread(target=come_and_go)
            changes.start()
            try:
                for dies, lives in ((self.first, self.second), (self.second, self.first), (self.first, self.second)):
                    self.change_hands(lambda d=dies: d.stop(signal.SIGKILL), lives)
                    self.pair.start(dies)
            finally:
                over.set()
                changes.join()

        self.survive(thrice, siege_seconds=20, lasts=120)


if __name__ == "__main__":
    unittest.main()
