// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/stages/stages.h"
#include "lib/datapath/vlan_tag.h"

namespace drover::datapath::stages {
namespace {

// Longer than the headers that are looked at: Ethernet, two tags, IP with its options or extension
// headers, then TCP, or ICMP with another IP header and its ports. (Extension headers may be longer
// still; in a later segment they are not found.)
constexpr std::uint32_t longest_headers = 512;

}  // namespace

void parse(Packet& packet) {
  rte_mbuf* mbuf = packet.mbuf;
  constexpr std::uint64_t stripped = RTE_MBUF_F_RX_VLAN_STRIPPED | RTE_MBUF_F_RX_QINQ_STRIPPED;
  if ((mbuf->ol_flags & stripped) != 0 && !restore_stripped_tags(*mbuf)) [[unlikely]] {
    packet.verdict = Verdict::no_mbuf;
    return;
  }
  // A header that is split over segments is rare; the whole frame is then made contiguous.
  if (rte_pktmbuf_data_len(mbuf) < longest_headers && mbuf->nb_segs > 1) [[unlikely]]
    rte_pktmbuf_linearize(mbuf);
  packet.bytes = rte_pktmbuf_mtod(mbuf, std::uint8_t*);
  const std::uint32_t length = rte_pktmbuf_pkt_len(mbuf);
  if (!parse_plain_frame(packet.contiguous(), length, packet.headers))
    packet.headers = parse_frame(packet.contiguous(), length);
}

void parse(Burst& burst) {
  for (Packet& packet : burst.packets()) parse(packet);
}

}  // namespace drover::datapath::stages
