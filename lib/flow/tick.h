// SPDX-License-Identifier: BSD-3-Clause
// Coarse time: quarters of a second, modulo 2^19 (36.4 hours), as a connection stores it.
//
// A time-out is at most 24 hours. What lies more than that ahead of `now` is therefore in the past,
// so an expiry stays recognisable for 12.4 hours; a sweep must pass every entry within that time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ratio>

namespace drover::flow {

using Ticks = std::chrono::duration<std::uint32_t, std::ratio<1, 4>>;

inline constexpr Ticks longest_timeout = std::chrono::hours(24);

// Rounded up and bounded by `longest_timeout`; nothing negative.
template <class Rep, class Period>
constexpr Ticks to_ticks(std::chrono::duration<Rep, Period> duration) {
  using Given = std::chrono::duration<Rep, Period>;
  if (duration <= Given::zero()) return Ticks::zero();
  if (duration >= std::chrono::duration_cast<Given>(longest_timeout)) return longest_timeout;
  return std::chrono::ceil<Ticks>(duration);
}

class Tick {
 public:
  static constexpr unsigned bits = 19;
  static constexpr std::uint32_t mask = (1U << bits) - 1;

  constexpr Tick() = default;
  constexpr explicit Tick(std::uint32_t value) : value_(value & mask) {}
  // Of a monotonic clock.
  static constexpr Tick from_nanoseconds(std::uint64_t nanoseconds) {
    return Tick(static_cast<std::uint32_t>(nanoseconds / 250'000'000U));
  }

  constexpr std::uint32_t value() const { return value_; }
  friend constexpr Tick operator+(Tick tick, Ticks ticks) {
    return Tick(tick.value_ + ticks.count());
  }
  // From `earlier` on to `later`; no sign.
  friend constexpr Ticks operator-(Tick later, Tick earlier) {
    return Ticks((later.value_ - earlier.value_) & mask);
  }
  friend constexpr bool operator==(Tick, Tick) = default;

 private:
  std::uint32_t value_ = 0;
};

// Once `now` has passed `expires`: up to a quarter of a second late, never early.
constexpr bool expired(Tick expires, Tick now) {
  return expires - now > longest_timeout;
}

// Until `expires`; 0 when it has passed.
constexpr Ticks remaining(Tick expires, Tick now) {
  return expired(expires, now) ? Ticks::zero() : expires - now;
}

}  // namespace drover::flow
