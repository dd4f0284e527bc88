// SPDX-License-Identifier: BSD-3-Clause
// Which datagrams of one stream have come, by their sequence numbers: a window as that of IPsec
// (RFC 4303, 3.4.3). What leaves it unseen is lost. Pure.
#pragma once

#include <bit>
#include <cstdint>

namespace drover::failover {

class SequenceWindow {
 public:
  // Datagrams that come in another order than they were sent are taken within so many.
  static constexpr unsigned size = 64;

  bool has_begun() const { return begun_; }
  // What came up to here is none of our business.
  void begin(std::uint64_t sequence) {
    begun_ = true;
    highest_ = sequence;
    seen_ = ~std::uint64_t{0};
  }
  // False: this one has come already, or it is too old to tell. The first one begins the window.
  bool take(std::uint64_t sequence) {
    if (sequence == 0) return false;
    if (!begun_) {
      begin(sequence);
      return true;
    }
    if (sequence <= highest_) {
      const std::uint64_t age = highest_ - sequence;
      if (age >= size || (seen_ >> age & 1U) != 0) return false;
      seen_ |= std::uint64_t{1} << age;
      return true;
    }
    move_to(sequence);
    seen_ |= 1U;
    return true;
  }
  // It has begun. Those up to `sequence` that have not come are taken for lost, and are not taken
  // if they come.
  void miss_up_to(std::uint64_t sequence) {
    if (sequence > highest_) move_to(sequence);
    if (highest_ - sequence >= size) return;
    const std::uint64_t given_up = ~std::uint64_t{0} << (highest_ - sequence);
    lost_ += static_cast<unsigned>(std::popcount(~seen_ & given_up));
    seen_ |= given_up;
  }
  // Since the window was made.
  std::uint64_t lost() const { return lost_; }

 private:
  void move_to(std::uint64_t sequence) {
    const std::uint64_t step = sequence - highest_;
    if (step >= size) {
      lost_ += size - static_cast<unsigned>(std::popcount(seen_)) + step - size;
      seen_ = 0;
    } else {
      lost_ += step - static_cast<unsigned>(std::popcount(seen_ >> (size - step)));
      seen_ <<= step;
    }
    highest_ = sequence;
  }

  bool begun_ = false;
  std::uint64_t highest_ = 0;
  std::uint64_t seen_ = 0;  // bit i: highest_ - i has been seen
  std::uint64_t lost_ = 0;
};

}  // namespace drover::failover
