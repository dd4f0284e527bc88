# SPDX-License-Identifier: BSD-3-Clause
"""scripts/demo, run as a newcomer would, and interrupted in every way (the picture: network.py)."""

import os
import re
import signal
import subprocess
import unittest
from pathlib import Path

from lab import remove_ownerless
from network import NETNS
from wait import wait_until

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
DEMO = SCRIPTS / "demo"


def processes(lab):
    """What runs of a lab, each with its process id and arguments."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [line.split(maxsplit=1) for line in listed.splitlines() if f"/run/drover-lab/{lab}/" in line]


def hugepages():
    return subprocess.run([SCRIPTS / "hugepages", "list"], capture_output=True, text=True, check=True).stdout


class Demo(unittest.TestCase):
    """Other labs may be up meanwhile: each looks only for what is its own, by the name that the process id gives."""

    def setUp(self):
        self.interfaces = set(os.listdir("/sys/class/net"))

    def start(self, *arguments):
        process = subprocess.Popen([DEMO, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, start_new_session=True)
        process.lab = f"{process.pid}-1"
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)

    def started_under_load(self):
        process = self.start("--seconds", "30")
        self.read_until(process, "Forward Weight ActiveConn")
        return process

    def read_until(self, process, text):
        for line in process.stdout:
            if text in line:
                return
        self.fail(f"the demo ended without '{text}': {process.stderr.read()}")

    def assertNothingLeft(self, process):
        self.assertEqual(list(NETNS.glob(f"drover-{process.lab}-*")), [])
        self.assertEqual(list(Path("/run/drover-lab").glob(f"{process.lab}*")), [])
        self.assertNotIn(process.lab, hugepages())
        self.assertEqual(processes(process.lab), [])
        self.assertEqual(set(os.listdir("/sys/class/net")), self.interfaces)

    def test_it_shows_the_table_and_leaves_nothing(self):
        process = self.start("--seconds", "4")
        output, complaints = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, output + complaints)
        self.assertIn("192.0.2.10:80 rr", output)
        shares = [float(share) for share in re.findall(r"^rs\d .* (\d+\.\d) %$", output, re.MULTILINE)]
        self.assertEqual([round(share) for share in shares], [33, 33, 33], output)
        self.assertRegex(output, r"\nfailures +0\n")
        self.assertNothingLeft(process)

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process = self.started_under_load()
            process.send_signal(number)
            process.communicate(timeout=30)
            self.assertEqual(process.returncode, 128 + number)
            self.assertNothingLeft(process)

    def test_droverd_killed_in_the_middle(self):
        process = self.started_under_load()
        self.assertIn(process.lab, hugepages())
        [droverd] = [int(pid) for pid, arguments in processes(process.lab) if "droverd --config" in arguments]
        os.kill(droverd, signal.SIGKILL)
        _, complaints = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 1)
        self.assertIn("droverd died (SIGKILL)", complaints)
        self.assertNothingLeft(process)

    def test_demo_killed_in_the_middle(self):
        process = self.started_under_load()
        process.kill()
        process.communicate(timeout=30)
        wait_until(lambda: not processes(process.lab), "the end of the lab's processes")
        remove_ownerless()  # as the next lab does
        self.assertNothingLeft(process)

    def test_stay_and_down(self):
        process = self.start("--seconds", "2", "--stay")
        output, complaints = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, complaints)
        enter = re.search(r"ip netns exec (drover-\S+-client) bash", output)[1]
        page = subprocess.run(["ip", "netns", "exec", enter, "curl", "-sS", "http://192.0.2.10/"],
                              capture_output=True, text=True, check=True)
        self.assertIn("This is rs", page.stdout)
        subprocess.run([DEMO, "--down", process.lab], capture_output=True, check=True)
        self.assertNothingLeft(process)

    def test_wrong_use(self):
        for arguments in (["--bogus"], ["--seconds", "x"], ["--seconds"], ["--seconds", "601"], ["--down", "x"]):
            done = subprocess.run([DEMO, *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn("usage:", done.stderr)

    def test_without_root(self):
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", DEMO],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("run it with sudo", done.stderr)


if __name__ == "__main__":
    unittest.main()
