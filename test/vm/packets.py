# SPDX-License-Identifier: BSD-3-Clause
"""The packets of a recording as Ethernet frames, as recorded_frame.cc makes them for drover."""

import functools
import struct
from ipaddress import IPv4Address

TCP_FLAGS = {"S": 0x02, "A": 0x10, "P": 0x18, "F": 0x11, "R": 0x04, "SA": 0x12}
CLIENT_MAC = bytes.fromhex("020000000064")
ROUTER = int(IPv4Address("10.0.1.254"))
ICMP, TCP, UDP = 1, 6, 17


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def datagram(source, destination, protocol, carried):
    header = struct.pack("!BBHHHBBHII", 0x45, 0, 20 + len(carried), 0, 0, 64, protocol, 0, source, destination)
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + carried


def _transport(source, destination, protocol, segment, at):
    pseudo = struct.pack("!IIBBH", source, destination, 0, protocol, len(segment))
    return segment[:at] + struct.pack("!H", checksum(pseudo + segment)) + segment[at + 2:]


def tcp(source, source_port, destination, port, flags, payload=b""):
    segment = struct.pack("!HHIIBBHHH", source_port, port, 0, 0, 0x50, flags, 0, 0, 0) + payload
    return datagram(source, destination, TCP, _transport(source, destination, TCP, segment, 16))


def udp(source, source_port, destination, port, payload=b""):
    segment = struct.pack("!HHHH", source_port, port, 8 + len(payload), 0) + payload
    return datagram(source, destination, UDP, _transport(source, destination, UDP, segment, 6))


def icmp(source, destination, kind, code, rest):
    message = struct.pack("!BBH", kind, code, 0) + rest
    return datagram(source, destination, ICMP, message[:2] + struct.pack("!H", checksum(message)) + message[4:])


@functools.lru_cache(maxsize=4096)
def client_packet(kind, client, client_port, vip, port):
    if kind == "U":
        return udp(client, client_port, vip, port, b"x" * 8)
    return tcp(client, client_port, vip, port, TCP_FLAGS[kind], b"x" * 8 if kind == "P" else b"")


def error_about(protocol, client, client_port, vip, port):
    """"Fragmentation needed", of what went from the VIP to the client."""
    if protocol == "udp":
        quoted = udp(vip, port, client, client_port, b"x" * 8)
    else:
        quoted = tcp(vip, port, client, client_port, TCP_FLAGS["A"], b"x" * 8)
    return icmp(ROUTER, vip, 3, 4, struct.pack("!HH", 0, 1400) + quoted[:28])


def ethernet(destination, carried):
    return destination + CLIENT_MAC + b"\x08\x00" + carried
