"""Who is master of the VIP, and how it changes hands (the picture: network.py; lb2 runs droverd, too).

     client --- ARP, HTTP, a probe a millisecond ---> VIP at lb1 or lb2 ---> rs1, rs2, rs3
"""

import signal
import unittest

from frames import Recorder, mac, send
from lab import Lab
from network import VIP
from pair import Pair
from probe import Probe
from scenario import for_each_driver
from test_vip import arp_request, is_arp_reply
from wait import wait_until
from webserver import get


def is_announcement(frame, vip_mac):
    return (frame[12:14] == b"\x08\x06" and frame[22:28] == mac(vip_mac) and frame[28:32] == frame[38:42]
            and frame[0:6] == b"\xff" * 6)


class FailoverScenario:
    """A lab of two balancers for each test."""

    driver = "af_xdp"
    vrrp = "{id: 51, interval: 100ms}"

    def setUp(self):
        self.lab = Lab()
        self.lab.__enter__()
        self.addCleanup(self.lab.down)
        self.pair = Pair(self.lab, self.driver, self.vrrp)
        self.first, self.second = self.pair.first, self.pair.second

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before and hasattr(self, "pair"):
            print(f"{self.id()}:\n{self.kept_logs}", flush=True)
        return result

    def tearDown(self):
        self.kept_logs = self.pair.logs()

    def answers(self):
        """The MAC addresses that answer for the VIP."""
        recorder = Recorder(self.lab.client)
        self.addCleanup(recorder.close)
        send(self.lab.client, arp_request(self.lab.client.mac, self.lab.client.address, VIP))
        recorder.wait_for(lambda frame: is_arp_reply(frame, VIP), deadline=1)
        send(self.lab.client, arp_request(self.lab.client.mac, self.lab.client.address, VIP))
        wait_until(lambda: len([1 for frame in recorder.received() if is_arp_reply(frame, VIP)]) >= 2,
                   "two answers", deadline=2)
        return {frame[22:28].hex(":") for frame in recorder.received() if is_arp_reply(frame, VIP)}

    def assertServedBy(self, balancer):
        self.assertEqual(self.answers(), {balancer.host.mac})
        self.assertIn("This is rs", get(self.lab.client, VIP))


@for_each_driver
class Failover(FailoverScenario):
    def test_the_backup_takes_over_from_a_killed_master(self):
        self.pair.start()
        self.assertServedBy(self.first)
        recorder = Recorder(self.lab.client)
        self.addCleanup(recorder.close)
        with Probe(self.lab, VIP) as probe:
            wait_until(lambda: probe.arrived() > 200, "probes arrive")
            self.first.stop(signal.SIGKILL)
            self.pair.wait_for_master(self.second)
            sent = probe.arrived()
            wait_until(lambda: probe.arrived() > sent + 200, "probes arrive again")
        announced = [frame for frame in recorder.received() if is_announcement(frame, self.second.host.mac)]
        self.assertGreaterEqual(len(announced), 5)
        self.assertServedBy(self.second)
        self.assertLess(probe.longest_silence(), 0.5)  # 361 ms and what a machine under load adds
        self.assertEqual(probe.duplicates(), 0)


if __name__ == "__main__":
    unittest.main()
