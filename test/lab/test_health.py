# SPDX-License-Identifier: BSD-3-Clause
"""Health checks: who gets connections, and what becomes of those that there are (the picture: network.py).

     client ---> lb1 (droverd, checks each server by its own address) ---> rs1, rs2, rs3: nginx
"""

import http.client
import socket
import subprocess
import threading
import time
import unittest

from balancer import configuration
from network import VIP
from scenario import Scenario
from wait import wait_until
from webserver import get

CHECK = "{http: {path: /health}, interval: 200ms, timeout: 150ms, rise: 2, fall: 2}"
DETECTED = 2 * 0.2 + 0.15 + 0.5  # seconds: fall times the interval, the time-out, and a loaded machine
SETTLED = 5.0  # seconds


def with_checks(lab, servers, check=CHECK, service=""):
    """The lab's file, with a check, and with more keys of the service."""
    text = configuration(lab, "af_xdp", servers=[server.host for server in servers])
    text = text.replace("services:\n", f"    checks:\n      - {check}\nservices:\n")
    return text.replace("    pool: nginx\n", f"    pool: nginx\n{service}")


class HealthScenario(Scenario):
    check = CHECK
    service = "    hold_down: {first: 0s}\n"
    count = 2  # servers

    @classmethod
    def file(cls):
        for server in cls.lab.web_servers:
            server.write("health", "well\n")
        return with_checks(cls.lab, cls.lab.web_servers[:cls.count], cls.check, cls.service) + "metrics: {}\n"

    def setUp(self):
        self.servers = self.lab.web_servers[:self.count]
        self.wait_for_states(*["up"] * self.count)

    def server_states(self):
        return [server["state"] for server in self.balancer.json("list")["services"][0]["servers"]]

    def wait_for_states(self, *states):
        def reached():
            return [state.replace("warming", "up") for state in self.server_states()] == list(states)
        wait_until(reached, f"servers are {states}", SETTLED)

    def reason(self, index):
        return self.balancer.json("list")["services"][0]["servers"][index]["reason"]

    def stop_web(self, server):
        server.stop()
        self.addCleanup(lambda: server.is_running() or server.resume())

    def pages(self, count=8):
        return {get(self.client, VIP) for _ in range(count)}

    def slow_download(self, server):
        """A download from this server that has begun and waits for us to read on."""
        while True:
            with self.client.inside():
                connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(5)
            connection.connect((VIP, 80))
            connection.sendall(b"GET /large HTTP/1.0\r\n\r\n")
            begin = connection.recv(2048)
            if server.page.encode() in begin:
                self.addCleanup(connection.close)
                return connection, len(begin)
            connection.close()


