// SPDX-License-Identifier: BSD-3-Clause
// A server that comes up and goes down again soon is kept down for a while, twice as long each
// time.
#pragma once

#include <chrono>
#include <optional>

namespace drover::health {

class FlapDamping {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::milliseconds;

  // `most` bounds the hold-down, and a server that was up for so long has not flapped.
  // `first` zero: nothing is held.
  FlapDamping(Duration first, Duration most) : first_(first), most_(most) {}

  void set(Duration first, Duration most) {
    first_ = first;
    most_ = most;
  }

  // It came back after it had been down.
  void came_back(TimePoint now) { back_since_ = now; }
  void went_down(TimePoint now);

  unsigned flaps() const { return flaps_; }
  // Since it went down last; zero: it may come back as soon as its checks hold.
  Duration hold_down() const;
  TimePoint held_until() const { return down_since_ + hold_down(); }

 private:
  Duration first_;
  Duration most_;
  unsigned flaps_ = 0;
  std::optional<TimePoint> back_since_;
  TimePoint down_since_;
};

}  // namespace drover::health
