// SPDX-License-Identifier: BSD-3-Clause
// What passes between control and a worker for `drover trace` and `drover capture` (observer.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/datapath/role.h"
#include "lib/datapath/verdict.h"
#include "lib/flow/tcp_state.h"
#include "lib/net/packet_filter.h"

namespace drover::datapath {

inline constexpr std::size_t most_observations = 8;  // at once

// Control to worker, within a command.
struct ObservationOrder {
  enum class Kind : std::uint8_t { trace, capture };
  PacketFilter filter;
  std::uint64_t count = 0;       // packets; 0: no more
  std::uint32_t most_bytes = 0;  // of each frame
  std::uint8_t slot = 0;         // below most_observations; what it was used for ends
  Kind kind = Kind::trace;
};

enum class Stage : std::uint8_t {
  parse,
  classify,
  look_up,
  schedule,
  steer_fragments,
  relate,
  rewrite,
  settle
};
inline constexpr std::size_t stage_count = 8;

// A packet as it was behind a stage.
struct StageNote {
  std::uint32_t destination = 0;  // a DestinationId, if `has_destination`
  std::uint32_t entry_destination = 0;
  std::uint32_t entry_seconds_left = 0;
  bool was_there = false;  // the stage got it to see; else the rest is of no meaning
  bool has_destination = false;
  Verdict verdict = Verdict::pending;
  // Its flow's connection in the worker's table, of the stages that ask for it.
  bool has_entry = false;
  flow::TcpState entry_state = flow::TcpState::empty;
};

// Worker to control, and behind it `captured` bytes of the frame.
struct FrameRecord {
  enum class Kind : std::uint8_t {
    traced,    // as it came; a TraceRecord
    received,  // as it came
    sent       // as it left for its server, or as the answer
  };
  std::uint64_t time = 0;     // nanoseconds of the worker's clock
  std::uint64_t number = 0;   // of the packet at this worker, the same for what was sent
  std::uint32_t request = 0;  // for which observation
  std::uint32_t length = 0;   // of the frame
  std::uint32_t captured = 0;
  std::uint32_t destination = 0;  // a DestinationId, if `has_destination`
  Kind kind = Kind::received;
  std::uint8_t port = 0;  // by which it came or left
  Verdict verdict = Verdict::pending;
  bool has_destination = false;
  bool handed_over = false;  // by another worker
  bool leaves = false;       // a record of what was sent follows
};

struct TraceRecord : FrameRecord {
  std::array<StageNote, stage_count> notes;  // by Stage
  FrameKind frame_kind = FrameKind::other;
  FrameFault fault = FrameFault::none;
  bool has_flow = false;  // it is of one to a VIP, or about one, so it has a role
  Role role = Role::flow;
};

}  // namespace drover::datapath
