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

struct ConnectionKeyV4 {
  Ipv4Address client;
  std::uint16_t client_port = 0;
  std::uint16_t virtual_port = 0;
  VipId vip;

  // All but `vip`.
  using Packed = std::array<std::uint64_t, 1>;
  constexpr Packed packed() const {
    return {std::uint64_t{client.value()} << 32U | std::uint64_t{client_port} << 16U |
            virtual_port};
  }
  static constexpr ConnectionKeyV4 unpack(const Packed& packed, VipId vip) {
    return {Ipv4Address(static_cast<std::uint32_t>(packed[0] >> 32U)),
            static_cast<std::uint16_t>(packed[0] >> 16U), static_cast<std::uint16_t>(packed[0]),
            vip};
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
    return {halves[0], halves[1], std::uint64_t{client_port} << 16U | virtual_port};
  }
  static constexpr ConnectionKeyV6 unpack(const Packed& packed, VipId vip) {
    const std::array<std::uint64_t, 2> halves{packed[0], packed[1]};
    return {Ipv6Address(std::bit_cast<Ipv6Address::Bytes>(halves)),
            static_cast<std::uint16_t>(packed[2] >> 16U), static_cast<std::uint16_t>(packed[2]),
            vip};
  }
  friend constexpr bool operator==(const ConnectionKeyV6&, const ConnectionKeyV6&) = default;
};

}  // namespace drover::flow
