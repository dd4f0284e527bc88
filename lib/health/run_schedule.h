// SPDX-License-Identifier: BSD-3-Clause
// When a check runs. Pure: time and chance come in.
#pragma once

#include <chrono>
#include <cstdint>

#include "lib/config/check.h"

namespace drover::health {

using TimePoint = std::chrono::steady_clock::time_point;

// Checks that begin together start a quarter of a millisecond apart.
inline TimePoint first_run(TimePoint now, std::size_t index) {
  return now + std::chrono::microseconds(250 * index);
}

// After a run that began at `began`: up to a tenth of the interval early, so that checks spread
// out, never late. `random`: any bits.
TimePoint next_run(const config::Check& check, TimePoint began, bool failing, std::uint64_t random);

}  // namespace drover::health
