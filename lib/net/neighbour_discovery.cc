// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/neighbour_discovery.h"

#include <algorithm>

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"

namespace drover {
namespace {

std::span<const std::uint8_t> message_of(std::span<const std::uint8_t> frame,
                                         const FrameHeaders& headers) {
  return frame.first(std::min<std::size_t>(headers.end, frame.size()))
      .subspan(headers.transport_offset);
}

}  // namespace

bool find_link_layer_option(std::span<const std::uint8_t> options, std::uint8_t type,
                            std::optional<MacAddress>& mac) {
  while (options.size() >= 2) {
    const std::size_t length = options[1] * std::size_t{8};
    if (length == 0 || length > options.size()) return false;
    if (options[0] == type) {
      MacAddress::Bytes wire;
      std::copy_n(options.begin() + 2, wire.size(), wire.begin());
      mac = MacAddress(wire);
    }
    options = options.subspan(length);
  }
  return options.empty();
}

const Ipv6Address* solicited_target(std::span<const std::uint8_t> frame,
                                    const FrameHeaders& headers) {
  const auto message = message_of(frame, headers);
  if (headers.protocol != ip_protocol::icmpv6 || message.size() < sizeof(NeighbourMessage))
    return nullptr;
  const auto& solicitation = header_at<NeighbourMessage>(message, 0);
  if (solicitation.icmp.type != IcmpHeader::v6_neighbour_solicitation) return nullptr;
  return &solicitation.target;
}

bool is_valid_solicitation(std::span<const std::uint8_t> frame, const FrameHeaders& headers) {
  const auto message = message_of(frame, headers);
  const auto& ip = header_at<Ipv6Header>(frame, headers.network_offset);
  const auto& solicitation = header_at<NeighbourMessage>(message, 0);
  std::optional<MacAddress> source_mac;
  if (ip.hop_limit != NeighbourMessage::hop_limit || solicitation.icmp.code != 0 ||
      solicitation.target.is_multicast() || frame.size() < headers.end ||
      icmpv6_checksum(ip, message) != Be16(0) ||
      !find_link_layer_option(message.subspan(sizeof(NeighbourMessage)), LinkLayerOption::source,
                              source_mac))
    return false;
  // Duplicate address detection.
  if (ip.source.is_unspecified())
    return !source_mac && ip.destination == solicitation.target.solicited_node();
  return true;
}

}  // namespace drover
