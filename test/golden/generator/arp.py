# SPDX-License-Identifier: BSD-3-Clause
"""ARP: who is answered, who is not."""

from scapy.layers.l2 import ARP, Ether

from .case import TAGS, case, padded, tagged
from .plant import A, CLIENT, NODE, OTHER_MAC, PORT_MAC, ROUTER_MAC, VIP

BROADCAST = "ff:ff:ff:ff:ff:ff"
NEIGHBOUR = "192.0.2.77"


def request(target, source=NEIGHBOUR, to=BROADCAST, mac=ROUTER_MAC, **fields):
    arp = ARP(op="who-has", hwsrc=mac, psrc=source, hwdst="00:00:00:00:00:00", pdst=target)
    for field, value in fields.items():
        setattr(arp, field, value)
    return bytes(Ether(src=mac, dst=to) / arp).ljust(60, b"\0")


def reply(target=NEIGHBOUR, mac=ROUTER_MAC):
    return Ether(src=PORT_MAC, dst=mac) / ARP(op="is-at", hwsrc=PORT_MAC, psrc=VIP, hwdst=mac,
                                              pdst=target)


@case("arp-request")
def arp_request(c):
    """Whoever asks for the VIP gets the port's MAC address."""
    c.comment("by broadcast")
    c.answer(request(VIP), reply(), "answered_arp")
    c.comment("42 bytes, as veth hands it over: the answer is padded")
    c.answer(request(VIP)[:42], reply(), "answered_arp")
    c.comment("unicast, as Linux refreshes an entry")
    c.answer(request(VIP, to=PORT_MAC), reply(), "answered_arp")
    c.comment("a probe: nobody's address (RFC 5227)")
    c.answer(request(VIP, source="0.0.0.0"), reply(target="0.0.0.0"), "answered_arp")
    c.comment("padding that is not zero is no part of it, but comes back")
    c.answer(request(VIP)[:42] + b"\xaa" * 18, bytes(reply()) + b"\xaa" * 18, "answered_arp")


@case("arp-vlan")
def arp_vlan(c):
    """The answer carries the tags of the request."""
    for tags in TAGS.values():
        c.answer(tagged(request(VIP), tags), tagged(padded(bytes(reply())), tags), "answered_arp")


@case("arp-for-others")
def arp_for_others(c):
    """What does not ask for a VIP is not ours to answer; here there is no host interface."""
    c.drop(request(NODE), "no_kernel")
    c.drop(request(A.address), "no_kernel")
    c.comment("an answer, not a question")
    c.drop(request(VIP, op="is-at"), "no_kernel")
    c.comment("a flooded frame for another station")
    c.drop(request(NODE, to=OTHER_MAC), "wrong_mac")
    c.drop(request(VIP, to=OTHER_MAC), "wrong_mac")


@case("arp-to-the-kernel", host=True)
def arp_to_the_kernel(c):
    """With a host interface the kernel gets what is not for a VIP."""
    for frame in (request(NODE), request(A.address), request(NODE, to=PORT_MAC),
                  request(NEIGHBOUR, op="is-at", to=PORT_MAC)):
        c.send(frame, "to_kernel", kernel=[frame])
    c.comment("the VIP's is answered here and goes nowhere else")
    c.answer(request(VIP), reply(), "answered_arp")
    c.comment("a flooded frame for another station")
    c.drop(request(NODE, to=OTHER_MAC), "wrong_mac")


@case("arp-foreign-owner", host=True)
def arp_foreign_owner(c):
    """Someone else announces the VIP: no answer; the kernel gets to see it."""
    announcement = request(VIP, source=VIP, mac=OTHER_MAC)
    c.send(announcement, "to_kernel", kernel=[announcement])
    as_reply = request(VIP, source=VIP, mac=OTHER_MAC, op="is-at", hwdst=BROADCAST)
    c.send(as_reply, "to_kernel", kernel=[as_reply])


@case("arp-looped-back")
def arp_looped_back(c):
    """A request for the VIP from our own MAC address is a loop."""
    c.drop(request(VIP, mac=PORT_MAC), "own_frame")


@case("arp-not-for-ethernet-and-ipv4")
def arp_other_kinds(c):
    """Other hardware or protocol addresses than those of Ethernet and IPv4 are not answered."""
    c.drop(request(VIP, hwtype=6), "no_kernel")
    c.drop(request(VIP, ptype=0x86DD), "no_kernel")
    for at, value in ((18, 8), (19, 16)):  # the length of a hardware, of a protocol address
        frame = bytearray(request(VIP))
        frame[at] = value
        c.drop(bytes(frame), "no_kernel")


@case("arp-truncated")
def arp_truncated(c):
    """An ARP message that the frame does not hold."""
    for length in (14, 20, 41):
        c.drop(request(VIP)[:length], "truncated")


@case("arp-client-off-link")
def arp_client_off_link(c):
    """The sender's address need not be of our network."""
    c.answer(request(VIP, source=CLIENT), reply(target=CLIENT), "answered_arp")
