// SPDX-License-Identifier: BSD-3-Clause
// IPVS's ovf: the heaviest server that has at most as many active connections as its weight says.
#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

class Overflow : public StatelessScheduler {
  using StatelessScheduler::StatelessScheduler;

  bool needs_loads() const override { return true; }
  std::optional<std::uint32_t> pick_for(const NewConnection& connection) const override {
    std::optional<std::uint32_t> best;
    std::uint32_t most = 0;
    for (std::uint32_t i = 0; i < count(); ++i) {
      const std::uint32_t weight = candidates()[i].weight;
      if (weight <= most) continue;
      const Load its = load(i, connection);
      if (its.overloaded || its.active > weight) continue;
      best = i;
      most = weight;
    }
    return best;
  }
};

}  // namespace

std::unique_ptr<const Scheduler> make_overflow(SchedulerSettings settings) {
  return std::make_unique<Overflow>(std::move(settings));
}

}  // namespace drover::balance
