# SPDX-License-Identifier: BSD-3-Clause
"""What the VIP answers itself: ARP, echo, and a refusal of what no service takes (the picture: network.py).

     client --- ARP? ping? port 81? UDP? ---> lb1, as VIP
"""

import errno
import socket
import unittest

from frames import Recorder, mac, send
from network import VIP
from scenario import Scenario, for_each_driver

BROADCAST = b"\xff" * 6


def arp_request(sender_mac, sender, asked):
    """An ARP request; with sender 0.0.0.0 it is a probe."""
    return (BROADCAST + mac(sender_mac) + bytes.fromhex("0806 0001 0800 06 04 0001") + mac(sender_mac)
            + socket.inet_aton(sender) + bytes(6) + socket.inet_aton(asked))


def is_arp_reply(frame, about):
    return frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\2" and frame[28:32] == socket.inet_aton(about)


@for_each_driver
class Vip(Scenario):
    def arp_replies(self, sender, asked):
        recorder = Recorder(self.client)
        self.addCleanup(recorder.close)
        send(self.client, arp_request(self.client.mac, sender, asked))
        recorder.wait_for(lambda frame: is_arp_reply(frame, asked), deadline=1)
        return [frame for frame in recorder.received() if is_arp_reply(frame, asked)]

    def test_arp_for_the_vip_is_answered_by_the_balancer_alone(self):
        for sender in (self.client.address, "0.0.0.0"):
            replies = self.arp_replies(sender, VIP)
            self.assertEqual([reply[22:28].hex(":") for reply in replies], [self.lab.lb1.mac], f"asked by {sender}")

    def test_arp_for_the_balancer_is_answered_once(self):
        replies = self.arp_replies(self.client.address, self.lab.lb1.address)
        self.assertEqual([reply[22:28].hex(":") for reply in replies], [self.lab.lb1.mac])

    def test_arp_for_nobody_is_not_answered(self):
        self.assertEqual(self.arp_replies(self.client.address, "192.0.2.99"), [])

    def test_ping(self):
        for size in (0, 56, 1472):
            ping = self.client.run("ping", "-c", "5", "-i", "0.2", "-W", "2", "-s", size, VIP, check=False)
            self.assertIn("5 packets transmitted, 5 received", ping.stdout)
            self.assertNotIn("wrong data", ping.stdout)

    def test_a_port_without_a_service_is_refused_at_once(self):
        with self.client.inside():
            with self.assertRaises(ConnectionRefusedError):
                socket.create_connection((VIP, 81), timeout=0.9)  # before TCP would try again

    def test_udp_is_refused_with_port_unreachable(self):
        with self.client.inside():
            question = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with question:
            question.settimeout(2)
            question.connect((VIP, 53))
            question.send(b"anyone there?")
            with self.assertRaises(OSError) as refused:
                question.recv(100)
        self.assertEqual(refused.exception.errno, errno.ECONNREFUSED)


if __name__ == "__main__":
    unittest.main()
