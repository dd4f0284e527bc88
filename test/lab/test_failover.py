# SPDX-License-Identifier: BSD-3-Clause
"""Who is master of the VIP, and how it changes hands (the picture: network.py; lb2 runs droverd, too).

     client --- ARP, HTTP, a probe a millisecond ---> VIP at lb1 or lb2 ---> rs1, rs2, rs3
"""

import signal
import time
import unittest

from download import Download
from frames import Recorder, mac, send
from lab import Lab
from network import VIP, VIP6
from pair import Pair
from probe import Probe
from scenario import for_each_driver
from stopped_thread import stopped_thread
from test_vip import arp_request, is_arp_reply
from wait import wait_until
from webserver import get

VIRTUAL_MAC = "00:00:5e:00:01:33"


def is_announcement(frame, vip_mac):
    return (frame[12:14] == b"\x08\x06" and frame[22:28] == mac(vip_mac) and frame[28:32] == frame[38:42]
            and frame[0:6] == b"\xff" * 6)


def is_protocol_unreachable(frame):
    return frame[12:14] == b"\x08\x00" and frame[23] == 1 and frame[34:36] == b"\x03\x02"


def is_advertisement(frame, sender):
    return frame[12:14] == b"\x08\x00" and frame[23] == 112 and frame[6:12] == mac(sender.host.mac)


class FailoverScenario:
    """A lab of two balancers for each test."""

    driver = "af_xdp"
    vrrp = "{id: 51, interval: 100ms}"

    def setUp(self):
        self.lab = Lab()
        self.lab.__enter__()
        self.addCleanup(self.lab.down)
        self.pair = Pair(self.lab, self.driver, self.vrrp)
        self.first, self.second = self.pair.first, self.pair.second

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before and hasattr(self, "pair"):
            print(f"{self.id()}:\n{self.kept_logs}", flush=True)
        return result

    def tearDown(self):
        self.kept_logs = self.pair.logs()

    def answers(self):
        """The MAC addresses that answer for the VIP."""
        recorder = Recorder(self.lab.client)
        self.addCleanup(recorder.close)
        send(self.lab.client, arp_request(self.lab.client.mac, self.lab.client.address, VIP))
        recorder.wait_for(lambda frame: is_arp_reply(frame, VIP), deadline=1)
        send(self.lab.client, arp_request(self.lab.client.mac, self.lab.client.address, VIP))
        wait_until(lambda: len([1 for frame in recorder.received() if is_arp_reply(frame, VIP)]) >= 2,
                   "two answers", deadline=2)
        return {frame[22:28].hex(":") for frame in recorder.received() if is_arp_reply(frame, VIP)}

    def assertServedBy(self, balancer):
        self.assertEqual(self.answers(), {balancer.host.mac})
        self.assertIn("This is rs", get(self.lab.client, VIP))

    def through(self, act, successor):
        """A probe a millisecond while act() runs and until `successor` is master and serves."""
        recorder = Recorder(self.lab.client)
        self.addCleanup(recorder.close)
        with Probe(self.lab, VIP) as probe:
            wait_until(lambda: probe.arrived() > 200, "probes arrive")
            act()
            self.pair.wait_for_master(successor)
            sent = probe.arrived()
            wait_until(lambda: probe.arrived() > sent + 200, "probes arrive again")
        self.announced = [frame for frame in recorder.received() if is_announcement(frame, successor.host.mac)]
        self.assertGreaterEqual(len(self.announced), 5)
        self.assertEqual(probe.duplicates(), 0)
        self.assertServedBy(successor)
        return probe


    def switch_bridge(self, rest):
        for line in ("link set " + rest).splitlines():
            self.lab.network.switch.run("bridge", *line.split())

    def flood(self):
        """The switch forgets who is where, and learns it no more."""
        for name in self.lab.network.hosts:
            self.lab.network.switch.ip(f"link set {name} type bridge_slave learning off\n"
                                       f"link set {name} type bridge_slave fdb_flush\n")

    def heard(self, balancer):
        """Advertisements that it has taken."""
        return balancer.json("status")["failover"]["instances"][0]["heard"]

    def wait_for_heartbeats(self, balancer, count=20):
        before = self.heard(balancer)
        wait_until(lambda: self.heard(balancer) >= before + count, f"{balancer.host.name} hears its peer")


