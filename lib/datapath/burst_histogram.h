// SPDX-License-Identifier: BSD-3-Clause
// How many frames the bursts had: how close a worker is to its limit, since full bursts mean that
// frames wait. One add a burst; the same rules as Counter's.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "lib/base/counter.h"

namespace drover::datapath {

class BurstHistogram {
 public:
  // Bursts of at most so many frames, and more than the bound before: 1, 2, 4, 8, 16, 32.
  static constexpr std::size_t buckets = 6;
  static constexpr unsigned bound(std::size_t bucket) { return 1U << bucket; }

  // The worker only; `frames` from 1 to bound(buckets - 1).
  void add(unsigned frames) { counts_[bucket_of(frames)].add(1); }

  std::uint64_t count(std::size_t bucket) const { return counts_[bucket].value(); }
  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const Counter& count : counts_) sum += count.value();
    return sum;
  }

 private:
  static std::size_t bucket_of(unsigned frames) {
    return static_cast<std::size_t>(std::bit_width(frames - 1));
  }

  std::array<Counter, buckets> counts_;
};

}  // namespace drover::datapath
