// SPDX-License-Identifier: BSD-3-Clause
// Keeps the counts of active and inactive connections of each destination true to the table
// (reference: IPVS, active = ESTABLISHED, SYN_SENT, SYN_RECV, SYNACK), and those of each template.
#pragma once

#include "lib/datapath/server_loads.h"
#include "lib/datapath/snapshot.h"
#include "lib/datapath/templates.h"
#include "lib/flow/connection.h"
#include "lib/flow/eviction.h"

namespace drover::datapath {

class ConnectionAccounting {
 public:
  ConnectionAccounting(const Snapshot& snapshot, WorkerId worker, WorkerCounters& counters,
                       Templates& templates)
      : snapshot_(snapshot), worker_(worker), counters_(counters), templates_(templates) {}

  void entered(DestinationId destination, flow::TcpState state) {
    of(destination).connections.add(1);
    received(destination, state);
  }
  // As entered(), but it has begun with the other balancer.
  void received(DestinationId destination, flow::TcpState state) {
    DestinationCounters& counts = of(destination);
    count(counts, state).add(1);
    if (snapshot_.destinations[destination.value()].has_thresholds)
      counts.overload.connection_came(total(counts), thresholds(destination));
  }
  void moved(DestinationId destination, flow::TcpState from, flow::TcpState to) {
    if (flow::is_active(from) == flow::is_active(to)) return;
    DestinationCounters& counts = of(destination);
    count(counts, from).subtract(1);
    count(counts, to).add(1);
  }
  template <class Key>
  void left(const flow::Connection<Key>& connection) {
    const DestinationId destination = connection.destination();
    DestinationCounters& counts = of(destination);
    count(counts, connection.state()).subtract(1);
    if (snapshot_.destinations[destination.value()].has_thresholds)
      counts.overload.connection_went(total(counts), thresholds(destination));
    if (connection.controlled()) [[unlikely]]
      release(connection.key());
  }
  // As the table's `on_removed`.
  template <class Key>
  void operator()(const flow::Connection<Key>& connection, flow::Removal removal) {
    left(connection);
    if (removal != flow::Removal::expired)
      counters_.table_evictions[flow::eviction_index(removal)].add(1);
  }

 private:
  template <class Key>
  void release(const Key& key) {
    if (const Persistence* persistence = snapshot_.find_persistence(key.vip, key.virtual_port))
      templates_.remove_connection(persistence->key_of(key.client));
  }
  DestinationCounters& of(DestinationId id) const {
    return snapshot_.destinations[id.value()].counters[worker_.value()];
  }
  const balance::Thresholds& thresholds(DestinationId id) const {
    return snapshot_.destination_details[id.value()].thresholds;
  }
  static Counter& count(DestinationCounters& counts, flow::TcpState state) {
    return flow::is_active(state) ? counts.active : counts.inactive;
  }

  const Snapshot& snapshot_;
  WorkerId worker_;
  WorkerCounters& counters_;
  Templates& templates_;
};

}  // namespace drover::datapath
