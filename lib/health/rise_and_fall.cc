// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/rise_and_fall.h"

namespace drover::health {

bool RiseAndFall::take(bool good) {
  const State said = good ? State::up : State::down;
  if (said == state_) {
    contrary_ = 0;
    return false;
  }
  ++contrary_;
  if (state_ != State::unknown && contrary_ < (good ? rise_ : fall_)) return false;
  state_ = said;
  contrary_ = 0;
  return true;
}

}  // namespace drover::health
