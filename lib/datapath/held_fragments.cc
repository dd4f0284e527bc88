// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/held_fragments.h"

#include <rte_mbuf.h>

#include <cassert>

namespace drover::datapath {

HeldFragments::HeldFragments() {
  for (std::uint16_t i = 0; i + 1 < most; ++i) slots_[i].next = static_cast<std::uint16_t>(i + 1);
}

HeldFragments::~HeldFragments() {
  for (std::uint16_t at = oldest_; at != none; at = slots_[at].newer)
    rte_pktmbuf_free(slots_[at].frame.mbuf);
}

void HeldFragments::append(flow::FragmentChain& chain, const Frame& frame) {
  assert(!full());
  const std::uint16_t at = free_;
  free_ = slots_[at].next;
  slots_[at] = {.frame = frame, .older = newest_};
  (newest_ == none ? oldest_ : slots_[newest_].newer) = at;
  newest_ = at;
  (chain.empty() ? chain.first : slots_[chain.last].next) = at;
  chain.last = at;
}

HeldFragments::Frame HeldFragments::pop(flow::FragmentChain& chain) {
  const std::uint16_t at = chain.first;
  Slot& slot = slots_[at];
  chain.first = slot.next;
  if (chain.empty()) chain.last = none;
  (slot.older == none ? oldest_ : slots_[slot.older].newer) = slot.newer;
  (slot.newer == none ? newest_ : slots_[slot.newer].older) = slot.older;
  slot.next = free_;
  free_ = at;
  return slot.frame;
}

}  // namespace drover::datapath
