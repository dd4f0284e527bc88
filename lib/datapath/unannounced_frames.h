// SPDX-License-Identifier: BSD-3-Clause
// First packets of new connections, each until control has told the other balancer of its
// connection, and a millisecond at most: whatever becomes of this balancer then, the other one
// knows of every connection that a server knows of.
#pragma once

#include <rte_mbuf.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/base/strong_id.h"

namespace drover::datapath {

class UnannouncedFrames {
 public:
  static constexpr std::size_t most = 512;
  static constexpr std::uint64_t longest = 1'000'000;  // nanoseconds

  UnannouncedFrames() = default;
  ~UnannouncedFrames() {
    release(UINT64_MAX, 0, [](PortId, rte_mbuf* frame) { rte_pktmbuf_free(frame); });
  }
  UnannouncedFrames(const UnannouncedFrames&) = delete;
  UnannouncedFrames& operator=(const UnannouncedFrames&) = delete;

  // Takes the frame, which waits for the record of this number. False when there is no room.
  bool hold(PortId port, rte_mbuf* frame, std::uint64_t record, std::uint64_t now) {
    if (count_ == most) return false;
    frames_[(oldest_ + count_++) % most] = {frame, record, now, port};
    return true;
  }
  // Hands to `send(PortId, rte_mbuf*)`, oldest first, what waits for none but the first `told`
  // records, or has waited too long. Returns how many of the latter.
  template <class Send>
  std::size_t release(std::uint64_t told, std::uint64_t now, Send&& send) {
    std::size_t late = 0;
    for (; count_ > 0; --count_, oldest_ = (oldest_ + 1) % most) {
      const Frame& frame = frames_[oldest_];
      if (frame.record > told) {
        if (now - frame.since < longest) break;
        ++late;
      }
      send(frame.port, frame.mbuf);
    }
    return late;
  }
  bool empty() const { return count_ == 0; }

 private:
  struct Frame {
    rte_mbuf* mbuf = nullptr;
    std::uint64_t record = 0;
    std::uint64_t since = 0;
    PortId port;
  };
  std::array<Frame, most> frames_{};
  std::size_t oldest_ = 0;
  std::size_t count_ = 0;
};

}  // namespace drover::datapath
