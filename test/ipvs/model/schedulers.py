# SPDX-License-Identifier: BSD-3-Clause
"""IPVS's schedulers, each told of every change of the list. `pick` returns a server or None."""

from ipaddress import IPv4Address
from math import gcd

HEAD = None  # a place in front of the list


def after(servers, place):
    """The servers behind a place to the end of the list."""
    return servers if place is HEAD else servers[servers.index(place) + 1:]


class Scheduler:
    def __init__(self, servers):
        self.servers = servers  # the list itself

    def added(self, _):
        self.changed()

    def removed(self, _, place):
        """`place`: what stood in front of it, or HEAD."""
        self.changed()

    def edited(self, _):
        self.changed()

    def changed(self):
        pass


class RoundRobin(Scheduler):
    last = HEAD

    def removed(self, server, place):
        if self.last is server:
            self.last = place

    def pick(self, *_):
        walk = after(self.servers, self.last) + self.servers
        stop = len(self.servers) if self.last is not HEAD else len(walk)
        for server in walk[:stop]:
            if server.usable():
                self.last = server
                return server
        return None


class WeightedRoundRobin(Scheduler):
    place, step, highest, bar = HEAD, 1, 0, 0

    def changed(self):
        self.place = HEAD
        weights = [server.weight for server in self.servers]
        self.step = gcd(*weights) or 1
        self.highest = max(weights, default=0) - (self.step - 1)
        if self.bar > self.highest or not self.bar:
            self.bar = self.highest
        elif self.step > 1:
            self.bar = self.bar // self.step * self.step + 1

    def pick(self, *_):
        if self.highest == 0:
            return None
        first, stop = self.place, HEAD
        restarted = last_pass = False
        while True:
            for server in list(after(self.servers, self.place)):
                self.place = server
                if not server.overloaded and server.weight >= self.bar:
                    return server
                if server is stop:
                    return None
            self.place = HEAD
            self.bar -= self.step
            if self.bar <= 0:
                self.bar = self.highest
                if last_pass or first is HEAD:
                    return None
                restarted = True
            last_pass = self.bar <= self.step
            if last_pass and restarted and first is not HEAD:
                stop = first


def least(servers, cost):
    """The first of those whose cost for their weight is least."""
    best = None
    for server in servers:
        if server.usable() and (best is None or
                                cost(best) * server.weight > cost(server) * best.weight):
            best = server
    return best


class LeastConnection(Scheduler):
    def pick(self, *_):
        return min(filter(is_usable, self.servers), key=lambda each: each.overhead, default=None)


def is_usable(server):
    return server.usable()


class WeightedLeastConnection(Scheduler):
    def pick(self, *_):
        return least(self.servers, lambda server: server.overhead)


class ShortestExpectedDelay(Scheduler):
    def pick(self, *_):
        return least(self.servers, lambda server: server.active + 1)


class NeverQueue(ShortestExpectedDelay):
    def pick(self, *_):
        idle = (each for each in self.servers if each.usable() and each.active == 0)
        return next(idle, None) or super().pick()


class Failover(Scheduler):
    def pick(self, *_):
        return max(filter(is_usable, self.servers), key=lambda each: each.weight, default=None)


class Overflow(Scheduler):
    def pick(self, *_):
        fit = [each for each in self.servers if each.usable() and each.active <= each.weight]
        return max(fit, key=lambda each: each.weight, default=None)


class Locality(Scheduler):
    """lblc. A service has one VIP, so it remembers one server."""
    cached = None

    def busy(self, server):
        return server.active > server.weight and any(each.active * 2 < each.weight
                                                     for each in self.servers)

    def pick(self, *_):
        cached = self.cached
        if cached and cached.available and cached.weight > 0 and not self.busy(cached):
            return cached
        picked = least(self.servers, lambda server: server.overhead)
        self.cached = picked or self.cached
        return picked


class LocalityWithReplication(Locality):
    def __init__(self, servers):
        super().__init__(servers)
        self.members = []  # the newest in front

    def pick(self, *_):
        here = [each for each in self.members if each.available]
        member = least(here, lambda server: server.overhead)
        if member and not self.busy(member):
            return member
        picked = least(self.servers, lambda server: server.overhead)
        if picked and picked not in self.members:
            self.members.insert(0, picked)
        return picked


