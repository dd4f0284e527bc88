# SPDX-License-Identifier: BSD-3-Clause
"""The drover client against a running daemon (the picture: network.py)."""

import contextlib
import fcntl
import json
import os
import re
import socket
import struct
import subprocess
import termios
import unittest

from network import VIP
from scenario import Scenario
from siege import Siege
from wait import wait_until
from webserver import get

HEADER = """\
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
"""
# as ipvsadm prints them: "  -> %-28s %-7s %-6d %-10u %-10u", of which the health may follow
SERVER_LINE = re.compile(r"^  -> (\S{1,28})\s+Route   (\d+)\s+(\d+)\s+(\d+)\b.*$")


class Client(Scenario, unittest.TestCase):
    def counts(self, listing=None):
        """Active and inactive connections of each server."""
        lines = map(SERVER_LINE.match, (listing or self.balancer.listing()).splitlines())
        return {line[1].partition(":")[0]: (int(line[3]), int(line[4])) for line in lines if line}

    def test_list_has_the_shape_of_ipvsadm(self):
        listing = self.balancer.listing()
        self.assertIn(HEADER, listing)
        self.assertRegex(listing, rf"\nTCP  {VIP}:80 rr *\n")
        self.assertEqual(set(self.counts(listing)), {host.address for host in self.lab.real_servers})
        for line in listing.splitlines():
            if line.startswith("  -> 192"):
                self.assertRegex(line, r"^  -> \S+:80 {2,}Route   1      \d")
                self.assertEqual(line.index("Route"), 34, "the column in which ipvsadm has it")

    def test_an_open_connection_is_active_and_a_closed_one_inactive(self):
        def total():
            active, inactive = zip(*self.counts().values())
            return sum(active), sum(inactive)

        before = total()
        with self.client.inside():
            connection = socket.create_connection((VIP, 80), timeout=5)
        wait_until(lambda: total() == (before[0] + 1, before[1]), "one active connection more")
        connection.close()
        wait_until(lambda: total() == (before[0], before[1] + 1), "one inactive connection more")

    def test_list_connections_shows_one_by_its_client(self):
        get(self.client, VIP, source_port=45678)
        listing = self.balancer.drover("list", "--connections").stdout
        self.assertRegex(listing, rf"{self.client.address}:45678 +{VIP}:80 +192\.0\.2\.2[123]:80")

    def test_list_json_says_what_list_says(self):
        listed = json.loads(self.balancer.drover("list", "--json").stdout)
        text = json.dumps(listed)
        for host in self.lab.real_servers:
            self.assertIn(host.address, text)
        self.assertIn(VIP, text)

    def test_list_stats_counts_connections(self):
        get(self.client, VIP)
        stats = self.balancer.drover("list", "--stats").stdout
        self.assertRegex(stats, r"Conns +InPkts +OutPkts +InBytes +OutBytes")
        row = re.search(rf"^TCP +{VIP}:80 +(\d+) +(\d+)", stats, re.MULTILINE)
        self.assertIsNotNone(row, stats)
        self.assertGreater(int(row[1]), 0)

    def test_status_shows_port_workers_and_mac_addresses(self):
        for _ in range(3):
            get(self.client, VIP)
        status = self.balancer.status()
        self.assertIn("front", status)
        self.assertIn("eth0", status)
        for host in self.lab.real_servers:
            self.assertRegex(status, rf"{host.address}\b.*{host.mac}")

    def test_watch_fits_a_terminal_of_80_columns(self):
        siege = Siege(self.client, f"http://{VIP}/", self.lab.directory, 10, seconds=3, pause=0.02)
        self.addCleanup(siege.end)
        shown = self.on_terminal("watch", columns=80, lines=24, until=lambda text: text.count(f"{VIP}:80") >= 3)
        visible = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
        self.assertLessEqual(max(len(line.rstrip("\r")) for line in visible.split("\n")), 80)

    def on_terminal(self, command, columns, lines, until):
        """What `drover COMMAND` writes to a terminal of this size, until that is enough."""
        ours, its = os.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        os.set_blocking(ours, False)
        process = self.lab.lb1.spawn(self.balancer.client, "--socket", self.balancer.socket, command, stdout=its)
        os.close(its)
        shown = bytearray()

        def enough():
            with contextlib.suppress(BlockingIOError):
                shown.extend(os.read(ours, 65536))
            return until(shown.decode(errors="replace"))

        try:
            wait_until(enough, f"drover {command} shows it")
        finally:
            process.terminate()
            process.wait()
            os.close(ours)
        return shown.decode(errors="replace")

    def test_without_a_daemon_it_says_so(self):
        done = subprocess.run([self.balancer.client, "--socket", "/run/no-such.sock", "list"],
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("/run/no-such.sock", done.stderr)

    def test_wrong_use(self):
        for arguments in (["bogus"], [], ["list", "--bogus"], ["check"]):
            done = self.balancer.drover(*arguments, check=False)
            self.assertEqual(done.returncode, 2, (arguments, done.stderr))

    def test_the_socket_is_not_for_everybody(self):
        self.assertEqual(self.balancer.socket.stat().st_mode & 0o777, 0o660)


if __name__ == "__main__":
    unittest.main()
