# SPDX-License-Identifier: BSD-3-Clause
"""Writes one case: a folder with drover.yaml and frames.txt (golden_case.h explains the lines)."""

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import Ether

from .plant import A, B, C, CLIENT, PORT_MAC, ROUTER_MAC, V6, VIP, mac_bytes, worker_of

CASES = {}  # name -> (function, its configuration)
# Groups of cases in which no header is of one family only.
FOR_BOTH = ("tcp_life", "scheduling", "capacity", "adoption", "held", "persistence", "access", "udp",
            "strays", "fragments", "networks", "tags")


def config(services=None, servers=(A, B, C), pin=True, ports=(80,), before="", port=""):
    """The text of drover.yaml; `services` as lines of their own, or one service of `servers`."""
    text = f"connections: 1000\n{before}"
    text += f"ports:\n  - {{name: front, driver: vdev, device: net_ring0{port}}}\nservices:\n"
    return text + (services or service("web", VIP, servers, pin=pin, ports=ports))


def service(name, vip, servers, pin=True, ports=(80,), more=""):
    """`more`: further keys, such as "protocol: udp", on one line."""
    listed = "any" if ports == "any" else f"[{', '.join(map(str, ports))}]"
    text = f"  - name: {name}\n    address: {vip}\n    ports: {listed}\n"
    if more:
        text += f"    {more}\n"
    text += "    servers:\n"
    for server in servers:
        weight = "" if server.weight == 1 else f", weight: {server.weight}"
        mac = f', mac: "{server.mac}"' if pin else ""
        text += f"      - {{name: {server.name}, address: {server.address}{weight}{mac}}}\n"
    return text


def case(name, text=None, host=False, ports=None, v4_only=False, **more_files):
    """Registers a function that writes the case. `more_files`: other configurations, to reload.

    In the groups FOR_BOTH it is also played with IPv6, as v6-NAME, unless it is of IPv4 only.
    """

    def register(function):
        if V6 and (v4_only or function.__module__.rsplit(".", 1)[1] not in FOR_BOTH):
            return function
        CASES["v6-" + name if V6 else name] = (function, text or config(), host, ports, more_files)
        return function

    return register


def ip(client=CLIENT, vip=VIP, mac=ROUTER_MAC, **fields):
    """From a client to a VIP, as far as the IP header. `fields`: of IPv4's."""
    return Ether(src=mac, dst=PORT_MAC) / (
        IPv6(src=client, dst=vip) if V6 else IP(src=client, dst=vip, **fields))


def reply_ip(mac=ROUTER_MAC, vip=VIP, client=CLIENT, source=PORT_MAC):
    """As drover writes it, from a VIP to a client."""
    return Ether(src=source, dst=mac) / (
        IPv6(src=vip, dst=client) if V6 else IP(src=vip, dst=client, id=0, flags="DF", ttl=64))


def echo_request(client=CLIENT, vip=VIP, mac=ROUTER_MAC):
    return ip(client, vip, mac) / (
        ICMPv6EchoRequest(id=1, seq=2) if V6 else ICMP(type="echo-request", id=1, seq=2))


def echo_reply(client=CLIENT, vip=VIP):
    return Ether(src=PORT_MAC, dst=ROUTER_MAC) / (
        IPv6(src=vip, dst=client) / ICMPv6EchoReply(id=1, seq=2) if V6 else
        IP(src=vip, dst=client, ttl=64) / ICMP(type="echo-reply", id=1, seq=2))


def tcp(flags, port=40000, client=CLIENT, vip=VIP, to=80, data=b"", mac=ROUTER_MAC, **fields):
    """A segment from a client to a VIP, not padded."""
    segment = TCP(sport=port, dport=to, flags=flags, seq=1000, ack=2000 if "A" in flags else 0)
    for field, value in fields.items():
        setattr(segment, field, value)
    return ip(client, vip, mac, id=1) / segment / data


def udp(port=40000, client=CLIENT, vip=VIP, to=53, data=b"data", **fields):
    """A datagram from a client to a VIP, not padded."""
    return ip(client, vip, id=1, **fields) / UDP(sport=port, dport=to) / data


def padded(frame):
    return frame.ljust(60, b"\0")