class Health(HealthScenario, unittest.TestCase):
    def test_a_server_that_refuses_gets_no_connection_within_the_bound(self):
        first, second = self.servers
        self.stop_web(first)
        stopped = time.monotonic()
        self.wait_for_states("down", "up")
        self.assertLess(time.monotonic() - stopped, DETECTED)
        self.assertEqual(self.pages(), {second.page})
        self.assertIn("connect: refused", self.reason(0))
        self.assertIn("connect: refused", self.balancer.listing())
        self.assertIn(f"web/{first.name}: is down: connect: refused", self.balancer.log())
        first.resume()
        self.wait_for_states("up", "up")
        self.assertEqual(self.pages(), {first.page, second.page})

    def test_a_wrong_answer_ends_no_connection(self):
        first, second = self.servers
        connection, got = self.slow_download(first)
        first.write("health", None)
        self.addCleanup(first.write, "health", "well\n")
        self.wait_for_states("down", "up")
        self.assertIn("HTTP status 404, expected 200-399", self.reason(0))
        self.assertEqual(self.pages(), {second.page})
        while piece := connection.recv(65536):
            got += len(piece)
        self.assertGreater(got, len(first.page) * 20_000)

    def test_connections_of_an_unreachable_server_end_at_their_next_packet(self):
        first, second = self.servers
        connection, _ = self.slow_download(first)
        first.host.ip("link", "set", "eth0", "down")
        self.addCleanup(first.host.ip, "link set eth0 up\n")
        self.wait_for_states("down", "up")
        with self.assertRaises(ConnectionResetError):
            end = time.monotonic() + SETTLED
            while time.monotonic() < end:
                connection.send(b"x")
                time.sleep(0.05)
        self.assertEqual(self.pages(), {second.page})

    def test_metrics_tell_of_checks_and_health(self):
        first, second = self.servers
        self.stop_web(first)
        self.wait_for_states("down", "up")
        with self.lab.lb1.inside():
            connection = http.client.HTTPConnection("127.0.0.1", 9641, timeout=5)
            connection.connect()
        connection.request("GET", "/metrics")
        lines = connection.getresponse().read().decode().splitlines()
        connection.close()

        def value(name, **labels):
            found = [float(line.split()[-1]) for line in lines if line.startswith(f"{name}{{")
                     and all(f'{key}="{text}"' in line for key, text in labels.items())]
            self.assertEqual(len(found), 1, (name, labels))
            return found[0]

        self.assertEqual(value("drover_server_up", server=first.name), 0)
        self.assertEqual(value("drover_server_up", server=second.name), 1)
        self.assertEqual(value("drover_service_servers_available", service="web"), 1)
        self.assertGreater(value("drover_check_results_total", server=first.name, check="http",
                                 result="unreachable"), 1)
        good = value("drover_check_results_total", server=second.name, check="http", result="good")
        self.assertGreater(good, 0)
        self.assertGreaterEqual(value("drover_check_results_total", server=second.name, check="http",
                                      result="wrong"), 0)
        self.assertGreaterEqual(value("drover_check_duration_seconds_count", server=second.name, check="http"), good)

    def test_known_state_survives_a_reload(self):
        first, second = self.servers
        self.stop_web(first)
        self.wait_for_states("down", "up")
        before = self.balancer.json("list")["services"][0]["servers"]
        more = with_checks(self.lab, self.lab.web_servers[:3], self.check, self.service) + "metrics: {}\n"
        for text in (more, more.replace("scheduler: rr", "scheduler: lc"), self.file()):
            log = len(self.balancer.log())
            self.balancer.file.write_text(text)
            self.balancer.drover("reload")
            after = self.balancer.json("list")["services"][0]["servers"]
            self.assertEqual([server["state"] for server in after[:2]], ["down", "up"], "known at once")
            self.assertGreaterEqual(after[1]["state_seconds"], before[1]["state_seconds"])
            self.assertNotIn(f"{second.name}: is ", self.balancer.log()[log:])

    def test_all_down_is_refused_at_once(self):
        for server in self.servers:
            self.stop_web(server)
        self.wait_for_states("down", "down")
        begin = time.monotonic()
        with self.assertRaises(ConnectionRefusedError):
            get(self.client, VIP)
        self.assertLess(time.monotonic() - begin, 0.5)


class HealthRestart(HealthScenario, unittest.TestCase):
    @classmethod
    def file(cls):
        return super().file().replace("scheduler: rr", "scheduler: maglev")

    def test_connections_survive_a_restart_by_the_hash(self):
        downloads = [self.slow_download(server) for server in self.servers]
        self.restart(self.file())
        for (connection, got), server in zip(downloads, self.servers):
            while piece := connection.recv(65536):
                got += len(piece)
            self.assertGreater(got, len(server.page) * 20_000)


class HealthSorry(HealthScenario, unittest.TestCase):
    service = "    hold_down: {first: 0s}\n    sorry_server: 192.0.2.23\n"

    def test_the_sorry_server_serves_while_no_other_does(self):
        sorry = self.lab.web_servers[2]
        for server in self.servers:
            self.stop_web(server)
        wait_until(lambda: self.server_states() == ["down", "down", "sorry"], "the sorry server", SETTLED)
        self.assertEqual(self.pages(3), {sorry.page})
        self.servers[0].resume()
        self.wait_for_states("up", "down")
        self.assertEqual(self.pages(3), {self.servers[0].page})


class HealthAll(HealthScenario, unittest.TestCase):
    service = "    hold_down: {first: 0s}\n    when_all_down: all\n"

    def test_all_serve_when_all_are_down(self):
        for server in self.servers:
            server.write("health", None)
            self.addCleanup(server.write, "health", "well\n")
        self.wait_for_states("down", "down")
        self.assertEqual(self.pages(), {server.page for server in self.servers})


