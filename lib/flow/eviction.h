// SPDX-License-Identifier: BSD-3-Clause
// Who gives way when a newcomer finds both its buckets full of live connections.
//
// In this order; within a class as said, then whoever expires first:
//   1. embryonic    the client has not answered yet (SYN_RECV, SYN_SENT, SYNACK, NONE)
//   2. tentative    adopted in mid-stream, or seen in fewer than 4 packets; fewest packets first.
//                   A forged SYN and ACK, or a stray ACK, makes no more of itself than this.
//                   One that is known from the other balancer is what it is there
//   3. closing      any other state past ESTABLISHED: FIN_WAIT, CLOSE, ...
// Never: an established (or UDP) connection that has carried 4 packets. A table full of those takes
// no newcomer, whose packets are then forwarded by hash.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lib/flow/connection.h"

namespace drover::flow {

// Why a connection left the table without its owner's doing.
enum class Removal : std::uint8_t {
  expired,
  evicted_embryonic,
  evicted_tentative,
  evicted_closing
};

// Of those that are evictions, in their order.
inline constexpr std::array<std::string_view, 3> eviction_names{"embryonic", "tentative",
                                                                "closing"};
// `removal` is an eviction.
constexpr std::size_t eviction_index(Removal removal) {
  return static_cast<std::size_t>(removal) - static_cast<std::size_t>(Removal::evicted_embryonic);
}
static_assert(eviction_index(Removal::evicted_closing) + 1 == eviction_names.size());

struct Eviction {
  // The higher, the later evicted.
  static constexpr std::uint32_t never = ~std::uint32_t{0};
  std::uint32_t rank = never;
  Removal reason = Removal::evicted_embryonic;
};

// It has not shown yet that it is more than a few forged packets.
template <class Key>
bool is_tentative(const Connection<Key>& entry) {
  return entry.adopted() ||
         (!entry.is_received() && entry.packets() < Connection<Key>::solid_packets);
}

// Of a live connection.
template <class Key>
Eviction eviction(const Connection<Key>& entry, Tick now) {
  // class 2 bits | packets 3 bits | time left 19 bits
  const std::uint32_t left = remaining(entry.expires(), now).count();
  const auto rank = [&](std::uint32_t order, std::uint32_t packets) {
    return order << 22U | packets << Tick::bits | left;
  };
  const TcpState state = entry.state();
  if (is_embryonic(state)) return {rank(0, 0), Removal::evicted_embryonic};
  if (is_tentative(entry)) return {rank(1, entry.packets()), Removal::evicted_tentative};
  if (state != TcpState::established && state != TcpState::udp)
    return {rank(2, 0), Removal::evicted_closing};
  return {};
}

}  // namespace drover::flow
