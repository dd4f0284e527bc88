// SPDX-License-Identifier: BSD-3-Clause
#include "test/harness/client_frame.h"

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover::test {
namespace {

constexpr MacAddress client_mac{{2, 0, 0, 0, 0, 0x64}};

template <class Header>
void put_segment(std::span<std::uint8_t> packet, const ClientFrame& frame, const Header& ip) {
  const auto segment = packet.subspan(sizeof ip);
  auto& tcp = header_at<TcpHeader>(segment, 0);
  tcp.source_port = frame.client_port;
  tcp.destination_port = frame.port;
  tcp.data_offset = sizeof(TcpHeader) / 4 << 4;
  tcp.flags = frame.flags;
  ChecksumSum sum;
  sum.add_pseudo_header(ip.source, ip.destination, ip_protocol::tcp,
                        static_cast<std::uint16_t>(segment.size()));
  sum.add(segment);
  tcp.checksum = sum.finish();
}

void put_ipv4(std::span<std::uint8_t> packet, const ClientFrame& frame) {
  auto& ip = header_at<Ipv4Header>(packet, 0);
  ip.version_and_length = 0x45;
  ip.total_length = static_cast<std::uint16_t>(packet.size());
  ip.time_to_live = 64;
  ip.protocol = ip_protocol::tcp;
  ip.source = frame.client.v4().wire();
  ip.destination = frame.vip.v4().wire();
  ip.checksum = ipv4_header_checksum(ip);
  put_segment(packet, frame, ip);
}

void put_ipv6(std::span<std::uint8_t> packet, const ClientFrame& frame) {
  auto& ip = header_at<Ipv6Header>(packet, 0);
  ip = {.version_class_flow = Be32(0x60000000),
        .payload_length = Be16(static_cast<std::uint16_t>(packet.size() - sizeof ip)),
        .next_header = ip_protocol::tcp,
        .hop_limit = 64,
        .source = frame.client.v6(),
        .destination = frame.vip.v6()};
  put_segment(packet, frame, ip);
}

}  // namespace

Bytes tcp_frame(const ClientFrame& frame) {
  const bool is_v4 = frame.client.is_v4();
  const std::size_t network = is_v4 ? sizeof(Ipv4Header) : sizeof(Ipv6Header);
  Bytes bytes(sizeof(EthernetHeader) + network + sizeof(TcpHeader) + frame.payload, 0);
  const std::span span(bytes);
  header_at<EthernetHeader>(span, 0) = {frame.to, client_mac,
                                        Be16(is_v4 ? ether_type::ipv4 : ether_type::ipv6)};
  const auto packet = span.subspan(sizeof(EthernetHeader));
  if (is_v4)
    put_ipv4(packet, frame);
  else
    put_ipv6(packet, frame);
  return bytes;
}

}  // namespace drover::test
