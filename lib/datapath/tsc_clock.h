// SPDX-License-Identifier: BSD-3-Clause
// Nanoseconds from the processor's time stamp counter: a few cycles a reading, no system call.
#pragma once

#include <rte_cycles.h>

#include <cstdint>

namespace drover::datapath {

class TscClock {
 public:
  // After rte_eal_init, which measures the counter's rate.
  TscClock() : nanoseconds_per_cycle_((std::uint64_t{1'000'000'000} << shift) / rte_get_tsc_hz()) {}

  std::uint64_t nanoseconds() const {
    __extension__ using Product = unsigned __int128;
    return static_cast<std::uint64_t>(Product{rte_rdtsc()} * nanoseconds_per_cycle_ >> shift);
  }

 private:
  static constexpr unsigned shift = 32;
  std::uint64_t nanoseconds_per_cycle_;  // times 2^shift
};

}  // namespace drover::datapath
