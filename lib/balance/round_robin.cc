// SPDX-License-Identifier: BSD-3-Clause
#include "lib/balance/round_robin.h"

#include <algorithm>

namespace drover::balance {

std::optional<std::uint32_t> RoundRobin::pick(SchedulerState& state) const {
  const auto& candidates = settings_.candidates;
  const auto count = static_cast<std::uint32_t>(candidates.size());
  if (count == 0) return std::nullopt;

  std::uint32_t position = first_to_try(state);
  for (std::uint32_t tried = 0; tried < count; ++tried) {
    if (candidates[position].weight > 0) {
      state = {candidates[position].destination, position, settings_.generation};
      return position;
    }
    position = position + 1 == count ? 0 : position + 1;
  }
  return std::nullopt;
}

// Behind the last pick. When the servers have changed since, it is looked up by its id; when it is
// gone, its successor stands where it stood.
std::uint32_t RoundRobin::first_to_try(const SchedulerState& state) const {
  const auto& candidates = settings_.candidates;
  const auto count = static_cast<std::uint32_t>(candidates.size());
  if (state.generation == 0) return state.position % count;
  if (state.generation == settings_.generation) return (state.position + 1) % count;
  const auto last = std::ranges::find(candidates, state.last_destination, &Candidate::destination);
  if (last == candidates.end()) return state.position % count;
  return (static_cast<std::uint32_t>(last - candidates.begin()) + 1) % count;
}

}  // namespace drover::balance
