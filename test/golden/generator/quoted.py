# SPDX-License-Identifier: BSD-3-Clause
"""ICMP errors about what a real server sent to a client: they go to that server."""

from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_RR
from scapy.layers.l2 import Ether

from .case import TAGS, case, config, service, tagged, tcp, udp
from .plant import A, B, C, CLIENT, CLIENT2, PORT_MAC, ROUTER_MAC, VIP, VIP2, Maglev, MaglevScheduler, RoundRobin

ROUTER = "203.0.113.1"  # somewhere on the way to the clients
ROUTERS = [f"203.0.113.{number}" for number in range(1, 9)]  # they hash to every worker

BOTH = config(services=service("web", VIP, [A, B, C]) +
              service("dns", VIP, [A, B, C], ports=(53,), more="protocol: udp"))


def answer(port=40000, client=CLIENT, vip=VIP, to=80, layer=TCP, **fields):
    """What a server sent, from the VIP to the client."""
    return IP(src=vip, dst=client, id=4711, ttl=60, **fields) / layer(sport=to, dport=port) / (
        b"d" * 100)


def error(quoted, length=None, kind="dest-unreach", code=4, source=ROUTER, vip=VIP):
    """`length`: bytes of the quotation behind the inner IP header; None: all."""
    inner = bytes(quoted)
    if length is not None:
        inner = inner[:(inner[0] & 15) * 4 + length]
    icmp = ICMP(type=kind, code=code)
    if code == 4:
        icmp.nexthopmtu = 1400
    return Ether(src=ROUTER_MAC, dst=PORT_MAC) / IP(src=source, dst=vip, id=9) / icmp / inner


def open_connections(c, count=6):
    servers, got = RoundRobin([A, B, C], c.workers), {}
    for port in range(40000, 40000 + count):
        got[port] = servers.pick(c.worker(tcp("S", port=port)))
        c.forward(tcp("S", port=port), got[port], "forwarded_new")
        c.forward(tcp("A", port=port), got[port])
    return got


@case("quoted", BOTH)
def quoted_case(c):
    """Whoever sends the error, and to whichever worker it hashes: the flow's server gets it."""
    got = open_connections(c)
    for port, server in got.items():
        for router in ROUTERS:
            c.forward(error(answer(port), source=router), server, "forwarded_quoted")
    c.comment("unreachable, source quench, time exceeded, whatever the code")
    for kind, code in (("dest-unreach", 0), ("dest-unreach", 1), ("dest-unreach", 13),
                       ("source-quench", 0), ("time-exceeded", 0), ("time-exceeded", 1)):
        c.forward(error(answer(40001), kind=kind, code=code), got[40001], "forwarded_quoted")
    c.comment("other messages are no errors of a flow")
    for kind in ("redirect", "parameter-problem"):
        c.drop(error(answer(40001), kind=kind, code=1), "icmp_ignored")
    c.comment("UDP")
    first = udp()
    server = RoundRobin([A, B, C], c.workers).pick(c.worker(first))
    c.forward(first, server, "forwarded_new")
    for router in ROUTERS[:4]:
        c.forward(error(answer(to=53, layer=UDP), source=router, code=3), server,
                  "forwarded_quoted")


@case("quoted-short")
def quoted_short(c):
    """8 bytes behind the inner IP header are enough; options, tags and a damaged checksum no harm."""
    got = open_connections(c, 2)
    c.forward(error(answer(), 8), got[40000], "forwarded_quoted")
    option = IPOption_RR(length=39, pointer=40, routers=["10.0.0.1"] * 9)
    c.comment("inner options, outer options, both")
    c.forward(error(answer(40001, options=[option]), 8), got[40001], "forwarded_quoted")
    outer = error(answer(40001), 8)
    outer[IP].options = [option]
    c.forward(outer, got[40001], "forwarded_quoted")
    outer = error(answer(40000, options=[option]), 8)
    outer[IP].options = [option]
    c.forward(outer, got[40000], "forwarded_quoted")
    for tags in TAGS.values():
        c.forward(tagged(outer, tags), got[40000], "forwarded_quoted")
    c.comment("a wrong ICMP checksum is the server's business; inner length and checksum are no one's")
    frame = error(answer(len=1, chksum=0xDEAD))
    frame[ICMP].chksum = 0xDEAD
    c.forward(frame, got[40000], "forwarded_quoted")
    c.comment("the first of the fragments that the server sent")
    c.forward(error(answer(flags="MF")), got[40000], "forwarded_quoted")
    c.comment("a later one has no ports; nor has a quotation that is cut off")
    c.drop(error(answer(frag=5)), "icmp_ignored")
    for length in (0, 3):
        c.drop(bytes(error(answer(), length)).ljust(60, b"\0"), "icmp_ignored")
    c.drop(error(bytes(answer())[:19]), "icmp_ignored")
    c.drop(error(b""), "icmp_ignored")
    c.comment("inner header of another version, of no legal length")
    c.drop(error(b"\x65" + bytes(answer())[1:]), "icmp_ignored")
    c.drop(error(b"\x44" + bytes(answer())[1:]), "icmp_ignored")
    c.comment("errors about ICMP, about what no VIP sent")
    c.drop(error(IP(src=VIP, dst=CLIENT) / ICMP()), "icmp_ignored")
    c.drop(error(answer(vip=VIP2)), "icmp_ignored")


