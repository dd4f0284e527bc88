# SPDX-License-Identifier: BSD-3-Clause
"""IPVS's schedulers, each told of every change of the list. `pick` returns a server or None."""

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


NAMES = {"rr": RoundRobin, "wrr": WeightedRoundRobin, "lc": LeastConnection,
         "wlc": WeightedLeastConnection, "sed": ShortestExpectedDelay, "nq": NeverQueue,
         "fo": Failover, "ovf": Overflow, "lblc": Locality, "lblcr": LocalityWithReplication,
         "dh": DestinationHash, "sh": SourceHash}
