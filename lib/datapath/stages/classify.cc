// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include "lib/datapath/stages/stages.h"
#include "lib/net/quoted_packet.h"

namespace drover::datapath::stages {
namespace {

// Not flooded on its way to another station.
bool is_for(const PortFacts& port, const MacAddress& destination) {
  return destination.is_multicast() || destination == port.mac;
}

Verdict for_the_kernel(const Packet& packet, const PortFacts& port) {
  if (!is_for(port, packet.ethernet().destination)) return Verdict::wrong_mac;
  return port.has_host_interface ? Verdict::to_kernel : Verdict::no_kernel;
}

bool asks_for_vip(const ArpMessage& arp, const Snapshot& snapshot) {
  return arp.operation.value() == ArpMessage::request &&
         snapshot.find_vip(Ipv4Address(arp.target_address)) != nullptr;
}

Verdict classify_arp(const Packet& packet, const PortFacts& port, const Snapshot& snapshot) {
  const auto& arp = header_at<ArpMessage>(packet.contiguous(), packet.headers.network_offset);
  if (arp.is_ethernet_ipv4() && asks_for_vip(arp, snapshot)) {
    const EthernetHeader& ethernet = packet.ethernet();
    if (ethernet.source == port.mac) return Verdict::own_frame;
    // Whoever announces the VIP as its own asks for it, too; to that there is no answer.
    const bool announces = arp.sender_address == arp.target_address;
    if (is_for(port, ethernet.destination) && !announces) return Verdict::answered_arp;
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

// Whether a frame for a VIP may be treated at all; pending if so.
Verdict judge(const Packet& packet, const PortFacts& port, const Snapshot& snapshot) {
  if (packet.headers.fault != FrameFault::none) return verdict_of(packet.headers.fault);
  const EthernetHeader& ethernet = packet.ethernet();
  if (ethernet.source == port.mac) return Verdict::own_frame;
  if (ethernet.destination != port.mac) return Verdict::wrong_mac;
  const Ipv4Address source(packet.ipv4().source);
  if (is_martian_source(source)) return Verdict::martian_source;
  if (const auto kind = snapshot.known_sources.find(source)) [[unlikely]]
    return judge_known(packet, snapshot, *kind);
  return Verdict::pending;
}

void look_ahead(Packet& packet, const WorkerState& state) {
  packet.hash = state.table.hash(packet.key);
  state.table.prefetch(packet.hash);
}

// An ICMP error gets the key of the flow to which the packet that it quotes was the answer.
Verdict classify_icmp(Packet& packet, const WorkerState& state) {
  const FrameHeaders& headers = packet.headers;
  const auto type = header_at<IcmpHeader>(packet.contiguous(), headers.transport_offset).type;
  if (type == IcmpHeader::echo_request) return Verdict::answered_echo;
  if (!is_icmp_error(type)) return Verdict::icmp_ignored;
  const auto message =
      packet.contiguous().first(std::min<std::size_t>(headers.end, packet.contiguous().size()));
  const auto quoted =
      read_quoted_ipv4(message.subspan(headers.transport_offset + sizeof(IcmpHeader)));
  const Vip* vip = quoted ? state.snapshot->find_vip(quoted->source) : nullptr;
  if (vip == nullptr) return Verdict::icmp_ignored;
  packet.role = Role::quoted;
  packet.key = {.client = quoted->destination,
                .client_port = quoted->destination_port,
                .virtual_port = quoted->source_port,
                .vip = quoted->protocol == ip_protocol::tcp ? vip->tcp : vip->udp};
  look_ahead(packet, state);
  return Verdict::pending;
}

Verdict classify_later_fragment(Packet& packet, const WorkerState& state) {
  const std::uint8_t protocol = packet.headers.protocol;
  if (protocol != ip_protocol::tcp && protocol != ip_protocol::udp)
    return Verdict::fragment_orphaned;
  packet.role = Role::later_fragment;
  packet.hash = state.datagrams.key_of(packet.ipv4()).value;
  return Verdict::pending;
}

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
    case ip_protocol::icmp:
      // Only whole ones: neither an echo nor an error can be told without its checksum.
      return packet.headers.is_fragment() ? Verdict::icmp_ignored : classify_icmp(packet, state);
    default:
      return Verdict::refused_unreachable;
  }
  packet.key.client = Ipv4Address(packet.ipv4().source);
  packet.key.client_port = ports.source_port.value();
  packet.key.virtual_port = ports.destination_port.value();
  if (packet.headers.is_fragment()) [[unlikely]]
    packet.role = Role::first_fragment;
  look_ahead(packet, state);
  return Verdict::pending;
}

Verdict classify_ipv4(Packet& packet, const PortFacts& port, const WorkerState& state) {
  const Vip* vip = state.snapshot->find_vip(Ipv4Address(packet.ipv4().destination));
  if (vip == nullptr) return for_the_kernel(packet, port);
  const Verdict verdict = judge(packet, port, *state.snapshot);
  return verdict == Verdict::pending ? classify_transport(packet, *vip, state) : verdict;
}

}  // namespace

void classify(Burst& burst, WorkerState& state) {
  const PortFacts& port = state.snapshot->ports[burst.port.value()];
  burst.related = false;
  for (Packet& packet : burst.packets()) {
    packet.role = Role::flow;
    switch (packet.headers.kind) {
      case FrameKind::ipv4:
        packet.verdict = classify_ipv4(packet, port, state);
        burst.related |= packet.role != Role::flow;
        break;
      case FrameKind::arp:
        packet.verdict = packet.headers.fault == FrameFault::none
                             ? classify_arp(packet, port, *state.snapshot)
                             : verdict_of(packet.headers.fault);
        break;
      case FrameKind::ipv6:
      case FrameKind::other:
        packet.verdict = packet.headers.fault == FrameFault::none
                             ? for_the_kernel(packet, port)
                             : verdict_of(packet.headers.fault);
        break;
    }
  }
}

}  // namespace drover::datapath::stages
