// SPDX-License-Identifier: BSD-3-Clause
// Lets through at most so many events a second, with bursts of at most a tenth of that.
#pragma once

#include <algorithm>
#include <cstdint>

namespace drover {

class TokenBucket {
 public:
  // Starts full. A rate of 0 lets nothing through.
  void set_rate(std::uint64_t per_second) {
    if (per_second == per_second_) return;
    per_second_ = per_second;
    nanotokens_ = capacity();
  }
  // `now` in nanoseconds, never going backwards.
  bool take(std::uint64_t now) {
    const std::uint64_t elapsed = std::min(now - last_, second);
    last_ = now;
    nanotokens_ = std::min(capacity(), nanotokens_ + elapsed * per_second_);
    if (nanotokens_ < second) return false;
    nanotokens_ -= second;
    return true;
  }

 private:
  static constexpr std::uint64_t second = 1'000'000'000;  // nanoseconds, and nanotokens in a token
  std::uint64_t capacity() const {
    return per_second_ == 0 ? 0 : std::max<std::uint64_t>(per_second_ / 10, 1) * second;
  }

  std::uint64_t per_second_ = 0;
  std::uint64_t nanotokens_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace drover
