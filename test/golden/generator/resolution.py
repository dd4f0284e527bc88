# SPDX-License-Identifier: BSD-3-Clause
"""How a neighbour finds out who has a VIP: ARP, or of IPv6 neighbour discovery."""

from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, IPv6
from scapy.layers.l2 import ARP, Ether
from scapy.utils6 import in6_getnsma, in6_getnsmac, inet_ntop, inet_pton, socket

from .case import padded
from .plant import PORT_MAC, ROUTER_MAC, V6, by_family

BROADCAST = "ff:ff:ff:ff:ff:ff"
ANSWERED = by_family("answered_arp", "answered_solicitation")
UNSPECIFIED = by_family("0.0.0.0", "::")
ALL_NODES, ALL_NODES_MAC = "ff02::1", "33:33:00:00:00:01"


def solicited_node(address):
    """The group, and its MAC address."""
    group = in6_getnsma(inet_pton(socket.AF_INET6, address))
    return inet_ntop(socket.AF_INET6, group), in6_getnsmac(group)


def request(vip, source, to=None, mac=ROUTER_MAC):
    """`to`: a station; None: all that the question may be for."""
    if not V6:
        return padded(bytes(Ether(src=mac, dst=to or BROADCAST) /
                            ARP(op="who-has", hwsrc=mac, psrc=source, pdst=vip)))
    group, group_mac = solicited_node(vip)
    question = (Ether(src=mac, dst=to or group_mac) /
                IPv6(src=source, dst=vip if to else group, hlim=255) / ICMPv6ND_NS(tgt=vip))
    return bytes(question if source == UNSPECIFIED else question / ICMPv6NDOptSrcLLAddr(lladdr=mac))


def reply(vip, source, port_mac=PORT_MAC, mac=ROUTER_MAC):
    """To whoever asked with this source."""
    if not V6:
        return padded(bytes(Ether(src=port_mac, dst=mac) /
                            ARP(op="is-at", hwsrc=port_mac, psrc=vip, hwdst=mac, pdst=source)))
    probed = source == UNSPECIFIED
    return bytes(Ether(src=port_mac, dst=ALL_NODES_MAC if probed else mac) /
                 IPv6(src=vip, dst=ALL_NODES if probed else source, hlim=255) /
                 ICMPv6ND_NA(tgt=vip, R=0, S=int(not probed), O=1) /
                 ICMPv6NDOptDstLLAddr(lladdr=port_mac))
