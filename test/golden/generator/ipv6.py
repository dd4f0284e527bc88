# SPDX-License-Identifier: BSD-3-Clause
"""What only IPv6 has: VIP 2001:db8::10, servers 2001:db8::21 and so on.

What both families have is played for both (FOR_BOTH in case.py).
"""

from scapy.layers.inet import TCP, UDP
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_NA,
                                ICMPv6ND_NS, ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr,
                                ICMPv6PacketTooBig, ICMPv6ParamProblem, ICMPv6TimeExceeded, IPv6,
                                IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
                                IPv6ExtHdrRouting)
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from .case import TAGS, case, config, service, tagged, tcp
from .plant import A, B, C, OTHER_MAC, PORT_MAC, ROUTER_MAC, VIP, Maglev, RoundRobin, Server

VIP6 = "2001:db8::10"
LISTED_VIP = f"[{VIP6}]"
NODE6 = "2001:db8::11"
NEIGHBOUR = "2001:db8::77"
CLIENT6 = "2001:db8:f::7"
A6, B6, C6 = (Server(each.name, each.address.replace("192.0.2.", "2001:db8::"), each.mac)
              for each in (A, B, C))
GROUP = "ff02::1:ff00:10"
GROUP_MAC = "33:33:ff:00:00:10"
ALL_NODES_MAC = "33:33:00:00:00:01"

WEB = service("web6", VIP6, [A6, B6, C6])
DNS = service("dns6", VIP6, [A6, B6, C6], ports=(53,), more="protocol: udp")
BOTH = config(services=WEB + DNS)
DUAL = config(services=service("web", VIP, [A, B, C]) + WEB)


def ip6(client=CLIENT6, vip=VIP6, mac=ROUTER_MAC, to=PORT_MAC, **fields):
    return Ether(src=mac, dst=to) / IPv6(src=client, dst=vip, **fields)


def tcp6(flags, port=40000, client=CLIENT6, to=80, data=b"", headers=None, **more):
    segment = TCP(sport=port, dport=to, flags=flags, seq=1000, ack=2000 if "A" in flags else 0)
    frame = ip6(client, **more)
    return (frame / headers if headers else frame) / segment / data


def udp6(port=40000, client=CLIENT6, to=53, data=b"data", headers=None, **more):
    frame = ip6(client, **more)
    return (frame / headers if headers else frame) / UDP(sport=port, dport=to) / data


def back(client=CLIENT6, mac=ROUTER_MAC):
    return Ether(src=PORT_MAC, dst=mac) / IPv6(src=VIP6, dst=client)


def chain():
    return (IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() /
            IPv6ExtHdrRouting(addresses=[VIP6], segleft=0))


@case("v6-connections", BOTH)
def life(c):
    """Connections are scheduled, followed through TCP's states and counted; so are datagrams."""
    servers, got = RoundRobin([A6, B6, C6], c.workers), {}
    for port in range(40000, 40008):
        got[port] = servers.pick(c.worker(tcp6("S", port=port)))
        c.forward(tcp6("S", port=port), got[port], "forwarded_new")
    for port, server in got.items():
        c.forward(tcp6("S", port=port), server)
        c.forward(tcp6("A", port=port), server)
        c.forward(tcp6("PA", port=port, data=b"x" * 1000), server)
    c.entries(8)
    c.forward(tcp6("FA"), got[40000])
    for server in (A6, B6, C6):
        mine = [port for port in got if got[port] == server]
        ended = 40000 in mine
        c.count(server, len(mine) - ended, int(ended), len(mine), vip=LISTED_VIP)
    c.comment("UDP; datagrams of one client and port belong together")
    datagrams = RoundRobin([A6, B6, C6], c.workers)
    server = datagrams.pick(c.worker(udp6()))
    c.forward(udp6(), server, "forwarded_new")
    c.forward(udp6(data=b"more"), server)
    c.comment("tags stay, in both directions of the hash")
    for tags in TAGS.values():
        c.forward(tagged(tcp6("A", port=40001), tags), got[40001])
    c.wait(15 * 60_000 + 3_000)
    c.entries(0)


