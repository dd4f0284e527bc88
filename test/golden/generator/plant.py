# SPDX-License-Identifier: BSD-3-Clause
"""The network of every case, and second implementations of what decides where a frame goes.

As the package generator_v6 the cases are those of IPv6, with 2001:db8::10 for 192.0.2.10 and so on.

                          +-- front, 02:..:01 --+
  clients -- router ------|       drover        |   a 192.0.2.21  02:..:21
  198.51.100.x  02:..:fe  |  VIP 192.0.2.10     |-- b 192.0.2.22  02:..:22
                          +---------------------+   c 192.0.2.23  02:..:23
"""

import ipaddress
from dataclasses import dataclass

V6 = __package__ == "generator_v6"
NETWORKS_V6 = {"192.0.2": "2001:db8:", "198.51.100": "2001:db8:f:", "198.51.101": "2001:db8:f:1:",
               "203.0.113": "2001:db8:e:", "198.18.0": "2001:db8:2:"}


def by_family(of_v4, of_v6):
    return of_v6 if V6 else of_v4


def of_family(address):
    """Of IPv6 the address that stands for this one."""
    network, host = address.rsplit(".", 1)
    return f"{NETWORKS_V6[network]}:{host}" if V6 else address


PORT_MAC = "02:00:00:00:00:01"
ROUTER_MAC = "02:00:00:00:00:fe"
OTHER_MAC = "02:00:00:00:00:99"  # of a station that is neither
VIP = of_family("192.0.2.10")
VIP2 = of_family("192.0.2.9")
NODE = of_family("192.0.2.11")  # the balancer's own
PEER = of_family("192.0.2.12")  # the other balancer's
CLIENT = of_family("198.51.100.7")
CLIENT2 = of_family("198.51.100.8")


@dataclass(frozen=True)
class Server:
    name: str
    address: str
    mac: str
    weight: int = 1


A = Server("a", of_family("192.0.2.21"), "02:00:00:00:00:21")
B = Server("b", of_family("192.0.2.22"), "02:00:00:00:00:22")
C = Server("c", of_family("192.0.2.23"), "02:00:00:00:00:23")


def mac_bytes(mac):
    return bytes.fromhex(mac.replace(":", ""))


def number(address):
    return int(ipaddress.ip_address(address))


# --- which worker gets a frame: receive side scaling -------------------------------------------

KEY = int("6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa", 16)


def toeplitz(data):
    """The hash of Microsoft's "RSS Hashing Functions", bit for bit."""
    result = 0
    for position, byte in enumerate(data):
        for bit in range(8):
            if byte & (0x80 >> bit):
                result ^= (KEY >> (320 - 32 - (position * 8 + bit))) & 0xFFFFFFFF
    return result


def worker_of(frame, workers):
    """The worker that a frame goes to; `frame` as bytes, behind any number of VLAN tags."""
    at = 12
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    ip = frame[at + 2:]
    if frame[at:at + 2] == b"\x86\xdd" and len(ip) >= 40 and ip[0] >> 4 == 6:
        has_ports = ip[6] in (6, 17) and len(ip) >= 44
        return toeplitz(ip[8:40] + (ip[40:44] if has_ports else b"")) % 128 % workers
    if frame[at:at + 2] != b"\x08\x00" or len(ip) < 20 or ip[0] >> 4 != 4 or ip[0] & 15 < 5:
        return 0
    data = ip[12:20]
    fragment = int.from_bytes(ip[6:8], "big") & 0x3FFF
    ports = ip[(ip[0] & 15) * 4:][:4]
    if ip[9] in (6, 17) and not fragment and len(ports) == 4:
        data += ports
    return toeplitz(data) % 128 % workers


# --- which server gets a new connection ---------------------------------------------------------


