// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/warm_up.h"

#include <algorithm>

namespace drover::health {

unsigned WarmUp::share(TimePoint now) const {
  if (now - start_ >= length_) return steps;
  const auto step = std::chrono::nanoseconds(length_) / steps;
  const auto done = std::max<std::chrono::nanoseconds>(now - start_, {}) / step;
  return static_cast<unsigned>(std::clamp<std::int64_t>(done, 1, steps));
}

std::optional<WarmUp::TimePoint> WarmUp::next_step(TimePoint now) const {
  const unsigned at = share(now);
  if (at == steps) return std::nullopt;
  return std::min(start_ + length_, start_ + std::chrono::nanoseconds(length_) / steps * (at + 1));
}

}  // namespace drover::health
