// SPDX-License-Identifier: BSD-3-Clause
// IPVS's nq: the first idle server; when none is idle, as sed.
#include "lib/balance/least_loaded.h"
#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

class NeverQueue : public StatelessScheduler {
  using StatelessScheduler::StatelessScheduler;

  bool needs_loads() const override { return true; }
  std::optional<std::uint32_t> pick_for(const NewConnection& connection) const override {
    std::optional<std::uint32_t> best;
    WeighedCost least;
    for (std::uint32_t i = 0; i < count(); ++i) {
      if (candidates()[i].weight == 0) continue;
      const Load its = load(i, connection);
      if (its.overloaded) continue;
      if (its.active == 0) return i;
      const WeighedCost delay{std::uint64_t{its.active} + 1, candidates()[i].weight};
      if (best && !delay.is_below(least)) continue;
      best = i;
      least = delay;
    }
    return best;
  }
};

}  // namespace

std::unique_ptr<const Scheduler> make_never_queue(SchedulerSettings settings) {
  return std::make_unique<NeverQueue>(std::move(settings));
}

}  // namespace drover::balance
