# SPDX-License-Identifier: BSD-3-Clause
"""Linux's IPVS with the face of the model's Director: what is asked of it happens in a kernel.

    us (this process)  ---- a veth pair ----  director: a network namespace with IPVS

A packet is sent as a frame, and behind it an echo request to the director's own address. Both pass the
kernel in this order, so once the echo has come back, what became of the packet has come before it.
Each recording has a VIP of its own, so that no other one's connections count. What ends a connection
ends it by a timer: where a packet may do that, nothing follows before the timer has run.
"""

import contextlib
import ctypes
import os
import socket
import subprocess
import time
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path

import packets
from control import Control

DIRECTOR = int(IPv4Address("10.0.0.1"))
DIRECTOR_MAC = bytes.fromhex("020000000001")
RECORDED_VIP = "10.0.0.100"
FIRST_VIP = int(IPv4Address("10.100.0.1"))
SERVER_MAC = b"\x02\x00\x00\x01\x00"  # and its number
MOST_SERVERS = 100
CLONE_NEWNET = 0x40000000
A_TIMER = 0.012  # seconds: three ticks of a kernel with the slowest of clocks (250 a second)
EXPIRY_OF_A_SERVER = 0.1  # seconds: a piece of work of its own, some ticks later
DEFAULTS = {"sloppy_tcp": 0, "expire_nodest_conn": 0, "conn_reuse_mode": 1, "expire_quiescent_template": 0,
            "schedule_icmp": 0}

SET_UP = """\
link add {us} type veth peer name eth0 netns {namespace}
link set {us} address {client} up
"""
SET_UP_INSIDE = """\
link set lo up
link set eth0 address {director} up
address add 10.0.0.1/24 dev eth0
route add local 10.100.0.0/16 dev lo
neigh add 10.0.0.254 lladdr {client} dev eth0 nud permanent
route add default via 10.0.0.254
"""


