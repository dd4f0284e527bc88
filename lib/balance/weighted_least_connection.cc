// SPDX-License-Identifier: BSD-3-Clause
// IPVS's wlc: the server with the fewest connections for its weight.
#include "lib/balance/least_loaded.h"
#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

class WeightedLeastConnection : public StatelessScheduler {
  using StatelessScheduler::StatelessScheduler;

  bool needs_loads() const override { return true; }
  std::optional<std::uint32_t> pick_for(const NewConnection& connection) const override {
    return least_loaded(candidates(), connection.loads, overhead);
  }
};

}  // namespace

std::unique_ptr<const Scheduler> make_weighted_least_connection(SchedulerSettings settings) {
  return std::make_unique<WeightedLeastConnection>(std::move(settings));
}

}  // namespace drover::balance