@case("v6-extension-headers", BOTH)
def extension_headers(c):
    """A flow is the same with or without them, on whichever worker they come."""
    first = tcp6("S")
    server = RoundRobin([A6, B6, C6], c.workers).pick(c.worker(first))
    c.forward(first, server, "forwarded_new")
    c.forward(tcp6("A"), server)
    if c.workers == 1:
        for headers in (IPv6ExtHdrHopByHop(), IPv6ExtHdrDestOpt(), IPv6ExtHdrFragment(id=7),
                        chain()):
            c.forward(tcp6("A", headers=headers, data=b"hello"), server)
    maglev = Maglev([A6, B6, C6])
    for port in (41000, 41001, 41002):
        for headers in (chain(), IPv6ExtHdrFragment(id=7)):
            c.forward(tcp6("A", port=port, headers=headers), maglev.place(CLIENT6, port, 80),
                      "forwarded" if isinstance(headers, IPv6ExtHdrFragment) else "forwarded_adopted")
    c.comment("eight are read; nine, or options for every hop behind others, are not")

    def options(count):
        headers = IPv6ExtHdrDestOpt()
        for _ in range(count - 1):
            headers = IPv6ExtHdrDestOpt() / headers
        return headers

    c.forward(tcp6("A", port=42000, headers=options(8)), maglev.place(CLIENT6, 42000, 80),
              "forwarded_adopted")
    c.drop(tcp6("A", headers=options(9)), "bad_extension_header")
    c.drop(tcp6("A", headers=IPv6ExtHdrDestOpt() / IPv6ExtHdrHopByHop()), "bad_extension_header")


def solicitation(target=VIP6, source=NEIGHBOUR, to=GROUP, mac=GROUP_MAC, sender=ROUTER_MAC,
                 option=True, hops=255, **fields):
    message = ICMPv6ND_NS(tgt=target, **fields)
    if option:
        message = message / ICMPv6NDOptSrcLLAddr(lladdr=sender)
    return Ether(src=sender, dst=mac) / IPv6(src=source, dst=to, hlim=hops) / message


def advertisement(to=NEIGHBOUR, mac=ROUTER_MAC, solicited=1):
    return (Ether(src=PORT_MAC, dst=mac) / IPv6(src=VIP6, dst=to, hlim=255) /
            ICMPv6ND_NA(tgt=VIP6, R=0, S=solicited, O=1) / ICMPv6NDOptDstLLAddr(lladdr=PORT_MAC))


@case("v6-solicitation", BOTH, host=True)
def solicitations(c):
    """Solicitations for the VIP are answered; others are the kernel's."""
    c.answer(solicitation(), advertisement(), "answered_solicitation")
    c.comment("without the option; to the address itself; of a tagged frame")
    c.answer(solicitation(option=False), advertisement(), "answered_solicitation")
    c.answer(solicitation(to=VIP6, mac=PORT_MAC), advertisement(), "answered_solicitation")
    for tags in TAGS.values():
        c.answer(tagged(solicitation(), tags), tagged(advertisement(), tags),
                 "answered_solicitation")
    c.comment("duplicate address detection: all nodes are told")
    c.answer(solicitation(source="::", option=False), advertisement("ff02::1", ALL_NODES_MAC, 0),
             "answered_solicitation")
    c.comment("for the balancer itself, and what others say")
    for frame in (solicitation(target=NODE6, to="ff02::1:ff00:11", mac="33:33:ff:00:00:11"),
                  Ether(src=OTHER_MAC, dst=ALL_NODES_MAC) /
                  IPv6(src=VIP6, dst="ff02::1", hlim=255) / ICMPv6ND_NA(tgt=VIP6, S=0, O=1)):
        c.send(frame, "to_kernel", kernel=[frame])
    c.comment("passed on by a router, damaged, with a bad option, from nobody with an option")
    damaged = bytearray(bytes(solicitation()))
    damaged[-1] ^= 1
    for frame in (solicitation(hops=254), bytes(damaged), solicitation(code=1),
                  solicitation(source="::"),
                  solicitation(option=False) / ICMPv6NDOptSrcLLAddr(lladdr=ROUTER_MAC, len=0)):
        c.drop(frame, "bad_solicitation")
    c.comment("our own, come back; for another station; from whoever has the VIP, too")
    c.drop(solicitation(sender=PORT_MAC), "own_frame")
    c.drop(solicitation(to=VIP6, mac=OTHER_MAC), "wrong_mac")
    c.drop(solicitation(source=VIP6, sender=OTHER_MAC), "land")


