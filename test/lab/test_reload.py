# SPDX-License-Identifier: BSD-3-Clause
"""A new file for a running droverd: reload, SIGHUP, what is refused and what waits (the picture: network.py)."""

import http.client
import signal
import unittest

from balancer import configuration
from download import Download
from network import VIP
from scenario import Scenario, for_each_driver
from siege import Siege
from wait import wait_until
from webserver import SCRIPTS, get

OTHER_VIP = "192.0.2.99"
BAD_CONFIGURATION = 3


@for_each_driver
class Reload(Scenario):
    @classmethod
    def file(cls, servers=2, extra=""):
        return configuration(cls.lab, cls.driver, servers=cls.lab.real_servers[:servers]) + extra

    def setUp(self):
        self.reload(self.file())

    def reload(self, text, check=True):
        self.balancer.file.write_text(text)
        return self.balancer.drover("reload", check=check)

    def configuration(self):
        return self.balancer.json("status")["configuration"]

    def weights(self):
        return {server["name"]: server["weight"] for server in self.balancer.json("list")["services"][0]["servers"]}

    def test_a_reload_under_load_breaks_no_connection(self):
        rs1, rs2, rs3 = self.lab.real_servers
        downloads = [Download(self.client, VIP) for _ in range(8)]
        self.assertEqual({download.server for download in downloads}, {"rs1", "rs2"})
        siege = Siege(self.client, f"http://{VIP}/", self.lab.directory, 10, seconds=8)
        self.addCleanup(siege.end)
        before = len(self.lab.web_servers[2].requests())
        plain = self.file()
        heavier = plain.replace(f"address: {rs2.address}", f"address: {rs2.address}, weight: 3")
        without_rs1 = heavier.replace(f"      - {{name: rs1, address: {rs1.address}}}\n", "")
        for text in (self.file(servers=3), heavier, without_rs1, self.file(servers=3), without_rs1):
            self.reload(text)
            for download in downloads:
                download.step()
        self.assertEqual(self.weights(), {"rs2": 3})
        self.assertEqual([download.finish() for download in downloads], [True] * 8)
        self.reload(self.file(servers=3))
        wait_until(lambda: len(self.lab.web_servers[2].requests()) > before, f"a request on {rs3.name}")
        counted = siege.result()
        self.assertGreater(counted["transactions"], 50)
        self.assertEqual(counted["failed_transactions"], 0)

    def test_a_bad_file_changes_nothing(self):
        before = self.weights()
        done = self.reload(self.file(servers=3) + "refusal: 5\nidle: often\n", check=False)
        self.assertEqual(done.returncode, BAD_CONFIGURATION)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 2, done.stderr)
        for line, words in zip(lines, (("1:", 'did you mean "refusals"'), ("7:", "often"))):
            self.assertIn(f"{self.balancer.file}:", line)
            for word in words:
                self.assertIn(word, line)
                self.assertIn(word, self.balancer.log())
        self.assertEqual(self.weights(), before)
        self.assertServed()
        state = self.configuration()
        self.assertEqual((state["matches_file"], len(state["errors"])), (False, 2))
        self.assertIn("refused", self.balancer.drover("events").stdout)
        self.reload(self.file())
        self.assertTrue(self.configuration()["matches_file"])

    def test_sighup_reloads(self):
        self.balancer.file.write_text(self.file(servers=3))
        self.balancer.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(self.weights()) == 3, "three servers")
        self.balancer.file.write_text("nonsense: [")
        failed = self.configuration()["reloads_failed"]
        self.balancer.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.configuration()["reloads_failed"] == failed + 1, "a refused reload")
        self.assertServed()

    def test_a_vip_comes_and_goes(self):
        for host in self.lab.real_servers:
            host.run(SCRIPTS / "realserver", VIP, OTHER_VIP)
        other = f"  - {{name: other, address: {OTHER_VIP}, ports: [80], pool: nginx}}\n"
        self.reload(self.file().replace("api:", other + "api:"))
        self.assertIn("This is rs", get(self.client, OTHER_VIP))
        self.assertServed()
        self.reload(self.file())
        with self.assertRaises((OSError, http.client.HTTPException)):
            get(self.client, OTHER_VIP, timeout=2)
        self.assertServed()

    def test_a_vip_that_is_the_hosts_is_refused(self):
        self.lab.lb1.ip("address", "add", f"{OTHER_VIP}/32", "dev", "lo")
        self.addCleanup(self.lab.lb1.ip, "address", "del", f"{OTHER_VIP}/32", "dev", "lo")
        other = f"  - {{name: other, address: {OTHER_VIP}, ports: [80], pool: nginx}}\n"
        done = self.reload(self.file().replace("api:", other + "api:"), check=False)
        self.assertEqual(done.returncode, BAD_CONFIGURATION)
        self.assertIn(f"ip address del {OTHER_VIP}/32 dev lo", done.stderr)
        self.assertServed()

    def test_what_needs_a_restart_is_named_and_the_rest_applied(self):
        done = self.reload(self.file(servers=3, extra="idle: busy\n").replace("workers: 1", "workers: 2"))
        self.assertIn("needs a restart of droverd: workers, idle", done.stdout)
        self.assertEqual(len(self.weights()), 3)
        self.assertEqual(self.configuration()["needs_restart"], ["workers", "idle"])
        self.assertFalse(self.configuration()["matches_file"])

    def test_without_a_difference_nothing_happens(self):
        self.assertEqual(self.reload(self.file()).stdout, "nothing changed\n")


if __name__ == "__main__":
    unittest.main()
