// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/plant.h"

#include <fmt/format.h>

namespace drover::control {

std::vector<std::uint64_t> turns_of(const Plant& plant) {
  std::vector<std::uint64_t> turns;
  for (const PlantWorker& worker : plant.workers) turns.push_back(worker.counters->turns.value());
  return turns;
}

std::string why_not_ready(const Plant& plant) {
  for (std::size_t id = 0; id < plant.workers.size(); ++id)
    if (plant.workers[id].counters->snapshot_generation.value() == 0)
      return fmt::format("worker {} has not begun to forward", id);
  return {};
}

}  // namespace drover::control
