// SPDX-License-Identifier: BSD-3-Clause
// A worker: one lcore, its queues of the ports, its connections. It shares nothing but the snapshot
// pointer, its Crossing and its counters.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/datapath/burst.h"
#include "lib/datapath/flow_walk.h"
#include "lib/datapath/idle.h"
#include "lib/datapath/observer.h"
#include "lib/datapath/snapshot_store.h"
#include "lib/datapath/table_memory.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath {

struct PolledQueue {
  PortId port;
  std::uint16_t ethdev = 0;
  std::uint16_t queue = 0;
};

struct WorkerSettings {
  WorkerId id;
  std::vector<PolledQueue> receive;    // may be empty
  std::vector<TransmitPath> transmit;  // by PortId
  TableMemory tables;                  // to begin with
  flow::HashSeed seed;
  rte_mempool* mempool = nullptr;
  std::vector<Crossing*> workers;  // of all workers, this one's too, by WorkerId
  bool sleeps_when_idle = true;
  bool has_fast_path = true;  // false: for comparison
};

class Worker {
 public:
  Worker(WorkerSettings settings, const SnapshotStore& snapshots, Crossing& crossing,
         WorkerCounters& counters);

  // Turns until `stop`; on the worker's own thread. A snapshot has been published before.
  void run(const std::atomic<bool>& stop);

  // One turn: every queue once, what other threads sent, a little housekeeping. `now` is in
  // nanoseconds and never goes back. True if there was work. run() calls it; tests do so
  // themselves, between start() and finish().
  bool turn(std::uint64_t now);
  void start();
  void finish();

  // Of either family, however many there are of the other.
  std::uint64_t table_capacity() const {
    return std::max(state_.table_v4.capacity(), state_.table_v6.capacity());
  }

 private:
  bool receive(const PolledQueue& queue);
  bool receive_handovers();
  bool hear(const Handover& handover);
  bool receive_flows();
  bool release_unannounced();
  bool send_outbound();
  void adopt_snapshot();
  void move_to(const TableMemory& memory);
  void release_held();
  void obey_commands();
  bool is_released(DestinationId id) const;
  void answer_questions();
  bool list_connections();
  template <class Table>
  std::size_t list_table(Table& table, std::size_t from, std::size_t buckets);
  std::size_t list_templates(std::size_t from, std::size_t count);
  void keep_house();
  void sweep(std::size_t most_buckets);
  void screen(std::size_t buckets);

  WorkerSettings settings_;
  const SnapshotStore& snapshots_;
  Peers peers_;
  WorkerState state_;
  Burst burst_;
  AdaptiveIdle idle_;
  LoadRefresh load_refresh_;
  FlowWalk flow_walk_;
  Observer observer_;
  std::uint64_t last_house_keeping_ = 0;
  std::uint64_t last_sweep_ = 0;
  std::uint64_t screened_generation_ = 0;
  std::size_t screening_cursor_ = SIZE_MAX;  // the next bucket; behind the last: done
  std::uint32_t listing_request_ = 0;
  std::size_t listing_cursor_ = 0;
  bool listing_ = false;
};

}  // namespace drover::datapath
