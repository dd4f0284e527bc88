# SPDX-License-Identifier: BSD-3-Clause
"""The balancer's own address belongs to its kernel, whatever drover does (the picture: network.py).

     client === ssh-like TCP ===> lb1's own address: the kernel, by way of
        |                         the port itself (af_xdp) or of the host
        +-------- load ---------> interface (vdev)
"""

import unittest

from echo import EchoServer, converse
from network import VIP
from scenario import Scenario, for_each_driver
from siege import Siege
from webserver import get


@for_each_driver
class OwnAddress(Scenario):
    def test_tcp_to_the_balancer_works_under_load(self):
        self.addCleanup(EchoServer(self.lab.lb1).close)
        siege = Siege(self.client, f"http://{VIP}/", self.lab.directory, 20, seconds=4, pause=0.02)
        self.addCleanup(siege.end)
        rounds = 0
        while siege.running():
            self.assertEqual(converse(self.client, self.lab.lb1.address, 20, 64), 20)
            self.assertEqual(converse(self.client, self.lab.lb1.address, 4, 40_000), 4)
            rounds += 1
        self.assertGreater(rounds, 0)
        self.assertEqual(siege.result()["failed_transactions"], 0)

    def test_the_balancer_pings_and_is_pinged(self):
        self.client.run("ping", "-c", "3", "-i", "0.2", "-W", "2", self.lab.lb1.address)
        self.lab.lb1.run("ping", "-c", "3", "-i", "0.2", "-W", "2", self.lab.real_servers[0].address)

    def test_the_balancer_reaches_a_real_server_as_a_health_check_would(self):
        for server in self.lab.web_servers:
            self.assertEqual(get(self.lab.lb1, server.host.address), server.page)
            self.assertEqual(len(get(self.lab.lb1, server.host.address, "/large")), 20_000 * len(server.page))

    def test_what_is_for_another_host_is_not_touched(self):
        self.assertEqual(get(self.client, self.lab.real_servers[2].address), self.lab.web_servers[2].page)


if __name__ == "__main__":
    unittest.main()
