# SPDX-License-Identifier: BSD-3-Clause
"""Fragments: all of a datagram's go to its flow's server, in any order, on whichever worker."""

from itertools import permutations

from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from .case import case, config, echo_request, padded, service, tcp, udp
from .persistence import CLIENTS, Clients, persistent
from .plant import (A, B, C, CLIENT, CLIENT2, PORT_MAC, ROUTER_MAC, V6, VIP, VIP2, Maglev,
                    RoundRobin)
from .refusals import unreachable

DNS = service("dns", VIP, [A, B, C], ports=(53,), more="protocol: udp")
BOTH = config(services=service("web", VIP, [A, B, C]) + DNS)


def cut(datagram, *at, number=1):
    """The fragments of a frame, cut behind so many bytes of the IP payload."""
    whole = Ether(bytes(datagram)).payload
    payload = bytes(whole.payload)
    ends = [*at, len(payload)]
    for offset, end in zip([0, *at], ends):
        more = end < len(payload)
        if V6:
            header = IPv6(src=whole.src, dst=whole.dst) / IPv6ExtHdrFragment(
                nh=whole.nh, id=number, offset=offset // 8, m=int(more))
        else:
            header = IP(src=whole.src, dst=whole.dst, id=number, proto=whole.proto,
                        frag=offset // 8, flags="MF" if more else 0)
        yield bytes(Ether(src=ROUTER_MAC, dst=PORT_MAC) / header / Raw(payload[offset:end]))


def in_three(datagram, number):
    return list(cut(datagram, 40, 80, number=number))


def is_first(frame):
    return frame[IP].frag == 0 if IP in frame else frame[IPv6ExtHdrFragment].offset == 0


def deliver(c, frames, server, verdict="forwarded", after=0):
    """`frames` in this order; the first fragment is the one with the offset 0."""
    early, is_known = [], False
    for frame in frames:
        if is_first(Ether(frame)):
            c.send(frame, [verdict] + ["forwarded_fragment"] * len(early), after,
                   out=[c.addressed(each, server) for each in [frame, *early]])
            is_known = True
        elif is_known:
            # In a turn of its own, since those that have waited come a turn later.
            c.forward(frame, server, "forwarded_fragment", after=1)
        else:
            c.send(frame, [], after)
            early.append(frame)
        after = 0
    c.wait(1)


def segment(port=40000, flags="A", **more):
    return tcp(flags, port=port, data=b"d" * 100, **more)


def datagram(port=40000, **more):
    return udp(port, data=bytes(range(112)), **more)


@case("fragments", BOTH)
def fragment_case(c):
    """Whatever their order, they follow the connection, wherever that is."""
    servers, number = RoundRobin([A, B, C], c.workers), 1
    for port in range(40000, 40004):
        server = servers.pick(c.worker(tcp("S", port=port)))
        c.forward(tcp("S", port=port), server, "forwarded_new")
        for order in permutations(range(3)):
            number += 1
            frames = in_three(segment(port), number)
            deliver(c, [frames[i] for i in order], server, after=1)
        c.forward(tcp("A", port=port), server)
    c.comment("they move the connection's state on as its other packets do")
    server = servers.pick(c.worker(tcp("S", port=50000)))
    c.forward(tcp("S", port=50000), server, "forwarded_new")
    deliver(c, in_three(segment(50000), 900), server, after=1)
    deliver(c, in_three(segment(50000, "FA"), 901), server, after=1)
    c.wait(125_000)
    c.forward(tcp("S", port=50000), servers.pick(c.worker(tcp("S", port=50000))), "forwarded_new")
    c.comment("the same identification from another client, to another protocol")
    placed = Maglev([A, B, C]).place(CLIENT2, 40000, 80)
    deliver(c, in_three(segment(client=CLIENT2), 7), placed, "forwarded_adopted", after=1)


@case("fragments-first", BOTH)
def fragments_first(c):
    """A flow that begins with fragments; then its other packets come, to whichever worker."""
    servers, flows = RoundRobin([A, B, C], c.workers), []
    for port in range(40000, 40004):
        frames = in_three(datagram(port), port)
        server = servers.pick(c.worker(frames[0]))
        deliver(c, reversed(frames), server, "forwarded_new", after=1)
        flows.append((port, server, c.worker(frames[0])))
    for port, server, worker in flows:
        known = c.worker(datagram(port)) == worker
        c.forward(datagram(port), server, "forwarded" if known else "forwarded_new", after=1)
        c.forward(udp(port), server)
    c.comment("as long as fragments come, the others know")
    for _ in range(6):
        for port, server, _ in flows:
            deliver(c, in_three(datagram(port), port), server, after=60_000)
    for port, server, worker in flows:
        known = c.worker(datagram(port)) == worker
        c.forward(udp(port), server, "forwarded" if known else "forwarded_new", after=1)
    c.comment("in mid-stream the hash places them, as it does whole packets")
    for port in range(41000, 41004):
        placed = Maglev([A, B, C]).place(CLIENT, port, 80)
        frames = in_three(segment(port), port)
        deliver(c, reversed(frames), placed, "forwarded_adopted", after=1)
        known = c.worker(frames[0]) == c.worker(tcp("A", port=port))
        c.forward(tcp("A", port=port), placed, "forwarded" if known else "forwarded_adopted")


@case("fragments-one-packet", config(services=service(
    "dns", VIP, [A, B, C], ports=(53,), more="protocol: udp\n    one_packet: true")))
def fragments_one_packet(c):
    """Each datagram is scheduled for itself, with all its fragments."""
    servers = RoundRobin([A, B, C], c.workers)
    for number in range(1, 8):
        frames = in_three(datagram(), number)
        deliver(c, reversed(frames), servers.pick(c.worker(frames[0])), "forwarded_once", after=1)
    c.entries(0)


@case("fragments-persistent", persistent())
def fragments_persistent(c):
    """A client's template says where its fragments go, too."""
    clients = Clients(c)
    for client in CLIENTS:
        frames = in_three(segment(client=client, flags="S"), 5)
        deliver(c, reversed(frames), clients.expected(client), "forwarded_new", after=1)
        clients.connect(client, 40001)
    c.templates(5)


@case("fragments-held", BOTH)
def fragments_held(c):
    """Those that come before the first one wait for 3 s; what is known is kept for as long."""
    server = RoundRobin([A, B, C], c.workers).pick(c.worker(tcp("S")))
    c.forward(tcp("S"), server, "forwarded_new")
    first, middle, last = in_three(segment(), 2)
    c.send(last, [])
    c.send(middle, [], after=1_500)
    c.wait(1_550, "fragment_expired")
    c.send(first, ["forwarded", "forwarded_fragment"],
           out=[c.addressed(first, server), c.addressed(middle, server)])
    c.comment("too late")
    c.send(last, [], after=3_000)
    c.wait(3_050, "fragment_expired")
    c.comment("all of it has gone, so a later one of the same number is another datagram's")
    deliver(c, [first, middle, last], server)
    c.send(last, [], after=1)
    c.send(first, ["forwarded", "forwarded_fragment"],
           out=[c.addressed(first, server), c.addressed(last, server)])


@case("fragments-overlapping", BOTH)
def fragments_overlapping(c):
    """A first fragment must hold the transport's header, and the others must lie behind it."""
    server = RoundRobin([A, B, C], c.workers).pick(c.worker(tcp("S")))
    c.forward(tcp("S"), server, "forwarded_new")
    for at in (8, 16):
        tiny, rest = cut(segment(), at)
        c.drop(padded(tiny), "fragment_tiny")
        c.comment("what would overwrite the flags")
        c.drop(rest, "fragment_overlapping")
    c.comment("options that do not fit in")
    tiny, _ = cut(segment(options=[("NOP", 0)] * 12), 24)
    c.drop(padded(tiny), "fragment_tiny")
    c.comment("behind the first one, but inside it; whichever comes first")
    first, middle, last = in_three(segment(), 3)
    _, inside = cut(segment(), 32, number=3)
    c.forward(first, server)
    c.drop(inside, "fragment_overlapping", after=1)
    c.forward(middle, server, "forwarded_fragment")
    c.forward(last, server, "forwarded_fragment")
    c.send(inside, [], after=1)
    c.send(first, ["forwarded", "fragment_overlapping"], out=[c.addressed(first, server)])
    c.comment("the shortest that will do")
    deliver(c, list(cut(segment(), 24, number=4)), server)
    frames = list(cut(datagram(), 8))
    server = RoundRobin([A, B, C], c.workers).pick(c.worker(frames[0]))
    deliver(c, frames, server, "forwarded_new")


@case("fragments-refused", BOTH)
def fragments_refused(c):
    """What goes to no server goes there with all its fragments; others are the kernel's."""
    for number in (1, 2):
        frames = in_three(datagram(to=54), number)
        c.answer(frames[0], unreachable(Ether(frames[0])), "refused_unreachable", after=1)
        for frame in frames[1:]:
            c.drop(frame, "fragment_orphaned", after=1)
    first, early = cut(datagram(to=54), 40)
    c.send(early, [])
    c.send(first, ["refused_unreachable", "fragment_orphaned"], out=[unreachable(Ether(first))])
    c.comment("neither TCP nor UDP")
    first, last = cut(echo_request() / (b"e" * 100), 40, number=9)
    c.drop(first, "icmp_ignored")
    c.drop(last, "fragment_orphaned")
    c.comment("no VIP")
    for frame in in_three(segment(vip=VIP2), 5):
        c.drop(frame, "no_kernel")
    c.comment("DF alone is no fragment, nor is the evil bit")
    c.drop(tcp("R", to=81), "stray_reset")
    if V6:
        return
    for flags in ("DF", "evil"):
        frame = tcp("R", to=81)
        frame[IP].flags = flags
        c.drop(frame, "stray_reset")


@case("fragments-reflected", BOTH)
def fragments_reflected(c):
    """One that its own server sends back is not sent there again."""
    server = RoundRobin([A, B, C], c.workers).pick(c.worker(tcp("S")))
    c.forward(tcp("S"), server, "forwarded_new")
    first, middle, last = in_three(segment(), 6)
    c.forward(first, server)
    looped = Ether(middle)
    looped.src = server.mac
    c.drop(bytes(looped), "reflected", after=1)
    c.forward(last, server, "forwarded_fragment")
