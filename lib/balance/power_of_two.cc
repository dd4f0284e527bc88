// SPDX-License-Identifier: BSD-3-Clause
// IPVS's twos: two servers drawn by weight; the one of them with fewer connections for its weight.
#include "lib/balance/least_loaded.h"
#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

class PowerOfTwo : public StatelessScheduler {
  using StatelessScheduler::StatelessScheduler;

  bool needs_loads() const override { return true; }
  std::optional<std::uint32_t> pick_for(const NewConnection& connection) const override {
    std::uint64_t total = 0;
    for (std::uint32_t i = 0; i < count(); ++i)
      if (usable(i, connection)) total += candidates()[i].weight;
    if (total == 0) return std::nullopt;
    const std::uint32_t first = draw(connection, connection.random >> 32U, total);
    const std::uint32_t second = draw(connection, connection.random & UINT32_MAX, total);
    return cost(second, connection).is_below(cost(first, connection)) ? second : first;
  }

  // From 0 to the total weight, both included, as IPVS draws: the first server has a little more.
  std::uint32_t draw(const NewConnection& connection, std::uint64_t random,
                     std::uint64_t total) const {
    auto left = static_cast<std::int64_t>(random * (total + 1) >> 32U);
    std::uint32_t drawn = 0;
    for (std::uint32_t i = 0; i < count(); ++i) {
      if (!usable(i, connection)) continue;
      drawn = i;
      left -= candidates()[i].weight;
      if (left <= 0) break;
    }
    return drawn;
  }
  WeighedCost cost(std::uint32_t index, const NewConnection& connection) const {
    return {overhead(load(index, connection)), candidates()[index].weight};
  }
};

}  // namespace

std::unique_ptr<const Scheduler> make_power_of_two(SchedulerSettings settings) {
  return std::make_unique<PowerOfTwo>(std::move(settings));
}

}  // namespace drover::balance
