// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/reply_v6.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/net/checksum.h"
#include "lib/net/extension_headers.h"
#include "lib/net/header_at.h"
#include "lib/net/neighbour_discovery.h"
#include "lib/net/reply.h"

namespace drover {
namespace {

constexpr std::uint8_t reply_hop_limit = 64;
constexpr std::size_t least_mtu = 1280;
constexpr Ipv6Address all_nodes({0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01});

// Ethernet, tags and an IPv6 header back to where `frame` came from; `length` is what follows.
Ipv6Header& start_reply(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                        const MacAddress& own_mac, std::uint8_t protocol, std::size_t length,
                        std::span<std::uint8_t> out) {
  std::memcpy(out.data(), frame.data(), headers.network_offset);
  auto& ethernet = header_at<EthernetHeader>(out, 0);
  ethernet.destination = ethernet.source;
  ethernet.source = own_mac;
  const auto& asked = header_at<Ipv6Header>(frame, headers.network_offset);
  auto& ip = header_at<Ipv6Header>(out, headers.network_offset);
  ip = {.version_class_flow = Be32(0x60000000),
        .payload_length = Be16(static_cast<std::uint16_t>(length)),
        .next_header = protocol,
        .hop_limit = reply_hop_limit,
        .source = asked.destination,
        .destination = asked.source};
  return ip;
}

// An ICMPv6 error of this type, code and what stands behind the checksum.
std::size_t write_error(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                        const MacAddress& own_mac, const IcmpHeader& error,
                        std::span<std::uint8_t, largest_reply_v6> out) {
  const std::size_t available =
      std::min<std::size_t>(frame.size(), headers.end) - headers.network_offset;
  const std::size_t quoted =
      std::min(available, least_mtu - sizeof(Ipv6Header) - sizeof(IcmpHeader));
  const std::size_t length = sizeof(IcmpHeader) + quoted;
  const auto& ip = start_reply(frame, headers, own_mac, ip_protocol::icmpv6, length, out);
  const std::size_t offset = headers.network_offset + sizeof(Ipv6Header);
  auto& icmp = header_at<IcmpHeader>(out, offset);
  icmp = error;
  std::memcpy(out.data() + offset + sizeof icmp, frame.data() + headers.network_offset, quoted);
  icmp.checksum = icmpv6_checksum(ip, out.subspan(offset, length));
  return offset + length;
}

}  // namespace

std::size_t write_advertisement(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                                const MacAddress& own_mac,
                                std::span<std::uint8_t, largest_reply_v6> out) {
  const auto& solicitation = header_at<NeighbourMessage>(frame, headers.transport_offset);
  constexpr std::size_t length = sizeof(NeighbourMessage) + sizeof(LinkLayerOption);
  auto& ip = start_reply(frame, headers, own_mac, ip_protocol::icmpv6, length, out);
  ip.hop_limit = NeighbourMessage::hop_limit;
  ip.source = solicitation.target;
  const bool asked_by_nobody = ip.destination.is_unspecified();
  if (asked_by_nobody) {
    ip.destination = all_nodes;
    header_at<EthernetHeader>(out, 0).destination = multicast_mac(all_nodes);
  }
  const std::size_t offset = headers.network_offset + sizeof(Ipv6Header);
  auto& advertisement = header_at<NeighbourMessage>(out, offset);
  advertisement = {.icmp = {.type = IcmpHeader::v6_neighbour_advertisement,
                            .code = 0,
                            .checksum = Be16(0),
                            .rest = Be32(NeighbourMessage::overrides |
                                         (asked_by_nobody ? 0 : NeighbourMessage::solicited))},
                   .target = solicitation.target};
  header_at<LinkLayerOption>(out, offset + sizeof advertisement) = {
      .type = LinkLayerOption::target, .length = 1, .mac = own_mac};
  advertisement.icmp.checksum = icmpv6_checksum(ip, out.subspan(offset, length));
  return offset + length;
}

std::size_t make_echo_reply_v6(std::span<std::uint8_t> frame, const FrameHeaders& headers,
                               const MacAddress& own_mac) {
  auto& ip = header_at<Ipv6Header>(frame, headers.network_offset);
  ip.next_header = ip_protocol::icmpv6;
  ip.payload_length = static_cast<std::uint16_t>(headers.end - headers.transport_offset);
  ip.hop_limit = reply_hop_limit;
  std::swap(ip.source, ip.destination);
  auto& ethernet = header_at<EthernetHeader>(frame, 0);
  ethernet.destination = ethernet.source;
  ethernet.source = own_mac;

  auto& icmp = header_at<IcmpHeader>(frame, headers.transport_offset);
  icmp.type = IcmpHeader::v6_echo_reply;
  // HC' = ~(~HC + ~m + m') (RFC 1624, equation 3); the addresses' sum is the same both ways.
  std::uint32_t sum = static_cast<std::uint16_t>(~icmp.checksum.value());
  sum += static_cast<std::uint16_t>(~(IcmpHeader::v6_echo_request << 8));
  sum += IcmpHeader::v6_echo_reply << 8;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  icmp.checksum = static_cast<std::uint16_t>(~sum);

  const std::size_t kept = headers.network_offset + sizeof(Ipv6Header);
  const std::size_t cut = headers.transport_offset - kept;
  std::memmove(frame.data() + cut, frame.data(), kept);
  return cut;
}

std::size_t write_tcp_reset_v6(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                               const MacAddress& own_mac,
                               std::span<std::uint8_t, largest_reply_v6> out) {
  TcpHeader reset;
  if (!make_tcp_reset(frame, headers, reset)) return 0;
  const auto& ip = start_reply(frame, headers, own_mac, ip_protocol::tcp, sizeof(TcpHeader), out);
  const std::size_t offset = headers.network_offset + sizeof(Ipv6Header);
  auto& tcp = header_at<TcpHeader>(out, offset);
  tcp = reset;
  ChecksumSum sum;
  sum.add_pseudo_header(ip.source, ip.destination, ip_protocol::tcp, sizeof(TcpHeader));
  sum.add(out.subspan(offset, sizeof(TcpHeader)));
  tcp.checksum = sum.finish();
  return offset + sizeof(TcpHeader);
}

std::size_t write_unreachable_v6(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                                 const MacAddress& own_mac,
                                 std::span<std::uint8_t, largest_reply_v6> out) {
  IcmpHeader error{};
  if (headers.protocol == ip_protocol::tcp || headers.protocol == ip_protocol::udp) {
    error.type = IcmpHeader::v6_unreachable;
    error.code = IcmpHeader::v6_port_unreachable_code;
  } else {
    const auto chain = walk_extension_headers(frame, headers.network_offset, headers.end);
    error.type = IcmpHeader::v6_parameter_problem;
    error.code = IcmpHeader::v6_unrecognised_next_header_code;
    error.rest = static_cast<std::uint32_t>(chain.protocol_field - headers.network_offset);
  }
  return write_error(frame, headers, own_mac, error, out);
}

std::size_t write_packet_too_big(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                                 const MacAddress& own_mac, std::uint16_t mtu,
                                 std::span<std::uint8_t, largest_reply_v6> out) {
  IcmpHeader error{};
  error.type = IcmpHeader::v6_packet_too_big;
  error.rest = std::uint32_t{mtu};
  return write_error(frame, headers, own_mac, error, out);
}

}  // namespace drover
