# SPDX-License-Identifier: BSD-3-Clause
"""Which server a new connection gets: round robin, weights, changes of the servers."""

from dataclasses import replace

from scapy.layers.inet import TCP

from .case import case, config, reply_ip, tcp
from .plant import A, B, C, RoundRobin, Server, of_family

D = Server("d", of_family("192.0.2.24"), "02:00:00:00:00:24")


def off(server):
    return replace(server, weight=0)


def connect(c, servers, port):
    syn = tcp("S", port=port)
    server = servers.pick(c.worker(syn))
    c.forward(syn, server, "forwarded_new")
    return server


@case("round-robin")
def round_robin(c):
    """Each new connection goes to the next server."""
    servers = RoundRobin([A, B, C], c.workers)
    got = [connect(c, servers, port) for port in range(40000, 40010)]
    for server in (A, B, C):
        c.count(server, got.count(server), 0, got.count(server))


@case("weights", config(servers=[replace(A, weight=5), B, replace(C, weight=100)]))
def weights(c):
    """For rr any weight above 0 counts the same."""
    servers = RoundRobin([A, B, C], c.workers)
    for port in range(40000, 40007):
        connect(c, servers, port)


@case("weight-0", config(servers=[A, off(B), C]))
def weight_0(c):
    """A server of weight 0 gets no new connection."""
    servers = RoundRobin([A, off(B), C], c.workers)
    for port in range(40000, 40007):
        connect(c, servers, port)
    c.count(B, 0, 0, 0)


def reset(syn):
    answer = TCP(sport=syn[TCP].dport, dport=syn[TCP].sport, flags="RA", seq=0,
                 ack=syn[TCP].seq + 1, window=0)
    return reply_ip() / answer


@case("weight-0-everywhere", config(servers=[off(A), off(B)]))
def weight_0_everywhere(c):
    """No server may have it: refused, in mid-stream too."""
    c.answer(tcp("S"), reset(tcp("S")), "refused_reset")
    answer = reset(tcp("S"))
    answer[TCP].flags, answer[TCP].seq, answer[TCP].ack = "R", 2000, 0
    c.answer(tcp("A"), answer, "refused_reset")
    c.entries(0)


@case("drain", drained=config(servers=[A, off(B), C]))
def drain(c):
    """A server whose weight becomes 0 keeps its connections and gets no new one."""
    servers = RoundRobin([A, B, C], c.workers)
    got = {port: connect(c, servers, port) for port in range(40000, 40006)}
    c.reload("drained")
    servers.servers = [A, off(B), C]
    for port, server in got.items():
        c.forward(tcp("A", port=port), server)
    for port in range(40010, 40016):
        connect(c, servers, port)
    c.comment("and back")
    c.reload("drover")
    servers.servers = [A, B, C]
    for port in range(40020, 40026):
        connect(c, servers, port)


def change(c, name, servers, changed, connections):
    """Connections, a new list of servers, connections again."""
    walk = RoundRobin(servers, c.workers)
    got = {port: connect(c, walk, 40000 + port) for port in range(connections)}
    c.reload(name)
    walk.servers = changed
    for port in range(6):
        connect(c, walk, 41000 + port)
    c.comment("what was there stays where it was")
    for port, server in got.items():
        if server in changed:
            c.forward(tcp("A", port=40000 + port), server)


@case("server-added", with_d=config(servers=[A, B, C, D]))
def server_added(c):
    """A new server comes in its turn; the pointer stays where it is."""
    change(c, "with_d", [A, B, C], [A, B, C, D], 5)


@case("server-removed", without_b=config(servers=[A, C]))
def server_removed(c):
    """The pointer stood at the server that goes: its successor is next."""
    change(c, "without_b", [A, B, C], [A, C], 5)


@case("servers-reordered", reordered=config(servers=[C, A, B]))
def servers_reordered(c):
    """The pointer and the connections follow the server, not its place in the file."""
    change(c, "reordered", [A, B, C], [C, A, B], 4)
