// SPDX-License-Identifier: BSD-3-Clause
// Tells control of the frames that match what was ordered: of each what the stages made of it (a
// trace), or its bytes as it came and as it left (a capture). Off, it costs a burst one branch.
// What finds no room in the ring is counted and left out. One a worker.
//
// Of a burst: look(), then for each packet in turn note() behind each stage, leaves() before
// settle() and ended() behind it; last tell().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/datapath/burst.h"
#include "lib/datapath/observation.h"
#include "lib/datapath/record_ring.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath {

class Observer {
 public:
  explicit Observer(Crossing& crossing) : crossing_(crossing) {}

  void obey(const ObservationOrder& order, std::uint32_t request);
  bool is_on() const { return active_ != 0; }

  // Behind parse(), before all else. True: one at least is traced, so each is to be treated as a
  // burst of its own, or what a stage did to one could not be told from what it did to the next.
  bool look(const Burst& burst, const WorkerState& state);
  // `index`: the packet's in the burst that look() saw.
  void note(std::uint16_t index, Stage stage, const Packet& packet, const WorkerState& state);
  void leaves(std::uint16_t index, const Packet& packet, const WorkerState& state);
  void ended(std::uint16_t index, const Packet& packet, const WorkerState& state);
  // What was observed goes to control.
  void tell();

 private:
  struct Observation {
    PacketFilter filter;
    std::uint64_t left = 0;
    std::uint32_t most_bytes = 0;
    std::uint32_t request = 0;
    ObservationOrder::Kind kind = ObservationOrder::Kind::trace;
    std::array<FrameRecord*, Burst::capacity> records{};  // not yet committed; null: none
  };

  void begin_record(std::size_t slot, std::uint16_t index, const Burst& burst,
                    const WorkerState& state);
  FrameRecord* copy(std::size_t slot, std::size_t header, const rte_mbuf& frame);
  // Those that have a record of this packet.
  template <class Act>
  void each_record(std::uint16_t index, Act&& act);

  Crossing& crossing_;
  std::array<Observation, most_observations> observations_;
  std::uint8_t active_ = 0;    // a bit for each that has packets left
  std::uint8_t recorded_ = 0;  // a bit for each that has a record of this burst
  std::uint64_t packets_ = 0;  // that were recorded
};

}  // namespace drover::datapath
