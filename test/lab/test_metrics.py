# SPDX-License-Identifier: BSD-3-Clause
"""What droverd tells Prometheus, scraped by a real one (the picture: network.py; Prometheus runs on lb1)."""

import http.client
import json
import re
import subprocess
import unittest

from balancer import ROOT, configuration
from network import VIP
from prometheus import PROGRAM, Prometheus
from scenario import Scenario
from siege import Siege
from wait import wait_until
from webserver import get

DASHBOARD = ROOT / "conf" / "grafana" / "drover.json"
PORT = 9641


def queries(dashboard):
    """Every query of a Grafana dashboard, with the variables as it would fill them in."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            query = target["expr"].replace("$__rate_interval", "5s")
            yield panel["title"], re.sub(r"\$(instance|service)\b", ".*", query)


class WithMetrics(Scenario):
    @classmethod
    def file(cls):
        return configuration(cls.lab, cls.driver) + "metrics: {}\n"


class Metrics(WithMetrics, unittest.TestCase):
    def ask(self, path):
        with self.lab.lb1.inside():
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            connection.connect()
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def value(self, name, **labels):
        """Of the one series that has these labels among its own."""
        found = []
        for line in self.ask("/metrics")[1].splitlines():
            parsed = re.fullmatch(rf"{name}(?:{{(.*)}})? (\S+)", line)
            if parsed and all(f'{key}="{value}"' in (parsed[1] or "") for key, value in labels.items()):
                found.append(float(parsed[2]))
        self.assertEqual(len(found), 1, (name, labels))
        return found[0]

    def test_health_and_readiness(self):
        self.assertEqual(self.ask("/healthz"), (200, "ok\n"))
        self.assertEqual(self.ask("/readyz"), (200, "ok\n"))
        self.assertEqual(self.ask("/nowhere")[0], 404)

    def test_it_listens_on_loopback_alone(self):
        with self.lab.client.inside():
            connection = http.client.HTTPConnection(self.lab.lb1.address, PORT, timeout=2)
            with self.assertRaises(ConnectionRefusedError):
                connection.connect()

    def test_promtool_has_nothing_to_say(self):
        if not PROGRAM:
            self.skipTest("the package prometheus is not installed")
        checked = subprocess.run(["promtool", "check", "metrics"], input=self.ask("/metrics")[1], text=True,
                                 capture_output=True, check=False)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))

    def test_connections_are_counted_for_the_service_and_the_server(self):
        before = self.value("drover_service_connections_total", service="web", port="80")
        for _ in range(6):
            get(self.client, VIP)
        wait_until(lambda: self.value("drover_service_connections_total", service="web", port="80") == before + 6,
                   "six connections more")
        self.assertGreater(self.value("drover_server_packets_total", server="rs1"), 0)
        self.assertEqual(self.value("drover_server_up", server="rs1"), 1)
        self.assertGreater(self.value("drover_packets_total", reason="forwarded_new"), 0)
        self.assertEqual(self.value("drover_packets_total", reason="land"), 0)
        self.assertEqual(self.value("drover_interface_up", interface="front"), 1)


@unittest.skipUnless(PROGRAM, "the package prometheus is not installed")
class ScrapedByPrometheus(WithMetrics, unittest.TestCase):
    def test_a_real_prometheus_scrapes_it(self):
        siege = Siege(self.client, f"http://{VIP}/", self.lab.directory, 10, seconds=60, pause=0.02)
        self.addCleanup(siege.end)
        prometheus = Prometheus(self.lab.lb1, self.lab.directory)
        prometheus.start(f"127.0.0.1:{PORT}")
        # Every query of the dashboard returns data, and the rates are those of the traffic.
        empty = [title for title, query in queries(json.loads(DASHBOARD.read_text())) if not prometheus.values(query)]
        self.assertEqual(empty, [])
        self.assertGreater(prometheus.values("sum(rate(drover_service_connections_total[5s]))")[0], 10)
        # The alert rules are evaluated. None is raised, until there is a reason.
        self.assertEqual(prometheus.rule_problems(), [])
        self.assertEqual(prometheus.alerts() - {"DroverWorkerBusy"}, set())
        self.lab.network.switch.ip("link", "set", "lb1", "down")
        wait_until(lambda: "DroverLinkDown" in prometheus.alerts(), "an alert that the link is down",
                   deadline=60, interval=0.2)


if __name__ == "__main__":
    unittest.main()
