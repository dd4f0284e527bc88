// SPDX-License-Identifier: BSD-3-Clause
// A priority that follows what is tracked: a link, the share of healthy servers, a script. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace drover::failover {

// Something tracked, and what its failure takes from the priority; 0: the node gives up at once.
struct TrackedThing {
  bool failed = false;
  std::uint8_t weight = 0;
};

struct TrackedPriority {
  bool fault = false;  // something without a weight has failed
  std::uint8_t priority = 0;
};

// Stays within 1 and 254, but for the owner's 255, which nothing lowers.
constexpr TrackedPriority tracked_priority(std::uint8_t base,
                                           std::span<const TrackedThing> things) {
  constexpr std::uint8_t owner = 255;
  int priority = base;
  bool fault = false;
  for (const TrackedThing& thing : things) {
    if (!thing.failed) continue;
    priority -= thing.weight;
    fault |= thing.weight == 0;
  }
  if (base == owner) return {.fault = fault, .priority = owner};
  return {.fault = fault,
          .priority = static_cast<std::uint8_t>(std::clamp(priority, 1, owner - 1))};
}

}  // namespace drover::failover
