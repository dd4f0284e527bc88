# SPDX-License-Identifier: BSD-3-Clause
"""docs/openapi.yaml against the daemon's real answers, every route of it (the picture: network.py)."""

import http.client
import json
import re
import socket
import unittest
from concurrent.futures import ThreadPoolExecutor

import jsonschema
import yaml

from balancer import ROOT
from network import VIP
from scenario import Scenario
from wait import wait_until
from webserver import get

METHODS = ("get", "put", "post", "delete")


class Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("drover", timeout=10)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Api(Scenario, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
        cls.asked = set()

    def resolved(self, node):
        while "$ref" in node:
            at = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                at = at[step]
            node = at
        return node

    def ask(self, method, pattern, status, body=None, query="", **names):
        """Asks, and checks the answer against the document's schema for this route and status."""
        connection = Connection(self.balancer.socket)
        connection.request(method.upper(), pattern.format(**names) + query, body=body)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        self.assertEqual(answer.status, status, body)
        responses = self.document["paths"][pattern][method]["responses"]
        documented = self.resolved(responses.get(str(status)) or responses["default"])
        (kind, content), = documented["content"].items()
        self.assertEqual(answer.getheader("Content-Type"), kind)
        if kind == "application/x-pcapng":
            type(self).asked.add((method, pattern))
            return body
        text = body.decode()
        values = [text] if kind == "application/yaml" else \
            [json.loads(line) for line in (text.splitlines() if kind == "application/x-ndjson" else [text]) if line]
        schema = {**content["schema"], "components": self.document["components"]}
        for value in values:
            jsonschema.validate(value, schema, cls=jsonschema.Draft202012Validator)
        self.assertTrue(values, "there is something to check")
        type(self).asked.add((method, pattern))
        return values[0]

    def ask_for_packets(self, path):
        """Asks, with packets until the answer has come."""
        with ThreadPoolExecutor() as pool:
            answer = pool.submit(self.ask, "get", path, 200, query="?filter=tcp&count=1")

            def ended():
                get(self.client, VIP)
                return answer.done()

            wait_until(ended, f"{path} has its packet", interval=0.2)
            return answer.result()

    def ask_for_the_end_of_a_capture(self):
        with ThreadPoolExecutor() as pool:
            capture = pool.submit(self.ask, "get", "/v1/capture", 200, query="?filter=arp&name=one")

            def ended():
                connection = Connection(self.balancer.socket)
                connection.request("DELETE", "/v1/capture?name=one")
                status = connection.getresponse().status
                connection.close()
                return status == 200

            wait_until(ended, "the capture has begun, and is ended")
            capture.result()
        self.ask("delete", "/v1/capture", 404, query="?name=one")

    def test_every_route_answers_as_documented(self):
        get(self.client, VIP)
        server = {"service": "web", "server": "rs1"}
        services, servers = "/v1/services", "/v1/services/{service}/servers"
        one = "/v1/services/{service}/servers/{server}"
        for path in (services, "/v1/connections", "/v1/status", "/v1/configuration", "/v1/configuration/differences"):
            self.ask("get", path, 200)
        self.ask("get", "/v1/events", 200)
        flow = f"?protocol=tcp&client={self.client.address}:40001&virtual={VIP}:80"
        answer = self.ask("get", "/v1/lookup", 200, query=flow)
        self.assertEqual((answer["service"], answer["why"]), ("web", "scheduler"))
        self.ask("get", "/v1/lookup", 400, query="?protocol=tcp")
        self.ask_for_packets("/v1/trace")
        self.assertEqual(self.ask_for_packets("/v1/capture")[:4], b"\x0a\x0d\x0d\x0a")
        self.ask("get", "/v1/capture", 400, query="?snaplen=0")
        self.ask_for_the_end_of_a_capture()
        new = {"name": "other", "address": "192.0.2.97", "ports": [80], "servers": [{"address": "192.0.2.21"}]}
        self.ask("post", services, 201, json.dumps(new))
        self.ask("post", services, 409, json.dumps(new))
        self.ask("post", servers, 201, '{"address": "192.0.2.29"}', service="other")
        self.ask("post", servers, 422, '{"address": "192.0.2.28", "wait": 1}', service="other")
        self.ask("delete", one, 200, service="other", server="192.0.2.29")
        self.ask("delete", one, 409, service="other", server="192.0.2.21")
        self.ask("delete", "/v1/services/{service}", 200, service="other")
        self.ask("delete", "/v1/services/{service}", 404, service="other")
        self.ask("put", one + "/weight", 200, '{"weight": 3}', **server)
        self.ask("put", one + "/weight", 400, "weight: 3", **server)
        changed = self.ask("put", one + "/state", 200, '{"state": "drained"}', **server)
        self.assertEqual(changed["differences"][0]["after"], "drained")
        self.ask("get", "/v1/status", 200)
        self.ask("post", "/v1/services/{service}/zero", 200, service=f"{VIP}:80")
        self.ask("post", "/v1/zero", 200)
        self.ask("post", "/v1/failover", 409)  # there is no other balancer
        self.ask("post", "/v1/failover/{instance}", 409, instance="51")
        self.ask("post", "/v1/failover/{instance}", 404, instance="none")
        self.ask("post", "/v1/reload", 200)
        self.balancer.file.write_text("workers: [")
        self.ask("post", "/v1/reload", 422)
        self.ask("get", "/v1/configuration/differences", 422)
        self.ask("get", "/v1/status", 200)
        self.ask("post", "/v1/reset", 200)

        documented = {(method, path) for path, item in self.document["paths"].items() for method in METHODS
                      if method in item}
        self.assertEqual(self.asked, documented)

    def test_every_route_of_the_source_is_documented(self):
        source = "".join(path.read_text() for path in (ROOT / "lib").rglob("*.cc"))
        routes = {(method.lower(), path) for method, path in
                  re.findall(r'"(GET|PUT|POST|DELETE)",\s*"(/v1/[^"]*)"', source)}
        documented = {(method, path) for path, item in self.document["paths"].items() for method in METHODS
                      if method in item}
        self.assertGreater(len(routes), 10)
        self.assertEqual(routes, documented)


if __name__ == "__main__":
    unittest.main()
