// SPDX-License-Identifier: BSD-3-Clause
#include "bench/datapath/wire.h"

#include <rte_mbuf.h>
#include <rte_ring.h>

#include <stdexcept>

#include "test/harness/ring_port.h"
#include "test/harness/test_eal.h"

namespace drover::bench {
namespace {

constexpr unsigned depth = 512;  // frames, as in the ring of a network card

void** objects(std::span<rte_mbuf*> frames) {
  return reinterpret_cast<void**>(frames.data());
}

void empty(rte_ring* ring) {
  void* frame = nullptr;
  while (rte_ring_dequeue(ring, &frame) == 0) rte_pktmbuf_free(static_cast<rte_mbuf*>(frame));
}

}  // namespace

Wire::Wire(test::RingPort& port, std::uint16_t queue)
    : to_port_(port.receive_ring(queue)),
      from_port_(port.transmit_ring(queue)),
      ethdev_(port.ethdev()) {}

Wire::~Wire() {
  drain();
}

void Wire::drain() {
  empty(to_port_);
  empty(from_port_);
}

bool Wire::has_room() const {
  return rte_ring_count(to_port_) + burst <= depth;
}

void Wire::take() {
  const unsigned count = rte_ring_dequeue_burst(from_port_, objects(frames_), burst, nullptr);
  // Records to another balancer.
  if (count == burst) empty(from_port_);
  const auto missing = std::span(frames_).subspan(count);
  if (!missing.empty() && rte_pktmbuf_alloc_bulk(test::frame_pool(), missing.data(),
                                                 static_cast<unsigned>(missing.size())) != 0)
    throw std::runtime_error("no mbuf is left");
  for (rte_mbuf* frame : missing) frame->port = ethdev_;
}

void Wire::give() {
  if (rte_ring_enqueue_bulk(to_port_, objects(frames_), burst, nullptr) != burst)
    throw std::runtime_error("the port's ring is full");
}

}  // namespace drover::bench
