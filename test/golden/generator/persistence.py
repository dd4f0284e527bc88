# SPDX-License-Identifier: BSD-3-Clause
"""Persistence: the connections of one client reach one server, whichever workers they hash to."""

from dataclasses import replace

from .case import case, config, service, tcp, udp
from .plant import (A, B, C, CLIENT, CLIENT2, VIP, Maglev, RoundRobin, by_family, of_family,
                    owner_of_client)

CLIENTS = [of_family(f"198.51.100.{number}") for number in range(1, 6)]


def persistent(servers=(A, B, C), ports=(80,), keys="", more=""):
    return config(services=service("web", VIP, servers, ports=ports,
                                   more=f"persistence: {{{keys}}}{more}"))


class Clients:
    """Who goes where: the worker that owns a client picks for it."""

    def __init__(self, c, servers=(A, B, C), mask=lambda client: client, group=0):
        self.c, self.mask, self.group = c, mask, group
        self.servers, self.server = RoundRobin(servers, c.workers), {}

    def expected(self, client):
        client = self.mask(client)
        if client not in self.server:
            owner = owner_of_client(client, self.c.workers, self.group)
            self.server[client] = self.servers.pick(owner)
        return self.server[client]

    def connect(self, client, port, to=80, **more):
        self.c.forward(tcp("S", client=client, port=port, to=to), self.expected(client),
                       "forwarded_new", **more)


@case("persistent", persistent())
def persistent_case(c):
    """The server that a client has had first gets its other connections, too."""
    clients = Clients(c)
    for port in range(40000, 40008):
        for client in CLIENTS:
            clients.connect(client, port)
    c.templates(len(CLIENTS))
    c.entries(8 * len(CLIENTS))
    for server in (A, B, C):
        count = 8 * sum(clients.server[client] == server for client in CLIENTS)
        c.count(server, count, 0, count)
    c.comment("they are connections as any other")
    for port in range(40000, 40004):
        c.forward(tcp("S", client=CLIENTS[0], port=port), clients.server[CLIENTS[0]])
        c.forward(tcp("A", client=CLIENTS[0], port=port), clients.server[CLIENTS[0]])
        c.forward(tcp("FA", client=CLIENTS[0], port=port), clients.server[CLIENTS[0]])


MASK = by_family("mask: 24", "mask: 64")


def network(client):
    """Of MASK."""
    return client.rsplit(":", 1)[0] + ":" if ":" in client else client.rsplit(".", 1)[0] + ".0"


@case("persistent-by-network", persistent(keys=MASK))
def persistent_by_network(c):
    """With a mask a network of clients counts as one."""
    clients = Clients(c, mask=network)
    for port in range(40000, 40003):
        for client in map(of_family, ("198.51.100.7", "203.0.113.7", "198.51.100.250",
                                      "198.51.101.7", "203.0.113.8")):
            clients.connect(client, port)
    c.templates(3)


@case("persistent-ports", persistent(ports=(80, 443)))
def persistent_ports(c):
    """Each port remembers for itself."""
    web, tls = Clients(c, group=0), Clients(c, group=1)
    for port in range(40000, 40004):
        for client in CLIENTS:
            web.connect(client, port)
            if client != CLIENTS[0]:
                tls.connect(client, port, to=443)
    c.templates(2 * len(CLIENTS) - 1)


@case("persistent-across-ports", persistent(ports=(80, 443), keys="across_ports: true"))
def persistent_across_ports(c):
    """With across_ports what a client has on one port says where it goes on the others."""
    clients = Clients(c)
    for client in CLIENTS:
        clients.connect(client, 40000)
    for port in range(40001, 40005):
        for client in CLIENTS:
            clients.connect(client, port, to=443)
            clients.connect(client, port, to=80)
    c.templates(len(CLIENTS))
    for server in (A, B, C):
        count = sum(clients.server[client] == server for client in CLIENTS)
        c.count(server, 5 * count, 0, 5 * count)
        c.count(server, 4 * count, 0, 4 * count, port=443)


@case("persistent-any-port", persistent(ports="any"))
def persistent_any_port(c):
    """`ports: any` takes what no other service names; a client's server is the same on each."""
    clients = Clients(c)
    for port, to in enumerate((8080, 80, 443, 1, 65535)):
        for client in CLIENTS:
            clients.connect(client, 40000 + port, to=to)
    c.templates(len(CLIENTS))
    for client in CLIENTS:
        c.forward(tcp("A", client=client, port=40000, to=8080), clients.server[client])
    for server in (A, B, C):
        count = 5 * sum(clients.server[client] == server for client in CLIENTS)
        c.count(server, count, 0, count, port=0)


@case("any-port", config(services=service("web", VIP, [A]) +
                         service("rest", VIP, [B, C], ports="any")))
def any_port(c):
    """Without persistence each connection to any port is scheduled for itself."""
    rest = RoundRobin([B, C], c.workers)
    c.forward(tcp("S"), A, "forwarded_new")
    for to in (81, 82, 443):
        syn = tcp("S", to=to)
        c.forward(syn, rest.pick(c.worker(syn)), "forwarded_new")
    c.forward(tcp("A"), A)


