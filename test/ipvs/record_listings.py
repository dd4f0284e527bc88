#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Records what ipvsadm prints of this machine's IPVS: the cases of listing_cases.py, for test_recorded_listings.

usage: sudo record_listings.py FOLDER [CASE...]

The kernel needs IPVS and the machine ipvsadm. A client's frames go over a pair of veth into a network
namespace with the services; names come from nothing but a file of hosts that only this process sees:

    us  ---- veth ----  listings: the VIPs on lo, IPVS
"""

import ctypes
import json
import multiprocessing
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "kernel")]
from client_frames import client_frame  # noqa: E402  (found by the path above)
from listing_cases import CASES, SERVICES  # noqa: E402

NAMESPACE, US = "listings", "listings"
DIRECTOR_MAC, CLIENT_MAC = bytes.fromhex("020000000001"), bytes.fromhex("020000000064")
ETHERNET = DIRECTOR_MAC + CLIENT_MAC
CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)

SET_UP = f"""\
link add {US} type veth peer name eth0 netns {NAMESPACE}
link set {US} address 02:00:00:00:00:64 mtu 65535 up
"""
SET_UP_INSIDE = """\
link set lo up
link set eth0 address 02:00:00:00:00:01 mtu 65535 up
address add 10.0.0.1/24 dev eth0
address add 2001:db8:1::1/64 dev eth0 nodad
neigh add 10.0.0.254 lladdr 02:00:00:00:00:64 dev eth0 nud permanent
neigh add 2001:db8:1::fe lladdr 02:00:00:00:00:64 dev eth0 nud permanent
route add default via 10.0.0.254
route add default via 2001:db8:1::fe
"""


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def ip(script, *options):
    subprocess.run(["ip", *options, "-batch", "-"], input=script, text=True, check=True)


def ipvsadm(arguments, text=None):
    return run("ipvsadm", *shlex.split(arguments), input=text)


def set_up():
    subprocess.run(["modprobe", "ip_vs"], check=True)
    subprocess.run(["ip", "netns", "add", NAMESPACE], check=True)
    ip(SET_UP)
    ip(SET_UP_INSIDE, "-n", NAMESPACE)


def enter():
    """What this process opens and starts from here on belongs to the namespace."""
    with open(f"/run/netns/{NAMESPACE}", "rb") as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def private_names(folder):
    """/etc/hosts and its like of our own; returns the first."""
    if libc.unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    for name, text in (("hosts", ""), ("services", SERVICES), ("nsswitch.conf", "hosts: files\nservices: files\n")):
        Path("/etc", name).touch()
        Path(folder, name).write_text(text, encoding="ascii")
        subprocess.run(["mount", "--bind", Path(folder, name), Path("/etc", name)], check=True)
    return Path(folder, "hosts")


def add_vips(rules):
    vips = {rule.split()[2].rpartition(":")[0].strip("[]") for rule in rules if rule.startswith("-A")}
    ip("".join(f"address replace {vip}/{128 if ':' in vip else 32} dev lo{' nodad' if ':' in vip else ''}\n" for vip in sorted(vips)))


class Wire:
    def __init__(self):
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self._socket.bind((US, 0))

    def send(self, case):
        frames = [ETHERNET + client_frame(*frame, payload=case.payload) for frame in case.frames]
        for _ in range(case.repeat):
            for frame in frames:
                self._socket.send(frame)


def connections():
    return Path("/proc/thread-self/net/ip_vs_conn").read_text(encoding="ascii").splitlines()[1:]


def counters():
    """Of each service and server as they are listed: what every kind of columns says of it, in digits."""
    kinds = {"stats": "-Ln --stats --exact", "rate": "-Ln --rate --exact", "connections": "-Ln", "persistent": "-Ln --persistent-conn"}
    told = {}
    for kind, arguments in kinds.items():
        for at, line in enumerate(ipvsadm(arguments).stdout.splitlines()[3:]):
            words = line.split()
            entry = told.setdefault(at, {"kind": words[0], "address": words[1]})
            numbers = [int(word) for word in words[2:] if word.isdigit()]
            if kind in ("stats", "rate"):
                entry[kind] = [numbers[0], numbers[1], numbers[3]]
            elif words[0] == "->" and kind == "connections":
                entry["active"], entry["inactive"] = numbers[1:]
            elif words[0] == "->":
                entry["persistent"] = numbers[1]
    return list(told.values())


def steady(arguments, made_of):
    """A listing during which nothing changed, and what it was made of."""
    before = made_of()
    while True:
        done = ipvsadm(arguments)
        after = made_of()
        if after == before:
            return before, done
        before = after


def record(case, wire, hosts):
    ipvsadm("-C")
    add_vips(case.rules)
    hosts.write_text("".join(f"{address} {name}\n" for address, name in case.hosts.items()), encoding="ascii")
    done = ipvsadm("-R", "\n".join(case.rules) + "\n") if case.rules else None
    if done and (done.returncode != 0 or done.stderr):
        raise RuntimeError(f"{case.name}: {done.stderr}")
    wire.send(case)
    time.sleep(2.5 if case.frames else 0)  # the kernel takes its rates every two seconds
    states, listings = [], []
    for arguments in dict.fromkeys([*case.arguments, *case.single_services()]):
        lists_connections = "c" in arguments.split("--", maxsplit=1)[0]
        kind, made_of = ("connections", connections) if lists_connections else ("services", counters)
        state, done = steady(arguments, made_of)
        if state not in states:
            states.append(state)
        listings.append({"arguments": arguments, kind: states.index(state), "status": done.returncode, "output": done.stdout,
                         "complaint": done.stderr})
    return {"rules": case.rules, "hosts": case.hosts, "ports": SERVICES.splitlines(), "states": states, "listings": listings}


def record_all(folder, names):
    wire = Wire()
    enter()
    of = {"kernel": os.uname().release, "ipvsadm": run("dpkg-query", "-W", "-f", "${Version}", "ipvsadm").stdout}
    with tempfile.TemporaryDirectory() as etc:
        hosts = private_names(etc)
        for case in CASES:
            if not names or case.name in names:
                recorded = {"of": of, **record(case, wire, hosts)}
                Path(folder, f"{case.name}.json").write_text(json.dumps(recorded, indent=1) + "\n", encoding="ascii")
                print(f"{case.name}: {len(recorded['listings'])} listings", flush=True)


def main(folder, *names):
    Path(folder).mkdir(parents=True, exist_ok=True)
    try:
        set_up()
        inside = multiprocessing.Process(target=record_all, args=(folder, names))
        inside.start()
        inside.join()
    finally:
        subprocess.run(["ip", "netns", "del", NAMESPACE], check=False)  # and the pair of veth with it
    return inside.exitcode


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
