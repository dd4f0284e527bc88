# SPDX-License-Identifier: BSD-3-Clause
"""Connections from their first packet to their last, as IPVS counts them."""

from .case import case, config, service, tcp
from .plant import A, B, C, CLIENT, VIP, VIP2, Maglev, RoundRobin


@case("life")
def life(c):
    """SYN, ACK, data, FIN, last ACK: one server; active until the FIN, then inactive."""
    servers = RoundRobin([A, B, C], c.workers)
    syn = tcp("S")
    server = servers.pick(c.worker(syn))
    c.forward(syn, server, "forwarded_new")
    c.count(server, 1, 0, 1)
    c.forward(tcp("A"), server)
    c.forward(tcp("PA", data=b"GET / HTTP/1.0\r\n\r\n"), server)
    c.count(server, 1, 0, 1)
    c.forward(tcp("FA"), server)
    c.count(server, 0, 1, 1)
    c.forward(tcp("A"), server)
    c.count(server, 0, 1, 1)
    c.comment("the FIN once more reaches the same server")
    c.forward(tcp("FA"), server)
    c.count(server, 0, 1, 1)
    c.comment("120 s after its last packet it is gone")
    c.wait(119_000)
    c.count(server, 0, 1, 1)
    c.wait(4_000)
    c.count(server, 0, 0, 1)
    c.entries(0)


@case("server-closes-first")
def server_closes_first(c):
    """The balancer sees only the client's side: an ACK of the server's FIN, then the client's."""
    servers = RoundRobin([A, B, C], c.workers)
    syn = tcp("S")
    server = servers.pick(c.worker(syn))
    c.forward(syn, server, "forwarded_new")
    c.forward(tcp("A"), server)
    c.forward(tcp("A", ack=3000), server)
    c.count(server, 1, 0, 1)
    c.forward(tcp("FA", ack=3000), server)
    c.count(server, 0, 1, 1)


@case("reset-half-open")
def reset_half_open(c):
    """A reset in SYN_RECV changes nothing: it may be forged. The flow's packets follow it."""
    servers = RoundRobin([A, B, C], c.workers)
    syn = tcp("S")
    server = servers.pick(c.worker(syn))
    c.forward(syn, server, "forwarded_new")
    c.forward(tcp("R"), server)
    c.count(server, 1, 0, 1)
    c.forward(tcp("A"), server)
    c.count(server, 1, 0, 1)


@case("reset-established")
def reset_established(c):
    """A reset in ESTABLISHED: inactive, gone after 10 s; the server is told."""
    servers = RoundRobin([A, B, C], c.workers)
    syn = tcp("S")
    server = servers.pick(c.worker(syn))
    c.forward(syn, server, "forwarded_new")
    c.forward(tcp("A"), server)
    c.forward(tcp("RA"), server)
    c.count(server, 0, 1, 1)
    c.comment("a late packet does not bring it back to life")
    c.forward(tcp("A"), server)
    c.count(server, 0, 1, 1)
    c.wait(9_000)
    c.entries(1)
    c.wait(4_000)
    c.entries(0)
    c.count(server, 0, 0, 1)


@case("reset-stray")
def reset_stray(c):
    """A reset without a connection: neither forwarded nor answered."""
    c.drop(tcp("R"), "stray_reset")
    c.drop(tcp("RA"), "stray_reset")
    c.drop(tcp("SR"), "stray_reset")
    c.drop(tcp("R", to=81), "stray_reset")
    c.entries(0)


@case("syn-again")
def syn_again(c):
    """A SYN that is sent again goes to the same server and does not move the pointer."""
    servers = RoundRobin([A, B, C], c.workers)
    first, second = tcp("S", port=40000), tcp("S", port=40001)
    server = servers.pick(c.worker(first))
    c.forward(first, server, "forwarded_new")
    for _ in range(3):
        c.forward(first, server, after=1000)
    c.count(server, 1, 0, 1)
    other = servers.pick(c.worker(second))
    c.forward(second, other, "forwarded_new")


@case("syn-on-established")
def syn_on_established(c):
    """A SYN on an established connection: the same server, which knows what to answer."""
    servers = RoundRobin([A, B, C], c.workers)
    syn = tcp("S")
    server = servers.pick(c.worker(syn))
    c.forward(syn, server, "forwarded_new")
    c.forward(tcp("A"), server)
    c.forward(syn, server)
    c.count(server, 1, 0, 1)


@case("reuse-after-reset")
def reuse_after_reset(c):
    """The same ports again after a reset: a new connection, scheduled anew."""
    servers = RoundRobin([A, B, C], c.workers)
    syn = tcp("S")
    worker = c.worker(syn)
    server = servers.pick(worker)
    c.forward(syn, server, "forwarded_new")
    c.forward(tcp("A"), server)
    c.forward(tcp("R"), server)
    c.count(server, 0, 1, 1)
    other = servers.pick(worker)
    c.forward(syn, other, "forwarded_new")
    c.count(server, 0, 0, 1)
    c.count(other, 1, 0, 1)
    c.forward(tcp("A"), other)
    c.entries(1)


