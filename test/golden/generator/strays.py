# SPDX-License-Identifier: BSD-3-Clause
"""Frames that should not be here: for others, from impossible sources, our own, loops."""

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

from .case import case, config, echo_request, ip, reply_ip, service, tcp
from .plant import (A, B, C, CLIENT, NODE, OTHER_MAC, PEER, PORT_MAC, ROUTER_MAC, V6, VIP, VIP2,
                    RoundRobin, toeplitz)

BROADCAST = "ff:ff:ff:ff:ff:ff"
MULTICAST = "01:00:5e:00:00:01"


def addressed_to(mac, frame=None):
    frame = frame or tcp("S")
    frame[Ether].dst = mac
    return frame


@case("wrong-mac")
def wrong_mac(c):
    """A frame that a switch flooded, or a VIP by broadcast: not ours, and nobody is answered."""
    for mac in (OTHER_MAC, A.mac, BROADCAST, MULTICAST):
        c.drop(addressed_to(mac), "wrong_mac")
        c.drop(addressed_to(mac, tcp("S", to=81)), "wrong_mac")
    c.drop(addressed_to(OTHER_MAC, tcp("S", vip=NODE)), "wrong_mac")
    c.entries(0)


@case("wrong-mac-with-kernel", host=True)
def wrong_mac_with_kernel(c):
    """The kernel gets its broadcasts and multicasts, but no flooded frame and none for a VIP."""
    for mac in (BROADCAST, MULTICAST, PORT_MAC):
        frame = addressed_to(mac, tcp("S", vip=NODE))
        c.send(frame, "to_kernel", kernel=[frame])
    c.drop(addressed_to(OTHER_MAC, tcp("S", vip=NODE)), "wrong_mac")
    c.drop(addressed_to(BROADCAST), "wrong_mac")


@case("other-protocols", host=True, v4_only=True)
def other_protocols(c):
    """IPv6 and what is no IP at all is the kernel's."""
    frame = Ether(src=ROUTER_MAC, dst=PORT_MAC) / IPv6(src="2001:db8::77", dst="2001:db8::11") / UDP()
    c.send(frame, "to_kernel", kernel=[frame])
    for kind in (0x88CC, 0x8902, 0x0026):
        frame = bytes(Ether(src=ROUTER_MAC, dst=PORT_MAC, type=kind)) + b"x" * 46
        c.send(frame, "to_kernel", kernel=[frame])


@case("land", config(services=service("one", VIP, [A, B]) + service("two", VIP2, [C])))
def land(c):
    """A VIP as the source, the same or another: nothing is sent, least of all to ourselves."""
    for source in (VIP, VIP2):
        for to in (80, 81):
            c.drop(tcp("S", client=source, to=to, port=80), "land")
    c.entries(0)


LENGTH = 64 if V6 else 24
NODES = f"""\
nodes:
  test: {{address: {NODE}/{LENGTH}}}
  other: {{address: {PEER}/{LENGTH}}}
"""


@case("own-source", config(before=NODES))
def own_source(c):
    """A server that lacks the VIP and forwards sends a balancer's check on: never scheduled."""
    for source, mac in ((NODE, A.mac), (NODE, ROUTER_MAC), (PEER, A.mac), (PEER, C.mac)):
        c.drop(tcp("S", client=source, mac=mac), "own_source")
        c.drop(tcp("S", client=source, mac=mac, to=81), "own_source")
        c.drop(tcp("R", client=source, mac=mac), "own_source")
        c.drop(echo_request(source, mac=mac), "own_source")
    c.entries(0)
    c.comment("the other balancer itself is a client as any")
    servers = RoundRobin([A, B, C], c.workers)
    syn = tcp("S", client=PEER, mac=OTHER_MAC)
    c.forward(syn, servers.pick(c.worker(syn)), "forwarded_new")


@case("martian-source", v4_only=True)
def martian_source(c):
    """Sources that no host may have."""
    for source in ("0.0.0.0", "0.255.255.255", "127.0.0.1", "127.255.255.255", "224.0.0.1",
                   "239.255.255.255", "240.0.0.1", "255.255.255.254", "255.255.255.255"):
        c.drop(tcp("S", client=source), "martian_source")
        c.drop(tcp("S", client=source, to=81), "martian_source")
    c.comment("their neighbours are ordinary addresses")
    servers = RoundRobin([A, B, C], c.workers)
    for source in ("1.0.0.0", "126.255.255.255", "128.0.0.0", "223.255.255.255"):
        syn = tcp("S", client=source)
        c.forward(syn, servers.pick(c.worker(syn)), "forwarded_new")


@case("own-frame")
def own_frame(c):
    """A frame of ours that came back: its source is the port's own address."""
    c.drop(tcp("S", mac=PORT_MAC), "own_frame")
    frame = addressed_to(A.mac, ip(mac=PORT_MAC) / TCP(dport=80, flags="S"))
    c.drop(frame, "own_frame")
    c.drop(tcp("S", mac=PORT_MAC, to=81), "own_frame")
    c.entries(0)


@case("reflected")
def reflected(c):
    """A server that lacks the VIP sends the frame back: dropped, and its connection untouched."""
    servers = RoundRobin([A, B, C], c.workers)
    syn = tcp("S")
    server = servers.pick(c.worker(syn))
    other = next(each for each in (A, B, C) if each != server)
    c.forward(syn, server, "forwarded_new")
    c.drop(tcp("S", mac=server.mac), "reflected")
    c.drop(tcp("FA", mac=server.mac), "reflected")
    c.drop(tcp("R", mac=server.mac), "reflected")
    c.count(server, 1, 0, 1)
    c.comment("from another server it is no reflection: that one may well be the client's router")
    c.forward(tcp("A", mac=other.mac), server)
    c.comment("what the server itself asks for is refused as anyone's")
    refused = tcp("S", to=81, mac=server.mac)
    answer = (reply_ip(mac=server.mac) /
              TCP(sport=81, dport=40000, flags="RA", ack=1001, window=0))
    c.answer(refused, answer, "refused_reset")


def check_known_answers():
    """Two lines of the table in Microsoft's "Verifying the RSS hash calculation"."""
    addresses = bytes([66, 9, 149, 187, 161, 142, 100, 80])
    assert toeplitz(addresses) == 0x323E8FC2
    assert toeplitz(addresses + (2794).to_bytes(2, "big") + (1766).to_bytes(2, "big")) == 0x51CCC178


check_known_answers()
