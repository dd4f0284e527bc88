# SPDX-License-Identifier: BSD-3-Clause
"""`drover trace`: what becomes of a client's packets (the picture: network.py)."""

import subprocess
import unittest

from network import VIP
from scenario import Scenario
from wait import wait_until
from webserver import get


class Trace(Scenario, unittest.TestCase):
    def test_the_first_packets_of_a_connection(self):
        process = self.lab.lb1.spawn(self.balancer.client, "--socket", self.balancer.socket, "trace",
                                     "tcp", "and", "src", self.client.address, "dst", "port", "80", "--count", "2",
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.kill)

        def traced():
            get(self.client, VIP)
            return process.poll() is not None

        wait_until(traced, "two packets are traced", interval=0.2)
        text = process.stdout.read()
        self.assertEqual(process.returncode, 0, text)
        self.assertIn(f"TCP {self.client.address}:", text)
        self.assertEqual(text.count("  verdict         "), 2, text)
        self.assertRegex(text, r"""(?x)
            look_up\ +no\ connection\n
            \ \ schedule\ +connection\ SYN_RECV,\ 60\ s\ left,\ to\ (rs\d);\ forwarded_new\n
            \ \ rewrite\ +to\ \1\ 192\.0\.2\.2\d:80,\ 02:00:00:00:00:1[567]\n
            \ \ settle\ +sent\n
            \ \ verdict\ +forwarded_new\n""")

    def test_several_at_once(self):
        processes = [self.lab.lb1.spawn(self.balancer.client, "--socket", self.balancer.socket, "trace", *filter,
                                        "--count", "1", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                     for filter in (["tcp"], ["dst", VIP], ["udp", "and", "port", "9"])]
        for process in processes:
            self.addCleanup(process.kill)
            self.addCleanup(process.stdout.close)

        def two_ended():
            get(self.client, VIP)
            return all(process.poll() is not None for process in processes[:2])

        wait_until(two_ended, "two traces have their packet", interval=0.2)
        self.assertIsNone(processes[2].poll())
        for process in processes[:2]:
            self.assertEqual(process.stdout.read().count("  verdict "), 1)

    def test_a_filter_that_is_not_understood(self):
        done = self.balancer.drover("trace", "tcp", "or", "udp", check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn('not understood from "or" on', done.stderr)


if __name__ == "__main__":
    unittest.main()
