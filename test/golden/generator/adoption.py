# SPDX-License-Identifier: BSD-3-Clause
"""Connections in mid-stream without an entry: placed by hash, the same on every balancer."""

from dataclasses import replace

from .case import case, config, tcp
from .plant import A, B, C, CLIENT, CLIENT2, Maglev, RoundRobin

PORTS = range(40000, 40016)


def adopt_all(c, placed):
    for client in (CLIENT, CLIENT2):
        for port in PORTS:
            server = placed.place(client, port, 80)
            c.forward(tcp("A", client=client, port=port), server, "forwarded_adopted")
    c.entries(2 * len(PORTS))


@case("adopt")
def adopt(c):
    """A balancer that has just started picks up what the one before it had, or another one has."""
    adopt_all(c, Maglev([A, B, C]))
    c.comment("from now on they are connections as any other")
    for port in PORTS:
        server = Maglev([A, B, C]).place(CLIENT, port, 80)
        c.forward(tcp("PA", port=port, data=b"d"), server)


@case("adopt-reordered", config(servers=[C, A, B]))
def adopt_reordered(c):
    """The order of the servers in the file does not matter."""
    adopt_all(c, Maglev([A, B, C]))


@case("adopt-by-weight", config(servers=[A, replace(B, weight=3), replace(C, weight=0)]))
def adopt_by_weight(c):
    """A server of three times the weight gets three times as many, one of weight 0 none."""
    adopt_all(c, Maglev([A, replace(B, weight=3), replace(C, weight=0)]))
    c.count(C, 0, 0, 0)


@case("adopt-kinds")
def adopt_kinds(c):
    """What a packet in mid-stream makes of the connection."""
    placed = Maglev([A, B, C])
    for port, (flags, active) in enumerate((("A", 1), ("PA", 1), ("FA", 0), ("F", 0), ("P", 0))):
        server = placed.place(CLIENT2, port, 80)
        c.comment(f"{flags}: {'active' if active else 'inactive'}")
        c.forward(tcp(flags, client=CLIENT2, port=port), server, "forwarded_adopted")
        c.forward(tcp("R", client=CLIENT2, port=port), server)
        c.wait(13_000)
        c.entries(0)
    c.comment("SYN and ACK is no mid-stream packet for IPVS: it is scheduled")
    servers = RoundRobin([A, B, C], c.workers)
    both = tcp("SA")
    c.forward(both, servers.pick(c.worker(both)), "forwarded_new")


@case("adopt-then-syn")
def adopt_then_syn(c):
    """The pointer of the scheduler does not move for what was adopted."""
    placed, servers = Maglev([A, B, C]), RoundRobin([A, B, C], c.workers)
    for port in (50000, 50001):
        c.forward(tcp("A", port=port), placed.place(CLIENT, port, 80), "forwarded_adopted")
    for port in range(40000, 40006):
        syn = tcp("S", port=port)
        c.forward(syn, servers.pick(c.worker(syn)), "forwarded_new")
