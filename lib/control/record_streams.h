// SPDX-License-Identifier: BSD-3-Clause
// What the workers have sent to other balancers themselves, each by a stream of its own
// (failover::SyncHeader): the worker N by the stream N + 1. It outlives snapshots.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/base/counter.h"
#include "lib/base/strong_id.h"

namespace drover::control {

class RecordStreams {
 public:
  // The worker alone writes them; any thread reads.
  struct alignas(64) Counts {
    Counter datagrams;  // also the last sequence number
    Counter entries;
  };

  RecordStreams(std::size_t workers, std::size_t peers)
      : workers_(workers), peers_(peers), counts_(workers * peers) {}

  Counts& of(WorkerId worker, std::size_t peer) { return counts_[worker.value() * peers_ + peer]; }

  // To this peer, by worker.
  std::vector<std::uint64_t> sequences(std::size_t peer) const {
    std::vector<std::uint64_t> all;
    for (std::size_t i = 0; i < workers_; ++i)
      all.push_back(counts_[i * peers_ + peer].datagrams.value());
    return all;
  }
  // To this peer, of all workers.
  std::uint64_t entries(std::size_t peer) const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < workers_; ++i) sum += counts_[i * peers_ + peer].entries.value();
    return sum;
  }

 private:
  std::size_t workers_;
  std::size_t peers_;
  std::vector<Counts> counts_;
};

}  // namespace drover::control
