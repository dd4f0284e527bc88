# SPDX-License-Identifier: BSD-3-Clause
"""IPv6 beside IPv4: the same servers by both VIPs (the picture: network.py).

     client ---> 2001:db8::10 and 192.0.2.10 at lb1 ---> rs1, rs2, rs3 in turn
"""

import errno
import socket
import struct
import time
import unittest
from collections import Counter

from balancer import configuration, with_ipv6
from frames import Recorder, mac, send
from network import VIP, VIP6
from scenario import Scenario, for_each_driver
from wait import wait_until
from webserver import get

SILENT_CHANGE = 3.0  # seconds until a silent change must have been noticed
IPV6 = b"\x86\xdd"
TCP, ICMPV6 = 6, 58


@for_each_driver
class DualStack(Scenario):
    @classmethod
    def file(cls):
        return with_ipv6(cls.lab, configuration(cls.lab, cls.driver))

    def test_requests_by_both_families_reach_every_server(self):
        for vip, client in ((VIP6, self.client.address6), (VIP, self.client.address)):
            pages = Counter(get(self.client, vip) for _ in range(6))
            self.assertEqual(pages, Counter({server.page: 2 for server in self.lab.web_servers}))
            for server in self.lab.web_servers:
                wait_until(lambda server=server, vip=vip, client=client: (client, vip, "200") in server.requests(),
                           f"a request to {vip} in the log of {server.name}")

    def test_a_page_of_many_segments_arrives_whole(self):
        for _ in self.lab.web_servers:
            page = get(self.client, VIP6, "/large")
            self.assertIn(page, [server.page * 20_000 for server in self.lab.web_servers])

    def test_the_balancer_alone_says_where_the_vip_is(self):
        self.client.ip("-6", "neighbour", "flush", "all")
        get(self.client, VIP6)
        neighbours = self.client.run("ip", "-6", "neighbour", "show", VIP6).stdout
        self.assertIn(self.lab.lb1.mac, neighbours)

    def test_the_solicited_node_group_is_joined_as_long_as_the_vip_is_ours(self):
        def groups():
            return {line.split()[1] for line in self.lab.lb1.run("ip", "-6", "maddress", "show").stdout.splitlines()
                    if line.split()[0] == "inet6"}

        self.assertIn("ff02::1:ff00:10", groups())
        self.balancer.drover("service", "remove", "web6")
        self.addCleanup(self.balancer.drover, "reset")
        self.assertNotIn("ff02::1:ff00:10", groups())
        self.balancer.drover("reset")
        self.assertIn("ff02::1:ff00:10", groups())

    def test_ping(self):
        for size in (0, 56, 1452):
            ping = self.client.run("ping", "-6", "-c", "3", "-i", "0.2", "-W", "2", "-s", size, VIP6, check=False)
            self.assertIn("3 packets transmitted, 3 received", ping.stdout)

    def test_what_no_service_takes_is_refused(self):
        with self.client.inside():
            with self.assertRaises(ConnectionRefusedError):
                socket.create_connection((VIP6, 81), timeout=0.9)  # before TCP would try again
            question = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        with question:
            question.settimeout(2)
            question.connect((VIP6, 53))
            question.send(b"anyone there?")
            with self.assertRaises(OSError) as refused:
                question.recv(100)
        self.assertEqual(refused.exception.errno, errno.ECONNREFUSED)

    def test_the_list_has_both_services(self):
        listing = self.balancer.listing()
        self.assertIn(f"TCP  [{VIP6}]:80 rr", listing)
        self.assertIn(f"TCP  {VIP}:80 rr", listing)
        for host in self.lab.real_servers:
            self.assertIn(f"-> [{host.address6}]:80", listing)

    def test_packet_too_big_reaches_the_server_of_the_flow(self):
        at_servers = {host: Recorder(host) for host in self.lab.real_servers}
        at_client = Recorder(self.client)
        with self.client.inside():
            connection = socket.create_connection((VIP6, 80), timeout=2)
        with connection:
            port = connection.getsockname()[1]
            syn_ack = at_client.wait_for(lambda frame: is_tcp6(frame) and frame[54:58] == struct.pack("!HH", 80, port))
            owner = next(host for host, recorder in at_servers.items()
                         if recorder.wait_for(lambda frame: is_tcp6(frame) and
                                              frame[54:58] == struct.pack("!HH", port, 80), deadline=0.5))
            sequence = struct.unpack("!I", syn_ack[58:62])[0] + 1
            send(self.client, packet_too_big(self.client, self.lab.lb1.mac, port, sequence, mtu=1300))
            took = {host: recorder.wait_for(is_icmpv6_error, deadline=1 if host is owner else 0.2)
                    for host, recorder in at_servers.items()}
        self.assertEqual([host for host, frame in took.items() if frame], [owner])
        route = owner.run("ip", "-6", "route", "get", self.client.address6, "from", VIP6).stdout
        self.assertIn("mtu 1300", route)
        owner.ip("-6", "route", "flush", "cache")

    def test_a_silent_change_of_mac_is_followed_within_three_seconds(self):
        host = self.lab.real_servers[1]
        page = self.lab.web_servers[1].page
        host.ip("link set eth0 address 02:00:00:00:fe:16\n"
                # else it would ask for the client, and tell its new address by that
                f"neighbour replace {self.client.address6} lladdr {self.client.mac} dev eth0 nud permanent\n")
        self.addCleanup(host.ip, f"link set eth0 address {host.mac}\nneighbour flush dev eth0 nud permanent\n")
        wait_until(lambda: f"{host.address6}: its MAC address is 02:00:00:00:fe:16" in self.balancer.log(),
                   "the new MAC address", deadline=SILENT_CHANGE)
        begin = time.monotonic()
        self.assertIn(page, [get(self.client, VIP6) for _ in range(3)])
        self.assertLess(time.monotonic() - begin, 0.9)