class RoundRobin:
    """The server behind the last one. Each worker starts one further on than the one before it."""

    def __init__(self, servers, workers):
        self.servers = list(servers)
        self.last = [None] * workers  # the address
        self.position = list(range(workers))  # that of the last, or where to start

    def pick(self, worker):
        """None: no server has a weight."""
        addresses = [server.address for server in self.servers]
        start = self.position[worker]
        if self.last[worker] in addresses:
            start = addresses.index(self.last[worker]) + 1
        for step in range(len(addresses)):
            at = (start + step) % len(addresses)
            if self.servers[at].weight > 0:
                self.last[worker], self.position[worker] = addresses[at], at
                return self.servers[at]
        return None


MASK64 = (1 << 64) - 1


def mix(value):
    """David Stafford's mix 13, as in SplitMix64."""
    value = ((value ^ value >> 30) * 0xBF58476D1CE4E5B9) & MASK64
    value = ((value ^ value >> 27) * 0x94D049BB133111EB) & MASK64
    return value ^ value >> 31


def is_prime(value):
    return value > 1 and all(value % divisor for divisor in range(2, int(value ** 0.5) + 1))


def identity(address):
    """What names a server on every balancer alike."""
    if ipaddress.ip_address(address).version == 4:
        return mix(number(address))
    name = 0
    for byte in ipaddress.ip_address(address).packed:
        name = mix((name << 8 ^ byte ^ name >> 56) & MASK64)
    return name


def hash_of_flow(client, ports):
    if ipaddress.ip_address(client).version == 4:
        return mix(number(client) << 32 | ports)
    return mix(mix(mix(number(client) >> 64) ^ number(client) & MASK64) ^ ports)


def preference_list(server, size):
    first = mix(identity(server.address))
    second = mix((first + 0x9E3779B97F4A7C15) & MASK64)
    offset, skip = first % size, second % (size - 1) + 1
    return ((offset + skip * step) % size for step in range(size))


class Maglev:
    """Places by hash what has no connection; the same on every balancer."""

    def __init__(self, servers, least=251):
        size = max(least, 100 * len(servers))
        while not is_prime(size):
            size += 1
        order = sorted(servers, key=lambda server: identity(server.address))
        preferences = [preference_list(server, size) for server in order]
        self.slots = [None] * size
        heaviest = max(server.weight for server in servers)
        left = size if heaviest else 0
        credit = dict.fromkeys(order, 0)
        while left:
            for server, preference in zip(order, preferences):
                credit[server] += server.weight
                if left and credit[server] >= heaviest:
                    credit[server] -= heaviest
                    slot = next(slot for slot in preference if self.slots[slot] is None)
                    self.slots[slot] = server
                    left -= 1

    def place(self, client, client_port, port):
        return self.slots[hash_of_flow(client, client_port << 16 | port) % len(self.slots)]


class MaglevScheduler(Maglev):
    """The scheduler of that name, for TCP."""

    def __init__(self, servers):
        super().__init__(servers, 65537)

    def place(self, client, client_port, port):
        return self.slots[mix(identity(client) ^ mix((client_port << 16 | port) + 1)) %
                          len(self.slots)]


# --- which worker owns what several need ----------------------------------------------------------

SEED = (0x9E3779B97F4A7C15, 0xD1B54A32D192ED03)  # of the in-process plant


def fold_multiply(left, right):
    product = left * right
    return (product ^ product >> 64) & MASK64


def owner_of_client(client, workers, group=0):
    """The worker that decides for a persistent client, a masked address."""
    address = ipaddress.ip_address(client)
    packed = address.packed if address.version == 6 else bytes(10) + b"\xff\xff" + address.packed
    halves = [int.from_bytes(half, "little") for half in (packed[:8], packed[8:])]
    mixed = fold_multiply(halves[0] ^ SEED[0], halves[1] ^ SEED[1] ^ 0xE7037ED1A0B428DB)
    return (fold_multiply(mixed ^ group ^ SEED[0], SEED[1] ^ 0x8EBC6AF09C88C6E3) >> 32) % workers
