# SPDX-License-Identifier: BSD-3-Clause
"""What must not change on the way: tags, options, padding, whatever the frame carries."""

from scapy.layers.inet import IP, IPOption_RR

from .case import TAGS, case, config, padded, tagged, tcp
from .plant import A, B, C, ROUTER_MAC, RoundRobin


def exchange(c, frames):
    """One connection whose frames are `frames`, the first of them a SYN."""
    server = RoundRobin([A, B, C], c.workers).pick(c.worker(frames[0]))
    c.forward(frames[0], server, "forwarded_new")
    for frame in frames[1:]:
        c.forward(frame, server)
    return server


@case("padding")
def padding(c):
    """A short frame is padded with zeros; what follows the IP datagram is no part of it."""
    c.comment("54 bytes; 59 and 60, with padding that is not zero; 1 byte of data in 60; 100 bytes")
    server = exchange(c, [bytes(tcp("S")), bytes(tcp("A")).ljust(59, b"\xaa"),
                          bytes(tcp("A")).ljust(60, b"\xaa"),
                          bytes(tcp("PA", data=b"x")).ljust(60, b"\0"),
                          bytes(tcp("A")).ljust(100, b"\xaa")])
    c.count(server, 1, 0, 1)


@case("vlan")
def vlan(c):
    """Tags stay."""
    for number, tags in enumerate(TAGS.values()):
        frames = [tcp("S", port=number), tcp("A", port=number),
                  tcp("PA", port=number, data=b"d" * 100)]
        if number == 0:
            servers = RoundRobin([A, B, C], c.workers)
        server = servers.pick(c.worker(frames[0]))
        for frame, verdict in zip(frames, ("forwarded_new", "forwarded", "forwarded")):
            c.forward(tagged(frame, tags), server, verdict)
    c.comment("the tag is no part of a connection")
    c.forward(tcp("A", port=2), server)
    c.comment("three tags are one too many")
    c.drop(tagged(tcp("S"), TAGS["VLAN 7"] * 3), "no_kernel")


@case("ip-options")
def ip_options(c):
    """IP options stay, and move the ports to where they are looked for."""
    frames = [tcp("S"), tcp("A"), tcp("PA", data=b"d" * 50)]
    for frame, hops in zip(frames, (1, 4, 9)):
        length = 3 + 4 * hops
        frame[IP].options = [IPOption_RR(length=length, pointer=4, routers=["0.0.0.0"] * hops)]
    exchange(c, frames)


@case("unchanged")
def unchanged(c):
    """TTL, type of service, identification, odd TCP options, wrong TCP checksums: all as it came."""
    frames = [tcp("S", options=[("MSS", 1460), ("WScale", 14)]), tcp("A", chksum=0xDEAD),
              tcp("PA", data=b"d" * 1446), tcp("A", urgptr=5, reserved=7), tcp("ACE")]
    for frame, fields in zip(frames, ({"ttl": 1}, {"ttl": 255, "tos": 0xB8}, {"flags": "DF"},
                                      {"id": 0xFFFF}, {"tos": 3})):
        for field, value in fields.items():
            setattr(frame[IP], field, value)
    exchange(c, frames)


@case("source-mac-keep", config(port=", source_mac: keep"))
def source_mac_keep(c):
    """With `source_mac: keep` only the destination address changes."""
    syn = tcp("S")
    server = RoundRobin([A, B, C], c.workers).pick(c.worker(syn))
    c.forward(syn, server, "forwarded_new", source=ROUTER_MAC)
    c.forward(padded(bytes(tcp("A"))), server, source=ROUTER_MAC)
    c.forward(tagged(tcp("A"), TAGS["VLAN 7"]), server, source=ROUTER_MAC)
