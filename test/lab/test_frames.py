# SPDX-License-Identifier: BSD-3-Clause
"""What drover changes in a frame: the two MAC addresses and nothing else (the picture: network.py).

     client ---> lb1 ---> rsN        recorded as the client sent them
                                     and as the real servers took them
"""

import unittest
from collections import Counter

from balancer import configuration
from frames import SHORTEST, Recorder, from_ethertype, is_tcp_to, mac
from network import VIP
from scenario import Scenario, for_each_driver
from wait import wait_until
from webserver import get


@for_each_driver
class Frames(Scenario):
    def exchange(self):
        """Some requests; the client's frames to the VIP, and for each real server those that it took."""
        at_client = Recorder(self.client)
        at_servers = {host: Recorder(host) for host in self.lab.real_servers}
        for path in ("/", "/large", "/", "/large", "/", "/"):
            get(self.client, VIP, path)

        def sent():
            return [frame for frame in at_client.sent() if is_tcp_to(frame, VIP)]

        def taken():
            return {host: [frame for frame in recorder.received() if is_tcp_to(frame, VIP)]
                    for host, recorder in at_servers.items()}

        wait_until(lambda: len(sent()) == sum(map(len, taken().values())), "every frame of the client at a server")
        return sent(), taken()

    def check(self, source_mac):
        sent, taken = self.exchange()
        self.assertGreater(len(sent), 30)
        for host, frames in taken.items():
            self.assertTrue(frames, host.name)
            for frame in frames:
                self.assertEqual(frame[0:6], mac(host.mac))
                self.assertEqual(frame[6:12], source_mac, frame.hex())
                self.assertGreaterEqual(len(frame), SHORTEST)
                padding = frame[len(from_ethertype(frame)) + 12:]
                self.assertEqual(padding, bytes(len(padding)), "padding is zeros")
        # byte by byte from the EtherType on: TTL, identification, checksums and all
        self.assertEqual(Counter(map(from_ethertype, sent)),
                         Counter(from_ethertype(frame) for frames in taken.values() for frame in frames))

    def test_only_the_two_mac_addresses_differ(self):
        self.check(mac(self.lab.lb1.mac))

    def test_with_source_mac_keep_only_the_destination_differs(self):
        # Such a frame tells a switch that the client has moved to lb1's port: it must not learn there.
        switch, lb1 = self.lab.network.switch, self.lab.lb1
        switch.run("bridge", "fdb", "replace", lb1.mac, "dev", lb1.name, "master", "static")
        switch.run("bridge", "link", "set", "dev", lb1.name, "learning", "off")
        self.restart(configuration(self.lab, self.driver, source_mac="keep"))
        self.addCleanup(self.restart, self.file())
        self.check(mac(self.client.mac))


if __name__ == "__main__":
    unittest.main()
