// SPDX-License-Identifier: BSD-3-Clause
#include "test/harness/client_frame.h"

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover::test {
namespace {

constexpr MacAddress client_mac{{2, 0, 0, 0, 0, 0x64}};

}  // namespace

Bytes tcp_frame(const ClientFrame& frame) {
  constexpr std::size_t network = sizeof(EthernetHeader);
  constexpr std::size_t transport = network + sizeof(Ipv4Header);
  const auto segment = static_cast<std::uint16_t>(sizeof(TcpHeader) + frame.payload);
  Bytes bytes(transport + segment, 0);
  const std::span span(bytes);
  header_at<EthernetHeader>(span, 0) = {frame.to, client_mac, Be16(ether_type::ipv4)};
  auto& ip = header_at<Ipv4Header>(span, network);
  ip.version_and_length = 0x45;
  ip.total_length = static_cast<std::uint16_t>(sizeof(Ipv4Header) + segment);
  ip.time_to_live = 64;
  ip.protocol = ip_protocol::tcp;
  ip.source = frame.client.wire();
  ip.destination = frame.vip.wire();
  ip.checksum = ipv4_header_checksum(ip);
  auto& tcp = header_at<TcpHeader>(span, transport);
  tcp.source_port = frame.client_port;
  tcp.destination_port = frame.port;
  tcp.data_offset = sizeof(TcpHeader) / 4 << 4;
  tcp.flags = frame.flags;
  ChecksumSum sum;
  sum.add_pseudo_header(ip.source, ip.destination, ip_protocol::tcp, segment);
  sum.add(span.subspan(transport));
  tcp.checksum = sum.finish();
  return bytes;
}

}  // namespace drover::test