class HealthWarmUp(HealthScenario, unittest.TestCase):
    service = "    hold_down: {first: 0s}\n    warmup: 4s\n"

    def share_of(self, server, count=40):
        return sum(get(self.client, VIP) == server.page for _ in range(count)) / count

    def test_a_server_that_comes_back_gets_its_share_step_by_step(self):
        first = self.servers[0]
        self.stop_web(first)
        self.wait_for_states("down", "up")
        first.resume()
        self.wait_for_states("up", "up")
        self.assertEqual(self.server_states()[0], "warming")
        came_back = time.monotonic()
        early = self.share_of(first, 80)
        part = min(1.0, (time.monotonic() - came_back) / 4 + 0.05)  # by now; it was seen a moment late
        wait_until(lambda: self.server_states()[0] == "up", "it is warm", 10)
        late = self.share_of(first)
        self.assertLess(early, part / (1 + part) + 0.1)
        self.assertAlmostEqual(late, 0.5, delta=0.05)


class HealthFlaps(HealthScenario, unittest.TestCase):
    service = "    hold_down: {first: 2s, most: 1m}\n"

    def flap(self):
        first = self.servers[0]
        first.write("health", None)
        self.wait_for_states("down", "up")
        first.write("health", "well\n")

    def test_a_server_that_flaps_is_held_down(self):
        self.flap()
        self.wait_for_states("up", "up")  # the first time it is no flap
        self.flap()
        wait_until(lambda: "held down" in self.reason(0), "it is held", SETTLED)
        self.assertIn("after 1 flap", self.reason(0))
        self.assertIn("held down", self.balancer.listing())
        self.wait_for_states("up", "up")


class Agent:
    """Says one line to whoever connects to port 9707 of a host."""

    def __init__(self, host):
        self.line = "up"
        with host.inside():
            self._listener = socket.create_server((host.address, 9707))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(self.line.encode() + b"\n")

    def end(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


class HealthKinds(HealthScenario, unittest.TestCase):
    """Several checks a server, of other kinds: all must hold."""

    PACE = "interval: 200ms, timeout: 2s, rise: 1, fall: 1"

    @classmethod
    def file(cls):
        cls.agents = [Agent(server.host) for server in cls.lab.web_servers[:cls.count]]
        for agent in cls.agents:
            cls.addClassCleanup(agent.end)
        cls.lab.directory.chmod(0o755)
        cls.witness = cls.lab.directory / "well"
        cls.witness.touch()
        cls.check = "\n      - ".join([
            f"{{tcp: {{}}, {cls.PACE}}}",
            f"{{ping: {{}}, {cls.PACE}}}",
            f"{{agent: {{}}, port: 9707, {cls.PACE}}}",
            f'{{expect: {{send: "GET / HTTP/1.0\\r\\n\\r\\n", receive: "HTTP/1.1 200"}}, {cls.PACE}}}',
            f"{{script: {{command: [/usr/bin/test, -e, {cls.witness}]}}, {cls.PACE}}}"])
        return super().file()

    def test_an_agent_drains_its_server_and_takes_it_down(self):
        first, second = self.servers
        connection, got = self.slow_download(first)
        agent = self.agents[0]
        self.addCleanup(setattr, agent, "line", "up")
        agent.line = "drain"
        self.wait_for_states("draining", "up")
        self.assertEqual(self.pages(), {second.page})
        while piece := connection.recv(65536):
            got += len(piece)
        self.assertGreater(got, len(first.page) * 20_000)
        agent.line = "down # maintenance"
        self.wait_for_states("down", "up")
        self.assertIn('the agent says it is down: "maintenance"', self.reason(0))

    def test_a_script_decides(self):
        self.witness.unlink()
        self.addCleanup(self.witness.touch)
        self.wait_for_states("down", "down")
        self.assertIn("exit status 1", self.reason(0))


class TlsServer:
    """openssl's own on port 8443 of a host, with certificates that it has signed itself.

    `asked_for`: a name whose certificate it serves to those who ask for it by SNI.
    """

    def __init__(self, host, directory, name, asked_for=None):
        self.host = host
        self.directory = directory / f"tls-{host.name}"
        self.directory.mkdir()
        self._process = None
        self._by_sni = []
        if asked_for:
            self._make(asked_for, "certificate2", "key2")
            self._by_sni = ["-servername", asked_for, "-cert2", self.directory / "certificate2.pem",
                            "-key2", self.directory / "key2.pem"]
        self.certify(name)

    def _make(self, name, certificate, key):
        self.host.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                      "-nodes", "-days", "1", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
                      "-keyout", self.directory / f"{key}.pem", "-out", self.directory / f"{certificate}.pem")

    def certify(self, name):
        """Serves a certificate for this name from now on."""
        self.end()
        self._make(name, "certificate", "key")
        self._process = self.host.spawn(
            "openssl", "s_server", "-quiet", "-www", "-accept", "8443",
            "-cert", self.directory / "certificate.pem", "-key", self.directory / "key.pem", *self._by_sni,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self):
        if self._process:
            self._process.kill()
            self._process.wait()


