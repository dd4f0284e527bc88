// SPDX-License-Identifier: BSD-3-Clause
// What lblc and lblcr have in common. They are for caches: a destination address keeps to its
// server, or its few servers. As a service has one address, each remembers for that one. A server
// is remembered by its address, so that one that was removed and comes back is known again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>

#include "lib/balance/scheduler.h"

namespace drover::balance {

// What nobody has used or changed for so long is forgotten.
inline constexpr std::uint64_t locality_expiry = 86'400'000'000'000;  // nanoseconds, 24 hours

inline std::optional<std::uint32_t> index_of(std::span<const Candidate> candidates,
                                             const IpAddress& address) {
  const auto found = std::ranges::find(candidates, address, &Candidate::address);
  if (found == candidates.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - candidates.begin());
}

// It has more active connections than its weight, and another less than half as many as its own.
inline bool is_busy(std::span<const Candidate> candidates, std::uint32_t index,
                    const Loads& loads) {
  if (loads.of(candidates[index].destination).active <= candidates[index].weight) return false;
  return std::ranges::any_of(candidates, [&](const Candidate& other) {
    return std::uint64_t{loads.of(other.destination).active} * 2 < other.weight;
  });
}

}  // namespace drover::balance
