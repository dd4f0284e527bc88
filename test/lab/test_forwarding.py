# SPDX-License-Identifier: BSD-3-Clause
"""Requests of many clients reach the real servers and come back (the picture: network.py).

     client ---> lb1 ---> rs1, rs2, rs3 in turn
        ^                  |
        +------------------+
"""

import unittest
from collections import Counter

from network import VIP
from scenario import Scenario, for_each_driver
from siege import Siege
from wait import wait_until
from webserver import get

CLIENTS = 20
REQUESTS_EACH = 50
WORKERS = 1


@for_each_driver
class Forwarding(Scenario):
    def answered(self):
        return {server.name: len(server.requests()) for server in self.lab.web_servers}

    def test_every_request_is_answered_and_each_server_gets_its_share(self):
        before = self.answered()
        siege = Siege(self.client, f"http://{VIP}/", self.lab.directory, CLIENTS, requests_each=REQUESTS_EACH)
        result = siege.result()
        total = CLIENTS * REQUESTS_EACH
        self.assertEqual(result["transactions"], total)
        self.assertEqual(result["failed_transactions"], 0)

        def new():
            return {name: count - before[name] for name, count in self.answered().items()}

        wait_until(lambda: sum(new().values()) >= total, "the last line of the access logs")
        for name, count in new().items():
            self.assertLessEqual(abs(count - total / 3), WORKERS, f"{name}: {new()}")

    def test_the_client_sees_the_vip_and_the_server_sees_the_client(self):
        # http.client is connected to the VIP: an answer from any other address would not reach it
        pages = Counter(get(self.client, VIP) for _ in range(6))
        self.assertEqual(pages, Counter({server.page: 2 for server in self.lab.web_servers}))
        for server in self.lab.web_servers:
            wait_until(server.requests, f"a request in the log of {server.name}")
            self.assertEqual({request[:2] for request in server.requests()}, {(self.client.address, VIP)})

    def test_a_page_of_many_segments_arrives_whole(self):
        for _ in self.lab.web_servers:
            page = get(self.client, VIP, "/large")
            self.assertIn(page, [server.page * 20_000 for server in self.lab.web_servers])


if __name__ == "__main__":
    unittest.main()
