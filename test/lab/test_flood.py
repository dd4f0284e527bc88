# SPDX-License-Identifier: BSD-3-Clause
"""A flood of SYNs fills the table: established connections go on, and `drover status` shows it (the
picture: network.py)."""

import contextlib
import json
import random
import socket
import unittest

from balancer import configuration
from frames import mac, send
from network import VIP
from scenario import Scenario
from test_lookup import checksum
from webserver import get

ESTABLISHED = 20
CAPACITY = 1_000  # as configured; twice that fits
FLOOD = 10 * 2 * CAPACITY


class Flood(Scenario, unittest.TestCase):
    @classmethod
    def file(cls):
        return configuration(cls.lab, cls.driver).replace("connections: 100000", f"connections: {CAPACITY}")

    def table(self):
        return json.loads(self.balancer.drover("status", "--json").stdout)["table"]

    def evicted(self, what):
        return self.table()["evicted"][what]

    def connect(self):
        with self.client.inside():
            connection = socket.socket()
        connection.settimeout(10)
        connection.connect((VIP, 80))
        return connection

    def test_connections_outlive_a_syn_flood_that_status_shows(self):
        self.assertEqual(self.evicted("embryonic"), 0)
        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(self.connect()) for _ in range(ESTABLISHED)]
            pages = [ask(connection) for connection in connections]
            self.assertEqual(len(set(pages)), 3, "of all servers")
            clients = random.Random(1)
            for _ in range(100):
                send(self.client, *(syn(self.client, self.lab.lb1.mac, clients) for _ in range(FLOOD // 100)))
                # Its answer comes when the worker has taken all that was sent before.
                self.assertEqual(ask(connections[0]), pages[0])
            self.assertEqual([ask(connection) for connection in connections], pages)
        self.assertGreater(self.evicted("embryonic"), FLOOD // 2)
        self.assertEqual((self.evicted("tentative"), self.evicted("closing")), (0, 0))
        self.assertGreater(self.table()["entries"], CAPACITY)
        text = self.balancer.drover("status").stdout
        self.assertIn("evicted: embryonic ", text)
        self.assertIn(get(self.client, VIP), [server.page for server in self.lab.web_servers])


def ask(connection):
    """What the server answers on this connection, which stays open."""
    connection.sendall(b"GET / HTTP/1.1\r\nHost: www\r\n\r\n")
    answer = b""
    while not answer.endswith(b".\n"):
        part = connection.recv(65536)
        assert part, f"closed after {answer!r}"
        answer += part
    return answer.partition(b"\r\n\r\n")[2].decode()


def syn(client, to_mac, clients):
    """Of a client that there is not."""
    source, vip = clients.randbytes(3), socket.inet_aton(VIP)
    port = clients.randrange(1024, 65536)
    tcp = port.to_bytes(2, "big") + (80).to_bytes(2, "big") + bytes(8) + b"\x50\x02\xff\xff" + bytes(4)
    ip = b"\x45\0" + (40).to_bytes(2, "big") + bytes(4) + b"\x40\x06" + bytes(2) + b"\x0b" + source + vip
    return mac(to_mac) + mac(client.mac) + b"\x08\0" + ip[:10] + checksum(ip) + ip[12:] + tcp


if __name__ == "__main__":
    unittest.main()
