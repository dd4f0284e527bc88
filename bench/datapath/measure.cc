// SPDX-License-Identifier: BSD-3-Clause
#include "bench/datapath/measure.h"

#include <time.h>

#include <algorithm>

namespace drover::bench {
namespace {

double thread_nanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double nanoseconds_a_packet(const Run& run, std::uint64_t packets) {
  const double before = thread_nanoseconds();
  run(packets);
  return (thread_nanoseconds() - before) / static_cast<double>(packets);
}

}  // namespace

Paired measure(const Run& one, const Run& other, unsigned rounds, std::uint64_t packets) {
  one(packets);
  other(packets);
  Paired paired;
  for (unsigned round = 0; round < rounds; ++round) {
    double first = 0;
    double second = 0;
    if (round % 2 == 0) {
      first = nanoseconds_a_packet(one, packets);
      second = nanoseconds_a_packet(other, packets);
    } else {
      second = nanoseconds_a_packet(other, packets);
      first = nanoseconds_a_packet(one, packets);
    }
    paired.one.push_back(first);
    paired.other.push_back(second);
    paired.ratios.push_back(second / first);
  }
  std::ranges::sort(paired.ratios);
  return paired;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace drover::bench
