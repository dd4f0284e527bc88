# SPDX-License-Identifier: BSD-3-Clause
"""What the scenarios with the emulated machine stand on: one lab and one machine for all of them.

                        192.0.2.0/24
     client .100 ---+                  +--- rs1 .21, rs2 .22, rs3 .23
                    |                  |
     lb2 .12 -------+----- switch -----+--- the machine: a card of each model, droverd .13
     (a namespace)      a Linux bridge      on one of them at a time
"""

import ipaddress
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from lab import Lab
from machine import Machine
from vm_balancer import VmBalancer

_up = {}


def _start():
    if "DROVER_VM_IMAGE" not in os.environ:
        raise unittest.SkipTest("test/suite/vm makes the machine's disk, and runs this")
    lab = Lab()
    lab.__enter__()
    share = lab.directory / "share"
    share.mkdir()
    shutil.copy(os.environ["DROVER_DEB"], share / "drover.deb")
    _make_later(share)
    machine = Machine(lab, Path(os.environ["DROVER_VM_IMAGE"]), share)
    _up.update(lab=lab, machine=machine, share=share)
    machine.start()


def _make_later(share):
    """The same package as a later version, to upgrade to."""
    folder = share / "later"
    subprocess.run(["dpkg-deb", "--raw-extract", share / "drover.deb", folder], check=True)
    control = folder / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^(Version: .*)$", r"\1+later", control.read_text()))
    subprocess.run(["dpkg-deb", "-Znone", "--build", folder, share / "later.deb"], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(folder)


def number_of(address):
    """An IPv4 address as a number."""
    return int(ipaddress.IPv4Address(address))


class VmScenario(unittest.TestCase):
    """The machine with the package installed."""

    installs = True

    @classmethod
    def setUpClass(cls):
        if not _up:
            _start()
        cls.lab, cls.machine, cls.share = _up["lab"], _up["machine"], _up["share"]
        cls.client, cls.guest = cls.lab.client, cls.machine.guest
        cls.balancer = VmBalancer(cls.machine)
        if cls.installs:
            cls.guest.run("dpkg --install /mnt/drover.deb", timeout=180)

    @classmethod
    def tearDownClass(cls):
        cls.balancer.stop()

    def run(self, result=None):
        """As any test, but one that failed shows what the machine logged."""
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            try:
                print(f"droverd's log at the end of {self.id()}:\n{self.balancer.log()}", flush=True)
            except (OSError, AssertionError):  # the machine does not answer any more
                print(f"the machine's console at the end of {self.id()}:\n{self.machine.console()[-2000:]}", flush=True)
        return result
