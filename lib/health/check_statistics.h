// SPDX-License-Identifier: BSD-3-Clause
// What a check's runs were like, for metrics. Control thread only.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "lib/health/outcome.h"

namespace drover::health {

struct CheckStatistics {
  // Upper bounds of the histogram's buckets in seconds; the last bucket has none.
  static constexpr std::array<double, 12> bounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                    0.05,   0.1,   0.25,   0.5,   1,    5};

  std::array<std::uint64_t, bounds.size() + 1> buckets{};  // runs, each in one bucket
  double seconds = 0;                                      // sum
  std::uint64_t good = 0;
  std::uint64_t wrong = 0;
  std::uint64_t unreachable = 0;
  std::uint64_t not_run = 0;  // in no bucket

  void add(Outcome::Kind kind, std::chrono::duration<double> took) {
    if (kind == Outcome::Kind::not_run) {
      ++not_run;
      return;
    }
    const auto* bucket = std::lower_bound(bounds.begin(), bounds.end(), took.count());
    ++buckets[static_cast<std::size_t>(bucket - bounds.begin())];
    seconds += took.count();
    ++(kind == Outcome::Kind::good ? good : kind == Outcome::Kind::wrong ? wrong : unreachable);
  }
};

}  // namespace drover::health
