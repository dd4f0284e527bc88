# SPDX-License-Identifier: BSD-3-Clause
"""Colours: on a terminal, and nowhere else (the picture: network.py)."""

import os
import pty
import unittest

from scenario import Scenario

ESCAPE = "\x1b["


class Colour(Scenario, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.balancer.drover("disable", "web", "rs1")

    def listed_on_a_terminal(self, **environment):
        ours, theirs = pty.openpty()
        process = self.lab.lb1.spawn(self.balancer.client, "--socket", self.balancer.socket, "list", stdout=theirs,
                                     env={"PATH": os.environ["PATH"], **environment})
        os.close(theirs)
        text = b""
        try:
            while piece := os.read(ours, 4096):
                text += piece
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        self.assertEqual(process.wait(10), 0)
        self.assertIn(b"disabled", text)
        return text.decode()

    def test_a_terminal_gets_colours(self):
        self.assertIn(ESCAPE, self.listed_on_a_terminal(TERM="xterm"))

    def test_unless_there_shall_be_none(self):
        self.assertNotIn(ESCAPE, self.listed_on_a_terminal(TERM="xterm", NO_COLOR="1"))
        self.assertNotIn(ESCAPE, self.listed_on_a_terminal(TERM="dumb"))

    def test_a_pipe_gets_none(self):
        self.assertNotIn(ESCAPE, self.balancer.listing())


if __name__ == "__main__":
    unittest.main()
