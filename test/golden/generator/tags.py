# SPDX-License-Identifier: BSD-3-Clause
"""VLANs: of a port, of a pool, and tags that go, come or change on the way."""

from scapy.layers.inet import TCP

from .case import case, echo_reply, echo_request, mac_bytes, padded, reply_ip, service, tagged, tcp, udp
from .networks import A as BACK_A
from .networks import BACK_MAC, FRONT_VIP, PORTS
from .networks import config as two_ports
from .plant import A, NODE, PORT_MAC, VIP, of_family
from .resolution import ANSWERED, reply, request

VLAN_10, VLAN_20 = bytes.fromhex("8100000a"), bytes.fromhex("81000014")
PRIORITY_5_VLAN_10, PRIORITY_5_VLAN_20 = bytes.fromhex("8100b00a"), bytes.fromhex("8100b014")
PRIORITY_ONLY = bytes.fromhex("8100a000")
INNER = bytes.fromhex("81000007")


def one_port(port="", pool=""):
    return f"""connections: 1000
ports:
  - {{name: front, driver: vdev, device: net_ring0{port}}}
pools:
  web:
    servers: [{{name: a, address: {A.address}, mac: "{A.mac}"}}]
{pool}services:
  - {{name: web, address: {VIP}, ports: [80], pool: web}}
"""


def through(c, frame, tags, out, verdict, server=A, source=PORT_MAC, by=None):
    """`frame` comes in with `tags` and leaves with those of `out`."""
    left = tagged(c.addressed(frame, server, source), out)
    c.send(tagged(frame, tags), verdict, out=[left], by=by)


@case("vlan-of-port", one_port(port=", vlan: 10"), host=True)
def of_port(c):
    """A port with a VLAN: its frames are tagged, both ways; others for a VIP are dropped."""
    through(c, tcp("S"), VLAN_10, VLAN_10, "forwarded_new")
    c.comment("priority and inner tag stay")
    through(c, tcp("A"), PRIORITY_5_VLAN_10, PRIORITY_5_VLAN_10, "forwarded")
    through(c, tcp("A"), VLAN_10 + INNER, VLAN_10 + INNER, "forwarded")
    c.comment("untagged, priority only, another VLAN")
    for tags in (b"", PRIORITY_ONLY, VLAN_20, VLAN_20 + VLAN_10):
        c.drop(tagged(tcp("A"), tags), "wrong_vlan")
    neighbour = of_family("192.0.2.77")
    question = request(VIP, neighbour)
    c.comment("who asks for the VIP is answered in the VLAN only")
    c.answer(tagged(question, VLAN_10), tagged(reply(VIP, neighbour), VLAN_10), ANSWERED)
    c.drop(question, "wrong_vlan")
    c.drop(tagged(question, VLAN_20), "wrong_vlan")
    c.comment("refusals and echo replies carry the tag")
    refused = reply_ip() / TCP(sport=81, dport=40000, flags="RA", seq=0, ack=1001, window=0)
    c.answer(tagged(tcp("S", to=81), VLAN_10), tagged(refused, VLAN_10), "refused_reset")
    c.answer(tagged(echo_request(), VLAN_10), tagged(echo_reply(), VLAN_10), "answered_echo")
    c.comment("the host interface is in the VLAN")
    other = udp(vip=NODE)
    c.send(tagged(other, VLAN_10), "to_kernel", kernel=[other])
    c.send(tagged(other, VLAN_10 + INNER), "to_kernel", kernel=[tagged(other, INNER)])
    c.drop(other, "wrong_vlan")
    c.drop(tagged(other, VLAN_20), "wrong_vlan")


@case("vlan-of-pool", one_port(port=", vlan: 10", pool="    vlan: 20\n"))
def of_pool(c):
    """A pool in another VLAN than the port: the tag is rewritten."""
    through(c, tcp("S"), VLAN_10, VLAN_20, "forwarded_new")
    through(c, tcp("A"), PRIORITY_5_VLAN_10, PRIORITY_5_VLAN_20, "forwarded")
    through(c, tcp("A"), VLAN_10 + INNER, VLAN_20 + INNER, "forwarded")
    c.drop(tagged(tcp("A"), VLAN_20), "wrong_vlan")


@case("vlan-put-in", one_port(pool="    vlan: 20\n"))
def put_in(c):
    """A port without a VLAN and a pool with one: a tag is put in, or the one that is there changed."""
    through(c, tcp("S"), b"", VLAN_20, "forwarded_new")
    through(c, tcp("A"), PRIORITY_ONLY, bytes.fromhex("8100a014"), "forwarded")
    through(c, tcp("PA", data=b"d" * 1446), b"", VLAN_20, "forwarded")
    through(c, tcp("A"), VLAN_10, VLAN_20, "forwarded")
    through(c, tcp("A"), bytes.fromhex("88a80064") + INNER, bytes.fromhex("88a80014") + INNER,
            "forwarded")


@case("vlan-between-ports",
      two_ports(service("web", FRONT_VIP, (BACK_A,)), front=", vlan: 10"), ports=PORTS)
def between_ports(c):
    """From a port with a VLAN to one without: the tag is taken out, and what is short then padded."""
    for frame, tags, out in ((tcp("S", vip=FRONT_VIP), VLAN_10, b""),
                             (tcp("A", vip=FRONT_VIP), VLAN_10 + INNER, INNER),
                             (tcp("PA", vip=FRONT_VIP, data=b"x" * 3), PRIORITY_5_VLAN_10, b"")):
        verdict = "forwarded_new" if "S" in frame[TCP].flags else "forwarded"
        through(c, frame, tags, out, verdict, server=BACK_A, source=BACK_MAC, by="back")
    c.drop(tcp("A", vip=FRONT_VIP), "wrong_vlan")


@case("vlan-held", f"""connections: 1000
ports:
  - {{name: front, driver: vdev, device: net_ring0, vlan: 10}}
pools:
  web:
    servers: [{{name: a, address: {A.address}}}]
    vlan: 20
services:
  - {{name: web, address: {VIP}, ports: [80], pool: web}}
""")
def held(c):
    """A frame that waits for its server's MAC address leaves in its VLAN as well."""
    syn = tcp("S")
    c.send(tagged(syn, VLAN_10), ["forwarded_new", "held"])
    c.learn(A, out=[tagged(c.addressed(syn, A), VLAN_20)])
    assert mac_bytes(A.mac) == c.addressed(syn, A)[:6]
