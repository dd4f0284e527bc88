// SPDX-License-Identifier: BSD-3-Clause
// IPVS's sed: the server that would have the fewest active connections for its weight if it got
// this one, too.
#include "lib/balance/least_loaded.h"
#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

class ShortestExpectedDelay : public StatelessScheduler {
  using StatelessScheduler::StatelessScheduler;

  bool needs_loads() const override { return true; }
  std::optional<std::uint32_t> pick_for(const NewConnection& connection) const override {
    return least_loaded(candidates(), connection.loads,
                        [](const Load& load) { return std::uint64_t{load.active} + 1; });
  }
};

}  // namespace

std::unique_ptr<const Scheduler> make_shortest_expected_delay(SchedulerSettings settings) {
  return std::make_unique<ShortestExpectedDelay>(std::move(settings));
}

}  // namespace drover::balance