TAGS = {
    "VLAN 7": bytes.fromhex("81000007"),
    "priority 3, no VLAN": bytes.fromhex("81006000"),
    "VLAN 7 in VLAN 100 (QinQ)": bytes.fromhex("88a8006481000007"),
}


def tagged(frame, tags):
    return bytes(frame)[:12] + tags + bytes(frame)[12:]


class Case:
    """`ports`: the MAC address of each by its name. A frame comes in, and its answer leaves, by the
    first one unless another is named."""

    def __init__(self, workers, host, ports=None):
        self.workers = workers
        self.ports = ports or {"front": PORT_MAC}
        self.lines = [f"port {name} {mac}{' host' if host else ''}"
                      for name, mac in self.ports.items()]

    def comment(self, text):
        self.lines += ["", f"# {text}"]

    def send(self, frame, verdict, after=0, out=(), kernel=(), times=1, port="front", by=None):
        """`frame` comes in `after` milliseconds; what leaves then (by the port `by`, unless that is
        the same), and the verdict counted."""
        repeat = f" *{times}" if times > 1 else ""
        self.lines.append(f"in {port} +{after}{repeat} {bytes(frame).hex()}")
        for left in out:
            self.lines.append(f"out {by or port}{repeat} {padded(bytes(left)).hex()}")
        for given in kernel:
            self.lines.append(f"kernel {port}{repeat} {bytes(given).hex()}")
        names = verdict if isinstance(verdict, (list, tuple)) else [verdict]
        self.lines.append("verdict " + " ".join(name + repeat.replace(" ", "") for name in names))

    def worker(self, frame):
        return worker_of(bytes(frame), self.workers)

    @staticmethod
    def addressed(frame, server, source=PORT_MAC):
        """The frame as it leaves: only the Ethernet addresses differ."""
        return mac_bytes(server.mac) + mac_bytes(source) + bytes(frame)[12:]

    def forward(self, frame, server, verdict="forwarded", after=0, source=PORT_MAC):
        self.send(frame, verdict, after, out=[self.addressed(frame, server, source)])

    def drop(self, frame, verdict, after=0, times=1):
        self.send(frame, verdict, after, times=times)

    def answer(self, frame, reply, verdict, after=0, times=1):
        self.send(frame, verdict, after, out=[reply], times=times)

    def wait(self, milliseconds, *verdicts):
        self.lines.append(f"wait +{milliseconds}")
        if verdicts:
            self.lines.append("verdict " + " ".join(verdicts))

    def learn(self, server, out=(), mac=None):
        self.lines.append(f"learn {server.address} {mac or server.mac}")
        self.lines += [f"out front {padded(bytes(left)).hex()}" for left in out]

    def reload(self, name):
        self.lines.append(f"reload {name}")

    def count(self, server, active, inactive, connections, vip=VIP, port=80):
        """What the server's row in `drover list` shows now."""
        vip = f"[{vip}]" if ":" in vip and not vip.startswith("[") else vip
        self.lines.append(
            f"server {vip}:{port} {server.address} {active} {inactive} {connections}")

    def entries(self, count):
        """How many connections all workers' tables hold."""
        self.lines.append(f"entries {count}")

    def templates(self, count):
        """How many clients' templates there are."""
        self.lines.append(f"templates {count}")

    def evictions(self, count):
        self.lines.append(f"evictions {count}")

    def table_for(self, connections):
        """Fewer than a configuration may ask for; before all else."""
        self.lines.append(f"connections {connections}")


def write(name, folder):
    """Writes the case; a file for two or four workers only where it differs from that for fewer."""
    function, text, host, ports, more = CASES[name]
    files, frames = {"drover.yaml": text}, None
    for workers, file_name in ((1, "frames.txt"), (2, "frames-2-workers.txt"),
                               (4, "frames-4-workers.txt")):
        written = Case(workers, host, ports)
        function(written)
        about = "".join(f"# {line.strip()}\n" for line in function.__doc__.strip().splitlines())
        if frames != written.lines:
            frames = written.lines
            files[file_name] = about + "\n".join(frames) + "\n"
    files |= {f"{key}.yaml": value for key, value in more.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for file_name, content in files.items():
        (folder / file_name).write_text(content, encoding="ascii")
    return set(files)
