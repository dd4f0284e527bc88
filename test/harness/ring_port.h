// SPDX-License-Identifier: BSD-3-Clause
// A port inside the process (net_ring): what a test injects is received from a queue, what is sent
// is collected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

struct rte_mbuf;
struct rte_ring;

namespace drover::test {

using Bytes = std::vector<std::uint8_t>;

class RingPort {
 public:
  // As many queues each way, each with room for `ring_size` less one frames, a power of two.
  explicit RingPort(std::uint16_t queues, unsigned ring_size = 1024);
  ~RingPort();
  RingPort(const RingPort&) = delete;
  RingPort& operator=(const RingPort&) = delete;

  std::uint16_t ethdev() const { return ethdev_; }
  std::uint16_t queues() const { return static_cast<std::uint16_t>(receive_.size()); }

  // For who fills and empties them himself.
  rte_ring* receive_ring(std::uint16_t queue) const { return receive_.at(queue); }
  rte_ring* transmit_ring(std::uint16_t queue) const { return transmit_.at(queue); }

  // The frame's first `first_segment` bytes lie in an mbuf of their own; 0: all in one, or in as
  // few as hold it.
  void inject(std::uint16_t queue, std::span<const std::uint8_t> frame,
              std::size_t first_segment = 0);
  // What was sent by this queue, in order.
  std::vector<Bytes> sent(std::uint16_t queue);

 private:
  std::uint16_t ethdev_ = 0;
  std::vector<rte_ring*> receive_;
  std::vector<rte_ring*> transmit_;
};

// A frame in an mbuf of frame_pool(); and its bytes, whatever its segments.
rte_mbuf* make_frame(std::span<const std::uint8_t> bytes, std::size_t first_segment = 0);
Bytes bytes_of(const rte_mbuf* frame);

}  // namespace drover::test
