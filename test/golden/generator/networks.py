# SPDX-License-Identifier: BSD-3-Clause
"""Several ports, each with a network of its own.

  clients -- router ---- front, 02:..:01 --+            +-- back, 02:..:02 ---- a 198.18.0.21
             02:..:fe    203.0.113.11/24   |   drover   |  198.18.0.11/24       b 198.18.0.22
                         VIP 203.0.113.10  |            |
             c 203.0.113.23 ---------------+            +  VIP2 192.0.2.9, on no network
"""

from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.inet6 import ICMPv6PacketTooBig, IPv6

from .case import case, echo_reply, echo_request, ip, reply_ip, service, tcp
from .plant import (CLIENT, OTHER_MAC, PORT_MAC, ROUTER_MAC, RoundRobin, Server, V6, VIP2, of_family)
from .resolution import ANSWERED, UNSPECIFIED, reply, request

BACK_MAC = "02:00:00:00:00:02"
PORTS = {"front": PORT_MAC, "back": BACK_MAC}
FRONT_VIP = of_family("203.0.113.10")
BACK_VIP = of_family("198.18.0.10")
NEIGHBOUR = of_family("203.0.113.77")
BOTH_VIP = of_family("192.0.2.8")
LENGTH = 64 if V6 else 24
A = Server("a", of_family("198.18.0.21"), "02:00:00:00:00:21")
B = Server("b", of_family("198.18.0.22"), "02:00:00:00:00:22")
C = Server("c", of_family("203.0.113.23"), "02:00:00:00:00:23")


def config(services, front="", back=""):
    return f"""connections: 1000
nodes:
  test: {{address: {of_family("203.0.113.11")}/{LENGTH}}}
ports:
  - {{name: front, driver: vdev, device: net_ring0{front}}}
  - {{name: back, driver: vdev, device: net_ring1, address: {of_family("198.18.0.11")}/{LENGTH}{back}}}
services:
{services}"""


def ask(vip, to=None, source=NEIGHBOUR):
    return request(vip, source, to)


def answer_for(vip, mac, source=NEIGHBOUR):
    return reply(vip, source, mac)


def to_back(frame):
    """As if it had come in by the port back."""
    return bytes.fromhex(BACK_MAC.replace(":", "")) + bytes(frame)[6:]


@case("ports-egress", config(service("web", FRONT_VIP, (A, B, C))), ports=PORTS)
def egress(c):
    """A frame leaves by the port whose network holds its server, with that port's MAC address."""
    servers = RoundRobin([A, B, C], c.workers)
    for port in range(6):
        frames = [tcp("S", port=port, vip=FRONT_VIP), tcp("A", port=port, vip=FRONT_VIP)]
        server = servers.pick(c.worker(frames[0]))
        by, mac = ("front", PORT_MAC) if server is C else ("back", BACK_MAC)
        for frame, verdict in zip(frames, ("forwarded_new", "forwarded")):
            c.send(frame, verdict, out=[c.addressed(frame, server, mac)], by=by)


@case("ports-source-mac-keep",
      config(service("web", FRONT_VIP, (A, C)), front=", source_mac: keep"), ports=PORTS)
def source_mac_keep(c):
    """`source_mac` is that of the port by which a frame leaves, not of the one it came by."""
    servers = RoundRobin([A, C], c.workers)
    for port in range(4):
        frame = tcp("S", port=port, vip=FRONT_VIP)
        server = servers.pick(c.worker(frame))
        by, mac = ("front", ROUTER_MAC) if server is C else ("back", BACK_MAC)
        c.send(frame, "forwarded_new", out=[c.addressed(frame, server, mac)], by=by)


@case("ports-vip-by-network",
      config(service("web", FRONT_VIP, (A,)) + service("inner", BACK_VIP, (B,))), ports=PORTS)
