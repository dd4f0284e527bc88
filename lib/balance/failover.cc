// SPDX-License-Identifier: BSD-3-Clause
// IPVS's fo: the heaviest server; the others only stand by.
#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

class Failover : public StatelessScheduler {
  using StatelessScheduler::StatelessScheduler;

  std::optional<std::uint32_t> pick_for(const NewConnection& connection) const override {
    std::optional<std::uint32_t> best;
    std::uint32_t most = 0;
    for (std::uint32_t i = 0; i < count(); ++i) {
      if (candidates()[i].weight <= most || !usable(i, connection)) continue;
      best = i;
      most = candidates()[i].weight;
    }
    return best;
  }
};

}  // namespace

std::unique_ptr<const Scheduler> make_failover(SchedulerSettings settings) {
  return std::make_unique<Failover>(std::move(settings));
}

}  // namespace drover::balance
