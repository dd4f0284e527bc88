# SPDX-License-Identifier: BSD-3-Clause
"""A full table: who gives way, who does not."""

from .case import case, tcp
from .plant import A, B, C, CLIENT, Maglev, RoundRobin

SLOTS = 8  # of a worker whose table is for 4 connections: two buckets of four


def fill(c, servers, flags):
    """As many connections as fit in each worker's table, each seen in the packets `flags`."""
    room = [SLOTS] * c.workers
    got = {}
    for port in range(40000, 40200):
        syn = tcp("S", port=port)
        worker = c.worker(syn)
        if room[worker] == 0:
            continue
        room[worker] -= 1
        got[port] = servers.pick(worker)
        c.forward(syn, got[port], "forwarded_new")
        for flag in flags[1:]:
            c.forward(tcp(flag, port=port), got[port])
    assert not any(room)
    c.entries(SLOTS * c.workers)
    return got


@case("table-full")
def table_full(c):
    """Established connections stay; newcomers are still forwarded, by hash, without an entry."""
    c.table_for(4 * c.workers)
    servers = RoundRobin([A, B, C], c.workers)
    got = fill(c, servers, ["S", "A", "PA", "A"])
    placed = Maglev([A, B, C])
    c.comment("newcomers, with all their packets")
    for port in range(41000, 41010):
        for flags in ("S", "A", "PA", "FA", "A"):
            c.forward(tcp(flags, port=port), placed.place(CLIENT, port, 80), "forwarded_unkept")
    c.comment("who was there first is served as before")
    for port, server in got.items():
        c.forward(tcp("PA", port=port, data=b"still here"), server)
    c.entries(SLOTS * c.workers)
    c.evictions(0)


@case("table-full-of-syns")
def table_full_of_syns(c):
    """Half-open connections give way to newcomers."""
    c.table_for(4 * c.workers)
    servers = RoundRobin([A, B, C], c.workers)
    fill(c, servers, ["S"])
    for port in range(41000, 41006):
        syn = tcp("S", port=port)
        server = servers.pick(c.worker(syn))
        c.forward(syn, server, "forwarded_new")
        c.forward(tcp("A", port=port), server)
        c.forward(tcp("PA", port=port), server)
        c.forward(tcp("A", port=port), server)
    c.entries(SLOTS * c.workers)
    c.evictions(6)


@case("table-room-again")
def table_room_again(c):
    """Once connections have ended there is room for new ones."""
    c.table_for(4 * c.workers)
    servers = RoundRobin([A, B, C], c.workers)
    for port, server in fill(c, servers, ["S", "A", "PA", "A"]).items():
        c.forward(tcp("FA", port=port), server)
    c.wait(124_000)
    c.entries(0)
    syn = tcp("S", port=41000)
    c.forward(syn, servers.pick(c.worker(syn)), "forwarded_new")
    c.entries(1)
