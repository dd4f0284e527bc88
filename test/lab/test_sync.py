# SPDX-License-Identifier: BSD-3-Clause
"""Connection synchronisation: connections outlive their balancer (the picture: network.py; lb2 runs droverd, too)."""

import json
import os
import signal
import socket

from download import Download
from frames import Recorder, is_ipv4_to, send
from network import VIP
from pair import Pair
from scenario import for_each_driver
from test_failover import FailoverScenario
from wait import wait_until
from webserver import get

SYNC_PORT = 8849


class SyncedPair(Pair):
    """Round robin: what has not been told would be placed elsewhere by hash."""

    def __init__(self, lab, driver, **options):
        key = lab.directory / "sync.key"
        key.touch(mode=0o600)
        key.write_text(os.urandom(32).hex() + "\n")
        super().__init__(lab, driver, extra=f"  sync: {{key_file: {key}}}\n", **options)

    def file(self, balancer):
        return super().file(balancer).replace("scheduler: maglev", "scheduler: rr")

    def start(self, *balancers):
        super().start(*balancers)
        for balancer in balancers or (self.first, self.second):
            self.wait_for_table(balancer)

    def sync(self, balancer):
        return balancer.json("status")["sync"]

    def wait_for_table(self, balancer):
        wait_until(lambda: all(peer["complete"] for peer in self.sync(balancer)["peers"]),
                   f"{balancer.host.name} has the other's table", deadline=20)

    def connections(self, balancer):
        """Client and server of each TCP connection."""
        lines = balancer.drover("list", "--connections", "--json").stdout.splitlines()
        return {(each["client"], each["server"]) for each in map(json.loads, lines) if each["protocol"] == "TCP"}


@for_each_driver
class Sync(FailoverScenario):
    def setUp(self):
        super().setUp()
        self.pair.stop()
        self.pair = SyncedPair(self.lab, self.driver)
        self.first, self.second = self.pair.first, self.pair.second
        self.pair.start()
        self.pair.wait_for_table(self.first)

    def downloads(self, count):
        downloads = [Download(self.lab.client, VIP) for _ in range(count)]
        for download in downloads:
            self.addCleanup(download.close)
        return downloads

    def assertWhole(self, downloads):
        """Each comes to its end, and is the page of its server to the byte."""
        pages = {server.name: server.page.encode() * 20_000 for server in self.lab.web_servers}
        for download in downloads:
            self.assertTrue(download.finish())
            self.assertTrue(download.has(pages[download.server]), "the whole page")

    def fail_over(self, dies, lives):
        dies.stop(signal.SIGKILL)
        self.pair.wait_for_master(lives)

    def test_downloads_survive_the_death_of_the_master(self):
        downloads = self.downloads(100)
        of_first = self.pair.connections(self.first)
        self.assertEqual(len(of_first), 100)
        self.assertEqual(self.pair.connections(self.second), of_first)
        self.fail_over(self.first, self.second)
        self.assertWhole(downloads)

    def test_a_balancer_that_starts_gets_the_whole_table(self):
        downloads = self.downloads(30)
        self.second.stop(signal.SIGKILL)
        downloads += self.downloads(30)
        self.pair.start(self.second)
        self.assertEqual(self.pair.connections(self.second), self.pair.connections(self.first))
        self.fail_over(self.first, self.second)
        self.assertWhole(downloads)

    def test_three_deaths_in_a_row(self):
        downloads = self.downloads(30)
        for dies, lives in ((self.first, self.second), (self.second, self.first), (self.first, self.second)):
            self.pair.wait_for_table(lives)
            self.fail_over(dies, lives)
            for download in downloads:
                download.step()
            downloads += self.downloads(5)
            self.pair.start(dies)
        self.assertWhole(downloads)

    def test_a_planned_switch(self):
        downloads = self.downloads(50)
        self.first.stop(signal.SIGTERM)
        self.pair.wait_for_master(self.second)
        self.assertWhole(downloads)

    def test_strangers_and_forgeries_are_counted(self):
        with self.lab.client.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for _ in range(3):
                stranger.sendto(b"let me in", (self.lab.lb1.address, SYNC_PORT))
        wait_until(lambda: self.pair.sync(self.first)["unknown_senders"] == 3, "strangers are counted")
        with self.lab.lb2.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forger:
            forger.sendto(b"D" * 100, (self.lab.lb1.address, SYNC_PORT))
        wait_until(lambda: self.pair.sync(self.first)["peers"][0]["dropped"], "a forgery is counted")

    def test_what_is_replayed_or_changed_on_the_way_is_dropped(self):
        recorder = Recorder(self.lab.network.switch, "lb1")  # lb2's program takes what comes to it
        self.addCleanup(recorder.close)
        download, = self.downloads(1)
        told = recorder.wait_for(lambda frame: is_ipv4_to(frame, self.lab.lb2.address) and frame[23] == 17
                                 and frame[36:38] == SYNC_PORT.to_bytes(2, "big") and len(frame) > 130)
        connections = self.pair.connections(self.second)
        forged = bytearray(told)
        forged[40:42] = b"\0\0"  # no UDP checksum: let it come as far as it may
        forged[-40] ^= 1
        for frame in (told, told, bytes(forged)):
            send(self.lab.client, frame)
        wait_until(lambda: self.dropped(self.second).get("replayed", 0) >= 2, "replays are counted")
        wait_until(lambda: self.dropped(self.second).get("not_authentic", 0) >= 1, "a forgery is counted")
        self.assertEqual(self.pair.connections(self.second), connections)
        self.assertTrue(self.pair.sync(self.second)["peers"][0]["complete"])
        self.assertWhole([download])

    def part(self, on_or_off):
        """Whether the switch keeps the balancers' frames from each other."""
        self.switch_bridge(f"dev lb1 isolated {on_or_off}\nlink set dev lb2 isolated {on_or_off}")

    def dropped(self, balancer):
        return self.pair.sync(balancer)["peers"][0]["dropped"]

    def test_what_was_lost_on_the_way_is_told_again(self):
        self.pair.stop()
        self.pair.vrrp = "{id: 51, interval: 1s}"  # whose backup does not notice that nothing comes for a moment
        self.pair.start()
        self.part("on")
        downloads = self.downloads(30)
        self.part("off")
        of_first = self.pair.connections(self.first)
        self.assertEqual(len(of_first), 30)
        wait_until(lambda: self.pair.connections(self.second) == of_first, "the table has come again", deadline=20)
        peer = self.pair.sync(self.second)["peers"][0]
        self.assertGreaterEqual(peer["datagrams_lost"], 30)
        self.pair.wait_for_table(self.second)
        self.fail_over(self.first, self.second)
        self.assertWhole(downloads)

    def test_a_client_keeps_its_server(self):
        """With persistence, by its template: round robin alone would send it on."""
        self.pair.stop()
        text = self.pair.file
        self.pair.file = lambda balancer: text(balancer).replace(
            "ports: [80], scheduler: rr", "ports: [80], scheduler: rr, persistence: {timeout: 5m}")
        self.pair.start()
        page = get(self.lab.client, VIP)
        self.fail_over(self.first, self.second)
        self.assertEqual({get(self.lab.client, VIP) for _ in range(6)}, {page})

    def test_other_services_are_an_event(self):
        text = self.second.file.read_text()
        self.second.file.write_text(text.replace("scheduler: rr", "scheduler: wrr"))
        self.second.drover("reload")
        wait_until(lambda: "has other services" in self.first.drover("events").stdout, "the difference is told",
                   deadline=20)
        self.assertFalse(self.pair.sync(self.first)["peers"][0]["same_services"])
