# SPDX-License-Identifier: BSD-3-Clause
"""From a running LVS to drover and back, with downloads under way (the picture: vm_scenario.py).

     client --- downloads ---> VIP: first the kernel's IPVS (.14, a namespace of the machine, with keepalived),
                               then droverd (.13), then IPVS again ---> rs1, rs2, rs3
"""

from director import ADDRESS, SYNC_ID, Director
from download import Download
from machine import CARDS
from network import VIP
from vm_balancer import configuration
from vm_scenario import VmScenario
from wait import wait_until

OLD, NEW = CARDS["vm-e1000"], CARDS["vm-virtio"]
DOWNLOADS = 12
FAILOVER = f"""\
failover:
  vrrp: [{{id: 51, interval: 300ms}}]
  sync: {{ipvs: {{peers: [{ADDRESS}], sync_id: {SYNC_ID}}}}}
"""


class MoveFromLvs(VmScenario):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest.run("drover-hugepages persist 256")
        cls.guest.run(f"drover-bind-nic --undo {OLD.address}")
        cls.director = Director(cls.guest, OLD, cls.lab.real_servers)
        cls.addClassCleanup(cls.director.remove)

    def downloads(self):
        return [Download(self.client, VIP) for _ in range(DOWNLOADS)]

    def step(self, downloads):
        for download in downloads:
            for _ in range(3):
                download.step()

    def test_no_download_breaks_on_the_way_there_and_back(self):
        self.director.start(priority=250)
        wait_until(self.director.has_the_vip, "the director has the VIP", 30, 0.3)
        self.client.ip("neigh flush all")
        first = self.downloads()
        self.assertGreaterEqual(len(self.director.connections()), DOWNLOADS)

        # drover joins as a backup: it learns of each connection as its packets come.
        self.guest.run(f"drover-bind-nic {NEW.address}")
        self.balancer.start(configuration(self.lab, NEW, extra=FAILOVER))
        wait_until(lambda: self.balancer.role() == "backup", "droverd is backup", 30, 0.3)

        def known():
            self.step(first)
            return self.balancer.drover("list", "--connections").output.count("ESTABLISHED") >= DOWNLOADS
        wait_until(known, "droverd knows all connections", 60, 0.3)

        # The old director leaves.
        self.director.stop()
        wait_until(lambda: self.balancer.role() == "master", "droverd is master", 30, 0.3)
        self.assertFalse(self.director.has_the_vip())
        for _ in range(3):
            self.step(first)
        forwarded = self.balancer.json("status")["verdicts"]["forwarded"]
        self.assertGreater(forwarded, DOWNLOADS)
        second = self.downloads()

        # And back: the kernel has learnt of the new ones.
        def told():
            self.step(second)
            return len(self.director.connections()) >= 2 * DOWNLOADS
        wait_until(told, "the director knows all connections", 60, 0.3)
        self.director.start(priority=250)
        wait_until(lambda: self.balancer.role() == "backup" and self.director.has_the_vip(), "the director has the VIP", 30, 0.3)
        self.step(first + second)
        self.balancer.stop()
        self.assertEqual([download.finish() for download in first + second], [True] * 2 * DOWNLOADS)