@for_each_driver
class Failover(FailoverScenario):
    def test_the_backup_takes_over_from_a_killed_master(self):
        self.pair.start()
        self.assertServedBy(self.first)
        download = Download(self.lab.client, VIP)
        probe = self.through(lambda: self.first.stop(signal.SIGKILL), self.second)
        self.assertLess(probe.longest_silence(), 0.5)  # 361 ms, and what a loaded machine adds
        self.assertTrue(download.finish())  # placed by the same hash

    def test_sigterm_hands_over_at_once(self):
        self.pair.start()
        probe = self.through(lambda: self.assertEqual(self.first.stop(), 0), self.second)
        # The backup waits for its skew, 61 ms, in which the old master goes on forwarding.
        self.assertLess(probe.longest_silence(), 0.05)
        self.assertIn("is master: the master left", self.second.log())

    def test_a_link_that_goes_down_hands_over(self):
        self.pair.start()
        self.through(lambda: self.lab.network.switch.ip("link set lb1 down\n"), self.second)
        wait_until(lambda: self.pair.role(self.first) == "stopped", "lb1 has given up")
        self.lab.network.switch.ip("link set lb1 up\n")
        wait_until(lambda: self.pair.role(self.first) == "backup", "lb1 is backup")
        self.assertServedBy(self.second)

    def test_the_virtual_mac_moves_along(self):
        self.pair.vrrp = "{id: 51, interval: 100ms, use_vmac: true}"
        self.pair.start()
        self.assertVirtualMacComesIn(self.first)
        self.assertEqual(self.answers(), {VIRTUAL_MAC})
        self.assertIn("This is rs", get(self.lab.client, VIP))
        self.first.stop(signal.SIGKILL)
        self.pair.wait_for_master(self.second)
        self.assertEqual(self.answers(), {VIRTUAL_MAC})
        self.assertIn("This is rs", get(self.lab.client, VIP))
        # Of a backup frames for the virtual MAC address get nowhere.
        self.pair.start(self.first)
        wait_until(lambda: self.pair.role(self.first) == "backup", "lb1 is backup")
        send(self.lab.client, mac(VIRTUAL_MAC) + arp_request(self.lab.client.mac, self.lab.client.address, VIP)[6:])
        self.flood()
        with Probe(self.lab, VIP) as probe:
            wait_until(lambda: probe.arrived() > 200, "probes arrive")
        self.assertEqual(probe.duplicates(), 0)
        self.assertGreater(self.first.json("status")["verdicts"]["not_master"], 100)

    def assertVirtualMacComesIn(self, balancer):
        """By a filter's entry, or else because all frames do, which is told."""
        if self.driver == "af_xdp":
            self.assertIn(f"{VIRTUAL_MAC} ", balancer.host.run("bridge", "fdb", "show", "dev", "eth0").stdout)
        else:
            self.assertIn("PROMISC", balancer.host.ip("link", "show", "eth0"))
            self.assertIn("port front: takes all frames (promiscuous)", " ".join(balancer.status().split()))

    def test_by_unicast_to_named_peers(self):
        self.pair.vrrp = "{id: 51, interval: 100ms, peers: [192.0.2.11, 192.0.2.12]}"
        self.pair.start()
        wait_until(lambda: self.pair.role(self.second) == "backup" and "192.0.2.11 is there" in self.second.log(),
                   "lb2 hears lb1")
        self.assertEqual(self.pair.masters(), [self.first])
        recorder = Recorder(self.lab.lb1)  # before lb2 was up its kernel had reason to complain
        self.addCleanup(recorder.close)
        self.wait_for_heartbeats(self.second)
        self.assertEqual([frame for frame in recorder.received() if is_protocol_unreachable(frame)], [])
        self.through(lambda: self.first.stop(signal.SIGKILL), self.second)


