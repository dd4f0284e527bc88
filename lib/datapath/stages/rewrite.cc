// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/stages/rewrite.h"

#include <cstring>

#include "lib/datapath/stages/stages.h"
#include "lib/net/reply.h"

namespace drover::datapath::stages {
namespace {

void count_forwarded(const Packet& packet, const WorkerState& state) {
  DestinationCounters& counters = packet.destination->counters[state.id.value()];
  counters.packets.add(1);
  counters.bytes.add(packet.ip_length());
}

// Replaces the frame's bytes by `reply`.
bool replace(Packet& packet, std::span<const std::uint8_t> reply) {
  const std::uint32_t length = rte_pktmbuf_pkt_len(packet.mbuf);
  const auto wanted = static_cast<std::uint16_t>(reply.size());
  if (length > wanted) {
    // Cuts further segments off as well.
    rte_pktmbuf_free(packet.mbuf->next);
    packet.mbuf->next = nullptr;
    packet.mbuf->nb_segs = 1;
    rte_pktmbuf_data_len(packet.mbuf) = wanted;
    rte_pktmbuf_pkt_len(packet.mbuf) = wanted;
  } else if (rte_pktmbuf_append(packet.mbuf, static_cast<std::uint16_t>(wanted - length)) ==
             nullptr) {
    return false;
  }
  std::memcpy(packet.bytes, reply.data(), reply.size());
  return true;
}

void refuse(Packet& packet, WorkerState& state, const MacAddress& own_mac) {
  if (!state.refusals.take(state.now)) {
    packet.verdict = Verdict::refusal_limit;
    return;
  }
  std::array<std::uint8_t, largest_reply> reply;
  const std::size_t length =
      packet.verdict == Verdict::refused_reset
          ? write_tcp_reset(packet.contiguous(), packet.headers, own_mac, reply)
          : write_unreachable(packet.contiguous(), packet.headers, own_mac, reply);
  if (!replace(packet, {reply.data(), length})) packet.verdict = Verdict::no_mbuf;
}

}  // namespace

void address_to_server(std::uint8_t* frame, const Destination& destination,
                       const PortFacts& egress) {
  auto& ethernet = *reinterpret_cast<EthernetHeader*>(frame);
  ethernet.destination = destination.mac;
  if (!egress.keep_source_mac) ethernet.source = egress.mac;
}

void rewrite(Burst& burst, WorkerState& state) {
  const MacAddress& own_mac = state.snapshot->ports[burst.port.value()].mac;
  for (Packet& packet : burst.packets()) {
    if (is_forwarded(packet.verdict)) [[likely]] {
      count_forwarded(packet, state);
      const Destination& destination = *packet.destination;
      if (destination.resolved) [[likely]]
        address_to_server(packet.bytes, destination,
                          state.snapshot->ports[destination.egress.value()]);
      continue;
    }
    switch (packet.verdict) {
      case Verdict::answered_arp:
        make_arp_reply(packet.contiguous(), packet.headers, own_mac);
        break;
      case Verdict::answered_echo:
        make_echo_reply(packet.contiguous(), packet.headers, own_mac);
        break;
      case Verdict::refused_reset:
      case Verdict::refused_unreachable:
        refuse(packet, state, own_mac);
        break;
      default:
        break;
    }
  }
}

}  // namespace drover::datapath::stages