def vip_by_network(c):
    """A VIP answers on the port whose network holds it, and on no other."""
    c.comment("ARP: broadcast, unicast and a probe")
    for to in (None, PORT_MAC):
        c.answer(ask(FRONT_VIP, to), answer_for(FRONT_VIP, PORT_MAC), ANSWERED)
    c.answer(ask(FRONT_VIP, source=UNSPECIFIED), answer_for(FRONT_VIP, PORT_MAC, UNSPECIFIED),
             ANSWERED)
    c.send(ask(FRONT_VIP), "wrong_port", port="back")
    c.send(ask(BACK_VIP), "wrong_port")
    c.send(ask(BACK_VIP), ANSWERED, out=[answer_for(BACK_VIP, BACK_MAC)], port="back")
    c.comment("TCP, an echo request and an ICMP error")
    syn = tcp("S", vip=FRONT_VIP)
    c.send(to_back(syn), "wrong_port", port="back")
    c.send(to_back(echo_request(vip=FRONT_VIP)), "wrong_port", port="back")
    quoted = (IPv6 if V6 else IP)(src=FRONT_VIP, dst=CLIENT) / TCP(sport=80, dport=40000)
    error = ip(of_family("198.18.0.1"), FRONT_VIP) / (
        ICMPv6PacketTooBig() if V6 else ICMP(type=3, code=4)) / quoted
    c.send(to_back(error), "wrong_port", port="back")
    c.comment("which leaves no trace")
    c.entries(0)
    c.send(syn, "forwarded_new", out=[c.addressed(syn, A, BACK_MAC)], by="back")


@case("ports-vip-on",
      config(service("routed", VIP2, (A,), more="on: [front]") +
             service("both", BOTH_VIP, (B,), more="on: [back, front]")), ports=PORTS)
def vip_on(c):
    """A VIP that a router sends to us answers on the ports that the service names."""
    c.answer(ask(VIP2), answer_for(VIP2, PORT_MAC), ANSWERED)
    c.send(ask(VIP2), "wrong_port", port="back")
    syn = tcp("S", vip=VIP2)
    c.send(to_back(syn), "wrong_port", port="back")
    c.send(syn, "forwarded_new", out=[c.addressed(syn, A, BACK_MAC)], by="back")
    for port, mac in PORTS.items():
        c.send(ask(BOTH_VIP), ANSWERED, out=[answer_for(BOTH_VIP, mac)], port=port)
    c.comment("one connection, whichever way its packets come")
    syn = tcp("S", vip=BOTH_VIP)
    c.send(to_back(syn), "forwarded_new", out=[c.addressed(syn, B, BACK_MAC)], port="back")
    ack = tcp("A", vip=BOTH_VIP)
    c.send(ack, "forwarded", out=[c.addressed(ack, B, BACK_MAC)], by="back")


@case("ports-loops", config(service("web", FRONT_VIP, (A,))), ports=PORTS)
def loops(c):
    """A frame of ours that comes back is dropped, whichever of our ports it left by."""
    syn = tcp("S", vip=FRONT_VIP)
    c.send(syn, "forwarded_new", out=[c.addressed(syn, A, BACK_MAC)], by="back")
    for mac in PORTS.values():
        c.send(tcp("A", vip=FRONT_VIP, mac=mac), "own_frame")
        c.send(request(FRONT_VIP, of_family("203.0.113.11"), mac=mac), "own_frame")
    c.comment("and what its server sends back by either")
    c.send(tcp("A", vip=FRONT_VIP, mac=A.mac), "reflected")
    c.send(tcp("A", vip=FRONT_VIP, mac=OTHER_MAC), "forwarded",
           out=[c.addressed(tcp("A", vip=FRONT_VIP), A, BACK_MAC)], by="back")


@case("ports-refusals", config(service("web", FRONT_VIP, (A,))), ports=PORTS)
def refusals(c):
    """Answers leave by the port by which the question came, with its MAC address."""
    c.answer(echo_request(vip=FRONT_VIP), echo_reply(vip=FRONT_VIP), "answered_echo")
    reset = (reply_ip(vip=FRONT_VIP) /
             TCP(sport=81, dport=40000, flags="RA", seq=0, ack=1001, window=0))
    c.answer(tcp("S", vip=FRONT_VIP, to=81), reset, "refused_reset")