@for_each_driver
class ChecksOfIpv6(Scenario):
    """Checks of each kind by a server's IPv6 address; and IPv6 in the metrics."""

    kinds = ("{http: {path: /}, %s}", "{tcp: {}, %s}", "{ping: {}, %s}",
             '{expect: {send: "GET / HTTP/1.0\\r\\n\\r\\n", receive: "HTTP/1.1 200"}, %s}')

    @classmethod
    def file(cls):
        checks = ", ".join(kind % "interval: 200ms, timeout: 150ms, rise: 1, fall: 2" for kind in cls.kinds)
        text = with_ipv6(cls.lab, configuration(cls.lab, cls.driver))
        return text.replace("    scheduler: rr\n    servers:\n",
                            f"    scheduler: rr\n    hold_down: {{first: 0s}}\n    checks: [{checks}]\n    servers:\n"
                            ) + 'metrics: {listen: "[::1]:9641"}\n'

    def states(self):
        service = next(each for each in self.balancer.json("list")["services"] if each["name"] == "web6")
        return [server["state"] for server in service["servers"]]

    def test_a_server_goes_down_and_comes_back(self):
        wait_until(lambda: self.states() == ["up"] * 3, "all checks hold")
        server = self.lab.web_servers[1]
        server.stop()
        self.addCleanup(lambda: server.is_running() or server.resume())
        wait_until(lambda: self.states() == ["up", "down", "up"], "a server without its web server is down")
        self.assertNotIn(server.page, [get(self.client, VIP6) for _ in range(6)])
        server.resume()
        wait_until(lambda: self.states() == ["up"] * 3, "it is up again")

    def test_metrics_name_the_ipv6_service(self):
        get(self.client, VIP6)
        metrics = self.lab.lb1.run("curl", "-s", "http://[::1]:9641/metrics").stdout
        self.assertRegex(metrics, rf'drover_service_\w+{{[^}}]*"\[?{VIP6}')
        self.assertIn(self.lab.real_servers[0].address6, metrics)


class FirstIpv6Service(Scenario, unittest.TestCase):
    """IPv6's first service comes with a reload, and its table with it."""

    @classmethod
    def file(cls):
        text = configuration(cls.lab, cls.driver)
        return text.replace(f"address: {cls.lab.lb1.address}/24",
                            f"address: [{cls.lab.lb1.address}/24, {cls.lab.lb1.address6}/64]")

    def test_many_connections_have_entries(self):
        self.assertServed()
        self.balancer.file.write_text(with_ipv6(self.lab, configuration(self.lab, self.driver)))
        self.balancer.drover("reload")
        # twice as many as the least table holds, all open at once
        connections = []
        for _ in range(16):
            with self.client.inside():
                connections.append(socket.create_connection((VIP6, 80), timeout=5))
        listed = self.balancer.drover("list", "--connections").stdout
        for connection in connections:
            with connection:
                self.assertIn(f"[{self.client.address6}]:{connection.getsockname()[1]} ", listed)


def is_tcp6(frame):
    return frame[12:14] == IPV6 and frame[20] == TCP


def is_icmpv6_error(frame):
    return frame[12:14] == IPV6 and frame[20] == ICMPV6 and frame[54] < 128


def packet_too_big(client, to_mac, port, sequence, mtu):
    vip, own = (socket.inet_pton(socket.AF_INET6, address) for address in (VIP6, client.address6))
    quoted = (struct.pack("!IHBB", 6 << 28, 1460, TCP, 60) + vip + own
              + struct.pack("!HHIIBBHHH", 80, port, sequence, 0, 5 << 4, 0x10, 64240, 0, 0) + bytes(100))
    message = struct.pack("!BBHI", 2, 0, 0, mtu) + quoted
    pseudo = own + vip + struct.pack("!II", len(message), ICMPV6)
    message = message[:2] + checksum(pseudo + message) + message[4:]
    header = struct.pack("!IHBB", 6 << 28, len(message), ICMPV6, 64) + own + vip
    return mac(to_mac) + mac(client.mac) + IPV6 + header + message


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return (~total & 0xFFFF).to_bytes(2, "big")


if __name__ == "__main__":
    unittest.main()
