// SPDX-License-Identifier: BSD-3-Clause
// A server that has come back gets a share of its connections that grows evenly until it is warm.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace drover::health {

class WarmUp {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr unsigned steps = 32;  // the share is a multiple of 1/steps, at least one

  void start(TimePoint now, std::chrono::milliseconds length) {
    start_ = now;
    length_ = length;
  }
  void stop() { length_ = {}; }

  // 1 to `steps`; `steps`: warm.
  unsigned share(TimePoint now) const;
  // When the share grows next; none: it is warm.
  std::optional<TimePoint> next_step(TimePoint now) const;

 private:
  TimePoint start_;
  std::chrono::milliseconds length_{};
};

}  // namespace drover::health
