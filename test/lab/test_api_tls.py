# SPDX-License-Identifier: BSD-3-Clause
"""The API over TCP: TLS and a token, or nothing (the picture: network.py)."""

import json
import socket
import unittest

from balancer import configuration
from scenario import Scenario
from wait import wait_until

TOKEN = "0123456789abcdef0123456789abcdef"


class ApiTls(Scenario, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.started = False
        super().setUpClass()
        directory = cls.lab.directory
        cls.lab.lb1.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=lb1", "-addext", f"subjectAltName=IP:{cls.lab.lb1.address}",
                        "-keyout", directory / "api.key", "-out", directory / "api.pem")
        cls.token = directory / "token"
        cls.token.write_text(TOKEN + "\n")
        cls.token.chmod(0o600)
        cls.balancer.start(cls.file())

    @classmethod
    def file(cls):
        directory = cls.lab.directory
        return configuration(cls.lab, cls.driver).replace("api: {", f"""api: {{listen: "{cls.lab.lb1.address}:8443",
  certificate: {directory}/api.pem, key: {directory}/api.key, token_file: {cls.token}, """)

    def curl(self, *arguments, token=TOKEN, scheme="https"):
        """The HTTP status, 0 without an answer, and the body."""
        bearer = ["-H", f"Authorization: Bearer {token}"] if token else []
        done = self.client.run("curl", "-s", "--max-time", "10", "--cacert", self.lab.directory / "api.pem",
                               "-w", "\n%{http_code}", *bearer, *arguments[1:],
                               f"{scheme}://{self.lab.lb1.address}:8443{arguments[0]}", check=False)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body

    def test_who_bears_the_token_reads_and_writes(self):
        status, body = self.curl("/v1/status")
        self.assertEqual((status, json.loads(body)["node"]), (200, "lb1"))
        status, body = self.curl("/v1/services/web/servers/rs1/weight", "-X", "PUT", "-d", '{"weight": 7}')
        self.assertEqual(status, 200, body)
        self.assertRegex(self.balancer.log(), rf"API: {self.client.address}:\d+: PUT .*weight.*: 200")
        self.assertEqual(self.balancer.json("list")["services"][0]["servers"][0]["weight"], 7)
        self.balancer.drover("reset")

    def test_nobody_else_does(self):
        for token in (None, TOKEN[:-1], TOKEN + "0", "x"):
            status, body = self.curl("/v1/services/web/servers/rs1", "-X", "DELETE", token=token)
            self.assertEqual(status, 401, body)
            self.assertIn("token", body)
        self.assertEqual(len(self.balancer.json("list")["services"][0]["servers"]), 3)

    def test_packets_are_not_captured_over_the_network(self):
        status, body = self.curl("/v1/capture?count=1")
        self.assertEqual(status, 403)
        self.assertIn("root alone", body)

    def test_many_connections_leave_the_unix_socket_alone(self):
        idle = []
        self.addCleanup(lambda: [each.close() for each in idle])
        with self.client.inside():
            for _ in range(40):  # more than there may be
                idle.append(socket.create_connection((str(self.lab.lb1.address), 8443)))
        wait_until(lambda: self.curl("/v1/status")[0] == 0, "there is no room over TLS")
        self.assertEqual(len(self.balancer.json("list")["services"]), 1)

    def test_without_tls_there_is_no_answer(self):
        self.assertEqual(self.curl("/v1/status", scheme="http")[0], 0)

    def test_a_token_file_for_everybody_is_refused(self):
        self.balancer.stop()
        self.token.chmod(0o644)
        self.addCleanup(self.balancer.start, self.file())
        self.addCleanup(self.token.chmod, 0o600)
        with self.assertRaises(AssertionError):
            self.balancer.start(self.file())
        self.assertIn(f"chmod 600 {self.token}", self.balancer.log())


if __name__ == "__main__":
    unittest.main()
