// SPDX-License-Identifier: BSD-3-Clause
// A frame that the heartbeat thread says, an advertisement or the announcement of a VIP, or one
// that it hears. By value: the thread waits for nobody, not even for the pool of frames.
#pragma once

#include <array>
#include <cstdint>

namespace drover::datapath {

struct HeartbeatFrame {
  static constexpr std::size_t capacity = 1'524;

  // Of one that is said, in nanoseconds of TscClock: later it would not be true any more.
  std::uint64_t good_until = 0;
  std::uint16_t ethdev = 0;
  std::uint16_t length = 0;
  std::array<std::uint8_t, capacity> bytes{};  // said: with its tag, if it has one
};
static_assert(sizeof(HeartbeatFrame) == 1'536);

}  // namespace drover::datapath
