# SPDX-License-Identifier: BSD-3-Clause
"""`drover capture`: a client's packets as they come and as they leave (the picture: network.py)."""

import os
import signal
import socket
import struct
import subprocess
import unittest

from frames import SHORTEST
from network import VIP
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scenario import Scenario
from wait import wait_until
from webserver import get

SECTION, INTERFACE, STATISTICS, PACKET = 0x0A0D0D0A, 1, 5, 6
COMMENT, FLAGS, DROPPED, ID = 1, 2, 4, 5


def blocks(data):
    """(type, body) of each block of a pcapng file; fails unless the blocks are the whole file."""
    while data:
        kind, length = struct.unpack_from("<II", data)
        assert length % 4 == 0 and 12 <= length <= len(data), (kind, length, len(data))
        assert struct.unpack_from("<I", data, length - 4)[0] == length
        yield kind, data[8:length - 4]
        data = data[length:]


def options(data):
    """{code: value}; the last one ends them."""
    found = {}
    while True:
        code, length = struct.unpack_from("<HH", data)
        if code == 0:
            return found
        found[code] = data[4:4 + length]
        data = data[4 + (length + 3) // 4 * 4:]


class Packet:
    def __init__(self, body):
        self.interface, high, low, captured, self.length = struct.unpack_from("<IIIII", body)
        self.time = (high << 32 | low) / 1e9
        self.bytes = body[20:20 + captured]
        said = options(body[20 + (captured + 3) // 4 * 4:])
        self.inbound = struct.unpack("<I", said[FLAGS])[0] & 3 == 1
        self.id = said[ID]
        self.comment = said[COMMENT].decode()
        self.dropped = said.get(DROPPED)


def packets(data):
    return [Packet(body) for kind, body in blocks(data) if kind == PACKET]


def has_begun(file):
    return file.exists() and file.stat().st_size > 0


class Capture(Scenario, unittest.TestCase):
    def capture(self, *arguments, before=()):
        process = self.lab.lb1.spawn(*before, self.balancer.client, "--socket", self.balancer.socket, "capture",
                                     *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process

    def until_captured(self, process, ask):
        """Asks until the capture has ended."""
        def ended():
            ask()
            return process.poll() is not None

        wait_until(ended, "the capture has its packets", interval=0.2)

    def test_each_byte_of_what_came_and_of_what_left(self):
        file = self.lab.directory / "syn.pcapng"
        process = self.capture("tcp and dst port 80 and src port 40123", "--count", "1", "-o", file)
        syn = (Ether(src=self.client.mac, dst=self.lab.lb1.mac)
               / IP(src=self.client.address, dst=VIP, ttl=61, id=0x4711)
               / TCP(sport=40123, dport=80, flags="S", seq=0x01020304, options=[("MSS", 1460)]))
        frame = bytes(syn)
        with self.client.inside():
            sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            sender.bind(("eth0", 0))
        self.addCleanup(sender.close)
        self.until_captured(process, lambda: sender.send(frame))
        self.assertEqual((process.returncode, process.stderr.read()), (0, b"2 frames captured, 0 dropped for want of room\n"))
        data = file.read_bytes()
        self.assertEqual(oct(file.stat().st_mode & 0o777), "0o600")
        self.assertEqual([kind for kind, _ in blocks(data)], [SECTION, INTERFACE, PACKET, PACKET, STATISTICS])
        came, left = packets(data)
        self.assertTrue(came.inbound and not left.inbound)
        self.assertEqual(came.bytes, frame)
        self.assertEqual(came.id, left.id)
        self.assertAlmostEqual(came.time, file.stat().st_mtime, delta=30)
        # Only the two MAC addresses are others, of the balancer and of the server that the comment names.
        self.assertEqual(left.bytes[12:], frame[12:].ljust(SHORTEST - 12, b"\0"))
        server = next(host for host in self.lab.real_servers if f": {host.name} {host.address}:80" in came.comment)
        self.assertEqual(Ether(left.bytes).src, self.lab.lb1.mac)
        self.assertEqual(Ether(left.bytes).dst, server.mac)
        self.assertRegex(came.comment, r"^forwarded(_new)?: rs\d 192\.0\.2\.2\d:80$")
        # tcpdump reads it, too.
        text = subprocess.run(["tcpdump", "-nn", "-r", file], capture_output=True, text=True, check=True).stdout
        self.assertEqual(text.count(f"{self.client.address}.40123 > {VIP}.80: Flags [S], seq 16909060"), 2, text)

    def test_an_interrupt_leaves_a_whole_file(self):
        file = self.lab.directory / "interrupted.pcapng"
        process = self.capture("tcp", "and", "port", "80", "-o", file, "--snaplen", "60")

        def some():
            get(self.client, VIP)
            return file.exists() and file.stat().st_size > 2_000

        wait_until(some, "something is captured", interval=0.1)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(10), 0)
        data = file.read_bytes()
        self.assertEqual([kind for kind, _ in blocks(data)][-1], STATISTICS)
        came = [packet for packet in packets(data) if packet.inbound]
        self.assertTrue(all(len(packet.bytes) == min(60, packet.length) for packet in packets(data)))
        self.assertIn(b" frames captured, 0 dropped", process.stderr.read())
        self.assertEqual({packet.interface for packet in came}, {0})
        self.assertTrue(any(packet.comment.startswith("forwarded: rs") for packet in came))
        # Nobody observes any more: another capture finds its place, and as many as there may be.
        none = self.lab.directory / "none.pcapng"
        for _ in range(9):
            none.unlink(missing_ok=True)
            done = self.capture("arp", "-o", none)
            wait_until(lambda: has_begun(none), "it has begun", interval=0.05)
            done.send_signal(signal.SIGINT)
            self.assertEqual(done.wait(10), 0)

    def test_as_many_as_there_may_be_are_told_of(self):
        files = [self.lab.directory / f"{i}.pcapng" for i in range(8)]
        first = [self.capture("arp", "-o", file) for file in files]
        wait_until(lambda: all(map(has_begun, files)), "eight captures go on")
        ninth = self.balancer.drover("trace", "arp", check=False)
        self.assertEqual(ninth.returncode, 1)
        self.assertRegex(ninth.stderr, r"as many traces and captures go on as there may be: "
                                       r"a capture of uid 0, pid \d+, .*a capture of uid 0")
        for each in first:
            each.send_signal(signal.SIGINT)
        for each in first:
            self.assertEqual(each.wait(10), 0)

    def test_into_a_pipe(self):
        process = self.capture("tcp and port 80", "--count", "3", "-o", "-")
        self.until_captured(process, lambda: get(self.client, VIP))
        output = process.stdout.read()
        self.assertEqual(len([packet for packet in packets(output) if packet.inbound]), 3)

    def test_root_alone(self):
        os.chmod(self.balancer.socket, 0o666)
        self.addCleanup(os.chmod, self.balancer.socket, 0o660)
        self.lab.directory.chmod(0o755)
        done = self.lab.lb1.run("setpriv", "--reuid", "65534", "--clear-groups", self.balancer.client, "--socket",
                                self.balancer.socket, "capture", "tcp", "-o", "/dev/null", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("packets are captured for root alone", done.stderr)

    def test_a_file_that_cannot_be_made(self):
        done = self.balancer.drover("capture", "tcp", "-o", "/nowhere/x.pcapng", check=False)
        self.assertEqual((done.returncode, done.stderr), (1, "drover: /nowhere/x.pcapng: No such file or directory\n"))


if __name__ == "__main__":
    unittest.main()
