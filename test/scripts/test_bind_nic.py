#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""scripts/bind-nic, on a made-up sysfs."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from fake_kernel import FakeKernel

BIND_NIC = Path(__file__).resolve().parents[2] / "scripts" / "bind-nic"
CARD = "0000:05:00.0"
OTHER = "0000:06:00.0"

IP = "#!/bin/sh" + """
case "$*" in
  "-o -4 route show default") cat "{root}/routes" ;;
  "-o address show dev eth0") echo "2: eth0    inet 192.0.2.11/24 scope global eth0" ;;
esac
"""


class BindNic(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="drover-bind-nic-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.kernel = FakeKernel(self.root)
        self.addCleanup(self.kernel.stop)
        self.kernel.add_device(CARD, interface="eth1", group="5")
        self.kernel.add_device(OTHER, vendor="0x1af4", interface="eth0", group="6")
        self.route("default via 192.0.2.1 dev eth0 proto static")
        self.rule = self.root / f"etc/udev/rules.d/60-drover-nic-{CARD}.rules"
        programs = self.root / "programs"
        programs.mkdir()
        self.program("ip", IP.format(root=self.root))
        self.program("modprobe", f"#!/bin/sh\necho \"$*\" >>{self.root}/modules\n")
        self.path = f"{programs}:{os.environ['PATH']}"

    def program(self, name, text):
        path = self.root / "programs" / name
        path.write_text(text)
        path.chmod(0o755)

    def route(self, text):
        (self.root / "routes").write_text(text + "\n")

    def run_it(self, *arguments, status=0):
        done = subprocess.run([BIND_NIC, *arguments], capture_output=True, text=True, check=False, timeout=60,
                              env={"PATH": self.path, "BIND_NIC_ROOT": str(self.root)})
        self.assertEqual(done.returncode, status, done)
        return done.stdout + done.stderr

    def test_it_lists_cards_with_driver_link_and_addresses(self):
        self.kernel.add_device("0000:07:00.0", kind="0x010000")
        self.kernel.add_device("0000:08:00.0", interface="eth2", carrier="0")
        lines = [line.split() for line in self.run_it().splitlines()]
        self.assertEqual(lines[1], [CARD, "e1000e", "eth1", "up", "52:54:00:00:00:01"])
        self.assertEqual(lines[2], [OTHER, "virtio-pci", "eth0", "up", "52:54:00:00:00:01", "192.0.2.11/24",
                                    "default", "route"])
        self.assertEqual(lines[3][:5], ["0000:08:00.0", "e1000e", "eth2", "no", "link"])
        self.assertEqual(len(lines), 4)

    def test_it_binds_and_writes_a_rule_that_binds_again(self):
        self.assertIn("bound to vfio-pci, now and at each boot", self.run_it(CARD))
        self.assertEqual(self.kernel.driver(CARD), "vfio-pci")
        self.assertEqual(self.kernel.driver(OTHER), "virtio-pci")
        self.assertIn("vfio-pci", (self.root / "modules").read_text())
        self.assertIn("bound at each boot", self.run_it())
        # What udev would run after a boot, at which the kernel's driver was first.
        command = self.rule.read_text().split('RUN+="')[1].rstrip('"\n').split()
        self.kernel._unbind(CARD)
        (self.root / f"sys/bus/pci/devices/{CARD}/driver_override").write_text("\n")
        self.kernel._probe(CARD)
        self.assertEqual(self.kernel.driver(CARD), "e1000e")
        self.assertEqual(Path(command[0]), BIND_NIC)
        self.run_it(*command[1:])
        self.assertEqual(self.kernel.driver(CARD), "vfio-pci")

    def test_a_card_is_named_by_its_interface_or_short_address(self):
        self.run_it("eth1")
        self.assertEqual(self.kernel.driver(CARD), "vfio-pci")
        self.run_it("--undo", "05:00.0")
        self.assertEqual(self.kernel.driver(CARD), "e1000e")

    def test_undo_gives_it_back_for_good(self):
        self.run_it(CARD)
        self.assertIn("belongs to e1000e", self.run_it("--undo", CARD))
        self.assertEqual(self.kernel.driver(CARD), "e1000e")
        self.assertFalse(self.rule.exists())
        self.assertIn("belongs to e1000e", self.run_it("--undo", CARD))

    def test_once_writes_no_rule(self):
        self.run_it("--once", CARD)
        self.assertEqual(self.kernel.driver(CARD), "vfio-pci")
        self.assertFalse(self.rule.exists())

    def test_the_default_route_is_kept_unless_told_twice(self):
        for arguments in ([OTHER], ["--force", OTHER], ["eth0"]):
            self.assertIn("carries the default route", self.run_it(*arguments, status=1))
            self.assertEqual(self.kernel.driver(OTHER), "virtio-pci")
        self.run_it("--force", "--force", OTHER)
        self.assertEqual(self.kernel.driver(OTHER), "vfio-pci")

    def test_a_default_route_over_a_bridge_of_a_bond_counts(self):
        self.kernel.lies_on("bond0", "eth1")
        self.kernel.lies_on("br0", "bond0")
        self.route("default via 192.0.2.1 dev br0")
        self.assertIn("carries the default route", self.run_it(CARD, status=1))
        self.run_it(OTHER)

    def test_without_an_iommu_it_takes_uio_pci_generic_at_most(self):
        self.kernel.add_device("0000:09:00.0", group=None)
        self.assertIn("needs an IOMMU", self.run_it("0000:09:00.0", status=1))
        self.assertEqual(self.kernel.driver("0000:09:00.0"), "e1000e")
        self.run_it("--driver", "uio_pci_generic", "0000:09:00.0")
        self.assertEqual(self.kernel.driver("0000:09:00.0"), "uio_pci_generic")

    def test_behind_an_iommu_that_translates_uio_is_refused(self):
        kind = self.root / "sys/kernel/iommu_groups/5/type"
        kind.write_text("DMA-FQ\n")
        self.assertIn("there is an IOMMU", self.run_it("--driver", "uio_pci_generic", CARD, status=1))
        self.assertEqual(self.kernel.driver(CARD), "e1000e")
        kind.write_text("identity\n")
        self.run_it("--driver", "uio_pci_generic", CARD)
        self.assertEqual(self.kernel.driver(CARD), "uio_pci_generic")

    def test_a_group_with_a_device_of_the_kernels_is_refused(self):
        self.kernel.add_device("0000:05:00.1", group="5")
        self.assertIn("shares its IOMMU group with 0000:05:00.1", self.run_it(CARD, status=1))
        self.kernel.add_device("0000:04:00.0", vendor="0x1022", kind="0x060400", group="6")
        self.run_it("--force", "--force", OTHER)

    def test_a_driver_that_does_not_take_the_card_leaves_it_to_the_kernel(self):
        self.kernel.refuses.add("vfio-pci")
        self.assertIn("did not take it", self.run_it(CARD, status=1))
        self.assertEqual(self.kernel.driver(CARD), "e1000e")
        self.assertFalse(self.rule.exists())

    def test_a_kernel_without_the_driver_changes_nothing(self):
        self.program("modprobe", "#!/bin/sh\nexit 1\n")
        self.assertIn("this kernel has no vfio-pci", self.run_it(CARD, status=1))
        self.assertEqual(self.kernel.driver(CARD), "e1000e")

    def test_what_is_no_card_is_named(self):
        self.kernel.add_device("0000:07:00.0", kind="0x010000")
        for wrong in ("0000:07:00.0", "eth7", "x"):
            self.assertIn(f"{wrong}: there is no such network card", self.run_it(wrong, status=1))
        # All are looked up before the first is bound.
        self.run_it(CARD, "eth7", status=1)
        self.assertEqual(self.kernel.driver(CARD), "e1000e")

    def test_wrong_usage(self):
        for arguments in (["--undo"], ["--what"]):
            self.run_it(*arguments, status=2)
        self.run_it("--driver", "e1000e", CARD, status=1)


if __name__ == "__main__":
    unittest.main()
