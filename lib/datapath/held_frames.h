// SPDX-License-Identifier: BSD-3-Clause
// Frames that wait for their server's MAC address: a few a server, for a short time, so that the
// first SYN to a server is not lost while the kernel resolves it.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>

#include "lib/base/strong_id.h"
#include "lib/datapath/counters.h"
#include "lib/net/address.h"

struct rte_mbuf;

namespace drover::datapath {

class HeldFrames {
 public:
  static constexpr std::size_t most_per_server = 8;
  static constexpr std::uint64_t longest_nanoseconds = 3'000'000'000;
  // Of all servers together, so that many unresolved ones cannot use the mbuf pool up.
  static constexpr std::size_t most = 512;

  explicit HeldFrames(WorkerCounters& counters) : counters_(counters) {}
  ~HeldFrames();
  HeldFrames(const HeldFrames&) = delete;
  HeldFrames& operator=(const HeldFrames&) = delete;

  // Takes the frame. True when it is the first for this server, which must then be resolved. The
  // server's oldest frame, or the new one where all servers' frames are too many, is dropped and
  // counted.
  bool hold(const IpAddress& server, DestinationId destination, rte_mbuf* frame, std::uint64_t now);
  // Drops and counts what has waited too long.
  void expire(std::uint64_t now);
  // Hands the frames of every server for which `is_resolved(DestinationId)` to
  // `send(DestinationId, rte_mbuf*)`, oldest first.
  template <class IsResolved, class Send>
  void release(IsResolved&& is_resolved, Send&& send) {
    for (auto at = queues_.begin(); at != queues_.end();) {
      Queue& queue = at->second;
      if (!is_resolved(queue.frames[queue.oldest].destination)) {
        ++at;
        continue;
      }
      for (; queue.count > 0; pop(queue)) send(queue.front().destination, queue.front().mbuf);
      at = queues_.erase(at);
    }
  }
  bool empty() const { return queues_.empty(); }

 private:
  struct Frame {
    DestinationId destination;
    rte_mbuf* mbuf = nullptr;
    std::uint64_t since = 0;
  };
  struct Queue {
    std::array<Frame, most_per_server> frames;
    std::size_t oldest = 0;
    std::size_t count = 0;
    Frame& front() { return frames[oldest]; }
  };
  void pop(Queue& queue);
  void drop(Queue& queue, Verdict reason);

  WorkerCounters& counters_;
  std::unordered_map<IpAddress, Queue> queues_;
  std::size_t total_ = 0;
};

}  // namespace drover::datapath
