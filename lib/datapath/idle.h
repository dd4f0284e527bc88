// SPDX-License-Identifier: BSD-3-Clause
// How long a worker that finds no frames sleeps before it looks again.
#pragma once

#include <algorithm>
#include <chrono>

namespace drover::datapath {

// After a second's part without a frame, ever longer sleeps up to `longest`: an idle worker then
// takes a few percent of a core, and the first frame after a pause waits that long at most.
class AdaptiveIdle {
 public:
  using Microseconds = std::chrono::microseconds;
  static constexpr unsigned polls_before_sleep = 256;
  static constexpr Microseconds shortest{20};
  static constexpr Microseconds longest{1000};

  void worked() {
    empty_polls_ = 0;
    next_ = shortest;
  }
  // After a turn without work; 0: poll again at once.
  Microseconds pause() {
    if (empty_polls_ < polls_before_sleep) {
      ++empty_polls_;
      return Microseconds::zero();
    }
    const Microseconds now = next_;
    next_ = std::min(longest, next_ + next_ / 4 + Microseconds(1));
    return now;
  }

 private:
  unsigned empty_polls_ = 0;
  Microseconds next_ = shortest;
};

}  // namespace drover::datapath
