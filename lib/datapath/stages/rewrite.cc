// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/stages/rewrite.h"

#include <algorithm>
#include <cstring>

#include "lib/datapath/stages/stages.h"
#include "lib/datapath/vlan_tag.h"
#include "lib/net/neighbour_discovery.h"
#include "lib/net/reply.h"
#include "lib/net/reply_v6.h"

namespace drover::datapath::stages {
namespace {

void count_forwarded(const Packet& packet, const WorkerState& state) {
  DestinationCounters& counters = packet.destination->counters[state.id.value()];
  counters.packets.add(1);
  counters.bytes.add(packet.ip_length());
}

// Replaces the frame's bytes by `reply`.
bool replace(Packet& packet, std::span<const std::uint8_t> reply) {
  const auto wanted = static_cast<std::uint16_t>(reply.size());
  const std::uint16_t kept = std::min(wanted, rte_pktmbuf_data_len(packet.mbuf));
  // Without further segments.
  rte_pktmbuf_free(packet.mbuf->next);
  packet.mbuf->next = nullptr;
  packet.mbuf->nb_segs = 1;
  rte_pktmbuf_data_len(packet.mbuf) = kept;
  rte_pktmbuf_pkt_len(packet.mbuf) = kept;
  if (rte_pktmbuf_append(packet.mbuf, static_cast<std::uint16_t>(wanted - kept)) == nullptr)
    return false;
  std::memcpy(packet.bytes, reply.data(), reply.size());
  return true;
}

// Replaces the frame by what `write` makes of it in so much room.
template <std::size_t room, class Write>
void answer_by(Write&& write, Packet& packet, const MacAddress& own_mac) {
  std::array<std::uint8_t, room> reply;
  const std::size_t length =
      write(packet.contiguous(), packet.headers, own_mac, std::span<std::uint8_t, room>(reply));
  if (!replace(packet, {reply.data(), length})) packet.verdict = Verdict::no_mbuf;
}

// A datagram longer than its server's network takes. IPv6's sender is told, IPv4's if it does not
// allow fragments (IPVS would make some of it otherwise); of an error, and of a fragment but the
// first, nobody is.
void judge_length(Packet& packet, const Egress& egress) {
  if (packet.ip_length() <= egress.mtu) [[likely]]
    return;
  const bool is_whole =
      packet.is_v6() || (packet.ip<V4>().fragment.value() & Ipv4Header::dont_fragment) != 0;
  const bool begins = packet.role == Role::flow || packet.role == Role::first_fragment;
  packet.verdict = is_whole && begins ? Verdict::refused_too_long : Verdict::too_long;
}

void refuse_length(Packet& packet, const MacAddress& own_mac, std::uint16_t mtu) {
  const auto with_mtu = [mtu](auto write) {
    return [=](std::span<const std::uint8_t> frame, const FrameHeaders& headers,
               const MacAddress& mac, auto out) { return write(frame, headers, mac, mtu, out); };
  };
  if (packet.is_v6())
    answer_by<largest_reply_v6>(with_mtu(write_packet_too_big), packet, own_mac);
  else
    answer_by<largest_reply>(with_mtu(write_fragmentation_needed), packet, own_mac);
}

void refuse(Packet& packet, WorkerState& state, const MacAddress& own_mac) {
  if (!state.refusals.take(state.now)) {
    packet.verdict = Verdict::refusal_limit;
    return;
  }
  const bool reset = packet.verdict == Verdict::refused_reset;
  if (packet.verdict == Verdict::refused_too_long)
    refuse_length(packet, own_mac, state.snapshot->egress_of(*packet.destination).mtu);
  else if (packet.is_v6())
    answer_by<largest_reply_v6>(reset ? write_tcp_reset_v6 : write_unreachable_v6, packet, own_mac);
  else
    answer_by<largest_reply>(reset ? write_tcp_reset : write_unreachable, packet, own_mac);
}

void answer_echo(Packet& packet, const MacAddress& own_mac) {
  if (!packet.is_v6()) {
    make_echo_reply(packet.contiguous(), packet.headers, own_mac);
    return;
  }
  const std::size_t begin = make_echo_reply_v6(packet.contiguous(), packet.headers, own_mac);
  rte_pktmbuf_adj(packet.mbuf, static_cast<std::uint16_t>(begin));
}

// Of the VIP that was asked for.
MacAddress mac_of(const Vip* vip, const PortFacts& port) {
  return vip != nullptr && vip->has_virtual_mac() ? vip->role.virtual_mac : port.mac;
}

void answer_arp(Packet& packet, const PortFacts& port, const Snapshot& snapshot) {
  const auto& arp = header_at<ArpMessage>(packet.contiguous(), packet.headers.network_offset);
  const MacAddress mac = mac_of(snapshot.find_vip(Ipv4Address(arp.target_address)), port);
  make_arp_reply(packet.contiguous(), packet.headers, mac);
}

void answer_solicitation(Packet& packet, const PortFacts& port, const Snapshot& snapshot) {
  const Ipv6Address* target = solicited_target(packet.contiguous(), packet.headers);
  const Vip* vip = target == nullptr ? nullptr : snapshot.find_vip(*target);
  answer_by<largest_reply_v6>(write_advertisement, packet, mac_of(vip, port));
}

// From the VLAN of the port by which the frame came to the one in which it leaves.
bool retag(Packet& packet, const PortFacts& ingress, const Egress& egress) {
  if (ingress.vlan == 0 && egress.vlan == 0) [[likely]]
    return true;
  if (egress.vlan == 0)
    remove_tag(*packet.mbuf);
  else if (!set_vlan(*packet.mbuf, egress.vlan))
    return false;
  packet.bytes = rte_pktmbuf_mtod(packet.mbuf, std::uint8_t*);
  return true;
}

void make_forwarded(Packet& packet, const PortFacts& ingress, const WorkerState& state) {
  const Destination& destination = *packet.destination;
  const Egress& egress = state.snapshot->egress_of(destination);
  if (!retag(packet, ingress, egress)) [[unlikely]] {
    packet.verdict = Verdict::no_mbuf;
    return;
  }
  count_forwarded(packet, state);
  if (destination.resolved) [[likely]]
    address_to_server(packet.bytes, destination, egress);
}

}  // namespace

void address_to_server(std::uint8_t* frame, const Destination& destination, const Egress& egress) {
  auto& ethernet = *reinterpret_cast<EthernetHeader*>(frame);
  ethernet.destination = destination.mac;
  if (!egress.keep_source_mac) ethernet.source = egress.mac;
}

void rewrite(Burst& burst, WorkerState& state) {
  const PortFacts& port = state.snapshot->ports[burst.port.value()];
  for (Packet& packet : burst.packets()) {
    if (is_forwarded(packet.verdict)) [[likely]]
      judge_length(packet, state.snapshot->egress_of(*packet.destination));
    if (is_forwarded(packet.verdict)) [[likely]] {
      make_forwarded(packet, port, state);
      continue;
    }
    // What is answered otherwise came to the port's or to the VIP's MAC address.
    const auto own_mac = [&packet] { return packet.ethernet().destination; };
    switch (packet.verdict) {
      case Verdict::to_kernel:
        if (port.vlan != 0) remove_tag(*packet.mbuf);
        break;
      case Verdict::answered_arp:
        answer_arp(packet, port, *state.snapshot);
        break;
      case Verdict::answered_echo:
        answer_echo(packet, own_mac());
        break;
      case Verdict::answered_solicitation:
        answer_solicitation(packet, port, *state.snapshot);
        break;
      case Verdict::refused_reset:
      case Verdict::refused_unreachable:
      case Verdict::refused_too_long:
        refuse(packet, state, own_mac());
        break;
      default:
        break;
    }
  }
}

}  // namespace drover::datapath::stages
