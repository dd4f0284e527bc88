// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/held_frames.h"

#include <rte_mbuf.h>

namespace drover::datapath {

HeldFrames::~HeldFrames() {
  for (auto& [server, queue] : queues_)
    for (; queue.count > 0; pop(queue)) rte_pktmbuf_free(queue.front().mbuf);
}

bool HeldFrames::hold(const IpAddress& server, DestinationId destination, rte_mbuf* frame,
                      std::uint64_t now) {
  const auto [at, is_new] = queues_.try_emplace(server);
  Queue& queue = at->second;
  if (queue.count == most_per_server) {
    drop(queue, Verdict::held_overflow);
  } else if (total_ == most) {
    rte_pktmbuf_free(frame);
    counters_.count(Verdict::held_overflow);
    if (queue.count == 0) queues_.erase(at);
    return false;
  }
  queue.frames[(queue.oldest + queue.count) % most_per_server] = {destination, frame, now};
  ++queue.count;
  ++total_;
  return is_new;
}

void HeldFrames::expire(std::uint64_t now) {
  for (auto at = queues_.begin(); at != queues_.end();) {
    Queue& queue = at->second;
    while (queue.count > 0 && now - queue.front().since >= longest_nanoseconds)
      drop(queue, Verdict::held_expired);
    at = queue.count == 0 ? queues_.erase(at) : std::next(at);
  }
}

void HeldFrames::pop(Queue& queue) {
  queue.oldest = (queue.oldest + 1) % most_per_server;
  --queue.count;
  --total_;
}

void HeldFrames::drop(Queue& queue, Verdict reason) {
  rte_pktmbuf_free(queue.front().mbuf);
  pop(queue);
  counters_.count(reason);
}

}  // namespace drover::datapath
