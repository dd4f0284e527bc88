// SPDX-License-Identifier: BSD-3-Clause
#include "test/ipvs/recorded_frame.h"

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover::test {
namespace {

const Ipv4Address router(0x0a0001fe);  // 10.0.1.254

struct Addresses {
  Ipv4Address source;
  Ipv4Address destination;
};

// An IPv4 header in front of what it carries.
Bytes datagram(const Addresses& addresses, std::uint8_t protocol, const Bytes& carried) {
  Bytes bytes(sizeof(Ipv4Header), 0);
  auto& ip = header_at<Ipv4Header>(std::span(bytes), 0);
  ip.version_and_length = 0x45;
  ip.total_length = static_cast<std::uint16_t>(sizeof(Ipv4Header) + carried.size());
  ip.time_to_live = 64;
  ip.protocol = protocol;
  ip.source = addresses.source.wire();
  ip.destination = addresses.destination.wire();
  ip.checksum = ipv4_header_checksum(ip);
  bytes.insert(bytes.end(), carried.begin(), carried.end());
  return bytes;
}

Be16 transport_checksum(const Addresses& addresses, std::uint8_t protocol, const Bytes& segment) {
  ChecksumSum sum;
  sum.add_pseudo_header(addresses.source.wire(), addresses.destination.wire(), protocol,
                        static_cast<std::uint16_t>(segment.size()));
  sum.add(segment);
  return sum.finish();
}

Bytes tcp(const RecordedPacket& packet) {
  Bytes bytes(sizeof(TcpHeader) + packet.payload, 0);
  auto& header = header_at<TcpHeader>(std::span(bytes), 0);
  header.source_port = packet.source_port;
  header.destination_port = packet.destination_port;
  header.data_offset = sizeof(TcpHeader) / 4 << 4;
  header.flags = packet.flags;
  header.checksum =
      transport_checksum({packet.source, packet.destination}, ip_protocol::tcp, bytes);
  return datagram({packet.source, packet.destination}, ip_protocol::tcp, bytes);
}

Bytes udp(const RecordedPacket& packet) {
  Bytes bytes(sizeof(UdpHeader) + packet.payload, 0);
  auto& header = header_at<UdpHeader>(std::span(bytes), 0);
  header.source_port = packet.source_port;
  header.destination_port = packet.destination_port;
  header.length = static_cast<std::uint16_t>(bytes.size());
  header.checksum =
      transport_checksum({packet.source, packet.destination}, ip_protocol::udp, bytes);
  return datagram({packet.source, packet.destination}, ip_protocol::udp, bytes);
}

Bytes icmp(const Addresses& addresses, std::uint8_t type, std::uint8_t code, const Bytes& data) {
  Bytes bytes(sizeof(IcmpHeader), 0);
  bytes.insert(bytes.end(), data.begin(), data.end());
  auto& header = header_at<IcmpHeader>(std::span(bytes), 0);
  header.type = type;
  header.code = code;
  ChecksumSum sum;
  sum.add(bytes);
  header.checksum = sum.finish();
  return datagram(addresses, ip_protocol::icmp, bytes);
}

// "Fragmentation needed", of what went from the VIP to the client.
Bytes fragmentation_needed(const RecordedPacket& packet) {
  constexpr std::uint8_t code = 4;
  RecordedPacket quoted = packet;
  quoted.flags = TcpHeader::ack;
  quoted.payload = 8;
  std::swap(quoted.source, quoted.destination);
  std::swap(quoted.source_port, quoted.destination_port);
  Bytes quote = packet.quoted == config::Protocol::udp ? udp(quoted) : tcp(quoted);
  quote.resize(sizeof(Ipv4Header) + 8);
  return icmp({router, packet.destination}, IcmpHeader::unreachable, code, quote);
}

Bytes datagram_of(const RecordedPacket& packet) {
  switch (packet.kind) {
    case RecordedPacket::Kind::tcp:
      return tcp(packet);
    case RecordedPacket::Kind::udp:
      return udp(packet);
    case RecordedPacket::Kind::ping:
      return icmp({packet.source, packet.destination}, IcmpHeader::echo_request, 0, Bytes(8, 0));
    case RecordedPacket::Kind::icmp:
      break;
  }
  return fragmentation_needed(packet);
}

}  // namespace

Bytes recorded_frame(const RecordedPacket& packet, const MacAddress& port) {
  Bytes bytes(sizeof(EthernetHeader), 0);
  header_at<EthernetHeader>(std::span(bytes), 0) = {port, client_mac, Be16(ether_type::ipv4)};
  const Bytes carried = datagram_of(packet);
  bytes.insert(bytes.end(), carried.begin(), carried.end());
  return bytes;
}

}  // namespace drover::test
