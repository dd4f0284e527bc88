// SPDX-License-Identifier: BSD-3-Clause
// What passes between control and a worker for a trace (tracer.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/datapath/verdict.h"
#include "lib/net/packet_filter.h"

namespace drover::datapath {

// Worker to control.
struct TraceRecord {
  static constexpr std::size_t most_bytes = 128;

  std::uint64_t time = 0;         // nanoseconds of the worker's clock
  std::uint32_t length = 0;       // of the frame
  std::uint32_t request = 0;      // which trace it is for
  std::uint32_t destination = 0;  // a DestinationId, if there is one
  std::uint16_t captured = 0;     // of `bytes`
  std::uint8_t port = 0;          // by which it came
  Verdict verdict = Verdict::pending;
  bool has_destination = false;
  bool handed_over = false;                    // by another worker
  std::array<std::uint8_t, most_bytes> bytes;  // as it came
};

// Control to worker, within a command.
struct TraceOrder {
  PacketFilter filter;
  std::uint32_t count = 0;  // frames; 0: no more
};

}  // namespace drover::datapath
