// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/snapshot_store.h"

#include <rte_rcu_qsbr.h>

#include <cstdlib>
#include <new>
#include <utility>

namespace drover::datapath {

void SnapshotStore::FreeAligned::operator()(rte_rcu_qsbr* state) const {
  std::free(state);
}

SnapshotStore::SnapshotStore(std::uint16_t workers) {
  const std::size_t size = rte_rcu_qsbr_get_memsize(workers);
  auto* state = static_cast<rte_rcu_qsbr*>(std::aligned_alloc(RTE_CACHE_LINE_SIZE, size));
  if (state == nullptr) throw std::bad_alloc();
  quiescence_.reset(state);
  rte_rcu_qsbr_init(state, workers);
  for (unsigned worker = 0; worker < workers; ++worker) rte_rcu_qsbr_thread_register(state, worker);
}

SnapshotStore::~SnapshotStore() = default;

void SnapshotStore::publish(std::unique_ptr<const Snapshot> snapshot) {
  current_.store(snapshot.get(), std::memory_order_release);
  std::unique_ptr<const Snapshot> before = std::exchange(owned_, std::move(snapshot));
  if (before) retired_.push_back({std::move(before), rte_rcu_qsbr_start(quiescence_.get())});
  reclaim();
}

std::size_t SnapshotStore::reclaim() {
  while (!retired_.empty() &&
         rte_rcu_qsbr_check(quiescence_.get(), retired_.front().token, false) == 1)
    retired_.pop_front();
  return retired_.size();
}

void SnapshotStore::quiescent(WorkerId worker) const {
  rte_rcu_qsbr_quiescent(quiescence_.get(), worker.value());
}

void SnapshotStore::online(WorkerId worker) const {
  rte_rcu_qsbr_thread_online(quiescence_.get(), worker.value());
}

void SnapshotStore::offline(WorkerId worker) const {
  rte_rcu_qsbr_thread_offline(quiescence_.get(), worker.value());
}

}  // namespace drover::datapath
