// SPDX-License-Identifier: BSD-3-Clause
// IPVS's lc: the server with the fewest connections, whatever its weight, as long as that is not 0.
#include "lib/balance/least_loaded.h"
#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

class LeastConnection : public StatelessScheduler {
  using StatelessScheduler::StatelessScheduler;

  bool needs_loads() const override { return true; }
  std::optional<std::uint32_t> pick_for(const NewConnection& connection) const override {
    std::optional<std::uint32_t> best;
    std::uint64_t least = 0;
    for (std::uint32_t i = 0; i < count(); ++i) {
      if (candidates()[i].weight == 0) continue;
      const Load its = load(i, connection);
      if (its.overloaded || (best && overhead(its) >= least)) continue;
      best = i;
      least = overhead(its);
    }
    return best;
  }
};

}  // namespace

std::unique_ptr<const Scheduler> make_least_connection(SchedulerSettings settings) {
  return std::make_unique<LeastConnection>(std::move(settings));
}

}  // namespace drover::balance
