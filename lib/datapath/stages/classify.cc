// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cstddef>

#include "lib/datapath/stages/stages.h"
#include "lib/net/neighbour_discovery.h"
#include "lib/net/quoted_packet.h"
#include "lib/net/vlan.h"

namespace drover::datapath::stages {
namespace {

// Not flooded on its way to another station.
bool is_for(const PortFacts& port, const MacAddress& destination) {
  return destination.is_multicast() || destination == port.mac;
}

// The same for what asks for a VIP or is for one, which may have a MAC address of its own.
bool is_for(const PortFacts& port, const Vip& vip, const MacAddress& destination) {
  return is_for(port, destination) ||
         (vip.has_virtual_mac() && destination == vip.role.virtual_mac);
}

bool is_in_vlan(const Packet& packet, const PortFacts& port) {
  return port.vlan == 0 || vlan_of(packet.contiguous()) == port.vlan;
}

// The host interface of a port with a VLAN is in that VLAN.
Verdict for_the_kernel(const Packet& packet, const PortFacts& port) {
  if (!is_for(port, packet.ethernet().destination)) return Verdict::wrong_mac;
  if (!port.has_host_interface) return Verdict::no_kernel;
  return is_in_vlan(packet, port) ? Verdict::to_kernel : Verdict::wrong_vlan;
}

// Whether the VIP is served where the frame came in; pending if so.
Verdict judge_way_in(const Packet& packet, const Vip& vip, const WorkerState& state) {
  if ((vip.ports & port_bit(state.port)) == 0) return Verdict::wrong_port;
  return is_in_vlan(packet, state.snapshot->ports[state.port.value()]) ? Verdict::pending
                                                                       : Verdict::wrong_vlan;
}

// The VIP that an ARP request asks for; null if none.
const Vip* asked_for(const ArpMessage& arp, const Snapshot& snapshot) {
  if (!arp.is_ethernet_ipv4() || arp.operation.value() != ArpMessage::request) return nullptr;
  return snapshot.find_vip(Ipv4Address(arp.target_address));
}

Verdict classify_arp(const Packet& packet, const PortFacts& port, const WorkerState& state) {
  const auto& arp = header_at<ArpMessage>(packet.contiguous(), packet.headers.network_offset);
  if (const Vip* vip = asked_for(arp, *state.snapshot)) {
    const EthernetHeader& ethernet = packet.ethernet();
    if (state.snapshot->is_own(ethernet.source)) return Verdict::own_frame;
    // Whoever announces the VIP as its own asks for it, too; to that there is no answer.
    const bool announces = arp.sender_address == arp.target_address;
    if (is_for(port, *vip, ethernet.destination) && !announces) {
      const Verdict verdict = judge_way_in(packet, *vip, state);
      if (verdict != Verdict::pending) return verdict;
      return vip->is_ours(state.now) ? Verdict::answered_arp : Verdict::not_master;
    }
  }
  return for_the_kernel(packet, port);
}

// A real server that lacks the VIP and forwards sends a balancer's health check on, to whoever has
// the VIP. Scheduled, it would come to a server that answers, and the one that was asked would pass
// for healthy.
Verdict judge_known(const Packet& packet, const Snapshot& snapshot, KnownSources::Kind kind) {
  if (kind == KnownSources::Kind::vip) return Verdict::land;
  if (kind == KnownSources::Kind::own) return Verdict::own_source;
  const bool sent_on =
      snapshot.server_macs.find(Snapshot::mac_key(packet.ethernet().source)).has_value();
  return sent_on ? Verdict::own_source : Verdict::pending;
}

// The VIP that a solicitation asks for, which comes to the address itself or to its solicited-node
// group; null if none.
const Vip* solicited_vip(const Packet& packet, const Snapshot& snapshot) {
  const FrameHeaders& headers = packet.headers;
  if (headers.protocol != ip_protocol::icmpv6 || headers.fault != FrameFault::none ||
      headers.transport_offset == 0 || headers.is_fragment())
    return nullptr;
  const Ipv6Address* target = solicited_target(packet.contiguous(), headers);
  return target == nullptr ? nullptr : snapshot.find_vip(*target);
}

Verdict classify_solicitation(const Packet& packet, const PortFacts& port, const Vip& vip,
                              const WorkerState& state) {
  const Snapshot& snapshot = *state.snapshot;
  const EthernetHeader& ethernet = packet.ethernet();
  if (snapshot.is_own(ethernet.source)) return Verdict::own_frame;
  if (!is_for(port, vip, ethernet.destination)) return Verdict::wrong_mac;
  if (const Verdict verdict = judge_way_in(packet, vip, state); verdict != Verdict::pending)
    return verdict;
  if (!vip.is_ours(state.now)) return Verdict::not_master;
  if (!is_valid_solicitation(packet.contiguous(), packet.headers)) return Verdict::bad_solicitation;
  // Whoever has the VIP as its own gets no answer.
  if (snapshot.find_vip(packet.ip<V6>().source) != nullptr) return Verdict::land;
  return Verdict::answered_solicitation;
}

Ipv4Address source_of(const Ipv4Header& ip) {
  return Ipv4Address(ip.source);
}
const Ipv6Address& source_of(const Ipv6Header& ip) {
  return ip.source;
}
Ipv4Address destination_of(const Ipv4Header& ip) {
  return Ipv4Address(ip.destination);
}
const Ipv6Address& destination_of(const Ipv6Header& ip) {
  return ip.destination;
}

// A frame for a VIP that is not at the port's MAC address; pending if it is at the VIP's own. What
// is at the port's is treated even while another balancer is master: whoever sent it has not heard
// yet of the change.
Verdict judge_other_mac(const MacAddress& destination, const Vip& vip, const WorkerState& state) {
  if (!vip.has_virtual_mac() || destination != vip.role.virtual_mac) return Verdict::wrong_mac;
  return vip.is_ours(state.now) ? Verdict::pending : Verdict::not_master;
}

// Whether a frame for a VIP may be treated at all; pending if so.
template <class Family>
Verdict judge(const Packet& packet, const PortFacts& port, const Vip& vip,
              const WorkerState& state) {
  const Snapshot& snapshot = *state.snapshot;
  if (packet.headers.fault != FrameFault::none) return verdict_of(packet.headers.fault);
  const EthernetHeader& ethernet = packet.ethernet();
  if (snapshot.is_own(ethernet.source)) return Verdict::own_frame;
  if (ethernet.destination != port.mac)
    if (const Verdict verdict = judge_other_mac(ethernet.destination, vip, state);
        verdict != Verdict::pending)
      return verdict;
  if (const Verdict verdict = judge_way_in(packet, vip, state); verdict != Verdict::pending)
    return verdict;
  const auto& source = source_of(packet.ip<Family>());
  if (is_martian_source(source)) return Verdict::martian_source;
  if (const auto kind = snapshot.known_sources.find(source)) [[unlikely]]
    return judge_known(packet, snapshot, *kind);
  return Verdict::pending;
}

template <class Family>
void look_ahead(Packet& packet, const WorkerState& state) {
  const auto& table = state.table<Family>();
  packet.hash = table.hash(packet.key_in<Family>());
  table.prefetch(packet.hash);
}

bool is_error(V4, std::uint8_t type) {
  return is_icmp_error(type);
}
bool is_error(V6, std::uint8_t type) {
  return is_icmpv6_error(type);
}
auto read_quoted(V4, std::span<const std::uint8_t> quoted) {
  return read_quoted_ipv4(quoted);
}
auto read_quoted(V6, std::span<const std::uint8_t> quoted) {
  return read_quoted_ipv6(quoted);
}
// `offset` is that of the IP header whose source or destination the client is.
void set_client(V4, Packet& packet, Ipv4Address client, std::size_t /*offset*/,
                bool /*is_source*/) {
  packet.key.client = client;
}
void set_client(V6, Packet& packet, const Ipv6Address& /*client*/, std::size_t offset,
                bool is_source) {
  packet.client_offset = static_cast<std::uint16_t>(
      offset + (is_source ? offsetof(Ipv6Header, source) : offsetof(Ipv6Header, destination)));
}

// An ICMP error gets the key of the flow to which the packet that it quotes was the answer.
template <class Family>
Verdict classify_icmp(Packet& packet, const WorkerState& state) {
  const FrameHeaders& headers = packet.headers;
  const auto type = header_at<IcmpHeader>(packet.contiguous(), headers.transport_offset).type;
  if (type == Family::echo_request) return Verdict::answered_echo;
  if (!is_error(Family(), type)) return Verdict::icmp_ignored;
  const auto message =
      packet.contiguous().first(std::min<std::size_t>(headers.end, packet.contiguous().size()));
  const std::size_t offset = headers.transport_offset + sizeof(IcmpHeader);
  const auto quoted = read_quoted(Family(), message.subspan(offset));
  const Vip* vip = quoted ? state.snapshot->find_vip(quoted->source) : nullptr;
  if (vip == nullptr) return Verdict::icmp_ignored;
  packet.role = Role::quoted;
  set_client(Family(), packet, quoted->destination, offset, false);
  packet.key.client_port = quoted->destination_port;
  packet.key.virtual_port = quoted->source_port;
  packet.key.vip = quoted->protocol == ip_protocol::tcp ? vip->tcp : vip->udp;
  look_ahead<Family>(packet, state);
  return Verdict::pending;
}

// Of IPv6 it may begin with further extension headers.
bool may_have_ports(const FrameHeaders& headers) {
  return headers.protocol == ip_protocol::tcp || headers.protocol == ip_protocol::udp ||
         (headers.kind == FrameKind::ipv6 && headers.protocol == ip_protocol::destination_options);
}

Verdict classify_later_fragment(Packet& packet, const WorkerState& state) {
  if (!may_have_ports(packet.headers)) return Verdict::fragment_orphaned;
  packet.role = Role::later_fragment;
  packet.hash = state.datagrams.key_of(packet.contiguous(), packet.headers).value;
  return Verdict::pending;
}

template <class Family>
Verdict classify_transport(Packet& packet, const Vip& vip, const WorkerState& state) {
  if (packet.headers.transport_offset == 0) return classify_later_fragment(packet, state);
  const std::size_t offset = packet.headers.transport_offset;
  // TCP and UDP begin with the same two ports.
  const auto& ports = header_at<UdpHeader>(packet.contiguous(), offset);
  switch (packet.headers.protocol) {
    case ip_protocol::tcp:
      packet.tcp_flags = header_at<TcpHeader>(packet.contiguous(), offset).flags;
      packet.key.vip = vip.tcp;
      break;
    case ip_protocol::udp:
      packet.tcp_flags = 0;
      packet.key.vip = vip.udp;
      break;
    case Family::icmp:
      // Only whole ones: neither an echo nor an error can be told without its checksum.
      return packet.headers.is_fragment() ? Verdict::icmp_ignored
                                          : classify_icmp<Family>(packet, state);
    default:
      return Verdict::refused_unreachable;
  }
  set_client(Family(), packet, source_of(packet.ip<Family>()), packet.headers.network_offset, true);
  packet.key.client_port = ports.source_port.value();
  packet.key.virtual_port = ports.destination_port.value();
  if (packet.headers.is_fragment()) [[unlikely]]
    packet.role = Role::first_fragment;
  look_ahead<Family>(packet, state);
  return Verdict::pending;
}

template <class Family>
Verdict classify_ip(Packet& packet, const PortFacts& port, const WorkerState& state) {
  const Vip* vip = state.snapshot->find_vip(destination_of(packet.ip<Family>()));
  if (vip == nullptr) return for_the_kernel(packet, port);
  const Verdict verdict = judge<Family>(packet, port, *vip, state);
  return verdict == Verdict::pending ? classify_transport<Family>(packet, *vip, state) : verdict;
}

}  // namespace

void classify(Packet& packet, Burst& burst, WorkerState& state) {
  const PortFacts& port = state.snapshot->ports[burst.port.value()];
  packet.role = Role::flow;
  if (packet.verdict != Verdict::pending) [[unlikely]]
    return;
  switch (packet.headers.kind) {
    case FrameKind::ipv4:
      packet.verdict = classify_ip<V4>(packet, port, state);
      burst.related |= packet.role != Role::flow;
      break;
    case FrameKind::arp:
      packet.verdict = packet.headers.fault == FrameFault::none ? classify_arp(packet, port, state)
                                                                : verdict_of(packet.headers.fault);
      break;
    case FrameKind::ipv6:
      if (const Vip* vip = solicited_vip(packet, *state.snapshot))
        packet.verdict = classify_solicitation(packet, port, *vip, state);
      else
        packet.verdict = classify_ip<V6>(packet, port, state);
      burst.related |= packet.role != Role::flow;
      break;
    case FrameKind::other:
      packet.verdict = packet.headers.fault == FrameFault::none ? for_the_kernel(packet, port)
                                                                : verdict_of(packet.headers.fault);
      break;
  }
}

void classify(Burst& burst, WorkerState& state) {
  burst.related = false;
  for (Packet& packet : burst.packets()) classify(packet, burst, state);
}

}  // namespace drover::datapath::stages
