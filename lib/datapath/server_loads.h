// SPDX-License-Identifier: BSD-3-Clause
// The connections of real servers as one worker knows them: its own as they are, those of the other
// workers as they were a few milliseconds ago.
#pragma once

#include <algorithm>
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
  ServerLoads(const Snapshot& snapshot, WorkerId worker)
      : Loads(snapshot.any_thresholds), snapshot_(snapshot), worker_(worker) {}

  balance::Load of(DestinationId id) const override {
    const Destination& destination = snapshot_.destinations[id.value()];
    DestinationCounters& counters = destination.counters[worker_.value()];
    if (destination.has_thresholds)
      counters.overload.follow(total(counters),
                               snapshot_.destination_details[id.value()].thresholds);
    balance::Load load{
        .active = static_cast<std::uint32_t>(counters.active.value()) + counters.others_active,
        .inactive =
            static_cast<std::uint32_t>(counters.inactive.value()) + counters.others_inactive,
        .overloaded = destination.has_thresholds && counters.overload};
    if (destination.warming) [[unlikely]]
      fill_up(load, snapshot_.destination_details[id.value()].share);
    return load;
  }

 private:
  // A server that warms up is to have its share of the connections that others have: so many count
  // as a whole server's.
  static void fill_up(balance::Load& load, std::uint8_t share) {
    for (std::uint32_t* count : {&load.active, &load.inactive})
      *count = static_cast<std::uint32_t>(
          std::min<std::uint64_t>(std::uint64_t{*count} * full_share / share, UINT32_MAX));
  }

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
