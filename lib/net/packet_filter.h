// SPDX-License-Identifier: BSD-3-Clause
// Which frames somebody wants to see: "tcp and src 198.51.100.0/24 and dst port 80". A value that
// can be copied as bytes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "lib/base/result.h"
#include "lib/net/address.h"

namespace drover {

class PacketFilter {
 public:
  // Conditions, all of which must hold, with or without "and" between them; none: every frame.
  //   tcp | udp | icmp | arp | ip | ip6
  //   [src | dst] host ADDRESS[/LENGTH]     "host" may be left out behind src and dst
  //   [src | dst] port NUMBER
  static Result<PacketFilter> parse(std::string_view text);

  // `bytes`: the first segment, from the Ethernet header on.
  bool matches(std::span<const std::uint8_t> bytes) const;

 private:
  enum class Protocol : std::uint8_t { any, tcp, udp, icmp, arp, ip, ip6 };
  enum Side : std::uint8_t { source, destination, either, sides };

  // An address in its first bytes, and how many of their bits count; none: any.
  struct Network {
    std::array<std::uint8_t, 16> bytes{};
    std::uint8_t length = 0;
    std::uint8_t family = 0;  // 0: none is given, 4 or 6
  };

  bool add_condition(std::span<const std::string_view> words, std::size_t& at);
  bool add_network(Side side, std::string_view text);
  bool add_port(Side side, std::string_view text);

  Protocol protocol_ = Protocol::any;
  std::array<Network, sides> networks_;
  std::array<std::uint16_t, sides> ports_{};  // 0: any
};

}  // namespace drover
