// SPDX-License-Identifier: BSD-3-Clause
// Tells control what becomes of a worker's flows, for the other balancer: a new connection, another
// state, a template, the whole table when it is asked for.
//
// Nothing waits. A change that finds no room on the ring is counted, and its connection marked, as
// it is by every packet that puts its expiry off; the refresh, which goes round the table for ever,
// tells of those that are marked, and hurries after a loss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "lib/datapath/counters.h"
#include "lib/datapath/crossing.h"
#include "lib/datapath/flow_record.h"
#include "lib/datapath/snapshot.h"
#include "lib/flow/connection.h"
#include "lib/flow/eviction.h"

namespace drover::datapath {

class FlowReporter {
 public:
  FlowReporter(Crossing& crossing, WorkerCounters& counters)
      : crossing_(crossing), counters_(counters) {}

  // `ahead`: the worker itself sends the records that must leave before their packets.
  void adopt_snapshot(const Snapshot& snapshot, bool ahead = false) {
    reporting_ = snapshot.flow_reporting;
    packets_wait_ = reporting_ == FlowReporting::ahead && !ahead;
  }
  bool is_on() const { return reporting_ != FlowReporting::off; }

  // Of a connection in the table. When the ring fills, tentative ones are left out first.
  template <class Key>
  void tell(flow::Connection<Key>& connection, flow::Tick now) {
    if (!is_on()) return;
    FlowRecord record = record_of(connection, now);
    connection.set_unsynced(!push(record));
  }
  void tell(FlowRecord record) {
    if (is_on()) push(record);
  }

  // A part of the whole table, or of what has changed unnoticed. False: later, control must make
  // room first.
  template <class Key>
  bool tell_in_passing(flow::Connection<Key>& connection, flow::Tick now, bool of_table) {
    if (!has_room_in_passing()) return false;
    FlowRecord record = record_of(connection, now);
    record.of_table = of_table;
    if (push(record)) connection.set_unsynced(false);
    return true;
  }
  bool has_room_in_passing() const {
    return crossing_.flow_changes.room() > Crossing::most_flow_changes / 2;
  }

  // Number of the last record; whether what has just been told must leave before its packet.
  std::uint64_t last_record() const { return pushed_; }
  bool packets_wait() const { return packets_wait_; }
  std::uint64_t told() const { return crossing_.flow_changes_told.load(std::memory_order_acquire); }

  // A change has been lost since the last call.
  bool has_lost() { return std::exchange(has_lost_, false); }
  // Control looks at what there is, by and by or at once.
  void ring_soon() {
    if (pushed_ != rung_for_) ring();
  }
  void ring() {
    rung_for_ = pushed_;
    crossing_.control_doorbell.ring();
  }

  template <class Key>
  static FlowRecord record_of(const flow::Connection<Key>& connection, flow::Tick now) {
    const Key key = connection.key();
    FlowRecord record;
    record.client = key.client;
    record.client_port = key.client_port;
    record.virtual_port = key.virtual_port;
    record.vip = key.vip;
    record.state = connection.state();
    record.destination = connection.destination();
    record.left = flow::remaining(connection.expires(), now);
    record.tentative = flow::is_tentative(connection);
    return record;
  }

 private:
  bool push(const FlowRecord& record) {
    if (record.tentative && !record.of_table && !has_room_in_passing()) {
      counters_.flow_changes_shed.add(1);
      return false;
    }
    if (!crossing_.flow_changes.push(record)) {
      counters_.flow_changes_lost.add(1);
      has_lost_ = true;
      return false;
    }
    counters_.flow_changes.set(++pushed_);
    return true;
  }

  Crossing& crossing_;
  WorkerCounters& counters_;
  FlowReporting reporting_ = FlowReporting::off;
  bool packets_wait_ = false;
  std::uint64_t pushed_ = 0;
  std::uint64_t rung_for_ = 0;
  bool has_lost_ = false;
};

}  // namespace drover::datapath
