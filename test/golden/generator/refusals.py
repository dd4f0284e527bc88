# SPDX-License-Identifier: BSD-3-Clause
"""What no service takes: reset (RFC 9293, 3.5.2), port or protocol unreachable (RFC 1122)."""

from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_NOP, IPOption_RR
from scapy.layers.inet6 import ICMPv6DestUnreach
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from .case import TAGS, case, config, padded, reply_ip, tagged, tcp
from .plant import CLIENT, PORT_MAC, ROUTER_MAC, V6, VIP


def reset(seq=0, ack=None, port=40000, to=81):
    flags = "R" if ack is None else "RA"
    return reply_ip() / TCP(sport=to, dport=port, seq=seq, ack=ack or 0, flags=flags, window=0)


@case("refuse-tcp")
def refuse_tcp(c):
    """A reset with the sequence numbers that the client expects."""
    c.comment("without ACK: sequence 0, acknowledges all that the segment takes up")
    c.answer(tcp("S", to=81), reset(ack=1001), "refused_reset")
    c.answer(tcp("S", to=81, data=b"hello"), reset(ack=1006), "refused_reset")
    c.answer(tcp("F", to=81), reset(ack=1001), "refused_reset")
    c.answer(tcp("SF", to=81, data=b"hello"), reset(ack=1007), "refused_reset")
    c.answer(tcp("P", to=81, data=b"0123456789"), reset(ack=1010), "refused_reset")
    c.answer(tcp("", to=81), reset(ack=1000), "refused_reset")
    c.answer(tcp("S", to=81, seq=0xFFFFFFFF), reset(ack=0), "refused_reset")
    c.comment("with ACK: the sequence that it acknowledges, no ACK")
    c.answer(tcp("A", to=81), reset(seq=2000), "refused_reset")
    c.answer(tcp("SA", to=81), reset(seq=2000), "refused_reset")
    c.answer(tcp("FA", to=81, data=b"bye", ack=0xFFFFFFFF), reset(seq=0xFFFFFFFF), "refused_reset")
    c.comment("options are no data, nor is padding, whatever it holds")
    options = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1, 0)), ("NOP", None), ("WScale", 7)]
    c.answer(tcp("S", to=81, options=options), reset(ack=1001), "refused_reset")
    c.answer(bytes(tcp("S", to=81)).ljust(60, b"\xaa"), reset(ack=1001), "refused_reset")
    c.comment("IP options are not sent back")
    frame = tcp("S", to=81)
    frame[IP].options = [IPOption_NOP()] * 4
    c.answer(frame, reset(ack=1001), "refused_reset")
    c.entries(0)


@case("refuse-tcp-vlan")
def refuse_tcp_vlan(c):
    """The refusal carries the tags of what it refuses."""
    for tags in TAGS.values():
        c.answer(tagged(tcp("S", to=81), tags), tagged(reset(ack=1001), tags), "refused_reset")


def udp(to=53, data=b"0123456789", options=()):
    return (Ether(src=ROUTER_MAC, dst=PORT_MAC) /
            IP(src=CLIENT, dst=VIP, id=77, ttl=3, tos=8, options=list(options)) /
            UDP(sport=5000, dport=to) / data)


def unreachable(frame, code=3):
    if V6:
        return reply_ip() / ICMPv6DestUnreach(code=4) / Raw(bytes(frame)[14:][:1232])
    datagram = bytes(frame[IP])
    quoted = datagram[:frame[IP].ihl * 4 + 8 if frame[IP].ihl else 28]
    return reply_ip() / ICMP(type="dest-unreach", code=code) / quoted


@case("refuse-udp")
def refuse_udp(c):
    """Port unreachable, quoting the IP header and 8 bytes."""
    c.answer(udp(), unreachable(udp()), "refused_unreachable")
    c.comment("the TCP service's port is none of UDP's")
    c.answer(udp(to=80), unreachable(udp(to=80)), "refused_unreachable")
    c.comment("no data at all; much data")
    c.answer(udp(data=b""), unreachable(udp(data=b"")), "refused_unreachable")
    c.answer(udp(data=b"x" * 1400), unreachable(udp(data=b"x" * 1400)), "refused_unreachable")
    c.comment("with IP options, the longest too")
    for routers in (["10.0.0.1"], ["10.0.0.1"] * 9):
        length = 3 + 4 * len(routers)
        option = IPOption_RR(length=length, pointer=length + 1, routers=routers)
        frame = Ether(bytes(udp(options=[option])))
        c.answer(frame, unreachable(frame), "refused_unreachable")
    c.comment("tagged")
    for tags in TAGS.values():
        c.answer(tagged(udp(), tags), tagged(padded(bytes(unreachable(udp()))), tags),
                 "refused_unreachable")


@case("refuse-protocol")
def refuse_protocol(c):
    """A protocol that no service can be for: protocol unreachable."""
    for protocol in (47, 50, 132):
        frame = (Ether(src=ROUTER_MAC, dst=PORT_MAC) / IP(src=CLIENT, dst=VIP, proto=protocol) /
                 b"sixteen bytes...")
        c.answer(frame, unreachable(frame, code=2), "refused_unreachable")


@case("refusal-limit")
def refusal_limit(c):
    """1,000 refusals a second and worker by default, 100 of them at once."""
    c.answer(tcp("S", to=81), reset(ack=1001), "refused_reset", times=100)
    c.drop(tcp("S", to=81), "refusal_limit", times=50)
    c.comment("10 ms later: 10 more")
    c.answer(tcp("S", to=81), reset(ack=1001), "refused_reset", after=10, times=10)
    c.drop(tcp("S", to=81), "refusal_limit")
    c.comment("a long pause saves no more than 100")
    c.answer(tcp("S", to=81), reset(ack=1001), "refused_reset", after=5000, times=100)
    c.drop(tcp("S", to=81), "refusal_limit", times=5)


@case("refusal-limit-0", config(before="refusals: 0\n"))
def refusal_limit_0(c):
    """With `refusals: 0` nothing is refused aloud."""
    c.drop(tcp("S", to=81), "refusal_limit")
    c.drop(udp(), "refusal_limit")
