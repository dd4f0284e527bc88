# SPDX-License-Identifier: BSD-3-Clause
"""`drover lookup` foretells where a flow goes, and changes nothing (the picture: network.py)."""

import contextlib
import json
import re
import socket
import unittest

from balancer import configuration
from frames import Recorder, mac, send
from network import VIP
from scenario import Scenario
from wait import wait_until
from webserver import get

PORT = 41000


class Lookup(Scenario, unittest.TestCase):
    @classmethod
    def file(cls):
        return configuration(cls.lab, cls.driver).replace("workers: 1", "workers: 2")

    def setUp(self):
        self.balancer.drover("reset")

    def lookup(self, port=PORT, to=80, vip=VIP):
        done = self.balancer.drover("lookup", "tcp", f"{self.client.address}:{port}", f"{vip}:{to}", "--json",
                                    check=False)
        answer = json.loads(done.stdout)
        self.assertEqual(done.returncode, 0 if "server" in answer and answer["server"] else 1, done.stderr)
        return answer

    def state(self):
        """All that the balancer lists: connections without what is left of their time, and counts."""
        connections = self.balancer.drover("list", "--connections").stdout
        return sorted(re.sub(r"\d+:\d\d", "", connections).splitlines()), self.balancer.listing()

    def server_of(self, page):
        return next(f"{server.host.address}:80" for server in self.lab.web_servers if server.page == page)

    def connect(self, port):
        """An open connection, and the server that has it."""
        connection = socket.socket()
        connection.settimeout(5)
        connection.bind((self.client.address, port))
        connection.connect((VIP, 80))
        return connection

    def test_a_new_flow_goes_where_the_scheduler_says(self):
        for port in range(PORT, PORT + 7):
            before = self.state()
            answers = [self.lookup(port) for _ in range(5)]
            self.assertEqual({answer["why"] for answer in answers}, {"scheduler"})
            self.assertEqual(len({answer["server"] for answer in answers}), 1, "asking moves no pointer")
            self.assertEqual(self.state(), before)
            self.assertEqual(self.server_of(get(self.client, VIP, source_port=port)), answers[0]["server"])

    def test_an_entry_is_found_with_its_state(self):
        foretold = self.lookup(42000)["server"]
        with self.client.inside():
            connection = self.connect(42000)
        with contextlib.closing(connection):
            wait_until(lambda: self.lookup(42000)["why"] == "entry", "the connection's entry")
            before = self.state()
            answer = self.lookup(42000)
            self.assertEqual((answer["server"], answer["state"]), (foretold, "ESTABLISHED"))
            self.assertTrue(890 <= answer["expires_seconds"] <= 900, answer)
            text = self.balancer.drover("lookup", "tcp", f"{self.client.address}:42000", f"{VIP}:80").stdout
            self.assertIn("it has a connection: worker ", text)
            self.assertEqual(self.state(), before)

    def test_a_packet_in_mid_stream_goes_where_the_hash_says(self):
        recorders = {f"{host.address}:80": Recorder(host) for host in self.lab.real_servers}
        answer = self.lookup(43000)
        self.assertEqual(answer["mid_stream"]["why"], "hash")
        foretold = answer["mid_stream"]["server"]
        send(self.client, acknowledgement(self.client, self.lab.lb1.mac, 43000))
        self.assertTrue(recorders[foretold].wait_for(lambda frame: frame[34:36] == (43000).to_bytes(2, "big")))
        self.assertEqual((self.lookup(43000)["why"], self.lookup(43000)["server"]), ("entry", foretold))

    def test_a_persistent_client_goes_where_its_template_says(self):
        self.balancer.file.write_text(self.file().replace("    scheduler: rr\n", "    scheduler: rr\n    persistence: {}\n"))
        self.addCleanup(lambda: (self.balancer.file.write_text(self.file()), self.balancer.drover("reload")))
        self.balancer.drover("reload")
        self.assertEqual(self.lookup(44000)["why"], "scheduler")
        first = self.server_of(get(self.client, VIP, source_port=44000))
        before = self.state()
        answer = self.lookup(44001)
        self.assertEqual((answer["why"], answer["server"]), ("template", first))
        self.assertEqual(self.state(), before)
        self.assertEqual(self.server_of(get(self.client, VIP, source_port=44001)), first)

    def test_why_there_is_no_server(self):
        for host in self.lab.real_servers:
            self.balancer.drover("weight", "web", host.name, "0")
        for answer, why in ((self.lookup(45000), "no_server"), (self.lookup(45000, to=81), "no_service"),
                            (self.lookup(45000, vip="192.0.2.77"), "no_vip")):
            self.assertEqual((answer["why"], answer.get("server")), (why, None))


def acknowledgement(client, to_mac, port):
    """An ACK of nothing, from the client to the VIP."""
    own, vip = socket.inet_aton(client.address), socket.inet_aton(VIP)
    tcp = port.to_bytes(2, "big") + (80).to_bytes(2, "big") + bytes(8) + b"\x50\x10\xff\xff" + bytes(4)
    ip = b"\x45\0" + (40).to_bytes(2, "big") + bytes(4) + b"\x40\x06" + bytes(2) + own + vip
    return mac(to_mac) + mac(client.mac) + b"\x08\0" + ip[:10] + checksum(ip) + ip[12:] + tcp


def checksum(header):
    total = sum(int.from_bytes(header[i:i + 2], "big") for i in range(0, len(header), 2))
    return (~(total + (total >> 16)) & 0xFFFF).to_bytes(2, "big")


if __name__ == "__main__":
    unittest.main()
