// SPDX-License-Identifier: BSD-3-Clause
// What tells connections apart: the client's address and port, the virtual port, and the id of VIP
// and protocol. Ports and addresses are in host order.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "lib/base/strong_id.h"
#include "lib/net/address.h"

namespace drover::flow {

// A connection stores a VipId in 14 bits; the ids are below this.
inline constexpr unsigned vip_bits = 14;
inline constexpr std::uint16_t most_vips = (1U << vip_bits) - 1;

namespace detail {
// The bytes of both ports as they stand on the wire, and back: client's << 16 | virtual.
constexpr std::uint64_t wire_ports(std::uint16_t client_port, std::uint16_t virtual_port) {
  return __builtin_bswap32(std::uint32_t{client_port} << 16U | virtual_port);
}
constexpr std::uint32_t ports_of(std::uint64_t wire) {
  return __builtin_bswap32(static_cast<std::uint32_t>(wire));
}
}  // namespace detail

struct ConnectionKeyV4 {
  Ipv4Address client;
  std::uint16_t client_port = 0;
  std::uint16_t virtual_port = 0;
  VipId vip;

  // All but `vip`, as it stands on the wire: the lower bytes are the client's address.
  using Packed = std::array<std::uint64_t, 1>;
  constexpr Packed packed() const {
    return {__builtin_bswap32(client.value()) | detail::wire_ports(client_port, virtual_port)
                                                    << 32U};
  }
  static constexpr ConnectionKeyV4 unpack(const Packed& packed, VipId vip) {
    const std::uint32_t ports = detail::ports_of(packed[0] >> 32U);
    return {Ipv4Address(__builtin_bswap32(static_cast<std::uint32_t>(packed[0]))),
            static_cast<std::uint16_t>(ports >> 16U), static_cast<std::uint16_t>(ports), vip};
  }
  friend constexpr bool operator==(const ConnectionKeyV4&, const ConnectionKeyV4&) = default;
};

struct ConnectionKeyV6 {
  Ipv6Address client;
  std::uint16_t client_port = 0;
  std::uint16_t virtual_port = 0;
  VipId vip;

  using Packed = std::array<std::uint64_t, 3>;
  constexpr Packed packed() const {
    const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(client.bytes());
    return {halves[0], halves[1], detail::wire_ports(client_port, virtual_port)};
  }
  static constexpr ConnectionKeyV6 unpack(const Packed& packed, VipId vip) {
    const std::array<std::uint64_t, 2> halves{packed[0], packed[1]};
    const std::uint32_t ports = detail::ports_of(packed[2]);
    return {Ipv6Address(std::bit_cast<Ipv6Address::Bytes>(halves)),
            static_cast<std::uint16_t>(ports >> 16U), static_cast<std::uint16_t>(ports), vip};
  }
  friend constexpr bool operator==(const ConnectionKeyV6&, const ConnectionKeyV6&) = default;
};

}  // namespace drover::flow
