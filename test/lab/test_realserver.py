# SPDX-License-Identifier: BSD-3-Clause
"""scripts/realserver on one host of the network (the picture: network.py)."""

import os
import shutil
import unittest

import ownership
from network import VIP, VIP6, Network, remove_network
from webserver import SCRIPTS


# Folders of a mount namespace in the place of the machine's; systemctl then asks no manager.
PRIVATE = """\
set -e
mount -t tmpfs none /etc/sysctl.d
mount -t tmpfs none /etc/systemd/system
"""
WRITTEN = "find /etc/sysctl.d /etc/systemd/system -mindepth 1 ! -type d"
SYSCTL_FILE = "/etc/sysctl.d/60-drover-realserver.conf"
UNIT_FILE = "/etc/systemd/system/drover-vip@.service"


class RealServer(unittest.TestCase):
    def setUp(self):
        # only the network: no web server has set its host up
        claim = ownership.Claim()
        self.addCleanup(claim.release)
        self.addCleanup(remove_network, f"drover-{claim.name}")
        network = Network(f"drover-{claim.name}")
        network.create()
        self.host = network.real_servers[0]

    def realserver(self, *arguments):
        return self.host.run(SCRIPTS / "realserver", *arguments, check=False)

    def test_set_up_verify_and_undo(self):
        self.assertEqual(self.realserver("--verify", VIP).returncode, 1)
        self.assertEqual(self.realserver(VIP, VIP6).returncode, 0)
        verified = self.realserver("--verify", VIP, VIP6)
        self.assertEqual((verified.returncode, verified.stdout.count("right")), (0, 4), verified.stdout)
        self.assertEqual(self.realserver(VIP, VIP6).returncode, 0, "twice is as good as once")
        self.assertEqual(self.realserver("--undo", VIP, VIP6).returncode, 0)
        undone = self.realserver("--verify", VIP, VIP6)
        self.assertEqual((undone.returncode, undone.stdout.count("WRONG")), (1, 4), undone.stdout)

    def test_verify_says_what_is_wrong_and_what_mends_it(self):
        self.realserver(VIP)
        for spoil, mend in (
            (("ip", "address", "del", f"{VIP}/32", "dev", "lo"), f"sudo scripts/realserver {VIP}"),
            (("ip", "address", "add", f"{VIP}/24", "dev", "lo"), f"sudo ip address del {VIP}/24 dev lo"),
            (("ip", "address", "add", f"{VIP}/24", "dev", "eth0"), f"sudo ip address del {VIP} dev eth0"),
            (("sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=0"), "sudo sysctl -w net.ipv4.conf.all.arp_ignore=1"),
        ):
            self.host.run(*spoil)
            verified = self.realserver("--verify", VIP)
            self.assertEqual(verified.returncode, 1)
            self.assertIn(mend, verified.stdout)

    def test_undo_of_one_address_keeps_the_other(self):
        self.realserver(VIP, VIP6)
        self.realserver("--undo", VIP6)
        self.assertEqual(self.realserver("--verify", VIP).returncode, 0)

    def shell(self, script):
        """In a mount namespace of its own."""
        return self.host.run("unshare", "--mount", "bash", "-c", PRIVATE + script,
                             env={**os.environ, "SYSTEMD_OFFLINE": "1"})

    @unittest.skipUnless(shutil.which("systemctl"), "there is no systemctl here")
    def test_what_persist_writes_sets_a_rebooted_host_up(self):
        script = f"{SCRIPTS}/realserver"
        reboot = f"""
            ip address flush dev lo scope global
            sysctl -qw net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.all.arp_announce=0
            ! {script} --verify {VIP} {VIP6} >/dev/null
            for unit in /etc/systemd/system/multi-user.target.wants/drover-vip@*; do
              instance=${{unit##*@}}
              sed -n "s/%i/${{instance%.service}}/; s/^ExecStart=//p" "$unit" | bash -e
            done
            sysctl -qp {SYSCTL_FILE}
            {script} --verify {VIP} {VIP6}
        """
        shown = self.shell(f"{script} --persist {VIP} {VIP6}\n{reboot}").stdout
        self.assertEqual((shown.count("right"), shown.count("WRONG")), (4, 0), shown)

        wants = "/etc/systemd/system/multi-user.target.wants/drover-vip@"
        left = self.shell(f"{script} --persist {VIP} {VIP6}\n{script} --undo {VIP6} >/dev/null\n{WRITTEN}").stdout
        self.assertEqual(sorted(left.split()), sorted([SYSCTL_FILE, UNIT_FILE, f"{wants}{VIP}.service"]))
        left = self.shell(f"{script} --persist {VIP} {VIP6}\n{script} --undo {VIP} {VIP6}\n{WRITTEN}").stdout
        self.assertEqual(left, "", "undo takes back what persist wrote")

    @unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd-analyze here")
    def test_the_unit_that_persist_writes_is_sound(self):
        complaints = self.shell(f"{SCRIPTS}/realserver --persist {VIP}\n"
                                f"systemd-analyze verify --man=no 'drover-vip@{VIP}.service' 2>&1").stdout
        self.assertEqual(complaints, "")

    def test_wrong_use(self):
        for arguments, status, complaint in (
            ((), 2, "usage"),
            (("--bogus", VIP), 2, "--bogus"),
            (("192.0.2.300",), 1, "192.0.2.300"),
            (("1.2",), 1, "1.2"),
            (("web.example",), 1, "web.example"),
            ((f"{VIP}/32",), 1, "address alone"),
        ):
            done = self.realserver(*arguments)
            self.assertEqual(done.returncode, status, arguments)
            self.assertIn(complaint, done.stderr)
            self.assertEqual(self.realserver("--verify", VIP).returncode, 1, "nothing was set up")


if __name__ == "__main__":
    unittest.main()
