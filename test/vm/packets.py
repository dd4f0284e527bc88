# SPDX-License-Identifier: BSD-3-Clause
"""IPv4 packets of a client's, for tests that send them frame by frame."""

import struct

TCP_FLAGS = {"S": 0x02, "A": 0x10}
CLIENT_MAC = bytes.fromhex("020000000064")
TCP, UDP = 6, 17


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
