// SPDX-License-Identifier: BSD-3-Clause
// Collects the frames that a worker sends in a turn and gives them to each port's queue at once.
#pragma once

#include <rte_mbuf.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lib/base/strong_id.h"
#include "lib/datapath/counters.h"
#include "lib/datapath/shared_ring.h"
#include "lib/net/wire.h"

namespace drover::datapath {

// How one worker reaches one port: by a queue of its own, or by the worker that has one.
struct TransmitPath {
  std::uint16_t ethdev = 0;
  std::optional<std::uint16_t> queue;
  SharedRing<rte_mbuf*>* other_worker = nullptr;  // its Crossing::outbound; when there is no queue
};

class Transmitter {
 public:
  // `paths` by PortId.
  Transmitter(const std::vector<TransmitPath>& paths, WorkerCounters& counters);
  ~Transmitter();  // frees what was not flushed
  Transmitter(const Transmitter&) = delete;
  Transmitter& operator=(const Transmitter&) = delete;

  // Takes the frame. One shorter than an Ethernet frame may be is padded.
  void send(PortId port, rte_mbuf* frame) {
    if (rte_pktmbuf_pkt_len(frame) < shortest_frame && !pad(frame)) [[unlikely]] {
      drop_unpadded(frame);
      return;
    }
    Queue& queue = queues_[port.value()];
    queue.frames[queue.count++] = frame;
    if (queue.count == batch) flush(queue);
  }
  // Several, none of which need be padded.
  void send_long(PortId port, std::span<rte_mbuf*> frames);
  // By the ethdev in rte_mbuf::port.
  void send_by_ethdev(rte_mbuf* frame);
  // What a full queue does not take is dropped and counted.
  void flush();
  // What is for this port, where there are others, before anything that is sent after it.
  void flush_if_several(PortId port) {
    if (queues_.size() > 1) flush(queues_[port.value()]);
  }
  bool has_own_queue(PortId port) const { return queues_[port.value()].path.queue.has_value(); }

 private:
  static constexpr std::size_t batch = 64;
  struct Queue {
    TransmitPath path;
    std::array<rte_mbuf*, batch> frames{};
    std::uint16_t count = 0;
  };
  // False when there is no room behind the frame.
  static bool pad(rte_mbuf* frame);
  void drop_unpadded(rte_mbuf* frame);
  void flush(Queue& queue);
  void give(const TransmitPath& path, std::span<rte_mbuf*> frames);

  std::vector<Queue> queues_;
  WorkerCounters& counters_;
};

}  // namespace drover::datapath
