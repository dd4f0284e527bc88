// SPDX-License-Identifier: BSD-3-Clause
// IPVS's lblc: all to one server until that is busy, then to the one with the fewest connections
// for its weight from then on. As there, a threshold does not take a server its place.
#include "lib/balance/locality.h"

#include "lib/balance/least_loaded.h"
#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

struct Cached : SchedulerState {
  explicit Cached(std::uint32_t) {}
  std::optional<IpAddress> server;
  std::uint64_t used = 0;
};

class Locality : public SchedulerWithState<Cached> {
  using SchedulerWithState::SchedulerWithState;

  bool needs_loads() const override { return true; }
  std::optional<std::uint32_t> pick_next(Cached& cached,
                                         const NewConnection& connection) const override {
    if (cached.server && connection.now - cached.used < locality_expiry) {
      cached.used = connection.now;
      const auto index = index_of(candidates(), *cached.server);
      if (index && candidates()[*index].weight > 0 &&
          !is_busy(candidates(), *index, connection.loads))
        return index;
    }
    const auto index = least_loaded(candidates(), connection.loads, overhead);
    if (!index) return std::nullopt;
    cached.server = candidates()[*index].address;
    cached.used = connection.now;
    return index;
  }
};

}  // namespace

std::unique_ptr<const Scheduler> make_locality(SchedulerSettings settings) {
  return std::make_unique<Locality>(std::move(settings));
}

}  // namespace drover::balance
