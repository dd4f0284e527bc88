# SPDX-License-Identifier: BSD-3-Clause
"""Who may come to a service, and how often."""

from .case import case, config, service, tcp, udp
from .persistence import MASK, network
from .plant import A, B, C, CLIENT, CLIENT2, VIP, Maglev, RoundRobin, by_family, of_family

NEIGHBOUR = of_family("198.51.101.9")
STRANGER = of_family("203.0.113.5")
NEAR = by_family("198.51.100.0/24", "2001:db8:f::/64")
FAR = by_family("198.51.0.0/16", "2001:db8:f::/48")


EACH = by_family("", ", mask: 128")  # a client is not a network by itself as a rule


def web(more):
    return config(services=service("web", VIP, [A, B, C], ports=(80, 443), more=more))


@case("access", web(f"deny: [{NEAR}]\n    allow: [{CLIENT}, {FAR}]"))
def access(c):
    """The smallest network decides; who is denied gets no answer, in mid-stream neither."""
    servers = RoundRobin([A, B, C], c.workers)
    for port in range(40000, 40004):
        for client in (CLIENT, NEIGHBOUR):
            frame = tcp("S", port=port, client=client)
            c.forward(frame, servers.pick(c.worker(frame)), "forwarded_new")
        for client in (CLIENT2, STRANGER):
            for to in (80, 443):
                c.drop(tcp("S", port=port, client=client, to=to), "client_denied")
            c.drop(tcp("A", port=port, client=client), "client_denied")
    c.comment("in mid-stream")
    frame = tcp("A", port=41000)
    c.forward(frame, Maglev([A, B, C]).place(CLIENT, 41000, 80), "forwarded_adopted")
    c.comment("what no service takes is refused, whoever asks")
    c.drop(tcp("R", to=81, client=STRANGER), "stray_reset")
    c.entries(9)


@case("access-reload", web("scheduler: rr"),
      denied=web(f"deny: [{CLIENT2}]"), open=web("scheduler: rr"))
def access_reload(c):
    """A client that a reload denies loses its connections; others keep theirs."""
    servers, got = RoundRobin([A, B, C], c.workers), {}
    for port in range(40000, 40004):
        for client in (CLIENT, CLIENT2):
            frame = tcp("S", port=port, client=client)
            got[client, port] = servers.pick(c.worker(frame))
            c.forward(frame, got[client, port], "forwarded_new")
            c.forward(tcp("A", port=port, client=client), got[client, port])
    c.entries(8)
    c.reload("denied")
    c.wait(2_100)
    c.entries(4)
    for port in range(40000, 40004):
        c.forward(tcp("A", port=port), got[CLIENT, port])
        c.drop(tcp("A", port=port, client=CLIENT2), "client_denied")
    for server in (A, B, C):
        left = sum(got[CLIENT, port] == server for port in range(40000, 40004))
        both = sum(each == server for each in got.values())
        c.count(server, left, 0, both)
    c.reload("open")
    c.forward(tcp("A", port=40000, client=CLIENT2), Maglev([A, B, C]).place(CLIENT2, 40000, 80),
              "forwarded_adopted")


class Limit:
    """A token bucket for each network at each worker, of whole numbers of microseconds."""

    def __init__(self, workers, rate, burst):
        self.interval = 1_000_000 * workers // rate
        self.tolerance = (max(burst // workers, 1) - 1) * self.interval
        self.full_at = {}

    def take(self, network, worker, now):
        full_at = max(self.full_at.get((network, worker), 0), now)
        if full_at - now > self.tolerance:
            return False
        self.full_at[network, worker] = full_at + self.interval
        return True


def play_limit(c, limit, network_of, flows):
    """`flows`: client and port, or a time to let pass in milliseconds."""
    servers, now, after = {80: RoundRobin([A, B, C], c.workers),
                           443: RoundRobin([A, B, C], c.workers)}, 0, 0
    for flow in flows:
        if isinstance(flow, int):
            after, now = flow, now + flow * 1_000
            continue
        client, port, to = flow
        frame = tcp("S", port=port, client=client, to=to)
        if limit.take(network_of(client), c.worker(frame), now):
            c.forward(frame, servers[to].pick(c.worker(frame)), "forwarded_new", after=after)
        else:
            c.drop(frame, "client_limit", after=after)
        after = 0


@case("access-limit", web(f"limit: {{rate: 10, burst: 4{EACH}}}"))
def access_limit(c):
    """So many new connections a second of each client, to all ports of the service."""
    flows = []
    for number in range(60):
        flows += [(CLIENT, 40000 + number, 443 if number % 4 == 0 else 80), 40]
        if number % 5 == 0:
            flows.append((CLIENT2, 40000 + number, 80))
    play_limit(c, Limit(c.workers, 10, 4), lambda client: client, flows)
    c.comment("packets of connections that there are, and in mid-stream, are not counted")
    for port in range(42000, 42020):
        c.forward(tcp("A", port=port), Maglev([A, B, C]).place(CLIENT, port, 80),
                  "forwarded_adopted")
        c.forward(tcp("S", port=port), Maglev([A, B, C]).place(CLIENT, port, 80))


@case("access-limit-by-network", web(f"limit: {{rate: 5, {MASK}}}"))
def access_limit_by_network(c):
    """The clients of a network share its allowance."""
    clients = [of_family(f"198.51.100.{number}") for number in range(1, 31)] + [NEIGHBOUR]
    play_limit(c, Limit(c.workers, 5, 5), network,
               [(client, 40000, 80) for client in clients] + [2_000] +
               [(client, 40001, 80) for client in clients])


@case("access-udp", config(services=service(
    "dns", VIP, [A, B, C], ports=(53,),
    more=f"protocol: udp\n    one_packet: true\n    deny: [{CLIENT2}]\n    limit: {{rate: 1{EACH}}}")))
def access_udp(c):
    """Of a one-packet service each datagram counts."""
    for client, denied in ((CLIENT, False), (CLIENT2, True)):
        frame = udp(client=client)
        if denied:
            c.drop(frame, "client_denied", times=3)
        else:
            c.forward(frame, RoundRobin([A, B, C], c.workers).pick(c.worker(frame)),
                      "forwarded_once")
            c.drop(frame, "client_limit", times=3)
