// SPDX-License-Identifier: BSD-3-Clause
// The other end of the bench's port: takes what was sent, makes the next frames of it and puts them
// where the port receives them. As many frames are under way as a network card's ring holds, so
// that their bytes are not always in the nearest cache.
#pragma once

#include <array>
#include <cstdint>
#include <span>

struct rte_mbuf;
struct rte_ring;

namespace drover::test {
class RingPort;
}

namespace drover::bench {

class Wire {
 public:
  static constexpr unsigned burst = 32;

  // Of this queue of the port, which outlives it.
  Wire(test::RingPort& port, std::uint16_t queue);
  ~Wire();  // frees all frames under way
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // Puts frames to be received until the ring is full; `write(rte_mbuf*)` makes each.
  template <class Writer>
  void fill(Writer&& write) {
    while (has_room()) exchange(write);
  }
  // Takes a burst of sent frames (new ones where some were dropped) and has them received.
  template <class Writer>
  void exchange(Writer&& write) {
    take();
    for (rte_mbuf* frame : frames_) write(frame);
    give();
  }
  void drain();

 private:
  bool has_room() const;
  void take();
  void give();

  rte_ring* to_port_;
  rte_ring* from_port_;
  std::uint16_t ethdev_;
  std::array<rte_mbuf*, burst> frames_{};
};

}  // namespace drover::bench
