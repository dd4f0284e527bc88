// SPDX-License-Identifier: BSD-3-Clause
// From single results to a state: `rise` good ones in a row and it is up, `fall` bad ones and it is
// down. The first result of all decides at once.
#pragma once

#include <cstdint>

namespace drover::health {

enum class State : std::uint8_t { unknown, up, down };

class RiseAndFall {
 public:
  // Both at least 1.
  RiseAndFall(unsigned rise, unsigned fall) : rise_(rise), fall_(fall) {}

  State state() const { return state_; }
  // Down, or about to change: `fast_interval` applies.
  bool is_failing() const { return state_ == State::down || contrary_ > 0; }

  // True: the state has changed.
  bool take(bool good);

 private:
  unsigned rise_;
  unsigned fall_;
  unsigned contrary_ = 0;  // results in a row that disagree with the state
  State state_ = State::unknown;
};

}  // namespace drover::health
