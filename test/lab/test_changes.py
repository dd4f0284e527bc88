# SPDX-License-Identifier: BSD-3-Clause
"""Changes of the running configuration by the client (the picture: network.py)."""

import os
import subprocess
import unittest

from balancer import configuration
from download import Download
from network import VIP
from scenario import Scenario
from wait import wait_until
from webserver import SCRIPTS, get

OTHER_VIP = "192.0.2.98"


class Changes(Scenario, unittest.TestCase):
    @classmethod
    def file(cls):
        # a closed connection is forgotten soon, so that a drain ends while we look
        return configuration(cls.lab, cls.driver) + "timeouts: {tcp_fin_wait: 1s, tcp_close: 1s}\n"

    def setUp(self):
        self.balancer.drover("reset")

    def servers(self):
        return {server["name"]: server for server in self.balancer.json("list")["services"][0]["servers"]}

    def pages(self, count=6):
        return {get(self.client, VIP).strip() for _ in range(count)}

    def downloads(self):
        """One from each server, by its name."""
        return {download.server: download for download in (Download(self.client, VIP) for _ in range(3))}

    def refused(self, *arguments):
        done = self.balancer.drover(*arguments, check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        return done.stderr

    def test_drain_waits_for_the_last_connection(self):
        downloads = self.downloads()
        self.assertEqual(set(downloads), {"rs1", "rs2", "rs3"})
        with open(self.lab.directory / "drain", "w+", encoding="utf-8") as output:
            draining = self.lab.lb1.spawn(self.balancer.client, "--socket", self.balancer.socket, "drain", "web",
                                          "rs1", "--wait", stdout=output, stderr=subprocess.STDOUT)
            wait_until(lambda: self.servers()["rs1"]["admin_state"] == "drained", "rs1 is drained")
            self.assertEqual(self.pages(), {"This is rs2.", "This is rs3."})
            for download in downloads.values():
                download.step()
            self.assertIsNone(draining.poll(), "it waits")
            self.assertEqual([download.finish() for download in downloads.values()], [True] * 3)
            wait_until(lambda: draining.poll() is not None, "the drain has ended", deadline=30)
            self.assertEqual(draining.returncode, 0)
            output.seek(0)
            self.assertRegex(output.read(), r"\n1 active and \d+ inactive connections left after .*\n"
                                            r"(?s:.*)0 active and 0 inactive")
        self.assertRegex(self.balancer.listing(), r"-> 192\.0\.2\.21:80 +Route   0 .* drained changed\n")
        self.balancer.drover("enable", f"{VIP}:80", self.lab.real_servers[0].address)
        self.assertEqual(len(self.pages()), 3)
        self.assertNotIn("changed", self.balancer.listing())

    def test_a_drain_has_a_deadline(self):
        downloads = self.downloads()
        complaint = self.refused("drain", "web", "rs2", "--wait", "--deadline", "0.5")
        self.assertIn("deadline", complaint)
        self.assertTrue(downloads["rs2"].finish())

    def test_disable_ends_connections(self):
        downloads = self.downloads()
        self.balancer.drover("disable", "web", "rs1")
        with self.assertRaises(OSError):
            downloads["rs1"].finish()
        self.assertTrue(downloads["rs2"].finish())
        self.assertEqual(self.pages(), {"This is rs2.", "This is rs3."})

    def test_weight_is_marked_kept_and_reset(self):
        self.assertIn("not set -> 0", self.balancer.drover("weight", "web", "rs3", "0").stdout)
        self.assertEqual(self.pages(), {"This is rs1.", "This is rs2."})
        self.balancer.drover("reload")
        self.assertTrue(self.servers()["rs3"]["changed"])
        differs = self.balancer.drover("diff", check=False)
        self.assertEqual((differs.returncode, differs.stdout), (1, "pools.nginx.servers.rs3.weight: not set -> 0\n"))
        self.balancer.drover("reset")
        self.assertEqual(self.balancer.drover("diff").stdout, "")
        self.assertEqual(len(self.pages()), 3)

    def test_a_server_goes_and_comes(self):
        rs3 = self.lab.real_servers[2]
        self.balancer.drover("server", "remove", "web", "rs3")
        self.assertEqual(self.pages(), {"This is rs1.", "This is rs2."})
        self.balancer.drover("server", "add", "web", rs3.address, "--name", "third", "--weight", "2")
        self.assertEqual(self.servers()["third"]["weight"], 2)
        self.assertEqual(len(self.pages()), 3)

    def test_a_service_comes_and_goes(self):
        for host in self.lab.real_servers:
            host.run(SCRIPTS / "realserver", VIP, OTHER_VIP)
        self.balancer.drover("service", "add", "other", OTHER_VIP, "80", "--scheduler", "wrr",
                             "--server", self.lab.real_servers[1].address)
        self.assertEqual(get(self.client, OTHER_VIP), "This is rs2.\n")
        self.assertIn(f"TCP  {OTHER_VIP}:80 wrr", self.balancer.listing())
        self.balancer.drover("service", "remove", "other")
        self.assertNotIn(OTHER_VIP, self.balancer.listing())

    def test_a_service_with_every_option_of_ipvsadm(self):
        server = self.lab.real_servers[1].address
        self.balancer.drover("service", "add", "dns", OTHER_VIP, "53", "--protocol", "udp", "-s", "sh", "-b", "sh-port",
                             "--one-packet", "--server", server)
        self.balancer.drover("service", "add", "sticky", OTHER_VIP, "80", "443", "-s", "wlc", "-p", "10m", "-M", "24",
                             "--across-ports", "--sorry-server", self.lab.real_servers[0].address, "--server", server,
                             "--allow", "198.51.100.0/24", "--deny", "198.51.100.9/32")
        rules = self.balancer.drover("ipvsadm", "-Sn").stdout
        self.assertIn(f"-A -u {OTHER_VIP}:53 -s sh -o -b sh-port\n", rules)
        self.assertIn(f"-A -t {OTHER_VIP}:80 -s wlc -p 600 -M 255.255.255.0\n", rules)
        saved = self.balancer.drover("save").stdout
        for words in ("across_ports: true", "sorry_server: 192.0.2.21", "198.51.100.9/32"):
            self.assertIn(words, saved)
        self.balancer.drover("service", "remove", "dns")
        self.balancer.drover("service", "remove", "sticky")

    def test_a_service_with_checks(self):
        server = self.lab.real_servers[1].address
        self.balancer.drover("service", "add", "checked", OTHER_VIP, "80", "--server", server, "--check", "tcp",
                             "--check", "{http: {path: /nowhere}, interval: 200ms, via: real}", "--on-down", "keep",
                             "--when-all-down", "all", "--quorum", "1", "--warmup", "10s", "--limit", "100")
        self.addCleanup(self.balancer.drover, "service", "remove", "checked")

        def reasons():
            services = {each["name"]: each for each in self.balancer.json("list")["services"]}
            return [each["reason"] for each in services["checked"]["servers"] if each["state"] == "down"]

        wait_until(lambda: any("HTTP status 404" in reason for reason in reasons()), "its check has failed")
        saved = self.balancer.drover("save").stdout
        for words in ("on_down: keep", "when_all_down: all", "quorum: 1", "warmup: 10s", "limit: {rate: 100}"):
            self.assertIn(words, saved)
        self.balancer.drover("server", "add", "checked", self.lab.real_servers[0].address, "--state", "drained")
        self.assertIn("state: drained", self.balancer.drover("save").stdout)
        self.assertIn("only the file can name", self.refused(
            "service", "add", "runs", OTHER_VIP, "81", "--server", server, "--check",
            "{script: {command: [/bin/true]}}"))

    def test_a_reload_of_a_file_that_hangs_holds_nothing_up(self):
        self.balancer.file.unlink()
        os.mkfifo(self.balancer.file)
        self.addCleanup(self.balancer.file.write_text, self.file())
        self.addCleanup(self.balancer.file.unlink)
        reload = self.lab.lb1.spawn(self.balancer.client, "--socket", self.balancer.socket, "reload",
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(reload.kill)
        self.addCleanup(reload.stdout.close)
        with open(self.balancer.file, "w", encoding="utf-8") as writer:  # once droverd has opened it to read
            self.balancer.drover("weight", "web", "rs1", "4")
            self.assertIsNone(reload.poll())
            writer.write(self.file())
        wait_until(lambda: reload.poll() is not None, "the reload has ended")
        self.assertEqual(reload.returncode, 0, reload.stdout.read())
        self.assertEqual(self.servers()["rs1"]["weight"], 4)

    def test_wrong_names_are_told_with_the_nearest(self):
        self.assertIn('did you mean "web"?', self.refused("drain", "wbe", "rs1"))
        self.assertIn("its servers are rs1, rs2, rs3", self.refused("weight", "web", "nginx1", "3"))
        self.assertIn("IPv4", self.refused("server", "add", "web", "2001:db8::21"))

    def test_zero(self):
        get(self.client, VIP)
        self.assertRegex(self.balancer.drover("list", "--stats").stdout, rf"TCP  {VIP}:80 +[1-9]")
        self.balancer.drover("zero", "web")
        self.assertRegex(self.balancer.drover("list", "--stats").stdout, rf"TCP  {VIP}:80 +0 +0")

    def test_a_saved_configuration_starts_the_same(self):
        self.balancer.drover("weight", "web", "rs1", "5")
        self.balancer.drover("drain", "web", "rs2")
        self.balancer.drover("server", "remove", "web", "rs3")
        before = self.balancer.json("list")["services"][0]["servers"]
        saved = self.balancer.drover("save").stdout
        path = self.lab.directory / "saved.yaml"
        path.write_text(saved)
        self.balancer.drover("check", path)
        self.restart(saved)
        self.addCleanup(self.restart, self.file())
        after = self.balancer.json("list")["services"][0]["servers"]
        for key in ("name", "address", "weight", "admin_state"):
            self.assertEqual([server[key] for server in after], [server[key] for server in before])
        self.assertFalse(any(server["changed"] for server in after))
        self.assertEqual(self.balancer.drover("save").stdout, saved)

    def test_every_write_is_logged_with_who(self):
        self.balancer.drover("weight", "web", "rs1", "2")
        self.assertRegex(self.balancer.log(), r'API: uid 0, pid \d+: PUT /v1/services/web/servers/rs1/weight '
                                              r'\{"weight": 2\}: 200')


if __name__ == "__main__":
    unittest.main()
