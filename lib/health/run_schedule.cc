// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/run_schedule.h"

namespace drover::health {

TimePoint next_run(const config::Check& check, TimePoint began, bool failing,
                   std::uint64_t random) {
  const std::chrono::nanoseconds interval =
      failing ? check.fast_interval.value_or(check.interval) : check.interval;
  const auto most_early = static_cast<std::uint64_t>(interval.count() / 10);
  return began + interval - std::chrono::nanoseconds(random % (most_early + 1));
}

}  // namespace drover::health
