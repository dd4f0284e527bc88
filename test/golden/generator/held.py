# SPDX-License-Identifier: BSD-3-Clause
"""Servers whose MAC address is not known yet: their frames wait."""

from .case import case, config, tcp
from .plant import A, B, CLIENT, Maglev, RoundRobin, Server

UNPINNED = config(servers=[A], pin=False)


@case("held", UNPINNED)
def held(c):
    """Frames wait for their server's address and leave in order once it is known."""
    frames = [tcp("S"), tcp("S", port=40001), tcp("A"), tcp("PA", data=b"GET /")]
    for frame, verdict in zip(frames, ("forwarded_new", "forwarded_new", "forwarded", "forwarded")):
        c.send(frame, [verdict, "held"])
    c.count(A, 2, 0, 2)
    c.learn(A, out=[c.addressed(frame, A) for frame in sorted(frames, key=c.worker)])
    c.forward(tcp("A"), A)


@case("held-overflow", UNPINNED)
def held_overflow(c):
    """Of one server 8 frames wait; the oldest gives way to a ninth."""
    frames = [tcp("S")] + [tcp("PA", data=bytes([number])) for number in range(9)]
    c.send(frames[0], ["forwarded_new", "held"])
    for frame in frames[1:8]:
        c.send(frame, ["forwarded", "held"])
    for frame in frames[8:]:
        c.send(frame, ["forwarded", "held", "held_overflow"])
    c.learn(A, out=[c.addressed(frame, A) for frame in frames[2:]])


@case("held-expired", UNPINNED)
def held_expired(c):
    """After 3 s they are dropped; what came later still waits."""
    c.send(tcp("S"), ["forwarded_new", "held"])
    c.send(tcp("S"), ["forwarded", "held"], after=1000)
    c.wait(1_900)
    c.wait(200, "held_expired")
    c.learn(A, out=[c.addressed(tcp("S"), A)])
    c.wait(3_100)


@case("held-one-of-two", config(servers=[A, B], pin=False))
def held_one_of_two(c):
    """A server that is not found does not hold up another's frames."""
    servers = RoundRobin([A, B], c.workers)
    c.learn(B)
    waiting = []
    for port in range(40000, 40006):
        syn = tcp("S", port=port)
        if servers.pick(c.worker(syn)) == B:
            c.forward(syn, B, "forwarded_new")
        else:
            c.send(syn, ["forwarded_new", "held"])
            waiting.append(syn)
    waiting.sort(key=c.worker)
    c.learn(A, out=[c.addressed(syn, A) for syn in waiting])


@case("held-adopted", config(servers=[A, B], pin=False))
def held_adopted(c):
    """What is adopted in mid-stream waits as well."""
    server = Maglev([A, B]).place(CLIENT, 40000, 80)
    c.send(tcp("A"), ["forwarded_adopted", "held"])
    c.learn(server, out=[c.addressed(tcp("A"), server)])


@case("server-moves", UNPINNED)
def server_moves(c):
    """A server that is found at another MAC address is followed at once, by old connections too."""
    c.learn(A)
    c.forward(tcp("S"), A, "forwarded_new")
    moved = Server("a", A.address, "02:00:00:00:0a:21")
    c.learn(moved)
    c.forward(tcp("A"), moved)
    c.comment("a frame from where it was is no reflection any more")
    c.forward(tcp("A", mac=A.mac), moved)
    c.drop(tcp("A", mac=moved.mac), "reflected")
