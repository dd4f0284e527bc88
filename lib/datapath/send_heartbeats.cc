// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/send_heartbeats.h"

#include <rte_mbuf.h>

#include <cstring>

namespace drover::datapath {
namespace {

constexpr int most_at_once = 16;  // a turn

void send(const HeartbeatFrame& heartbeat, WorkerState& state) {
  rte_mbuf* frame = rte_pktmbuf_alloc(state.mempool);
  char* room = frame == nullptr ? nullptr : rte_pktmbuf_append(frame, heartbeat.length);
  if (room == nullptr) {
    rte_pktmbuf_free(frame);
    state.counters.count(Verdict::no_mbuf);
    return;
  }
  std::memcpy(room, heartbeat.bytes.data(), heartbeat.length);
  frame->port = heartbeat.ethdev;
  state.transmitter.send_by_ethdev(frame);
}

}  // namespace

bool send_heartbeats(WorkerState& state) {
  HeartbeatFrame heartbeat;
  int count = 0;
  for (; count < most_at_once && state.crossing.heartbeats.pop_some({&heartbeat, 1}) == 1; ++count)
    if (state.now < heartbeat.good_until)
      send(heartbeat, state);
    else
      state.counters.stale_heartbeats.add(1);
  return count > 0;
}

}  // namespace drover::datapath
