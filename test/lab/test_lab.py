# SPDX-License-Identifier: BSD-3-Clause
"""The lab itself, without drover (the picture: network.py).

     client --- VIP at rs1's MAC address, by a fixed entry ---> rs1
"""

import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path

import ownership
from frames import Recorder
from lab import HUGEPAGES, Lab, remove_ownerless
from network import NETNS, VIP
from wait import wait_until
from webserver import get

HERE = Path(__file__).resolve().parent
PUT_UP_AND_WAIT = "from lab import Lab; import time; lab = Lab(hugepages=2); lab.__enter__(); print(lab.name, flush=True); time.sleep(60)"


def namespaces(name):
    return sorted(path.name for path in NETNS.glob(f"drover-{name}-*"))


class LabItself(unittest.TestCase):
    def point_vip_at_rs1(self, lab):
        lab.client.ip("neighbour", "replace", VIP, "lladdr", lab.real_servers[0].mac, "dev", "eth0")

    def test_a_real_server_answers_for_the_vip(self):
        with Lab() as lab:
            self.point_vip_at_rs1(lab)
            self.assertEqual(get(lab.client, VIP), lab.web_servers[0].page)
            requests = wait_until(lab.web_servers[0].requests, "the access log")
            self.assertEqual(requests, [(lab.client.address, VIP, "200")])

    def test_no_real_server_answers_arp_for_the_vip(self):
        with Lab() as lab:
            recorder = Recorder(lab.client)
            ping = lab.client.run("ping", "-c", "1", "-W", "1", VIP, check=False)
            self.assertNotEqual(ping.returncode, 0)
            replies = [frame for frame in recorder.received() if frame[12:14] == b"\x08\x06"]
            self.assertEqual(replies, [])

    def test_two_labs_at_once(self):
        with Lab() as one, Lab() as other:
            self.point_vip_at_rs1(one)
            self.point_vip_at_rs1(other)
            self.assertEqual(get(one.client, VIP), get(other.client, VIP))
            one.down()
            self.assertEqual(get(other.client, VIP), other.web_servers[0].page)

    def test_nothing_is_left_afterwards(self):
        with Lab(hugepages=2) as lab:
            self.assertEqual(len(namespaces(lab.name)), 7)
        self.assertNothingLeft(lab.name)

    def test_nothing_is_left_when_putting_it_up_fails(self):
        lab = Lab()
        path, os.environ["PATH"] = os.environ["PATH"], "/usr/bin:/bin"  # where there is no ethtool
        try:
            with self.assertRaises(Exception):
                lab.__enter__()
        finally:
            os.environ["PATH"] = path
        self.assertNothingLeft(lab._claim.name)

    def test_what_a_killed_owner_left_is_removed_by_the_next(self):
        owner = subprocess.Popen([sys.executable, "-B", "-c", PUT_UP_AND_WAIT], cwd=HERE, stdout=subprocess.PIPE, text=True)
        name = owner.stdout.readline().strip()
        owner.stdout.close()
        self.assertIn(name, namespaces(name)[0])
        remove_ownerless()
        self.assertEqual(len(namespaces(name)), 7, "while its owner lives it stays")
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        remove_ownerless()
        self.assertNothingLeft(name)

    def test_the_runner_ends_at_a_signal_and_leaves_nothing(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            runner = subprocess.Popen([sys.executable, "-B", HERE / "run.py", "port.Idle"],
                                      stdout=subprocess.PIPE, text=True, start_new_session=True)
            name = f"{runner.pid}-1"
            wait_until(lambda lab=name: len(namespaces(lab)) == 7, "the runner's lab")
            runner.send_signal(number)
            output, _ = runner.communicate(timeout=30)
            self.assertEqual(runner.returncode, 128 + number, output)
            self.assertNothingLeft(name)

    def assertNothingLeft(self, name):
        self.assertEqual(namespaces(name), [])
        self.assertFalse((ownership.RUN / name).exists())
        self.assertNotIn(name, subprocess.run([HUGEPAGES, "list"], capture_output=True, text=True, check=True).stdout)
        running = subprocess.run(["ps", "-e", "-o", "args"], capture_output=True, text=True, check=True).stdout
        self.assertNotIn(f"/run/drover-lab/{name}/", running)


if __name__ == "__main__":
    unittest.main()
