#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks that the runner sees what is wrong with a recording, and says so.

usage: test_runner.py RUNNER RECORDINGS
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

RUNNER, RECORDINGS = sys.argv[1], Path(sys.argv[2])


def play(*arguments):
    played = subprocess.run([RUNNER, *arguments], capture_output=True, text=True, check=False)
    return played.returncode, played.stdout.splitlines()


def recording(name):
    return json.loads((RECORDINGS / f"{name}.json").read_text(encoding="ascii"))


class Runner(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def play(self, text, *arguments):
        (self.folder / "case.json").write_text(
            text if isinstance(text, str) else json.dumps(text), encoding="ascii")
        return play(*arguments, self.folder)

    def refuses(self, text, complaint, *arguments):
        status, lines = self.play(text, *arguments)
        self.assertIn(complaint, "\n".join(lines))
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed"))

    def test_one_that_is_right_passes(self):
        self.assertEqual(self.play(recording("wlc-mix-1")), (0, ["ok     case", "1 passed, 0 failed"]))

    def test_the_first_packet_that_differs_is_shown(self):
        it = recording("rr-three-equal")
        self.assertEqual(it["events"][1]["to"], 2)
        it["events"][1]["to"] = it["events"][4]["to"] = 3
        status, lines = self.play(it)
        self.assertEqual(status, 1)
        self.assertIn("event 2: ", lines[0])
        self.assertIn("expected server 3, got it server 2", lines[1])
        it["events"][1]["to"] = None
        self.refuses(it, "expected no server, got it server 2")

    def test_a_table_that_differs(self):
        it = recording("lc-fill")
        table = next(event["table"] for event in it["events"] if "table" in event)
        table["1"]["inactive"] += 1
        self.refuses(it, "there is 1: weight 1 active")

    def test_connections_that_differ(self):
        it = recording("tcp-reset")
        it["connections_at_end"][0]["state"] = "ESTABLISHED"
        self.refuses(it, "the connections at the end: there is no TCP ESTABLISHED")
        it["connections_at_end"] = []
        self.refuses(it, "there is TCP CLOSE")

    def test_a_packet_that_is_routed(self):
        it = recording("rr-three-equal")
        it["events"].append({"packet": "S", "src": "10.0.1.9", "sport": 9, "dst": "10.0.0.99",
                             "to": None})
        self.assertEqual(self.play(it)[0], 0)
        it["events"][-1]["dst"] = "10.0.0.100"
        self.refuses(it, "expected no server, got it server")

    def test_hashed_choices_may_be_others(self):
        it = recording("sh-sticky")
        for event in it["events"]:
            event["to"] = event["to"] % 3 + 1
        del it["connections_at_end"]
        self.assertEqual(self.play(it)[0], 0)
        self.refuses(it, "expected server", "--same-hash")
        it["events"][5]["to"] = None
        self.refuses(it, "expected no server, one got it")

    def test_what_sticks_together_must_stick(self):
        it = recording("dh-one-destination")
        for number, event in enumerate(it["events"]):
            event["to"] = number % 3 + 1
        self.refuses(it, "went to several servers, and sticks to one")

    def test_shares_must_be_as_even(self):
        it = recording("mh-spread")
        for event in it["events"]:
            event["to"] = 1
        self.refuses(it, "the shares were 40, 0, 0")

    def test_lots_may_fall_otherwise(self):
        it = recording("mh-spread")
        it["services"][0]["scheduler"] = "twos"
        del it["connections_at_end"]
        self.assertEqual(self.play(it)[0], 0)
        for event in it["events"]:
            event["to"] = 2
        self.refuses(it, "the shares were 80")

    def test_what_is_no_recording(self):
        self.refuses("{", "parse error")
        self.refuses("[]", "not a map")
        self.refuses({"services": [], "events": []}, "there is no service")
        service = {"scheduler": "rr", "servers": [{"id": 1, "weight": 1}]}
        for event, complaint in (
                ({"packet": "X", "src": "10.0.1.1", "sport": 1, "to": 1}, "the packet X"),
                ({"packet": "S", "src": "10.0.1", "sport": 1, "to": 1}, "no address: 10.0.1"),
                ({"packet": "S", "src": "10.0.1.1", "to": 1}, "sport"),
                ({"packet": "S", "src": "10.0.1.1", "sport": 1, "to": 1, "ttl": 3}, '"ttl"'),
                ({"remove": 7}, "there is no server 7"),
                ({"add": 1, "weight": 1}, "server 1 is there already")):
            self.refuses({"services": [service], "events": [event]}, complaint)
        for sysctl, complaint in (({"secure_tcp": 3}, "secure_tcp = 3: drover has no other"),
                                  ({"drop_entry": 3}, "by lot"), ({"drop_packet": 3}, "turns away"),
                                  ({"colour": 1}, "the sysctl colour = 1 is not known")):
            self.refuses({"sysctl": sysctl, "services": [service], "events": []}, complaint)

    def test_a_file_that_cannot_be_read(self):
        (self.folder / "case.json").symlink_to("nowhere")
        status, lines = play(self.folder)
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed"))

    def test_no_recording_at_all(self):
        for folder, complaint in ((self.folder, "there is no recording"),
                                  (self.folder / "nowhere", "No such file or directory")):
            status, lines = play(folder)
            self.assertIn(complaint, lines[0])
            self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed"))
        self.assertEqual(play(), (1, ["0 passed, 0 failed"]))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
