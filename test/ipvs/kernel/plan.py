#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes recordings of random packets whose outcomes are not known yet, for ipvs_recorder to ask a kernel.

usage: plan.py FOLDER COUNT [FIRST_SEED]

Seeds whose scheduler goes by a hash of the kernel's are passed over. The seed makes the sequence of
packets and changes, as it does for the model (../model/generate.py).
"""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "model"))
from generate import Recorder, scheduler_of  # noqa: E402  (found by the path above)

BY_THE_KERNELS_HASH = {"dh", "mh", "sh"}


@dataclass
class Server:
    number: int
    upper: int = 0
    lower: int = 0


@dataclass
class Service:
    protocol: str
    port: int
    servers: list = field(default_factory=list)
    gone: dict = field(default_factory=dict)


class Planner:
    """With the face of the model's Director: it knows which servers there are, and no outcome."""

    waits = False  # a kernel's clock cannot be moved
    close_call = False

    def __init__(self, recording):
        self.services = []
        for each in recording["services"]:
            service = Service(each.get("protocol", "tcp"), each["port"])
            self.services.append(service)
            for server in each["servers"]:
                self.add(service, server["id"], server["weight"], server.get("upper", 0), server.get("lower", 0))

    def add(self, service, number, _, upper=0, lower=0):
        server = service.gone.pop(number, None) or Server(number)
        server.upper, server.lower = upper, lower
        service.servers.insert(0, server)

    def remove(self, service, number):
        server = self.find(service, number)
        service.servers.remove(server)
        service.gone[number] = server

    def edit(self, service, number, _, upper, lower):
        server = self.find(service, number)
        server.upper, server.lower = upper, lower

    @staticmethod
    def find(service, number):
        return next(server for server in service.servers if server.number == number)

    def wait(self, seconds):
        pass

    @staticmethod
    def is_settled():
        return True

    def packet(self, *_):
        return None

    error_about = packet

    @staticmethod
    def table(_):
        return {}

    @staticmethod
    def listing():
        return []


def plan(folder, count, first=0):
    """Returns how many packets those are."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    packets = 0
    for seed in range(first, first + count):
        if scheduler_of(seed) in BY_THE_KERNELS_HASH:
            continue
        recording = Recorder(seed, Planner).run()
        packets += sum("packet" in event for event in recording["events"])
        Path(folder, recording["name"] + ".json").write_text(json.dumps(recording), encoding="ascii")
    return packets


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    print(f"{plan(sys.argv[1], *map(int, sys.argv[2:]))} packets")