class HealthTls(HealthScenario, unittest.TestCase):
    """https: the name in the certificate counts with verify: true."""

    count = 1
    name = "www.example.org"

    @classmethod
    def file(cls):
        cls.tls = TlsServer(cls.lab.web_servers[0].host, cls.lab.directory, cls.name)
        cls.addClassCleanup(cls.tls.end)
        authority = cls.tls.directory / "authority.pem"
        authority.write_bytes((cls.tls.directory / "certificate.pem").read_bytes())
        cls.check = (f"{{https: {{sni: www.example.org, verify: true, ca_file: {authority}}}, port: 8443, "
                     f"interval: 200ms, timeout: 2s, rise: 1, fall: 1}}")
        return super().file()

    def test_the_certificate_has_the_name_and_a_known_authority(self):
        self.assertEqual(self.reason(0), "")
        self.tls.certify("www.example.net")  # the server starts anew with it
        wait_until(lambda: "certificate" in self.reason(0), "the certificate has another name", SETTLED)
        self.assertEqual(self.server_states(), ["down"])


class HealthTlsOfAnother(HealthTls):
    name = "www.example.net"

    def setUp(self):
        """Its server never comes up."""

    def test_the_certificate_has_the_name_and_a_known_authority(self):
        wait_until(lambda: "certificate" in self.reason(0), "the certificate has another name", SETTLED)
        self.assertEqual(self.server_states(), ["down"])


class HealthTlsUnverified(HealthScenario, unittest.TestCase):
    """https without verify: any certificate will do."""

    count = 1

    @classmethod
    def file(cls):
        cls.tls = TlsServer(cls.lab.web_servers[0].host, cls.lab.directory, "www.example.net")
        cls.addClassCleanup(cls.tls.end)
        cls.check = ("{https: {sni: www.example.org}, port: 8443, interval: 200ms, timeout: 2s, rise: 1, fall: 1}")
        return super().file()

    def test_a_certificate_of_another_name_will_do(self):
        self.assertEqual(self.reason(0), "")


class HealthTlsBySni(HealthScenario, unittest.TestCase):
    """https: the server is asked for a name by SNI, and without it serves another certificate."""

    count = 1

    @classmethod
    def file(cls, name="sni"):
        if name == "sni":
            cls.tls = TlsServer(cls.lab.web_servers[0].host, cls.lab.directory, "www.example.net", "www.example.org")
            cls.addClassCleanup(cls.tls.end)
            cls.authority = cls.tls.directory / "authority.pem"
            cls.authority.write_bytes(b"".join((cls.tls.directory / f"{each}.pem").read_bytes()
                                               for each in ("certificate", "certificate2")))
        cls.check = (f"{{https: {{{name}: www.example.org, verify: true, ca_file: {cls.authority}}}, port: 8443, "
                     f"interval: 200ms, timeout: 2s, rise: 1, fall: 1}}")
        return super().file()

    def test_without_sni_another_certificate_comes(self):
        self.assertEqual(self.reason(0), "")
        self.balancer.file.write_text(self.file("host"))
        self.balancer.drover("reload")
        wait_until(lambda: "certificate" in self.reason(0), "the certificate has another name", SETTLED)


if __name__ == "__main__":
    unittest.main()
