# SPDX-License-Identifier: BSD-3-Clause
"""Real servers whose MAC address changes or is not known yet (the picture: network.py).

     client ---> lb1 ---> rs2, which gets another MAC address
"""

import socket
import struct
import time
import unittest

from balancer import configuration
from frames import Recorder, from_ethertype, is_tcp_to, mac, send
from network import VIP
from scenario import Scenario, for_each_driver
from wait import wait_until
from webserver import get

SILENT_CHANGE = 3.0  # seconds until a silent change must have been noticed
SYN_HELD = 3.0  # seconds for which a SYN is held


@for_each_driver
class Neighbours(Scenario):
    def setUp(self):
        self.server = self.lab.web_servers[1]
        self.host = self.server.host
        self.restart(configuration(self.lab, self.driver, servers=[self.host]))
        get(self.client, VIP)

    def change_mac(self, address, announce):
        """Changes it on the live interface. Unannounced, the host sends nothing by itself."""
        self.host.set(net__ipv4__conf__eth0__arp_notify=0)
        self.host.ip(f"link set eth0 address {address}\n"
                     # else it would ask for the client, and tell its new address by that
                     f"neighbour replace {self.client.address} lladdr {self.client.mac} dev eth0 nud permanent\n")
        self.addCleanup(self.host.ip, f"link set eth0 address {self.host.mac}\n"
                                      f"neighbour flush dev eth0 nud permanent\n")
        if announce:
            send(self.host, gratuitous_arp(address, self.host.address))

    def test_an_announced_change_is_followed_at_once(self):
        self.change_mac("02:00:00:00:ff:16", announce=True)
        begin = time.monotonic()
        self.assertEqual(get(self.client, VIP), self.server.page)
        # less than the second after which the client would send its SYN again
        self.assertLess(time.monotonic() - begin, 0.9)

    def test_a_silent_change_is_followed_within_three_seconds(self):
        change = time.monotonic()
        self.change_mac("02:00:00:00:fe:16", announce=False)
        while time.monotonic() - change < SILENT_CHANGE:
            if self.reaches():
                break
        self.assertLess(time.monotonic() - change, SILENT_CHANGE)
        for _ in range(20):
            begin = time.monotonic()
            self.assertEqual(get(self.client, VIP), self.server.page)
            self.assertLess(time.monotonic() - begin, 0.9)

    def reaches(self):
        try:
            return get(self.client, VIP, timeout=0.3) == self.server.page
        except TimeoutError:
            return False

    def test_a_syn_for_a_server_of_unknown_mac_is_held(self):
        # No ARP reply for now; and what the kernel knew, it forgets.
        self.host.ip("link", "set", "eth0", "arp", "off")
        self.addCleanup(self.host.ip, "link", "set", "eth0", "arp", "on")
        self.balancer.stop()
        self.forget_neighbours()
        self.balancer.start(configuration(self.lab, self.driver, servers=[self.host]))
        recorder = Recorder(self.host)
        self.addCleanup(recorder.close)
        syn = tcp_syn(self.client, self.lab.lb1.mac, source_port=40123)
        send(self.client, syn)  # once: nobody sends it again
        self.assertIsNone(recorder.wait_for(lambda frame: is_tcp_to(frame, VIP), deadline=0.5))
        self.host.ip("link", "set", "eth0", "arp", "on")
        arrived = recorder.wait_for(lambda frame: is_tcp_to(frame, VIP), deadline=SYN_HELD)
        self.assertIsNotNone(arrived, "the SYN was lost")
        self.assertEqual(from_ethertype(arrived), from_ethertype(syn))

    def test_a_connection_right_after_the_neighbours_were_flushed_succeeds(self):
        for _ in range(5):
            self.forget_neighbours()
            begin = time.monotonic()
            self.assertEqual(get(self.client, VIP), self.server.page)
            self.assertLess(time.monotonic() - begin, 0.9)

    def forget_neighbours(self):
        self.lab.lb1.ip("neighbour", "flush", "all")

    def test_a_server_that_is_away_does_not_stop_the_others(self):
        other = self.lab.web_servers[2]
        self.restart(configuration(self.lab, self.driver, servers=[self.host, other.host]))
        self.host.ip("link", "set", "eth0", "down")
        self.addCleanup(self.host.ip, "link", "set", "eth0", "up")
        wait_until(lambda: get_or_none(self.client) == other.page, "an answer of the other server")


def get_or_none(client):
    try:
        return get(client, VIP, timeout=0.5)
    except OSError:
        return None


def gratuitous_arp(own_mac, address):
    own, ip = mac(own_mac), socket.inet_aton(address)
    return b"\xff" * 6 + own + bytes.fromhex("0806 0001 0800 06 04 0001") + own + ip + bytes(6) + ip


def tcp_syn(client, to_mac, source_port):
    source, destination = socket.inet_aton(client.address), socket.inet_aton(VIP)
    tcp = struct.pack("!HHIIBBHHH", source_port, 80, 1, 0, 5 << 4, 0x02, 64240, 0, 0)
    tcp = tcp[:16] + checksum(source + destination + struct.pack("!HH", 6, len(tcp)) + tcp) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 7, 0x4000, 64, 6, 0, source, destination)
    ip = ip[:10] + checksum(ip) + ip[12:]
    return mac(to_mac) + mac(client.mac) + b"\x08\x00" + ip + tcp


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return (~total & 0xFFFF).to_bytes(2, "big")


if __name__ == "__main__":
    unittest.main()
