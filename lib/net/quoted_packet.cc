// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/quoted_packet.h"

#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover {
namespace {

// TCP and UDP begin with them.
struct Ports {
  Be16 source;
  Be16 destination;
};

}  // namespace

bool is_icmp_error(std::uint8_t type) {
  return type == IcmpHeader::unreachable || type == IcmpHeader::source_quench ||
         type == IcmpHeader::time_exceeded;
}

// Neither its length nor its checksum is looked at: routers on the way have changed both.
std::optional<QuotedPacket> read_quoted_packet(std::span<const std::uint8_t> quoted) {
  if (quoted.size() < sizeof(Ipv4Header)) return std::nullopt;
  const auto& ip = header_at<Ipv4Header>(quoted, 0);
  const std::size_t length = ip.header_length();
  if (ip.version() != 4 || length < sizeof(Ipv4Header)) return std::nullopt;
  if ((ip.fragment.value() & Ipv4Header::offset_mask) != 0) return std::nullopt;
  if (ip.protocol != ip_protocol::tcp && ip.protocol != ip_protocol::udp) return std::nullopt;
  if (quoted.size() < length + sizeof(Ports)) return std::nullopt;
  const auto& ports = header_at<Ports>(quoted, length);
  return QuotedPacket{.source = Ipv4Address(ip.source),
                      .destination = Ipv4Address(ip.destination),
                      .protocol = ip.protocol,
                      .source_port = ports.source.value(),
                      .destination_port = ports.destination.value()};
}

}  // namespace drover
