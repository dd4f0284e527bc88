# SPDX-License-Identifier: BSD-3-Clause
"""Ethernet frames of clients, of IPv4 and IPv6; packets.py has those of recordings."""

import socket
import struct
from ipaddress import ip_address

from packets import TCP, TCP_FLAGS, UDP, checksum


def _packed(source, destination, protocol, carried):
    return ip_address(source).packed + ip_address(destination).packed + struct.pack("!IxxxB", len(carried), protocol)


def _checked(source, destination, protocol, segment, at):
    total = checksum(_packed(source, destination, protocol, segment) + segment)
    return segment[:at] + struct.pack("!H", total) + segment[at + 2:]


def _datagram(source, destination, protocol, carried):
    if ip_address(source).version == 6:
        return struct.pack("!IHBB", 0x60000000, len(carried), protocol, 64) + socket.inet_pton(
            socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, destination) + carried
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(carried), 0, 0, 64, protocol, 0) + socket.inet_aton(
        source) + socket.inet_aton(destination)
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + carried


def client_frame(kind, client, client_port, vip, port, payload=8):
    """`kind`: U, or a TCP segment's as in a recording; the MAC addresses are still to come."""
    if kind == "U":
        segment = struct.pack("!HHHH", client_port, port, 8 + payload, 0) + bytes(payload)
        carried = _datagram(client, vip, UDP, _checked(client, vip, UDP, segment, 6))
    else:
        segment = struct.pack("!HHIIBBHHH", client_port, port, 0, 0, 0x50, TCP_FLAGS[kind], 0, 0, 0)
        segment += bytes(payload) if kind == "P" else b""
        carried = _datagram(client, vip, TCP, _checked(client, vip, TCP, segment, 16))
    return struct.pack("!H", 0x86DD if ip_address(client).version == 6 else 0x0800) + carried
