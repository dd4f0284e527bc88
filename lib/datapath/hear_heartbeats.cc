// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/hear_heartbeats.h"

#include <algorithm>
#include <cstring>

#include "lib/net/vlan.h"

namespace drover::datapath {

// The port's own tag has been taken out by now; one that is left is another VLAN's, or gives a
// priority.
void hear_heartbeat(const Packet& packet, WorkerState& state) {
  const std::span<const std::uint8_t> frame(rte_pktmbuf_mtod(packet.mbuf, const std::uint8_t*),
                                            rte_pktmbuf_data_len(packet.mbuf));
  if (vlan_of(frame) != 0) return;
  const auto datagram =
      frame.subspan(sizeof(EthernetHeader) + (is_tagged(frame) ? sizeof(VlanTag) : 0));
  HeartbeatFrame heard;
  if (sizeof(EthernetHeader) + datagram.size() > heard.bytes.size()) return;
  EthernetHeader header = header_at<EthernetHeader>(frame, 0);
  header.type = Be16(packet.is_v6() ? ether_type::ipv6 : ether_type::ipv4);
  std::memcpy(heard.bytes.data(), &header, sizeof header);
  std::ranges::copy(datagram, heard.bytes.begin() + sizeof header);
  heard.length = static_cast<std::uint16_t>(sizeof header + datagram.size());
  heard.ethdev = state.snapshot->ports[state.port.value()].ethdev;
  if (state.crossing.heard_heartbeats.push(heard)) state.crossing.heartbeat_doorbell.ring();
}

}  // namespace drover::datapath
