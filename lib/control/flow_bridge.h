// SPDX-License-Identifier: BSD-3-Clause
// Carries what is told of flows between the workers and the exchange with other balancers. Control
// thread only.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "lib/control/flow_owner.h"
#include "lib/datapath/crossing.h"

namespace drover::control {

class FlowBridge {
 public:
  // The crossings of all workers, by WorkerId.
  FlowBridge(std::vector<datapath::Crossing*> workers, FlowOwner owner)
      : workers_(std::move(workers)), owner_(std::move(owner)), drained_(workers_.size()) {}

  // Calls `on_record(const FlowRecord&)` for what the workers have to tell, in each worker's order.
  // Bounded: true if there may be more.
  template <class OnRecord>
  bool drain(OnRecord&& on_record) {
    bool more = false;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      std::array<datapath::FlowRecord, records_at_once> records;
      const unsigned count = workers_[i]->flow_changes.pop_some(records);
      for (unsigned at = 0; at < count; ++at) {
        try_owner(records[at], i);
        on_record(records[at]);
      }
      drained_[i] += count;
      more |= count == records.size();
    }
    return more;
  }
  // What was drained has left.
  void acknowledge() {
    for (std::size_t i = 0; i < workers_.size(); ++i)
      workers_[i]->flow_changes_told.store(drained_[i], std::memory_order_release);
  }

  // Each worker tells of its whole table, and then its end.
  void order_table();
  // What could not be ordered.
  void order_rest();
  std::size_t workers() const { return workers_.size(); }

  // Whether so many can be delivered.
  bool has_room(std::size_t records) const;
  // To the worker that will see the flow; to all of them when it is not known, or when flows were
  // seen elsewhere.
  void deliver(const datapath::FlowRecord& record);
  bool is_owner_refuted() const { return trial_.is_refuted(); }

 private:
  static constexpr std::size_t records_at_once = 256;

  void try_owner(const datapath::FlowRecord& record, std::size_t worker);

  std::vector<datapath::Crossing*> workers_;
  FlowOwner owner_;
  OwnerTrial trial_;
  std::vector<std::uint64_t> drained_;
  std::vector<bool> ordered_late_ = std::vector<bool>(workers_.size(), false);
};

}  // namespace drover::control
