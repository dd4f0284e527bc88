# SPDX-License-Identifier: BSD-3-Clause
"""What every scenario stands on: a lab with a balancer, once for each driver."""

import sys
import unittest

from balancer import PORTS, Balancer, configuration
from lab import Lab
from network import VIP
from webserver import get


def for_each_driver(scenario):
    """Class decorator: the scenario once for each driver, as ScenarioAfXdp and ScenarioVdev."""
    for driver in PORTS:
        name = scenario.__name__ + driver.title().replace("_", "")
        members = {"driver": driver, "__doc__": scenario.__doc__, "__module__": scenario.__module__}
        setattr(sys.modules[scenario.__module__], name, type(name, (scenario, unittest.TestCase), members))
    return scenario


class Scenario:
    """The lab and a started droverd, shared by the tests of one class."""

    driver = "af_xdp"
    started = True  # whether droverd is started before the first test

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.lab.__enter__()
        cls.addClassCleanup(cls.lab.down)
        cls.client = cls.lab.client
        cls.balancer = Balancer(cls.lab, cls.driver)
        if cls.started:
            cls.balancer.start(cls.file())

    @classmethod
    def file(cls):
        return configuration(cls.lab, cls.driver)

    def run(self, result=None):
        """As any test, but one that failed shows the daemon's log."""
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before and self.balancer.process:
            print(f"droverd's log at the end of {self.id()}:\n{self.balancer.log()}", flush=True)
        return result

    def restart(self, text):
        """droverd anew with another file."""
        self.balancer.stop()
        self.balancer.start(text)

    def assertServed(self, count=3):
        """Several requests in a row are answered, by more than one server."""
        pages = [get(self.client, VIP) for _ in range(count)]
        self.assertGreater(len(set(pages)), 1, pages)
