// SPDX-License-Identifier: BSD-3-Clause
// IPVS's rr: the next server in the list, whatever its weight, as long as that is not 0.
#include <algorithm>

#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

struct Pointer : SchedulerState {
  explicit Pointer(std::uint32_t worker) : position(worker) {}
  DestinationId last;
  std::uint32_t position;        // of the last pick; before it, where to start
  std::uint32_t generation = 0;  // of the candidates that `position` counts in; 0: no pick yet
};

class RoundRobin : public SchedulerWithState<Pointer> {
  using SchedulerWithState::SchedulerWithState;

  std::optional<std::uint32_t> pick_next(Pointer& pointer,
                                         const NewConnection& connection) const override {
    if (count() == 0) return std::nullopt;
    std::uint32_t position = first_to_try(pointer);
    for (std::uint32_t tried = 0; tried < count(); ++tried) {
      if (usable(position, connection)) {
        pointer.last = candidates()[position].destination;
        pointer.position = position;
        pointer.generation = settings().generation;
        return position;
      }
      position = position + 1 == count() ? 0 : position + 1;
    }
    return std::nullopt;
  }

  // Behind the last pick. When the servers have changed since, it is looked up by its id; when it
  // is gone, its successor stands where it stood.
  std::uint32_t first_to_try(const Pointer& pointer) const {
    if (pointer.generation == 0) return pointer.position % count();
    if (pointer.generation == settings().generation) return (pointer.position + 1) % count();
    const auto last = std::ranges::find(candidates(), pointer.last, &Candidate::destination);
    if (last == candidates().end()) return pointer.position % count();
    return (static_cast<std::uint32_t>(last - candidates().begin()) + 1) % count();
  }
};

}  // namespace

std::unique_ptr<const Scheduler> make_round_robin(SchedulerSettings settings) {
  return std::make_unique<RoundRobin>(std::move(settings));
}

}  // namespace drover::balance
