// SPDX-License-Identifier: BSD-3-Clause
// Times two forwarders by turns, so that what else the machine does hits both.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace drover::bench {

// One side of a comparison: treats this many packets.
using Run = std::function<void(std::uint64_t packets)>;

struct Paired {
  // Nanoseconds a packet of the thread's own processor time, a figure a round.
  std::vector<double> one;
  std::vector<double> other;
  // The other's time over that of the one, round by round, ascending.
  std::vector<double> ratios;
};

// Alternates, and which comes first alternates, too; a round of each is run before and not counted.
Paired measure(const Run& one, const Run& other, unsigned rounds, std::uint64_t packets);

double median(std::vector<double> values);

}  // namespace drover::bench
