// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/quoted_packet.h"

#include "lib/net/extension_headers.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover {
namespace {

// TCP and UDP begin with them.
struct Ports {
  Be16 source;
  Be16 destination;
};

template <class Address>
std::optional<QuotedPacket<Address>> with_ports(std::span<const std::uint8_t> quoted,
                                                std::size_t offset, QuotedPacket<Address> packet) {
  if (packet.protocol != ip_protocol::tcp && packet.protocol != ip_protocol::udp)
    return std::nullopt;
  if (quoted.size() < offset + sizeof(Ports)) return std::nullopt;
  const auto& ports = header_at<Ports>(quoted, offset);
  packet.source_port = ports.source.value();
  packet.destination_port = ports.destination.value();
  return packet;
}

}  // namespace

bool is_icmp_error(std::uint8_t type) {
  return type == IcmpHeader::unreachable || type == IcmpHeader::source_quench ||
         type == IcmpHeader::time_exceeded;
}

bool is_icmpv6_error(std::uint8_t type) {
  return type >= IcmpHeader::v6_unreachable && type <= IcmpHeader::v6_parameter_problem;
}

// Neither its length nor its checksum is looked at: routers on the way have changed both.
std::optional<QuotedPacket<Ipv4Address>> read_quoted_ipv4(std::span<const std::uint8_t> quoted) {
  if (quoted.size() < sizeof(Ipv4Header)) return std::nullopt;
  const auto& ip = header_at<Ipv4Header>(quoted, 0);
  const std::size_t length = ip.header_length();
  if (ip.version() != 4 || length < sizeof(Ipv4Header)) return std::nullopt;
  if ((ip.fragment.value() & Ipv4Header::offset_mask) != 0) return std::nullopt;
  return with_ports<Ipv4Address>(quoted, length,
                                 {.source = Ipv4Address(ip.source),
                                  .destination = Ipv4Address(ip.destination),
                                  .protocol = ip.protocol});
}

std::optional<QuotedPacket<Ipv6Address>> read_quoted_ipv6(std::span<const std::uint8_t> quoted) {
  if (quoted.size() < sizeof(Ipv6Header)) return std::nullopt;
  const auto& ip = header_at<Ipv6Header>(quoted, 0);
  if (ip.version() != 6) return std::nullopt;
  const ExtensionHeaders chain = walk_extension_headers(quoted, 0, quoted.size());
  if (chain.fault != ExtensionHeaders::Fault::none || chain.later_fragment) return std::nullopt;
  return with_ports<Ipv6Address>(
      quoted, chain.end,
      {.source = ip.source, .destination = ip.destination, .protocol = chain.protocol});
}

}  // namespace drover