def golden_hash(value):
    return (value * 0x61C88647 & 0xFFFFFFFF) >> 24


class DestinationHash(Scheduler):
    def pick(self, _, vip, __):
        if not self.servers:
            return None
        server = self.servers[golden_hash(vip) % len(self.servers)]
        return server if server.usable() else None


class SourceHash(Scheduler):
    fallback = by_port = False
    slots = ()

    def changed(self):
        self.slots = []
        while self.servers and len(self.slots) < 256:
            for server in self.servers:
                self.slots += [server] * max(server.weight, 1)
        self.slots = self.slots[:256]

    def pick(self, client, _, port):
        if not self.slots:
            return None
        first = golden_hash(((port if self.by_port else 0) + client) & 0xFFFFFFFF)
        if self.slots[first].usable() or not self.fallback:
            return self.slots[first] if self.slots[first].usable() else None
        for offset in range(256):
            server = self.slots[((offset + first) % 256 + first) % 256]
            if server.usable():
                return server
        return None


def sip_hash(value, key):
    """The lower half of SipHash-1-3 over four bytes, little endian; both halves of its key alike."""
    mask = 0xFFFFFFFFFFFFFFFF
    v = [word ^ key for word in (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261,
                                 0x7465646279746573)]

    def mix(one, other, bits):
        v[one] = (v[one] + v[other]) & mask
        v[other] = (v[other] << bits | v[other] >> (64 - bits)) & mask ^ v[one]

    def turn_halves(at):
        v[at] = (v[at] << 32 | v[at] >> 32) & mask

    def round_():
        mix(0, 1, 13)
        mix(2, 3, 16)
        turn_halves(0)
        mix(2, 1, 17)
        mix(0, 3, 21)
        turn_halves(2)

    block = 4 << 56 | value
    v[3] ^= block
    round_()
    v[0] ^= block
    v[2] ^= 0xFF
    for _ in range(3):
        round_()
    return (v[0] ^ v[1] ^ v[2] ^ v[3]) & 0xFFFFFFFF


class MaglevHash(Scheduler):
    SIZE, FIRST, SECOND = 4093, 2654435761, 2654446892
    fallback = by_port = False
    port = 80
    slots = ()

    def changed(self):
        weights = [server.last_weight for server in self.servers]
        divisor = gcd(*weights)
        self.slots = [None] * self.SIZE
        if divisor == 0:
            return
        shift = max((max(weights) // divisor).bit_length() - 6, 0)
        wishes = []
        for server in self.servers:
            name = (int(IPv4Address("10.0.0.100")) + server.number + self.port) & 0xFFFFFFFF
            wishes.append([sip_hash(name, self.FIRST) % self.SIZE,
                           sip_hash(name, self.SECOND) % (self.SIZE - 1) + 1])
        free = self.SIZE
        while free:
            for server, wish in zip(self.servers, wishes):
                turns = max(server.last_weight // divisor >> shift, int(server.last_weight > 0))
                for _ in range(min(turns, free)):
                    while self.slots[wish[0]] is not None:
                        wish[0] = (wish[0] + wish[1]) % self.SIZE
                    self.slots[wish[0]] = server
                    free -= 1

    def pick(self, client, _, port):
        def slot(offset):
            value = (offset + (port if self.by_port else 0) + client) & 0xFFFFFFFF
            return sip_hash(value, self.FIRST) % self.SIZE

        if not self.servers:
            return None
        first = slot(0)
        if self.slots[first] is None:
            return None
        if self.slots[first].usable() or not self.fallback:
            return self.slots[first] if self.slots[first].usable() else None
        for offset in range(self.SIZE):
            server = self.slots[slot((offset + first) % self.SIZE)]
            if server.usable():
                return server
        return None


NAMES = {"rr": RoundRobin, "wrr": WeightedRoundRobin, "lc": LeastConnection,
         "wlc": WeightedLeastConnection, "sed": ShortestExpectedDelay, "nq": NeverQueue,
         "fo": Failover, "ovf": Overflow, "lblc": Locality, "lblcr": LocalityWithReplication,
         "dh": DestinationHash, "sh": SourceHash, "mh": MaglevHash}