class FailoverRoles(FailoverScenario, unittest.TestCase):
    def test_one_that_was_stopped_listens_before_it_speaks(self):
        self.pair.start()
        self.through(lambda: self.first.process.send_signal(signal.SIGSTOP) or wait_until(
            lambda: self.pair.role(self.second) == "master", "lb2 is master") and self.first.process.send_signal(
                signal.SIGCONT), self.second)
        self.assertIn("is backup: did not advertise for too long", self.first.log())

    def test_five_seconds_without_the_processor(self):
        self.pair.start()
        self.first.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: self.pair.role(self.second) == "master", "lb2 is master")
        recorder = Recorder(self.lab.client)
        self.addCleanup(recorder.close)
        end = time.monotonic() + 5
        while time.monotonic() < end:  # these wait for the stopped one
            send(self.lab.client, arp_request(self.lab.client.mac, self.lab.client.address, VIP))
            time.sleep(0.05)
        self.first.process.send_signal(signal.SIGCONT)
        self.pair.wait_for_master(self.second)
        wait_until(lambda: "did not advertise" in self.first.log(), "lb1 knows that it was stopped")
        self.assertServedBy(self.second)
        self.assertEqual([frame for frame in recorder.received() if frame[6:12] == mac(self.first.host.mac)
                          and (is_arp_reply(frame, VIP) or frame[23:24] == b"\x70")], [])

    def test_preemption_brings_the_old_master_back(self):
        self.pair.vrrp = "{id: 51, interval: 100ms, preempt: true}"
        self.pair.start()
        self.through(lambda: self.first.stop(signal.SIGKILL), self.second)
        probe = self.through(lambda: self.pair.start(self.first), self.first)
        self.assertLess(probe.longest_silence(), 0.05)
        self.assertIn("is backup: a master of higher priority", self.second.log())

    def test_without_preemption_the_old_master_stays_backup(self):
        self.pair.start()
        self.first.stop(signal.SIGKILL)
        self.pair.wait_for_master(self.second)
        self.pair.start(self.first)
        wait_until(lambda: "the balancer 192.0.2.12 is there" in self.first.log(), "lb1 hears lb2")
        self.assertEqual(self.pair.role(self.first), "backup")
        self.assertServedBy(self.second)

    def test_the_owner_is_master_at_once_whenever_it_comes(self):
        self.pair.options["priorities"] = (255, 100)
        self.pair.start()
        self.assertIn("is master: owner of the addresses", self.first.log())
        self.through(lambda: self.first.stop(signal.SIGKILL), self.second)
        self.through(lambda: self.pair.start(self.first), self.first)

    def test_preemption_waits_for_its_delay(self):
        self.pair.vrrp = "{id: 51, interval: 100ms, preempt: true, preempt_delay: 2s}"
        self.pair.start()
        self.first.stop(signal.SIGKILL)
        self.pair.wait_for_master(self.second)
        began = time.monotonic()
        self.pair.start(self.first)
        self.pair.wait_for_master(self.first)
        self.assertGreater(time.monotonic() - began, 2)
        self.assertServedBy(self.first)

    def test_a_backup_knows_which_servers_are_up(self):
        text = self.pair.file
        self.pair.file = lambda balancer: text(balancer).replace(
            "services:\n", "    checks:\n      - {http: {path: /}, interval: 200ms, timeout: 150ms, rise: 1, fall: 1}\n"
            "services:\n")
        self.pair.start()
        self.lab.web_servers[0].stop()
        wait_until(lambda: "web/rs1: is down" in self.second.log(), "the backup sees it")
        self.first.stop(signal.SIGKILL)
        self.pair.wait_for_master(self.second)
        self.assertServedBy(self.second)
        for _ in range(12):  # a server that is down would refuse some of them
            self.assertNotIn("rs1", get(self.lab.client, VIP))

    def test_two_that_start_at_once_with_one_priority(self):
        self.pair.options["priorities"] = (100, 100)
        for balancer in (self.first, self.second):
            balancer.launch(self.pair.file(balancer))
        for balancer in (self.first, self.second):
            balancer.wait_until_ready()
        wait_until(lambda: len(self.pair.masters()) == 1, "there is a master")
        master, = self.pair.masters()
        self.assertServedBy(master)
        loser, = {self.first, self.second} - {master}
        # If both came up at once: it said so, heard the other, and gave way.
        self.assertLessEqual(loser.json("status")["failover"]["instances"][0]["sent"], 2)

    def test_split_brain_heals_to_one_master(self):
        self.pair.start()
        cut = "dev lb1 isolated {0}\nlink set dev lb2 isolated {0}\n"
        self.switch_bridge(cut.format("on"))
        wait_until(lambda: len(self.pair.masters()) == 2, "both are master")
        recorder = Recorder(self.lab.client)
        self.addCleanup(recorder.close)
        self.switch_bridge(cut.format("off"))
        self.pair.wait_for_master(self.first)
        self.assertIn("another balancer said that it is master, too; this one goes on", wait_until(
            lambda: "too; this one" in self.first.log() and self.first.log(), "lb1 has told of it"))
        wait_until(lambda: [frame for frame in recorder.received() if is_announcement(frame, self.first.host.mac)],
                   "lb1 announces the VIP again")
        self.assertServedBy(self.first)

    def test_mastership_is_given_away_by_hand(self):
        self.pair.start()
        wait_until(lambda: "192.0.2.11 is there" in self.second.log(), "lb2 hears lb1")
        refused = self.second.drover("failover", check=False)
        self.assertEqual((refused.returncode, "not master" in refused.stderr), (1, True), refused.stderr)
        self.through(lambda: self.first.drover("failover"), self.second)
        self.assertIn("is backup: yielded by hand", self.first.log())
        self.through(lambda: self.second.drover("failover", "51"), self.first)

    def test_what_is_tracked_and_who_is_told(self):
        flag = self.lab.directory / "flag"
        flag.write_text("")
        self.lab.directory.chmod(0o755)
        self.pair.vrrp = ("{id: 51, interval: 100ms, preempt: true, "
                          f"track: [{{script: {{command: [/usr/bin/test, '-e', {flag}]}}, interval: 100ms, fall: 1, "
                          "rise: 1, weight: 150}], notify: {master: [/usr/bin/env], backup: [/usr/bin/env]}}")
        self.pair.start()
        wait_until(lambda: "/usr/bin/env has run" in self.first.log(), "the program of notify has run")
        instance = self.first.json("status")["failover"]["instances"][0]
        self.assertEqual((instance["role"], instance["priority"]), ("master", 200))
        flag.unlink()  # for both alike
        wait_until(lambda: self.first.json("status")["failover"]["instances"][0]["priority"] == 50, "50 for lb1")
        flag.write_text("")
        wait_until(lambda: self.first.json("status")["failover"]["instances"][0]["priority"] == 200, "200 again")

    def test_a_switch_that_floods_makes_no_duplicates(self):
        self.pair.start()
        self.flood()
        with Probe(self.lab, VIP) as probe:
            wait_until(lambda: probe.arrived() > 500, "probes arrive")
        self.assertEqual(probe.duplicates(), 0)
        self.assertGreater(self.second.json("status")["verdicts"]["wrong_mac"], 100)

    def test_a_backup_forwards_what_comes_to_its_own_mac(self):
        self.pair.start()
        with self.lab.client.inside():
            self.lab.client.ip("neigh", "replace", VIP, "lladdr", self.second.host.mac, "dev", "eth0")
        self.assertIn("This is rs", get(self.lab.client, VIP))
        self.assertEqual(self.pair.masters(), [self.first])

    def test_each_is_master_of_one_vip(self):
        other = "192.0.2.9"
        servers = ", ".join(f"{{address: {host.address}}}" for host in self.lab.real_servers)
        self.pair.vrrp = ("{id: 51, interval: 100ms}, {id: 52, interval: 100ms, services: [other], "
                          "priority: {lb1: 100, lb2: 200}, preempt: true}")
        text = self.pair.file
        self.pair.file = lambda balancer: text(balancer).replace(
            "services:\n", f"services:\n  - {{name: other, address: {other}, ports: [80], servers: [{servers}]}}\n")
        self.pair.start()
        self.pair.wait_for_master(self.first, 51)
        self.pair.wait_for_master(self.second, 52)
        self.assertServedBy(self.first)
        self.second.stop(signal.SIGTERM)
        self.pair.wait_for_master(self.first, 52)

    def test_ipv6(self):
        self.pair.vrrp = "{id: 51, interval: 100ms}, {id: 52, family: ipv6, interval: 100ms}"
        listed = ", ".join(f"{{address: '{host.address6}'}}" for host in self.lab.real_servers)
        text = self.pair.file
        self.pair.file = lambda balancer: text(balancer).replace(
            "services:\n", f"services:\n  - {{name: web6, address: '{VIP6}', ports: [80], scheduler: maglev, "
            f"servers: [{listed}]}}\n").replace("192.0.2.11/24", f"[192.0.2.11/24, '{self.lab.lb1.address6}/64']"
            ).replace("192.0.2.12/24", f"[192.0.2.12/24, '{self.lab.lb2.address6}/64']")
        self.pair.start()
        self.pair.wait_for_master(self.first, 52)
        self.assertIn("This is rs", get(self.lab.client, VIP6))
        self.first.stop(signal.SIGKILL)
        self.pair.wait_for_master(self.second, 52)
        self.assertIn("This is rs", get(self.lab.client, VIP6))