@case("persistent-expiry", persistent(keys="timeout: 30s"))
def persistent_expiry(c):
    """A template expires, but not while it has connections: then it gets another 60 s at a time."""
    clients = Clients(c)
    clients.connect(CLIENT, 40000)
    c.comment("the connection lasts 60 s, the template at first 30 s")
    c.wait(50_000)
    c.templates(1)
    clients.connect(CLIENT, 40001)
    c.comment("the client resets both; then the template is alone")
    for port in (40000, 40001):
        c.forward(tcp("R", port=port), clients.server[CLIENT])
        c.forward(tcp("R", port=port), clients.server[CLIENT])
    c.wait(200_000)
    c.entries(0)
    c.templates(0)
    c.comment("the client begins anew")
    del clients.server[CLIENT]
    clients.connect(CLIENT, 40002)


@case("persistent-remembers", persistent(keys="timeout: 10m"))
def persistent_remembers(c):
    """Without connections the template lasts as long as the time-out says, from the last one on."""
    clients = Clients(c)
    clients.connect(CLIENT, 40000)
    clients.connect(CLIENT2, 40000)
    c.wait(400_000)
    c.entries(0)
    c.templates(2)
    clients.connect(CLIENT, 40001)
    c.wait(400_000)
    c.templates(1)
    clients.connect(CLIENT, 40002)
    del clients.server[CLIENT2]
    clients.connect(CLIENT2, 40002)


@case("persistent-long-connection", persistent(keys="timeout: 1s"))
def persistent_long_connection(c):
    """An established connection keeps its template, on whichever worker it is."""
    clients = Clients(c)
    for port in range(40000, 40004):
        clients.connect(CLIENT, port)
        c.forward(tcp("A", port=port), clients.server[CLIENT])
    for _ in range(8):
        c.wait(100_000)
        c.templates(1)
        c.forward(tcp("A", port=40001), clients.server[CLIENT])
    c.wait(300_000)
    c.entries(1)
    clients.connect(CLIENT, 40010)


OFF_B = (A, replace(B, weight=0), C)


def drain(c, keeps):
    clients = Clients(c)
    for port in (40000, 40001):
        for client in CLIENTS:
            clients.connect(client, port)
    c.reload("drained")
    clients.servers.servers = list(OFF_B)
    if not keeps:
        clients.server = {client: server for client, server in clients.server.items()
                          if server != B}
    for port in (40002, 40003):
        for client in CLIENTS:
            clients.connect(client, port)
    c.templates(len(CLIENTS))


@case("persistent-quiesced", persistent(), drained=persistent(OFF_B))
def persistent_quiesced(c):
    """A server of weight 0 keeps its persistent clients."""
    drain(c, keeps=True)


@case("persistent-expire-quiescent", persistent(keys="expire_quiescent: true"),
      drained=persistent(OFF_B, keys="expire_quiescent: true"))
def persistent_expire_quiescent(c):
    """With expire_quiescent they go elsewhere with their next connection."""
    drain(c, keeps=False)


@case("persistent-removed", persistent(), without_b=persistent((A, C)))
def persistent_removed(c):
    """A server that is removed loses its templates."""
    clients = Clients(c)
    for client in CLIENTS:
        clients.connect(client, 40000)
    c.reload("without_b")
    clients.servers.servers = [A, C]
    clients.server = {client: server for client, server in clients.server.items() if server != B}
    for client in CLIENTS:
        clients.connect(client, 40001)


@case("persistent-no-more", persistent(), without=config(), other_mask=persistent(keys=MASK))
def persistent_no_more(c):
    """Templates go with the persistence, or with the mask, that made them."""
    clients = Clients(c)
    for client in CLIENTS:
        clients.connect(client, 40000)
    c.templates(len(CLIENTS))
    c.reload("other_mask")
    c.wait(5_000)
    c.templates(0)
    c.reload("without")
    c.forward(tcp("A", client=CLIENTS[0], port=40000), clients.server[CLIENTS[0]])
    c.wait(1_000_000)
    c.entries(0)


@case("persistent-adopted", persistent())
def persistent_adopted(c):
    """In mid-stream all of a client's connections are placed by its address, and remembered so."""
    placed = Maglev([A, B, C])
    for port in range(40000, 40004):
        for client in CLIENTS:
            c.forward(tcp("A", client=client, port=port), placed.place(client, 0, 0),
                      "forwarded_adopted")
    c.templates(len(CLIENTS))
    for client in CLIENTS:
        c.forward(tcp("S", client=client, port=41000), placed.place(client, 0, 0), "forwarded_new")


@case("persistent-udp", config(services=service("dns", VIP, [A, B, C], ports=(53,),
                                                more="protocol: udp\n    persistence: {}")))
def persistent_udp(c):
    """UDP's flows are persistent as well."""
    clients = Clients(c)
    for port in range(40000, 40004):
        for client in CLIENTS:
            c.forward(udp(port, client), clients.expected(client), "forwarded_new")
            c.forward(udp(port, client), clients.expected(client))
    c.templates(len(CLIENTS))


@case("persistent-no-server", persistent((replace(A, weight=0),)))
def persistent_no_server(c):
    """Nobody may have the client: refused, nothing remembered."""
    from .scheduling import reset
    for port in range(40000, 40004):
        c.answer(tcp("S", port=port), reset(tcp("S", port=port)), "refused_reset")
    c.templates(0)
    c.entries(0)
