# SPDX-License-Identifier: BSD-3-Clause
"""Connections are exchanged with a director that runs IPVS: a script on lb2 that speaks as the kernel does."""

import json
import socket
import struct

from balancer import configuration
from download import Download
from network import VIP
from scenario import Scenario, for_each_driver
from wait import wait_until

GROUP, PORT, SYNC_ID = "224.0.0.81", 8848, 7
ESTABLISHED = 1
DIRECT_ROUTING = 0x83  # and no answers seen, as the kernel says it


def address(text):
    return socket.inet_aton(text)


def message(client, port, server, state=ESTABLISHED, timeout=900):
    entry = struct.pack(">BBHIHHHHII4s4s4s", 0, 6, 36, DIRECT_ROUTING, state, port, 80, 80, 0, timeout,
                        address(client), address(VIP), address(server))
    return struct.pack(">BBHBbH", 0, SYNC_ID, 8 + len(entry), 1, 1, 0) + entry


def entries(data):
    """Triples of client's port, state and server."""
    reserved, sync_id, size, count, version, spare = struct.unpack_from(">BBHBbH", data)
    assert (reserved, sync_id, size, version, spare) == (0, SYNC_ID, len(data), 1, 0), data.hex()
    found = []
    for at in range(8, size, 36):
        kind, protocol, length, flags, state, port, vport, dport, mark, _, _, vip, server = struct.unpack_from(
            ">BBHIHHHHII4s4s4s", data, at)
        assert (kind, protocol, length, vport, dport, mark) == (0, 6, 36, 80, 80, 0), data.hex()
        assert flags & 0xff == DIRECT_ROUTING and vip == address(VIP), data.hex()
        found.append((port, state, socket.inet_ntoa(server)))
    assert len(found) == count, data.hex()
    return found


@for_each_driver
class SyncWithIpvs(Scenario):
    @classmethod
    def file(cls):
        return configuration(cls.lab, cls.driver) + f"""\
failover:
  vrrp: [{{id: 51, interval: 100ms}}]
  sync: {{ipvs: {{peers: [{cls.lab.lb2.address}], sync_id: {SYNC_ID}}}}}
"""

    def setUp(self):
        wait_until(lambda: "is master" in self.balancer.log(), "it is master")
        with self.lab.lb2.inside():
            self.director = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.director.close)
        self.director.settimeout(10)
        self.director.bind(("", PORT))
        own = address(self.lab.lb2.address)
        self.director.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, address(GROUP) + own)
        self.director.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)

    def connections(self):
        lines = self.balancer.drover("list", "--connections", "--json").stdout.splitlines()
        return {each["client"]: each["server"] for each in map(json.loads, lines)}

    def test_the_director_hears_of_connections(self):
        download = Download(self.client, VIP)
        self.addCleanup(download.close)
        heard = entries(self.director.recv(2048))
        server = next(host.address for host in self.lab.real_servers if host.name == download.server)
        self.assertIn(ESTABLISHED, [state for _, state, _ in heard])
        self.assertEqual({server}, {of for _, _, of in heard})

    def test_what_the_director_tells_is_in_the_table(self):
        server = self.lab.real_servers[2].address
        self.director.sendto(message("198.51.100.7", 4000, server), (GROUP, PORT))
        wait_until(lambda: self.connections().get("198.51.100.7:4000") == f"{server}:80", "it is in the table")

    def test_others_are_not_believed(self):
        before = self.balancer.json("status")["sync"]["unknown_senders"]
        with self.client.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, address(self.client.address))
            stranger.sendto(message("198.51.100.8", 4000, self.lab.real_servers[0].address), (GROUP, PORT))
        wait_until(lambda: self.balancer.json("status")["sync"]["unknown_senders"] > before, "it is counted")
        self.assertNotIn("198.51.100.8:4000", self.connections())