class FailoverTwoPaths(FailoverScenario, unittest.TestCase):
    """A second wire for heartbeats: `beats`, between lb1b and lb2b."""

    vrrp = "{id: 51, interval: 100ms, second_path: {port: beat}}"

    def setUp(self):
        super().setUp()
        switch = self.lab.network.switch
        switch.ip("link add beats type bridge stp_state 0 forward_delay 0 mcast_snooping 0\nlink set beats up\n")
        for number, host in ((11, self.lab.lb1), (12, self.lab.lb2)):
            switch.ip(f"link add {host.name}b type veth peer name eth1 address 02:00:00:00:01:{number} "
                      f"netns {host.namespace}\nlink set {host.name}b master beats up\n")
            host.ip(f"link set eth1 up\naddress add 198.18.0.{number}/24 dev eth1\n")
        text = self.pair.file
        self.pair.file = lambda balancer: text(balancer).replace(
            "pools:\n", "  - {name: beat, driver: af_xdp, device: eth1}\npools:\n")

    def test_a_peer_that_is_heard_on_one_of_them_is_alive(self):
        self.pair.start()
        self.wait_for_heartbeats(self.second)
        cut = "dev lb1 isolated {0}\nlink set dev lb2 isolated {0}\n"
        self.switch_bridge(cut.format("on"))
        self.wait_for_heartbeats(self.second)
        self.assertEqual(self.pair.masters(), [self.first])
        self.switch_bridge(cut.format("off"))
        self.wait_for_heartbeats(self.second)
        self.lab.network.switch.ip("link set lb1b down\n")
        self.wait_for_heartbeats(self.second)
        self.assertEqual(self.pair.masters(), [self.first])
        self.switch_bridge(cut.format("on"))
        wait_until(lambda: len(self.pair.masters()) == 2, "without a path both are master")


@for_each_driver
class FailoverBusyControl(FailoverScenario):
    """Heartbeats are heard and said while the control thread does other things."""

    vrrp = "{id: 51, interval: 30ms}"

    def test_a_busy_control_thread_delays_no_heartbeat(self):
        self.pair.start()
        self.wait_for_heartbeats(self.second)
        for balancer in (self.second, self.first):
            recorder = Recorder(self.lab.client)
            self.addCleanup(recorder.close)
            with stopped_thread(balancer.process.pid):
                wait_until(lambda r=recorder: len([1 for frame in r.received() if is_advertisement(frame, self.first)])
                           >= 40, f"lb1 goes on, {balancer.host.name}'s control thread does not")
            self.assertEqual([frame for frame in recorder.received() if is_advertisement(frame, self.second)], [])
        self.assertServedBy(self.first)


if __name__ == "__main__":
    unittest.main()
