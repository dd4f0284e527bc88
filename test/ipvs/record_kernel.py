#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Records what this machine's kernel does with random packets, for ipvs_runner to play to drover.

usage: sudo record_kernel.py FOLDER COUNT [FIRST_SEED [PROCESSES]]
       sudo record_kernel.py --again FOLDER FILE...

COUNT recordings of 250 events each; seeds whose scheduler goes by a hash of the kernel's are passed
over. The seed makes the sequence of packets and changes: the same for the model (model/generate.py),
so that kernel, model and drover can be set side by side. The kernel needs IPVS (modprobe ip_vs);
network namespaces are made for it and removed. --again records what the kernel does with the events
of these recordings, as far as they need no clock.
"""

import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from ipaddress import IPv4Address
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "model"), str(HERE / "kernel")]
from kernel_director import KernelDirector, Namespace  # noqa: E402  (found by the path above)
from generate import Recorder  # noqa: E402
from schedulers import NAMES  # noqa: E402

BY_THE_KERNELS_HASH = {"dh", "mh", "sh"}
# Its list of connections is read at each end: a namespace has those of all before.
RECORDINGS_A_NAMESPACE = 25


def record(folder, first, count):
    """Returns how many packets those were."""
    # The order of frames is that of one processor's queue.
    os.sched_setaffinity(0, {os.getpid() % os.cpu_count()})
    packets = 0
    namespace = Namespace()
    try:
        for seed in range(first, first + count):
            if sorted(NAMES)[seed % len(NAMES)] in BY_THE_KERNELS_HASH:
                continue
            recording = Recorder(seed, lambda known, at=seed - first: KernelDirector(namespace, at, known)).run()
            packets += sum("packet" in event for event in recording["events"])
            Path(folder, recording["name"] + ".json").write_text(json.dumps(recording), encoding="ascii")
    finally:
        namespace.close()
    return packets


def play(recording, director):
    """The recording's events anew, with what this director does."""
    for event in recording["events"]:
        service = director.services[0]
        if event.get("packet") == "PING" or "dst" in event:
            raise ValueError(f"what is not for a virtual service: {event}")
        if "packet" in event:
            client, port = int(IPv4Address(event["src"])), event.get("dport", service.port)
            if event["packet"] == "ICMP":
                to = director.error_about(event.get("protocol", service.protocol), client, event["sport"], port)
            else:
                to = director.packet(event["packet"], client, event["sport"], port)
            yield {**event, "to": to}
            continue
        thresholds = event.get("upper", 0), event.get("lower", 0)
        if "table" in event:
            yield {"table": director.table(service)}
        elif "add" in event:
            director.add(service, event["add"], event.get("weight", 1), *thresholds)
            yield event
        elif "remove" in event:
            director.remove(service, event["remove"])
            yield event
        elif "weight" in event:
            server = director.find(service, event["id"])
            director.edit(service, event["id"], event["weight"],
                          *(thresholds if "upper" in event else (server.upper, server.lower)))
            yield event
        else:
            raise ValueError(f"what the kernel cannot be asked to do: {event}")


def again(folder, files):
    Path(folder).mkdir(parents=True, exist_ok=True)
    namespace = Namespace()
    try:
        for number, file in enumerate(map(Path, files)):
            recording = json.loads(file.read_text(encoding="utf-8"))
            for service in recording["services"]:
                service.setdefault("port", 80)
            director = KernelDirector(namespace, number, recording)
            try:
                recording["events"] = list(play(recording, director))
            except ValueError as error:
                print(f"{file.name}: {error}")
                continue
            recording["connections_at_end"] = director.listing()
            Path(folder, file.name).write_text(json.dumps(recording), encoding="ascii")
    finally:
        namespace.close()


def main(folder, count, first=0, processes=4):
    Path(folder).mkdir(parents=True, exist_ok=True)
    first, end = int(first), int(first) + int(count)
    packets, began = 0, time.monotonic()
    starts = range(first, end, RECORDINGS_A_NAMESPACE)
    # They mostly wait for timers.
    with ProcessPoolExecutor(int(processes), max_tasks_per_child=1) as pool:
        running = [pool.submit(record, folder, start, min(RECORDINGS_A_NAMESPACE, end - start)) for start in starts]
        for start, done in zip(starts, running):
            packets += done.result()
            print(f"seeds up to {min(start + RECORDINGS_A_NAMESPACE, end) - 1}: {packets} packets, "
                  f"{time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--again"] and len(sys.argv) > 3:
        again(sys.argv[2], sys.argv[3:])
    elif len(sys.argv) in (3, 4, 5):
        main(*sys.argv[1:])
    else:
        sys.exit(__doc__)
