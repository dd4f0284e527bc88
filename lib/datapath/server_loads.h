// SPDX-License-Identifier: BSD-3-Clause
// The connections of real servers as one worker knows them: its own as they are, those of the other
// workers as they were a few milliseconds ago.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lib/balance/scheduler.h"
#include "lib/datapath/snapshot.h"

namespace drover::datapath {

// Active and inactive.
inline std::uint64_t total(const DestinationCounters& counters) {
  return counters.active.value() + counters.others_active + counters.inactive.value() +
         counters.others_inactive;
}

// As schedulers see them. A short-lived view.
class ServerLoads final : public balance::Loads {
 public:
  ServerLoads(const Snapshot& snapshot, WorkerId worker) : snapshot_(snapshot), worker_(worker) {}

  balance::Load of(DestinationId id) const override {
    const Destination& destination = snapshot_.destinations[id.value()];
    DestinationCounters& counters = destination.counters[worker_.value()];
    if (destination.has_thresholds)
      counters.overload.follow(total(counters),
                               snapshot_.destination_details[id.value()].thresholds);
    return {.active = static_cast<std::uint32_t>(counters.active.value()) + counters.others_active,
            .inactive =
                static_cast<std::uint32_t>(counters.inactive.value()) + counters.others_inactive,
            .overloaded = destination.has_thresholds && counters.overload};
  }

 private:
  const Snapshot& snapshot_;
  WorkerId worker_;
};

// Reads the other workers' counts, some servers a turn, each at least every `period`.
class LoadRefresh {
 public:
  static constexpr std::uint64_t period = 5'000'000;  // nanoseconds

  void turn(const Snapshot& snapshot, WorkerId worker, std::uint64_t now);

 private:
  std::size_t cursor_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace drover::datapath
