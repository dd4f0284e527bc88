// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/probe_frame.h"

#include <algorithm>
#include <cstring>

#include "lib/net/checksum.h"
#include "lib/net/wire.h"

namespace drover::control {
namespace {

constexpr std::uint16_t arp_ethernet = 1;
constexpr std::uint8_t hop_limit = 255;  // proves that no router passed it on (RFC 4861, 4.3)
constexpr std::uint8_t option_source_mac = 1;
constexpr std::uint8_t option_target_mac = 2;

struct LinkLayerOption {
  std::uint8_t type;
  std::uint8_t length;  // in units of 8 bytes
  MacAddress mac;
};
static_assert(sizeof(LinkLayerOption) == 8);

// Solicitation and advertisement alike; the latter's flags are the high bits of icmp.rest.
struct NeighbourMessage {
  Ipv6Header ip;
  IcmpHeader icmp;
  Ipv6Address target;
};
static_assert(sizeof(NeighbourMessage) == 64);
constexpr std::uint32_t flag_solicited = 0x40000000;
constexpr std::uint32_t flag_override = 0x20000000;

struct Solicitation {
  NeighbourMessage message;
  LinkLayerOption source_mac;
};
static_assert(sizeof(Solicitation) == 72);

template <class T>
std::vector<std::uint8_t> bytes_of(const T& value) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(&value);
  return {begin, begin + sizeof value};
}

Be16 icmp_checksum(const Ipv6Header& ip, std::span<const std::uint8_t> icmp) {
  ChecksumSum sum;
  sum.add_pseudo_header(ip.source, ip.destination, ip_protocol::icmpv6,
                        static_cast<std::uint32_t>(icmp.size()));
  sum.add(icmp);
  return sum.finish();
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
      .message = {.ip = {.version_class_flow = Be32(0x60000000),
                         .payload_length = Be16(length),
                         .next_header = ip_protocol::icmpv6,
                         .hop_limit = hop_limit,
                         .source = sender.address.v6(),
                         .destination = destination},
                  .icmp = {.type = IcmpHeader::v6_neighbour_solicitation,
                           .code = 0,
                           .checksum = Be16(0),
                           .rest = Be32(0)},
                  .target = target},
      .source_mac = {.type = option_source_mac, .length = 1, .mac = sender.mac},
  };
  const auto* icmp = reinterpret_cast<const std::uint8_t*>(&frame.message.icmp);
  frame.message.icmp.checksum = icmp_checksum(frame.message.ip, {icmp, length});
  const auto& group = destination.bytes();
  const MacAddress multicast({0x33, 0x33, group[12], group[13], group[14], group[15]});
  return {known.value_or(multicast), ether_type::ipv6, bytes_of(frame)};
}

// The option's MAC address, none without the option; false for options that are malformed.
bool find_target_mac(std::span<const std::uint8_t> options, std::optional<MacAddress>& mac) {
  while (options.size() >= 2) {
    const std::size_t length = options[1] * std::size_t{8};
    if (length == 0 || length > options.size()) return false;
    if (options[0] == option_target_mac) {
      MacAddress::Bytes wire;
      std::copy_n(options.begin() + 2, wire.size(), wire.begin());
      mac = MacAddress(wire);
    }
    options = options.subspan(length);
  }
  return options.empty();
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
  NeighbourMessage message;
  if (payload.size() < sizeof message) return std::nullopt;
  std::memcpy(&message, payload.data(), sizeof message);
  const std::size_t length = message.ip.payload_length.value();
  if (message.ip.next_header != ip_protocol::icmpv6 || message.ip.hop_limit != hop_limit ||
      message.icmp.type != IcmpHeader::v6_neighbour_advertisement || message.icmp.code != 0 ||
      length < sizeof message - sizeof(Ipv6Header) || length > payload.size() - sizeof(Ipv6Header))
    return std::nullopt;
  const auto icmp = payload.subspan(sizeof(Ipv6Header), length);
  if (icmp_checksum(message.ip, icmp) != Be16(0)) return std::nullopt;
  std::optional<MacAddress> mac;
  if (!find_target_mac(icmp.subspan(sizeof(IcmpHeader) + sizeof(Ipv6Address)), mac))
    return std::nullopt;
  const std::uint32_t flags = message.icmp.rest.value();
  const bool announced = mac && (flags & flag_solicited) == 0 && (flags & flag_override) != 0;
  if (!is_usable(mac.value_or(frame_source))) return std::nullopt;
  return HeardNeighbour{
      message.target, mac.value_or(frame_source),
      announced ? ProbeSchedule::Heard::announcement : ProbeSchedule::Heard::answer};
}

}  // namespace drover::control
