// SPDX-License-Identifier: BSD-3-Clause
// What a worker owns and its stages use. Nothing here is shared but what the types say.
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "lib/base/token_bucket.h"
#include "lib/datapath/connection_accounting.h"
#include "lib/datapath/counters.h"
#include "lib/datapath/crossing.h"
#include "lib/datapath/datagrams.h"
#include "lib/datapath/entered_flows.h"
#include "lib/datapath/family.h"
#include "lib/datapath/fast_path/expected_frame.h"
#include "lib/datapath/flow_reporter.h"
#include "lib/datapath/fragmented_flows.h"
#include "lib/datapath/held_frames.h"
#include "lib/datapath/peers.h"
#include "lib/datapath/record_sender.h"
#include "lib/datapath/server_loads.h"
#include "lib/datapath/snapshot.h"
#include "lib/datapath/source_limits.h"
#include "lib/datapath/templates.h"
#include "lib/datapath/transmitter.h"
#include "lib/datapath/unannounced_frames.h"

struct rte_mempool;

namespace drover::datapath {

struct WorkerState {
  WorkerId id;
  flow::ConnectionTableV4 table_v4;
  flow::ConnectionTableV6 table_v6;
  Crossing& crossing;
  WorkerCounters& counters;
  Transmitter transmitter;
  HeldFrames held;
  TokenBucket refusals;
  rte_mempool* mempool = nullptr;  // for frames that the balancer writes itself
  Peers& peers;
  Templates templates;
  Datagrams datagrams;
  FragmentedFlows fragmented_flows;
  SourceLimits source_limits;
  FlowReporter reporter;
  RecordSender records;
  UnannouncedFrames unannounced;
  bool has_fast_path = true;
  std::vector<ExpectedFrame> expected = {};  // by PortId
  std::uint64_t random = 1;                  // xorshift64*'s state; never 0

  // Of the current turn.
  const Snapshot* snapshot = nullptr;
  std::uint64_t now = 0;         // nanoseconds of a monotonic clock
  flow::Tick tick_now{};         // the same
  PortId port{};                 // by which the burst came in
  EnteredFlows entered{};        // of the burst
  bool inserts_stopped = false;  // a connection of this burst has found no room in the table
  // How the burst's only frame came from another worker; null: the burst was received.
  const Handover* handed = nullptr;

  template <class Family>
  typename Family::Table& table() {
    if constexpr (std::is_same_v<Family, V4>)
      return table_v4;
    else
      return table_v6;
  }
  template <class Family>
  const typename Family::Table& table() const {
    return const_cast<WorkerState*>(this)->table<Family>();
  }
  std::uint64_t connections() const { return table_v4.size() + table_v6.size(); }
  flow::Tick tick() const { return tick_now; }
  ConnectionAccounting accounting() { return {*snapshot, id, counters, templates}; }
  ServerLoads loads() const { return {*snapshot, id}; }
  // For schedulers that draw lots.
  std::uint64_t draw() { return next_draw(random); }
  static std::uint64_t next_draw(std::uint64_t& random) {
    random ^= random << 13U;
    random ^= random >> 7U;
    random ^= random << 17U;
    return random * 0x2545f4914f6cdd1dU;
  }
  const Destination& destination(DestinationId destination_id) const {
    return snapshot->destinations[destination_id.value()];
  }
  DestinationId id_of(const Destination& destination) const {
    return DestinationId(static_cast<std::uint32_t>(&destination - snapshot->destinations.data()));
  }
};

}  // namespace drover::datapath
