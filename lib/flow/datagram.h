// SPDX-License-Identifier: BSD-3-Clause
// A datagram that comes in fragments, as long as they may come: only the first one has the ports
// that say where all of them go.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "lib/base/strong_id.h"
#include "lib/flow/connection_hash.h"
#include "lib/net/address.h"

namespace drover::flow {

// Addresses, protocol and identification, hashed with the process's seed. That two datagrams which
// are about at the same time share it is as good as impossible.
struct DatagramKey {
  std::uint64_t value = 0;
  friend constexpr bool operator==(DatagramKey, DatagramKey) = default;
};

inline std::uint64_t hash(DatagramKey key, const HashSeed&) {
  return key.value;
}

inline DatagramKey datagram_key(Ipv4Address source, Ipv4Address destination, std::uint8_t protocol,
                                std::uint32_t identification, const HashSeed& seed) {
  const std::uint64_t addresses = std::uint64_t{source.value()} << 32U | destination.value();
  const std::uint64_t rest = std::uint64_t{identification} << 8U | protocol;
  const std::uint64_t mixed = detail::fold_multiply(addresses ^ seed.first, rest ^ seed.second);
  return {detail::fold_multiply(mixed ^ seed.first, seed.second ^ 0x589965cc75374cc3U)};
}

// The identification alone tells datagrams between two addresses apart (RFC 8200, 4.5).
inline DatagramKey datagram_key(const Ipv6Address& source, const Ipv6Address& destination,
                                std::uint32_t identification, const HashSeed& seed) {
  using Halves = std::array<std::uint64_t, 2>;
  const auto from = std::bit_cast<Halves>(source.bytes());
  const auto to = std::bit_cast<Halves>(destination.bytes());
  const std::uint64_t mixed_from =
      detail::fold_multiply(from[0] ^ seed.first, from[1] ^ seed.second);
  const std::uint64_t mixed_to = detail::fold_multiply(to[0] ^ seed.second, to[1] ^ seed.first);
  return {detail::fold_multiply(mixed_from ^ identification ^ seed.first,
                                mixed_to ^ seed.second ^ 0x589965cc75374cc3U)};
}

// Frames that wait for the first fragment; indices of slots, or none.
struct FragmentChain {
  static constexpr std::uint16_t none = UINT16_MAX;
  std::uint16_t first = none;
  std::uint16_t last = none;
  bool empty() const { return first == none; }
};

struct Datagram {
  enum class Fate : std::uint8_t { unknown, forwarded, dropped };  // of the first fragment

  DatagramKey key{};
  std::uint64_t since = 0;  // nanoseconds
  DestinationId destination{};
  std::uint32_t first_length = 0;  // bytes of payload in the first fragment
  std::uint32_t seen = 0;          // in all that have gone
  std::uint32_t length = 0;        // of the whole; 0: the last has not come
  FragmentChain waiting;
  Fate fate = Fate::unknown;
  bool used = false;

  // Its fragments have all gone, if none came twice.
  bool complete() const { return length != 0 && seen >= length; }
};

}  // namespace drover::flow
