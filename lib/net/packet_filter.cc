// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/packet_filter.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "lib/net/extension_headers.h"
#include "lib/net/frame.h"
#include "lib/net/header_at.h"

namespace drover {
namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) return words;
    const std::size_t end = std::min(text.find(' '), text.size());
    if (text.substr(0, end) != "and") words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

// What the conditions are about, of whichever family.
struct Facts {
  std::uint8_t family = 0;
  std::uint8_t protocol = 0;
  std::array<std::array<std::uint8_t, 16>, 2> addresses{};  // source, destination
  std::array<std::uint16_t, 2> ports{};
};

std::array<std::uint8_t, 16> bytes_of(Be32 address) {
  const std::uint32_t value = address.value();
  return {static_cast<std::uint8_t>(value >> 24U), static_cast<std::uint8_t>(value >> 16U),
          static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
}

Facts facts_of(std::span<const std::uint8_t> bytes, const FrameHeaders& headers) {
  Facts facts;
  if (headers.fault == FrameFault::truncated) return facts;
  // Not from the headers, which have none for a frame that is to be dropped.
  std::size_t transport = 0;
  if (headers.kind == FrameKind::ipv4) {
    const auto& header = header_at<Ipv4Header>(bytes, headers.network_offset);
    facts.family = 4;
    facts.protocol = header.protocol;
    facts.addresses = {bytes_of(header.source), bytes_of(header.destination)};
    if ((header.fragment.value() & Ipv4Header::offset_mask) == 0)
      transport = headers.network_offset + header.header_length();
  } else if (headers.kind == FrameKind::ipv6 &&
             bytes.size() >= headers.network_offset + sizeof(Ipv6Header)) {
    const auto& header = header_at<Ipv6Header>(bytes, headers.network_offset);
    facts.family = 6;
    const std::size_t end =
        headers.network_offset + sizeof(Ipv6Header) + header.payload_length.value();
    const auto chain = walk_extension_headers(bytes, headers.network_offset, end);
    facts.protocol = chain.protocol;
    facts.addresses = {header.source.bytes(), header.destination.bytes()};
    if (chain.fault == ExtensionHeaders::Fault::none && !chain.later_fragment)
      transport = chain.end;
  } else if (headers.kind == FrameKind::arp &&
             bytes.size() >= headers.network_offset + sizeof(ArpMessage)) {
    const auto& message = header_at<ArpMessage>(bytes, headers.network_offset);
    facts.family = 4;
    facts.addresses = {bytes_of(message.sender_address), bytes_of(message.target_address)};
  }
  const bool has_ports = facts.protocol == ip_protocol::tcp || facts.protocol == ip_protocol::udp;
  if (has_ports && transport != 0 && bytes.size() >= transport + 4)
    facts.ports = {static_cast<std::uint16_t>(bytes[transport] << 8U | bytes[transport + 1]),
                   static_cast<std::uint16_t>(bytes[transport + 2] << 8U | bytes[transport + 3])};
  return facts;
}

bool shares_prefix(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b,
                   unsigned bits) {
  for (std::size_t i = 0; bits > 0; ++i) {
    const unsigned here = std::min(bits, 8U);
    if (((a[i] ^ b[i]) >> (8U - here)) != 0) return false;
    bits -= here;
  }
  return true;
}

}  // namespace

Result<PacketFilter> PacketFilter::parse(std::string_view text) {
  PacketFilter filter;
  const auto words = words_of(text);
  for (std::size_t at = 0; at < words.size();) {
    const std::string word(words[at]);
    if (!filter.add_condition(words, at))
      return failure("filter", "it is not understood from \"" + word + "\" on",
                     "write conditions such as: tcp and src 198.51.100.0/24 and dst port 80");
  }
  return filter;
}

bool PacketFilter::add_condition(std::span<const std::string_view> words, std::size_t& at) {
  constexpr std::pair<std::string_view, Protocol> protocols[] = {
      {"tcp", Protocol::tcp}, {"udp", Protocol::udp}, {"icmp", Protocol::icmp},
      {"arp", Protocol::arp}, {"ip", Protocol::ip},   {"ip6", Protocol::ip6}};
  for (const auto& [name, protocol] : protocols)
    if (words[at] == name) {
      if (protocol_ != Protocol::any) return false;
      protocol_ = protocol;
      ++at;
      return true;
    }
  const Side side = words[at] == "src" ? source : words[at] == "dst" ? destination : either;
  if (side != either) ++at;
  const bool is_port = at < words.size() && words[at] == "port";
  const bool is_host = at < words.size() && words[at] == "host";
  if (is_port || is_host) ++at;
  if (at >= words.size() || (side == either && !is_port && !is_host)) return false;
  const std::string_view value = words[at++];
  return is_port ? add_port(side, value) : add_network(side, value);
}

bool PacketFilter::add_network(Side side, std::string_view text) {
  const auto network = IpInterface::parse(text);
  Network& place = networks_[side];
  if (!network || place.family != 0) return false;
  place.length = network->prefix_length;
  if (network->address.is_v6()) {
    place.family = 6;
    place.bytes = network->address.v6().bytes();
  } else {
    place.family = 4;
    place.bytes = bytes_of(network->address.v4().wire());
  }
  return true;
}

bool PacketFilter::add_port(Side side, std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || ports_[side] != 0)
    return false;
  ports_[side] = port;
  return true;
}

bool PacketFilter::matches(std::span<const std::uint8_t> bytes) const {
  const FrameHeaders headers = parse_frame(bytes, static_cast<std::uint32_t>(bytes.size()));
  const Facts facts = facts_of(bytes, headers);
  const auto is_protocol = [&] {
    switch (protocol_) {
      case Protocol::any:
        return true;
      case Protocol::arp:
        return headers.kind == FrameKind::arp;
      case Protocol::ip:
        return headers.kind == FrameKind::ipv4;
      case Protocol::ip6:
        return headers.kind == FrameKind::ipv6;
      case Protocol::tcp:
        return facts.protocol == ip_protocol::tcp;
      case Protocol::udp:
        return facts.protocol == ip_protocol::udp;
      case Protocol::icmp:
        return facts.protocol == ip_protocol::icmp || facts.protocol == ip_protocol::icmpv6;
    }
    return false;
  };
  const auto is_in = [&](const Network& network, std::size_t which) {
    return facts.family == network.family &&
           shares_prefix(facts.addresses[which], network.bytes, network.length);
  };
  for (const Side side : {source, destination}) {
    if (networks_[side].family != 0 && !is_in(networks_[side], side)) return false;
    if (ports_[side] != 0 && facts.ports[side] != ports_[side]) return false;
  }
  const Network& any = networks_[either];
  if (any.family != 0 && !is_in(any, source) && !is_in(any, destination)) return false;
  if (ports_[either] != 0 && facts.ports[0] != ports_[either] && facts.ports[1] != ports_[either])
    return false;
  return is_protocol();
}

}  // namespace drover
