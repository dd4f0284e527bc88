// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/vrrp_frame.h"

#include <algorithm>
#include <cstring>

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover::failover {
namespace {

constexpr std::uint8_t hop_limit = 255;
constexpr std::uint8_t internetwork_control = 0xc0;  // type of service

constexpr Ipv4Address group_v4(0xe0000012);
constexpr Ipv6Address group_v6({0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12});

void write_ipv4(std::span<std::uint8_t> out, const VrrpEndpoints& endpoints, std::size_t payload) {
  auto& ip = header_at<Ipv4Header>(out, 0);
  ip = {.version_and_length = 0x45,
        .type_of_service = internetwork_control,
        .total_length = Be16(static_cast<std::uint16_t>(sizeof(Ipv4Header) + payload)),
        .identification = Be16(0),
        .fragment = Be16(0),
        .time_to_live = hop_limit,
        .protocol = ip_protocol::vrrp,
        .checksum = Be16(0),
        .source = endpoints.source.v4().wire(),
        .destination = endpoints.destination.v4().wire()};
  ip.checksum = ipv4_header_checksum(ip);
}

void write_ipv6(std::span<std::uint8_t> out, const VrrpEndpoints& endpoints, std::size_t payload) {
  header_at<Ipv6Header>(out, 0) = {
      .version_class_flow = Be32(6U << 28U | std::uint32_t{internetwork_control} << 20U),
      .payload_length = Be16(static_cast<std::uint16_t>(payload)),
      .next_header = ip_protocol::vrrp,
      .hop_limit = hop_limit,
      .source = endpoints.source.v6(),
      .destination = endpoints.destination.v6()};
}

std::optional<VrrpDatagram> read_ipv4(std::span<const std::uint8_t> datagram) {
  if (datagram.size() < sizeof(Ipv4Header)) return std::nullopt;
  const auto& ip = header_at<Ipv4Header>(datagram, 0);
  const std::size_t start = ip.header_length();
  const std::size_t end = ip.total_length.value();
  if (start < sizeof(Ipv4Header) || start > end || end > datagram.size()) return std::nullopt;
  constexpr unsigned fragmented = Ipv4Header::more_fragments | Ipv4Header::offset_mask;
  if (ip.protocol != ip_protocol::vrrp || (ip.fragment.value() & fragmented) != 0 ||
      ipv4_header_checksum(ip) != Be16(0))
    return std::nullopt;
  return VrrpDatagram{.endpoints = {Ipv4Address(ip.source), Ipv4Address(ip.destination)},
                      .hop_limit = ip.time_to_live,
                      .message = datagram.subspan(start, end - start)};
}

std::optional<VrrpDatagram> read_ipv6(std::span<const std::uint8_t> datagram) {
  if (datagram.size() < sizeof(Ipv6Header)) return std::nullopt;
  const auto& ip = header_at<Ipv6Header>(datagram, 0);
  const std::size_t length = ip.payload_length.value();
  if (ip.next_header != ip_protocol::vrrp || length > datagram.size() - sizeof(Ipv6Header))
    return std::nullopt;
  return VrrpDatagram{.endpoints = {ip.source, ip.destination},
                      .hop_limit = ip.hop_limit,
                      .message = datagram.subspan(sizeof(Ipv6Header), length)};
}

}  // namespace

IpAddress vrrp_group(bool is_v6) {
  return is_v6 ? IpAddress(group_v6) : IpAddress(group_v4);
}

MacAddress multicast_mac(const IpAddress& group) {
  if (group.is_v6()) {
    const auto& bytes = group.v6().bytes();
    return MacAddress({0x33, 0x33, bytes[12], bytes[13], bytes[14], bytes[15]});
  }
  const std::uint32_t low = group.v4().value() & 0x7fffffU;
  return MacAddress({0x01, 0x00, 0x5e, static_cast<std::uint8_t>(low >> 16U),
                     static_cast<std::uint8_t>(low >> 8U), static_cast<std::uint8_t>(low)});
}

MacAddress virtual_mac(std::uint8_t router, bool is_v6) {
  return MacAddress({0x00, 0x00, 0x5e, 0x00, static_cast<std::uint8_t>(is_v6 ? 2 : 1), router});
}

std::vector<std::uint8_t> write_vrrp_frame(const VrrpFrameHeader& header,
                                           const Advertisement& advertisement, ChecksumRule rule) {
  const auto message = encode(advertisement, header.endpoints, rule);
  const bool is_v6 = header.endpoints.source.is_v6();
  const std::size_t start =
      sizeof(EthernetHeader) + (is_v6 ? sizeof(Ipv6Header) : sizeof(Ipv4Header));
  std::vector<std::uint8_t> frame(start + message.size());
  const std::span<std::uint8_t> bytes(frame);
  header_at<EthernetHeader>(bytes, 0) = {.destination = header.destination_mac,
                                         .source = header.source_mac,
                                         .type = Be16(is_v6 ? ether_type::ipv6 : ether_type::ipv4)};
  if (is_v6)
    write_ipv6(bytes.subspan(sizeof(EthernetHeader)), header.endpoints, message.size());
  else
    write_ipv4(bytes.subspan(sizeof(EthernetHeader)), header.endpoints, message.size());
  std::ranges::copy(message, frame.begin() + static_cast<std::ptrdiff_t>(start));
  return frame;
}

std::optional<VrrpDatagram> read_vrrp_datagram(std::span<const std::uint8_t> datagram) {
  if (datagram.empty()) return std::nullopt;
  switch (datagram[0] >> 4U) {
    case 4:
      return read_ipv4(datagram);
    case 6:
      return read_ipv6(datagram);
    default:
      return std::nullopt;
  }
}

DatagramFault judge_datagram(const VrrpDatagram& datagram, const IpAddress& own,
                             std::span<const IpAddress> peers) {
  const VrrpEndpoints& endpoints = datagram.endpoints;
  if (!peers.empty()) {
    if (endpoints.destination != own) return DatagramFault::not_for_us;
    return std::ranges::find(peers, endpoints.source) != peers.end() ? DatagramFault::none
                                                                     : DatagramFault::not_a_peer;
  }
  if (endpoints.destination != vrrp_group(own.is_v6())) return DatagramFault::not_for_us;
  return datagram.hop_limit == hop_limit ? DatagramFault::none : DatagramFault::hop_limit;
}

}  // namespace drover::failover