@case("v6-icmp", BOTH, host=True)
def icmp(c):
    """Echo requests are answered; of the rest only errors about a flow matter."""
    for data in (b"", b"abc", b"x" * 1400):
        request = ip6() / ICMPv6EchoRequest(id=0x1234, seq=7, data=data)
        c.answer(request, back() / ICMPv6EchoReply(id=0x1234, seq=7, data=data), "answered_echo")
    c.comment("with extension headers, which are not repeated; tagged")
    request = ip6() / chain() / ICMPv6EchoRequest(data=b"abc")
    c.answer(request, back() / ICMPv6EchoReply(data=b"abc"), "answered_echo")
    for tags in TAGS.values():
        c.answer(tagged(request, tags), tagged(back() / ICMPv6EchoReply(data=b"abc"), tags),
                 "answered_echo")
    c.comment("a reply, an advertisement to the VIP")
    c.drop(ip6() / ICMPv6EchoReply(data=b"abc"), "icmp_ignored")
    c.drop(ip6(hlim=255) / ICMPv6ND_NA(tgt=NEIGHBOUR), "icmp_ignored")
    c.comment("the balancer's own is the kernel's")
    frame = ip6(vip=NODE6) / ICMPv6EchoRequest()
    c.send(frame, "to_kernel", kernel=[frame])


@case("v6-refused", BOTH)
def refused(c):
    """What no service takes gets a reset, or an ICMPv6 error that quotes it."""
    c.answer(tcp6("S", to=81), back() / TCP(sport=81, dport=40000, flags="RA", ack=1001, window=0),
             "refused_reset")
    c.answer(tcp6("A", to=81, headers=chain()),
             back() / TCP(sport=81, dport=40000, flags="R", seq=2000, window=0), "refused_reset")
    c.drop(tcp6("R", to=81), "stray_reset")

    def quoting(frame, error):
        return back() / error / Raw(bytes(frame)[14:][:1232])

    for frame in (udp6(to=54), udp6(to=54, headers=chain()), udp6(to=54, data=b"x" * 1400)):
        c.answer(frame, quoting(frame, ICMPv6DestUnreach(code=4)), "refused_unreachable")
    frame = ip6(nh=132) / Raw(b"12345678")
    c.answer(frame, quoting(frame, ICMPv6ParamProblem(code=1, ptr=6)), "refused_unreachable")
    frame = ip6() / IPv6ExtHdrDestOpt(nh=132) / Raw(b"12345678")
    c.answer(frame, quoting(frame, ICMPv6ParamProblem(code=1, ptr=40)), "refused_unreachable")


@case("v6-damaged", BOTH)
def damaged(c):
    """Frames that are not whole, or that no host may send."""
    whole = bytes(tcp6("S"))
    c.drop(whole[:53], "truncated")
    c.drop(whole[:60], "bad_ip_length")
    c.drop(whole[:14] + b"\x40" + whole[15:], "bad_ip_version")
    short = ip6(plen=19, nh=6) / Raw(whole[54:])
    c.drop(short, "truncated")
    offset = bytearray(whole)
    offset[54 + 12] = 0x40
    c.drop(bytes(offset), "bad_transport_header")
    for source in ("::", "::1", "ff02::1", "::ffff:192.0.2.1"):
        c.drop(tcp6("S", client=source), "martian_source")
    c.drop(tcp6("S", client=VIP6), "land")
    c.drop(tcp6("S", mac=PORT_MAC), "own_frame")
    c.drop(tcp6("S", to=80, mac=OTHER_MAC, vip="2001:db8::99"), "no_kernel")
    c.drop(Ether(src=ROUTER_MAC, dst=OTHER_MAC) / tcp6("S")[IPv6], "wrong_mac")
    c.entries(0)


