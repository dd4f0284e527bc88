#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes recordings of what the model does with random packets, for the runner to play.

usage: generate.py FOLDER COUNT [FIRST_SEED]
"""

import json
import random
import sys
from ipaddress import IPv4Address
from pathlib import Path

from director import Director
from schedulers import NAMES

EVENTS = 250
PACE = 0.01  # seconds from one event to the next, as the player has it
# Of which no few come near the life of a connection.
WAIT = 19


def random_server(rng, number, thresholds):
    server = {"id": number, "weight": rng.choice((0, 1, 1, 1, 2, 3, 4, 6, 10, 65535))}
    if thresholds and rng.random() < 0.7:
        server["upper"] = rng.randint(1, 8)
        if rng.random() < 0.5:
            server["lower"] = rng.randint(1, server["upper"])
    return server


def random_service(rng, scheduler, thresholds, port=80):
    service = {"scheduler": scheduler, "port": port}
    if rng.random() < 0.15:
        service |= {"protocol": "udp", "ops": rng.random() < 0.4}
    if rng.random() < 0.2:
        service["persistent"] = 333  # no tie with a connection's life
        if rng.random() < 0.5:
            service["netmask"] = rng.choice(("255.255.255.0", "255.255.0.0", "255.255.255.252"))
        if rng.random() < 0.3:
            service["port"] = 0
    if scheduler in ("sh", "mh"):
        service["flags"] = [scheduler + flag for flag in ("-fallback", "-port")
                            if rng.random() < 0.5]
    service["servers"] = [random_server(rng, number + 1, thresholds)
                          for number in range(rng.randint(0, 6))]
    return service


def scheduler_of(seed):
    return sorted(NAMES)[seed % len(NAMES)]


class Recorder:
    """Plays random events to a director (the model's, unless told) and writes down what it does."""

    def __init__(self, seed, make_director=Director):
        self.rng = random.Random(seed)
        rng = self.rng
        scheduler = scheduler_of(seed)
        self.thresholds = rng.random() < 0.4
        self.recording = {
            "name": f"random-{scheduler}-{seed}",
            "sysctl": {key: rng.randint(0, most)
                       for key, most in (("sloppy_tcp", 1), ("expire_nodest_conn", 1),
                                         ("conn_reuse_mode", 3), ("expire_quiescent_template", 1),
                                         ("schedule_icmp", 1))
                       if rng.random() < 0.4},
            "services": [random_service(rng, scheduler, self.thresholds)],
            "events": []}
        # By the destination of the packet that is quoted, the client, which is none of drover's ways.
        if scheduler in ("dh", "lblc", "lblcr"):
            self.recording["sysctl"].pop("schedule_icmp", None)
        # Others on the VIP, with protocols and ports of their own.
        for port in (80, 443):
            if rng.random() < 0.4:
                other = random_service(rng, scheduler, self.thresholds, port)
                taken = [(each.get("protocol"), each["port"]) for each in self.recording["services"]]
                if (other.get("protocol"), other["port"]) not in taken:
                    self.recording["services"].append(other)
        self.director = make_director(self.recording)
        self.clients = [(int(IPv4Address(f"10.{rng.randint(0, 3)}.{rng.randint(1, 3)}."
                                         f"{rng.randint(1, 250)}")), rng.randint(1024, 60000))
                        for _ in range(rng.choice((4, 20, 100)))]
        if rng.random() < 0.1:
            self.clients[0] = (self.clients[0][0], 20)
        self.numbers = 7  # of servers added
        self.waits = rng.random() < 0.3 and self.director.waits

    def run(self):
        while len(self.recording["events"]) < EVENTS and self.pass_time():
            self.step()
        if self.pass_time():
            self.recording["connections_at_end"] = self.director.listing()
        return self.recording

    def pass_time(self):
        """False: what comes now hangs upon a close call."""
        self.director.wait(PACE)
        while not self.director.is_settled():
            self.wait(3)
            self.director.wait(PACE)
        return not self.director.close_call

    def wait(self, seconds):
        self.record({"wait": seconds})
        self.director.wait(seconds)

    def step(self):
        chance = self.rng.random()
        if self.waits and self.rng.random() < 0.04:
            self.wait(WAIT * self.rng.choice((1, 1, 2, 4, 7, 16, 48)))
            return
        if chance < 0.90:
            self.packet()
        elif chance < 0.93:
            self.table()
        else:
            self.change()

    def packet(self):
        rng, service = self.rng, self.rng.choice(self.director.services)
        client, client_port = rng.choice(self.clients)
        port = service.port or rng.choice((80, 443, 8080))
        if rng.random() < 0.03:
            port = 9999
        source = {"src": str(IPv4Address(client)), "sport": client_port, "dport": port}
        if rng.random() < 0.05:
            to = self.director.error_about(service.protocol, client, client_port, port)
            self.record({"packet": "ICMP", "protocol": service.protocol, **source, "to": to})
            return
        kind = "U" if service.protocol == "udp" else rng.choices(
            ("S", "A", "P", "F", "R", "SA"), (40, 25, 10, 12, 10, 3))[0]
        self.record({"packet": kind, **source,
                     "to": self.director.packet(kind, client, client_port, port)})

    def change(self):
        rng, service = self.rng, self.director.services[0]
        numbers = [server.number for server in service.servers]
        chance = rng.random()
        if numbers and chance < 0.5:
            number, weight = rng.choice(numbers), rng.choice((0, 0, 1, 1, 2, 3, 5, 10))
            upper = lower = 0
            if self.thresholds and rng.random() < 0.5:
                upper = rng.randint(1, 8)
                lower = rng.choice((0, rng.randint(1, upper)))
            server = self.director.find(service, number)
            if not upper and server.upper:
                upper, lower = server.upper, server.lower
            self.director.edit(service, number, weight, upper, lower)
            self.record({"weight": weight, "id": number,
                         **({"upper": upper, "lower": lower} if upper else {})})
        elif numbers and chance < 0.75:
            number = rng.choice(numbers)
            self.director.remove(service, number)
            self.record({"remove": number})
        else:
            number = rng.choice(list(service.gone) or [self.numbers])
            self.numbers += number == self.numbers
            server = random_server(rng, number, self.thresholds)
            self.director.add(service, number, server["weight"], server.get("upper", 0),
                              server.get("lower", 0))
            self.record({"add": number, **{key: server[key] for key in ("weight", "upper", "lower")
                                           if key in server}})

    def table(self):
        self.record({"table": self.director.table(self.director.services[0])})

    def record(self, event):
        self.recording["events"].append(event)


def main(folder, count, first=0):
    Path(folder).mkdir(parents=True, exist_ok=True)
    for seed in range(int(first), int(first) + int(count)):
        recording = Recorder(seed).run()
        Path(folder, recording["name"] + ".json").write_text(json.dumps(recording), encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