@case("quoted-state")
def quoted_state(c):
    """An error moves neither the connection's state nor its time-out."""
    got = open_connections(c, 1)
    server = got[40000]
    c.forward(tcp("F"), server)
    c.count(server, 0, 1, 1)
    c.forward(error(answer()), server, "forwarded_quoted", after=100_000)
    c.count(server, 0, 1, 1)
    c.wait(23_000)
    c.entries(0)


@case("quoted-unknown", BOTH)
def quoted_unknown(c):
    """Without a connection the hash decides, as it would for a packet in mid-stream."""
    placed = Maglev([A, B, C])
    for port in range(40000, 40006):
        for client in (CLIENT, CLIENT2):
            server = placed.place(client, port, 80)
            c.forward(error(answer(port, client)), server, "forwarded_quoted")
    c.comment("nothing is entered")
    c.entries(0)
    c.forward(tcp("A"), placed.place(CLIENT, 40000, 80), "forwarded_adopted")
    c.comment("a UDP flow has no middle; a port without a service no server")
    c.drop(error(answer(to=53, layer=UDP)), "quoted_unknown")
    c.drop(error(answer(to=81)), "quoted_unknown")


@case("quoted-maglev", config(services=service("web", VIP, [A, B, C], more="scheduler: maglev")))
def quoted_maglev(c):
    """With maglev it goes where the scheduler puts the connection, of which it has the ports."""
    placed = MaglevScheduler([A, B, C])
    for port in range(40000, 40012):
        c.forward(error(answer(port)), placed.place(CLIENT, port, 80), "forwarded_quoted")
    c.entries(0)
    c.forward(tcp("S"), placed.place(CLIENT, 40000, 80), "forwarded_new")


# All to one server, so that it does not depend on the worker.
BY_VIP = ("scheduler: dh", "scheduler: dh\n    persistence: {timeout: 5m}")
RESET = "unknown: reset\nschedule_icmp: true\n"


def schedule_quoted(c, syn, verdict):
    frame = error(answer())
    c.forward(frame, A, "forwarded_quoted")
    c.entries(1)
    c.count(A, 0, 1, 1)
    c.comment("what the client itself sends goes the same way")
    c.forward(syn, A, verdict)
    for router in ROUTERS:
        c.forward(error(answer(), source=router), A, "forwarded_quoted")
    c.drop(error(answer(to=81)), "quoted_unknown")
    c.comment("3 s later nothing is left of one whose client sent nothing")
    c.forward(error(answer(40001)), A, "forwarded_quoted")
    c.wait(6_000)
    c.entries(1)


@case("quoted-scheduled", config(services=service("web", VIP, [A, B, C], more=BY_VIP[0]),
                                 before=RESET))
def quoted_scheduled(c):
    """With `schedule_icmp` an error about no connection begins one."""
    syn = tcp("S")
    # A worker that does not have the flow hands the error to the next; the last of them decides.
    decider = (c.worker(error(answer())) - 1) % c.workers
    schedule_quoted(c, syn, "forwarded" if c.worker(syn) == decider else "forwarded_new")


@case("quoted-scheduled-persistent", config(services=service("web", VIP, [A, B, C], more=BY_VIP[1]),
                                            before=RESET))
def quoted_scheduled_persistent(c):
    """The same for a persistent client, whose template may be another worker's."""
    schedule_quoted(c, tcp("S", port=40002), "forwarded_new")


@case("quoted-reflected")
def quoted_reflected(c):
    """An error that its own server sends back is not sent there again."""
    server = open_connections(c, 1)[40000]
    frame = error(answer())
    frame[Ether].src = server.mac
    c.drop(frame, "reflected")
