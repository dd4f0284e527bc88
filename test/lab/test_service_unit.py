# SPDX-License-Identifier: BSD-3-Clause
"""droverd as systemd runs it: with the capabilities that conf/droverd.service leaves it, and with the service
manager's socket (the picture: network.py)."""

import re
import socket
import unittest

from balancer import ROOT
from scenario import Scenario
from wait import wait_until

UNIT = ROOT / "conf" / "droverd.service"


def capabilities():
    bounding = re.search(r"^CapabilityBoundingSet=(.*)$", UNIT.read_text(), re.MULTILINE)[1]
    return ",".join("+" + name.removeprefix("CAP_").lower() for name in bounding.split())


class ServiceUnit(Scenario, unittest.TestCase):
    started = False

    def test_it_forwards_with_these_capabilities_and_tells_the_manager(self):
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        path = self.lab.directory / "notify"
        manager.bind(str(path))
        manager.settimeout(20)
        self.balancer.start(self.file(), before=[
            "env", f"NOTIFY_SOCKET={path}",
            "setpriv", "--no-new-privs", f"--bounding-set=-all,{capabilities()}", "--inh-caps=-all"])
        self.assertEqual(manager.recv(256), b"READY=1\nSTATUS=forwarding")
        self.assertServed()
        # The watchdog is fed again and again.
        for _ in range(3):
            self.assertEqual(manager.recv(256), b"WATCHDOG=1")
        self.assertEqual(self.balancer.stop(), 0)
        heard = []
        wait_until(lambda: heard.append(manager.recv(256)) or heard[-1] == b"STOPPING=1", "droverd says that it stops")


if __name__ == "__main__":
    unittest.main()
