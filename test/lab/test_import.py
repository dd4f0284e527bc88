# SPDX-License-Identifier: BSD-3-Clause
"""The way over from LVS: what `drover import` makes of its files is balanced by (the picture: network.py)."""

import unittest

from balancer import ROOT
from network import VIP
from scenario import Scenario
from wait import wait_until
from webserver import get

DATA = ROOT / "test" / "data"


class Import(Scenario, unittest.TestCase):
    started = False

    def run_imported(self, node, *arguments):
        """Starts droverd with what `drover import` prints, and returns the import."""
        done = self.balancer.drover("import", *arguments)
        self.balancer.start(done.stdout + f"api: {{socket: {self.balancer.socket}}}\n", node=node)
        self.addCleanup(self.balancer.stop)
        return done

    def all_are_up(self):
        (service,) = self.balancer.json("list")["services"]
        return all(server["state"] == "up" for server in service["servers"])

    def test_lvs_cf(self):
        done = self.run_imported("primary", DATA / "lvs-filled.cf")
        self.assertIn("lvs-filled.cf:6: warning: heartbeat", done.stderr)
        wait_until(self.all_are_up, "every server has been checked")
        self.assertServed()
        self.assertIn(f"TCP  {VIP}:80 rr\n", self.balancer.listing())

    def test_lvs_cf_that_was_posted_without_its_values(self):
        done = self.balancer.drover("import", DATA / "lvs.cf", check=False)
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("lvs.cf:29: address has no value\n", done.stderr)
        self.assertIn("nothing was converted", done.stderr)

    def test_ipvsadm_save_round_trip(self):
        """What `drover ipvsadm -Sn` saves of one configuration makes the next one."""
        self.run_imported("primary", DATA / "lvs-filled.cf")
        saved = self.balancer.drover("ipvsadm", "-Sn").stdout
        self.assertEqual(saved, f"-A -t {VIP}:80 -s rr\n" + "".join(
            f"-a -t {VIP}:80 -r {host.address}:80 -g -w 1\n" for host in self.lab.real_servers))
        self.balancer.stop()
        (self.lab.directory / "saved").write_text(saved)
        done = self.balancer.drover("import", self.lab.directory / "saved")
        own = f"nodes: {{lb1: {{address: {self.lab.lb1.address}/24}}}}\napi: {{socket: {self.balancer.socket}}}\n"
        self.balancer.start(done.stdout + own)
        pages = {get(self.client, VIP) for _ in range(3)}
        self.assertEqual(len(pages), 3)

    def test_neither(self):
        file = self.lab.directory / "neither"
        file.write_text("services: []\n")
        done = self.balancer.drover("import", file, check=False)
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("--from", done.stderr)
        missing = self.balancer.drover("import", "/nowhere", check=False)
        self.assertEqual(missing.returncode, 1)
        self.assertEqual(missing.stderr, "drover: /nowhere: No such file or directory\n")


if __name__ == "__main__":
    unittest.main()
