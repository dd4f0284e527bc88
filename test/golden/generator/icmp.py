# SPDX-License-Identifier: BSD-3-Clause
"""Echo requests and other ICMP for the VIP."""

from scapy.layers.inet import ICMP, IP, IPOption_RR, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from .case import case
from .plant import CLIENT, NODE, PORT_MAC, ROUTER_MAC, VIP


def echo(data=b"abcdefgh", vip=VIP, options=(), **fields):
    fields = {"id": 0x1234, "seq": 7} | fields
    return (Ether(src=ROUTER_MAC, dst=PORT_MAC) /
            IP(src=CLIENT, dst=vip, id=99, ttl=57, tos=0x10, options=list(options)) /
            ICMP(type="echo-request", **fields) / data)


def reply(data=b"abcdefgh", options=(), **fields):
    fields = {"id": 0x1234, "seq": 7} | fields
    return (Ether(src=PORT_MAC, dst=ROUTER_MAC) /
            IP(src=VIP, dst=CLIENT, id=99, ttl=64, tos=0x10, options=list(options)) /
            ICMP(type="echo-reply", **fields) / data)


@case("echo")
def echo_case(c):
    """The VIP answers echo requests of any length, odd ones too."""
    for data in (b"", b"a", bytes(range(56)), bytes(range(57)), b"\xff" * 1472):
        c.answer(echo(data), reply(data), "answered_echo")
    c.comment("identifier and sequence at their ends")
    for number in (0, 0xFFFF):
        c.answer(echo(id=number, seq=number), reply(id=number, seq=number), "answered_echo")
    c.comment("padding is no part of it, but comes back")
    request, answer = (bytes(frame).ljust(60, b"\xee") for frame in (echo(b"a"), reply(b"a")))
    c.answer(request, answer, "answered_echo")
    c.comment("with IP options")
    option = IPOption_RR(length=11, pointer=12, routers=["10.0.0.1", "10.0.0.2"])
    c.answer(echo(options=[option]), reply(options=[option]), "answered_echo")


@case("echo-all-zero")
def echo_all_zero(c):
    """A request whose sum is 0 but for its type: the reply's checksum is ffff, never 0000."""
    for data in (b"", b"\0", b"\0" * 56):
        answer = reply(data, id=0, seq=0)
        answer[ICMP].chksum = 0xFFFF
        c.answer(echo(data, id=0, seq=0), answer, "answered_echo")


@case("echo-damaged")
def echo_damaged(c):
    """A request with a wrong ICMP checksum gets a reply that is wrong by as much."""
    for wrong in (0x0001, 0x8000, 0xFFFE):
        request, answer = bytearray(bytes(echo())), bytearray(bytes(reply()))
        for frame in (request, answer):
            total = int.from_bytes(frame[36:38], "big") + wrong
            frame[36:38] = (total % 0xFFFF).to_bytes(2, "big")
        c.answer(bytes(request), bytes(answer), "answered_echo")


@case("icmp-ignored")
def icmp_ignored(c):
    """Any other ICMP for the VIP is counted and dropped; so are errors that quote no flow."""
    for kind in ("echo-reply", "dest-unreach", "time-exceeded", "address-mask-request", "redirect",
                 "parameter-problem"):
        frame = echo()
        frame[ICMP].type = kind
        c.drop(frame, "icmp_ignored")


@case("icmp-truncated")
def icmp_truncated(c):
    """An ICMP header that the datagram does not hold, whatever padding follows."""
    for length in (0, 1, 7):
        ip = IP(src=CLIENT, dst=VIP, proto=1, len=20 + length)
        frame = bytes(Ether(src=ROUTER_MAC, dst=PORT_MAC) / ip / Raw((b"\x08" + b"\0" * 7)[:length]))
        c.drop(frame.ljust(60, b"\0"), "truncated")


@case("echo-to-the-node", host=True)
def echo_to_the_node(c):
    """The balancer's own address is the kernel's business."""
    for frame in (echo(vip=NODE), Ether(src=ROUTER_MAC, dst=PORT_MAC) /
                  IP(src=CLIENT, dst=NODE) / UDP(sport=5, dport=53)):
        c.send(frame, "to_kernel", kernel=[frame])
