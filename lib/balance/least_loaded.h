// SPDX-License-Identifier: BSD-3-Clause
// What the least-connection schedulers have in common. Where two servers are level, the first in
// the list wins.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "lib/balance/scheduler.h"

namespace drover::balance {

// IPVS's cost of a server's connections, an active one being 256 times an inactive one. (As of
// Linux 6.1 the second term counts all connections, not the inactive ones alone.)
inline std::uint64_t overhead(const Load& load) {
  return std::uint64_t{load.active} * 256 + load.active + load.inactive;
}

// a.cost / a.weight < b.cost / b.weight.
struct WeighedCost {
  std::uint64_t cost = 0;
  std::uint64_t weight = 0;
  bool is_below(const WeighedCost& other) const {
    return cost * other.weight < other.cost * weight;
  }
};

// The candidate that may have a connection and whose `cost(Load)` over its weight is least.
template <class Cost>
std::optional<std::uint32_t> least_loaded(std::span<const Candidate> candidates, const Loads& loads,
                                          Cost&& cost) {
  std::optional<std::uint32_t> best;
  WeighedCost least;
  for (std::uint32_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].weight == 0) continue;
    const Load load = loads.of(candidates[i].destination);
    if (load.overloaded) continue;
    const WeighedCost its{cost(load), candidates[i].weight};
    if (best && !its.is_below(least)) continue;
    best = i;
    least = its;
  }
  return best;
}

}  // namespace drover::balance
