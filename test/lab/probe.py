# SPDX-License-Identifier: BSD-3-Clause
"""One datagram a millisecond through the VIP, and when each came to a real server."""

import socket
import struct
import threading
import time

from pair import PROBE_PORT

SO_TIMESTAMPNS = 35
PERIOD = 0.001


class Probe:
    """`with Probe(lab, vip) as probe:` sends all the while; then probe.silences() and probe.lost()."""

    def __init__(self, lab, vip):
        self._lab = lab
        self._vip = vip
        self._arrived = []  # (kernel's time of arrival, number), one server's after the other's
        self._sent = 0
        self._latest = 0.0
        self._over = threading.Event()

    def __enter__(self):
        self._receivers = [self._listen(host) for host in self._lab.real_servers]
        self._threads = [threading.Thread(target=self._receive, args=(receiver,)) for receiver in self._receivers]
        self._sender = threading.Thread(target=self._send)
        with self._lab.client.inside():
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect((self._vip, PROBE_PORT))
        for thread in (*self._threads, self._sender):
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._sender.join()
        self._socket.close()
        for thread in self._threads:
            thread.join()
        for receiver in self._receivers:
            receiver.close()
        self._arrived.sort()

    def _listen(self, host):
        with host.inside():
            receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        receiver.bind((self._vip, PROBE_PORT))
        receiver.settimeout(0.2)
        return receiver

    def _send(self):
        next_time = time.monotonic()
        while not self._over.is_set():
            try:
                self._socket.send(struct.pack("!Q", self._sent))
            except OSError:
                pass  # nobody answers ARP just now
            self._sent += 1
            next_time += PERIOD
            self._latest = max(self._latest, time.monotonic() - next_time)
            time.sleep(max(0, next_time - time.monotonic()))

    def _receive(self, receiver):
        while True:
            try:
                data, ancillary, _, _ = receiver.recvmsg(64, 64)
            except TimeoutError:
                if self._over.is_set():
                    return
                continue
            seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
            self._arrived.append((seconds + nanoseconds / 1e9, struct.unpack("!Q", data)[0]))

    def arrived(self):
        """How many have come so far."""
        return len(self._arrived)

    def longest_silence(self):
        """In seconds, between two probes that came one after the other; the end counts for nothing."""
        times = [at for at, _ in self._arrived]
        return max(later - earlier for earlier, later in zip(times, times[1:]))

    def latest(self):
        """By how much, in seconds, the machine let a probe be late that was sent."""
        return self._latest

    def duplicates(self):
        numbers = [number for _, number in self._arrived]
        return len(numbers) - len(set(numbers))

    def lost(self):
        numbers = {number for _, number in self._arrived}
        return max(numbers) + 1 - len(numbers)
