// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/worker_watch.h"

#include <fmt/ranges.h>

namespace drover::control {

void WorkerWatch::look(std::span<const std::uint64_t> turns, TimePoint now) {
  stuck_.clear();
  for (std::size_t i = 0; i < turns.size(); ++i) {
    if (i == seen_.size()) seen_.push_back({turns[i], now});
    Seen& seen = seen_[i];
    if (turns[i] != seen.turns) seen = {turns[i], now};
    if (now - seen.moved >= patience) stuck_.push_back(i);
  }
}

std::string WorkerWatch::complaint() const {
  if (stuck_.empty()) return {};
  return fmt::format("worker {} has not moved for {} s", fmt::join(stuck_, ", "), patience.count());
}

}  // namespace drover::control
