# SPDX-License-Identifier: BSD-3-Clause
"""Frames that are not what they say: each kind has its counter. Nothing answers them."""

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from .case import TAGS, case, padded, tagged, tcp
from .plant import CLIENT, NODE, PORT_MAC, ROUTER_MAC, VIP


def ip(payload=b"", **fields):
    fields = {"src": CLIENT, "dst": VIP} | fields
    return Ether(src=ROUTER_MAC, dst=PORT_MAC) / IP(**fields) / payload


SEGMENT = TCP(sport=40000, dport=80, flags="S")


@case("bad-ip-checksum")
def bad_ip_checksum(c):
    """A wrong IPv4 header checksum; 0 is no exception."""
    good = Ether(bytes(ip(SEGMENT)))[IP].chksum
    for wrong in (0, good ^ 1, good ^ 0x8000, (good + 0x100) & 0xFFFF):
        c.drop(padded(bytes(ip(SEGMENT, chksum=wrong))), "bad_ip_checksum")
    c.entries(0)


@case("bad-ip-version")
def bad_ip_version(c):
    """The Ethernet type says IPv4, the header says otherwise."""
    for version in (0, 3, 5, 6, 15):
        c.drop(padded(bytes(ip(SEGMENT, version=version))), "bad_ip_version")


@case("bad-ip-header-length")
def bad_ip_header_length(c):
    """Below 20 bytes, or beyond the datagram."""
    for words in (0, 1, 4):
        c.drop(padded(bytes(ip(SEGMENT, ihl=words))), "bad_ip_header_length")
    c.drop(padded(bytes(ip(SEGMENT, ihl=11))), "bad_ip_header_length")
    c.drop(padded(bytes(ip(SEGMENT, len=19))), "bad_ip_header_length")
    c.drop(padded(bytes(ip(SEGMENT, len=0))), "bad_ip_header_length")


@case("bad-ip-length")
def bad_ip_length(c):
    """The datagram is longer than the frame, by a byte or by far."""
    for length in (41, 1500, 65535):
        c.drop(bytes(ip(SEGMENT, len=length)), "bad_ip_length")
    c.drop(padded(bytes(ip(SEGMENT, len=47))), "bad_ip_length")
    for tags in TAGS.values():
        c.drop(tagged(bytes(ip(SEGMENT, len=41)), tags), "bad_ip_length")


@case("truncated")
def truncated(c):
    """A header that the frame, or the datagram, does not hold."""
    whole = bytes(ip(SEGMENT))
    c.comment("Ethernet")
    for length in (1, 13):
        c.drop(whole[:length], "truncated")
    c.comment("a VLAN tag")
    c.drop(tagged(whole, TAGS["VLAN 7"])[:17], "truncated")
    c.drop(tagged(whole, TAGS["VLAN 7 in VLAN 100 (QinQ)"])[:21], "truncated")
    c.comment("IPv4")
    for length in (14, 15, 33):
        c.drop(whole[:length], "truncated")
    c.comment("TCP and UDP, with padding behind the datagram")
    for length in (0, 4, 19):
        c.drop(padded(bytes(ip(Raw(bytes(SEGMENT)[:length]), proto=6))), "truncated")
    for length in (0, 7):
        c.drop(padded(bytes(ip(Raw(b"\0" * length), proto=17))), "truncated")


@case("bad-transport-header")
def bad_transport_header(c):
    """A TCP data offset or UDP length that cannot be."""
    for words in (0, 4, 6, 15):
        c.drop(padded(bytes(tcp("S", dataofs=words))), "bad_transport_header")
    for length in (0, 7, 19, 65535):
        datagram = UDP(sport=5000, dport=53, len=length) / b"0123456789"
        c.drop(padded(bytes(ip(datagram))), "bad_transport_header")


@case("damaged-for-the-kernel", host=True)
def damaged_for_the_kernel(c):
    """What is not for a VIP is judged by the kernel, once its destination can be read."""
    for fields in ({"chksum": 1}, {"proto": 47}):
        frame = padded(bytes(Ether(src=ROUTER_MAC, dst=PORT_MAC) /
                             IP(src=CLIENT, dst=NODE, **fields) / SEGMENT))
        c.send(frame, "to_kernel", kernel=[frame])
    frame = padded(bytes(Ether(src=ROUTER_MAC, dst=PORT_MAC) / IP(src=CLIENT, dst=NODE) /
                         TCP(dataofs=2)))
    c.send(frame, "to_kernel", kernel=[frame])
    c.drop(bytes(ip(SEGMENT, dst=NODE, version=5)), "bad_ip_version")
