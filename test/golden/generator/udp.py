# SPDX-License-Identifier: BSD-3-Clause
"""UDP: connections without states, and one-packet scheduling without connections."""

from .case import case, config, service, tcp, udp
from .plant import A, B, C, CLIENT, CLIENT2, VIP, VIP2, RoundRobin
from .refusals import unreachable

DNS = service("dns", VIP, [A, B, C], ports=(53,), more="protocol: udp")
ONE_PACKET = service("dns", VIP, [A, B, C], ports=(53,),
                     more="protocol: udp\n    one_packet: true")


@case("udp", config(services=DNS))
def udp_case(c):
    """Datagrams between the same addresses and ports go to one server, whatever they hold."""
    servers, got = RoundRobin([A, B, C], c.workers), {}
    flows = [(client, port) for port in range(40000, 40003) for client in (CLIENT, CLIENT2)]
    for client, port in flows:
        first = udp(port, client)
        got[client, port] = servers.pick(c.worker(first))
        c.forward(first, got[client, port], "forwarded_new")
    for data in (b"", b"x" * 1472):
        for client, port in flows:
            c.forward(udp(port, client, data=data), got[client, port])
    c.entries(len(flows))
    for server in (A, B, C):
        share = list(got.values()).count(server)
        c.count(server, 0, share, share, port=53)
    c.comment("no checksum, a wrong one")
    for checksum in (0, 0xDEAD):
        frame = udp(40000)
        frame["UDP"].chksum = checksum
        c.forward(frame, got[CLIENT, 40000])
    c.comment("another port of the VIP, the same one by TCP")
    c.answer(udp(to=54), unreachable(udp(to=54)), "refused_unreachable")
    c.drop(tcp("R", to=53), "stray_reset")


@case("udp-expiry", config(services=DNS))
def udp_expiry(c):
    """A flow ends when no datagram has come for 5 minutes; each one begins them anew."""
    servers = RoundRobin([A, B, C], c.workers)
    server = servers.pick(c.worker(udp()))
    c.forward(udp(), server, "forwarded_new")
    c.forward(udp(), server, after=299_000)
    c.forward(udp(), server, after=299_000)
    c.wait(303_000)
    c.entries(0)
    c.count(server, 0, 0, 1, port=53)
    c.forward(udp(), servers.pick(c.worker(udp())), "forwarded_new")


@case("udp-timeout", config(services=DNS, before="timeouts: {udp: 9s}\n"))
def udp_timeout(c):
    """The time can be set."""
    server = RoundRobin([A, B, C], c.workers).pick(c.worker(udp()))
    c.forward(udp(), server, "forwarded_new")
    c.forward(udp(), server, after=8_000)
    c.wait(8_000)
    c.entries(1)
    c.wait(4_000)
    c.entries(0)


@case("udp-and-tcp", config(services=service("tcp", VIP, [A, B], ports=(53,)) +
                            service("udp", VIP, [A, B, C], ports=(53,), more="protocol: udp") +
                            service("other", VIP2, [C, B], ports=(53,), more="protocol: udp")))
def udp_and_tcp(c):
    """The same addresses and ports by TCP, UDP and to another VIP: three connections."""
    first, second, third = (RoundRobin(servers, c.workers) for servers in ([A, B], [A, B, C],
                                                                           [C, B]))
    for flags, verdict in (("S", "forwarded_new"), ("A", "forwarded")):
        for frame, servers in ((tcp(flags, to=53), first), (udp(), second), (udp(vip=VIP2), third)):
            if flags == "S":
                servers.got = servers.pick(c.worker(frame))
            c.forward(frame, servers.got, verdict)
    c.entries(3)


@case("one-packet", config(services=ONE_PACKET))
def one_packet(c):
    """With `one_packet` each datagram is scheduled and none remembered."""
    servers, got = RoundRobin([A, B, C], c.workers), []
    for port in (40000, 40000, 40000, 40001, 40000, 40001, 40000):
        frame = udp(port)
        got.append(servers.pick(c.worker(frame)))
        c.forward(frame, got[-1], "forwarded_once")
    c.entries(0)
    for server in (A, B, C):
        c.count(server, 0, 0, got.count(server), port=53)


@case("one-packet-later", config(services=DNS), one_packet=config(services=ONE_PACKET))
def one_packet_later(c):
    """A connection from before `one_packet` was set goes on as it was."""
    servers = RoundRobin([A, B, C], c.workers)
    server = servers.pick(c.worker(udp()))
    c.forward(udp(), server, "forwarded_new")
    c.reload("one_packet")
    c.forward(udp(), server)
    for _ in range(3):
        frame = udp(40001)
        c.forward(frame, servers.pick(c.worker(frame)), "forwarded_once")
