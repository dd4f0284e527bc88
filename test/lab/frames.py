# SPDX-License-Identifier: BSD-3-Clause
"""Frames on the wire: recording them, sending them, and finding one in another's recording."""

import select
import socket
import time

ETH_P_ALL = 3
SO_RCVBUFFORCE = 33
PACKET_OUTGOING = 4
SOL_PACKET, PACKET_AUXDATA, TP_STATUS_VLAN_VALID = 263, 8, 0x10
ETHERNET = 14
SHORTEST = 60


class Recorder:
    """Every frame that a host's interface takes or sends from now on."""

    def __init__(self, host, interface="eth0"):
        with host.inside():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
            self._socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            self._socket.bind((interface, ETH_P_ALL))
        self._socket.setblocking(False)
        self._received, self._sent = [], []

    def received(self):
        self._drain()
        return self._received

    def sent(self):
        self._drain()
        return self._sent

    def _drain(self):
        while True:
            try:
                frame, ancillary, _, address = self._socket.recvmsg(65536, 128)
            except BlockingIOError:
                return
            frame = _with_vlan_tag(frame, ancillary)
            (self._sent if address[2] == PACKET_OUTGOING else self._received).append(frame)

    def wait_for(self, matches, deadline=5.0):
        """The first frame received for which matches(frame), waiting for it if need be; else None."""
        end = time.monotonic() + deadline
        while True:
            for frame in self.received():
                if matches(frame):
                    return frame
            left = end - time.monotonic()
            if left <= 0:
                return None
            select.select([self._socket], [], [], left)

    def close(self):
        self._socket.close()


def _with_vlan_tag(frame, ancillary):
    """The kernel takes a tag out of the frame and tells it beside: put it back."""
    for level, kind, data in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status = int.from_bytes(data[0:4], "little")
            if status & TP_STATUS_VLAN_VALID:
                tag = int.from_bytes(data[16:18], "little")
                kind = int.from_bytes(data[18:20], "little") or 0x8100
                return frame[:12] + kind.to_bytes(2, "big") + tag.to_bytes(2, "big") + frame[12:]
    return frame


def send(host, *frames, interface="eth0"):
    """Puts frames on the wire as they are."""
    with host.inside():
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        raw.bind((interface, 0))
    with raw:
        for frame in frames:
            raw.send(bytes(frame))


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def is_ipv4_to(frame, address):
    return frame[12:14] == b"\x08\x00" and frame[30:34] == socket.inet_aton(address)


def is_tcp_to(frame, address):
    return is_ipv4_to(frame, address) and frame[23] == 6


def without_padding(frame):
    """An IPv4 frame cut to what its IP header says it holds."""
    return frame[:ETHERNET + int.from_bytes(frame[16:18], "big")]


def from_ethertype(frame):
    return without_padding(frame)[12:]
