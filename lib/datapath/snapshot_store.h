// SPDX-License-Identifier: BSD-3-Clause
// The one pointer through which the control thread hands snapshots to the workers.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>

#include "lib/datapath/snapshot.h"

struct rte_rcu_qsbr;

namespace drover::datapath {

class SnapshotStore {
 public:
  explicit SnapshotStore(std::uint16_t workers);
  ~SnapshotStore();  // when no worker runs any more
  SnapshotStore(const SnapshotStore&) = delete;
  SnapshotStore& operator=(const SnapshotStore&) = delete;

  // The control thread only. The snapshot before is kept until reclaim() finds it unused.
  void publish(std::unique_ptr<const Snapshot> snapshot);
  // The control thread only, now and then; never waits. Returns how many are still kept.
  std::size_t reclaim();

  // A worker only, between online() and offline().
  const Snapshot* current() const { return current_.load(std::memory_order_acquire); }
  // A worker only: it holds no pointer into any snapshot.
  void quiescent(WorkerId worker) const;
  // A worker only: from now on, until offline(), old snapshots wait for it.
  void online(WorkerId worker) const;
  void offline(WorkerId worker) const;

 private:
  struct Retired {
    std::unique_ptr<const Snapshot> snapshot;
    std::uint64_t token;
  };

  std::atomic<const Snapshot*> current_{nullptr};
  std::unique_ptr<const Snapshot> owned_;
  std::deque<Retired> retired_;
  struct FreeAligned {
    void operator()(rte_rcu_qsbr* state) const;
  };
  std::unique_ptr<rte_rcu_qsbr, FreeAligned> quiescence_;
};

}  // namespace drover::datapath
