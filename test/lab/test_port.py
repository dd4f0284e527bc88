# SPDX-License-Identifier: BSD-3-Clause
"""A port with fewer queues than workers, and one that goes away (the picture: network.py)."""

import time
import unittest

from balancer import configuration
from network import VIP
from scenario import Scenario, for_each_driver
from siege import Siege
from wait import wait_until


@for_each_driver
class TwoWorkers(Scenario):
    """A veth has one queue: of two workers the first alone polls it."""

    @classmethod
    def file(cls):
        return configuration(cls.lab, cls.driver).replace("workers: 1", "workers: 2")

    def test_the_log_says_who_polls_and_every_request_is_answered(self):
        self.assertIn("has 1 queue(s), so only the first 1 of 2 workers poll it", self.balancer.log())
        result = Siege(self.client, f"http://{VIP}/", self.lab.directory, 5, requests_each=20).result()
        self.assertEqual((result["transactions"], result["failed_transactions"]), (100, 0))
        first, second = self.balancer.json("status")["workers"]
        self.assertGreater(first["bursts"], 0)
        self.assertEqual(second["bursts"], 0)


@for_each_driver
class PortGone(Scenario):
    def test_it_is_said_and_nothing_breaks(self):
        self.lab.lb1.ip("link delete eth0")
        wait_until(lambda: "the link is down" in self.balancer.log(), "the log says that the link is down")
        self.assertFalse(self.balancer.json("status")["ports"][0]["link"]["up"])
        self.assertFalse(self.balancer.died())
        self.assertLess(share(self.balancer, "", 2), 0.5, "a thread spins")
        self.assertEqual(self.balancer.stop(), 0)


class HostInterfaceGone(Scenario, unittest.TestCase):
    driver = "vdev"

    def test_it_is_said_and_nothing_breaks(self):
        self.lab.lb1.ip("link delete drover-front")
        wait_until(lambda: "has been deleted" in self.balancer.log(), "the log says so")
        self.assertIn("front", self.balancer.status())
        self.assertLess(share(self.balancer, "", 2), 0.5, "a thread spins")
        self.assertEqual(self.balancer.stop(), 0)


def share(balancer, threads, seconds):
    """The share of a core that such threads use from now on."""
    before = balancer.thread_seconds(threads)
    time.sleep(seconds)
    return (balancer.thread_seconds(threads) - before) / seconds


class Idle(Scenario, unittest.TestCase):
    """The key `idle`: what a worker does while nothing comes."""

    def sleeps(self):
        return self.balancer.json("status")["workers"][0]["sleeps"]

    def test_adaptive_sleeps(self):
        before = self.sleeps()
        wait_until(lambda: self.sleeps() > before + 100, "a worker that sleeps")

    def test_busy_never_sleeps(self):
        self.restart(self.file() + "idle: busy\n")
        self.addCleanup(self.restart, self.file())
        before = self.balancer.worker_seconds()
        wait_until(lambda: self.balancer.worker_seconds() > before + 0.2, "a worker that polls")
        self.assertServed()
        self.assertEqual(self.sleeps(), 0)


if __name__ == "__main__":
    unittest.main()
