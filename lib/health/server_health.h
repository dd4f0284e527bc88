// SPDX-License-Identifier: BSD-3-Clause
// The health of a real server of a virtual service: what its checks say together, how it comes back
// after it was down. Pure: time comes in.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "lib/health/flap_damping.h"
#include "lib/health/outcome.h"
#include "lib/health/rise_and_fall.h"
#include "lib/health/warm_up.h"

namespace drover::health {

// What all checks of a server say together.
struct Reading {
  State state = State::up;
  bool unreachable = false;  // of a down one
  std::string reason;        // of a down one
};

class ServerHealth {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  struct Settings {
    std::chrono::milliseconds warm_up{};  // zero: warm at once
    std::chrono::milliseconds hold_down{};
    std::chrono::milliseconds longest_hold_down{};
  };

  explicit ServerHealth(TimePoint now) : since_(now) {}

  // True: the state is another one now. `cold`: a server that is new warms up, too.
  bool update(const Reading& reading, const Settings& settings, bool cold, TimePoint now);

  State state() const { return state_; }
  bool unreachable() const { return unreachable_; }
  bool is_held() const { return held_; }
  // Why it is down: what its checks say, or how long it is held.
  std::string reason(TimePoint now) const;
  TimePoint since() const { return since_; }
  unsigned flaps() const { return damping_.flaps(); }
  unsigned share(TimePoint now) const { return warm_up_.share(now); }
  // When, with the same reading, update() or share() would have another result.
  std::optional<TimePoint> next_change(TimePoint now) const;

 private:
  void go(State state, TimePoint now);

  State state_ = State::unknown;
  TimePoint since_;
  bool unreachable_ = false;
  bool held_ = false;  // its checks hold, but it has flapped
  std::string reason_;
  FlapDamping damping_{{}, {}};
  WarmUp warm_up_;
};

}  // namespace drover::health
