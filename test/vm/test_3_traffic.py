# SPDX-License-Identifier: BSD-3-Clause
"""Requests through a bound card of each model (the picture: vm_scenario.py)."""

import re
import subprocess
import sys

import packets
from frames import Recorder, mac, send
from machine import CARDS
from network import VIP
from siege import Siege
from vm_balancer import ADDRESS, configuration
from vm_scenario import VmScenario, number_of
from wait import wait_until
from webserver import get

CLIENTS = 10
REQUESTS_EACH = 30


class Traffic:
    """For one card, which a subclass names."""

    workers = 1
    spreads = True  # qemu's vmxnet3 has several queues, but all frames come in by the first

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = CARDS[cls.card_name]
        cls.guest.run("drover-hugepages persist 256")
        cls.guest.run(f"drover-bind-nic {cls.card.address}")
        cls.balancer.start(configuration(cls.lab, cls.card, cls.workers))
        cls.client.ip("neigh flush all")
        cls.balancer.wait_until_servers_are_up()

    def answered(self):
        return {server.name: sum(request[0] == self.client.address for request in server.requests())
                for server in self.lab.web_servers}

    def test_1_every_request_is_answered_and_each_server_gets_its_share(self):
        before = self.answered()
        result = Siege(self.client, f"http://{VIP}/", self.lab.directory, CLIENTS, requests_each=REQUESTS_EACH).result()
        total = CLIENTS * REQUESTS_EACH
        self.assertEqual((result["transactions"], result["failed_transactions"]), (total, 0), result)

        def new():
            return {name: count - before[name] for name, count in self.answered().items()}
        wait_until(lambda: sum(new().values()) >= total, "the last line of the access logs")
        for name, count in new().items():
            self.assertLessEqual(abs(count - total / 3), self.workers, f"{name}: {new()}")

    def test_2_all_workers_have_a_queue_and_packets(self):
        status = self.balancer.json("status")
        self.assertIn(f"{self.workers} queue", self.balancer.drover("status").output)
        self.assertEqual(len(status["workers"]), self.workers)
        if self.spreads:
            self.assertTrue(all(worker["bursts"] > 0 for worker in status["workers"]), status["workers"])

    def test_3_a_large_page_arrives_whole(self):
        pages = [server.page * 20_000 for server in self.lab.web_servers]
        for _ in pages:
            self.assertIn(get(self.client, VIP, "/large", timeout=30), pages)

    def test_4_a_server_that_fails_gets_nothing_and_comes_back(self):
        server = self.lab.web_servers[1]
        server.stop()
        self.balancer.wait_until_servers_are_up(2)
        self.assertNotIn(server.page, [get(self.client, VIP) for _ in range(6)])
        server.resume()
        self.balancer.wait_until_servers_are_up(3)
        self.assertIn(server.page, [get(self.client, VIP) for _ in range(3)])

    def test_5_ssh_goes_through_the_host_interface(self):
        key = self.lab.directory / "key"
        if not key.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        self.guest.write("/root/.ssh/authorized_keys", key.with_suffix(".pub").read_text())
        answer = self.client.run("ssh", "-i", key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                                 "-o", "ConnectTimeout=20", f"root@{ADDRESS}", "uname -n; ip -brief address show drover-front")
        self.assertIn("vm\n", answer.stdout)
        self.assertIn(ADDRESS, answer.stdout)

    def test_6_a_link_that_goes_is_seen_and_one_that_comes_is_used(self):
        self.addCleanup(self.machine.set_link, self.card, True)
        self.machine.set_link(self.card, False)
        wait_until(lambda: "the link is down" in self.balancer.log(), "the log says so", 20, 0.3)
        self.assertIn("link DOWN", self.balancer.drover("status").output)
        self.machine.set_link(self.card, True)
        wait_until(lambda: "link up" in self.balancer.drover("status").output, "the link is up", 30, 0.3)
        self.balancer.wait_until_servers_are_up()

        def served():
            try:
                return get(self.client, VIP, timeout=2)
            except OSError:
                return None
        wait_until(served, "a request is answered", 30)

    def test_7_frames_of_multicast_groups_reach_the_kernel(self):
        self.lab.lb2.run("ip", "-6", "neigh", "flush", "all")
        # Neighbour solicitations come by multicast; the answer is the kernel's.
        self.guest.run("sysctl -qw net.ipv6.conf.drover-front.disable_ipv6=0; "
                       "ip -6 address replace 2001:db8::13/64 dev drover-front nodad")
        done = self.lab.lb2.run("ping", "-6", "-c", "2", "-W", "5", "2001:db8::13", check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_8_a_vlan_tag_passes(self):
        """A tagged SYN comes to a server with its tag, though the card might have taken it out."""
        recorders = [Recorder(host) for host in self.lab.real_servers]
        for recorder in recorders:
            self.addCleanup(recorder.close)
        tag = b"\x81\x00\x00\x07"
        syn = packets.tcp(number_of(self.client.address), 40000, number_of(VIP), 80, packets.TCP_FLAGS["S"])
        send(self.client, mac(self.card.mac) + mac(self.client.mac) + tag + b"\x08\x00" + syn)

        def taken():
            return [frame for recorder in recorders for frame in recorder.received() if frame[12:16] == tag]
        wait_until(taken, "the tagged frame at a server", 10, 0.1)
        self.assertEqual(taken()[0][18:18 + len(syn)], syn)
        self.assertEqual(taken()[0][6:12], mac(self.card.mac))


def for_each_card(names):
    for name, workers in names.items():
        title = "Traffic" + re.sub(r"\W", "", name.removeprefix("vm-").title())
        members = {"card_name": name, "workers": workers, "spreads": name != "vm-vmxnet3", "__module__": __name__}
        setattr(sys.modules[__name__], title, type(title, (Traffic, VmScenario), members))


for_each_card({"vm-e1000e": 1, "vm-virtio": 2, "vm-vmxnet3": 2, "vm-e1000": 1})
