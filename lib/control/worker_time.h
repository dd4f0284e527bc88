// SPDX-License-Identifier: BSD-3-Clause
// From the workers' clock to the time of day.
#pragma once

#include <chrono>
#include <cstdint>

#include "lib/datapath/tsc_clock.h"

namespace drover::control {

class WorkerTime {
 public:
  // Nanoseconds since 1970; `time` is a worker's, of late.
  std::uint64_t since_1970(std::uint64_t time) const {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count()) -
           (clock_.nanoseconds() - time);
  }

 private:
  datapath::TscClock clock_;
};

}  // namespace drover::control
