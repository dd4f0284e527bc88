# SPDX-License-Identifier: BSD-3-Clause
"""The package on a machine with a real systemd, and the machine's cards (the picture: vm_scenario.py)."""

import time

from machine import CARDS
from network import VIP
from vm_balancer import FILE, configuration
from vm_scenario import VmScenario
from wait import wait_until
from webserver import get

E1000E = CARDS["vm-e1000e"]


class Package(VmScenario):
    installs = False

    def test_1_from_the_package_to_the_first_answer(self):
        """A minute at most on a real machine; an emulated one, beside other work, may take three."""
        began = time.monotonic()
        self.guest.run("dpkg --install /mnt/drover.deb", timeout=180)
        self.guest.run("drover-hugepages persist 256")
        self.guest.run(f"drover-bind-nic {E1000E.address}")
        self.assertEqual(self.guest.output("systemctl is-enabled droverd", check=False).strip(), "disabled")
        self.balancer.start(configuration(self.lab, E1000E))
        self.client.ip("neigh flush all")

        def answered():
            try:
                return get(self.client, VIP, timeout=2)
            except OSError:
                return None
        page = wait_until(answered, "a request is answered", 120)
        seconds = time.monotonic() - began
        print(f"        from the .deb to the first request in {seconds:.0f} s: {page.strip()}", flush=True)
        self.assertLess(seconds, 180)

    def test_2_an_upgrade_neither_stops_nor_restarts_it(self):
        pid = self.balancer.pid()
        self.guest.run("dpkg --install /mnt/later.deb", timeout=180)
        self.assertIn("+later", self.guest.output("dpkg-query --show drover"))
        self.assertEqual(self.balancer.pid(), pid)
        self.assertIn("This is", get(self.client, VIP))
        self.guest.run("dpkg --install --force-downgrade /mnt/drover.deb", timeout=180)
        self.assertEqual(self.balancer.pid(), pid)

    def test_3_cards_and_pages_are_there_again_after_a_boot(self):
        self.guest.run("systemctl enable droverd")
        self.machine.reboot()
        self.assertIn("vfio-pci", self.guest.output(f"drover-bind-nic | grep {E1000E.address}"))
        self.assertEqual(self.guest.output("sysctl -n vm.nr_hugepages").strip(), "256")
        wait_until(lambda: self.balancer.property("ActiveState") == "active", "droverd is up after the boot", 60, 0.5)
        self.assertIn("This is", get(self.client, VIP))
        self.guest.run("systemctl disable droverd")

    def test_4_a_purge_leaves_nothing_and_the_card_comes_back(self):
        self.balancer.stop()
        self.guest.run(f"drover-bind-nic --undo {E1000E.address}")
        self.assertIn("e1000e", self.guest.output(f"drover-bind-nic | grep {E1000E.address}"))
        self.guest.run(f"drover-bind-nic {E1000E.address}")
        self.guest.run("dpkg --purge drover", timeout=120)
        left = self.guest.output(f"ls -d {FILE} /etc/drover /etc/udev/rules.d/60-drover* /etc/sysctl.d/60-drover* "
                                 "/usr/sbin/drover* /run/drover 2>/dev/null", check=False)
        self.assertEqual(left, "")
        self.guest.run("dpkg --install /mnt/drover.deb", timeout=180)

    def test_5_the_card_with_the_default_route_is_refused(self):
        listed = self.guest.output("drover-bind-nic")
        self.assertRegex(listed, r"0000:00:07\.0 +virtio-pci .* up .*10\.0\.2\.15/24 .*default route")
        refused = self.guest.run("drover-bind-nic 0000:00:07.0", check=False)
        self.assertEqual(refused.status, 1)
        self.assertIn("carries the default route", refused.complaints)

    def test_6_behind_an_iommu_uio_is_refused(self):
        card = CARDS["vm-e1000"].address
        refused = self.guest.run(f"drover-bind-nic --driver uio_pci_generic {card}", check=False)
        self.assertEqual(refused.status, 1)
        self.assertIn("there is an IOMMU", refused.complaints)
