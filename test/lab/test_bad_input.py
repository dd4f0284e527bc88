# SPDX-License-Identifier: BSD-3-Clause
"""What droverd refuses: one clear line, the exit status, and nothing left attached (the picture: network.py)."""

import json
import socket
import subprocess
import unittest

from balancer import binary, configuration
from network import VIP
from scenario import Scenario, for_each_driver

FAILED, BAD_CONFIGURATION = 1, 3
ERROR = "<3>"  # journald's priority before a line, which is how a line that is no terminal's begins


@for_each_driver
class BadInput(Scenario):
    started = False

    def setUp(self):
        self.file = self.lab.directory / "bad.yaml"
        self.socket = self.lab.directory / "bad.sock"

    def good(self, **changes):
        return configuration(self.lab, self.driver, **{"socket": self.socket, **changes})

    def run_droverd(self, *before):
        """Runs droverd on the file until it ends by itself, as it must."""
        return self.lab.lb1.run(*before, binary("droverd"), "--config", self.file, "--node", "lb1",
                                check=False, timeout=20)

    def assertRefused(self, status, *words, done=None):
        """It ends with this status and one line of error, which has these words in it."""
        done = done or self.run_droverd()
        errors = [line for line in done.stderr.splitlines() if line.startswith(ERROR)]
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(len(errors), 1, done.stderr)
        for word in words:
            self.assertIn(word, errors[0])
        self.assertNotIn("Traceback", done.stderr)
        self.assertNothingAttached()

    def assertNothingAttached(self):
        links = {link["ifname"]: link for link in json.loads(self.lab.lb1.ip("-json", "link"))}
        self.assertEqual(set(links), {"lo", "eth0"})
        self.assertNotIn("xdp", links["eth0"])

    # The file

    def test_no_file(self):
        self.file.unlink(missing_ok=True)
        self.assertRefused(BAD_CONFIGURATION, str(self.file), "No such file")

    def test_a_directory_for_a_file(self):
        self.file = self.lab.directory
        self.assertRefused(BAD_CONFIGURATION, str(self.file), "directory")

    def test_an_unreadable_file(self):
        self.file.write_text(self.good())
        self.file.chmod(0)
        # root reads anything, unless it gives that right up
        done = self.run_droverd("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
        self.file.chmod(0o644)
        self.assertRefused(BAD_CONFIGURATION, str(self.file), "Permission denied", done=done)

    def test_an_empty_file(self):
        self.file.write_text("")
        self.assertRefused(BAD_CONFIGURATION, str(self.file), "empty")

    def test_a_binary_file(self):
        self.file.write_bytes(bytes(range(256)) * 16)
        self.assertRefused(BAD_CONFIGURATION, str(self.file))

    def test_an_unknown_key_is_named_with_its_place_and_the_nearest_known_one(self):
        text = self.good().replace("scheduler: rr", "sheduler: rr")
        self.file.write_text(text)
        line = 1 + next(number for number, line in enumerate(text.splitlines()) if "sheduler" in line)
        self.assertRefused(BAD_CONFIGURATION, f"{self.file}:{line}:5", "sheduler", "scheduler")

    def test_a_contradictory_file(self):
        # a server that has the VIP's address
        self.file.write_text(self.good().replace(f"name: rs1, address: {self.lab.real_servers[0].address}",
                                                 f"name: rs1, address: {VIP}"))
        self.assertRefused(BAD_CONFIGURATION, f"{self.file}:", VIP)

    def test_a_node_that_the_file_does_not_have(self):
        self.file.write_text(self.good().replace("lb1:", "lb9:"))
        self.assertRefused(BAD_CONFIGURATION, "lb1", "lb9")

    def test_drover_check_says_the_same_and_starts_nothing(self):
        self.file.write_text(self.good().replace("protocol: tcp", "protocol: sctp"))
        checked = self.lab.lb1.run(binary("drover"), "check", self.file, check=False)
        self.assertEqual(checked.returncode, BAD_CONFIGURATION)
        started = self.run_droverd()
        for complaint in (checked.stderr, started.stderr):
            self.assertIn("sctp", complaint)
            self.assertIn(f"{self.file}:", complaint)
        self.file.write_text(self.good())
        self.assertEqual(self.lab.lb1.run(binary("drover"), "check", self.file, check=False).returncode, 0)

    # The device

    def test_an_unknown_device(self):
        self.file.write_text(self.good().replace("eth0", "eth7"))
        self.assertRefused(FAILED, "eth7")

    def test_a_device_that_is_down(self):
        self.file.write_text(self.good())
        self.lab.lb1.ip("link", "set", "eth0", "down")
        self.addCleanup(self.lab.lb1.ip, "link", "set", "eth0", "up")
        self.assertRefused(FAILED, "eth0", "down")

    def test_a_device_whose_frames_are_too_long(self):
        self.file.write_text(self.good())
        self.lab.lb1.ip("link", "set", "eth0", "mtu", "9000")
        self.addCleanup(self.lab.lb1.ip, "link", "set", "eth0", "mtu", "1500")
        self.assertRefused(FAILED, "eth0", "9000")

    def test_a_device_that_another_droverd_uses(self):
        self.balancer.start(configuration(self.lab, self.driver))
        try:
            self.file.write_text(self.good())
            done = self.run_droverd()
            errors = [line for line in done.stderr.splitlines() if line.startswith(ERROR)]
            self.assertEqual((done.returncode, len(errors)), (FAILED, 1), done.stderr)
            self.assertIn("another droverd", errors[0])
            self.assertServed()  # the first one was not disturbed
        finally:
            self.balancer.stop()

    # The rest of the host

    def test_a_vip_that_is_an_address_of_the_host(self):
        self.file.write_text(self.good())
        self.lab.lb1.ip("address", "add", f"{VIP}/32", "dev", "lo")
        self.addCleanup(self.lab.lb1.ip, "address", "del", f"{VIP}/32", "dev", "lo")
        done = self.run_droverd()
        self.assertIn(done.returncode, (FAILED, BAD_CONFIGURATION))
        # with the command that removes it
        self.assertRefused(done.returncode, VIP, "ip addr", "del", "lo", done=done)

    def test_a_socket_path_where_another_daemon_listens(self):
        self.file.write_text(self.good())
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.socket))
            listener.listen()
            self.assertRefused(FAILED, str(self.socket))
        self.socket.unlink()

    def test_a_socket_path_where_something_else_lies(self):
        self.file.write_text(self.good())
        self.socket.write_text("precious")
        self.addCleanup(self.socket.unlink)
        self.assertRefused(FAILED, str(self.socket))
        self.assertEqual(self.socket.read_text(), "precious")

    def test_not_root(self):
        self.file.write_text(self.good())
        self.assertRefused(FAILED, "root", done=self.run_droverd("setpriv", "--reuid=65534", "--regid=65534",
                                                                 "--clear-groups"))

    # The command line

    def test_wrong_options(self):
        for arguments in (["--bogus"], ["--log-level", "loud"], ["--config"]):
            done = subprocess.run([binary("droverd"), *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, (arguments, done.stderr))


if __name__ == "__main__":
    unittest.main()
