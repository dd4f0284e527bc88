// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/probe_frame.h"

#include <algorithm>
#include <cstring>

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/neighbour_discovery.h"
#include "lib/net/wire.h"

namespace drover::control {
namespace {

constexpr std::uint16_t arp_ethernet = 1;

struct Solicitation {
  Ipv6Header ip;
  NeighbourMessage message;
  LinkLayerOption source_mac;
};
static_assert(sizeof(Solicitation) == 72);

template <class T>
std::vector<std::uint8_t> bytes_of(const T& value) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(&value);
  return {begin, begin + sizeof value};
}

ProbeFrame make_arp_request(const ProbeSender& sender, Ipv4Address target,
                            const std::optional<MacAddress>& known) {
  const ArpMessage request{
      .hardware_type = Be16(arp_ethernet),
      .protocol_type = Be16(ether_type::ipv4),
      .hardware_length = 6,
      .protocol_length = 4,
      .operation = Be16(ArpMessage::request),
      .sender_mac = sender.mac,
      .sender_address = sender.address.v4().wire(),
      .target_mac = MacAddress(),
      .target_address = target.wire(),
  };
  return {known.value_or(broadcast_mac), ether_type::arp, bytes_of(request)};
}

ProbeFrame make_solicitation(const ProbeSender& sender, const Ipv6Address& target,
                             const std::optional<MacAddress>& known) {
  const Ipv6Address destination = known ? target : target.solicited_node();
  constexpr std::uint16_t length = sizeof(Solicitation) - sizeof(Ipv6Header);
  Solicitation frame{
      .ip = {.version_class_flow = Be32(0x60000000),
             .payload_length = Be16(length),
             .next_header = ip_protocol::icmpv6,
             .hop_limit = NeighbourMessage::hop_limit,
             .source = sender.address.v6(),
             .destination = destination},
      .message = {.icmp = {.type = IcmpHeader::v6_neighbour_solicitation,
                           .code = 0,
                           .checksum = Be16(0),
                           .rest = Be32(0)},
                  .target = target},
      .source_mac = {.type = LinkLayerOption::source, .length = 1, .mac = sender.mac},
  };
  const auto* icmp = reinterpret_cast<const std::uint8_t*>(&frame.message);
  frame.message.icmp.checksum = icmpv6_checksum(frame.ip, {icmp, length});
  return {known.value_or(multicast_mac(destination)), ether_type::ipv6, bytes_of(frame)};
}

bool is_usable(const MacAddress& mac) {
  return !mac.is_multicast() && !mac.is_zero();
}

}  // namespace

ProbeFrame make_probe(const ProbeSender& sender, const IpAddress& target,
                      const std::optional<MacAddress>& known) {
  return target.is_v4() ? make_arp_request(sender, target.v4(), known)
                        : make_solicitation(sender, target.v6(), known);
}

std::optional<HeardNeighbour> parse_arp(std::span<const std::uint8_t> payload) {
  ArpMessage arp;
  if (payload.size() < sizeof arp) return std::nullopt;
  std::memcpy(&arp, payload.data(), sizeof arp);
  const std::uint16_t operation = arp.operation.value();
  if (arp.hardware_type.value() != arp_ethernet || arp.hardware_length != 6 ||
      arp.protocol_type.value() != ether_type::ipv4 || arp.protocol_length != 4 ||
      (operation != ArpMessage::request && operation != ArpMessage::reply) ||
      arp.sender_address == Be32(0) || !is_usable(arp.sender_mac))
    return std::nullopt;
  const bool gratuitous = arp.sender_address == arp.target_address;
  return HeardNeighbour{Ipv4Address(arp.sender_address), arp.sender_mac,
                        operation == ArpMessage::request || gratuitous
                            ? ProbeSchedule::Heard::announcement
                            : ProbeSchedule::Heard::answer};
}

std::optional<HeardNeighbour> parse_advertisement(std::span<const std::uint8_t> payload,
                                                  const MacAddress& frame_source) {
  if (payload.size() < sizeof(Ipv6Header) + sizeof(NeighbourMessage)) return std::nullopt;
  const auto& ip = header_at<Ipv6Header>(payload, 0);
  const auto& message = header_at<NeighbourMessage>(payload, sizeof ip);
  const std::size_t length = ip.payload_length.value();
  if (ip.next_header != ip_protocol::icmpv6 || ip.hop_limit != NeighbourMessage::hop_limit ||
      message.icmp.type != IcmpHeader::v6_neighbour_advertisement || message.icmp.code != 0 ||
      length < sizeof message || length > payload.size() - sizeof ip)
    return std::nullopt;
  const auto icmp = payload.subspan(sizeof ip, length);
  if (icmpv6_checksum(ip, icmp) != Be16(0)) return std::nullopt;
  std::optional<MacAddress> mac;
  if (!find_link_layer_option(icmp.subspan(sizeof message), LinkLayerOption::target, mac))
    return std::nullopt;
  const std::uint32_t flags = message.icmp.rest.value();
  const bool announced = mac && (flags & NeighbourMessage::solicited) == 0 &&
                         (flags & NeighbourMessage::overrides) != 0;
  if (!is_usable(mac.value_or(frame_source))) return std::nullopt;
  return HeardNeighbour{
      message.target, mac.value_or(frame_source),
      announced ? ProbeSchedule::Heard::announcement : ProbeSchedule::Heard::answer};
}

}  // namespace drover::control
