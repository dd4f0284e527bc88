// SPDX-License-Identifier: BSD-3-Clause
// A worker's own records of connections that begin: gathered while the burst's packets are dealt
// with, and sent before any of these packets leaves, so that whatever becomes of this balancer
// then, the others know of every connection that a server knows of.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/base/strong_id.h"
#include "lib/base/token_bucket.h"
#include "lib/datapath/flow_record.h"
#include "lib/datapath/record_plan.h"

struct rte_mbuf;

namespace drover::datapath {

struct WorkerState;

class RecordSender {
 public:
  // One of a connection and one of its client's template, for each packet of a burst.
  static constexpr std::size_t most = 64;

  // The state's snapshot is another one.
  void adopt_snapshot(const WorkerState& state);
  // It sends records itself. Otherwise control does, which is told of them by FlowReporter.
  bool is_on() const { return plan_ != nullptr; }
  bool control_wants_them() const { return plan_->control_wants_them; }

  enum class Added : std::uint8_t { yes, shed, no_room };
  Added add(const FlowRecord& record, std::uint64_t now);
  bool empty() const { return count_ == 0; }
  // All that were added, by the transmitter. One that cannot be sent control is told of.
  void send(WorkerState& state);

 private:
  // How many of them, from the first one on: fewer when there is no mbuf.
  std::size_t send_by(std::size_t way, WorkerState& state);

  const RecordPlan* plan_ = nullptr;
  TokenBucket pace_;
  std::size_t count_ = 0;
  std::array<FlowRecord, most> records_;
};

}  // namespace drover::datapath
