// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/flap_damping.h"

#include <algorithm>

namespace drover::health {

void FlapDamping::went_down(TimePoint now) {
  flaps_ = back_since_ && now - *back_since_ < most_ ? flaps_ + 1 : 0;
  back_since_.reset();
  down_since_ = now;
}

FlapDamping::Duration FlapDamping::hold_down() const {
  if (flaps_ == 0) return Duration::zero();
  Duration hold = first_;
  for (unsigned i = 1; i < flaps_ && hold < most_; ++i) hold *= 2;
  return std::min(hold, most_);
}

}  // namespace drover::health
