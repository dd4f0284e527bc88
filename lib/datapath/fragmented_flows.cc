// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/fragmented_flows.h"

#include <algorithm>
#include <chrono>

namespace drover::datapath {
namespace {

// A question goes round within a few turns.
constexpr std::uint64_t answered_within = 1'000'000'000;  // nanoseconds

// For which the other worker may keep the flow after its last word.
std::uint64_t longest(const flow::Timeouts& timeouts) {
  const flow::Ticks ticks =
      std::max(timeouts[flow::TcpState::established], timeouts[flow::TcpState::udp]);
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(ticks).count());
}

// Whoever expires first gives way; in units of a quarter of a second.
std::uint32_t worth(const FragmentedFlow& flow, std::uint64_t now) {
  return flow.expires <= now ? 0 : static_cast<std::uint32_t>((flow.expires - now) >> 28U);
}

}  // namespace

const FragmentedFlow* FragmentedFlows::find(std::uint64_t hash, std::uint64_t now) {
  FragmentedFlow* flow = table_.find({hash});
  if (flow == nullptr || now < flow->expires) return flow;
  table_.remove(*flow);
  return nullptr;
}

void FragmentedFlows::note_question(std::uint64_t hash, WorkerId by, WorkerId self,
                                    std::uint64_t now) {
  // Neither who asks nor who is asked has it any more, whatever it has told before.
  const FragmentedFlow* flow = find(hash, now);
  if (flow != nullptr && flow->decider != by && flow->decider != self) return;
  put({.key = {hash}, .expires = now + answered_within, .decider = by}, now);
}

void FragmentedFlows::hear(const Handover& decision, const flow::Timeouts& timeouts,
                           std::uint64_t now) {
  put({.key = {decision.hash},
       .expires = now + word_interval + longest(timeouts),
       .destination = decision.destination,
       .decider = decision.origin,
       .decided = true},
      now);
}

bool FragmentedFlows::is_due(std::uint64_t hash, DestinationId destination, WorkerId self,
                             std::uint64_t now) {
  const FragmentedFlow* flow = find(hash, now);
  if (flow != nullptr && flow->decider == self && flow->destination == destination) return false;
  note_telling(hash, destination, self, now);
  return true;
}

void FragmentedFlows::note_telling(std::uint64_t hash, DestinationId destination, WorkerId self,
                                   std::uint64_t now) {
  put({.key = {hash},
       .expires = now + word_interval,
       .destination = destination,
       .decider = self,
       .decided = true},
      now);
}

void FragmentedFlows::put(const FragmentedFlow& flow, std::uint64_t now) {
  FragmentedFlow* there = table_.find(flow.key);
  if (there == nullptr) {
    table_.insert(
        flow, [now](const FragmentedFlow& each) { return worth(each, now); },
        [](FragmentedFlow&) {});
    return;
  }
  *there = flow;
  there->used = true;
}

}  // namespace drover::datapath
