# SPDX-License-Identifier: BSD-3-Clause
"""The VIP asked from the balancer itself (the picture: network.py).

     lb1 (curl, ping) ---> VIP, which is lb1's own droverd
"""

import unittest

from network import VIP
from scenario import Scenario, for_each_driver
from webserver import get


@for_each_driver
class FromBalancer(Scenario):
    """It works, or `drover status` says that it does not and what to do instead."""

    def status_explains(self):
        return "the balancer itself" in self.balancer.status()

    def test_curl(self):
        try:
            page = get(self.lab.lb1, VIP, timeout=3)
        except OSError as error:
            self.assertTrue(self.status_explains(), f"{error}; status is silent about it:\n{self.balancer.status()}")
        else:
            self.assertIn(page, [server.page for server in self.lab.web_servers])

    def test_ping(self):
        ping = self.lab.lb1.run("ping", "-c", "3", "-i", "0.2", "-W", "2", VIP, check=False)
        if ping.returncode != 0:
            self.assertTrue(self.status_explains(), f"status is silent about it:\n{self.balancer.status()}")


if __name__ == "__main__":
    unittest.main()
