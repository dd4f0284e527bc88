"""A port with fewer queues than workers, and one that goes away (the picture: network.py)."""

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
        self.assertEqual(self.balancer.stop(), 0)


if __name__ == "__main__":
    unittest.main()
