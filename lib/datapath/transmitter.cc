// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/transmitter.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <cstring>

#include "lib/net/wire.h"

namespace drover::datapath {

bool Transmitter::pad(rte_mbuf* frame) {
  const auto missing = static_cast<std::uint16_t>(shortest_frame - rte_pktmbuf_pkt_len(frame));
  char* room = rte_pktmbuf_append(frame, missing);
  if (room == nullptr) return false;
  std::memset(room, 0, missing);
  return true;
}

Transmitter::Transmitter(const std::vector<TransmitPath>& paths, WorkerCounters& counters)
    : counters_(counters) {
  for (const TransmitPath& path : paths) queues_.push_back({.path = path});
}

Transmitter::~Transmitter() {
  for (Queue& queue : queues_) rte_pktmbuf_free_bulk(queue.frames.data(), queue.count);
}

void Transmitter::drop_unpadded(rte_mbuf* frame) {
  rte_pktmbuf_free(frame);
  counters_.count(Verdict::no_mbuf);
}

void Transmitter::send_long(PortId port, std::span<rte_mbuf*> frames) {
  Queue& queue = queues_[port.value()];
  if (queue.count > 0) flush(queue);
  give(queue.path, frames);
}

void Transmitter::send_by_ethdev(rte_mbuf* frame) {
  const auto queue =
      std::ranges::find(queues_, frame->port, [](const Queue& each) { return each.path.ethdev; });
  if (queue == queues_.end()) {
    rte_pktmbuf_free(frame);
    return;
  }
  send(PortId(static_cast<std::uint8_t>(queue - queues_.begin())), frame);
}

void Transmitter::flush() {
  for (Queue& queue : queues_)
    if (queue.count > 0) flush(queue);
}

void Transmitter::flush(Queue& queue) {
  give(queue.path, std::span(queue.frames).first(queue.count));
  queue.count = 0;
}

void Transmitter::give(const TransmitPath& path, std::span<rte_mbuf*> frames) {
  if (path.queue) {
    // A second try only after some went out: a queue that takes nothing is not waited for.
    for (std::uint16_t taken = 1; taken > 0 && !frames.empty(); frames = frames.subspan(taken))
      taken = rte_eth_tx_burst(path.ethdev, *path.queue, frames.data(),
                               static_cast<std::uint16_t>(frames.size()));
  } else {
    for (rte_mbuf* frame : frames) frame->port = path.ethdev;
    while (!frames.empty() && path.other_worker->push(frames.front())) frames = frames.subspan(1);
  }
  if (frames.empty()) return;
  rte_pktmbuf_free_bulk(frames.data(), static_cast<unsigned>(frames.size()));
  counters_.count(Verdict::transmit_full, frames.size());
}

}  // namespace drover::datapath
