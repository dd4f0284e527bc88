// SPDX-License-Identifier: BSD-3-Clause
// How a worker reaches the others.
#pragma once

#include <rte_mbuf.h>

#include <utility>
#include <vector>

#include "lib/datapath/counters.h"
#include "lib/datapath/crossing.h"

namespace drover::datapath {

class Peers {
 public:
  // `crossings` of all workers, by WorkerId.
  Peers(std::vector<Crossing*> crossings, WorkerId self, WorkerCounters& counters)
      : crossings_(std::move(crossings)), self_(self), counters_(counters) {}

  // The worker behind `self`, the first one behind the last.
  WorkerId next() const {
    const auto behind = static_cast<std::uint16_t>(self_.value() + 1);
    return behind < crossings_.size() ? WorkerId(behind) : WorkerId(0);
  }
  bool alone() const { return crossings_.size() < 2; }
  // The worker whose business something of this hash is; the same for all of them.
  WorkerId owner_of(std::uint64_t hash) const {
    return alone() ? self_ : WorkerId(static_cast<std::uint16_t>((hash >> 32) % crossings_.size()));
  }

  // Takes the frame. False when the other worker's ring is full; the frame is then dropped and
  // counted.
  bool hand(WorkerId to, const Handover& handover) {
    if (crossings_[to.value()]->handovers.push(handover)) {
      counters_.handovers.add(1);
      return true;
    }
    if (handover.frame != nullptr) {
      rte_pktmbuf_free(handover.frame);
      counters_.count(Verdict::handover_full);
    }
    return false;
  }
  // A word without a frame, to all others. Lost where a ring is full.
  void tell_all(const Handover& word) {
    const auto workers = static_cast<std::uint16_t>(crossings_.size());
    for (std::uint16_t i = 0; i < workers; ++i)
      if (WorkerId(i) != self_) hand(WorkerId(i), word);
  }

 private:
  std::vector<Crossing*> crossings_;
  WorkerId self_;
  WorkerCounters& counters_;
};

}  // namespace drover::datapath