@case("reuse-after-fin")
def reuse_after_fin(c):
    """The same ports again after a FIN: kept at the same server (IPVS's conn_reuse_mode 1)."""
    servers = RoundRobin([A, B, C], c.workers)
    syn = tcp("S")
    server = servers.pick(c.worker(syn))
    c.forward(syn, server, "forwarded_new")
    c.forward(tcp("A"), server)
    c.forward(tcp("FA"), server)
    c.count(server, 0, 1, 1)
    c.forward(syn, server)
    c.count(server, 1, 0, 1)
    c.forward(tcp("A"), server)
    c.entries(1)


@case("no-flags")
def no_flags(c):
    """Segments without any flag that counts: a connection goes to CLOSE, as in IPVS."""
    servers = RoundRobin([A, B, C], c.workers)
    syn = tcp("S")
    server = servers.pick(c.worker(syn))
    c.forward(syn, server, "forwarded_new")
    c.forward(tcp("P"), server)
    c.count(server, 0, 1, 1)


@case("two-services", config(services=service("web", VIP, [A, B, C], ports=(80, 443))))
def two_services(c):
    """Each port of a VIP has a pointer of its own, and one client's ports may go apart."""
    servers = {port: RoundRobin([A, B, C], c.workers) for port in (80, 443)}
    for port in (40000, 40001, 40002, 40003):
        for to in (80, 443):
            syn = tcp("S", port=port, to=to)
            server = servers[to].pick(c.worker(syn))
            c.forward(syn, server, "forwarded_new")
            c.forward(tcp("A", port=port, to=to), server)
    c.entries(8)


@case("two-vips", config(services=service("one", VIP, [A, B]) + service("two", VIP2, [C, B])))
def two_vips(c):
    """The same client, the same ports, two VIPs: two connections."""
    one, two = RoundRobin([A, B], c.workers), RoundRobin([C, B], c.workers)
    first, second = tcp("S", vip=VIP), tcp("S", vip=VIP2)
    at_one, at_two = one.pick(c.worker(first)), two.pick(c.worker(second))
    c.forward(first, at_one, "forwarded_new")
    c.forward(second, at_two, "forwarded_new")
    c.forward(tcp("A", vip=VIP), at_one)
    c.forward(tcp("FA", vip=VIP2), at_two)
    c.count(at_one, 1, 0, 1)
    c.count(at_two, 0, 1, 1, vip=VIP2)
    c.entries(2)


STATES = (["S"], ["S", "A"], ["S", "A", "FA"], ["S", "A", "R"], ["S", "FA"])


def expire(c, servers, seconds):
    """A connection in each of STATES, whose times these are."""
    for flags, time in zip(STATES, seconds):
        c.comment(f"{' '.join(flags)}: {time} s")
        first = tcp(flags[0])
        server = servers.pick(c.worker(first))
        c.forward(first, server, "forwarded_new")
        for flag in flags[1:]:
            c.forward(tcp(flag), server, after=500)
        c.wait(time * 1000 - 1000)
        c.entries(1)
        c.wait(4_000)
        c.entries(0)


@case("expiry")
def expiry(c):
    """Each state ends after its own time, counted from the last packet."""
    expire(c, RoundRobin([A, B, C], c.workers), (60, 900, 120, 10, 120))
    for server in (A, B, C):
        c.count(server, 0, 0, expiry_counts(c)[server.name])


@case("timeouts", config(before="timeouts: {tcp_syn_received: 7s, tcp_established: 40s, "
                                "tcp_fin_wait: 12s, tcp_time_wait: 9s, tcp_close: 3s}\n"),
      longer=config(before="timeouts: {tcp_syn_received: 20s}\n"))
def timeouts(c):
    """Each state's time can be set; a reload's counts from a connection's next packet on."""
    servers = RoundRobin([A, B, C], c.workers)
    expire(c, servers, (7, 40, 12, 3, 9))
    first = tcp("S")
    server = servers.pick(c.worker(first))
    c.forward(first, server, "forwarded_new")
    c.reload("longer")
    c.forward(first, server, after=6_000)
    c.wait(18_000)
    c.entries(1)
    c.wait(5_000)
    c.entries(0)


def expiry_counts(c):
    """How often each server was picked: all five connections come from one client port."""
    servers = RoundRobin([A, B, C], c.workers)
    picked = [servers.pick(c.worker(tcp("S"))).name for _ in range(5)]
    return {name: picked.count(name) for name in "abc"}


@case("expired-is-unknown")
def expired_is_unknown(c):
    """After its time a connection is unknown: the next ACK is placed by hash."""
    servers = RoundRobin([A, B, C], c.workers)
    syn = tcp("S")
    c.forward(syn, servers.pick(c.worker(syn)), "forwarded_new")
    c.comment("also when no sweep came by in the meantime: 60 s and a quarter after its SYN")
    placed = Maglev([A, B, C]).place(CLIENT, 40000, 80)
    c.forward(tcp("A"), placed, "forwarded_adopted", after=60_300)
    c.entries(1)
