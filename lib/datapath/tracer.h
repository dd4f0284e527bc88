// SPDX-License-Identifier: BSD-3-Clause
// Tells control what became of the frames that match a filter, as many as were asked for. Off, it
// costs a burst one branch; what finds the ring full is counted and left out. One a worker.
#pragma once

#include <array>
#include <cstdint>

#include "lib/datapath/burst.h"
#include "lib/datapath/ring.h"
#include "lib/datapath/trace_record.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath {

class Tracer {
 public:
  explicit Tracer(Ring<TraceRecord>& records) : records_(records) {}

  void obey(const TraceOrder& order, std::uint32_t request);
  bool is_on() const { return left_ != 0; }

  // Before the stages: remembers the frames that match, whose headers the stages will change.
  void look(const Burst& burst);
  // Behind them, when what becomes of each is known. True if there is something for control.
  bool tell(const Burst& burst, const WorkerState& state);

 private:
  Ring<TraceRecord>& records_;
  PacketFilter filter_;
  std::uint32_t left_ = 0;
  std::uint32_t request_ = 0;
  std::uint32_t matched_ = 0;  // a bit for each of the burst
  std::array<TraceRecord, Burst::capacity> looked_at_;
};

}  // namespace drover::datapath
