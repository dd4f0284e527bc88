// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/fast_path/complete.h"

#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover::datapath::fast_path {

void complete(Packet& packet, rte_mbuf* mbuf, const PlainBurst& plain, std::size_t index,
              const WorkerState& state) {
  const bool is_v6 = (plain.v6 >> index & 1U) != 0;
  const std::size_t transport = plain.network + (is_v6 ? sizeof(Ipv6Header) : sizeof(Ipv4Header));
  packet.mbuf = mbuf;
  packet.bytes = plain.bytes[index];
  packet.headers = {.kind = is_v6 ? FrameKind::ipv6 : FrameKind::ipv4,
                    .fault = FrameFault::none,
                    .network_offset = static_cast<std::uint8_t>(plain.network),
                    .protocol = ip_protocol::udp,
                    .transport_offset = static_cast<std::uint16_t>(transport),
                    .fragment_header = 0,
                    .end = plain.network + plain.traffic[index].bytes};
  packet.headers.protocol = is_v6 ? packet.ip<V6>().next_header : packet.ip<V4>().protocol;
  packet.client_offset = static_cast<std::uint16_t>(plain.network + offsetof(Ipv6Header, source));
  if (is_v6) {
    const flow::ConnectionKeyV6 key = key_of<V6>(plain, index);
    packet.hash = state.table_v6.hash(key);
    packet.key = {{}, key.client_port, key.virtual_port, key.vip};
  } else {
    packet.key = key_of<V4>(plain, index);
    packet.hash = state.table_v4.hash(packet.key);
  }
  const bool is_tcp = packet.headers.protocol == ip_protocol::tcp;
  packet.tcp_flags =
      is_tcp ? header_at<TcpHeader>(packet.contiguous(), transport).flags : std::uint8_t{0};
  packet.role = Role::flow;
  packet.verdict = Verdict::pending;
}

}  // namespace drover::datapath::fast_path
