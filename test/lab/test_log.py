# SPDX-License-Identifier: BSD-3-Clause
"""What droverd writes to stderr: priorities for journald, or a form for a person (the picture: network.py)."""

import os
import subprocess
import unittest

from balancer import binary
from scenario import Scenario


class Log(Scenario, unittest.TestCase):
    def test_every_line_has_a_priority_dpdks_too(self):
        self.balancer.stop()
        self.balancer.start(self.file(), "--log-level", "debug")
        log = self.balancer.log().splitlines()
        for line in log:
            self.assertRegex(line, r"^<[3-7]>", "\n".join(log))
        self.assertTrue(any("EAL" in line for line in log), "DPDK's own log is there")

    def test_a_level_leaves_out_what_is_below_it(self):
        self.balancer.stop()
        self.balancer.start(self.file(), "--log-level", "info")
        self.assertIn("<6>", self.balancer.log())
        self.assertNotIn("<7>", self.balancer.log())
        self.assertNotIn("EAL", self.balancer.log(), "what DPDK says of its start is for debugging")

    def test_a_terminal_sees_no_priorities(self):
        ours, its = os.openpty()
        subprocess.run([binary("droverd"), "--config", "/no/such/file"], stderr=its, check=False)
        os.close(its)
        shown = os.read(ours, 4096).decode()
        os.close(ours)
        self.assertIn("/no/such/file", shown)
        self.assertIn("error", shown)
        self.assertNotIn("<3>", shown)


if __name__ == "__main__":
    unittest.main()
