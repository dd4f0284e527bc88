# SPDX-License-Identifier: BSD-3-Clause
"""A real Prometheus on a host of the lab, which scrapes a droverd there and evaluates the alert rules that ship."""

import http.client
import json
import shutil
import subprocess
import urllib.parse

from balancer import ROOT
from wait import wait_until

RULES = ROOT / "conf" / "prometheus" / "drover.rules.yaml"
PROGRAM = shutil.which("prometheus")
PORT = 9090

CONFIGURATION = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: drover
    static_configs: [{{targets: ["{target}"]}}]
"""


class Prometheus:
    def __init__(self, host, directory):
        self.host = host
        self._directory = directory / "prometheus"

    def start(self, target):
        """Starts it and waits until it has scraped the target, HOST:PORT, a few times."""
        self._directory.mkdir()
        file = self._directory / "prometheus.yml"
        file.write_text(CONFIGURATION.format(rules=RULES, target=target))
        with open(self._directory / "log", "w", encoding="utf-8") as log:
            self.host.spawn(PROGRAM, f"--config.file={file}", f"--storage.tsdb.path={self._directory / 'data'}",
                            f"--web.listen-address=127.0.0.1:{PORT}", stdout=log, stderr=subprocess.STDOUT)
        wait_until(lambda: self._is_ready() and self.values('count_over_time(up{job="drover"}[1m]) > 4'),
                   "Prometheus has scraped droverd", deadline=60, interval=0.2)

    def _is_ready(self):
        try:
            return self._get("/-/ready")[0] == 200
        except OSError:
            return False

    def values(self, query):
        """The numbers that an instant query gives, one a series."""
        status, body = self._get("/api/v1/query?" + urllib.parse.urlencode({"query": query}))
        answer = json.loads(body)
        if status != 200 or answer["status"] != "success":
            raise AssertionError(f"{query}: {answer}")
        return [float(series["value"][1]) for series in answer["data"]["result"]]

    def alerts(self):
        """The names of the alerts that are pending or firing."""
        return {alert["labels"]["alertname"] for alert in json.loads(self._get("/api/v1/alerts")[1])["data"]["alerts"]}

    def rule_problems(self):
        """What Prometheus says of rules that it could not evaluate."""
        groups = json.loads(self._get("/api/v1/rules")[1])["data"]["groups"]
        return [rule["lastError"] for group in groups for rule in group["rules"] if rule.get("lastError")]

    def _get(self, path):
        with self.host.inside():
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                return answer.status, answer.read()
            finally:
                connection.close()