ROUTERS = [f"2001:db8:e::{number}" for number in range(1, 9)]  # they hash to every worker


def error(message, port=40000, headers=None, length=None, router=ROUTERS[0], to=80, layer=TCP,
          client=CLIENT6, mac=ROUTER_MAC):
    """About what a server sent to the client; `length`: bytes of the quotation."""
    inner = IPv6(src=VIP6, dst=client, hlim=60)
    inner = inner / headers if headers else inner
    inner = bytes(inner / layer(sport=to, dport=port) / (b"d" * 1300))[:length]
    return ip6(router, mac=mac) / message / Raw(inner)


@case("v6-quoted", BOTH)
def quoted(c):
    """An error about a flow goes to the flow's server, whoever sends it, on whichever worker."""
    servers, got = RoundRobin([A6, B6, C6], c.workers), {}
    for port in range(40000, 40006):
        got[port] = servers.pick(c.worker(tcp6("S", port=port)))
        c.forward(tcp6("S", port=port), got[port], "forwarded_new")
    for port, server in got.items():
        for router in ROUTERS:
            c.forward(error(ICMPv6PacketTooBig(mtu=1400), port, router=router, length=1200), server,
                      "forwarded_quoted")
    c.comment("unreachable, time exceeded, parameter problem, whatever the code")
    for message in (ICMPv6DestUnreach(code=0), ICMPv6DestUnreach(code=1), ICMPv6TimeExceeded(code=0),
                    ICMPv6ParamProblem(code=1)):
        c.forward(error(message, 40001, length=200), got[40001], "forwarded_quoted")
    c.comment("8 bytes of the inner transport are enough; inner extension headers no harm")
    c.forward(error(ICMPv6PacketTooBig(mtu=1280), length=48), got[40000], "forwarded_quoted")
    for headers in (IPv6ExtHdrDestOpt(), IPv6ExtHdrFragment(m=1, id=9)):
        c.forward(error(ICMPv6PacketTooBig(mtu=1280), 40002, headers, length=56), got[40002],
                  "forwarded_quoted")
    c.comment("of no flow: by hash, as its next packet would be")
    place = Maglev([A6, B6, C6]).place(CLIENT6, 50000, 80)
    c.forward(error(ICMPv6PacketTooBig(mtu=1280), 50000, length=200), place, "forwarded_quoted")
    c.drop(error(ICMPv6PacketTooBig(mtu=1280), to=53, layer=UDP, length=200), "quoted_unknown")
    c.comment("too short; about a later fragment; about another's packet")
    c.drop(error(ICMPv6PacketTooBig(mtu=1280), length=43), "icmp_ignored")
    c.drop(error(ICMPv6PacketTooBig(mtu=1280), headers=IPv6ExtHdrFragment(offset=20, id=9),
                 length=200), "icmp_ignored")


@case("v6-quoted-state", BOTH)
def quoted_state(c):
    """An error moves neither state nor time-out; one that its own server sends back goes nowhere."""
    syn = tcp6("S")
    server = RoundRobin([A6, B6, C6], c.workers).pick(c.worker(syn))
    c.forward(syn, server, "forwarded_new")
    c.forward(tcp6("FA"), server)
    c.count(server, 0, 1, 1, vip=LISTED_VIP)
    too_big = ICMPv6PacketTooBig(mtu=1280)
    c.forward(error(too_big, length=200), server, "forwarded_quoted", after=100_000)
    c.drop(error(too_big, length=200, mac=server.mac), "reflected")
    c.count(server, 0, 1, 1, vip=LISTED_VIP)
    c.wait(23_000)
    c.entries(0)


@case("v6-and-v4", DUAL)
def dual(c):
    """One daemon for both; each family has a table of its own."""
    v4, v6 = RoundRobin([A, B, C], c.workers), RoundRobin([A6, B6, C6], c.workers)
    for port in range(40000, 40006):
        c.forward(tcp("S", port=port), v4.pick(c.worker(tcp("S", port=port))), "forwarded_new")
        c.forward(tcp6("S", port=port), v6.pick(c.worker(tcp6("S", port=port))), "forwarded_new")
    c.entries(12)