@contextlib.contextmanager
def _inside(namespace):
    ours = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        if libc.setns(namespace, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        yield
    finally:
        libc.setns(ours, CLONE_NEWNET)
        os.close(ours)


def _ip(script, *options):
    subprocess.run(["ip", *options, "-batch", "-"], input=script, text=True, check=True)


def _text(mac):
    return ":".join(f"{byte:02x}" for byte in mac)


class Namespace:
    """The director's namespace, and a socket on our end of its wire."""

    def __init__(self):
        self._name, self._us = f"ipvs-{os.getpid()}", f"ipvs{os.getpid()}"
        subprocess.run(["ip", "netns", "add", self._name], check=True)
        for path in ("default/disable_ipv6", "all/disable_ipv6"):
            Path("/proc/sys/net/ipv6/conf", path).write_text("1")
        _ip(SET_UP.format(us=self._us, namespace=self._name, client=_text(packets.CLIENT_MAC)))
        servers = "".join(f"neigh add 10.0.0.{100 + number} lladdr {_text(SERVER_MAC + bytes([number]))} dev eth0 nud permanent\n"
                          for number in range(1, MOST_SERVERS))
        _ip(SET_UP_INSIDE.format(director=_text(DIRECTOR_MAC), client=_text(packets.CLIENT_MAC)) + servers, "-n", self._name)
        self._file = os.open(f"/run/netns/{self._name}", os.O_RDONLY)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        self.socket.bind((self._us, 0x0800))
        self.socket.settimeout(5)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        with _inside(self._file):
            self.control = Control()
            self._settings = {name: os.open(f"/proc/sys/net/ipv4/vs/{name}", os.O_WRONLY) for name in DEFAULTS}
            for path in ("all", "eth0"):
                Path(f"/proc/sys/net/ipv4/conf/{path}/rp_filter").write_text("0")
        self._echo = packets.ethernet(DIRECTOR_MAC, packets.icmp(packets.ROUTER, DIRECTOR, 8, 0, b"echo"))

    def set(self, settings):
        for name, default in DEFAULTS.items():
            os.pwrite(self._settings[name], f"{settings.get(name, default)}\n".encode(), 0)

    def send(self, carried):
        """Sends a packet and returns the number of the server that got it, or None."""
        self.socket.send(packets.ethernet(DIRECTOR_MAC, carried))
        self.socket.send(self._echo)
        server = None
        while True:
            frame = self.socket.recv(2048)
            if frame[:5] == SERVER_MAC:
                server = frame[5]
            elif frame[:6] == packets.CLIENT_MAC and frame[23] == packets.ICMP and frame[34] == 0 and frame[38:42] == b"echo":
                return server

    def connections(self):
        """The lines of /proc/net/ip_vs_conn."""
        with _inside(self._file):
            return Path("/proc/thread-self/net/ip_vs_conn").read_text().splitlines()[1:]

    def close(self):
        for file in self._settings.values():
            os.close(file)
        os.close(self._file)
        self.socket.close()
        subprocess.run(["ip", "link", "del", self._us], check=True)
        subprocess.run(["ip", "netns", "del", self._name], check=True)


@dataclass
class Server:
    number: int
    upper: int = 0
    lower: int = 0


@dataclass
class Service:
    definition: dict
    servers: list = field(default_factory=list)
    gone: dict = field(default_factory=dict)

    @property
    def protocol(self):
        return self.definition.get("protocol", "tcp")

    @property
    def port(self):
        return self.definition.get("port", 80)


class KernelDirector:
    waits = False  # a kernel's clock cannot be moved
    close_call = False  # nothing lives so short that it could expire on the way

    def __init__(self, namespace, number, recording):
        self._namespace = namespace
        self._control = namespace.control
        self._vip = FIRST_VIP + number
        self._address = str(IPv4Address(self._vip))
        self._known = set()  # flows that may have a connection
        self._expires = bool(recording["sysctl"].get("expire_nodest_conn"))
        self._control.flush()
        namespace.set(recording["sysctl"])
        self.services = []
        for each in recording["services"]:
            service = Service(each)
            self._control.add_service(self._address, each)
            self.services.append(service)
            for server in each["servers"]:
                self.add(service, server["id"], server.get("weight", 1), server.get("upper", 0), server.get("lower", 0))

    def add(self, service, number, weight, upper=0, lower=0):
        server = service.gone.pop(number, None) or Server(number)
        server.upper, server.lower = upper, lower
        service.servers.insert(0, server)
        self._control.add_server(self._address, service.definition, self._of(number), weight, upper, lower)

    def remove(self, service, number):
        server = self.find(service, number)
        service.servers.remove(server)
        service.gone[number] = server
        self._control.delete_server(self._address, service.definition, self._of(number))
        if self._expires:
            time.sleep(EXPIRY_OF_A_SERVER)

    def edit(self, service, number, weight, upper, lower):
        server = self.find(service, number)
        server.upper, server.lower = upper, lower
        self._control.edit_server(self._address, service.definition, self._of(number), weight, upper, lower)

    @staticmethod
    def find(service, number):
        return next(server for server in service.servers if server.number == number)

    def wait(self, seconds):
        pass

    @staticmethod
    def is_settled():
        return True  # whatever ends a connection was waited for

    def packet(self, kind, client, client_port, port):
        flow = (kind == "U", client, client_port, port)
        ends = flow in self._known and (kind in ("S", "SA") or self._expires)
        self._known.add(flow)
        to = self._namespace.send(packets.client_packet(kind, client, client_port, self._vip, port))
        if ends:
            time.sleep(A_TIMER)
        return to

    def error_about(self, protocol, client, client_port, port):
        self._known.add((protocol == "udp", client, client_port, port))
        return self._namespace.send(packets.error_about(protocol, client, client_port, self._vip, port))

    def table(self, service):
        rows = self._control.servers(self._address, service.definition, len(service.servers))
        return {str(int(address.rsplit(".", 1)[1]) - 100): {"weight": weight, "active": active, "inactive": inactive}
                for address, weight, active, inactive in rows}

    def listing(self):
        ours = f"{self._vip:08X}"
        rows = []
        for line in self._namespace.connections():
            protocol, client, client_port, vip, port, server, server_port, state = line.split()[:8]
            # What was of a template that is good no more has a port of its own.
            if vip == ours and port != "FFFF":
                row = {"protocol": protocol, "state": state, "client": _end(client, client_port),
                       "virtual": f"{RECORDED_VIP}:{int(port, 16)}", "server": _end(server, server_port)}
                # Read page by page, it may show one twice.
                if row not in rows:
                    rows.append(row)
        return rows

    @staticmethod
    def _of(number):
        return f"10.0.0.{100 + number}"


def _end(address, port):
    return f"{IPv4Address(int(address, 16))}:{int(port, 16)}"
