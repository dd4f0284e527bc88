// SPDX-License-Identifier: BSD-3-Clause
// Notices a worker that does not turn any more: a hung thread forwards nothing while the control
// thread looks well. Pure; the counters of turns are looked at once a second or so.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace drover::control {

class WorkerWatch {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  // Longer than any pause of a worker, and than the kernel may keep it from its core.
  static constexpr std::chrono::seconds patience{3};

  // `turns` of each worker, by WorkerId.
  void look(std::span<const std::uint64_t> turns, TimePoint now);

  // Those that had not moved for `patience` at the last look.
  const std::vector<std::size_t>& stuck() const { return stuck_; }
  // The same as a sentence; empty when all move.
  std::string complaint() const;

 private:
  struct Seen {
    std::uint64_t turns = 0;
    TimePoint moved;
  };
  std::vector<Seen> seen_;
  std::vector<std::size_t> stuck_;
};

}  // namespace drover::control
