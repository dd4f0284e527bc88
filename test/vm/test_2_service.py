# SPDX-License-Identifier: BSD-3-Clause
"""droverd as a systemd service on a bound card: notify, reload, watchdog, restart, hardening."""

import re

from machine import CARDS
from network import VIP
from vm_balancer import FILE, configuration
from vm_scenario import VmScenario
from wait import wait_until
from webserver import get

CARD = CARDS["vm-virtio"]


class Service(VmScenario):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest.run("drover-hugepages persist 256")
        cls.guest.run(f"drover-bind-nic {CARD.address}")
        cls.balancer.start(configuration(cls.lab, CARD))
        cls.client.ip("neigh flush all")

    def served(self):
        try:
            return "This is" in get(self.client, VIP, timeout=2)
        except OSError:
            return False

    def assertComesBack(self, pid):
        wait_until(lambda: self.balancer.pid() not in (0, pid) and self.balancer.property("SubState") == "running",
                   "systemd has started it again", 60, 0.3)
        wait_until(self.served, "requests are answered again", 30, 0.2)

    def test_1_it_says_when_it_is_ready_and_what_it_does(self):
        self.assertEqual(self.balancer.property("StatusText"), "forwarding")
        self.assertIn("is ready", self.balancer.log())
        self.assertTrue(self.served())

    def test_2_a_reload_takes_the_new_file(self):
        pid = self.balancer.pid()
        text = configuration(self.lab, CARD).replace("rs3", "the-third")
        self.guest.write(FILE, text)
        self.guest.run("systemctl reload droverd")
        wait_until(lambda: "the-third" in self.balancer.drover("list", "--json").output, "the new name is listed", 20, 0.3)
        self.assertEqual(self.balancer.pid(), pid)
        self.assertTrue(self.served())

    def test_3_after_a_kill_it_is_there_again(self):
        pid = self.balancer.pid()
        self.guest.run(f"kill -9 {pid}")
        self.assertComesBack(pid)

    def test_4_one_that_hangs_is_ended_by_the_watchdog(self):
        pid = self.balancer.pid()
        self.guest.run(f"kill -STOP {pid}")
        self.assertComesBack(pid)
        self.assertIn("Watchdog timeout", self.guest.output("journalctl --unit=droverd --boot --output=cat --no-pager"))

    def test_5_the_hardening_is_on(self):
        exposure = self.guest.output("systemd-analyze security droverd --no-pager")
        self.assertLess(float(re.search(r"exposure level for \S+ ([\d.]+)", exposure)[1]), 4.5, exposure)
        self.assertIn("NoNewPrivs:\t1", self.guest.output(f"cat /proc/{self.balancer.pid()}/status"))

    def test_6_it_stops_in_order(self):
        self.balancer.stop()
        self.assertEqual(self.balancer.property("Result"), "success")
        self.assertNotIn("drover-front", self.guest.output("ip -brief link"))
