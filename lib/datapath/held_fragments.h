// SPDX-License-Identifier: BSD-3-Clause
// Later fragments that came before the first one of their datagram.
#pragma once

#include <array>
#include <cstdint>

#include "lib/base/strong_id.h"
#include "lib/flow/datagram.h"

struct rte_mbuf;

namespace drover::datapath {

class HeldFragments {
 public:
  static constexpr std::uint16_t most = 256;

  struct Frame {
    rte_mbuf* mbuf = nullptr;
    std::uint64_t since = 0;  // nanoseconds
    flow::DatagramKey datagram{};
    PortId port{};  // it came in by
  };

  HeldFragments();
  ~HeldFragments();
  HeldFragments(const HeldFragments&) = delete;
  HeldFragments& operator=(const HeldFragments&) = delete;

  // Takes the frame; there is room for it.
  void append(flow::FragmentChain& chain, const Frame& frame);
  // The oldest of the chain, which is not empty.
  Frame pop(flow::FragmentChain& chain);
  // The oldest of all; null: there is none. It is the first one of its datagram's chain.
  const Frame* oldest() const { return oldest_ == none ? nullptr : &slots_[oldest_].frame; }
  bool full() const { return free_ == none; }

 private:
  static constexpr std::uint16_t none = flow::FragmentChain::none;
  struct Slot {
    Frame frame;
    std::uint16_t next = none;   // in its chain; of a free slot: the next free one
    std::uint16_t older = none;  // of all
    std::uint16_t newer = none;
  };

  std::array<Slot, most> slots_;
  std::uint16_t free_ = 0;
  std::uint16_t oldest_ = none;
  std::uint16_t newest_ = none;
};

}  // namespace drover::datapath
